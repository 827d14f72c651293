"""Tables of any origin as one neutral grid."""

import pytest
from bs4 import BeautifulSoup

from dilemma.report import tables
from dilemma.report.markdown import inline


def from_html(source: str) -> tables.Grid:
    tag = BeautifulSoup(source, "html.parser").find("table")
    return tables.from_tag(tag, lambda cell: [{"type": "text", "raw": cell.get_text(strip=True)}])


def spec(**changes: object) -> dict:
    return {
        "id": "tab-x",
        "caption": "A *caption*",
        "columns": [{"label": "Who", "align": "left"}, {"label": "How many", "align": "right"}],
        "rows": [["[NIS](#src-nis)", "1,500"], ["Kyiv", "10,000"]],
        "row_ids": ["row-a", None],
        "wide": True,
        "header_column": True,
    } | changes


def texts(rows: list[list[tables.Cell]]) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows]


def test_a_chapters_table_keeps_its_texts():
    grid = tables.from_spec(spec(), inline)
    assert [["NIS", "1,500"], ["Kyiv", "10,000"]] == texts(grid.body)


def test_the_cells_of_a_chapters_table_are_markdown():
    assert "link" == tables.from_spec(spec(), inline).body[0][0].tokens[0]["type"]


def test_the_first_column_names_the_rows():
    assert [True, False] == [cell.header for cell in tables.from_spec(spec(), inline).body[0]]


def test_a_table_without_header_column_has_only_column_headers():
    grid = tables.from_spec(spec(header_column=False), inline)
    assert [False, False] == [cell.header for cell in grid.body[0]]


def test_rows_have_their_anchors():
    grid = tables.from_spec(spec(), inline)
    assert ["row-a", None, None] == [grid.row_id(index) for index in range(3)]


def test_a_pandas_table_has_headers_and_right_aligned_numbers():
    grid = from_html(
        "<table><thead><tr><th></th><th>a</th><th>b</th></tr></thead>"
        "<tbody><tr><th>x</th><td>1</td><td>word</td></tr>"
        "<tr><th>y</th><td>−2.5</td><td>3</td></tr></tbody></table>"
    )
    assert ([["", "a", "b"]], ["left", "right", "left"]) == (texts(grid.head), grid.aligns)


def test_the_index_name_of_pandas_moves_into_the_corner():
    grid = from_html(
        "<table><thead><tr><th></th><th>a</th></tr><tr><th>name</th><th></th></tr></thead>"
        "<tbody><tr><th>x</th><td>1</td></tr></tbody></table>"
    )
    assert [["name", "a"]] == texts(grid.head)


def test_cells_under_a_rowspan_know_their_column():
    grid = from_html(
        "<table><tr><td rowspan='2'>A</td><td>x</td></tr>"
        "<tr><td>y</td></tr><tr><td>B</td><td>z</td></tr></table>"
    )
    assert [[0, 1], [1], [0, 1]] == [[cell.column for cell in row] for row in grid.body]


def test_a_header_over_two_columns_counts_as_two():
    grid = from_html("<table><thead><tr><th colspan='2'>both</th><th>c</th></tr></thead></table>")
    assert [0, 2] == [cell.column for cell in grid.head[0]]


def test_a_first_row_of_headers_is_the_head_without_thead():
    grid = from_html("<table><tr><th>a</th></tr><tr><td>1</td></tr></table>")
    assert ([["a"]], [["1"]]) == (texts(grid.head), texts(grid.body))


def test_the_rows_of_a_table_inside_a_cell_are_not_rows_of_the_outer_table():
    grid = from_html("<table><tr><td><table><tr><td>in</td></tr></table></td></tr></table>")
    assert 1 == len(grid.body)


def test_the_caption_of_an_html_table_is_kept():
    assert "Said" == from_html("<table><caption>Said</caption><tr><td>1</td></tr></table>").caption


@pytest.mark.parametrize("number", ["1", "-1", "−2.5", "1,500", "12.900", "13 %", "13%"])
def test_numbers_are_recognised(number):
    assert tables.NUMBER.match(number)


@pytest.mark.parametrize("word", ["", "2024-10-24x", "1 to 2", "%", "A1", "n/a"])
def test_words_are_not_numbers(word):
    assert not tables.NUMBER.match(word)


def test_nonsense_spans_are_read_as_one():
    grid = from_html("<table><tr><td colspan='many' rowspan='-3'>x</td></tr></table>")
    assert (1, 1) == (grid.body[0][0].colspan, grid.body[0][0].rowspan)


def test_a_row_equal_to_the_header_stays():
    row = "<tr><th>a</th></tr>"
    assert [["a"]] == texts(from_html(f"<table><thead>{row}</thead><tbody>{row}</tbody></table>").body)


def test_a_long_table_says_how_many_rows_are_missing():
    grid = from_html("<table>" + "<tr><td>1</td><td>2</td></tr>" * 3500 + "</table>")
    assert (3000, 500) == (len(grid.body), grid.cut)


def wide() -> tables.Grid:
    head = "<tr><th></th><th colspan=2>A</th><th colspan=2>B</th></tr>"
    return from_html(f"<table><thead>{head}</thead><tr><th>r</th>{'<td>1</td>' * 4}</tr></table>")


def test_a_wide_table_is_cut_into_pieces_that_repeat_the_names_of_the_rows():
    pieces = tables.bands(wide(), [2] * 5, room=8)
    assert [["", "A", "B"], ["", "B"]] == [texts(piece.head)[0] for piece in pieces]
    assert [["r", "1", "1", "1"], ["r", "1"]] == [texts(piece.body)[0] for piece in pieces]


def test_a_table_that_fits_stays_whole():
    assert [wide()] == tables.bands(wide(), [2] * 5, room=10)


def test_text_outside_the_cells_is_found():
    tag = BeautifulSoup("<table>stray<tr>lost<td>cell</td></tr></table>", "html.parser").find("table")
    assert ["stray", "lost"] == [str(node) for node in tables.outside_cells(tag)]
