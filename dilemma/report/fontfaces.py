"""The report's fonts cut down to the characters in use and carried inside the page.

Cutting takes seconds, so a cut with every character of the project's texts lies ready beside the fonts;
`python3 -m dilemma.report.fontfaces` makes it anew. A page with other characters gets its own cut.
"""

import base64
import io
import re
from collections.abc import Iterable
from functools import cache
from html import unescape
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent.parent / "fonts"
READY = FOLDER / "page"
REPERTOIRE = READY / "characters.txt"
PROJECT = FOLDER.parent.parent
TEXTS = ("data/**/*.csv", "data/*.json", "notebooks/*.ipynb", "dilemma/**/*.py")
# Always in, so that both language editions of a report mostly share their cut fonts.
ALWAYS = frozenset({*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—„“”‚‘’…·×−±≈≤≥")})
NAMED = frozenset(map(ord, "λρ"))  # what formulas call by name
UNSEEN = re.compile(r"<style>.*?</style>|data:[\w/+]+;base64,[\w+/=]+|<[^<>]*>", re.DOTALL)
FEATURES = ["kern", "liga", "tnum", "lnum", "ccmp", "mark", "mkmk", "locl", "sups", "case"]


class Face(NamedTuple):
    """One font file and how CSS asks for it."""

    family: str
    file: str
    weight: int = 400
    style: str = "normal"


FACES = (
    Face("Report Serif", "ReportSerif-Regular.ttf"),
    Face("Report Serif", "ReportSerif-Bold.ttf", weight=700),
    Face("Report Serif", "ReportSerif-Italic.ttf", style="italic"),
    Face("Report Sans", "ReportSans-Regular.ttf"),
    Face("Report Sans", "ReportSans-Bold.ttf", weight=700),
    Face("Report Mono", "ReportMono-Regular.ttf"),
    Face("Report Hangul", "ReportHangul-Regular.ttf"),
)


def characters(page: str) -> set[str]:
    """The characters a reader may see: a page without its style sheet, tags and data addresses."""
    return set(unescape(UNSEEN.sub(" ", page)))


def css(characters: Iterable[str]) -> str:
    """The @font-face rules, data included, for a text made of these characters."""
    used = frozenset(map(ord, characters)) | ALWAYS
    return "\n".join(rule for face in FACES if (rule := _rule(face, used & coverage(face.file))))


@cache
def coverage(file: str) -> frozenset[int]:
    """The code points a font file of the report has glyphs for."""
    return frozenset(TTFont(FOLDER / file, lazy=True).getBestCmap())


@cache
def _rule(face: Face, points: frozenset[int]) -> str:
    if not points:
        return ""
    ready = points <= repertoire() | ALWAYS
    font = _ready(face).read_bytes() if ready else _woff2(FOLDER / face.file, points)
    data = base64.b64encode(font).decode()
    return (
        f'@font-face{{font-family:"{face.family}";font-style:{face.style};font-weight:{face.weight};'
        f"font-display:block;src:url(data:font/woff2;base64,{data})}}"
    )


@cache
def repertoire() -> frozenset[int]:
    """The code points in the cut that lies ready."""
    return frozenset(map(ord, REPERTOIRE.read_text(encoding="utf-8")))


def project_texts() -> frozenset[int]:
    """The code points of everything that a report of this project can say."""
    files = [path for pattern in TEXTS for path in PROJECT.glob(pattern)]
    said = frozenset(ord(sign) for path in files for sign in path.read_text(encoding="utf-8"))
    return frozenset(point for point in said | ALWAYS | NAMED if chr(point).isprintable())


def prepare() -> None:
    """Cuts every font to the texts of the project and puts the cut beside the fonts."""
    points = project_texts()
    READY.mkdir(exist_ok=True)
    for face in FACES:
        _ready(face).write_bytes(_woff2(FOLDER / face.file, points & coverage(face.file)))
    REPERTOIRE.write_text("".join(map(chr, sorted(points))), encoding="utf-8", newline="\n")


def _ready(face: Face) -> Path:
    return (READY / face.file).with_suffix(".woff2")


def _woff2(path: Path, points: frozenset[int]) -> bytes:
    from fontTools import subset  # knows every table of OpenType, and is rarely needed

    font = TTFont(path, recalcTimestamp=False)
    options = subset.Options(
        layout_features=FEATURES,
        hinting=False,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 13, 14],
        flavor="woff2",
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    font.flavor = "woff2"
    stream = io.BytesIO()
    font.save(stream, reorderTables=None)
    return stream.getvalue()


if __name__ == "__main__":
    prepare()
