"""A CSV file that breaks a rule is refused with file, line, column and what is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma import schema

FIELDS = [
    {"name": "id", "type": "string", "example": "a-1",
     "constraints": {"required": True, "pattern": "^[a-z0-9-]+$"}},
    {"name": "verb", "type": "string", "constraints": {"required": True, "enum": ["planned", "arrived"]}},
    {"name": "low", "type": "number", "constraints": {"minimum": 0}},
    {"name": "high", "type": "number"},
    {"name": "grade", "type": "integer", "constraints": {"required": True, "maximum": 6}},
    {"name": "stated", "type": "date"},
    {"name": "ours", "type": "boolean", "constraints": {"required": True}},
    {"name": "issuer", "type": "string"},
    {"name": "pages", "type": "string",
     "listOf": {"delimiter": ";", "reference": {"resource": "sources", "field": "source_id"}}},
    {"name": "text", "type": "string", "constraints": {"maxLength": 20, "unique": True}},
]
RESOURCE = {
    "name": "estimates",
    "path": "estimates.csv",
    "schema": {
        "fields": FIELDS,
        "primaryKey": ["id"],
        "foreignKeys": [
            {"fields": ["issuer"], "reference": {"resource": "issuers", "fields": ["issuer_id"]}},
        ],
    },
    "ordered": ["low", "high"],
    "filled": {"anyOf": ["low", "high"], "unless": {"text": "nothing"}},
}
KEYS = {("issuers", "issuer_id"): {"kor-nis", "ukr-hur"}, ("sources", "source_id"): {"ap-1", "afp-2"}}
HEADER = ",".join(field["name"] for field in FIELDS)
GOOD = {"id": "a", "verb": "planned", "low": "1000", "high": "3000.5", "grade": "2", "stated": "2024-10-23",
        "ours": "true", "issuer": "kor-nis", "pages": "ap-1;afp-2", "text": "first"}


def line(**changes):
    return ",".join({**GOOD, **changes}.values())


def read(*lines, header=HEADER):
    return schema.table(("\n".join([header, *lines]) + "\n").encode(), RESOURCE, KEYS)


def refusal(*lines, header=HEADER):
    with pytest.raises(schema.DataError) as refused:
        read(*lines, header=header)
    return str(refused.value)


def test_a_good_row_is_typed():
    row = read(line()).iloc[0]
    assert (1000.0, 3000.5, 2, True) == (row.low, row.high, row.grade, row.ours)
    assert ("ap-1", "afp-2") == row.pages
    assert "2024-10-23" == row.stated.date().isoformat()


def test_missing_values_are_missing_in_every_type():
    row = read(line(low="", stated="", issuer="", pages="")).iloc[0]
    assert [True, True, True] == row[["low", "stated", "issuer"]].isna().to_list()
    assert () == row.pages


def test_a_table_without_rows_keeps_its_types():
    types = read().dtypes[["low", "stated", "ours"]]
    assert ["float64", "datetime64[s]", "bool"] == types.astype(str).to_list()


def test_a_byte_order_mark_is_tolerated():
    content = ("\ufeff" + HEADER + "\n" + line()).encode()
    assert ["a"] == schema.table(content, RESOURCE, KEYS)["id"].to_list()


def test_an_empty_line_is_skipped():
    assert ["a", "b"] == read(line(), "", line(id="b", text="second"))["id"].to_list()


@pytest.mark.parametrize(("column", "value", "sentence"), [
    ("id", "A 1", "'A 1' does not have the required form; an example is a-1."),
    ("id", "", "A value is required."),
    ("verb", "arived", "'arived' is not allowed; allowed: planned, arrived. Did you mean 'arrived'?"),
    ("verb", "planned ", "'planned ' begins or ends with a space; delete the space."),
    ("low", "abc", "'abc' is not a number; write digits and, if needed, a decimal point."),
    ("low", "nan", "'nan' is not a number; write digits and, if needed, a decimal point."),
    ("low", "1.500", "'1.500' can be read in two ways; write 1500, or 1.5000 for the decimal number."),
    ("low", '"3,000"', "'3,000' can be read in two ways; write 3000, or 3.0000 for the decimal number."),
    ("low", "3.000", "'3.000' can be read in two ways; write 3000, or 3.0000 for the decimal number."),
    ("low", "-1", "-1 is too small; the smallest value allowed is 0."),
    ("low", "4000", "4000 is above high (3000.5); low <= high must hold."),
    ("grade", "2.0", "'2.0' is not a whole number; write digits only."),
    ("grade", "7", "7 is too large; the largest value allowed is 6."),
    ("stated", "23.10.2024", "'23.10.2024' is not a date; write 2024-10-23."),
    ("stated", "20241023", "'20241023' is not a date; write year-month-day, for example 2024-10-24."),
    ("stated", "2024-02-30", "'2024-02-30' is not a day of the calendar."),
    ("ours", "TRUE", "'TRUE' is not allowed; write true."),
    ("ours", "yes", "'yes' is not allowed; allowed: true, false."),
    ("issuer", "kor-nos",
     "'kor-nos' is not in column issuer_id of data/issuers.csv. Did you mean 'kor-nis'?"),
    ("pages", "ap-1;afp-3", "'afp-3' is not in column source_id of data/sources.csv. Did you mean 'afp-2'?"),
    ("pages", "ap-1; afp-2", "Separate the entries by ';' alone, without spaces or empty entries."),
    ("pages", "ap-1;", "Separate the entries by ';' alone, without spaces or empty entries."),
    ("pages", "ap-1;ap-1", "'ap-1' is listed twice."),
    ("text", "x" * 21, "The text has 21 characters; at most 20 are allowed."),
])
def test_a_wrong_cell_is_refused_with_its_place_and_a_remedy(column, value, sentence):
    assert f"data/estimates.csv, line 2, column {column}: {sentence}" == refusal(line(**{column: value}))


@pytest.mark.parametrize(("german", "english"), [
    ("0,5", "0.5"), ("0,500", "0.500"), ("1500,25", "1500.25"), ("1.500,25", "1500.25"),
])
def test_a_decimal_comma_is_named_as_such(german, english):
    expected = f"data/estimates.csv, line 2, column low: '{german}' has a decimal comma; write {english}."
    assert expected == refusal(line(low=f'"{german}"'))


@given(st.decimals(min_value=0, max_value=3000, places=2))
def test_every_plain_decimal_number_is_read_as_itself(number):
    assert float(number) == read(line(low=str(number))).iloc[0].low


def test_a_row_without_any_number_is_refused():
    place = "data/estimates.csv, line 2, column text"
    expected = f"{place}: Fill at least one of low, high, or write nothing here."
    assert expected == refusal(line(low="", high=""))


def test_a_row_that_says_it_has_no_number_may_not_have_one():
    assert "nothing means no value; empty low, high, or write something else here." in refusal(line(text="nothing"))


def test_a_duplicate_key_names_both_lines():
    message = refusal(line(), line(text="second"))
    assert "data/estimates.csv, line 3, column id: a stands already in line 2." == message


def test_a_duplicate_in_a_unique_column_names_both_lines():
    message = refusal(line(), line(id="b"))
    assert "data/estimates.csv, line 3, column text: first stands already in line 2." == message


def test_lines_are_counted_as_in_an_editor_after_a_text_with_a_line_break():
    message = refusal(line(text='"two\nlines"'), line(id="b", verb="gone"))
    assert "line 2, column text: The text holds a line break" in message
    assert "line 4, column verb" in message


def test_a_row_with_too_many_fields_is_refused():
    message = refusal(line(text="one, two"))
    assert message.startswith("data/estimates.csv, line 2: The line has 11 fields, the header has 10;")


def test_a_row_with_too_few_fields_is_told_of_the_missing_comma():
    message = refusal(line().rsplit(",", 1)[0])
    assert message.endswith("The line has 9 fields, the header has 10; an empty value needs its comma too.")


def test_quotation_marks_that_do_not_match_are_refused():
    message = refusal(line(), line(id="b", text='"open'))
    assert message.startswith("data/estimates.csv, line 3: The quotation marks do not match")


def test_a_misspelt_column_is_refused_with_the_right_name():
    message = refusal(line(), header=HEADER.replace("stated", "sated"))
    assert "data/estimates.csv, line 1: There is no column 'sated'. Did you mean 'stated'?" in message
    assert "data/estimates.csv, line 1: Column 'stated' is missing." in message


def test_a_repeated_column_is_refused():
    message = refusal(line(), header=HEADER.replace("high", "low"))
    assert "Column 'low' stands there more than once." in message


def test_a_file_separated_by_semicolons_is_refused():
    message = refusal(line(), header=HEADER.replace(",", ";"))
    assert message.endswith("line 1: The columns are separated by semicolons; separate them by commas.")


def test_an_empty_file_is_refused():
    with pytest.raises(schema.DataError, match="Column 'id' is missing"):
        schema.table(b"", RESOURCE, KEYS)


def test_a_file_that_is_not_utf8_is_refused_with_line_and_byte():
    content = f"{HEADER}\n{line(text='Präsident')}\n".encode("cp1252")
    place = content.index("ä".encode("cp1252")) + 1
    with pytest.raises(schema.DataError) as refused:
        schema.table(content, RESOURCE, KEYS)
    expected = f"data/estimates.csv, line 2: Byte {place} of the file is not UTF-8; save the file as UTF-8."
    assert expected == str(refused.value)


def test_at_most_ten_problems_are_listed():
    message = refusal(*(line(id=f"r{number}", text=f"t{number}", verb="gone") for number in range(13)))
    assert 11 == len(message.splitlines())
    assert "and 3 more problems in this file." == message.splitlines()[-1]


@given(st.binary(max_size=300))
def test_no_file_content_leads_to_anything_but_a_table_or_a_refusal(content):
    with pytest.raises(schema.DataError):
        schema.table(content, RESOURCE, KEYS)


@given(st.text(max_size=30), st.sampled_from([field["name"] for field in FIELDS]))
def test_no_cell_content_leads_to_anything_but_a_table_or_a_refusal(text, column):
    quoted = '"' + text.replace('"', '""') + '"'
    try:
        assert 1 == len(read(line(**{column: quoted})))
    except schema.DataError as refused:
        assert str(refused).startswith("data/estimates.csv, line ")
