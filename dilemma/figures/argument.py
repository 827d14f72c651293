"""The argument map and what each statement is worth to it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.ticker import FuncFormatter

from dilemma import wording
from dilemma.figures import theme, words

BOX, GAP, ROW = 1.38, 0.26, 0.67  # inches: width of a box, gap between columns, height of a row
HEIGHT, INSET = 0.56, 0.05  # of a box, and from its border to what stands in it
BAR = (INSET + 0.02, BOX - 2 * INSET - 0.31, HEIGHT - 0.075)  # from a box's corner: its bar's start, length, height
ARROWS = {
    "support": (theme.SUPPORT, "-"),
    "attack": (theme.ATTACK, (0, (4, 2))),
    "licence": (theme.MUTED, (0, (1, 1.5))),
}
OURS = ("warrant", "objection", "evidence")
Place = tuple[float, float]  # inches from the left and from the top
EDGE_COLOUR = {"thesis": theme.INK, "root": theme.INK, "claim": theme.TRAIN}


def argument_map(nodes: pd.DataFrame, edges: pd.DataFrame, language: str) -> Figure:
    """The map: a box per statement with its strength as a bar, arrows for support and attack.

    `nodes` has node_id, kind, column, row, text, low, median, high; `edges` from_node, to_node, relation.
    """
    nodes = nodes.assign(row=nodes.row - nodes.row.min())
    columns, rows = nodes.column.max() + 1, nodes.row.max() + 1
    figure = theme.canvas(rows * ROW + 0.35, columns * (BOX + GAP) - GAP)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, columns * (BOX + GAP) - GAP), ylim=(rows * ROW + 0.35, 0))
    axes.axis("off")
    place = {node.node_id: (node.column * (BOX + GAP), node.row * ROW + 0.35) for node in nodes.itertuples()}
    for target, arrows in _arriving(edges).groupby("to_node"):
        _arrows(axes, [(place[arrow.from_node], arrow.relation) for arrow in arrows.itertuples()], place[target])
    for node in nodes.itertuples():
        _box(axes, place[node.node_id], node, language)
    _strength_bars(axes, nodes, np.array([*place.values()]))
    _key(axes, language)
    return figure


def argument_alt(nodes: pd.DataFrame, language: str) -> str:
    """The map in words: every statement with its median strength, the horns first."""
    opening = {"en": "Map of the argument with strengths from 0 to 1. ", "de": "Karte des Arguments mit Stärken von 0 bis 1. "}
    ordered = nodes.sort_values(["column", "row"])
    parts = [words.entry(row.text, wording.quantity(row.median, "strength", language)) for row in ordered.itertuples()]
    return opening[language] + "; ".join(parts) + "."


def _box(axes: Axes, corner: Place, node, language: str) -> None:
    x, y = corner
    ours, colour = node.kind in OURS, _colour(node.kind)
    axes.add_artist(
        FancyBboxPatch(
            (x + 0.02, y), BOX - 0.04, HEIGHT, boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="#f6f7f8" if ours else theme.PAPER, edgecolor=colour,
            linewidth=1.3 if node.kind in ("thesis", "root") else 0.8, linestyle="--" if ours else "-",
        )
    )  # fmt: skip
    weight = "bold" if node.kind in ("thesis", "root") else "normal"
    axes.text(x + INSET + 0.02, y + INSET, words.even(node.text, 28), size=6.7, va="top", weight=weight, linespacing=0.88)
    value, (left, width, height) = wording.quantity(node.median, "strength", language), BAR
    place = (x + left + width + 0.27, y + height)
    axes.text(*place, value, size=6.7, ha="right", va="center", color=colour, weight="bold")


def _colour(kind: str) -> str:
    return EDGE_COLOUR.get(kind, theme.ATTACK if kind == "objection" else theme.MUTED)


def _strength_bars(axes: Axes, nodes: pd.DataFrame, corners: np.ndarray) -> None:
    """The strength in every box: a line from 0 to 1, the range of the draws on it and the median."""
    left, width, height = BAR
    start, heights = corners[:, 0] + left, corners[:, 1] + height
    colours = nodes.kind.map(_colour)
    axes.hlines(heights, start, start + width, color=theme.FAINT, linewidth=0.8)
    axes.hlines(heights, start + nodes.low * width, start + nodes.high * width, colours, linewidth=2.2, alpha=0.55)
    axes.scatter(start + nodes["median"] * width, heights, 3.4**2, colours, zorder=2.1)


def _arriving(edges: pd.DataFrame) -> pd.DataFrame:
    """All arrows: the edges, and one from each warrant to the conclusion that it licenses."""
    licences = edges.dropna(subset=["warrant"])[["warrant", "to_node"]].drop_duplicates()
    licences = licences.rename(columns={"warrant": "from_node"}).assign(relation="licence")
    return pd.concat([edges[["from_node", "to_node", "relation"]], licences])


def _arrows(axes: Axes, tails: list[tuple[Place, str]], box: Place) -> None:
    """The arrows that end at one box, spread over its edge so that they do not cross and their heads stay apart."""
    for at, (start, relation) in enumerate(sorted(tails, key=lambda tail: tail[0][1]), start=1):
        _arrow(axes, start, (box[0], box[1] + HEIGHT * at / (len(tails) + 1)), relation)


def _arrow(axes: Axes, start: Place, end: Place, relation: str) -> None:
    """An arrow from a box to a height on the edge of another."""
    colour, style = ARROWS[relation]
    same_column = start[0] == end[0]
    tail = (start[0] + (0.02 if not same_column else BOX - 0.1), start[1] + HEIGHT / 2)
    head = (end[0] + BOX - 0.02, end[1])
    bend = "arc3,rad=0.0" if not same_column else f"arc3,rad={0.45 if tail[1] > head[1] else -0.45}"
    axes.add_artist(
        FancyArrowPatch(
            tail, head, connectionstyle=bend, arrowstyle="-|>,head_length=3,head_width=1.8",
            color=colour, linewidth=0.9, linestyle=style, shrinkA=0, shrinkB=0, zorder=0.5,
        )
    )  # fmt: skip


def _key(axes: Axes, language: str) -> None:
    """One line above the map that explains arrows, borders and bars."""
    x = 0.03
    for relation, (colour, style) in ARROWS.items():
        axes.plot([x, x + 0.24], [0.14, 0.14], color=colour, linestyle=style, linewidth=1.1)
        words = wording.label(relation, language)
        axes.text(x + 0.29, 0.14, words, size=7.2, va="center", color=theme.MUTED)
        x += 0.45 + 0.046 * len(words)
    note = {
        "en": "Dashed box: added by us, not in the article.  Dot: strength, 0 to 1; bar: 90% of draws",
        "de": "Gestrichelt: von uns ergänzt.  Punkt: Stärke, 0 bis 1; Balken: 90 % der Ziehungen",
    }[language]
    axes.text(x, 0.14, note, size=7.2, va="center", color=theme.MUTED)


def leave_one_out(changes: dict[str, pd.DataFrame], language: str, rows: int = 6) -> Figure:
    """What each root loses or gains when one statement is taken as false: bars from the root's median.

    `changes` maps a heading to a table with text, kind, change (strength, -1 to 1), largest first.
    """
    shown = {heading: table.head(rows) for heading, table in changes.items()}
    count = sum(len(table) for table in shown.values())
    figure = theme.canvas(0.27 * count + 0.35 * len(shown) + 0.5)
    axes = figure.subplots()
    top = 0.0
    for heading, table in shown.items():
        theme.heading(axes, top, heading)
        _change_bars(axes, top + 1.1 + np.arange(len(table)), table, language)
        top += len(table) + 1.3
    axes.axvline(0, color=theme.MUTED, linewidth=0.8)
    axes.margins(x=0.18)
    axes.set_ylim(top - 0.6, -0.5)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value, language, 1)))
    axes.set_xlabel({"en": "change in strength", "de": "Änderung der Stärke"}[language])
    return figure


def leave_one_out_alt(changes: dict[str, pd.DataFrame], language: str, rows: int = 6) -> str:
    """The bars in words: every heading with its statements and changes."""
    panels = []
    for heading, table in changes.items():
        bars = (words.entry(row.text, wording.number(row.change, language, 2)) for row in table.head(rows).itertuples())
        panels.append(words.group(heading, bars))
    opening = {"en": "Bars show how the strength changes if one statement is false. ", "de": "Balken zeigen, wie sich die Stärke ändert, wenn eine Aussage falsch ist. "}
    return opening[language] + " ".join(panels)


def _change_bars(axes: Axes, places: np.ndarray, table: pd.DataFrame, language: str) -> None:
    colours = [theme.ATTACK if change > 0 else theme.SUPPORT for change in table.change]
    axes.barh(places, table.change, color=colours, height=0.55)
    theme.label_left(axes, places, [words.even(text, 62) for text in table.text])
    for place, change in zip(places, table.change, strict=True):
        sign = "+" if change >= 0.005 else ""
        said = sign + wording.number(change, language, 2)
        theme.beside(axes, said, (change, place), 3 if change >= 0 else -3, color=theme.MUTED, in_layout=False)
