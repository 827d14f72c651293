"""The values of a figure as a table, read from its description, which says them all."""

import re

from dilemma.report.tables import Cell, Grid, Token

MONTH = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
SENTENCE = re.compile(rf"\. (?=[^a-zäöü])(?!{MONTH})")  # but not the point of a German day
FEWEST = 2  # values that make a table


def grid(description: str, heads: tuple[str, str]) -> Grid | None:
    """A row for each value in a description such as “Strength. Horn one: 0.7; horn two: 0.5.”, if it lists any.

    Sentences and groups that name no single value stand over the rows that follow them.
    """
    rows = [row for sentence in SENTENCE.split(description.removesuffix(".")) for row in _rows(sentence)]
    if sum(len(row) == len(heads) for row in rows) < FEWEST:
        return None
    head = [Cell(_text(name), at, header=True) for at, name in enumerate(heads)]
    return Grid([head], [_cells(row) for row in rows], ["left", "left"])


def _rows(sentence: str) -> list[tuple[str, ...]]:
    """The rows of one sentence: its group, if it has one, and each “label: value” of its list."""
    items = sentence.split("; ")
    first, *others = (item.split(": ") for item in items)
    group = []
    if len(first) > 2 and others and len(first) > len(others[0]):
        group, items[0] = [(first[0],)], ": ".join(first[1:])
    return [*group, *(tuple(item.rsplit(": ", 1)) for item in items)]


def _cells(row: tuple[str, ...]) -> list[Cell]:
    if len(row) == 1:
        return [Cell(_text(row[0]), 0, colspan=2)]
    return [Cell(_text(row[0]), 0, header=True), Cell(_text(row[1]), 1)]


def _text(raw: str) -> list[Token]:
    return [{"type": "text", "raw": raw}]
