import copy
import io
import re
from functools import cache

import pypdf
import pytest
import samples
from accessibility import failures
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dilemma.report import document, pdf, typesetting

pytestmark = pytest.mark.slow

PIECES = [
    "# ", "## ", "- ", "1. ", "> ", "> **Note.** ", "| a | b |\n|--|--|\n| 1 | 2 |\n", "$x$", "$\\foo{$",
    "\\", "`", "```\n", "*", "**", "_", "~~", "[a](b)", "[a](#x)", "[^1]", "\n[^1]: note\n", "![x](y)",
    "<b>", "</b>", "<br>", '<a id="q">', "<table><tr><td colspan=3>x<td rowspan=4>y</table>", "&amp;",
    "&#x1F600;", "\u202e", "\x00", "\ue000", "中", "e\u0301", "가\u0301", "@", "#", "$", '"', "'", "/*", "//",
    "---", "=", "\n", "\n\n", "    ", "\t", "word", "Größe", "조선", "Россия", "]", "[", "(", ")", "{", "}",
    "#let", "<http://e.org/#a?b=c&d>", "- [x] t\n", "term\n: def\n", "![d](data:image/png;base64,AAAA)",
]  # fmt: skip


@cache
def report(language):
    return document.build(samples.report(language), language, samples.PROVENANCE)


@cache
def printed(language):
    return pdf.render_pdf(report(language))


def read(content):
    return pypdf.PdfReader(io.BytesIO(content))


def words(content):
    """The text of all pages, each run of blanks as one and without Typst's invisible word joiners."""
    text = " ".join(sheet.extract_text() for sheet in read(content).pages)
    return " ".join(text.replace("\N{WORD JOINER}", "").split())


def titles(outline):
    return [titles(entry) if isinstance(entry, list) else entry["/Title"] for entry in outline]


def build(*cells, **options):
    return document.build([new_notebook(cells=list(cells))], "en", options.pop("provenance", {}), **options)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_the_report_is_accessible_and_archivable(language, profile, tmp_path):
    assert [] == failures(printed(language), profile, tmp_path)


def test_the_check_for_accessibility_sees_an_untagged_pdf(tmp_path):
    untagged, _ = typesetting.compile_pdf({"main.typ": b"Untagged"}, timestamp=0, strict=False)
    assert [] != failures(untagged, "ua1", tmp_path)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_sample_report_has_no_problems(language):
    printed(language)
    assert [] == report(language).problems


def test_title_language_and_provenance_stand_in_the_metadata():
    made = read(printed("de"))
    assert "Das Dilemma des Kremls" == made.metadata.title
    assert "de" == made.trailer["/Root"]["/Lang"]
    keywords = made.metadata.keywords.split(", ")
    assert {"as_of=2024-10-24", "seed=7", f"data_hash={'3f9a' * 16}"} <= set(keywords)


def test_the_digest_of_the_inputs_can_be_read_without_a_pdf_library():
    inputs = "0123" * 16
    content = pdf.render_pdf(build(new_markdown_cell("# A"), provenance={"inputs": inputs}))
    assert f"inputs={inputs}".encode() in content


def test_the_outline_lists_chapters_and_sections():
    assert [
        "Summary",
        "02\N{EN SPACE}How many soldiers?",
        ["What was counted", "Method", ["A list"], "Limits"],
        "Sources",
        "How this report was made",
        "Wide tables",
    ] == titles(read(printed("en")).outline)


