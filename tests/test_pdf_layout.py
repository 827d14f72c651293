"""The pages of the PDF as a reader turns them: nothing stands alone, nothing is half empty."""

import copy
import io
import itertools
import re
from functools import cache

import pypdf
import pytest
import samples
from accessibility import failures
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from dilemma.report import document, pdf

pytestmark = pytest.mark.slow

MM = 72 / 25.4
FOOT = 24 * MM  # the page number stands below
GAP = 75 * MM  # what a chapter's end or a figure may at most leave of a page


def render(*chapters):
    """The PDF of chapters, each a list of cells."""
    built = document.build([new_notebook(cells=cells) for cells in chapters], "en", {})
    content = pdf.render_pdf(built)
    assert [] == built.problems
    return content


def pages(content):
    return pypdf.PdfReader(io.BytesIO(content)).pages


def words(sheet):
    return " ".join(sheet.extract_text().replace("\N{WORD JOINER}", "").split())


def lines(sheet):
    """The height above the foot and the words of every line of a page, from top to bottom."""
    found = {}

    def visit(text, matrix, position, font, size):
        if text.strip():
            height = round(matrix[1] * position[4] + matrix[3] * position[5] + matrix[5])
            found[height] = found.get(height, "") + text.replace("\N{WORD JOINER}", "")

    sheet.extract_text(visitor_text=visit)
    return [(height, " ".join(found[height].split())) for height in sorted(found, reverse=True) if height > FOOT]


def figure(number):
    outputs = copy.deepcopy(samples.figure_outputs("en"))
    outputs[0]["metadata"]["dilemma"]["id"] = f"fig-{number}"
    return new_code_cell("draw()", outputs=outputs)


def table(number, rows, wide=False):
    cells = [[f"row {n} of {number}", "a sentence about it, not very long", str(n)] for n in range(rows)]
    made = samples.table_output(
        f"tab-{number}", f"A made-up table number {number}, with details.", ["Row", "Meaning", "n"], cells,
        ["left", "left", "right"], wide=wide,
    )  # fmt: skip
    return new_code_cell("t", outputs=[made])


@cache
def long_report():
    """Six chapters in which headings, figures and tables of all heights meet the foot of a page."""
    chapters = []
    for chapter in range(6):
        cells = [new_markdown_cell(f"# Chapter {chapter}\n\n{samples.FILLER.en}")]
        for section in range(7):
            number = 10 * chapter + section
            text = "\n\n".join([samples.FILLER.en] * (number % 4))
            cells.append(new_markdown_cell(f"## Section {number}\n\n{text}"))
            cells.append(figure(number) if section % 3 == 0 else table(number, 2 + 5 * section))
            cells.append(new_markdown_cell("\n".join(f"- point {n}: {samples.FILLER.en}" for n in range(section))))
        chapters.append(cells)
    return render(*chapters)


def test_no_heading_is_the_last_line_of_its_page():
    last = [lines(sheet)[-1][1] for sheet in pages(long_report())[3:]]
    assert [] == [line for line in last if line.startswith(("Section", "Chapter"))]


def test_no_page_before_the_last_of_a_chapter_is_half_empty():
    for sheet, following in itertools.pairwise([*pages(long_report())][3:]):
        if re.fullmatch(r"Chapter \d", lines(following)[0][1]):
            continue
        heights = [sheet.mediabox.height - 25 * MM, *(height for height, _ in lines(sheet)), FOOT]
        assert GAP > max(above - below for above, below in zip(heights, heights[1:], strict=False))


def test_a_chapter_begins_on_a_new_page_after_all_figures_of_the_last():
    texts = [new_markdown_cell("# First\n\n" + "\n\n".join([samples.FILLER.en] * 10)), figure(1)]
    sheets = pages(render(texts, [new_markdown_cell("# Second\n\nA sentence.")]))
    (opening,) = [sheet for sheet in sheets[2:] if "A sentence." in words(sheet)]
    assert ["Second", "A sentence."] == [line for _, line in lines(opening)]


@pytest.mark.parametrize("kind", ["Figure", "Table"])
def test_the_lists_name_the_page_on_which_a_caption_stands(kind):
    sheets = [words(sheet) for sheet in pages(long_report())]
    listed = sheets[2].split("Tables")[("Figure", "Table").index(kind)]
    shown = [(found, page) for page, sheet in enumerate(sheets, 1) for found in re.findall(rf"{kind} (\d+)\.", sheet)]
    title = r"[A-Z]\D+(?:\d+, \D+)?"
    assert len(shown) > 15
    assert [] == [(n, page) for n, page in shown if not re.search(rf"\b{n} {title}{page}\b", listed)]


