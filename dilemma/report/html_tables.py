"""A grid as an HTML table, which a phone may show with its cells one below the other."""

import re
from collections.abc import Callable, Sequence
from html import escape

from dilemma.report.tables import Cell, Grid, Token

Render = Callable[[Sequence[Token]], str]

LONG = 44  # characters from which a table column needs room for sentences
DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")


def table(grid: Grid, name: str, render: Render) -> str:
    """The table element; `render` gives the HTML of a cell's tokens."""
    head = "".join(f"<tr>{_row(row, grid, 'col', render)}</tr>\n" for row in grid.head)
    head = f"<thead>\n{head}</thead>\n" if head else ""
    return f'<table aria-label="{name}"{_stack(grid)}>\n{head}<tbody>\n{_body(grid, render)}</tbody>\n</table>'


def _body(grid: Grid, render: Render) -> str:
    lines = []
    for index, row in enumerate(grid.body):
        anchor = f' id="{escape(grid.row_id(index))}"' if grid.row_id(index) else ""
        lines.append(f"<tr{anchor}>{_row(row, grid, 'row', render)}</tr>\n")
    return "".join(lines)


def _row(row: Sequence[Cell], grid: Grid, scope: str, render: Render) -> str:
    return "".join(_cell(cell, grid, scope, render) for cell in row)


def _cell(cell: Cell, grid: Grid, scope: str, render: Render) -> str:
    content = render(cell.tokens)
    align = grid.aligns[cell.column] if cell.column < len(grid.aligns) else "left"
    kinds = [align] * (align != "left") + ["long"] * _is_long(cell) + ["day"] * bool(DAY.fullmatch(cell.text))
    attributes = f' class="{" ".join(kinds)}"' if kinds else ""
    attributes += f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    attributes += f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    if not cell.header or not content:
        return f"<td{attributes}>{content}</td>"
    scope = "colgroup" if scope == "col" and cell.colspan > 1 else scope
    return f'<th scope="{scope}"{attributes}>{content}</th>'


def _is_long(cell: Cell) -> bool:
    """Whether the cell holds sentences; one long word, such as a hash, may be broken anywhere instead."""
    return len(cell.text) > LONG and " " in cell.text


def _stack(grid: Grid) -> str:
    """What lets the style sheet set the cells of a row one below the other, each after its column's name.

    A table of two columns, such as a glossary, needs no names; one with spanning cells cannot be taken apart.
    """
    cells = [cell for row in (*grid.head, *grid.body) for cell in row]
    spans = any(cell.colspan > 1 or cell.rowspan > 1 for cell in cells)
    if len(grid.head) != 1 or spans or not any(_is_long(cell) for row in grid.body for cell in row):
        return ""
    names = [f"--c{at}: {_quoted(cell.text)}" for at, cell in enumerate(grid.head[0], 1)]
    return f' class="stack" style="{escape("; ".join(names))}"' if len(names) > 2 else ' class="stack"'


def _quoted(text: str) -> str:
    """A string of a style sheet; any end of a line would end it, and let the rest act as style."""
    return '"' + re.sub(r'(["\\])', r"\\\1", re.sub(r"[\n\r\f]", " ", text)) + '"'
