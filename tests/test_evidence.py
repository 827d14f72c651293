"""What was known on a day: nothing later comes through any table."""

import json
from datetime import date, timedelta
from functools import cache

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma import evidence, schema

PACKAGE = evidence.description()
TABLES = [resource["name"] for resource in PACKAGE["resources"]]
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
TIMELESS = {"issuers", "scales", "glossary"}
ARTICLE = date(2024, 10, 24)


def days(frame):
    """The columns that say when something happened or was said, not what period it is about."""
    names = set(frame.select_dtypes("datetime")) - {"refers_to", "horizon"}
    return frame[sorted(names)]


@cache
def vintages():
    """Every date that occurs in the data."""
    columns = [column for name in TABLES for _, column in days(evidence.read(name)).items()]
    return sorted({day.date() for column in columns for day in column.dropna()})


@cache
def published():
    """The day of publication of every page whose day is known."""
    pages = evidence.read("sources").set_index("source_id")
    return pages.published[pages.precision == "day"].to_dict()


def cited(frame, table):
    pointers = schema.references(RESOURCES[table])
    columns = [column for column, (target, _) in pointers.items() if target == "sources"]
    return {page for column in columns for page in frame[column].explode().dropna()}


def leaks(table, as_of):
    """The rows of a cut table that carry a later day or cite a page of a later day."""
    frame, today = evidence.read(table, as_of), pd.Timestamp(as_of)
    if table == "sources":
        frame = frame[frame.precision == "day"]
    late = frame[(days(frame) > today).any(axis=1)].index.to_list()
    return late + [page for page in cited(frame, table) if published().get(page, today) > today]


@pytest.mark.parametrize("table", sorted(set(TABLES) - TIMELESS))
def test_nothing_later_comes_through_on_any_vintage_date(table):
    assert {} == {day: found for day in vintages() if (found := leaks(table, day))}


@given(st.dates(date(2017, 1, 1), date(2027, 1, 1)), st.sampled_from(sorted(set(TABLES) - TIMELESS)))
def test_nothing_later_comes_through_on_a_random_date(as_of, table):
    assert [] == leaks(table, as_of)


@given(st.dates(date(2017, 1, 1), date(2027, 1, 1)), st.sampled_from(TABLES))
def test_whatever_was_known_stays_known(as_of, table):
    key = RESOURCES[table]["schema"]["primaryKey"]
    earlier = set(map(tuple, evidence.read(table, as_of)[key].to_numpy()))
    assert earlier <= set(map(tuple, evidence.read(table, as_of + timedelta(days=30))[key].to_numpy()))


@given(st.dates(date(2017, 1, 1), date(2027, 1, 1)), st.sampled_from(sorted(set(TABLES) - TIMELESS)))
def test_a_known_row_points_only_to_known_rows(as_of, table):
    frame = evidence.read(table, as_of)
    for column, (target, key) in schema.references(RESOURCES[table]).items():
        assert set(frame[column].explode().dropna()) <= set(evidence.read(target, as_of)[key])


@pytest.mark.parametrize("table", sorted(TIMELESS))
def test_timeless_tables_cite_only_pages_known_to_the_article(table):
    known = set(evidence.read("sources", ARTICLE).source_id)
    assert set() == cited(evidence.read(table), table) - known


def test_the_pentagons_ten_thousand_are_unknown_before_the_day_they_were_stated():
    assert "rus-2024-10-28-1" not in set(evidence.read("estimates", "2024-10-27").estimate_id)
    assert "rus-2024-10-28-1" in set(evidence.read("estimates", "2024-10-28").estimate_id)


def test_a_statement_counts_from_the_day_of_the_page_that_carries_it():
    assert "plan-2024-10-22-1" not in set(evidence.read("estimates", "2024-10-22").estimate_id)
    assert "plan-2024-10-22-1" in set(evidence.read("estimates", "2024-10-23").estimate_id)


def test_an_event_disclosed_later_is_known_only_later():
    assert "EV027" not in set(evidence.read("events", "2025-08-29").event_id)
    assert "EV027" in set(evidence.read("events", "2025-08-30").event_id)


def test_the_article_has_no_claims_before_its_day():
    assert 0 == len(evidence.read("claims", "2024-10-23"))
    assert len(evidence.read("claims")) == len(evidence.read("claims", "2024-10-24"))


def test_no_day_means_every_row():
    assert 357 <= len(evidence.read("sources"))


