"""One look for all figures: fonts, sizes and colours with a fixed meaning."""

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.layout_engine import TightLayoutEngine

from dilemma import wording

FONTS = Path(__file__).parent.parent / "fonts"
WIDTH = 6.3  # inches: the text width of the PDF page
NARROW = 4.6  # inches: of a drawing whose labels stand above its rows, so that a phone shows most of it
ROW = 0.37  # inches: of a row with its label above
PAD = 1 / 3  # of the font size: around a figure, and on each side between its parts

INK, MUTED, FAINT, PAPER = "#1b1f24", "#5a626b", "#c9ced4", "#ffffff"
# One colour per place of action, the same in every chapter, dark enough for words on paper.
REFUSE, TRAIN, KURSK, UKRAINE = "#6f767d", "#1f5f99", "#a96500", "#a8323a"
OPTION = {"refuse": REFUSE, "train": TRAIN, "kursk": KURSK, "ukraine": UKRAINE}
STAGE = {"planned": REFUSE, "dispatched": MUTED, "arrived": TRAIN, "near_front": "#7a6a2f", "in_kursk": KURSK}
SUPPORT, ATTACK = "#2b6b68", "#9a3b2c"
VOICES = (TRAIN, KURSK, SUPPORT, "#7a4b8c", REFUSE, ATTACK)

STYLE = {
    "font.family": ["Report Sans"],
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.titley": 1.0,  # where titles stand anyway: looking for a free place would take as long as all else
    "axes.titleweight": "bold",
    "axes.linewidth": 0.7,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "grid.color": "#e4e7ea",
    "grid.linewidth": 0.7,
    "figure.autolayout": True,
}


@cache
def _register_fonts() -> None:
    for font in sorted(FONTS.glob("*.ttf")):
        fontManager.addfont(font)


def apply() -> None:
    """Switches matplotlib to the look of the report, for own drawings in a notebook as well."""
    _register_fonts()
    matplotlib.rcParams.update(STYLE)


def canvas(height: float, width: float = WIDTH) -> Figure:
    """An empty figure in the look of the report, in inches."""
    apply()
    # A constrained layout measures everything twice, for grids less regular than ours; so does this in a rectangle.
    return Figure(figsize=(width, height), layout=TightLayoutEngine(pad=PAD, h_pad=2 * PAD, w_pad=2 * PAD, rect=None))


def sheet(height: float, width: float = WIDTH) -> tuple[Figure, Axes]:
    """A figure that one bare axis covers to the edge, for a drawing that finds the place of all its words itself."""
    figure = canvas(height, width)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    return figure, axes


def rehearse() -> None:
    """Draws a figure for nobody, which finds the fonts and loads how each language writes its numbers."""
    with matplotlib.rc_context():
        figure = canvas(1)
        axes = figure.subplots()
        axes.set_title("x")
        for weight, language in product(("normal", "bold"), wording.LANGUAGES):
            beside(axes, wording.number(1000, language), (0, 0), 1, weight=weight)
        figure.savefig(io.BytesIO(), format="svg")


def label_above(axes: Axes, blocks: Mapping[str, Sequence[str]]) -> list[range]:
    """Names rows above what they show, which leaves the whole width to the values, and blocks in rows of their own.

    Says where the rows of each block lie on an axis that runs downwards in rows.
    """
    blank = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}  # keeps a line from crossing the words
    look = {"transform": axes.get_yaxis_transform(), "va": "bottom", "size": 8.5, "bbox": blank, "in_layout": False}
    places, top = [], 0
    for name, labels in blocks.items():
        heading(axes, top, name)
        places.append(range(top + 1, top + 1 + len(labels)))
        for place, label in zip(places[-1], labels, strict=True):
            axes.text(0, place - 0.2, label, **look)
        top += 1 + len(labels)
    axes.set(yticks=[], ylim=(top - 0.6, -0.4))
    axes.spines["left"].set_visible(False)
    return places


def heading(axes: Axes, place: float, said: str) -> None:
    """Names a block of rows in a row of its own, which the lines of the grid pass behind."""
    blank = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}
    look = {"transform": axes.get_yaxis_transform(), "va": "center", "size": 9.5, "weight": "bold", "bbox": blank}
    axes.text(0, place, said, **look)


def label_left(axes: Axes, places: Iterable[float], labels: Iterable[str], **look) -> None:
    """Names rows left of an axis, in words instead of ticks: a tick takes as long to make as four words."""
    aside, _, _ = axes.get_yaxis_text1_transform(3.5)
    for place, label in zip(places, labels, strict=True):
        axes.text(0, place, label, transform=aside, **{"ha": "right", "va": "center", "size": 8.5, **look})
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def beside(axes: Axes, said: str, point: tuple, gap: float, **look) -> None:
    """Writes right of a point, or left of it where the gap (in points) is negative."""
    side = "right" if gap < 0 else "left"
    # Every point shown lies on the axes; annotation_clip=None would look whether it does, at every measuring.
    place = {"xytext": (gap, 0), "textcoords": "offset points", "ha": side, "va": "center", "annotation_clip": False}
    axes.annotate(said, point, **place, **{"size": 8, **look})
