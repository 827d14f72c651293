"""Horn two: who threatened or did what, and how likely an answer is on each rung of the ladder."""

from collections.abc import Mapping, Sequence

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
HEADING = 1.5  # rows that a responder's name takes, with the space above it
NOBODY = Text("no reaction in our data", "keine Reaktion in unseren Daten")
COLOUR = {"train": theme.TRAIN, "kursk": theme.KURSK, "ukraine": theme.UKRAINE}
LINE_STYLE = {"train": ":", "kursk": "--", "ukraine": "-"}
RUNG = Text("rung of the ladder (no unit)", "Sprosse der Leiter (ohne Einheit)")
CHANCE = Text("probability of a strong answer", "Wahrscheinlichkeit einer starken Antwort")


def timeline(reactions: pd.DataFrame, as_of: pd.Timestamp, language: str) -> Figure:
    """One lane per actor, one line per threat or deed: who said or did what, and when.

    `reactions` has responder, act, date and label, in drawing order; the axis ends at `as_of`.
    """
    lanes = {lane: reactions[reactions.responder == lane] for lane in LANES}
    tops = np.cumsum([0, *(max(len(rows), 1) + HEADING for rows in lanes.values())])
    figure = theme.canvas(0.175 * tops[-1] + 0.44)
    axes = figure.subplots()
    start = min(reactions.date.min(), as_of - pd.Timedelta(days=120))
    margin = (as_of - start) * 0.02
    axes.set(xlim=mdates.date2num([start - margin, as_of + margin]), ylim=(tops[-1] - 0.7, -0.6))
    for top, (lane, rows) in zip(tops, lanes.items(), strict=False):
        _lane(axes, top, lane, rows, language)
    _months(axes, start, as_of, language)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
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


def _lane(axes: Axes, top: float, lane: str, rows: pd.DataFrame, language: str) -> None:
    theme.heading(axes, top, wording.pick(LANES[lane], language))
    for place, row in enumerate(rows.itertuples(), start=1):
        when = mdates.date2num(row.date)
        axes.plot(
            [when], [top + place], marker="D" if lane in AT_WAR else "o", markersize=SIZE[row.act],
            fillstyle=FILL[row.act], color=theme.INK, markerfacecoloralt=theme.PAPER, markeredgewidth=1.2,
        )  # fmt: skip
        _label(axes, when, top + place, row.label, bold=row.act == "deed")
    if rows.empty:
        axes.text(0.5, top + 1, wording.pick(NOBODY, language), transform=axes.get_yaxis_transform(),
                  ha="center", va="center", size=8, color=theme.MUTED)  # fmt: skip


def _label(axes: Axes, when: float, place: float, label: str, bold: bool) -> None:
    """The label on the side of the marker where there is more room."""
    late = when > np.mean(axes.get_xlim())
    theme.beside(axes, label, (when, place), -9 if late else 9, weight="bold" if bold else "normal", in_layout=False)


