"""Dependence on one scale: months of own supply, shares, deliveries by issuer, and what a move reveals."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from dilemma import wording
from dilemma.figures import theme, words

MARKER = {True: "D", False: "o"}  # a party to the war is marked by shape, not by colour
OWN_MONTHS = {
    "en": "months of Russia's own recruiting or production",
    "de": "Monate eigener Anwerbung oder Produktion Russlands",
}
BLANK = {"facecolor": theme.PAPER, "edgecolor": "none", "pad": 2}  # keeps a line from crossing a number
PREDICTABLY = {"en": "λ: how predictably Moscow chooses", "de": "λ: wie berechenbar Moskau wählt"}
MOVES = {
    "refuse": (theme.REFUSE, ":"),
    "train": (theme.TRAIN, "--"),
    "kursk": (theme.KURSK, "-"),
    "ukraine": (theme.UKRAINE, "-."),
}
DASHES, KEY = ("-", "--", ":"), (0.77, 0.86, 0.95)  # of the three precisions; the key fills the empty corner


def own_supply(rows: pd.DataFrame, months: float, language: str) -> Figure:
    """Months of Russia's own supply that each kind of help replaces, on a logarithmic axis.

    `rows` has panel (heading), label, low, mode, high in months; `months` is the period compared.
    """
    figure, axes = _ranges(rows, "months", language)
    axes.axvline(months, color=theme.MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
    axes.set_xscale("log")
    axes.set_xlim(min(0.05, rows.low[rows.low > 0].min() / 1.6), rows.high.max() * 3.2)
    digits = FuncFormatter(lambda x, _: wording.number(x, language, 0 if x >= 1 else 1))
    axes.xaxis.set_major_formatter(digits)
    axes.minorticks_off()
    axes.set_xlabel(OWN_MONTHS[language])
    return figure


def own_supply_alt(rows: pd.DataFrame, months: float, language: str) -> str:
    """The months in words: every row with range and middle, and the period they are measured against."""
    period = wording.number(months, language)
    opening = {
        "en": f"Ranges on a logarithmic scale, with a line at {period} months. ",
        "de": f"Spannen auf logarithmischer Skala mit einer Linie bei {period} Monaten. ",
    }
    unit = wording.label("months", language)
    return opening[language] + _in_words(rows, "months", f" {unit}", language)


def shares(rows: pd.DataFrame, language: str) -> Figure:
    """North Korea's share by what it is measured against: a dot or a range per line.

    `rows` has panel, label, low, mode, high (shares; low may be missing), party_to_war.
    """
    figure, axes = _ranges(rows, "share", language)
    axes.axvline(1, color=theme.MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
    axes.set_xlim(0, max(1.0, rows.high.max()) * 1.22)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: wording.percent(x, language)))
    return figure


def shares_alt(rows: pd.DataFrame, language: str) -> str:
    """The shares in words, panel by panel."""
    opening = {"en": "Dots and ranges of shares. ", "de": "Punkte und Spannen von Anteilen. "}
    return opening[language] + _in_words(rows, "share", "", language)


def deliveries(rows: pd.DataFrame, language: str) -> Figure:
    """Deliveries so far by issuer, one panel per way of counting.

    `rows` has panel, label, low, mode, high (million rounds; low or high may be missing), party_to_war.
    """
    figure, axes = _ranges(rows, "rounds_million", language)
    axes.set_xlim(0, rows[["low", "mode", "high"]].max().max() * 1.18)
    axes.set_xlabel(wording.label("rounds_million", language))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: wording.number(x, language)))
    return figure


def deliveries_alt(rows: pd.DataFrame, language: str) -> str:
    """The deliveries in words, panel by panel."""
    opening = {"en": "Dot plot of deliveries so far. ", "de": "Punktdiagramm der bisherigen Lieferungen. "}
    unit = wording.label("rounds_million", language)
    return opening[language] + _in_words(rows, "rounds_million", f" {unit}", language)


def beliefs(after: pd.DataFrame, before: pd.DataFrame, language: str) -> Figure:
    """The belief "short of men": left after each move over the precision, right after Kursk over the prior.

    `after` has move (a key of MOVES), label, precision, belief; `before` has precision, prior, belief.
    """
    figure = theme.canvas(3.0)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _over_precision(left, after, language)
    _over_prior(right, before, language)
    for axes in (left, right):
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: wording.percent(y, language)))
        axes.grid(axis="y")
    return figure


def beliefs_alt(after: pd.DataFrame, before: pd.DataFrame, language: str) -> str:
    """The belief in words: where each line of both panels ends or stands in the middle."""
    last = after.groupby("move", sort=False).tail(1)
    left = [words.entry(row.label, wording.percent(row.belief, language)) for row in last.itertuples()]
    middle = before[np.isclose(before.prior, 0.5)]
    right = [
        words.entry(f"λ = {wording.number(row.precision, language, 2)}", wording.percent(row.belief, language))
        for row in middle.itertuples()
    ]
    top, half = wording.number(after.precision.max(), language, 1), wording.percent(0.5, language)
    opening, by_move, after_kursk = {
        "en": ("Two line charts of the belief that Moscow is short of men.",
               f"At λ = {top}, by move", f"After Kursk, from a belief of {half}"),
        "de": ("Zwei Liniendiagramme der Überzeugung, dass Moskau Soldaten fehlen.",
               f"Bei λ = {top}, je Zug", f"Nach Kursk, ausgehend von {half}"),
    }[language]  # fmt: skip
    return " ".join([opening, words.group(by_move, left), words.group(after_kursk, right)])


def _over_precision(axes: Axes, after: pd.DataFrame, language: str) -> None:
    ends = {}
    for move, line in after.groupby("move", sort=False):
        colour, dash = MOVES[move]
        axes.plot(line.precision, line.belief, color=colour, linestyle=dash, linewidth=1.8)
        ends[line.label.iloc[0]] = (line.belief.iloc[-1], colour)
    heights = _apart([end for end, _ in ends.values()], 0.085)
    for (label, (_, colour)), height in zip(ends.items(), heights, strict=True):
        theme.beside(axes, label, (after.precision.max(), height), 4, color=colour)
    start = after.belief.iloc[0]
    axes.axhline(start, color=theme.MUTED, linewidth=0.9, linestyle=(0, (1, 1.5)))
    axes.set_xlim(after.precision.min(), after.precision.max())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: wording.number(x, language, 1)))
    axes.set_xlabel(PREDICTABLY[language])
    axes.set_title({"en": "After each move", "de": "Nach jedem Zug"}[language])


def _over_prior(axes: Axes, before: pd.DataFrame, language: str) -> None:
    axes.plot([0, 1], [0, 1], color=theme.MUTED, linewidth=0.9, linestyle=(0, (1, 1.5)))
    for dash, height, (step, line) in zip(DASHES, KEY, before.groupby("precision"), strict=False):
        axes.plot(line.prior, line.belief, color=theme.KURSK, linestyle=dash, linewidth=1.8)
        axes.plot([0.04, 0.2], [height, height], color=theme.KURSK, linestyle=dash, linewidth=1.8)
        axes.text(0.24, height, f"λ = {wording.number(step, language, 2)}", va="center", size=8)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: wording.percent(x, language)))
    axes.set_xlabel({"en": "belief before", "de": "Überzeugung vorher"}[language])
    axes.set_title({"en": "After Kursk", "de": "Nach Kursk"}[language])


def _apart(heights: list[float], gap: float) -> list[float]:
    """The heights moved up just so far that neighbours keep a gap."""
    order = np.argsort(heights, kind="stable")
    placed = np.array(heights, dtype=float)
    for lower, upper in zip(order, order[1:], strict=False):
        placed[upper] = max(placed[upper], placed[lower] + gap)
    return placed.tolist()


def _ranges(rows: pd.DataFrame, unit: str, language: str) -> tuple[Figure, Axes]:
    """A range, a point or both per line, under the heading of its panel."""
    labels = {panel: part.label.to_list() for panel, part in rows.groupby("panel", sort=False)}
    figure = theme.canvas(theme.ROW * (len(rows) + len(labels)) + 0.5, theme.NARROW)
    axes = figure.subplots()
    places = theme.label_above(axes, labels)
    for (_, part), at in zip(rows.groupby("panel", sort=False), places, strict=True):
        for place, row in zip(at, part.itertuples(), strict=True):
            _line(axes, place, row, _range(row, unit, language))
    axes.grid(axis="x")
    return figure, axes


def _line(axes: Axes, place: int, row, said: str) -> None:
    ends = [end for end in (row.low, row.mode, row.high) if np.isfinite(end)]
    axes.plot([min(ends), max(ends)], [place, place], color=theme.TRAIN, linewidth=3, alpha=0.4)
    marker = MARKER[getattr(row, "party_to_war", False)]
    middle = row.mode if np.isfinite(row.mode) else ends
    places = np.full(np.size(middle), place)
    axes.plot(middle, places, marker=marker, markersize=5.5, color=theme.TRAIN, linestyle="none")
    theme.beside(axes, said, (max(ends), place), 7, bbox=BLANK, in_layout=False)


def _said(rows: pd.DataFrame, unit: str, language: str) -> list[str]:
    return [_range(row, unit, language) for row in rows.itertuples()]


def _range(row, unit: str, language: str) -> str:
    """The value as stated: a range, a point, or a bound marked ≥ or ≤."""
    floor, ceiling = np.isfinite(row.low), np.isfinite(row.high)
    if floor and ceiling and row.low < row.high:
        return wording.interval(row.low, row.high, unit, language)
    sign = "" if floor == ceiling else "≥\N{NO-BREAK SPACE}" if floor else "≤\N{NO-BREAK SPACE}"
    value = next(end for end in (row.mode, row.low, row.high) if np.isfinite(end))
    return sign + wording.quantity(value, unit, language)


def _in_words(rows: pd.DataFrame, unit: str, after: str, language: str) -> str:
    panels = []
    for heading, part in rows.groupby("panel", sort=False):
        said = zip(part.label, _said(part, unit, language), strict=True)
        panels.append(words.group(heading, (words.entry(label, f"{value}{after}") for label, value in said)))
    return " ".join(panels)
