"""The page: complete without a request, correct in structure, harmless whatever a notebook brings."""

import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
import samples
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from dilemma.report import fontfaces, formulas, html, html_tables, vector
from dilemma.report.document import Document, build
from dilemma.report.html import ReportHTML, render_html
from dilemma.report.hypertext import Hypertext

MARKDOWN = st.text(alphabet=st.sampled_from("ab1 \n#*_`~[]()<>!&$|\\-+:^/\"'éж조"), max_size=60)
REAL_CSS = fontfaces.css


@pytest.fixture(scope="module", autouse=True)
def without_fonts():
    """Cutting the fonts takes seconds; one slow test below does it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html.fontfaces, "css", lambda characters: "")
        yield


@pytest.fixture(scope="module", params=["en", "de", "stock"])
def page(request, without_fonts) -> BeautifulSoup:
    return BeautifulSoup(markup(request.param), "html.parser")


@pytest.fixture(scope="module")
def english(without_fonts) -> BeautifulSoup:
    return BeautifulSoup(markup("en"), "html.parser")


@pytest.fixture(scope="module")
def stock(without_fonts) -> BeautifulSoup:
    return BeautifulSoup(markup("stock"), "html.parser")


def markup(which: str) -> str:
    if which == "stock":
        return ReportHTML().from_notebook_node(samples.stock())[0]
    return render_html(build(samples.report(which), which, samples.PROVENANCE))


def of(*cells, language="en", **keys) -> BeautifulSoup:
    node = new_notebook(
        cells=list(cells), metadata={"dilemma": {"slug": "01-x", "title": {"en": "A", "de": "A"}}}
    )
    return BeautifulSoup(render_html(build([node], language, {}, **keys)), "html.parser")


def rendered(source: str) -> str:
    document = build([], "en", {})
    return Hypertext(document).render(document.blocks(source, {}))


def test_what_nbconvert_is_told_to_remove_from_a_single_notebook_is_removed():
    told = Config({"TagRemovePreprocessor": {"remove_cell_tags": ["aside"]}})
    notebook = new_notebook(cells=[new_markdown_cell("# A"), new_markdown_cell("Gone", metadata={"tags": ["aside"]})])
    assert "Gone" not in ReportHTML(config=told).from_notebook_node(notebook)[0]


def test_no_id_occurs_twice(page):
    counted = Counter(tag["id"] for tag in page.find_all(id=True))
    assert [] == [name for name, times in counted.items() if times > 1]


def test_every_anchor_in_a_link_exists(page):
    targets = {a["href"][1:] for a in page.find_all("a", href=re.compile("^#"))}
    assert set() == targets - {tag["id"] for tag in page.find_all(id=True)}


def test_every_reference_inside_a_picture_exists(page):
    used = {use.get("xlink:href", use.get("href"))[1:] for use in page.find_all("use")}
    assert set() == used - {tag["id"] for tag in page.find_all(id=True)}


def test_nothing_is_loaded_from_anywhere(page):
    loading = [tag for tag in page.find_all(["link", "iframe", "object", "embed"])]
    sources = [tag["src"] for tag in page.find_all(src=True) if not tag["src"].startswith("data:")]
    styles = " ".join(style.text for style in page.find_all("style"))
    assert ([], [], []) == (loading, sources, re.findall(r"url\((?!data:|#)|@import", styles))


def test_the_policy_forbids_every_request(page):
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';")


def test_there_is_one_title_and_no_heading_level_is_skipped(page):
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    jumps = [b - a for a, b in zip(levels, levels[1:], strict=False)]
    assert (1, True) == (levels.count(1), max(jumps, default=0) <= 1)


def test_every_picture_has_a_description(page):
    named = [image.get("alt") for image in page.find_all("img")]
    named += [svg.get("aria-label") for svg in page.find_all("svg", role="img")]
    assert (True, True) == (bool(named), all(named))


def test_every_table_has_column_headers(page):
    assert [] == [table for table in page.find_all("table") if not table.thead.find("th", scope=True)]


def test_every_scroll_box_is_named_and_can_be_reached_by_keyboard(page):
    boxes = page.find_all(class_="scroll")
    assert [] == [box for box in boxes if not (box.get("aria-label") and box.get("tabindex") == "0")]


@pytest.mark.parametrize("which", ["en", "de", "stock"])
def test_every_element_is_closed_in_order(which):
    assert [] == left_open(markup(which))


@pytest.mark.parametrize(("language", "other"), [("en", "de"), ("de", "en")])
def test_the_page_names_its_language_and_leads_to_the_other(language, other):
    soup = BeautifulSoup(markup(language), "html.parser")
    link = soup.find("a", hreflang=other)
    assert (language, f"kremlin-dilemma.{other}.html") == (soup.html["lang"], link["href"])


@pytest.mark.parametrize(("language", "words"), [("de", samples.FILLER.en), ("en", samples.FILLER.de)])
def test_no_sentence_of_the_other_language_is_in_the_page(language, words):
    assert words[:40] not in markup(language)


def test_the_date_and_the_answer_come_before_everything_else(english):
    header = english.find("header").text
    assert header.index("Knowledge as of 24 October 2024") < header.index("gamble")


def test_figures_and_tables_carry_their_numbers(english):
    captions = [caption.b.text for caption in english.find_all("figcaption") if caption.b]
    assert ["Figure 1.", "Table 1.", "Table 2.", "Table 3.", "Table 4."] == captions


def test_a_number_in_prose_leads_to_its_row_in_the_ledger(english):
    assert "tr" == english.find(id="finding-troops-nis").name


def test_notes_stand_at_the_end_with_a_way_back_from_each_use(english):
    backs = [a["href"] for a in english.find("section", class_="notes").find_all("a", role="doc-backlink")]
    assert ["#fnref-1-1", "#fnref-1-2"] == backs


def test_hangul_and_cyrillic_are_marked_as_korean_and_russian(english):
    marked = {(span["lang"], span.text) for span in english.find("main").find_all("span", lang=True)}
    assert {("ko", "조선민주주의인민공화국"), ("ru", "Владимир Путин")} <= marked


def test_code_is_folded_unless_its_tag_says_otherwise(english):
    folded = {
        d.summary.text.split()[-1]: d.has_attr("open") for d in english.find_all("details", class_="source")
    }
    assert {"nis": False, "draw-figure": True, "estimates": False} == folded


def test_findings_and_provenance_can_be_read_by_a_program(english):
    findings, provenance = (
        json.loads(english.find("script", id=name).text) for name in ("findings", "provenance")
    )
    assert ("troops-nis", 7) == (findings[0]["id"], provenance["seed"])


def test_the_contents_list_chapters_and_sections(english):
    entries = [a["href"] for a in english.find("nav", id="contents").find_all("a")]
    assert ["#00-summary", "#02-troops", "#counts", "#method", "#limits", "#99-sources", "#made"] == entries


def test_chapters_are_called_by_their_number_in_headings_contents_and_links(english):
    places = ["h2 .number", ".toc .number", ".turn .number"]
    assert [["02"], ["02"], ["02", "02"]] == [[tag.text for tag in english.select(place)] for place in places]


def test_neighbouring_cells_share_a_fold_in_which_each_can_be_found():
    cells = [new_code_cell(source, id=source) for source in "abc"]
    cells[1].outputs = [samples.say("Said.")]
    folds = of(new_markdown_cell("# A", id="t"), *cells).find_all("details", class_="source")
    names = [[box["aria-label"] for box in fold.find_all(class_="code")] for fold in folds]
    assert [["Code of cell a", "Code of cell b"], ["Code of cell c"]] == names


def test_a_table_of_sentences_knows_the_names_of_its_columns_for_a_phone():
    sentence = "So much is said here that it needs a whole line of its own."
    (shown,) = BeautifulSoup(rendered(f'|a|"b"|c|\n|-|-|-|\n|1|2|{sentence}|'), "html.parser").find_all("table")
    assert (["stack"], r'--c1: "a"; --c2: "\"b\""; --c3: "c"') == (shown["class"], shown["style"])


def test_an_empty_entry_of_the_provenance_is_a_dash():
    document = build(samples.report("en"), "en", {"parameters": {"inputs": "", "reject_claims": []}})
    assert ["–", "–"] == [value for _, value in html.provenance_rows(document)]


def test_every_chapter_ends_with_the_way_to_its_neighbours(english):
    turns = [[(a["rel"][0], a["href"]) for a in turn.find_all("a")] for turn in english.find_all(class_="turn")]
    assert [
        [("next", "#02-troops")],
        [("prev", "#00-summary"), ("next", "#99-sources")],
        [("prev", "#02-troops")],
    ] == turns


def test_the_summary_s_first_figure_stands_beside_the_answer_and_nowhere_else():
    summary = new_notebook(metadata={"dilemma": {"slug": "00-summary", "title": {"en": "S", "de": "S"}}})
    verdict = new_code_cell("", id="verdict", outputs=[samples.say("First.\n\nSecond.")])
    summary.cells = [new_markdown_cell("# S", id="t"), verdict]
    summary.cells.append(new_code_cell("", id="key", outputs=samples.figure_outputs("en")))
    soup = BeautifulSoup(render_html(build([summary], "en", {})), "html.parser")
    answer = soup.find(class_="answer")
    assert ["lead", "plot", None] == [part.get("class", [None])[0] for part in answer.find_all(recursive=False)]
    assert 1 == len(soup.find_all("figure", class_="plot"))


def test_a_summary_that_prints_and_breaks_off_still_opens_the_report():
    broken = samples.report("en")
    outputs = [new_output("stream", text="printed"), new_output("error", ename="E", evalue="broke", traceback=["broke"])]
    broken[0].cells.append(new_code_cell("", id="prints", outputs=outputs))
    text = render_html(build(broken, "en", samples.PROVENANCE))
    assert [True, True] == ["printed" in text, "broke" in text]


def test_a_report_in_one_language_links_to_no_other():
    alone = build(samples.report("de"), "de", {}, languages=["de"])
    assert None is BeautifulSoup(render_html(alone), "html.parser").find("a", hreflang=True)


def test_an_incomplete_run_says_so_at_the_top_and_on_every_further_chapter():
    document = build(samples.report("de"), "de", {}, incomplete=["02-troops"])
    banners = BeautifulSoup(render_html(document), "html.parser").find_all(class_="incomplete")
    assert (3, True) == (len(banners), "02-troops" in banners[0].text)


def test_nothing_from_an_output_can_run(stock):
    attributes = [f"{name}={value}" for tag in stock.find_all(True) for name, value in tag.attrs.items()]
    active = [a for a in attributes if a.startswith("on") or "evil" in a]
    assert ([], False) == (active, any("evil" in script.text for script in stock.find_all("script")))


def test_everything_left_out_is_named_where_it_stood(stock):
    notes = [em.text for em in stock.find("main").find_all("em") if em.text.startswith("Left out")]
    assert 7 == len(notes)


def test_the_losses_are_listed_at_the_end(stock):
    listed = stock.find("section", class_="problems").text
    assert all(what in listed for what in ("#nowhere", "https://example.org/x.png", "no description"))


def test_an_error_is_shown_without_terminal_colours(stock):
    failure = stock.find(class_="failure").text
    assert (True, False) == ("ZeroDivisionError: division by zero" in failure, "\x1b" in failure)


def test_script_text_in_findings_cannot_end_its_block():
    row = {"id": "x", "label_en": "</script><script>evil()"}
    soup = of(new_code_cell("", id="c", outputs=[samples.say("x", [row])]))
    assert [{**row, "cell": "c"}] == json.loads(soup.find("script", id="findings").text)


def test_two_renderings_are_equal():
    assert markup("de") == markup("de")


@pytest.mark.slow
def test_the_whole_page_with_fonts_is_small_and_the_same_twice(monkeypatch):
    monkeypatch.setattr(html.fontfaces, "css", REAL_CSS)
    first = markup("en")
    fontfaces._rule.cache_clear()
    assert (True, True, 7) == (
        len(first.encode()) < 1_500_000,
        first == markup("en"),
        first.count("@font-face"),
    )


def test_a_formula_is_mathml():
    assert "<math" in rendered("The strength $s_i$.")


def test_a_formula_with_an_unknown_command_is_shown_as_code():
    assert "<code>\\nonsense{x}</code>" in rendered(r"Here $\nonsense{x}$.")


@pytest.mark.parametrize("latex", ["{", r"\frac{a", "_", r"\left(", r"\begin{align}", ""])
def test_a_broken_formula_never_stops_the_report(latex):
    assert formulas.mathml(latex) is None or "<math" in formulas.mathml(latex)


def test_text_in_a_formula_is_escaped():
    assert "<script>" not in formulas.mathml(r"\text{<script>}")


def test_a_link_in_a_formula_is_dropped():
    assert "javascript" not in (formulas.mathml(r"\href{javascript:alert(1)}{x}") or "")


def test_a_display_formula_is_drawn_for_eyes_and_written_for_ears():
    shown = formulas.display(r"\prod_i \left(1 - \frac{s_i}{2}\right)", "formula-1")
    assert (True, True) == (shown.startswith("<svg"), '<span class="vh"><math' in shown)


def test_the_ids_of_a_picture_get_its_prefix_and_those_nothing_refers_to_are_dropped():
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><g id="c"/><g id="a" clip-path="url(#c)"/></svg>'
    shown = vector.inline(svg, "fig", "alt")
    assert 'id="fig-1"' in shown and 'clip-path="url(#fig-1)"' in shown
    assert "fig-2" not in shown


def test_the_style_of_a_picture_stays_inside_it():
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><style>* {fill: red}</style></svg>'
    assert "<style>#fig-plot {* {fill: red}}</style>" in vector.inline(svg, "fig", "alt")


def test_a_style_that_breaks_out_of_its_picture_is_dropped():
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><style>} body {display: none} {</style></svg>'
    assert "body" not in vector.inline(svg, "fig", "alt")


def test_active_and_remote_parts_of_a_picture_are_dropped():
    safe = vector.inline(samples.HOSTILE_SVG, "fig", "alt")
    assert (False, False, False) == ("evil" in safe, "onload" in safe, "script" in safe)


def test_a_description_with_quotes_stays_one_attribute():
    svg = vector.inline('<svg xmlns="http://www.w3.org/2000/svg"/>', "fig", 'a "b" <c>')
    assert 'a "b" <c>' == BeautifulSoup(svg, "html.parser").svg["aria-label"]


@pytest.mark.parametrize("broken", ["", "<svg", "<html/>", "<!DOCTYPE x [<!ENTITY a 'b'>]><svg>&a;</svg>"])
def test_a_broken_picture_is_told_apart(broken):
    assert vector.inline(broken, "fig", "alt") is None


def test_a_broken_svg_output_leaves_a_note():
    output = samples.figure_outputs("en")[0]
    output.data = {"image/svg+xml": "<svg"}
    soup = of(new_code_cell("", id="c", outputs=[output]))
    assert "Left out here: Steps rising" in soup.find("main").em.text


@given(MARKDOWN)
def test_any_markdown_gives_balanced_html(source):
    assert [] == left_open(rendered(source))


@given(st.text(alphabet="abcäß .,;:!?<>&\"'“", min_size=1, max_size=40).map(str.strip))
def test_plain_text_comes_through_unchanged(text):
    document = Document(None, "en", "", "", "", [], {}, set(), {}, [], {}, ())
    shown = Hypertext(document).render([{"type": "text", "raw": text}])
    assert text == BeautifulSoup(shown, "html.parser").text


def test_a_heading_in_an_output_enters_the_contents():
    soup = of(
        new_markdown_cell("# A", id="t"), new_code_cell("", id="c", outputs=[samples.say("## Computed")])
    )
    assert soup.find("h3", id="c").text.startswith("Computed")


def left_open(markup: str) -> list[str]:
    parser = Balanced()
    parser.feed(markup)
    return parser.open


class Balanced(HTMLParser):
    """Keeps the elements that were opened and not closed in order."""

    VOID = {"meta", "br", "img", "hr", "input", "link", "wbr", "col"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in self.VOID:
            self.open.append(f"/{tag}")


@pytest.mark.parametrize("end", ["\n", "\r", "\f"])
def test_no_end_of_a_line_lets_a_column_s_name_act_as_style(end):
    assert '"a ; background: url(//evil)"' == html_tables._quoted(f"a{end}; background: url(//evil)")


def test_a_page_does_not_depend_on_those_that_were_written_before_it():
    english, german = (build(samples.report(language), language, samples.PROVENANCE) for language in ("en", "de"))
    alone = render_html(english)
    render_html(german)
    assert alone == render_html(english)
