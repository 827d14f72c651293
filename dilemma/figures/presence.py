"""Where the soldiers are: the probabilities over time, and which reports tell the hypotheses apart."""

from datetime import date

import numpy as np
import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from dilemma import wording
from dilemma.figures import theme, words

COLOUR = {"h1": theme.TRAIN, "h2": "#5d7150", "h3": theme.KURSK, "h4": theme.UKRAINE}
DASHES = {"h1": (0, (6, 2)), "h2": (0, (1, 1.4)), "h3": "-", "h4": (0, (6, 1.5, 1, 1.5))}  # for print in grey
MARKER = {True: "D", False: "o"}  # a party to the war is marked by shape, not by colour
BOTTOM, TOP = -0.06, 1.04  # of the axis of probabilities
LABEL_GAP = 0.125  # of the axis: two lines of a label with air between them


def over_time(
    probabilities: pd.DataFrame, reported: pd.Series, names: dict[str, str], language: str
) -> Figure:
    """A line per hypothesis from the first report to the last day, named at its end.

    `probabilities` has one row per day (index) and one column per hypothesis, 0 to 1; `reported` has
    the days with a report, marked below; `names` says what each hypothesis is called.
    """
    figure = theme.canvas(3.4)
    axes = figure.subplots()
    start, end = probabilities.index[[0, -1]]
    held = end + (end - start) * 0.02  # so that a jump on the last day shows
    for name, values in probabilities.items():
        axes.step(
            [*probabilities.index, held], [*values, values.iloc[-1]], where="post",
            color=COLOUR[name], linestyle=DASHES[name], linewidth=1.8,
        )  # fmt: skip
    axes.plot(reported, [-0.025] * len(reported), "|", color=theme.MUTED, markersize=5)
    _end_labels(axes, probabilities.iloc[-1], names, language)
    _time_axis(axes, probabilities.index, language)
    return figure


def over_time_alt(probabilities: pd.DataFrame, names: dict[str, str], language: str) -> str:
    """The lines in words: each hypothesis on the first day, at its highest and on the last day."""
    last = {"en": "last", "de": "zuletzt"}[language]
    peak = {"en": "highest", "de": "höchstens"}[language]
    parts = []
    for name, values in probabilities.items():
        shown = (values.iloc[0], values.max(), values.iloc[-1])
        first, top, end = (wording.quantity(value, "probability", language) for value in shown)
        start, when = (wording.short_day(day, language) for day in (values.index[0], values.idxmax()))
        parts.append(words.entry(names[name], f"{start} {first}, {peak} {top} ({when}), {last} {end}"))
    opening = {"en": "Line chart of probabilities. ", "de": "Liniendiagramm der Wahrscheinlichkeiten. "}
    return opening[language] + "; ".join(parts) + "."


def _end_labels(axes: Axes, last: pd.Series, names: dict[str, str], language: str) -> None:
    for name, height in _apart(last).items():
        said = f"{words.even(names[name], 23)} {wording.quantity(last[name], 'probability', language)}"
        axes.text(1.045, height, said, transform=axes.transAxes, color=COLOUR[name], size=8.5, va="center")
        axes.plot(
            [1.0, 1.04], [_height(last[name]), height], transform=axes.transAxes,
            color=COLOUR[name], linewidth=0.7, clip_on=False,
        )  # fmt: skip


def _height(probability: pd.Series | float) -> pd.Series | float:
    """Where a probability lies between the lower and the upper end of the axis, 0 to 1."""
    return (probability - BOTTOM) / (TOP - BOTTOM)


def _apart(heights: pd.Series) -> dict[str, float]:
    """Heights of the labels, 0 to 1 of the axis, pushed apart until none lies on the next one."""
    scaled = _height(heights).sort_values(kind="stable")
    steps = LABEL_GAP * np.arange(len(scaled))
    placed = np.maximum.accumulate(scaled.to_numpy() - steps) + steps
    return dict(zip(scaled.index, np.minimum(placed, 0.97 - steps[::-1]), strict=True))


def _time_axis(axes: Axes, days: pd.DatetimeIndex, language: str) -> None:
    first, last = dates.date2num(days[[0, -1]].to_pydatetime())
    width = max(last - first, 1)
    axes.set(xlim=(first - 0.02 * width, first + 1.02 * width), ylim=(BOTTOM, TOP))
    axes.set_xticks(np.round(np.linspace(first, first + width, 3)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.short_day(_day(value), language)))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.percent(value, language)))
    axes.grid(axis="y")
    axes.set_ylabel({"en": "probability", "de": "Wahrscheinlichkeit"}[language])


def _day(number: float) -> date:
    return dates.num2date(number).date()


def diagnosticity(reports: pd.DataFrame, language: str) -> Figure:
    """A bar per report that counts: how far it tells the hypotheses apart, in powers of ten.

    `reports` has label, day (text), range (before weighting), weighted, favours (ids of the hypotheses it fits
    best; empty when it fits all alike) and party_to_war, in drawing order.
    """
    figure = theme.canvas(0.38 * len(reports) + 0.7)
    axes = figure.subplots()
    for position, row in enumerate(reports.itertuples()):
        colour = COLOUR[row.favours[0]] if len(row.favours) == 1 else theme.REFUSE
        axes.barh(position, row.range, height=0.56, facecolor="none", edgecolor=colour, linewidth=0.8, linestyle="--")
        axes.barh(position, row.weighted, height=0.56, color=colour, alpha=0.75)
        axes.plot(
            row.weighted, position, marker=MARKER[row.party_to_war], color=colour,
            markerfacecolor=theme.PAPER, markersize=6, clip_on=False, zorder=3,
        )  # fmt: skip
        theme.beside(axes, _reading(row, language), (max(row.range, row.weighted), position), 8)
    labels = [words.even(_label(row), 36) for row in reports.itertuples()]
    theme.label_left(axes, range(len(reports)), labels, linespacing=0.95)
    end = 1.85 * max(reports.range.max(), 0.6)  # so that one step of the axis can be seen
    axes.set(ylim=(len(reports) - 0.4, -0.6), xlim=(-0.025 * end, end))
    axes.xaxis.set_major_locator(MultipleLocator(1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value, language)))
    axes.set_xlabel({"en": "range of the likelihoods, powers of ten", "de": "Spanne der Wahrscheinlichkeiten, Zehnerpotenzen"}[language])
    return figure


def diagnosticity_alt(reports: pd.DataFrame, language: str) -> str:
    """The bars in words: every report with its weighted range, its range and what it fits best."""
    unweighted = {"en": "unweighted", "de": "ungewichtet"}[language]
    parts = [
        words.entry(f"{row.label}, {row.day}", f"{_reading(row, language)} ({unweighted} {wording.number(row.range, language, 2)})")
        for row in reports.itertuples()
    ]
    opening = {"en": "Bars show what tells the states apart. ", "de": "Balken zeigen, was die Zustände unterscheidet. "}
    return opening[language] + "; ".join(parts) + "."


def _label(row) -> str:
    """Name and day in one text whose day does not break over two lines."""
    return f"{row.label}, {row.day}".replace(row.day, row.day.replace(" ", "\N{NO-BREAK SPACE}"))


def _reading(row, language: str) -> str:
    best = " = ".join(name.upper() for name in row.favours)
    fit = {"en": f"fits {best} best", "de": f"passt am besten zu {best}"} if best else {"en": "fits all alike", "de": "passt zu allen gleich"}
    return f"{wording.number(row.weighted, language, 2)}, {fit[language]}"
