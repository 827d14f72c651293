"""The headline of many runs at a glance: one panel per parameter that the sweep varies."""

import re
from collections.abc import Sequence
from datetime import date
from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dilemma import wording
from dilemma.figures import theme
from dilemma.wording import Text

COLOUR = {"refuse": theme.REFUSE, "train": theme.TRAIN, "kursk": theme.KURSK, "ukraine": theme.UKRAINE}
MARKER = {"refuse": "o", "train": "s", "kursk": "^", "ukraine": "D"}  # readable without colour
# Column of the runs: what the panel's axis is called, and its unit
MEASURES = {
    "backfire-chance": (Text("“Kursk only” backfires", "„Nur Kursk“ schadet"), "probability"),
    "dilemma-gap": (Text("Kursk minus best other (kSE)", "Kursk minus beste andere (kSE)"), "kse"),
}
MOST_NAMES = 8  # values of one parameter that are named below its panels
RUNS = Text("runs", "Läufe")


def multiples(runs: pd.DataFrame, axes: Sequence[str], language: str) -> Figure:
    """Two measures of every run over every axis: one column of panels per axis, at least one and at most three.

    `runs` has a row per run: the axes as text, `backfire-chance` (0 to 1), `dilemma-gap` (kSE) and `best`,
    the option that is best on average, which sets colour and shape.
    """
    figure = theme.canvas(4.4)
    figure.set_layout_engine("constrained")  # makes room for a legend outside the panels
    panels = figure.subplots(len(MEASURES), len(axes), squeeze=False, sharex="col", sharey="row")
    for column, axis in zip(panels.T, axes, strict=True):
        at, ticks = positions(runs[axis])
        for panel, measure in zip(column, MEASURES, strict=True):
            _scatter(panel, at, runs[measure], runs["best"])
        column[-1].set_xticks(list(ticks), [shorten(name, 18, placeholder="…") for name in ticks.values()])
        column[-1].tick_params(axis="x", rotation=30 if max(map(len, ticks.values())) > 5 else 0)
        for label in column[-1].get_xticklabels():
            label.set_horizontalalignment("right" if label.get_rotation() else "center")
        column[-1].set_xlabel(axis)
    for panel, measure in zip(panels[:, 0], MEASURES, strict=True):
        _worded(panel, measure, language)
    _key(figure, runs["best"], language)
    return figure


def multiples_alt(runs: pd.DataFrame, axes: Sequence[str], language: str) -> str:
    """The panels in words: for every value of every axis how many runs, which options, and both measures."""
    return " ".join(f"{axis}: {_spoken(runs, axis, language)}." for axis in axes)


def positions(values: pd.Series) -> tuple[np.ndarray, dict[float, str]]:
    """Where values stand on an axis, and which places are named: numbers and days to scale, words side by side."""
    names = dict.fromkeys(values)
    numbers = {name: _number(name) for name in names}
    if None in numbers.values():
        numbers = {name: float(place) for place, name in enumerate(names)}
    named = sorted((place, name) for name, place in numbers.items())
    return values.map(numbers).to_numpy(dtype=float), dict(_apart(named))


def _apart(named: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """The first and the last place, and of those between as many as can be named without touching."""
    least = (named[-1][0] - named[0][0]) / MOST_NAMES
    kept = named[:1]
    for place, name in named[1:-1]:
        if place - kept[-1][0] >= least <= named[-1][0] - place:
            kept.append((place, name))
    return [*kept, *named[1:][-1:]]


def _number(name: str) -> float | None:
    """The number or day that a text stands for, of a range its middle; None for a word."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name):
        return float(date2num(date.fromisoformat(name)))
    parts = [part.strip() for part in name.split(",")]
    if len(parts) in (1, 3) and all(re.fullmatch(r"-?\d[\d_]*(\.\d+)?", part) for part in parts):
        return float(parts[len(parts) // 2].replace("_", ""))
    return None


def _scatter(panel: Axes, at: np.ndarray, measured: pd.Series, best: pd.Series) -> None:
    for option, colour in COLOUR.items():
        of_option = (best == option).to_numpy()
        if of_option.any():
            panel.scatter(
                at[of_option], measured[of_option], s=16, color=colour, marker=MARKER[option], alpha=0.65, linewidth=0
            )
    panel.grid(axis="y")
    panel.margins(x=0.12)


def _worded(panel: Axes, measure: str, language: str) -> None:
    """The left panel's axis in the reader's numbers, with a line where no option is ahead."""
    title, unit = MEASURES[measure]
    panel.set_ylabel(wording.pick(title, language))
    panel.yaxis.set_major_locator(MaxNLocator(5))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.quantity(value, unit, language)))


def _key(figure: Figure, best: pd.Series, language: str) -> None:
    """Which option a colour and a shape stand for, with the number of runs."""
    counts = best.value_counts()
    marks = [
        Line2D([], [], color=COLOUR[option], marker=MARKER[option], linewidth=0, markersize=5)
        for option in COLOUR
        if option in counts
    ]
    names = [f"{wording.label(option, language)} ({counts[option]})" for option in COLOUR if option in counts]
    figure.legend(marks, names, loc="outside upper left", ncols=len(names), frameon=False, handletextpad=0.2)


def _spoken(runs: pd.DataFrame, axis: str, language: str) -> str:
    _, ticks = positions(runs[axis])
    return "; ".join(_group(name, runs[runs[axis] == name], language) for name in ticks.values())


def _group(name: str, runs: pd.DataFrame, language: str) -> str:
    """One value of an axis: how many runs, the options that are best, and both measures from least to most."""
    counts = runs["best"].value_counts()
    options = " / ".join(f"{wording.label(option, language)} {count}" for option, count in counts.items())
    measured = ", ".join(
        f"{wording.pick(title, language)} {wording.interval(runs[measure].min(), runs[measure].max(), unit, language)}"
        for measure, (title, unit) in MEASURES.items()
    )
    return f"{name} ({len(runs)} {wording.pick(RUNS, language)}, {options}, {measured})"
