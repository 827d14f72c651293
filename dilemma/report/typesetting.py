"""The Typst compiler as the report uses it: strict, without the system's fonts, the same bytes every time."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dilemma.report import fontfaces

if TYPE_CHECKING:
    import typst

DESIGN = Path(__file__).resolve().parent / "templates" / "report_pdf"
STANDARDS = ["a-2a", "ua-1"]  # archivable and readable by a screen reader
SUFFIXES = {
    "image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp",
}  # fmt: skip
NOTHING = {"targets.json": b"[]", "lists.json": b"{}"}  # what a document without names links to and lists
CONTAINED = re.compile(r"[\w\s=+.,()^-]*")  # no comment, text or code can begin in such a formula
REPLACEMENT = "\ufffd"
# They turn the direction of what follows, so that a page can show other words than it holds; and Typst
# fails on links inside.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# One sign as the fonts must hold it: a character and whatever combines with it.
SIGN = re.compile(r"[^\u0300-\u036f\u200d\ufe00-\ufe0f][\u0300-\u036f\u200d\ufe00-\ufe0f]*|.", re.S)


class CompileError(Exception):
    """Typst's reason for refusing a document, in one sentence."""


def compile_pdf(files: Mapping[str, bytes], timestamp: int, strict: bool = True) -> tuple[bytes, list[str]]:
    """The PDF of `files` (main.typ and what it reads) and the compiler's warnings.

    `timestamp` (seconds since 1970) is the only date in the file. Without `strict` the result has no tags
    and keeps neither to PDF/A-2a nor to PDF/UA-1. Raises CompileError.
    """
    import typst  # 80 MB of compiler: only whoever makes a PDF waits for it

    wanted = {"pdf_standards": STANDARDS} if strict else {"pdf_tags": False}
    with _panics_as_errors():
        try:
            pdf, warnings = typst.compile_with_warnings(
                {**_design(), **NOTHING, **files},
                root=str(DESIGN),  # what Typst may read beside the files given
                font_paths=_fonts(),
                timestamp=timestamp,
                **wanted,
            )
        except typst.TypstError as error:
            raise CompileError(f"{error.message}.") from None
        except RuntimeError as error:  # an error in a file that is no text, such as a broken picture
            raise CompileError(f"{error}.") from None
    return pdf, [warning.message for warning in warnings]


@contextmanager
def _panics_as_errors() -> Iterator[None]:
    """A bug in a Rust library arrives as an exception that is no Exception and has no name to import."""
    try:
        yield
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise CompileError(f"{error}.") from None


@cache
def _fonts() -> "typst.Fonts":
    """The report's fonts, read once for all compilations; the system's own stay out."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(fontfaces.FOLDER)])


def sound(fragment: str, files: Mapping[str, bytes] | None = None) -> bool:
    """Whether a piece of Typst that uses the page design compiles by itself, without a warning."""
    head = '#import "report.typ": *\n#set document(title: "x")\n#set text(font: serif)\n'
    try:
        _, warnings = compile_pdf({"main.typ": (head + fragment).encode(), **(files or {})}, timestamp=0)
    except CompileError:
        return False
    return not warnings


@cache
def formula(latex: str, careful: bool = True) -> str | None:
    """A LaTeX formula in Typst's notation, or None when it cannot be translated.

    Unless `careful`, one that cannot reach beyond its end is not tried by itself.
    """
    import tylax  # most notebooks hold no formula

    try:
        with _panics_as_errors():
            written = tylax.latex_to_typst(latex.strip()).strip()
    except (CompileError, ValueError):
        return None
    if not written or "LaTeX Error" in written or re.search(r"(?<!\\)\$", written):
        return None
    tried = careful or not CONTAINED.fullmatch(written)
    return None if tried and not sound(f'#formula("x", ${written}$);') else written


def image_bytes(mime: str, data: str | bytes) -> bytes:
    """The content of an image as a notebook holds it: SVG as text, others in base64."""
    if isinstance(data, bytes):
        return data
    return data.encode("utf-8", "replace") if mime == "image/svg+xml" else base64_bytes(data)


def base64_bytes(data: str) -> bytes:
    """Decoded base64; empty, and so no image, when it is broken."""
    try:
        return base64.b64decode(data)
    except (binascii.Error, ValueError):
        return b""


def missing_characters(text: str) -> set[str]:
    """The signs of `text` that no font of the report can show, controls included."""
    if _plain_characters().issuperset(text):
        return set()
    return {sign for sign in signs(text) if not displayable(sign)}


def signs(text: str) -> Iterable[str]:
    """The characters of `text`, each with the marks that combine with it."""
    return SIGN.findall(text)


@cache
def displayable(sign: str) -> bool:
    """Whether the fonts can show one sign; rare ones are tried out, since Typst brings fonts of its own."""
    if TURNING & set(sign) or "\ufeff" in sign:  # the byte order mark, which PDF/A forbids
        return False
    if sign in _own_characters():
        return True
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in sign):
        return False
    return sound(f'#"{sign}"')


@cache
def _own_characters() -> frozenset[str]:
    """Every character of the report's fonts, since all families fall back on one another."""
    points = (fontfaces.coverage(face.file) for face in fontfaces.FACES)
    return frozenset(map(chr, frozenset().union(*points))) | {"\n", "\t"}


@cache
def _plain_characters() -> frozenset[str]:
    """The characters that are displayable wherever they stand: nearly every text has no others."""
    own = _own_characters() - TURNING
    return frozenset(character for character in own if SIGN.fullmatch(f"a{character}") is None)


@cache
def _design() -> dict[str, bytes]:
    return {name: (DESIGN / name).read_bytes() for name in ("report.typ", "code.tmTheme")}
