"""The report's fonts cut down to the characters in use and carried inside the page."""

import base64
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent.parent / "fonts"
# Always in, so that both language editions of a report mostly share their cut fonts.
ALWAYS = frozenset({*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—„“”‚‘’…·×−±≈≤≥")})
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
    data = base64.b64encode(_woff2(FOLDER / face.file, points)).decode()
    return (
        f'@font-face{{font-family:"{face.family}";font-style:{face.style};font-weight:{face.weight};'
        f"font-display:block;src:url(data:font/woff2;base64,{data})}}"
    )


def _woff2(path: Path, points: frozenset[int]) -> bytes:
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
