"""How firm the verdict is: worth of knowing more, flip points, other structures, shares of the variance."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from dilemma import wording
from dilemma.figures import rows, theme, words
from dilemma.wording import Text

KINDS = {
    "everything": Text("Everything at once", "Alles auf einmal"),
    "group": Text("A group of inputs", "Eine Gruppe von Eingaben"),
    "input": Text("A single input", "Eine einzelne Eingabe"),
    "signal": Text("A report one could really get", "Eine Meldung, die es wirklich geben könnte"),
}
STRUCTURES = {
    "baseline": Text("Model as it stands", "Modell unverändert"),
    "no_pull": Text("Allies do not follow Washington", "Verbündete folgen Washington nicht"),
    "sharp_lines": Text("Sharp lines (blur a quarter)", "Scharfe Linien (Unschärfe nur ein Viertel)"),
    "blurred_lines": Text("Very blurred lines (blur threefold)", "Sehr unscharfe Linien (dreifach)"),
    "costs_doubled": Text("Costs of all answers doubled", "Kosten aller Antworten verdoppelt"),
    "costs_halved": Text("Costs of all answers halved", "Kosten aller Antworten halbiert"),
    "flat_inputs": Text("All values in a range equally likely", "Alle Werte gleich wahrscheinlich"),
    "no_snub": Text("Refusing Kim costs nothing", "Kim abzuweisen kostet nichts"),
    "fixed_rung": Text("Kursk's rung fixed at its best guess", "Sprosse von Kursk fest am Schätzwert"),
    "spared_full": Text("A Russian spared counts fully", "Ein geschonter Russe zählt voll"),
    "pay_for_places": Text("No pay for replacements", "Kein Sold für Ersatzleute"),
}
BAR = 10.5  # points: how thick a bar is
TITLE, BELOW = 0.31, 0.5  # inches: what stands above and below an axis
NOTHING = Text("nothing measurable", "nichts Messbares")
OTHERS, ALL = Text("{} others", "{} weitere"), Text("All {}", "Alle {}")
KNOWING = Text("Bars of what knowing before the choice is worth", "Balken zeigen den Wert des Wissens vor der Wahl")
DAYS = Text("days of Russian losses", "Tage russischer Verluste")
ENDS = (Text("low end", "unteres Ende"), Text("high end", "oberes Ende"))
RANGE = Text("where the value lies within its range", "wo der Wert in seiner Spanne liegt")
NO_FLIP = Text("no flip within the range", "kein Kipppunkt in der Spanne")
SHARES = Text("Share of worlds in which each option is best", "Anteil der Welten je bester Option")
VARIANCE = Text("Share of the variance", "Anteil an der Streuung")
BOTH = Text("alone / with interactions", "allein / mit Wechselwirkungen")


def worth_of_knowing(table: pd.DataFrame, language: str, most: int = 9) -> Figure:
    """What it would be worth to know something before choosing: one block per kind, bars in days of losses.

    `table` has kind (a key of KINDS), text, value and error (days of Russian losses), in drawing order.
    What is worth less than two errors is called nothing measurable; single inputs of that kind, and those
    beyond `most`, share one line.
    """
    panels_of = {kind: table[table.kind == kind] for kind in _kinds(table)}
    if "input" in panels_of:
        panels_of["input"] = _shortened(panels_of["input"], most, language)
    texts = [text for panel in panels_of.values() for text in ("", *panel.text)]
    figure = theme.canvas(rows.height(texts) + BELOW)
    axes = figure.subplots()
    starts = np.cumsum([len(panel) + 1 for panel in panels_of.values()])
    blocks = np.split(rows.label(axes, texts), starts[:-1])
    for (kind, panel), (top, *places) in zip(panels_of.items(), blocks, strict=True):
        theme.heading(axes, top + 0.03, wording.pick(KINDS[kind], language))
        _worth_bars(axes, places, panel, language)
    widest = max(table.value.max(), 0.05)
    axes.set(xlim=(0, 1.22 * widest), xlabel=wording.pick(DAYS, language))
    axes.xaxis.set_major_formatter(lambda days, _: wording.number(days, language, 2 - (widest >= 0.5)))
    axes.grid(axis="x")
    return figure


def worth_of_knowing_alt(table: pd.DataFrame, language: str) -> str:
    """The bars in words: every row of every panel with its worth."""
    panels = []
    for kind in _kinds(table):
        bars = [words.entry(row.text, worth(row, language)) for row in table[table.kind == kind].itertuples()]
        panels.append(words.group(wording.pick(KINDS[kind], language), bars))
    return f"{wording.pick(KNOWING, language)} ({wording.pick(DAYS, language)}). {' '.join(panels)}"


def worth(row, language: str) -> str:
    """A worth with two decimals, or the plain words that nothing can be measured (below two errors)."""
    if row.value <= 0 or row.value < 2 * row.error:
        return wording.pick(NOTHING, language)
    small = "<" if row.value < 0.01 else ""
    return small + wording.number(max(row.value, 0.01), language, 2)


def _kinds(table: pd.DataFrame) -> list[str]:
    return [kind for kind in KINDS if (table.kind == kind).any()]


def _shortened(panel: pd.DataFrame, most: int, language: str) -> pd.DataFrame:
    """The first rows; those beyond, and all that are worth nothing measurable, share one line if several."""
    silent = (panel.value <= 0) | (panel.value < 2 * panel.error)
    shown, hidden = panel[~silent][:most], panel[~silent][most:]
    rest = pd.concat([hidden.sort_values("value", ascending=False), panel[silent]])
    if len(rest) > 1:
        others = wording.pick(OTHERS if len(shown) else ALL, language)
        rest = rest[:1].assign(text=others.format(len(rest)), ceiling=True)
    return pd.concat([shown, rest])


def _worth_bars(axes: Axes, places: list[float], panel: pd.DataFrame, language: str) -> None:
    values, colours, labels = zip(*(_bar(row, language) for row in panel.itertuples()), strict=True)
    axes.hlines(places, 0, values, colours, linewidth=BAR)
    for place, value, label in zip(places, values, labels, strict=True):
        theme.beside(axes, label, (value, place), 4, in_layout=False)


def _bar(row, language: str) -> tuple[float, str, str]:
    """Length, colour and label of a bar: a pale one for inputs that share a line, none of them worth more."""
    said = worth(row, language)
    if said == wording.pick(NOTHING, language):
        return 0, theme.MUTED, said
    if getattr(row, "ceiling", False) is True:
        return row.value, theme.FAINT, f"≤\N{NO-BREAK SPACE}{said.lstrip('<')}"
    return row.value, theme.MUTED, said


def flips(table: pd.DataFrame, language: str) -> Figure:
    """From best guess to flip point: one line per input, on its range from low to high.

    `table` is that of `stress.flip_values` with text (the input) and unit; only inputs with a flip are
    drawn, the nearest flip first. The numbers at the right say guess, flip and the option that takes over.
    """
    shown = table.dropna(subset=["flip"]).sort_values("distance", kind="stable")
    figure = theme.canvas(rows.height(shown.text) + BELOW)
    axes = figure.subplots()
    _dumbbells(axes, rows.label(axes, shown.text), shown, language)
    if shown.empty:
        axes.text(0.5, 0.5, wording.pick(NO_FLIP, language), ha="center", va="center", transform=axes.transAxes)
    axes.set(xlim=(-0.02, 1.02), xlabel=wording.pick(RANGE, language))
    axes.set_xticks([0, 1], [wording.pick(end, language) for end in ENDS])
    axes.get_xticklabels()[0].set_ha("left")
    axes.get_xticklabels()[1].set_ha("right")
    axes.grid(axis="x")
    return figure


def flips_alt(table: pd.DataFrame, language: str) -> str:
    """The lines in words: every input with its guess, its flip and the option that takes over."""
    shown = table.dropna(subset=["flip"]).sort_values("distance", kind="stable")
    lines = [words.entry(row.text, flip_words(row, language)) for row in shown.itertuples()]
    lines += [words.entry(text, wording.pick(NO_FLIP, language)) for text in table[table.flip.isna()].text]
    opening = {"en": "From best guess to flip point. ", "de": "Von der besten Schätzung zum Kipppunkt. "}
    return opening[language] + "; ".join(lines) + "."


def flip_words(row, language: str) -> str:
    """Guess, flip and new option of one input, such as 3.0 → 3.5: train only."""
    guess, flip = (in_unit(value, row, language) for value in (row.guess, row.flip))
    return f"{guess} → {flip}: {wording.label(row.option, language)}"


def in_unit(value: float, row, language: str) -> str:
    """A value with the decimals that its range needs and that tell guess from flip; shares as percent."""
    scale, digits = (100, 0) if row.unit == "share" else (1, 1 if row.high - row.low > 3 else 2)
    digits += round(scale * row.guess, digits) == round(scale * row.flip, digits)
    return (wording.percent if row.unit == "share" else wording.number)(value, language, digits)


def _dumbbells(axes: Axes, places: np.ndarray, shown: pd.DataFrame, language: str) -> None:
    starts, ends = ((shown[name] - shown.low) / (shown.high - shown.low) for name in ("guess", "flip"))
    colours = shown.option.map(theme.OPTION)
    axes.hlines(places, 0, 1, theme.FAINT, linewidth=0.8)
    axes.hlines(places, starts, ends, colours, linewidth=2.6)
    axes.plot(starts, places, "|", markersize=9, markeredgewidth=1.8, color=theme.INK)
    for place, start, end, colour, row in zip(places, starts, ends, colours, shown.itertuples(), strict=True):
        axes.plot(end, place, ">" if end > start else "<", markersize=6.5, color=colour)
        beside = {"transform": axes.get_yaxis_transform(), "va": "center", "size": 8, "color": colour}
        axes.text(1.02, place, flip_words(row, language), **beside)


def structures(table: pd.DataFrame, language: str) -> Figure:
    """How the choice looks in other models: one column per option, its share of worlds per structure.

    `table` is that of `stress.compare_structures`; a bold number with a dot marks the option best on average.
    """
    texts = [wording.pick(STRUCTURES[name], language) for name in table.index]
    figure = theme.canvas(rows.height(texts, 30) + TITLE)
    axes = figure.subplots()
    places = rows.label(axes, texts, 30)
    wide = 1.75 * table[list(theme.OPTION)].max(axis=None)
    lefts = wide * np.arange(len(theme.OPTION))
    axes.vlines(lefts, *axes.get_ylim(), theme.MUTED, linewidth=0.7, clip_on=False)
    for left, option in zip(lefts, theme.OPTION, strict=True):
        _share_bars(axes, left, places, table[option], table.best == option, language)
    axes.set(xlim=(0, lefts[-1] + wide), xticks=[])
    axes.spines["bottom"].set_visible(False)
    return figure


def structures_alt(table: pd.DataFrame, language: str) -> str:
    """The columns in words: every structure with the four shares and the option best on average."""
    lines, said = [], table[list(theme.OPTION)].map(wording.quantity, unit="probability", language=language)
    for structure, row in said.iterrows():
        shares = [words.entry(wording.label(key, language), row[key]) for key in theme.OPTION]
        best = words.entry(wording.label("average", language), wording.label(table.best[structure], language))
        lines.append(words.group(wording.pick(STRUCTURES[structure], language), [*shares, best]))
    return f"{wording.pick(SHARES, language)}. {' '.join(lines)}"


def _share_bars(
    axes: Axes, left: float, places: np.ndarray, shares: pd.Series, best: pd.Series, language: str
) -> None:
    """The column of one option; its name stands above it."""
    colour = theme.OPTION[shares.name]
    axes.text(left, -0.1, wording.label(shares.name, language), color=colour, weight="bold", size=9.5)
    axes.hlines(places, left, left + shares, colour, linewidth=BAR)
    for place, share, leads in zip(places, shares, best, strict=True):
        said = wording.quantity(share, "probability", language) + (" ●" if leads else "")
        look = {"weight": "bold" if leads else "normal", "in_layout": False}
        theme.beside(axes, said, (left + share, place), 4, **look)


def sobol(table: pd.DataFrame, language: str, most: int = 12) -> Figure:
    """Share of the variance per input: filled bar alone, outlined bar with interactions; the largest first.

    `table` has text, first and total (0 to 1), as from `sensitivity.sobol`.
    """
    shown = table.sort_values("total", ascending=False, kind="stable").head(most)
    figure = theme.canvas(rows.height(shown.text) + BELOW)
    axes = figure.subplots()
    places = rows.label(axes, shown.text)
    axes.barh(places, shown.total, height=0.18, color=theme.PAPER, edgecolor=theme.MUTED, linewidth=0.9)
    axes.hlines(places, 0, shown["first"].clip(lower=0), theme.MUTED, linewidth=7)
    for place, row in zip(places, shown.itertuples(), strict=True):
        theme.beside(axes, _both(row, language), (max(row.first, row.total), place), 4, in_layout=False)
    axes.set_xlim(0, 1.3 * shown.total.max())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: wording.percent(share, language)))
    axes.set_xlabel(f"{wording.pick(VARIANCE, language)}: {wording.pick(BOTH, language)}")
    axes.grid(axis="x")
    return figure


def sobol_alt(table: pd.DataFrame, language: str, most: int = 12) -> str:
    """The bars in words: every input with its share alone and with interactions."""
    shown = table.sort_values("total", ascending=False, kind="stable").head(most)
    bars = [words.entry(row.text, _both(row, language)) for row in shown.itertuples()]
    return f"{wording.pick(VARIANCE, language)}, {wording.pick(BOTH, language)}. {'; '.join(bars)}."


def _both(row, language: str) -> str:
    return f"{wording.percent(np.clip(row.first, 0, 1), language)} / {wording.percent(row.total, language)}"
