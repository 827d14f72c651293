"""The key figure: how firmly the thesis and its two horns stand."""

from collections.abc import Mapping
from textwrap import fill

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from dilemma import wording
from dilemma.figures import theme


def strengths(values: Mapping[str, object], lines: Mapping[str, str]) -> pd.DataFrame:
    """One row per line of the figure from the findings `<key>-strength` and `<key>-range`."""
    rows = [(text, values[f"{key}-strength"], *values[f"{key}-range"]) for key, text in lines.items()]
    return pd.DataFrame(rows, columns=["text", "median", "low", "high"])


def horns(strengths: pd.DataFrame, scales: pd.DataFrame, language: str) -> Figure:
    """Median and 90 % interval of each strength (0 to 1) before the bands of the printed scale."""
    bands = scales[(scales.scale == "Strength of a statement") & (scales.low < scales.high)].sort_values("rank")
    figure = theme.canvas(0.55 * len(strengths) + 0.95, width=4.4)
    axes = figure.subplots()
    for position, band in enumerate(bands.itertuples()):
        axes.axvspan(band.low, band.high, color="#eef1f4" if position % 2 else "#f8f9fa", linewidth=0)
        words = fill(getattr(band, f"term_{language}"), 12)
        axes.text((band.low + band.high) / 2, -0.75, words, size=7.2, color=theme.MUTED, ha="center", va="bottom")
    axes.axvline(0.5, color=theme.MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    for position, row in enumerate(strengths.itertuples()):
        colour = theme.INK if position == 0 else theme.TRAIN
        axes.plot([row.low, row.high], [position, position], color=colour, linewidth=5, alpha=0.35)
        axes.plot(row.median, position, marker="o", markersize=7, color=colour)
        axes.text(0.01, position - 0.08, row.text, ha="left", va="bottom", weight="bold" if position == 0 else "normal")
        value = wording.quantity(row.median, "strength", language)
        axes.annotate(
            value, (row.high, position), (5, 0), textcoords="offset points", va="center", size=8.5, weight="bold"
        )
    axes.set_yticks([])
    axes.set(xlim=(0, 1), ylim=(len(strengths) - 0.5, -0.7))
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value, language, 1)))
    axes.set_xlabel(wording.label("strength", language))
    return figure


def horns_alt(strengths: pd.DataFrame, language: str) -> str:
    """The figure in words: every line with median and interval."""
    opening = {"en": "Strengths from 0 to 1. ", "de": "Stärken von 0 bis 1. "}
    lines = (
        f"{row.text}: {wording.quantity(row.median, 'strength', language)} "
        f"({wording.interval(row.low, row.high, 'strength', language)})"
        for row in strengths.itertuples()
    )
    return opening[language] + "; ".join(lines) + "."
