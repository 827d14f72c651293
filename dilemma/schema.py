"""Checks one CSV file against its description in data/datapackage.json and types its columns."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from dilemma import cells
from dilemma.cells import DataError

SHOWN = 10  # problems in one message

Resource = Mapping[str, Any]
Keys = Mapping[tuple[str, str], Collection[str]]


class Row(NamedTuple):
    """One record and the line on which it starts, counted as a text editor does."""

    line: int
    cells: dict[str, str]


class Problem(NamedTuple):
    """What is wrong where; an empty column means the whole line."""

    line: int
    column: str
    sentence: str


def table(content: bytes, resource: Resource, keys: Keys) -> pd.DataFrame:
    """The typed rows of a CSV file.

    `keys` holds, for every (table, column) the resource refers to, the values that exist there.
    Lists are tuples; missing numbers and texts are NaN, missing dates NaT.
    Raises DataError with one line per problem.
    """
    rows = _rows(content, resource)
    fields = resource["schema"]["fields"]
    problems = [
        *_cell_problems(rows, fields),
        *_duplicates(rows, resource["schema"]["primaryKey"]),
        *_rule_problems(rows, resource),
        *_unknown_keys(rows, resource, keys),
    ]
    _refuse(resource, problems)
    return pd.DataFrame({field["name"]: _column(rows, field) for field in fields})


def references(resource: Resource) -> dict[str, tuple[str, str]]:
    """The table and column to which each referring column points, also the columns that hold lists."""
    found = {}
    for key in resource["schema"].get("foreignKeys", ()):
        found[key["fields"][0]] = (key["reference"]["resource"], key["reference"]["fields"][0])
    for field in resource["schema"]["fields"]:
        if target := field.get("listOf", {}).get("reference"):
            found[field["name"]] = (target["resource"], target["field"])
    return found


def _refuse(resource: Resource, problems: Sequence[Problem]) -> None:
    """Raises DataError when there are problems, sorted by line."""
    if not problems:
        return
    lines = [
        f"data/{resource['path']}, line {line}{f', column {column}' if column else ''}: {sentence}"
        for line, column, sentence in sorted(set(problems))
    ]
    more = [f"and {len(lines) - SHOWN} more problems in this file."] if len(lines) > SHOWN else []
    raise DataError("\n".join(lines[:SHOWN] + more))


def _rows(content: bytes, resource: Resource) -> list[Row]:
    columns = [field["name"] for field in resource["schema"]["fields"]]
    (line, header), *records = [*_records(_text(content, resource), resource)] or [(1, [])]
    _refuse(resource, [Problem(line, "", fault) for fault in _header_faults(header, columns)])
    _refuse(resource, [
        Problem(line, "", _width_fault(len(record), len(header)))
        for line, record in records if len(record) != len(header)
    ])
    return [Row(line, dict(zip(header, record))) for line, record in records]


def _width_fault(found: int, wanted: int) -> str:
    remedy = "a text with a comma in it needs quotation marks around it"
    if found < wanted:
        remedy = "an empty value needs its comma too"
    return f"The line has {found} fields, the header has {wanted}; {remedy}."


def _text(content: bytes, resource: Resource) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        sentence = f"Byte {error.start + 1} of the file is not UTF-8; save the file as UTF-8."
        _refuse(resource, [Problem(line, "", sentence)])
        raise


def _records(text: str, resource: Resource) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        _refuse(resource, [Problem(line, "", f"The quotation marks do not match: {error}.")])


def _header_faults(header: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    if len(header) == 1 and ";" in header[0]:
        yield "The columns are separated by semicolons; separate them by commas."
        return
    missing = [column for column in columns if column not in header]
    for column in dict.fromkeys(header):
        if column not in columns:
            yield f"There is no column {column!r}.{cells.suggestion(column, missing)}"
        elif header.count(column) > 1:
            yield f"Column {column!r} stands there more than once."
    yield from (f"Column {column!r} is missing." for column in missing)


def _cell_problems(rows: Sequence[Row], fields: Sequence[cells.Field]) -> Iterator[Problem]:
    for field in fields:
        name = field["name"]
        # Most texts of a column occur more than once.
        faults = {text: cells.fault(text, field) for text in {row.cells[name] for row in rows}}
        for row in rows:
            if fault := faults[row.cells[name]]:
                yield Problem(row.line, name, fault)
        if field.get("constraints", {}).get("unique"):
            yield from _duplicates(rows, [name])


def _duplicates(rows: Sequence[Row], key: Sequence[str]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        values = tuple(row.cells[column] for column in key)
        if all(values) and values in first:
            sentence = f"{' + '.join(values)} stands already in line {first[values]}."
            yield Problem(row.line, " + ".join(key), sentence)
        first.setdefault(values, row.line)


def _rule_problems(rows: Sequence[Row], resource: Resource) -> Iterator[Problem]:
    for row in rows:
        yield from _order_problem(row, resource.get("ordered", ()))
        if rule := resource.get("filled"):
            yield from _filled_problem(row, rule)


def _order_problem(row: Row, columns: Sequence[str]) -> Iterator[Problem]:
    present = [column for column in columns if cells.NUMBER.fullmatch(row.cells[column])]
    for left, right in zip(present, present[1:]):
        if float(row.cells[left]) > float(row.cells[right]):
            order = " <= ".join(columns)
            sentence = f"{row.cells[left]} is above {right} ({row.cells[right]}); {order} must hold."
            yield Problem(row.line, left, sentence)


def _filled_problem(row: Row, rule: Mapping[str, Any]) -> Iterator[Problem]:
    """A row has a value in at least one column, unless another column says that it has none."""
    (column, exception), = rule["unless"].items()
    names = ", ".join(rule["anyOf"])
    filled = any(row.cells[name] for name in rule["anyOf"])
    excepted = row.cells[column] == exception
    if filled and excepted:
        yield Problem(row.line, column, f"{exception} means no value; empty {names}, or write something else here.")
    if not filled and not excepted:
        yield Problem(row.line, column, f"Fill at least one of {names}, or write {exception} here.")


def _unknown_keys(rows: Sequence[Row], resource: Resource, keys: Keys) -> Iterator[Problem]:
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    for column, (target, key) in references(resource).items():
        known = keys[target, key]
        for row in rows:
            for entry in _entries(row.cells[column], fields[column]):
                if entry.strip() and entry.strip() not in known:
                    hint = cells.suggestion(entry, known)
                    sentence = f"{entry!r} is not in column {key} of data/{target}.csv.{hint}"
                    yield Problem(row.line, column, sentence)


def _entries(text: str, field: cells.Field) -> tuple[str, ...]:
    return tuple(text.split(field["listOf"]["delimiter"])) if "listOf" in field else (text,)


def _column(rows: Sequence[Row], field: cells.Field) -> pd.Series:
    texts = [row.cells[field["name"]] for row in rows]
    if "listOf" in field:
        return pd.Series([_entries(text, field) if text else () for text in texts], dtype="object")
    match field["type"]:
        case "date":
            return pd.Series([text or "NaT" for text in texts], dtype="str").astype("datetime64[s]")
        case "number":
            return pd.Series([float(text or "nan") for text in texts], dtype="float64")
        case "integer":
            return pd.Series([int(text) for text in texts], dtype="int64")
        case "boolean":
            return pd.Series([text == "true" for text in texts], dtype="bool")
    return pd.Series([text or None for text in texts], dtype="str")
