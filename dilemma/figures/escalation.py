"""Horn two: who threatened or did what, and how likely an answer is on each rung of the ladder."""

from collections.abc import Mapping, Sequence

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from dilemma import wording
from dilemma.figures import theme, words
from dilemma.wording import Text

LANES = {
    "us": Text("Washington", "Washington"),
    "seoul": Text("Seoul", "Seoul"),
    "europe": Text("Europe and NATO", "Europa und NATO"),
    "beijing": Text("Beijing", "Peking"),
    "kyiv": Text("Kyiv (party to the war)", "Kiew (Kriegspartei)"),
    "moscow": Text("Moscow (party to the war)", "Moskau (Kriegspartei)"),
    "pyongyang": Text("Pyongyang (party to the war)", "Pjöngjang (Kriegspartei)"),
}
AT_WAR = ("kyiv", "moscow", "pyongyang")
ACTS = {
    "deed": Text("deed", "Tat"),
    "relief": Text("answer withdrawn or honour shown", "Antwort zurückgenommen oder Ehre erwiesen"),
    "threat": Text("threat", "Drohung"),
    "statement": Text("other words", "andere Worte"),
}
FILL = {"deed": "full", "relief": "left", "threat": "none", "statement": "none"}
SIZE = {"deed": 7, "relief": 7, "threat": 7, "statement": 4}
LAST = 0.5  # rows of space between the last label and the axis
NOBODY = Text("no reaction in our data", "keine Reaktion in unseren Daten")
COLOUR = {"train": theme.TRAIN, "kursk": theme.KURSK, "ukraine": theme.UKRAINE}
LINE_STYLE = {"train": ":", "kursk": "--", "ukraine": "-"}
RUNG = Text("rung of the ladder (no unit)", "Sprosse der Leiter (ohne Einheit)")
CHANCE = Text("probability of a strong answer", "Wahrscheinlichkeit einer starken Antwort")


def timeline(reactions: pd.DataFrame, as_of: pd.Timestamp, language: str) -> Figure:
    """One lane per actor, one line per threat or deed: who said or did what, and when.

    `reactions` has responder, act, date and label, in drawing order; the axis ends at `as_of`.
    """
    groups = [(lane, reactions[reactions.responder == lane]) for lane in LANES]
    heights = [max(len(rows), 1) + 1.15 for _, rows in groups]
    heights[-1] += LAST
    figure = theme.canvas(0.185 * sum(heights) + 0.45)
    lanes = figure.subplots(len(groups), 1, sharex=True, height_ratios=heights)
    start = min(reactions.date.min(), as_of - pd.Timedelta(days=120))
    margin = (as_of - start) * 0.02
    for axes, (lane, rows) in zip(lanes, groups, strict=True):
        axes.set_xlim(start - margin, as_of + margin)
        _lane(axes, lane, rows.reset_index(drop=True), language)
    lanes[-1].set_ylim(lanes[-1].get_ylim()[0] + LAST, lanes[-1].get_ylim()[1])
    _months(lanes[-1], start, as_of, language)
    return figure


def timeline_alt(reactions: pd.DataFrame, language: str) -> str:
    """The lanes in words: every actor with date, kind and label of each reaction."""
    opening = {"en": "Timeline with one lane per actor. ", "de": "Zeitleiste mit einer Spur je Akteur. "}
    lanes = []
    for lane, name in LANES.items():
        rows = reactions[reactions.responder == lane]
        said = [
            words.entry(f"{wording.short_day(row.date, language)}, {wording.pick(ACTS[row.act], language)}", row.label)
            for row in rows.itertuples()
        ]
        lanes.append(words.group(wording.pick(name, language), said or [wording.pick(NOBODY, language)]))
    return opening[language] + " ".join(lanes)


