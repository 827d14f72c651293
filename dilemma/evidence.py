"""Reads the tables of data/, cut at the day whose knowledge counts."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from dilemma import cells, schema, traces
from dilemma.schema import DataError

__all__ = ["DATA", "DataError", "description", "newest_vintage", "read", "read_all"]

DATA = Path(__file__).resolve().parent.parent / "data"
DESCRIPTION = "datapackage.json"
ALWAYS = pd.Timestamp("0001-01-01")
NEVER = pd.Timestamp("9999-12-31")


def read(table: str, as_of: str | date | None = None, folder: Path = DATA) -> pd.DataFrame:
    """The rows of a table that were known on the day `as_of`; all rows when it is None.

    Lists are tuples; missing numbers and texts are NaN, missing dates NaT.
    Raises DataError when a file does not follow data/datapackage.json.
    """
    frame = _table(table, folder)
    if as_of is None:
        return frame.copy(deep=False)  # pandas copies what is changed
    known = _known_from(table, folder) <= _day(as_of)
    return frame[known].reset_index(drop=True)


def read_all() -> None:
    """Reads every table, so that processes forked from this one need only look whether it has changed since.

    Raises DataError when a file does not follow data/datapackage.json.
    """
    for resource in description()["resources"]:
        read(resource["name"], date.max)


def newest_vintage(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """The row with the latest `known_from` for each value of `key`, sorted by `key`."""
    newest = frame.sort_values([key, "known_from"]).drop_duplicates(key, keep="last")
    return newest.reset_index(drop=True)


def description(folder: Path = DATA) -> dict[str, Any]:
    """The Data Package that describes every table of a data folder."""
    try:
        return json.loads(_content(folder / DESCRIPTION))
    except json.JSONDecodeError as error:
        place = f"data/{DESCRIPTION}, line {error.lineno}"
        raise DataError(f"{place}: the file is not valid JSON ({error.msg}).") from None


@traces.kept
def _known_from(table: str, folder: Path) -> pd.Series:
    """The day from which each row counts as known: the latest of the days its rule names.

    The only place that decides what a day may see.
    """
    frame = _table(table, folder)
    rule = _resource(table, folder).get("asOf", {})
    days = [
        pd.Series(pd.Timestamp(rule.get("day", ALWAYS)), index=frame.index),
        *(frame[column].fillna(NEVER) for column in rule.get("columns", ())),
        *(_latest_page(frame[column], folder) for column in rule.get("sources", ())),
        *(_day_of_referenced(table, column, folder) for column in rule.get("rows", ())),
    ]
    known_from = pd.concat(days, axis=1).max(axis=1)
    if not rule.get("orCited"):
        return known_from
    cited = _first_citation(table, folder).reindex(frame["source_id"]).set_axis(frame.index)
    return known_from.where((frame["precision"] == "day") | ~(cited < known_from), cited)


def _latest_page(cited: pd.Series, folder: Path) -> pd.Series:
    """The day of the youngest cited page; a page without a known day does not count."""
    sources = _table("sources", folder).set_index("source_id")
    published = sources["published"].where(sources["precision"] == "day")
    pages = cited.explode()
    return published.reindex(pages).set_axis(pages.index).groupby(level=0).max().fillna(ALWAYS)


def _day_of_referenced(table: str, column: str, folder: Path) -> pd.Series:
    """The day from which the row that a column points to counts as known."""
    target, key = schema.references(_resource(table, folder))[column]
    referenced = _table(target, folder)[key]
    referring = _table(table, folder)[column]
    known_from = _known_from(target, folder).set_axis(referenced)
    return known_from.reindex(referring).set_axis(referring.index).fillna(ALWAYS)


def _first_citation(target: str, folder: Path) -> pd.Series:
    """The day of the first row of any table that points to each key of `target`."""
    citations = [pd.Series(dtype="datetime64[s]")]
    for resource in _description(folder)["resources"]:
        table = resource["name"]
        for column, (referenced, _) in schema.references(resource).items():
            if referenced == target:
                cited = _table(table, folder)[column].explode().dropna()
                known_from = _known_from(table, folder).reindex(cited.index)
                citations.append(known_from.set_axis(cited))
    return pd.concat(citations).groupby(level=0).min()


@traces.kept
def _table(table: str, folder: Path) -> pd.DataFrame:
    resource = _resource(table, folder)
    keys = {
        (target, column): set(_table(target, folder)[column])
        for target, column in schema.references(resource).values()
    }
    return schema.table(_content(folder / resource["path"]), resource, keys)


_description = traces.kept(description)


def _resource(table: str, folder: Path) -> schema.Resource:
    resources = {resource["name"]: resource for resource in _description(folder)["resources"]}
    if table not in resources:
        hint = cells.suggestion(table, resources)
        raise DataError(f"There is no table {table!r}; there are: {', '.join(resources)}.{hint}")
    return resources[table]


def _content(path: Path) -> bytes:
    try:
        return traces.content(path)
    except FileNotFoundError:
        raise DataError(f"The file data/{path.name} is missing.") from None


def _day(as_of: str | date) -> pd.Timestamp:
    try:
        return pd.Timestamp(date.fromisoformat(str(as_of)))
    except ValueError:
        raise DataError(f"as_of {as_of!r} is not a day; write it as 2024-10-24.") from None
