import io
import re
import unicodedata

import pypdf
import pytest
import samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dilemma.report import document, fontfaces, markdown, typesetting
from dilemma.report.tables import Cell, Grid
from dilemma.report.typst import TypstRenderer
from dilemma.report.typst_text import literal, title_of

SYNTAX = [*"\\#$*_`<>@[]{}()~\"'/=+-.,;:!?^|&%§", "//", "/*", "--", "...", "#let x = 1", "\\u{41}", "$x$"]


def new_renderer(**notes):
    """A renderer for a document that has the anchor `here` and the footnotes given."""
    built = document.build([samples.stock()], "en", {})
    built.anchors.add("here")
    built.footnotes["chapter"] = {key.upper(): text for key, text in notes.items()}
    return TypstRenderer(built)


def render(source, **notes):
    renderer = new_renderer(**notes)
    return renderer.render(renderer.document.blocks(source, {"chapter": "chapter"}))


def text(raw):
    return [{"type": "text", "raw": raw}]


def letters():
    """Every character of the report's fonts that stands for itself on paper."""
    points = set().union(*(fontfaces.coverage(face.file) for face in fontfaces.FACES))
    return [chr(p) for p in sorted(points) if unicodedata.category(chr(p))[0] in "LNP" and len(chr(p)) == 1]


def test_text_becomes_a_string_that_ends_where_the_text_ends():
    assert r'"a \"quoted\" \\ backslash"' == literal(r'a "quoted" \ backslash')


def test_text_that_looks_like_typst_stays_inside_a_string():
    assert '#"a #pagebreak() @here ]";\n\n' == render("a #pagebreak() @here ]")


def test_korean_and_russian_are_marked_with_their_language():
    marked = '#"In ";#foreign("ko", "조선");#" and ";#foreign("ru", "Курск");#".";\n\n'
    assert marked == render("In 조선 and Курск.")


def test_a_range_of_numbers_stays_on_one_line():
    assert '#"2\N{WORD JOINER}–\N{WORD JOINER}3 days";' == new_renderer().words("2–3 days")


def test_a_long_address_may_go_on_after_a_stroke_or_a_dot():
    written = new_renderer().words("10.1177/0272989X13505910, and/or")
    assert '#"10.\u200b1177/\u200b0272989X13505910, and/or";' == written


def test_signs_that_keep_words_together_have_a_glyph():
    assert set() == typesetting.missing_characters("\N{NO-BREAK SPACE}\N{NON-BREAKING HYPHEN}\N{WORD JOINER}")


def test_a_chapter_bears_the_number_by_which_the_text_calls_it():
    written = [new_renderer().heading(1, slug, text("A title")) for slug in ("04-horn", "99-sources")]
    assert [True, False] == ["#muted(" in heading for heading in written]


def test_a_link_into_the_document_becomes_a_reference():
    assert '#goto("here", kind: "reference")[#"there";];\n\n' == render("[there](#here)")


def test_a_link_to_an_unknown_anchor_becomes_plain_text():
    assert '#"there";\n\n' == render("[there](#nowhere)")


def test_a_link_to_the_web_stays_a_link():
    address = "https://example.org/a?b=c"
    assert f'#outside("{address}")[#"there";];\n\n' == render(f"[there]({address})")


def test_a_footnote_is_written_out_once_and_referred_to_afterwards():
    written = render("one[^a] two[^a]", a="the *note*")
    assert '#footnote[#"the ";#emph[#"note";];]#label("note:chapter:A");' in written
    assert '#footnote(label("note:chapter:A"));' in written


def test_an_anchor_is_set_only_once():
    renderer = new_renderer()
    assert ['#anchor("a");', ""] == [renderer.anchor("a"), renderer.anchor("a")]


def test_a_heading_keeps_its_words_but_not_its_links():
    renderer = new_renderer()
    tokens = markdown.inline("The *deal* of [June](https://example.org)")
    bare = '#"The ";#emph[#"deal";];#" of ";#"June";'
    assert f'#heading(level: 2)[{bare}]#label("deal");\n\n' == renderer.heading(2, "deal", tokens)