def test_tables_stand_in_the_order_of_their_numbers():
    text = " ".join(words(sheet) for sheet in pages(long_report())[3:])
    numbers = [int(found) for found in re.findall(r"Table (\d+)\.", text)]
    assert sorted(numbers) == numbers


def test_a_table_keeps_three_rows_on_every_page():
    for before in range(21, 33):
        cells = [new_markdown_cell("# A\n\n" + "\n\n".join(["A line."] * before)), table(1, 14)]
        rows = [len(re.findall(r"row \d+ of 1", words(sheet))) for sheet in pages(render(cells))]
        assert 14 == sum(rows) and 3 <= min(filter(None, rows))


def test_the_cells_of_a_row_begin_at_the_same_height():
    cells = [["short", "begins " + samples.FILLER.en * 2]]
    made = samples.table_output("tab-1", "Made up.", ["A", "B"], cells, ["left", "left"])
    sheets = pages(render([new_markdown_cell("# A"), new_code_cell("t", outputs=[made])]))
    (row,) = [line for sheet in sheets for _, line in lines(sheet) if "begins" in line]
    assert row.startswith("short begins")


def test_a_sentence_with_a_colon_stays_with_its_list():
    for before in range(8, 14):
        text = ["# A", *["A line."] * before, *[samples.FILLER.en] * 9, "Apart from that:", "- the first point\n- two"]
        sheets = map(words, pages(render([new_markdown_cell("\n\n".join(text))])))
        assert all("the first point" in sheet for sheet in sheets if "Apart" in sheet)


def test_the_running_head_names_the_chapter_in_which_the_page_begins():
    first = [new_markdown_cell("# First\n\n" + "\n\n".join([samples.FILLER.en] * 14))]
    sheets = pages(render(first, [new_markdown_cell("# Second\n\n" + "\n\n".join([samples.FILLER.en] * 14))]))
    heads = [lines(sheet)[0][1] for sheet in sheets[2:]]
    assert ["First", "First First", "Second", "First Second"] == heads


def test_contents_and_lists_take_a_page_each():
    sheets = [words(sheet) for sheet in pages(long_report())[:4]]
    assert sheets[1].startswith("Contents") and "Section 56" in sheets[1]
    assert sheets[2].startswith("Figures") and "Tables" in sheets[2]
    assert "Chapter 0" in sheets[3]


def test_the_lists_are_in_the_order_of_the_numbers_and_one_line_for_each():
    cells = [new_markdown_cell("# A"), table(1, 2, wide=True), table(2, 2)]
    assert words(pages(render(cells))[2]).startswith(
        "Tables 1 A made-up table number 1, with details 5 2 A made-up table number 2, with details 4"
    )


def test_wide_tables_stand_together_after_the_chapters_and_are_pointed_to():
    chapters = [[new_markdown_cell(f"# Chapter {n}"), table(n, 3, wide=True)] for n in range(3)]
    sheets = pages(render(*chapters))
    turned = [n for n, sheet in enumerate(sheets, 1) if sheet.mediabox.width > sheet.mediabox.height]
    assert [len(sheets)] == turned
    assert 3 == words(sheets[turned[0] - 1]).count("A made-up table")
    assert f"Table 3 is printed sideways on page {turned[0]}" in " ".join(map(words, sheets))


@pytest.mark.parametrize("items", [7, 20, 60])
@pytest.mark.parametrize("mark", ["-", "1."])
def test_a_list_of_any_length_is_a_list_for_a_screen_reader(items, mark, tmp_path):
    inner = "    - inner one\n    - inner two with `code`\n"
    text = "\n".join(f"{mark} **Item {n}.** {samples.FILLER.en}\n{inner * (n % 3 == 0)}" for n in range(items))
    chapters = [[new_markdown_cell(f"# A\n\n{samples.FILLER.en}\n\n{text}"), figure(1), new_markdown_cell(text)]]
    assert [] == failures(render(*chapters), "ua1", tmp_path)


def test_a_remark_in_a_box_is_not_torn_apart():
    remark = "> **Note.** " + samples.FILLER.en * 3 + " The end of the remark."
    for before in range(9, 14):
        cells = [new_markdown_cell("# A\n\n" + "\n\n".join([samples.FILLER.en] * before) + "\n\n" + remark)]
        holding = [sheet for sheet in map(words, pages(render(cells))) if "Note." in sheet or "of the remark" in sheet]
        assert 1 == len(holding)
