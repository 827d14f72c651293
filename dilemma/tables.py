"""A table that a chapter shows: its cells in the words of the run's language, as HTML and as text."""

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

import mistune
import pandas as pd

from dilemma.wording import Text, number, pick, short_day

ALIGNMENTS = ("left", "right", "center")
MISSING = "–"
# What Markdown leaves as it is, unless it numbers an entry of a list.
PLAIN = re.compile(r"(?!\d+[.)](?: |$))[0-9A-Za-zÀ-ž–−“„][0-9A-Za-zÀ-ž ,.;:()%/–−“”„’'+-]*")


def columns(frame: pd.DataFrame, align: Sequence[str] | None) -> list[dict[str, str]]:
    """Label and alignment of each column."""
    numeric = [pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]
    sides = list(align) if align else ["right" if is_number else "left" for is_number in numeric]
    if len(sides) != frame.shape[1] or not set(sides) <= set(ALIGNMENTS):
        raise ValueError(f"align needs {frame.shape[1]} entries, each one of {', '.join(ALIGNMENTS)}.")
    return [{"label": str(label), "align": side} for label, side in zip(frame.columns, sides, strict=True)]


def rows(frame: pd.DataFrame, language: str) -> list[list[str]]:
    """The cells of each row as text in `language`."""
    columns = [_worded_column(column, language) for _, column in frame.items()]
    return [list(row) for row in zip(*columns, strict=True)]


def html(spec: dict[str, Any]) -> str:
    """The table for JupyterLab: caption, header cells, inline Markdown."""
    # JupyterLab sets every cell of a table to the right unless it is told otherwise.
    sides = [f'style="text-align: {column["align"]}"' for column in spec["columns"]]
    labels = zip(spec["columns"], sides, strict=True)
    heads = "".join(f'<th scope="col" {side}>{escape(column["label"])}</th>' for column, side in labels)
    body = "".join(_html_row(row, sides, spec["header_column"]) for row in spec["rows"])
    caption = escape(spec["caption"])
    return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def plain(spec: dict[str, Any]) -> str:
    """The table as lines of text."""
    lines = [[column["label"] for column in spec["columns"]], *spec["rows"]]
    return "\n".join(" | ".join(line) for line in lines)


def _worded_column(column: pd.Series, language: str) -> list[str]:
    """The cells of a column as text, all numbers with the same decimals."""
    digits = 0 if pd.api.types.is_numeric_dtype(column.dtype) and _is_whole(column.dropna()) else 2
    return [_cell(value, language, digits) for value in column]


def _is_whole(present: pd.Series) -> bool:
    return bool((present == present.round()).all())


def _cell(value: Any, language: str, digits: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Text):
        return pick(value, language)
    if pd.isna(value):
        return MISSING
    return short_day(value, language) if hasattr(value, "year") else number(value, language, digits)


def _html_row(row: Sequence[str], sides: Sequence[str], header_column: bool) -> str:
    texts = [_inline(cell) for cell in row]
    cells = [f"<td {side}>{text}</td>" for text, side in zip(texts, sides, strict=True)]
    if header_column:
        cells[0] = f'<th scope="row" {sides[0]}>{texts[0]}</th>'
    return f"<tr>{''.join(cells)}</tr>"


@cache
def _inline(cell: str) -> str:
    """A cell in HTML; half the cells of a report occur more than once."""
    if PLAIN.fullmatch(cell):
        return cell.strip()
    return _parser()(cell).strip().removeprefix("<p>").removesuffix("</p>")


@cache
def _parser() -> mistune.Markdown:
    return mistune.create_markdown(escape=True)
