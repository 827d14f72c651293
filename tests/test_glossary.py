"""Terms of the glossary, explained where a chapter first uses them."""

import re

import pytest
import samples
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from dilemma.findings import TABLE
from dilemma.report.document import build
from dilemma.report.html import render_html

TERMS = {"term-line": "rote Linie", "term-draw": "Ziehung (Monte-Carlo-Ziehung)", "term-nis": "NIS"}


@pytest.fixture(autouse=True)
def without_fonts(monkeypatch):
    monkeypatch.setattr("dilemma.report.fontfaces.css", lambda characters: "")


def linked(*sources: str) -> list[str]:
    """The words that lead to the glossary, in a chapter of these Markdown cells."""
    cells = [new_markdown_cell(source, id=f"c{at}") for at, source in enumerate(["# A", *sources])]
    spec = {
        "id": "tab-glossary",
        "caption": "c",
        "columns": [{"label": "Begriff"}, {"label": "Bedeutung"}],
        "rows": [[term, f"Was {term} heißt"] for term in TERMS.values()],
        "row_ids": list(TERMS),
    }
    table = samples.say("x")
    table.data = {TABLE: spec, "text/plain": "x"}
    glossary = [new_markdown_cell("# B\n\nrote Linie", id="t"), new_code_cell("", id="g", outputs=[table])]
    page = render_html(build([chapter("01-a", cells), chapter("99-b", glossary)], "de", {}))
    return re.findall(r'<a class="term" href="#term-\w+">([^<]*)</a>', page)


def chapter(slug: str, cells: list):
    return new_notebook(cells=cells, metadata={"dilemma": {"slug": slug, "title": {"en": "A", "de": "A"}}})


def test_a_term_is_linked_where_it_first_stands():
    assert ["rote Linie"] == linked("Eine rote Linie.", "Noch eine rote Linie.")


def test_a_term_may_begin_a_sentence():
    assert ["Rote Linie"] == linked("Rote Linie oder nicht.")


def test_only_whole_words_and_listed_forms_count():
    assert [] == linked("Der roten Linie; Monte-Carlo-Ziehungen; rote Linien; NISSE; die Xrote Linie.")


def test_what_stands_in_brackets_is_a_form_of_its_own():
    assert ["Monte-Carlo-Ziehung"] == linked("Eine Ziehung, also eine Monte-Carlo-Ziehung.")


def test_a_short_everyday_word_is_left_to_the_author():
    assert [] == linked("Die Ziehung der Lottozahlen.")


@pytest.mark.parametrize("source", ["## rote Linie", "`rote Linie`", "[rote Linie](#99-b)", "**rote Linie**", "$NIS$"])
def test_headings_code_links_and_formulas_stay_as_they_are(source):
    assert [] == linked(source)


def test_a_term_that_the_author_links_is_not_linked_again():
    assert ["Linien"] == linked("Eine rote Linie.", "Viele [Linien](#term-line).")


def test_a_list_is_prose_too():
    assert ["NIS"] == linked("- der NIS\n- der NIS")
