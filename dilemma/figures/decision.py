"""The dilemma: what speaks for each option, who chooses which, and in how many worlds each is best."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dilemma import wording
from dilemma.figures import theme, words
from dilemma.wording import Text

# Tells the options apart in grey print
HATCH = {"refuse": "", "train": "/////", "kursk": r"\\", "ukraine": "xxxxx"}
SUMMARY = ["total", "low", "high"]
MEASURE = {
    "average": Text("mean expected value", "mittlerer Erwartungswert"),
    "loss_averse": Text("losses weigh 2.25 times", "Verluste zählen 2,25-fach"),
    "regret_averse": Text("regret in a bad case (95%)", "Reue im schlechten Fall (95 %)"),
    "worst_case": Text("mean of the worst tenth", "Mittel des schlechtesten Zehntels"),
}
KSE = Text("kSE: 1,000 Russian soldiers for six months", "kSE: 1.000 russische Soldaten für sechs Monate")
CHOSEN = Text("choice", "Wahl")
WORLDS = 100
THIN = 0.007  # of the axis: a narrower bar would show nothing but its border


def balance(table: pd.DataFrame, language: str) -> Figure:
    """What speaks for and against every option: bars that pile up from zero to the total, a panel each.

    `table` is that of `verdict.balance`: option by items, total, low, high, in kSE.
    """
    items = table.drop(columns=SUMMARY)
    figure = theme.canvas(0.36 * items.shape[1] + 1.6)
    panels = figure.subplots(2, 2)
    for axes, option in zip(panels.flat, table.index, strict=True):
        axes.set(xlim=_reach(table), ylim=(items.shape[1] + 0.6, -0.6), xticks=[], yticks=[])
        _pile(axes, items.loc[option], theme.OPTION[option], language)
        _outcome(axes, table.loc[option, SUMMARY], items.shape[1], language)
        axes.set_title(wording.label(option, language))
    names = [wording.heading(name, language) for name in [*items, "total"]]
    for below, left in zip(panels[1], panels[:, 0], strict=True):
        below.xaxis.set_major_locator(MaxNLocator(5))
        below.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value, language)))
        theme.label_left(left, range(len(names)), names)
    figure.supxlabel(wording.pick(KSE, language), size=8.5, color=theme.MUTED)
    return figure


def balance_alt(table: pd.DataFrame, language: str) -> str:
    """The balance in words: every option with its items, its total and where 90 % of the outcomes lie."""
    opening = {"en": "Gains and costs in kSE. ", "de": "Gewinne und Kosten in kSE. "}[language]
    within = {"en": "90% of the outcomes", "de": "90 % der Ausgänge"}[language]
    panels = []
    for option, row in table.iterrows():
        names = [name for name in table.columns.drop(SUMMARY) if _shown(row[name])]
        spread = words.entry(within, wording.interval(row.low, row.high, "kse", language))
        entries = [*_named(row[[*names, "total"]], language), spread]
        panels.append(words.group(wording.heading(option, language), entries))
    return opening + " ".join(panels)


def _shown(value: float) -> bool:
    """Whether a value is more than a rounded zero."""
    return abs(value) >= 0.05


def _named(values: pd.Series, language: str) -> list[str]:
    return [words.entry(wording.label(name, language), _signed(value, language)) for name, value in values.items()]


def _signed(value: float, language: str) -> str:
    return ("+" if value >= 0.05 else "") + wording.quantity(value, "kse", language)


def _reach(table: pd.DataFrame) -> tuple[float, float]:
    """The ends of the axis: whatever a bar or an interval reaches, with room for the numbers on the right."""
    piled = table.drop(columns=SUMMARY).cumsum(axis=1).to_numpy()
    low, high = min(0, piled.min(), table.low.min()), max(0, piled.max(), table.high.max())
    return low - 0.03 * (high - low), high + 0.22 * (high - low)


def _pile(axes: Axes, items: pd.Series, colour: str, language: str) -> None:
    """Every item as a bar that starts where the one above it ended: filled for a gain, empty for a cost.

    An item too small for a bar is only a piece of the line that joins the others.
    """
    ends = items.cumsum().to_numpy()
    wide = (items.abs() > THIN * np.ptp(axes.get_xlim())).to_numpy()
    places = np.arange(len(items))
    look = {"color": np.where(items > 0, colour, theme.PAPER)[wide], "edgecolor": colour, "linewidth": 0.9}
    axes.barh(places[wide], items[wide], left=(ends - items)[wide], height=0.6, **look)
    axes.vlines(ends, np.where(wide, places + 0.3, places - 0.3), places + 0.7, color=theme.MUTED, linewidth=0.6)
    axes.vlines(0, *axes.get_ylim(), color=theme.MUTED, linewidth=0.8)
    for at in places[[_shown(item) for item in items]]:
        _number(axes, items.iloc[at], at, language)
    axes.spines["left"].set_visible(False)


def _outcome(axes: Axes, row: pd.Series, at: int, language: str) -> None:
    """The total as a diamond on the line along which 90 % of the outcomes lie."""
    axes.hlines(at - 0.5, *axes.get_xlim(), color=theme.FAINT, linewidth=0.7)
    interval = (row.low, row.total, row.high)
    axes.plot(interval, [at] * 3, marker="D", markevery=[1], markersize=4.5, color=theme.INK, linewidth=1.3)
    _number(axes, row.total, at, language, weight="bold")


def _number(axes: Axes, value: float, row: int, language: str, **look: str) -> None:
    """A value at the right edge, where neither a bar nor the line at zero runs."""
    place = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center", "in_layout": False}
    axes.text(1, row, _signed(value, language), **place, size=8, **look)


def tiles(ratings: pd.DataFrame, choices: pd.Series, language: str) -> Figure:
    """Which option each temperament chooses: a tile per pair with its rating, the chosen one framed.

    `ratings` is option by temperament in kSE, the higher the better; `choices` the option of each.
    """
    figure, axes = theme.sheet(0.56 * ratings.shape[1] + 0.45)
    for row, temperament in enumerate(ratings):
        for column, option in enumerate(ratings.index):
            rating = _signed(ratings.loc[option, temperament], language)
            _tile(axes, column, row, rating, theme.OPTION[option], choices[temperament] == option, language)
        name, measure = wording.heading(temperament, language), wording.pick(MEASURE[temperament], language)
        axes.text(-0.6, row - 0.12, name, ha="right", va="center", weight="bold")
        axes.text(-0.6, row + 0.2, measure, ha="right", va="center", size=7.4, color=theme.MUTED)
    for column, option in enumerate(ratings.index):
        axes.text(column, -0.68, wording.label(option, language), ha="center", va="center", weight="bold")
    axes.set(xlim=(-2.4, len(ratings) - 0.48), ylim=(ratings.shape[1] - 0.47, -0.95))
    return figure


def _tile(axes: Axes, x: int, y: int, rating: str, colour: str, chosen: bool, language: str) -> None:
    frame = {"edgecolor": theme.INK if chosen else theme.FAINT, "linewidth": 2 if chosen else 0.7}
    shade = (colour, 0.42 if chosen else 0.1)
    axes.add_artist(Rectangle((x - 0.46, y - 0.42), 0.92, 0.84, facecolor=shade, **frame))
    if chosen:
        axes.text(x, y + 0.22, wording.pick(CHOSEN, language), ha="center", va="center", size=7.4)
    height, weight = (y - 0.13, "bold") if chosen else (y, "normal")
    axes.text(x, height, rating, ha="center", va="center", weight=weight)


def tiles_alt(ratings: pd.DataFrame, choices: pd.Series, language: str) -> str:
    """The tiles in words: every temperament with its choice and all its ratings."""
    opening = {"en": "Ratings in kSE, higher is better. ", "de": "Bewertung in kSE, mehr ist besser. "}
    rows = []
    for temperament, rated in ratings.items():
        choice = words.entry(wording.pick(CHOSEN, language), wording.label(choices[temperament], language))
        rows.append(words.group(wording.heading(temperament, language), [choice, *_named(rated, language)]))
    return opening[language] + " ".join(rows)


def hundred_worlds(shares: pd.DataFrame, language: str) -> Figure:
    """A hundred squares, each one world in a hundred, in the look of the option that is best there.

    `shares` is that of `verdict.shares`: option by share and error.
    """
    counts = in_hundred(shares.share.to_numpy())
    figure, axes = theme.sheet(2.3, theme.NARROW)
    for at, option in enumerate(np.repeat(shares.index, counts)):
        _square(axes, at % 10, at // 10, option)
    middles = (np.cumsum(counts) - counts / 2) / 10 - 0.5
    for option, count, middle, height in zip(shares.index, counts, middles, _apart(middles), strict=True):
        if count:
            axes.plot([9.65, 10.2, 10.9], [middle, middle, height], color=theme.MUTED, linewidth=0.7)
            _square(axes, 11.6, height, option)
        weight = "bold" if count == counts.max() else "normal"
        counted = f"{count}  {wording.label(option, language)}"
        axes.text(12.5, height, counted, va="center", size=10, weight=weight)
    axes.set(xlim=(-0.6, 19), ylim=(9.7, -0.7), aspect="equal")
    return figure


def in_hundred(share: np.ndarray) -> np.ndarray:
    """Shares as whole worlds out of a hundred that add up: the largest remainders are rounded up."""
    exact = np.asarray(share) * WORLDS
    whole = np.floor(exact + 1e-9).astype(int)
    largest = np.argsort(whole - exact, kind="stable")[: WORLDS - whole.sum()]
    whole[largest] += 1
    return whole


def _apart(middles: np.ndarray) -> np.ndarray:
    """Heights of labels near the given ones, one row apart at least and beside the ten rows of squares."""
    heights = np.maximum(middles, 0)
    for at in range(1, len(heights)):
        heights[at] = max(heights[at], heights[at - 1] + 1)
    heights[-1] = min(heights[-1], 9)
    for at in reversed(range(len(heights) - 1)):
        heights[at] = min(heights[at], heights[at + 1] - 1)
    return heights


def _square(axes: Axes, x: float, y: float, option: str) -> None:
    look = {"facecolor": theme.OPTION[option], "edgecolor": theme.PAPER, "linewidth": 0}
    hatch = {"hatch": HATCH[option], "hatch_linewidth": 0.8}
    axes.add_artist(Rectangle((x - 0.43, y - 0.43), 0.86, 0.86, **look, **hatch))


def hundred_worlds_alt(shares: pd.DataFrame, language: str) -> str:
    """The squares in words: in how many worlds of a hundred every option is best."""
    opening = {
        "en": "A hundred squares show in how many of 100 worlds each option is best. ",
        "de": "Hundert Quadrate zeigen, in wie vielen von 100 Welten jede Option am besten ist. ",
    }
    of_all = {"en": "Of 100 worlds", "de": "Von 100 Welten"}
    counts = zip(shares.index, in_hundred(shares.share.to_numpy()), strict=True)
    rows = (words.entry(wording.label(option, language), str(count)) for option, count in counts)
    return opening[language] + words.group(of_all[language], rows)
