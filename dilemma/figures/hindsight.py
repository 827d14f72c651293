"""The same analysis replayed as of several days: one panel per measure, one column per day."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

from dilemma import wording
from dilemma.figures import theme, words
from dilemma.wording import Text

INK, MEN, KURSK, WORSE = theme.INK, theme.TRAIN, theme.KURSK, theme.ATTACK
UP_TO_ONE = ("share", "probability", "strength")
THIS_RUN = Text("this report", "dieser Bericht")
OPENING = Text("The analysis as of several days. ", "Die Analyse zu mehreren Stichtagen. ")


class Panel(NamedTuple):
    """One measure over the days; a measure without a range has NaN in `low` and `high`."""

    title: Text
    unit: str  # of the values, a key of wording.DIGITS
    colour: str
    values: pd.DataFrame  # indexed by day, ascending: low, median, high


def replay(panels: Sequence[Panel], as_of: date, language: str) -> Figure:
    """How each measure reads on each day; the column of `as_of` is shaded.

    Columns are evenly spaced, since the days are not. All panels have the same days.
    """
    days = panels[0].values.index
    figure = theme.canvas(1.22 * len(panels) + 0.55)
    stack = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    for axes, panel in zip(stack, panels, strict=True):
        axes.set(xlim=(-0.5, len(days) - 0.4), xticks=[])
        _measure(axes, panel, language)
        for at in np.flatnonzero(days == as_of):
            axes.axvspan(at - 0.5, at + 0.5, color=theme.FAINT, alpha=0.4, linewidth=0)
    stack[-1].set_xticks(range(len(days)), [_two_lines(day, day == as_of, language) for day in days])
    stack[-1].tick_params(axis="x", length=0)
    return figure


def replay_alt(panels: Sequence[Panel], language: str) -> str:
    """The panels in words: every measure with its value on every day."""
    return wording.pick(OPENING, language) + " ".join(_spoken(panel, language) for panel in panels)


def _spoken(panel: Panel, language: str) -> str:
    values = (
        words.entry(wording.day(row.Index, language), _value(row, panel.unit, language))
        for row in panel.values.itertuples()
    )
    return words.group(wording.pick(panel.title, language), values)


def _value(row, unit: str, language: str) -> str:
    spread = f" ({wording.interval(row.low, row.high, unit, language)})" if np.isfinite(row.low) else ""
    return wording.quantity(row.median, unit, language) + spread


def _measure(axes: Axes, panel: Panel, language: str) -> None:
    at = np.arange(len(panel.values))
    low, median, high = (panel.values[name].to_numpy(dtype=float) for name in ("low", "median", "high"))
    axes.vlines(at, low, high, color=panel.colour, linewidth=3, alpha=0.4)
    axes.plot(at, median, "o", color=panel.colour, markersize=5)
    for place, value in enumerate(median):
        theme.beside(axes, wording.quantity(value, panel.unit, language), (place, value), 7, in_layout=False)
    axes.set_title(wording.pick(panel.title, language))
    axes.set_ylim(0, 1.15 * _top(panel))  # room for the label of a point at the top
    ticks = FixedLocator([0, 0.5, 1]) if panel.unit in UP_TO_ONE else MaxNLocator(3)
    axes.yaxis.set(major_locator=ticks, major_formatter=lambda value, _: wording.quantity(value, panel.unit, language))
    axes.grid(axis="y")


def _top(panel: Panel) -> float:
    """The end of the scale: 1 for what lies between 0 and 1, else the highest value."""
    if panel.unit in UP_TO_ONE:
        return 1.0
    return float(np.nanmax(panel.values[["median", "high"]].to_numpy(dtype=float)))


def _two_lines(day: date, shown: bool, language: str) -> str:
    """A day for the axis, its year below, and below that a mark for the day of the run."""
    said = wording.short_day(day, language)
    start, year = said[:-4].rstrip(" "), said[-4:]
    return "\n".join([start, year, *([wording.pick(THIS_RUN, language)] if shown else [])])
