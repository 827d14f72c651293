"""The values of a figure as a table, read from its description, which says them all."""

import re
from collections.abc import Sequence

from dilemma.report import typography
from dilemma.report.tables import Cell, Grid, Token

Row = tuple[str, ...]

# A sentence ends before what begins like one, but not after the point of a German day or of a million.
SENTENCE = re.compile(rf"(?<=[.?])(?<!\bMio\.)(?<!\bMrd\.) (?=[^a-zäöü])(?!{typography.MONTHS})")
FEWEST = 2  # values that make a table


def grid(description: str, heads: tuple[str, str]) -> Grid | None:
    """A row for each value in a description such as “Strength. Horn one: 0.7; horn two: 0.5.”, if it lists any.

    A sentence may begin with the name of its group: “Soldiers: NIS: 3,000; HUR: 12,000.” Groups and sentences
    that list nothing stand over the rows that follow them.
    """
    rows = [row for sentence in SENTENCE.split(description) for row in _rows(sentence)]
    if sum(len(row) == len(heads) for row in rows) < FEWEST:
        return None
    head = [Cell(_text(name), at, header=True) for at, name in enumerate(heads)]
    return Grid([head], [_cells(row) for row in rows], ["left", "left"])


def _rows(sentence: str) -> Sequence[Row]:
    """The rows of one sentence: its group, if it has one, and each “label: value” of its list."""
    first, *others = (tuple(item.split(": ")) for item in sentence.rstrip(".").split("; "))
    if len(first) == 1:
        return [(sentence.rstrip("."),)]
    return [*([first[:1]] if len(first) > 2 else []), *(_entry(item) for item in (first[-2:], *others))]


def _entry(parts: Row) -> Row:
    return (": ".join(parts[:-1]), parts[-1]) if len(parts) > 1 else parts


def _cells(row: Row) -> list[Cell]:
    if len(row) == 1:
        return [Cell(_text(row[0]), 0, colspan=2)]
    return [Cell(_text(row[0]), 0, header=True), Cell(_text(row[1]), 1)]


def _text(raw: str) -> list[Token]:
    return [{"type": "text", "raw": typography.text(raw)}]