def _months(axes: Axes, start: pd.Timestamp, as_of: pd.Timestamp, language: str) -> None:
    """Month names below the last lane, five at most, so that they never touch."""
    months = pd.date_range(start.normalize().replace(day=1), as_of, freq="MS")
    months = months[months >= start]
    ticks = months[:: max(1, -(-len(months) // 5))]
    axes.set_xticks(mdates.date2num(ticks), [wording.short_day(day, language, "month") for day in ticks])


def ladder(
    curves: Mapping[str, np.ndarray], steps: np.ndarray, kursk: Sequence[float], language: str
) -> Figure:
    """One panel per responder: how likely a strong answer is the higher the Kremlin climbs.

    `curves` maps responder -> (3, k): low, mean and high probability at each of k `steps`; `kursk`
    holds the low, mean and high rung on which Kursk may lie.
    """
    figure = theme.canvas(4.7)
    panels = figure.subplots(2, 2)
    for axes, (responder, (low, mean, high)) in zip(panels.flat, curves.items(), strict=True):
        axes.set(xlim=steps[[0, -1]], ylim=(0, 1), xticks=[], yticks=[])
        axes.fill_between(steps, low, high, color=theme.FAINT, alpha=0.75, linewidth=0)
        axes.plot(steps, mean, color=theme.INK, linewidth=1.6)
        _rungs(axes, kursk, language)
        axes.set_title(wording.pick(LANES[responder], language), pad=14)
    rungs, shares = range(int(np.ceil(steps[0])), int(steps[-1]) + 1), np.linspace(0, 1, 5)
    for below, left in zip(panels[1], panels[:, 0], strict=True):
        below.set_xticks(rungs, [wording.number(rung, language) for rung in rungs])
        left.set_yticks(shares, [wording.percent(share, language) for share in shares])
    figure.supxlabel(wording.pick(RUNG, language), size=9, color=theme.MUTED)
    figure.supylabel(wording.pick(CHANCE, language), x=0.005, size=9, color=theme.MUTED)
    return figure


def _rungs(axes: Axes, kursk: Sequence[float], language: str) -> None:
    axes.axvspan(kursk[0], kursk[2], color=theme.KURSK, alpha=0.16, linewidth=0)
    places = _places(kursk)
    colours, styles = list(COLOUR.values()), list(LINE_STYLE.values())
    axes.vlines(list(places.values()), 0, 1, colours, styles, linewidth=1.2)
    for option, place in places.items():
        look = {"ha": "center", "size": 7.5, "color": COLOUR[option], "in_layout": False}
        axes.text(place, 1.015, wording.label(option, language), **look)


def _places(kursk: Sequence[float]) -> dict[str, float]:
    """The rung of every option that climbs, in the order of their colours."""
    return {"train": 1.0, "kursk": kursk[1], "ukraine": 3.0}


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
              for option, place in _places(kursk).items()}
        said = [words.entry(wording.label(option, language), _said(*values, language)) for option, values in at.items()]
        panels.append(words.group(wording.pick(LANES[responder], language), said))
    return opening[language] + " ".join(panels)


def _said(low: float, mean: float, high: float, language: str) -> str:
    return f"{wording.percent(mean, language)} ({wording.interval(low, high, 'probability', language)})"


def answers(chances: pd.DataFrame, priors: pd.DataFrame, language: str) -> Figure:
    """One block per responder, one line per option: mean and range, with our separate prior below.

    `chances` has responder, option, mean, low, high; `priors` responder, low, mode, high and label.
    """
    lanes = [(lane, chances[chances.responder == lane], priors[priors.responder == lane])
             for lane in chances.responder.unique()]
    tops = np.cumsum([0, *(len(own) + len(mine) + HEADING for _, own, mine in lanes)])
    figure = theme.canvas(0.225 * tops[-1] + 0.3)
    axes = figure.subplots()
    axes.set(xlim=(-0.02, 1.13), ylim=(tops[-1] - 0.9, -0.6))
    for top, (lane, own, mine) in zip(tops, lanes, strict=False):
        theme.heading(axes, top, wording.pick(LANES[lane], language))
        _block(axes, top + 1, own, mine, language)
    shares = np.linspace(0, 1, 5)
    axes.set_xticks(shares, [wording.percent(share, language) for share in shares])
    axes.grid(axis="x")
    return figure


def _block(axes: Axes, top: float, own: pd.DataFrame, mine: pd.DataFrame, language: str) -> None:
    names = [*(wording.label(option, language) for option in own.option), *mine.label]
    theme.label_left(axes, top + np.arange(len(names)), names)
    for place, row in enumerate(own.itertuples()):
        _range(axes, top + place, (row.low, row.mean, row.high), COLOUR[row.option], "o", language)
    for place, row in enumerate(mine.itertuples(), len(own)):
        _range(axes, top + place, (row.low, row.mode, row.high), theme.MUTED, "s", language)


def _range(
    axes: Axes, place: float, values: tuple[float, float, float], colour: str, marker: str, language: str
) -> None:
    low, middle, high = values
    line, fill = ("-", colour) if marker == "o" else (":", theme.PAPER)
    axes.plot(
        values, [place] * 3, color=(colour, 0.6), linewidth=2.2, linestyle=line,
        marker=marker, markevery=[1], markersize=5.5, markeredgecolor=colour, markerfacecolor=fill,
    )  # fmt: skip
    theme.beside(axes, wording.percent(middle, language), (max(high, middle), place), 6, in_layout=False)


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
