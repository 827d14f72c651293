"""The explorer as a figure: one small map per worldview, coloured by the option that is best on average."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from dilemma import wording
from dilemma.escalation import OPTIONS
from dilemma.explorer import Explored
from dilemma.figures import theme, words
from dilemma.figures.decision import HATCH
from dilemma.figures.tipping import REACTION, WORTH
from dilemma.wording import Text

COLUMNS = 3
GAP_ACROSS, GAP_DOWN = 1.6, 2.9  # between panels, in cells
KEY = 1.9  # cells kept free above the panels for the key
THIS_RUN = Text("this run", "dieser Lauf")


def panels(explored: Explored, names: Mapping[str, str], current: str, language: str) -> Figure:
    """A map per worldview (`names`): rows of worths, columns of reactions; a star where its own worlds lie.

    The worldview of the run, `current`, is framed.
    """
    wide, high = len(explored.reactions), len(explored.worths)
    across, down = COLUMNS * (wide + GAP_ACROSS), -(-len(explored.worldviews) // COLUMNS) * (high + GAP_DOWN)
    figure, axes = theme.sheet(theme.WIDTH * (down + KEY) / (across + 1.4))
    for at, worldview in enumerate(explored.worldviews):
        left, top = (at % COLUMNS) * (wide + GAP_ACROSS), (at // COLUMNS) * (high + GAP_DOWN)
        _panel(axes, explored, worldview, left, top)
        _title(axes, names[worldview], worldview == current, left, top, (wide, high), language)
        _scales(axes, explored, left, top + high, labelled=at % COLUMNS == 0, language=language)
    _key(axes, _present(explored), across - GAP_ACROSS, language)
    _name_axes(axes, down, across, language)
    axes.set(xlim=(-2.1, across - GAP_ACROSS + 0.5), ylim=(down, -KEY - 1.1))
    return figure


def alt(explored: Explored, names: Mapping[str, str], language: str) -> str:
    """The maps in words: of how many fields of every worldview each option is the best on average."""
    fields = len(explored.worths) * len(explored.reactions)
    opening = {
        "en": f"One map of {fields} fields per worldview shows in how many each option is best on average. ",
        "de": f"Je Weltsicht zeigt eine Karte mit {fields} Feldern, in wie vielen welche Option im Mittel die beste ist. ",
    }
    rows = (words.group(names[worldview], _counted(explored, worldview, language)) for worldview in explored.worldviews)
    return opening[language] + " ".join(rows)


def best_options(explored: Explored, worldview: str) -> list[list[str]]:
    """The option that is best on average where both values are fixed: rows of worths, columns of reactions."""
    return [[seen.best for seen in row] for row in explored.fixed(worldview)]


def _counted(explored: Explored, worldview: str, language: str) -> list[str]:
    count = Counter(option for row in best_options(explored, worldview) for option in row)
    return [words.entry(wording.label(name, language), str(count[name])) for name in OPTIONS if count[name]]


def _present(explored: Explored) -> list[str]:
    """The options that are best somewhere, in their order."""
    found = {option for worldview in explored.worldviews for row in best_options(explored, worldview) for option in row}
    return [option for option in OPTIONS if option in found]


def _panel(axes: Axes, explored: Explored, worldview: str, left: float, top: float) -> None:
    """The fields, one path per option so that the drawing stays small, the lines between them, and the star."""
    best = np.array(best_options(explored, worldview))[::-1]  # the highest worth is on top
    high, wide = best.shape
    for option in OPTIONS:
        if bars := [_bar(left, top + row, first, last) for row, first, last in _runs(best == option)]:
            axes.add_artist(PathPatch(Path.make_compound_path(*bars), **_look(option)))
    lines = {"color": theme.PAPER, "linewidth": 0.6}
    axes.hlines(top + np.arange(1, high), left, left + wide, **lines)
    axes.vlines(left + np.arange(1, wide), top, top + high, **lines)
    own = explored.drawn[worldview]
    right, up = _place(own.reaction, explored.reactions), _place(own.worth, explored.worths)
    star = {"markersize": 8, "color": theme.INK, "markeredgecolor": theme.PAPER, "markeredgewidth": 0.6}
    axes.plot(left + right + 0.5, top + high - up - 0.5, "*", **star)


def _look(option: str) -> dict[str, object]:
    fill = {"facecolor": (theme.OPTION[option], 0.55), "edgecolor": theme.PAPER, "linewidth": 0}
    return {**fill, "hatch": HATCH[option], "hatchcolor": theme.PAPER, "hatch_linewidth": 0.7}


def _runs(inside: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """The runs of true values in every row: row, first column, column behind the last."""
    for row, values in enumerate(inside):
        ends = np.flatnonzero(np.diff(np.pad(values.astype(int), 1)))
        yield from ((row, int(first), int(last)) for first, last in ends.reshape(-1, 2))


def _bar(left: float, top: float, first: int, last: int) -> Path:
    x, end = left + first, left + last
    return Path([(x, top), (end, top), (end, top + 1), (x, top + 1), (x, top)], closed=True)


def _place(value: float, levels: Sequence[float]) -> float:
    """Where a value lies among the middles of the fields, whose steps may differ; the ends are the limit."""
    return float(np.interp(value, levels, range(len(levels))))


def _title(
    axes: Axes, name: str, framed: bool, left: float, top: float, size: tuple[int, int], language: str
) -> None:
    weight = "bold" if framed else "normal"
    said = f"{name} ({wording.pick(THIS_RUN, language)})" if framed else name
    axes.text(left, top - 0.3, said, ha="left", va="bottom", weight=weight, size=8.2)
    if framed:
        axes.add_artist(Rectangle((left, top), *size, fill=False, edgecolor=theme.INK, linewidth=1.4))


def _scales(axes: Axes, explored: Explored, left: float, bottom: float, labelled: bool, language: str) -> None:
    """Some of the levels along both axes: every other one has room."""
    small = {"size": 7, "color": theme.MUTED}
    for at, reaction in list(enumerate(explored.reactions))[::2]:
        axes.text(left + at + 0.5, bottom + 0.2, wording.percent(reaction, language), ha="center", va="top", **small)
    for at, worth in list(enumerate(explored.worths))[1::2] if labelled else ():
        axes.text(left - 0.2, bottom - at - 0.5, level(worth, language), ha="right", va="center", **small)


def level(worth: float, language: str) -> str:
    """A worth of the grid with as many decimals as it has."""
    return wording.number(worth, language, len(f"{worth:g}".partition(".")[2]))


def _key(axes: Axes, options: Sequence[str], right: float, language: str) -> None:
    """What the colours and the star mean, along the top."""
    step, height = right / (len(options) + 1), -KEY
    for at, option in enumerate(options):
        axes.add_artist(Rectangle((at * step, height - 0.5), 1, 1, **_look(option)))
        axes.text(at * step + 1.3, height, wording.label(option, language), va="center", size=8.5)
    axes.plot(len(options) * step + 0.5, height, "*", markersize=8, color=theme.INK)
    mean = {"en": "mean of the worldview", "de": "Mittel der Weltsicht"}[language]
    axes.text(len(options) * step + 1.2, height, mean, va="center", size=8.5)


def _name_axes(axes: Axes, down: float, across: float, language: str) -> None:
    look = {"size": 8.2, "color": theme.MUTED}
    axes.text((across - GAP_ACROSS) / 2, down - 1.35, wording.pick(REACTION, language), ha="center", va="top", **look)
    middle = (down - GAP_DOWN) / 2
    axes.text(-1.6, middle, wording.pick(WORTH, language), ha="center", va="center", rotation=90, **look)
