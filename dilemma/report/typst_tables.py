"""Tables as Typst: column widths from the text they hold, spans that cannot collide, row anchors."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dilemma.report import tables
from dilemma.report.tables import Cell, Grid

if TYPE_CHECKING:
    from dilemma.report.typst import TypstRenderer

# Widths are counted in characters of the table face at its usual size.
SIZE, FINE_SIZE, SMALLEST = 8.8, 8.2, 5.0  # points; the fine size is for turned pages and long tables
LEGIBLE = 6.5  # points; a table that would have to be set smaller is cut into several
PORTRAIT, FINE_PORTRAIT, LANDSCAPE = 104, 111, 178  # characters across an upright and a turned page
LONG = 40  # rows that make a table to look things up in
WORD, BOLD = 1.1, 1.2  # how much wider than its average a word can be, and how much wider a header is set
GAP = 2  # characters that a column's padding takes
SHORT = 12  # a column no wider than this is never wrapped
LONGEST_WORD = 18  # longer ones may break
WHOLE, FEW = 10, 25  # a table of no more lines stays on one page, and so does one of few rows and these lines
TOGETHER = 3  # rows that a longer one keeps on either page at least
LINE, PADDING = 1.16, 3.0  # height of a line in sizes of its letters, and in points what else a row takes
STEP = 2  # characters by which columns grow in turn
UNEVEN = 4  # the higher, the more a row is as high as its highest cell, and not as all cells together
LONG_CELL = 1500  # characters; a longer cell may continue on the next page


def width(grid: Grid) -> int:
    """The number of columns."""
    return max((cell.column + cell.colspan for row in grid.head + grid.body for cell in row), default=0)


def is_wide(grid: Grid) -> bool:
    """Whether the table needs a landscape page: its author says so, or an upright one is too narrow."""
    return grid.wide or sum(_extents(grid)[0]) > PORTRAIT


def bands(grid: Grid) -> list[Grid]:
    """The table in pieces that a turned page can hold in a size to be read."""
    pieces = tables.bands(grid, _extents(grid)[0], LANDSCAPE * FINE_SIZE / LEGIBLE)
    return [grid] if len(pieces) == 1 else [replace(piece, wide=True) for piece in pieces]


def board(renderer: "TypstRenderer", grid: Grid, naming: str) -> str:
    """The call that sets `grid`, which has at least one column; `naming` is its name and caption."""
    columns, (room, size) = width(grid), _room(grid)
    least, most = _extents(grid)
    head, body = _laid_out(grid.head, columns), _laid_out(grid.body, columns)
    shares = _shares(head + body, least, room) if sum(most) > room else []
    breakable = _lines(head + body, shares or most) > (WHOLE if len(body) >= 2 * TOGETHER else FEW)
    letters = max(SMALLEST, size * min(1.0, room / sum(least)))
    options = [
        f"widths: ({''.join(f'{share:.1f}fr, ' for share in shares) or 'auto, ' * columns})",
        f"align: ({''.join(f'{align}, ' for align in _aligns(grid, columns))})",
        f"hyphenate: {str(_breaks_words(body, shares)).lower()}",
        f"size: {letters:.1f}pt",
        f"breakable: {str(breakable).lower()}",
        f"opening: {_points(head + body[:TOGETHER], shares or most, letters):.0f}pt",
        *_header(renderer, head),
        naming,
    ]
    return f"#board({', '.join(options)}{_body(renderer, grid, body, breakable)})"


def _room(grid: Grid) -> tuple[int, float]:
    """How many characters a table may be wide, and their size in points."""
    if is_wide(grid):
        return LANDSCAPE, FINE_SIZE
    return (FINE_PORTRAIT, FINE_SIZE) if len(grid.body) > LONG else (PORTRAIT, SIZE)


def _laid_out(rows: Sequence[Sequence[Cell]], columns: int) -> list[list[Cell]]:
    """Rows in which every place of the grid is filled exactly once: gaps closed, spans cut to fit."""
    busy: list[set[int]] = [set() for _ in rows]
    laid_out = []
    for index, row in enumerate(rows):
        by_column = {cell.column: cell for cell in row}
        line = []
        for column in range(columns):
            if column not in busy[index]:
                cell = _cut(by_column.get(column, Cell([], column)), busy[index], columns, len(rows) - index)
                for below in busy[index : index + cell.rowspan]:
                    below.update(range(column, column + cell.colspan))
                line.append(cell)
        laid_out.append(line)
    return laid_out


def _cut(cell: Cell, busy: set[int], columns: int, rows: int) -> Cell:
    if cell.colspan == cell.rowspan == 1:
        return cell
    end = min(cell.column + cell.colspan, columns, *(c for c in busy if c > cell.column), columns)
    return replace(cell, colspan=end - cell.column, rowspan=min(cell.rowspan, rows))


def _extents(grid: Grid) -> tuple[list[float], list[float]]:
    """The least and the greatest width each column can use, in characters."""
    least, most = [GAP + 1.0] * width(grid), [GAP + 1.0] * width(grid)
    for cell in (cell for row in grid.head + grid.body for cell in row if cell.colspan == 1):
        text = cell.text
        whole = len(text) <= SHORT and not cell.header
        word = min(len(text) if whole else _longest_word(text), LONGEST_WORD)
        least[cell.column] = max(least[cell.column], GAP + word * (BOLD if cell.header else WORD))
        most[cell.column] = max(most[cell.column], GAP + len(text))
    return least, most


def _longest_word(text: str) -> int:
    return max(map(len, re.split(r"[ \t\n/]+", text.replace("\N{WORD JOINER}", ""))))


def _breaks_words(rows: Sequence[Sequence[Cell]], widths: Sequence[float]) -> bool:
    """Whether a column is narrower than a word in it; without widths every column is as wide as its text."""
    cells = [cell for row in rows for cell in row if widths and cell.colspan == 1]
    return any(GAP + _longest_word(cell.text) * (BOLD if cell.header else 1) > widths[cell.column] for cell in cells)


def _shares(rows: Sequence[Sequence[Cell]], least: Sequence[float], room: int) -> list[float]:
    """Column widths that fill `room` and keep the table short: each step goes where it saves most height."""
    lengths = np.zeros((len(rows), len(least)))
    for index, row in enumerate(rows):
        for cell in row:
            lengths[index, cell.column] = len(cell.text) if cell.colspan == 1 else 0
    widths = np.array(least)
    while widths.sum() + STEP <= room:
        now, then = ((lengths / (widths + step - GAP)) ** UNEVEN for step in (0, STEP))
        rest = now.sum(axis=1, keepdims=True) - now
        saved = (now + rest) ** (1 / UNEVEN) - (then + rest) ** (1 / UNEVEN)
        widths[saved.sum(axis=0).argmax()] += STEP
    return [float(share) for share in widths]


def _lines(rows: Sequence[Sequence[Cell]], widths: Sequence[float]) -> int:
    return sum(max((_height(cell, widths) for cell in row), default=1) for row in rows)


def _points(rows: Sequence[Sequence[Cell]], widths: Sequence[float], letters: float) -> float:
    """About how high rows are; to let Typst measure them takes a tenth of its time."""
    room = [(width - GAP) / WORD for width in widths]  # since words do not fill their lines
    return LINE * letters * _lines(rows, room) + PADDING * len(rows)


def _height(cell: Cell, widths: Sequence[float]) -> int:
    return math.ceil(len(cell.text) / sum(widths[cell.column : cell.column + cell.colspan]))


def _aligns(grid: Grid, columns: int) -> list[str]:
    known = [align if align in ("left", "right", "center") else "left" for align in grid.aligns]
    return (known + ["left"] * columns)[:columns]


def _header(renderer: "TypstRenderer", rows: Sequence[Sequence[Cell]]) -> list[str]:
    cells = ", ".join(_cell(renderer, cell, bold=True) for row in rows for cell in row)
    return [f"header: table.header({cells})"] if cells else []


def _body(renderer: "TypstRenderer", grid: Grid, rows: Sequence[Sequence[Cell]], breakable: bool) -> str:
    lines = [_row(renderer, row, renderer.anchor(grid.row_id(index))) for index, row in enumerate(rows)]
    if not (breakable and _ends_together(rows)):
        return "".join(lines)
    # Typst tears no footer: so the last rows stay together, and no page begins with the very last.
    end = "".join(lines[-TOGETHER:]).removeprefix(",")
    return "".join(lines[:-TOGETHER]) + f",\n  table.footer(repeat: false,{end})"


def _ends_together(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the last rows can be one piece: others come before, no cell reaches in, none is a page long."""
    first, last = rows[:-TOGETHER], rows[-TOGETHER:]
    spans = any(index + cell.rowspan > len(first) for index, row in enumerate(first) for cell in row)
    long = any(len(cell.text) > LONG_CELL for row in last for cell in row)
    return len(rows) >= 2 * TOGETHER and not spans and not long


def _row(renderer: "TypstRenderer", row: Sequence[Cell], anchor: str) -> str:
    return "".join(
        f",\n  {_cell(renderer, cell, anchor if position == 0 else '')}" for position, cell in enumerate(row)
    )


def _cell(renderer: "TypstRenderer", cell: Cell, anchor: str = "", bold: bool = False) -> str:
    text = renderer.inline(cell.tokens)
    content = f"[#strong[{text}]]" if bold else f"[{anchor}{text}]"
    options = [f"colspan: {cell.colspan}, align: center"] * (cell.colspan > 1)
    options += [f"rowspan: {cell.rowspan}"] * (cell.rowspan > 1)
    options += ["breakable: true"] * (len(cell.text) > LONG_CELL)
    return f"table.cell({', '.join(options)}){content}" if options else content