def test_every_font_is_embedded():
    sheets = read(printed("en")).pages
    fonts = [font.get_object() for sheet in sheets for font in sheet["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in descriptors)


def test_the_cover_has_the_answer_and_the_day_of_knowledge():
    cover = " ".join(read(printed("en")).pages[0].extract_text().split())
    assert "the deal was a gamble that could backfire" in cover
    assert "24 October 2024" in cover


def test_figures_and_tables_bear_the_numbers_of_the_document():
    shown = words(printed("de"))
    assert all(f"{label}." in shown for label in report("de").labels.values())


def test_pages_say_how_many_there_are():
    sheets = read(printed("en")).pages
    assert all(f"{n} / {len(sheets)}" in sheet.extract_text() for n, sheet in enumerate(sheets, 1) if n > 1)


def test_only_a_wide_table_turns_its_page():
    turned = [sheet for sheet in read(printed("en")).pages if sheet.mediabox.width > sheet.mediabox.height]
    assert ["Table 2. A wide table (made up)."] == [
        line for sheet in turned for line in sheet.extract_text().splitlines() if line.startswith("Table")
    ]


def test_links_lead_to_the_ledger_and_the_sources():
    made = read(printed("en"))
    places = [place.get_object() for a in annotations(made) if (place := a.get("/Dest"))]
    ends = {made.get_page_number(place[0].get_object()) for place in places if isinstance(place, list)}
    ledger = [n for n, sheet in enumerate(made.pages) if "Arrived, count of the NIS" in sheet.extract_text()]
    assert set(ledger) <= ends


def test_links_lead_out_to_the_web():
    addresses = {a["/A"]["/URI"] for a in annotations(read(printed("en"))) if "/URI" in a.get("/A", {})}
    assert {"https://example.org/tass", "https://example.org/yonhap", "https://example.org/note"} == addresses


def annotations(made):
    return [annotation.get_object() for sheet in made.pages for annotation in sheet.get("/Annots", ())]


def test_code_is_printed_only_where_the_author_asks_for_it():
    shown = words(printed("en"))
    assert "figure = draw(weeks" in shown
    assert "chapter.table" not in shown


def test_every_character_of_the_report_has_a_glyph():
    assert set() == typesetting.missing_characters(words(printed("en")) + words(printed("de")))


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_same_document_gives_the_same_bytes(language):
    again = document.build(samples.report(language), language, samples.PROVENANCE)
    assert printed(language) == pdf.render_pdf(again)


def test_an_incomplete_report_says_so_on_every_page():
    unfinished = document.build(samples.report("en"), "en", samples.PROVENANCE, ("06-dilemma failed.",))
    sheets = read(pdf.render_pdf(unfinished)).pages
    assert all("This report is incomplete" in sheet.extract_text() for sheet in sheets)


def test_the_list_of_failed_chapters_stands_on_the_cover_only_one_per_line():
    gaps = [f"{n:02}-chapter, cell a" for n in range(7)]
    unfinished = document.build(samples.report("en"), "en", samples.PROVENANCE, gaps)
    cover, *rest = [sheet.extract_text() for sheet in read(pdf.render_pdf(unfinished)).pages]
    assert {f"Not finished: {gap}" for gap in gaps} <= {line.strip() for line in cover.splitlines()}
    assert not any("Not finished" in shown for shown in rest)


@pytest.mark.parametrize("long", ["x" * 300, "é가" * 150, "https://example.org/" + "a/b-c_d" * 40])
def test_a_long_run_without_a_blank_wraps_and_loses_nothing(long):
    spoken = new_output("stream", name="stdout", text=long)
    code = new_markdown_cell(f"# A\n\n```python\nu = '{long}'\n```\n\nSee `{long}`.")
    built = build(code, new_code_cell("x", outputs=[spoken]))
    content = pdf.render_pdf(built)
    joined = re.sub(r"[\s\u200b\u2060]", "", "".join(sheet.extract_text() for sheet in read(content).pages))
    assert 3 == joined.count(long)
    assert [] == built.problems
    assert 595 - 26 > max(right for sheet in read(content).pages for right in edges(sheet))


def edges(sheet):
    """The right end of every line of program text, in points: each sign is 0.6 of the size wide."""
    ends = []

    def visit(text, matrix, position, font, size):
        if font and "Mono" in font["/BaseFont"]:
            ends.append(matrix[4] + position[4] + 0.6 * size * len(text.strip().replace("\u200b", "")))

    sheet.extract_text(visitor_text=visit)
    return ends or [0]


def test_a_notebook_from_elsewhere_survives_with_notes_on_what_is_missing():
    foreign = document.build([samples.stock()], "en", {})
    shown = words(pdf.render_pdf(foreign))
    kept = ["plain <text> & more", "A paragraph", "Markdown output", "42", "next line", "mind this"]
    kept += ["division by zero", "raw text, kept as it is", "application/vnd.unknown+json"]
    assert [] == [part for part in kept if part not in shown]
    assert [] == [problem for problem in foreign.problems if "keeps neither" in problem or "Typst" in problem]


def test_the_exporter_takes_a_single_stock_notebook():
    source, resources = pdf.ReportTypst().from_notebook_node(samples.stock())
    files = {"main.typ": source.encode(), **resources["outputs"]}
    content, warnings = typesetting.compile_pdf(files, timestamp=0)
    assert [] == warnings
    assert "No chapter heading" in words(content)


def test_a_formula_that_typst_refuses_is_set_as_its_source():
    built = build(new_markdown_cell("# Title\n\nIn words $\\foo{x}$."))
    assert "\\foo{x}" in words(pdf.render_pdf(built))


def test_a_broken_figure_is_replaced_by_a_note():
    metadata = {"image/svg+xml": {"alt": "A map"}}
    broken = new_output("display_data", data={"image/svg+xml": "<svg"}, metadata=metadata)
    built = build(new_code_cell("draw()", outputs=[broken]))
    assert "Left out here: A map" in words(pdf.render_pdf(built))
    assert any("A map" in problem for problem in built.problems)


def test_a_long_table_repeats_its_header_on_every_page():
    rows = [[f"row {n}", str(n)] for n in range(120)]
    table = samples.table_output("tab-long", "Long.", ["The first column", "n"], rows, ["left", "right"])
    built = build(new_markdown_cell("# Long"), new_code_cell("t", outputs=[table]))
    sheets = read(pdf.render_pdf(built)).pages
    with_rows = [sheet.extract_text() for sheet in sheets if re.search(r"row \d+", sheet.extract_text())]
    assert 2 < len(with_rows)
    assert all("The first column" in shown for shown in with_rows)


def test_pictures_are_tried_one_by_one_only_when_the_whole_does_not_compile():
    assert pdf.source_files(report("en"), careful=True) == pdf.source_files(report("en"), careful=False)


def test_a_figure_that_does_not_fit_moves_on_and_leaves_no_gap():
    before = new_markdown_cell("# Chapter\n\n" + f"{samples.FILLER.en} " * 16)
    after = new_markdown_cell("The text goes on.")
    built = build(before, new_code_cell("draw()", outputs=samples.figure_outputs("en")), after)
    fourth, fifth = read(pdf.render_pdf(built)).pages[3:5]
    assert "The text goes on." in fourth.extract_text()
    assert "Figure 1." in fifth.extract_text()


def test_many_figures_in_a_chapter_settle():
    figures = []
    for n in range(12):
        outputs = copy.deepcopy(samples.figure_outputs("en"))
        outputs[0]["metadata"]["dilemma"]["id"] = f"fig-{n}"
        figures.append(new_markdown_cell(f"{samples.FILLER.en} " * (1 + n % 4)))
        figures.append(new_code_cell("draw()", outputs=outputs))
    built = build(new_markdown_cell("# Many"), *figures)
    pdf.render_pdf(built)
    assert [] == built.problems


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_markdown_and_any_html_becomes_an_accessible_pdf(source):
    shown = new_output("display_data", data={"text/html": source})
    spoken = new_output("stream", name="stdout", text=source)
    built = build(new_markdown_cell(source), new_code_cell("x", outputs=[shown, spoken]))
    assert pdf.render_pdf(built).startswith(b"%PDF")
    assert [] == [problem for problem in built.problems if "keeps neither" in problem or "Typst" in problem]
