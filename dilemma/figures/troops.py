"""Head counts: who counted what, how the voices mix, and what the number is worth."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from dilemma import wording
from dilemma.estimates import pert_density
from dilemma.figures import theme, words

HILL_SHARE = {"en": "of the weight", "de": "des Gewichts"}
MARKER = {True: "D", False: "o"}  # a party to the war is marked by shape, not by colour


def head_counts(counts: pd.DataFrame, language: str) -> Figure:
    """One block per thing counted, one line per statement: who said what on which day.

    `counts` has stage, label, low, mode, high (persons, drawn), central, stated_low, stated_high (as
    the issuer gave them), party_to_war and in_article, in drawing order.
    """
    groups = dict(list(counts.groupby("stage", sort=False, observed=True)))
    labels = {wording.heading(stage, language): rows.label.to_list() for stage, rows in groups.items()}
    figure = theme.canvas(theme.ROW * (len(counts) + len(labels)) + 0.5, theme.NARROW)
    axes = figure.subplots()
    for (stage, rows), places in zip(groups.items(), theme.label_above(axes, labels), strict=True):
        _statements(axes, places, rows, theme.STAGE[stage], language)
    axes.grid(axis="x")
    axes.set_xlim(-0.03 * counts.high.max(), 1.16 * counts.high.max())
    axes.xaxis.set_major_formatter(_thousands(language))
    axes.set_xlabel(wording.label("persons", language))
    return figure


def stated(row, language: str) -> str:
    """The number as the issuer gave it: a point, a range, or a bound marked ≥ or ≤."""
    floor, ceiling = np.isfinite(row.stated_low), np.isfinite(row.stated_high)
    if floor and ceiling and np.isnan(row.central):
        return wording.interval(row.stated_low, row.stated_high, "persons", language)
    sign = "≥\N{NO-BREAK SPACE}" if floor and not ceiling else "≤\N{NO-BREAK SPACE}" if ceiling and not floor else ""
    return sign + wording.number(row.mode, language)


def head_counts_alt(counts: pd.DataFrame, language: str) -> str:
    """The head counts in words: every panel with its lines and numbers."""
    panels = []
    for stage, rows in counts.groupby("stage", sort=False, observed=True):
        lines = (words.entry(row.label, stated(row, language)) for row in rows.itertuples())
        panels.append(words.group(wording.heading(stage, language), lines))
    opening = {"en": "Dot plot of public head counts. ", "de": "Punktdiagramm der öffentlichen Zählungen. "}
    return opening[language] + " ".join(panels)


def _statements(axes: Axes, places: range, rows: pd.DataFrame, colour: str, language: str) -> None:
    for place, row in zip(places, rows.itertuples(), strict=True):
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2, alpha=0.45)
        axes.plot(
            row.mode, place, marker=MARKER[row.party_to_war], markersize=6, color=colour,
            markerfacecolor=colour if row.in_article else theme.PAPER, markeredgewidth=1.3,
        )  # fmt: skip
        weight = "bold" if row.in_article else "normal"
        theme.beside(axes, stated(row, language), (row.high, place), 8, weight=weight, in_layout=False)


def humps(triples: pd.DataFrame, weights: np.ndarray, names: list[str], language: str) -> Figure:
    """One hill per voice and, below, the pool of all: where the voices agree it has one hump, else several.

    `triples` has low, mode, high in persons; `names` the voices and, last, the name of the pool.
    """
    men = np.linspace(0, triples.high.max() * 1.02, 300)
    hills = np.array([pert_density(men, row.low, row.mode, row.high) for row in triples.itertuples()])
    shares = weights / weights.sum()
    rows = [*(hills * shares[:, None]), shares @ hills]
    figure = theme.canvas(0.62 * len(rows) + 0.55, theme.NARROW)
    axes = figure.subplots()
    height = max(row.max() for row in rows)
    for position, row in enumerate(rows):
        colour = theme.INK if position == len(hills) else theme.VOICES[position % len(theme.VOICES)]
        axes.fill_between(men, position, position - 0.85 * row / height, color=colour, alpha=0.7, linewidth=0)
        axes.plot(men[[0, -1]], [position, position], color=theme.FAINT, linewidth=0.7)
    theme.label_left(axes, range(len(rows)), [words.even(name, 24) for name in names], va="bottom")
    axes.set(xlim=(0, men[-1]), ylim=(len(rows) - 0.9, -0.95))
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(_thousands(language))
    axes.set_xlabel(wording.label("persons", language))
    return figure


def humps_alt(triples: pd.DataFrame, weights: np.ndarray, names: list[str], language: str) -> str:
    """The hills in words: every voice with its weight and range."""
    shares = weights / weights.sum()
    hills = [
        words.entry(
            name,
            f"{wording.interval(row.low, row.high, 'persons', language)}, "
            f"{wording.percent(share, language)} {HILL_SHARE[language]}",
        )
        for name, row, share in zip(names, triples.itertuples(), shares, strict=False)
    ]
    opening = {"en": "Distribution of soldiers by voice. ", "de": "Verteilung der Soldaten je Stimme. "}
    return opening[language] + "; ".join(hills) + "."


def worth(sizes: dict[str, pd.DataFrame], titles: dict[str, str], language: str) -> Figure:
    """What each voice's head count is worth: one panel per yardstick, one line per voice.

    Each table of `sizes` has name (the voice), low, median, high in the unit that is its key.
    """
    rows = len(next(iter(sizes.values())))
    figure = theme.canvas(0.33 * rows + 0.95)
    panels = figure.subplots(1, len(sizes), sharey=True, squeeze=False)[0]
    for axes, (unit, table) in zip(panels, sizes.items(), strict=True):
        _ranges(axes, table, unit, language)
        axes.set_title(titles[unit], size=9)
    theme.label_left(panels[0], range(rows), next(iter(sizes.values())).name)
    panels[0].set_ylim(rows - 0.5, -0.6)
    return figure


def worth_alt(sizes: dict[str, pd.DataFrame], language: str) -> str:
    """The yardsticks in words: every voice with median and range per unit."""
    lines = [
        words.entry(row.name, _median_and_range(row, unit, _digits(table, unit), language))
        for unit, table in sizes.items()
        for row in table.itertuples(index=False)
    ]
    opening = {"en": "Median and range by voice. ", "de": "Median und Spanne je Stimme. "}
    return opening[language] + "; ".join(lines) + "."


def _digits(table: pd.DataFrame, unit: str) -> int:
    """The decimals of a unit, or one more where they would not tell the ends of a range apart."""
    digits, scale = wording.DIGITS[unit], 100 if unit in wording.PERCENTAGES else 1
    ends = (scale * table[["low", "high"]]).round(digits)
    return digits + int(((ends.low == ends.high) & (table.low < table.high)).any())


def _median_and_range(row, unit: str, digits: int, language: str) -> str:
    low, median, high = (_worded(value, unit, digits, language) for value in (row.low, row.median, row.high))
    name = "" if unit in wording.PERCENTAGES else f" {wording.label(unit, language)}"  # a percentage has its sign
    return f"{median}{name} ({low.rstrip('%').rstrip()}–{high})"


def _worded(value: float, unit: str, digits: int, language: str) -> str:
    return (wording.percent if unit in wording.PERCENTAGES else wording.number)(value, language, digits)


def _ranges(axes: Axes, table: pd.DataFrame, unit: str, language: str) -> None:
    digits = _digits(table, unit)
    for position, row in enumerate(table.itertuples()):
        axes.plot([row.low, row.high], [position, position], color=theme.TRAIN, linewidth=3, alpha=0.4)
        axes.plot(row.median, position, marker="o", color=theme.TRAIN, markersize=5)
        axes.annotate(
            _worded(row.median, unit, digits, language), (row.median, position), (0, 6),
            textcoords="offset points", ha="center", size=8,
        )  # fmt: skip
    axes.set_xlim(0, 1.15 * table.high.max())
    axes.locator_params(axis="x", nbins=3)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.quantity(value, unit, language)))


def _thousands(language: str) -> FuncFormatter:
    return FuncFormatter(lambda value, _: wording.number(value, language))
