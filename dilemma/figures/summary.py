"""The key figure: which option comes first how often, and how firmly the thesis and its horns stand."""

from collections.abc import Mapping
from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from dilemma import wording
from dilemma.figures import theme, words

PHONE = 4.1  # inches: the reader's first figure, so it must be legible without scrolling


def strengths(values: Mapping[str, object], lines: Mapping[str, str]) -> pd.DataFrame:
    """One row per line of the figure from the findings `<key>-strength` and `<key>-range`."""
    rows = [(text, values[f"{key}-strength"], *values[f"{key}-range"]) for key, text in lines.items()]
    return pd.DataFrame(rows, columns=["text", "median", "low", "high"])


def shares(values: Mapping[str, object]) -> pd.Series:
    """The share of worlds in which each option is best, from the findings `dilemma-<option>-share`."""
    return pd.Series({option: values[f"dilemma-{option}-share"] for option in theme.OPTION})


def answer(
    shares: pd.Series, strengths: pd.DataFrame, scales: pd.DataFrame, titles: tuple[str, str], language: str
) -> Figure:
    """Above, where each option is best (shares of worlds); below, the strengths before their printed scale."""
    figure = theme.canvas(0.3 * len(shares) + 0.5 * len(strengths) + 1.6, width=PHONE)
    heights = (0.3 * len(shares) + 0.35, 0.5 * len(strengths) + 0.75)
    above, below = figure.subplots(2, 1, height_ratios=heights)
    _options(above, shares, language)
    _horns(below, strengths, scales, language)
    above.set_title(titles[0])
    below.set_title(titles[1], pad=24)
    return figure


def _options(axes: Axes, shares: pd.Series, language: str) -> None:
    """A bar for each option, the best one's name in bold."""
    for position, (option, share) in enumerate(shares.items()):
        axes.barh(position, share, height=0.62, color=theme.OPTION[option])
        value = wording.quantity(share, "probability", language)
        weight = "bold" if share == shares.max() else "normal"
        axes.text(share + 0.012, position, value, va="center", size=9, weight=weight)
    theme.label_left(axes, range(len(shares)), [wording.label(option, language) for option in shares.index], size=9)
    axes.set(xlim=(0, 1), ylim=(len(shares) - 0.5, -0.5), xticks=[])
    axes.spines["bottom"].set_visible(False)


def _horns(axes: Axes, strengths: pd.DataFrame, scales: pd.DataFrame, language: str) -> None:
    """Median and 90 % interval of each strength (0 to 1) before the bands of the printed scale."""
    bands = scales[(scales.scale == "Strength of a statement") & (scales.low < scales.high)].sort_values("rank")
    for position, band in enumerate(bands.itertuples()):
        axes.axvspan(band.low, band.high, color="#eef1f4" if position % 2 else "#f8f9fa", linewidth=0)
        term = fill(getattr(band, f"term_{language}"), 9)
        axes.text((band.low + band.high) / 2, -0.75, term, size=7.2, color=theme.MUTED, ha="center", va="bottom")
    axes.axvline(0.5, color=theme.MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    for position, row in enumerate(strengths.itertuples()):
        colour = theme.INK if position == 0 else theme.TRAIN
        axes.plot([row.low, row.high], [position, position], color=colour, linewidth=5, alpha=0.35)
        axes.plot(row.median, position, marker="o", markersize=7, color=colour)
        axes.text(0.01, position - 0.12, row.text, va="bottom", weight="bold" if position == 0 else "normal")
        value = wording.quantity(row.median, "strength", language)
        theme.beside(axes, value, (row.high, position), 5, size=8.5, weight="bold")
    axes.set_yticks([])
    axes.set(xlim=(0, 1), ylim=(len(strengths) - 0.5, -0.7))
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value, language, 1)))
    axes.set_xlabel(wording.label("strength", language))


def answer_alt(shares: pd.Series, strengths: pd.DataFrame, titles: tuple[str, str], language: str) -> str:
    """The figure in words: every share, and every strength with its interval."""
    options = (
        words.entry(wording.label(option, language), wording.quantity(share, "probability", language))
        for option, share in shares.items()
    )
    lines = (
        words.entry(
            row.text,
            f"{wording.quantity(row.median, 'strength', language)} "
            f"({wording.interval(row.low, row.high, 'strength', language)})",
        )
        for row in strengths.itertuples()
    )
    return " ".join(words.group(title, part) for title, part in zip(titles, (options, lines), strict=True))