def test_a_quotation_with_a_bold_label_is_a_callout():
    body = '#strong[#"Caveat.";];#" Mind this.";\n\n'
    assert f'#callout("caveat", whole: true)[{body}];\n\n' == render("> **Caveat.** Mind this.")


def test_lists_nested_deeper_than_typst_can_stand_keep_their_text():
    source = "\n".join(f"{'  ' * depth}- item {depth}" for depth in range(40))
    renderer = new_renderer()
    written = renderer.render(renderer.document.blocks(source, {}))
    assert all(f"item {depth}" in written for depth in range(40))
    assert typesetting.sound(written)


def test_a_formula_is_translated_and_carries_its_source_as_alternative_text():
    assert '#formula("\\\\frac{a}{b}", block: false, $a/b$);\n\n' == render("$\\frac{a}{b}$")


@pytest.mark.parametrize("latex", ["\\foo{x}", "}{", "\\frac{", "\\text{#pagebreak()}$ $"])
def test_a_formula_that_cannot_be_translated_is_set_as_its_source(latex):
    renderer = new_renderer()
    written = renderer.render([{"type": "block_math", "raw": latex}])
    assert f"#raw({literal(latex)}, block: true);\n\n" == written


@pytest.mark.parametrize("latex", ["\\text{/*}", "\\text{\"}", "\\text{// x}"])
def test_a_formula_that_might_reach_beyond_its_end_is_tried_by_itself_in_any_case(latex, monkeypatch):
    monkeypatch.setattr(typesetting, "sound", lambda fragment: False)
    typesetting.formula.cache_clear()
    assert [None, "x_(a)"] == [typesetting.formula(each, careful=False) for each in (latex, "x_{a}")]
    typesetting.formula.cache_clear()


def test_a_sign_without_a_font_is_replaced_and_reported():
    renderer = new_renderer()
    assert '#"A \N{REPLACEMENT CHARACTER} laugh";' == renderer.words("A 😀 laugh")
    assert any("U+1F600" in problem for problem in renderer.document.problems)


def test_missing_characters_names_what_no_font_has():
    assert {"中", "\x00"} == typesetting.missing_characters("ok ✓ 조선 中 Ж \x00")


def test_signs_that_turn_the_direction_of_text_are_not_let_through():
    assert '#"1\N{REPLACEMENT CHARACTER}2";' == new_renderer().words("1\u202e2")


def test_typst_reads_no_file_of_the_folder_in_which_a_report_is_made(tmp_path, monkeypatch):
    (tmp_path / "secret.txt").write_text("a secret")
    monkeypatch.chdir(tmp_path)
    assert not typesetting.sound('#raw(read("secret.txt"))')


def test_a_broken_image_is_left_out_with_a_visible_note():
    written = render("![the map](data:image/png;base64,AAAA)")
    assert '#emph[#"Image not included: the map";];\n\n' == written


def grid(rows, **options):
    cells = [[Cell(text(value), column) for column, value in enumerate(row)] for row in rows]
    head = [Cell(text(f"h{column}"), column, header=True) for column in range(len(rows[0]))]
    return Grid([head], cells, ["left", "right"], **options)


def test_a_table_repeats_its_header_and_sets_the_anchors_of_its_rows():
    written = new_renderer().table(grid([["a", "1"], ["b", "2"]], row_ids=("row-a", None)))
    assert 'header: table.header([#strong[#"h0";]], [#strong[#"h1";]])' in written
    assert '[#anchor("row-a");#"a";]' in written


def test_columns_of_short_texts_are_as_wide_as_their_texts():
    assert "widths: (auto, auto, )" in new_renderer().table(grid([["a", "1"]]))


def test_a_column_of_long_texts_gets_the_room():
    short, long = "18.10.2024", "A sentence that says what was counted, by whom, and why. " * 4
    written = new_renderer().table(grid([[short, long], [short, long]]))
    first, second = written.split("widths: (")[1].split(")")[0].rstrip(", ").split(", ")
    assert float(first.removesuffix("fr")) * 4 < float(second.removesuffix("fr"))