def _lane(axes: Axes, lane: str, rows: pd.DataFrame, language: str) -> None:
    for position, row in enumerate(rows.itertuples()):
        axes.plot(
            [row.date], [position], marker="D" if lane in AT_WAR else "o", markersize=SIZE[row.act],
            fillstyle=FILL[row.act], color=theme.INK, markerfacecoloralt=theme.PAPER, markeredgewidth=1.2,
            clip_on=False,
        )  # fmt: skip
        _label(axes, row.date, position, row.label, bold=row.act == "deed")
    if rows.empty:
        axes.text(0.5, 0, wording.pick(NOBODY, language), transform=axes.get_yaxis_transform(),
                  ha="center", va="center", size=8, color=theme.MUTED)  # fmt: skip
    axes.set_ylim(max(len(rows), 1) - 0.3, -0.55)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title(wording.pick(LANES[lane], language), size=8.5, pad=3.4)


def _label(axes: Axes, when: pd.Timestamp, position: int, label: str, bold: bool) -> None:
    """The label on the side of the marker where there is more room."""
    first, last = axes.get_xlim()
    late = mdates.date2num(when) > (first + last) / 2
    theme.beside(axes, label, (when, position), -9 if late else 9, weight="bold" if bold else "normal")


def _months(axes: Axes, start: pd.Timestamp, as_of: pd.Timestamp, language: str) -> None:
    """Month names below the last lane, five at most, so that they never touch."""
    months = pd.date_range(start.normalize().replace(day=1), as_of, freq="MS")
    months = months[months >= start]
    ticks = months[:: max(1, -(-len(months) // 5))]
    axes.set_xticks(ticks, [wording.short_day(day, language, "month") for day in ticks])
    axes.tick_params(axis="x", length=3, labelbottom=True)
    axes.spines["bottom"].set_visible(True)


def ladder(
    curves: Mapping[str, np.ndarray], steps: np.ndarray, kursk: Sequence[float], language: str
) -> Figure:
    """One panel per responder: how likely a strong answer is the higher the Kremlin climbs.

    `curves` maps responder -> (3, k): low, mean and high probability at each of k `steps`; `kursk`
    holds the low, mean and high rung on which Kursk may lie.
    """
    figure = theme.canvas(4.7)
    panels = figure.subplots(2, 2, sharex=True, sharey=True).flat
    for axes, (responder, (low, mean, high)) in zip(panels, curves.items(), strict=True):
        axes.fill_between(steps, low, high, color=theme.FAINT, alpha=0.75, linewidth=0)
        axes.plot(steps, mean, color=theme.INK, linewidth=1.6)
        _rungs(axes, kursk, language)
        axes.set_title(wording.pick(LANES[responder], language), pad=14)
    axes.set(xlim=(steps[0], steps[-1]), ylim=(0, 1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value, language)))
    axes.set_xticks(range(int(np.ceil(steps[0])), int(steps[-1]) + 1))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.percent(value, language)))
    figure.supxlabel(wording.pick(RUNG, language), size=9, color=theme.MUTED)
    figure.supylabel(wording.pick(CHANCE, language), x=0.005, size=9, color=theme.MUTED)
    return figure


def _rungs(axes: Axes, kursk: Sequence[float], language: str) -> None:
    axes.axvspan(kursk[0], kursk[2], color=theme.KURSK, alpha=0.16, linewidth=0)
    for option, place in {"train": 1.0, "kursk": kursk[1], "ukraine": 3.0}.items():
        colour = COLOUR[option]
        axes.axvline(place, color=colour, linewidth=1.2, linestyle=LINE_STYLE[option])
        axes.annotate(
            wording.label(option, language), (place, 1), (0, 2), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="center", size=7.5, color=colour,
        )  # fmt: skip


