"""Tables of any origin as one neutral grid, which the HTML and the PDF then set."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bs4 import PageElement, Tag

from dilemma.report import lengths

Token = dict[str, Any]
Inline = Callable[[str], list[Token]]

GROUPS = {"thead", "tbody", "tfoot"}
STRUCTURE = {"caption", "colgroup", "col", "tr", "th", "td", *GROUPS}
NUMBER = re.compile(r"^[−+\-]?[\d.,\s]*\d\s*%?$")


@dataclass(frozen=True)
class Cell:
    """One cell: its inline tokens, the column it starts in, what it spans, and whether it is a header."""

    tokens: list[Token]
    column: int = 0
    colspan: int = 1
    rowspan: int = 1
    header: bool = False

    @cached_property
    def text(self) -> str:
        """The cell's plain text, for measuring column widths."""
        return plain(self.tokens)


@dataclass(frozen=True)
class Grid:
    """A table without markup; `aligns` has one of left, right, center per column, `cut` counts missing rows."""

    head: list[list[Cell]]
    body: list[list[Cell]]
    aligns: list[str]
    caption: str = ""
    anchor: str = ""
    row_ids: tuple[str | None, ...] = ()
    wide: bool = False
    cut: int = 0

    def row_id(self, index: int) -> str | None:
        """The anchor of body row `index`, or None."""
        return self.row_ids[index] if index < len(self.row_ids) else None


def bands(grid: Grid, widths: Sequence[float], room: float) -> list[Grid]:
    """The table in pieces no wider than `room`, each beginning with the columns that name the rows."""
    if sum(widths) <= room:
        return [grid]
    headers = {cell.column for row in grid.body for cell in row if cell.header}
    names = next(column for column in range(len(widths) + 1) if column not in headers)
    names = names if sum(widths[:names]) < room / 2 else 0
    groups: list[list[int]] = [[]]
    for column in range(names, len(widths)):
        if groups[-1] and sum(widths[c] for c in (*range(names), *groups[-1], column)) > room:
            groups.append([])
        groups[-1].append(column)
    pieces = [_columns(grid, [*range(names), *group]) for group in groups]
    return [pieces[0], *(replace(piece, row_ids=(), caption="", anchor="") for piece in pieces[1:])]


def _columns(grid: Grid, kept: Sequence[int]) -> Grid:
    """Some columns of a table; a cell that spans several spans those of them that are kept."""
    aligns = [grid.aligns[column] if column < len(grid.aligns) else "left" for column in kept]
    head, body = ([list(_kept(row, kept)) for row in rows] for rows in (grid.head, grid.body))
    return replace(grid, head=head, body=body, aligns=aligns)


def _kept(row: Sequence[Cell], kept: Sequence[int]) -> Iterator[Cell]:
    for cell in row:
        places = [place for place, column in enumerate(kept) if 0 <= column - cell.column < cell.colspan]
        if places:
            yield replace(cell, column=places[0], colspan=len(places))


def plain(tokens: Sequence[Token]) -> str:
    """The text of tokens without any markup."""
    return "".join(_plain(token) for token in tokens)


def _plain(token: Token) -> str:
    if token["type"] in ("softbreak", "linebreak"):
        return " "
    if token["type"] == "footnote_ref":
        return ""
    if "children" in token:
        return plain(token["children"])
    return token.get("raw", "")


def from_spec(spec: Mapping[str, Any], inline: Inline) -> Grid:
    """The grid of a chapter's table (MIME type TABLE), whose cells are inline Markdown."""
    columns = spec["columns"]
    head = [Cell(inline(str(column["label"])), i, header=True) for i, column in enumerate(columns)]
    first_is_header = spec.get("header_column", True)
    body = [
        [Cell(inline(str(value)), i, header=first_is_header and i == 0) for i, value in enumerate(row)]
        for row in spec["rows"]
    ]
    return Grid(
        head=[head],
        body=body,
        aligns=[column.get("align", "left") for column in columns],
        caption=spec.get("caption", ""),
        anchor=spec.get("id", ""),
        row_ids=tuple(spec.get("row_ids") or ()),
        wide=bool(spec.get("wide", False)),
    )