def test_a_column_is_only_as_wide_as_most_of_its_texts_need():
    rows = [["a word", f"a sentence of some length that says a little about number {n}"] for n in range(50)]
    rows.append(["one text of the first column that is longer than all of the others, by far", "short"])
    written = new_renderer().table(grid(rows))
    first, second = written.split("widths: (")[1].split(")")[0].rstrip(", ").split(", ")
    assert float(first.removesuffix("fr")) < float(second.removesuffix("fr"))


def test_only_a_table_whose_columns_are_narrower_than_a_word_is_hyphenated():
    written = [new_renderer().table(Grid([], [[Cell(text(words), 0)]], [])) for words in ("word " * 40, "x" * 200)]
    assert ["hyphenate: false", "hyphenate: true"] == [re.search("hyphenate: [a-z]+", table)[0] for table in written]


@pytest.mark.parametrize(
    ("caption", "title"),
    [
        ("Words for the strengths of claims (assumed). More.", "Words for the strengths of claims"),
        ("Words (assumed). More.", "Words (assumed)"),
        ("The three yardsticks used here: persons a day, persons.", "The three yardsticks used here"),
        ("Zählungen bis 24. Oktober 2024, je Feld.", "Zählungen bis 24. Oktober 2024, je Feld"),
        ("Anteil der Welten, in denen jede die beste ist. Mehr.", "Anteil der Welten, in denen jede die beste ist"),
        ("Wahrscheinlichkeit einer Antwort, Stand 24. Oktober 2024.", "Wahrscheinlichkeit einer Antwort"),
        ("Das Spiel bei λ = 0,5. Wert: tausend.", "Das Spiel bei λ = 0,5"),
        ("Prognosen nach dem, was man wusste: Mittel.", "Prognosen nach dem, was man wusste"),
        ("Short.", "Short"),
    ],
)
def test_the_title_of_a_figure_is_the_beginning_of_its_caption(caption, title):
    assert title == title_of(caption)


def test_a_wide_table_leaves_a_pointer_and_waits_for_the_end_of_the_chapters():
    renderer = new_renderer()
    assert renderer.table(grid([["a", "1"]], wide=True), "tab-w", "Table 4").startswith('#pointer("tab-w")')
    assert renderer.sideways().startswith("#sideways[#heading(level: 1)")


def test_a_table_too_wide_for_a_page_is_turned():
    renderer = new_renderer()
    renderer.table(grid([[str(10**9 + n) for n in range(14)]]))
    assert "#board(" in renderer.sideways()


def test_spans_that_collide_or_leave_gaps_still_make_a_table():
    head = [[Cell(text("a"), 0, colspan=2, header=True)]]
    body = [[Cell(text("b"), 0, rowspan=9), Cell(text("c"), 1, colspan=9)], [Cell(text("d"), 2)], []]
    written = new_renderer().table(Grid(head, body, ["left"]))
    assert typesetting.sound(written)
    assert all(f'#"{letter}";' in written for letter in "abcd")


def test_a_table_without_cells_is_nothing():
    assert "" == new_renderer().table(Grid([], [], []))


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(letters()) | st.sampled_from(SYNTAX), min_size=1, max_size=60).map("".join))
def test_any_text_of_the_fonts_comes_through_literally(sample):
    design = '#import "report.typ": *\n#set page(width: 3000pt)\n#set text(font: serif)\n'
    source = design + new_renderer().words(sample)
    pdf, warnings = typesetting.compile_pdf({"main.typ": source.encode()}, timestamp=0, strict=False)
    assert [] == warnings
    assert squeezed(sample) == squeezed(printed(pdf))


def printed(pdf):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def squeezed(value):
    """The text without blanks and breaks, and with one form for every accented letter."""
    visible = value.replace("\N{ZERO WIDTH SPACE}", "").replace("\N{WORD JOINER}", "")
    return "".join(unicodedata.normalize("NFKC", visible).split())
