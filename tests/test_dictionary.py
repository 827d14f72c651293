"""data/README.md says what datapackage.json says."""

import pytest

from dilemma import dictionary, evidence

PACKAGE = evidence.description()
TEXT = dictionary.markdown(PACKAGE)


def test_the_readme_is_up_to_date():
    committed = (evidence.DATA / "README.md").read_text(encoding="utf-8")
    assert TEXT == committed, "run: python3 run.py dictionary"


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda resource: resource["name"])
def test_every_column_stands_there_with_both_descriptions(resource):
    for field in resource["schema"]["fields"]:
        assert f"| {field['description']} | {field['description_de']} |" in TEXT


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda resource: resource["name"])
def test_every_table_stands_there_with_its_number_of_rows(resource):
    rows = len(evidence.read(resource["name"]))
    assert f"| [`{resource['path']}`](#{resource['name']}) | {rows} |" in TEXT


def test_every_line_of_a_table_has_as_many_cells_as_its_header():
    header = 0
    for line in TEXT.splitlines():
        header = (header or line.count("|")) if line.startswith("|") else 0
        assert header == line.count("|") or not line.startswith("|")


def test_a_rule_about_days_names_its_columns():
    assert "known from · bekannt ab: `stated`, day of the page in · Tag der Seite in `source_id`" in TEXT