def test_a_changed_result_does_not_change_the_next_reading():
    frame = evidence.read("estimates")
    frame.loc[0, "low"] = -1.0
    assert -1.0 != evidence.read("estimates").loc[0, "low"]


def test_the_newest_vintage_of_each_key_is_taken():
    frame = pd.DataFrame({
        "quantity_id": ["b", "a", "a"],
        "known_from": pd.to_datetime(["2024-01-01", "2024-03-01", "2024-02-01"]),
        "mode": [1, 2, 3],
    })
    newest = evidence.newest_vintage(frame, "quantity_id")
    assert {"a": 2, "b": 1} == dict(zip(newest["quantity_id"], newest["mode"]))


# A data folder of two small tables, to be broken on purpose

FIELDS = {
    "sources": [("source_id", "string"), ("published", "date"), ("precision", "string")],
    "status": [("claim_id", "string"), ("known_from", "date"), ("source_ids", "string")],
}
ROWS = {
    "sources": "exact,2024-10-23,day\nvague,2024-10-31,month\nundated,,none\nunused,,none\n",
    "status": "C01,2024-10-20,exact\nC01,2024-10-24,vague;undated\n",
}


@pytest.fixture
def folder(tmp_path):
    def resource(name, key, **rules):
        fields = [{"name": column, "type": kind} for column, kind in FIELDS[name]]
        return {"name": name, "path": f"{name}.csv", "schema": {"fields": fields, "primaryKey": key}, **rules}

    status_days = {"columns": ["known_from"], "sources": ["source_ids"]}
    resources = [
        resource("sources", ["source_id"], asOf={"columns": ["published"], "orCited": True}),
        resource("status", ["claim_id", "known_from"], asOf=status_days),
    ]
    target = {"resource": "sources", "field": "source_id"}
    resources[1]["schema"]["fields"][2]["listOf"] = {"delimiter": ";", "reference": target}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": resources}), encoding="utf-8")
    for name, rows in ROWS.items():
        header = ",".join(column for column, _ in FIELDS[name])
        (tmp_path / f"{name}.csv").write_text(f"{header}\n{rows}", encoding="utf-8")
    return tmp_path


def test_a_row_waits_for_the_youngest_page_it_cites(folder):
    assert 0 == len(evidence.read("status", "2024-10-22", folder))
    assert 1 == len(evidence.read("status", "2024-10-23", folder))


def test_pages_without_a_known_day_do_not_delay_a_row(folder):
    assert 2 == len(evidence.read("status", "2024-10-24", folder))


def test_pages_without_a_known_day_are_known_with_the_first_row_that_cites_them(folder):
    assert ["exact"] == evidence.read("sources", "2024-10-23", folder).source_id.to_list()
    assert ["exact", "vague", "undated"] == evidence.read("sources", "2024-10-24", folder).source_id.to_list()


def test_an_edited_file_is_read_again(folder):
    evidence.read("status", folder=folder)
    with (folder / "status.csv").open("a", encoding="utf-8") as file:
        file.write("C02,2024-10-25,exact\n")
    assert 3 == len(evidence.read("status", folder=folder))


def test_a_citation_of_an_unknown_page_is_refused_with_a_suggestion(folder):
    with (folder / "status.csv").open("a", encoding="utf-8") as file:
        file.write("C02,2024-10-25,exakt\n")
    sentence = "line 4, column source_ids: 'exakt' is not in .* Did you mean 'exact'?"
    with pytest.raises(evidence.DataError, match=sentence):
        evidence.read("status", folder=folder)


def test_a_missing_file_is_named(folder):
    (folder / "sources.csv").unlink()
    with pytest.raises(evidence.DataError, match="^The file data/sources.csv is missing.$"):
        evidence.read("status", folder=folder)


def test_a_broken_description_is_refused_with_its_line(folder):
    (folder / "datapackage.json").write_text('{"resources": [\n', encoding="utf-8")
    with pytest.raises(evidence.DataError, match="data/datapackage.json, line 2"):
        evidence.read("status", folder=folder)


def test_an_unknown_table_is_refused_with_a_suggestion():
    with pytest.raises(evidence.DataError, match="There is no table 'source'; .* Did you mean 'sources'?"):
        evidence.read("source")


def test_a_day_in_another_form_is_refused():
    with pytest.raises(evidence.DataError, match="as_of '24.10.2024' is not a day; write it as 2024-10-24."):
        evidence.read("sources", "24.10.2024")
