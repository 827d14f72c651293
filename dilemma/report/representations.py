"""The representations of a display output, best first, each reduced to a type that both renderers show."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

from dilemma.findings import TABLE
from dilemma.report import lengths, markup
from dilemma.report.strings import counted
from dilemma.wording import Text

PRIORITY = (
    TABLE, "image/svg+xml", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/gif",
    "image/webp", "application/json", "text/plain",
)  # fmt: skip
SCRIPTS = {"text/javascript", "text/ecmascript", "text/x-javascript"}
# How the base64 of a picture begins; what begins otherwise is none.
SIGNATURES = {"image/png": "iVBORw0KGgo", "image/jpeg": "/9j/", "image/gif": "R0lGOD", "image/webp": "UklGR"}
INERT_SVG = re.compile(r"<(script|foreignObject|animate\w*|set|iframe|audio|video|handler)\b")
# A formula and nothing else: $…$, $$…$$, \[…\], \(…\) or an environment.
FORMULA = re.compile(
    r"(?P<dollars>\$\$?)(?P<a>[^$]+)(?P=dollars)|\\\[(?P<b>.+)\\\]|\\\((?P<c>.+)\\\)"
    r"|(?P<d>\\begin\{(?P<name>(?:align|equation|gather|multline|eqnarray|[a-zA-Z]*matrix|cases)\*?)\}"
    r".*\\end\{(?P=name)\})",
    re.S,
)

Shown = tuple[str, Any]


def candidates(data: Mapping[str, Any], alt: str, dropped: list[Text]) -> Iterator[tuple[str, Shown]]:
    """Each type of the output, best first, and what to show of it; losses are named in `dropped`."""
    others = sorted(mime for mime in data if mime.startswith("text/") and mime not in {*PRIORITY, *SCRIPTS})
    for mime in (*PRIORITY[:-1], *others, "text/plain"):
        if mime in data:
            reduce = REDUCED.get(mime, _as_text)
            yield from ((mime, shown) for shown in reduce(mime, data[mime], alt, dropped))


def is_bare(text: str) -> bool:
    """Whether the text says no more than that there is an object, such as <Figure object at 0x7f>."""
    return re.fullmatch(r"<[\w.]+ object.*>", text.strip()) is not None


def _table(mime: str, spec: Any, alt: str, dropped: list[Text]) -> Iterator[Shown]:
    yield mime, spec


def _html(mime: str, source: str, alt: str, dropped: list[Text]) -> Iterator[Shown]:
    source, cut = _beginning(source, lengths.MARKUP)
    tokens, active = markup.tokens(source)
    dropped += [named(f"text/html ({', '.join(active)})")] if active else []
    if tokens:
        dropped += cut
        yield mime, source


def _markdown(mime: str, source: str, alt: str, dropped: list[Text]) -> Iterator[Shown]:
    source, cut = _beginning(source, lengths.TEXT)
    dropped += cut
    yield mime, source


def _latex(mime: str, source: str, alt: str, dropped: list[Text]) -> Iterator[Shown]:
    """A formula as a formula, any other LaTeX as it is written."""
    formula = FORMULA.fullmatch(source.strip())
    if not formula:
        yield "text/plain", source
    elif formula["d"]:
        yield "text/markdown", formula["d"]
    else:
        yield "text/markdown", f"$$\n{(formula['a'] or formula['b'] or formula['c']).strip()}\n$$"


def _svg(mime: str, source: str, alt: str, dropped: list[Text]) -> Iterator[Shown]:
    if not _is_drawing(source):
        dropped.append(named(alt or mime))
        return
    if active := sorted(set(INERT_SVG.findall(source))):
        dropped.append(named(f"{mime} ({', '.join(active)})"))
    yield mime, source


def _picture(mime: str, data: str, alt: str, dropped: list[Text]) -> Iterator[Shown]:
    if not data.lstrip().startswith(SIGNATURES[mime]):
        dropped.append(named(alt or mime))
    elif mime in ("image/png", "image/jpeg"):
        yield mime, data
    else:
        content = re.sub(r"\s+", "", data)
        yield "text/html", f'<img src="data:{mime};base64,{content}" alt="{escape(alt)}">'


def _json(mime: str, content: Any, alt: str, dropped: list[Text]) -> Iterator[Shown]:
    yield "text/plain", json.dumps(content, indent=2, ensure_ascii=False)


def _as_text(mime: str, text: Any, alt: str, dropped: list[Text]) -> Iterator[Shown]:
    yield "text/plain", text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)


def named(what: str) -> Text:
    """A MIME type, an element or a title, which every language calls the same."""
    return Text(what, what)


def _beginning(source: str, limit: int) -> tuple[str, list[Text]]:
    shown, cut = lengths.beginning(source, limit)
    return shown, [counted("characters", cut, len(source))] if cut else []


def _is_drawing(source: str) -> bool:
    try:
        return fromstring(source.strip()).tag == "{http://www.w3.org/2000/svg}svg"
    except (ElementTree.ParseError, ValueError):
        return False


REDUCED = {
    TABLE: _table, "text/html": _html, "text/markdown": _markdown, "text/latex": _latex, "application/json": _json,
    "image/svg+xml": _svg, **dict.fromkeys(SIGNATURES, _picture),
}  # fmt: skip