def from_token(token: Token) -> Grid:
    """The grid of a Markdown table, given as mistune's table token."""
    head, *bodies = token["children"]
    rows = [row for body in bodies for row in body["children"]]
    return Grid(
        head=[[Cell(cell["children"], i, header=True) for i, cell in enumerate(head["children"])]],
        body=[[Cell(cell["children"], i) for i, cell in enumerate(row["children"])] for row in rows],
        aligns=[cell["attrs"].get("align") or "left" for cell in head["children"]],
    )


def from_tag(table: Tag, inline: Callable[[Tag], list[Token]]) -> Grid:
    """The grid of an HTML table, such as pandas prints; `inline` turns a cell's tag into tokens."""
    head_rows, body_rows = _split_rows(table)
    columns = max((len(_cells(row)) for row in body_rows), default=1)
    shown = lengths.rows(len(body_rows), columns)
    caption = table.find("caption")
    head, body = _place(head_rows, inline), _place(body_rows[:shown], inline)
    head = _fold_index_name(head)
    width = max((cell.column + cell.colspan for row in head + body for cell in row), default=0)
    return Grid(
        head=head,
        body=body,
        aligns=[_align(body, column) for column in range(width)],
        caption=caption.get_text(" ", strip=True) if caption else "",
        cut=len(body_rows) - shown,
    )


def outside_cells(table: Tag) -> list[PageElement]:
    """What stands in an HTML table outside its cells, which a browser shows before the table."""
    groups = [node for node in table.children if isinstance(node, Tag) and node.name in GROUPS]
    inner = [node for part in (table, *groups) for node in part.children]
    rows = [node for node in inner if isinstance(node, Tag) and node.name == "tr"]
    nodes = [*inner, *(node for row in rows for node in row.children)]
    return [node for node in nodes if not (isinstance(node, Tag) and node.name in STRUCTURE)]


def _split_rows(table: Tag) -> tuple[list[Tag], list[Tag]]:
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    head = [row for row in rows if row.find_parent("thead")]
    if not head and rows and not rows[0].find("td"):
        head = rows[:1]
    in_head = {id(row) for row in head}
    return head, [row for row in rows if id(row) not in in_head]


def _place(rows: Sequence[Tag], inline: Callable[[Tag], list[Token]]) -> list[list[Cell]]:
    """Rows of cells that know their column, rowspans of the rows above taken into account."""
    taken: dict[int, int] = {}  # column -> rows it is still occupied
    placed = []
    for row in rows:
        cells, column = [], 0
        busy = {c for c, left in taken.items() if left > 0}
        taken = {c: left - 1 for c, left in taken.items() if left > 0}
        for tag in _cells(row):
            while column in busy:
                column += 1
            colspan, rowspan = _span(tag, "colspan"), _span(tag, "rowspan")
            cells.append(Cell(inline(tag), column, colspan, rowspan, tag.name == "th"))
            taken.update({c: rowspan - 1 for c in range(column, column + colspan)})
            column += colspan
        placed.append(cells)
    return placed


def _cells(row: Tag) -> list[Tag]:
    return [child for child in row.children if isinstance(child, Tag) and child.name in ("th", "td")]


def _span(tag: Tag, name: str) -> int:
    value = str(tag.get(name, "1"))
    return max(1, min(int(value), 1000)) if value.isdigit() else 1


def _fold_index_name(head: list[list[Cell]]) -> list[list[Cell]]:
    """pandas puts the index name in a header row of its own: move it up into the empty corner."""
    if len(head) < 2 or len(head[-1]) < 2 or any(cell.text for cell in head[-1][1:]):
        return head
    name, corner = head[-1][0], head[-2][0]
    if not name.text or corner.text or corner.colspan != 1:
        return head
    return [*head[:-2], [Cell(name.tokens, 0, 1, 1, True), *head[-2][1:]]]


def _align(body: Sequence[Sequence[Cell]], column: int) -> str:
    texts = [cell.text.strip() for cell in _column(body, column)]
    filled = [text for text in texts if text and text not in ("–", "—", "NaN", "…", "...")]
    return "right" if filled and all(NUMBER.match(text) for text in filled) else "left"


def _column(body: Sequence[Sequence[Cell]], column: int) -> Iterator[Cell]:
    return (cell for row in body for cell in row if cell.column == column)