def ladder_alt(
    curves: Mapping[str, np.ndarray], steps: np.ndarray, kursk: Sequence[float], language: str
) -> str:
    """The curves in words: every responder's probability on the rungs of the three options."""
    opening = {
        "en": "Four curves that rise with the rung. Probability of a strong answer, mean and range of 90%. ",
        "de": "Vier Kurven, die mit der Sprosse steigen. Wahrscheinlichkeit einer starken Antwort, Mittel "
              "und 90-Prozent-Spanne. ",
    }  # fmt: skip
    panels = []
    for responder, rows in curves.items():
        at = {option: [np.interp(place, steps, row) for row in rows]
              for option, place in {"train": 1.0, "kursk": kursk[1], "ukraine": 3.0}.items()}
        said = [words.entry(wording.label(option, language), _said(*values, language)) for option, values in at.items()]
        panels.append(words.group(wording.pick(LANES[responder], language), said))
    return opening[language] + " ".join(panels)


def _said(low: float, mean: float, high: float, language: str) -> str:
    return f"{wording.percent(mean, language)} ({wording.interval(low, high, 'probability', language)})"


def answers(chances: pd.DataFrame, priors: pd.DataFrame, language: str) -> Figure:
    """One panel per responder, one line per option: mean and range, with our separate prior below.

    `chances` has responder, option, mean, low, high; `priors` responder, low, mode, high and label.
    """
    lanes = [(lane, chances[chances.responder == lane], priors[priors.responder == lane])
             for lane in chances.responder.unique()]
    figure = theme.canvas(0.235 * sum(len(own) + len(mine) + 1.1 for _, own, mine in lanes) + 0.55)
    heights = [len(own) + len(mine) for _, own, mine in lanes]
    panels = figure.subplots(len(lanes), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    for axes, (lane, own, mine) in zip(panels, lanes, strict=True):
        names = [*_ladder_rows(axes, own, language), *_prior_rows(axes, mine, len(own), language)]
        axes.set_yticks(range(len(names)), names, color=theme.INK)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.set_title(wording.pick(LANES[lane], language))
    panels[-1].set_xlim(-0.02, 1.13)
    panels[-1].set_xticks(np.arange(0, 1.01, 0.25))
    panels[-1].xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.percent(value, language)))
    return figure


def _ladder_rows(axes: Axes, rows: pd.DataFrame, language: str) -> list[str]:
    for position, row in enumerate(rows.itertuples()):
        _range(axes, position, (row.low, row.mean, row.high), COLOUR[row.option], "o", language)
    return [wording.label(option, language) for option in rows.option]


def _prior_rows(axes: Axes, rows: pd.DataFrame, start: int, language: str) -> list[str]:
    for position, row in enumerate(rows.itertuples(), start):
        _range(axes, position, (row.low, row.mode, row.high), theme.MUTED, "s", language)
    return rows.label.to_list()


def _range(
    axes: Axes, position: int, values: tuple[float, float, float], colour: str, marker: str, language: str
) -> None:
    low, middle, high = values
    style = "-" if marker == "o" else ":"
    axes.plot([low, high], [position, position], color=colour, linewidth=2.2, alpha=0.6, linestyle=style)
    axes.plot(middle, position, marker=marker, color=colour, markersize=5.5,
              markerfacecolor=colour if marker == "o" else theme.PAPER)  # fmt: skip
    theme.beside(axes, wording.percent(middle, language), (max(high, middle), position), 6)


def answers_alt(chances: pd.DataFrame, priors: pd.DataFrame, language: str) -> str:
    """The probabilities in words: every responder with each option and our prior."""
    opening = {"en": "Probability of a strong answer. ", "de": "Wahrscheinlichkeit einer starken Antwort. "}
    panels = []
    for lane in chances.responder.unique():
        own, mine = chances[chances.responder == lane], priors[priors.responder == lane]
        said = [
            words.entry(wording.label(row.option, language), _said(row.low, row.mean, row.high, language))
            for row in own.itertuples()
        ]
        said += [words.entry(row.label, _said(row.low, row.mode, row.high, language)) for row in mine.itertuples()]
        panels.append(words.group(wording.pick(LANES[lane], language), said))
    return opening[language] + " ".join(panels)
