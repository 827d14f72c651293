"""Tables as Typst: column widths from the text they hold, spans that cannot collide, row anchors."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dilemma.report.tables import Cell, Grid

if TYPE_CHECKING:
    from dilemma.report.typst import TypstRenderer

# Widths are counted in characters of the table face at its usual size.
SIZE, WIDE_SIZE, SMALLEST = 8.8, 8.2, 5.0  # points
COLUMN, PORTRAIT, LANDSCAPE = 84, 104, 166  # characters across the prose, the full column, a turned page
BOLD = 1.2  # how much wider a header is set
GAP = 2  # characters that a column's padding takes
SHORT = 12  # a column no wider than this is never wrapped
LONGEST_WORD = 15  # longer ones (addresses) may break
WHOLE = 16  # a table of fewer lines is kept on one page
LONGEST_TEXT = 240  # beyond it more text earns a column no more width
LONG_CELL = 1500  # characters; a longer cell may continue on the next page


def width(grid: Grid) -> int:
    """The number of columns."""
    return max((cell.column + cell.colspan for row in grid.head + grid.body for cell in row), default=0)


def is_wide(grid: Grid) -> bool:
    """Whether the table needs a landscape page: its author says so, or an upright one is too narrow."""
    return grid.wide or sum(_extents(grid)[0]) > PORTRAIT


def board(renderer: "TypstRenderer", grid: Grid, naming: str, numbered: bool) -> str:
    """The call that sets `grid`, which has at least one column; `naming` is its name and caption."""
    columns, room, size = width(grid), *((LANDSCAPE, WIDE_SIZE) if is_wide(grid) else (PORTRAIT, SIZE))
    least, most = _extents(grid)
    shares = _shares(least, most, room)
    head, body = _laid_out(grid.head, columns), _laid_out(grid.body, columns)
    options = [
        f"widths: ({''.join(f'{share:.1f}fr, ' for share in shares) or 'auto, ' * columns})",
        f"align: ({''.join(f'{align}, ' for align in _aligns(grid, columns))})",
        f"size: {max(SMALLEST, size * min(1.0, room / sum(least))):.1f}pt",
        f"breakable: {str(_lines(head + body, shares or most) > WHOLE).lower()}",
        f"hung: {str(bool(shares or numbered or sum(most) > COLUMN)).lower()}",
        *_header(renderer, head),
        naming,
    ]
    return f"#board({', '.join(options)}{''.join(_body(renderer, grid, body))})"


def _laid_out(rows: Sequence[Sequence[Cell]], columns: int) -> list[list[Cell]]:
    """Rows in which every place of the grid is filled exactly once: gaps closed, spans cut to fit."""
    busy: set[tuple[int, int]] = set()
    laid_out = []
    for index, row in enumerate(rows):
        by_column = {cell.column: cell for cell in row}
        line = []
        for column in range(columns):
            if (index, column) not in busy:
                cell = by_column.get(column, Cell([], column))
                cell = _cut(cell, {c for r, c in busy if r == index}, columns, len(rows) - index)
                busy |= {(index + r, column + c) for r in range(cell.rowspan) for c in range(cell.colspan)}
                line.append(cell)
        laid_out.append(line)
    return laid_out


def _cut(cell: Cell, busy: set[int], columns: int, rows: int) -> Cell:
    end = min(cell.column + cell.colspan, columns, *(c for c in busy if c > cell.column), columns)
    return replace(cell, colspan=end - cell.column, rowspan=min(cell.rowspan, rows))


def _extents(grid: Grid) -> tuple[list[float], list[float]]:
    """The least and the greatest width each column can use, in characters."""
    least, most = [GAP + 1.0] * width(grid), [GAP + 1.0] * width(grid)
    for cell in (cell for row in grid.head + grid.body for cell in row if cell.colspan == 1):
        text = cell.text
        whole = len(text) <= SHORT and not cell.header
        word = min(len(text) if whole else max(map(len, re.split(r"[\s/]+", text))), LONGEST_WORD)
        least[cell.column] = max(least[cell.column], GAP + word * (BOLD if cell.header else 1))
        most[cell.column] = max(most[cell.column], GAP + min(len(text), LONGEST_TEXT))
    return least, most


def _shares(least: Sequence[float], most: Sequence[float], room: int) -> list[float]:
    """Column widths that fill `room`, wider for more text; empty when every text fits on one line."""
    if sum(most) <= room:
        return []
    spare = max(0.0, room - sum(least))
    wanted = sum(most) - sum(least) or 1.0
    return [low + spare * (high - low) / wanted for low, high in zip(least, most, strict=True)]


def _lines(rows: Sequence[Sequence[Cell]], widths: Sequence[float]) -> int:
    return sum(max((_height(cell, widths) for cell in row), default=1) for row in rows)


def _height(cell: Cell, widths: Sequence[float]) -> int:
    return math.ceil(len(cell.text) / sum(widths[cell.column : cell.column + cell.colspan]))


def _aligns(grid: Grid, columns: int) -> list[str]:
    known = [align if align in ("left", "right", "center") else "left" for align in grid.aligns]
    return (known + ["left"] * columns)[:columns]


def _header(renderer: "TypstRenderer", rows: Sequence[Sequence[Cell]]) -> list[str]:
    cells = ", ".join(_cell(renderer, cell, bold=True) for row in rows for cell in row)
    return [f"header: table.header({cells})"] if cells else []


def _body(renderer: "TypstRenderer", grid: Grid, rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    for index, row in enumerate(rows):
        anchor = renderer.anchor(grid.row_id(index))
        for position, cell in enumerate(row):
            yield f",\n  {_cell(renderer, cell, anchor if position == 0 else '')}"


def _cell(renderer: "TypstRenderer", cell: Cell, anchor: str = "", bold: bool = False) -> str:
    text = renderer.inline(cell.tokens)
    content = f"[#strong[{text}]]" if bold else f"[{anchor}{text}]"
    options = [f"colspan: {cell.colspan}, align: center"] * (cell.colspan > 1)
    options += [f"rowspan: {cell.rowspan}"] * (cell.rowspan > 1)
    options += ["breakable: true"] * (len(cell.text) > LONG_CELL)
    return f"table.cell({', '.join(options)}){content}" if options else content
