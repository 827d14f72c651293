"""Where the dilemma tips: the best option by what the men are worth and how Washington reacts."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from scipy.ndimage import distance_transform_edt

from dilemma import wording
from dilemma.decision import Tipping, days
from dilemma.escalation import OPTIONS
from dilemma.figures import theme, words
from dilemma.wording import Text

WORTH = Text("worth of the contingent in Kursk, kSE", "Wert des Kontingents in Kursk, kSE")
REACTION = Text(
    "chance that Washington answers Kursk strongly",
    "Wahrscheinlichkeit, dass Washington auf Kursk stark antwortet",
)
LOSSES = Text("the same in days of Russian losses", "dasselbe in Tagen russischer Verluste")
GUESS = Text("best guess", "beste Schätzung")
BEST = Text("is best", "ist am besten")
OPENING = Text("Map of the best option.", "Karte der besten Option.")
AT_GUESS = Text("At the best guess", "Bei der besten Schätzung")
BEST_THERE = Text("best option there", "dort die beste Option")
LOSS_DAYS = Text("days of Russian losses", "Tage russischer Verluste")
DRAWN = Text("Each in 90% of the drawn worlds", "Jeweils in 90 % der gezogenen Welten")
# Keeps words legible across a line; an outline around the letters would turn them into shapes
PATCH = {"facecolor": theme.PAPER, "linewidth": 0, "pad": 0.6, "alpha": 0.85}
DOTS = 300  # worlds shown; the draws have no order, so the first ones are a fair sample
ROOM = 0.06  # of the map's height, from the middle of a label to the border: with less it would not fit

Box = tuple[float, float, float, float]  # lowest and highest reaction (0 to 1), then worth (kSE)
Cloud = tuple[np.ndarray, np.ndarray]  # worth (kSE) and reaction (0 to 1) of drawn worlds, (n,) each


def tipping_map(
    tipping: Tipping, cloud: Cloud, losses_per_day: float, language: str, box: Box | None = None
) -> Figure:
    """Which option is best where, all else at the best guess; drawn worlds are dots, the guess is a star.

    `cloud` comes from `decision.position`; `losses_per_day` (persons) feeds the right axis; `box` frames
    a region found elsewhere, such as by scenario discovery.
    """
    figure = theme.canvas(4.1)
    axes = figure.subplots()
    for at, option in enumerate(OPTIONS):
        _region(axes, tipping, at, option, language)
    worths, reactions = (axis[:DOTS] for axis in cloud)
    axes.plot(reactions, worths, "o", markersize=1.7, color=theme.INK, alpha=0.45, markeredgewidth=0)
    _guess(axes, tipping, language)
    if box:
        _frame(axes, box, tipping)
    axes.set(xlim=tipping.reactions[[0, -1]], ylim=tipping.worths[[0, -1]])
    axes.set(xlabel=wording.pick(REACTION, language), ylabel=wording.pick(WORTH, language))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.percent(value, language)))
    _whole(axes.yaxis, language)
    _days_axis(axes, losses_per_day, language)
    return figure


def tipping_alt(tipping: Tipping, cloud: Cloud, losses_per_day: float, language: str) -> str:
    """The map in words: where the best guess lies, what is best there, and where the drawn worlds lie."""
    worth, reaction = tipping.guess
    length = wording.quantity(days(worth, losses_per_day), "days", language)
    value = f"{wording.quantity(worth, 'kse', language)} ({length} {wording.pick(LOSS_DAYS, language)})"
    best = words.entry(wording.pick(BEST_THERE, language), wording.label(tipping.best, language))
    worths = wording.interval(*np.quantile(cloud[0], [0.05, 0.95]), "kse", language)
    reactions = wording.interval(*np.quantile(cloud[1], [0.05, 0.95]), "share", language)
    guess = [*_placed(value, wording.percent(reaction, language), language), best]
    where = _placed(worths, reactions, language)
    groups = [words.group(wording.pick(AT_GUESS, language), guess), words.group(wording.pick(DRAWN, language), where)]
    return " ".join([wording.pick(OPENING, language), *groups])


def _placed(worth: str, reaction: str, language: str) -> list[str]:
    return [words.entry(wording.pick(WORTH, language), worth), words.entry(wording.pick(REACTION, language), reaction)]


def _region(axes: Axes, tipping: Tipping, at: int, option: str, language: str) -> None:
    """Where one option is best: its colour, a dark border, and its name where there is most room."""
    ahead = tipping.values[:, :, at] - np.delete(tipping.values, at, axis=2).max(axis=2)
    if ahead.max() <= 0:
        return
    grid = (tipping.reactions, tipping.worths, ahead)
    axes.contourf(*grid, levels=[0, ahead.max() + 1], colors=[theme.OPTION[option]], alpha=0.3)
    if ahead.min() < 0:
        axes.contour(*grid, levels=[0], colors=theme.INK, linewidths=0.8)
    worth, reaction, room = _roomiest(tipping, ahead > 0)
    if room > ROOM:
        said = f"{wording.label(option, language)}\n{wording.pick(BEST, language)}"
        axes.text(reaction, worth, said, ha="center", va="center", weight="bold", bbox=PATCH)


def _roomiest(tipping: Tipping, inside: np.ndarray) -> tuple[float, float, float]:
    """Worth and reaction furthest from the region's border and the best guess, and how far that is.

    Distances are shares of the map's height; the width counts half, since words are wider than high.
    """
    up, right = ((axis - axis[0]) / np.ptp(axis) for axis in (tipping.worths, tipping.reactions))
    guess_up, guess_right = (
        (at - axis[0]) / np.ptp(axis)
        for at, axis in zip(tipping.guess, (tipping.worths, tipping.reactions), strict=True)
    )
    beside = 0.03 if _label_above(tipping) else -0.03
    taken = (np.abs(up - guess_up - beside)[:, None] < 0.06) & (np.abs(right - guess_right) < 0.1)
    free = np.pad(inside & ~taken, 1)  # the map's edge is a border too
    room = distance_transform_edt(free, sampling=(1 / len(up), 0.5 / len(right)))[1:-1, 1:-1]
    row, column = np.unravel_index(room.argmax(), room.shape)
    return tipping.worths[row], tipping.reactions[column], room.max()


def _guess(axes: Axes, tipping: Tipping, language: str) -> None:
    worth, reaction = tipping.guess
    axes.plot(reaction, worth, "*", markersize=13, color=theme.INK, markeredgecolor=theme.PAPER)
    offset, side = ((0, 8), "bottom") if _label_above(tipping) else ((0, -8), "top")
    axes.annotate(
        wording.pick(GUESS, language), (reaction, worth), offset, textcoords="offset points",
        ha="center", va=side, size=8.5, weight="bold", bbox=PATCH,
    )  # fmt: skip


def _label_above(tipping: Tipping) -> bool:
    """Whether the label of the best guess stands above it: below if the border it must not hide is near."""
    worth, reaction = tipping.guess
    over = np.abs(tipping.worths - worth - 0.08 * np.ptp(tipping.worths)).argmin()
    there = tipping.values[over, np.abs(tipping.reactions - reaction).argmin()]
    low = worth - tipping.worths[0] < 0.1 * np.ptp(tipping.worths)
    return bool(low or OPTIONS[there.argmax()] == tipping.best)


def _frame(axes: Axes, box: Box, tipping: Tipping) -> None:
    """The dashed border of a box, cut at the map's edge."""
    left, right = np.clip(box[:2], *tipping.reactions[[0, -1]])
    bottom, top = np.clip(box[2:], *tipping.worths[[0, -1]])
    border = {"fill": False, "edgecolor": theme.INK, "linestyle": "--", "linewidth": 1.5}
    axes.add_artist(Rectangle((left, bottom), right - left, top - bottom, **border))


def _days_axis(axes: Axes, losses_per_day: float, language: str) -> None:
    one = days(1.0, losses_per_day)
    axis = axes.secondary_yaxis("right", functions=(lambda kse: kse * one, lambda number: number / one))
    axis.set_ylabel(wording.pick(LOSSES, language), color=theme.MUTED)
    _whole(axis.yaxis, language)


def _whole(axis: Axis, language: str) -> None:
    axis.set_major_locator(MaxNLocator(6, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value, language)))
