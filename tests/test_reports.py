"""The published reports in reports/: current, complete, accessible, in one language, asking nobody for anything."""

import json
import re
from functools import cache

import pypdf
import pytest
from accessibility import failures
from bs4 import BeautifulSoup

from dilemma import evidence
from dilemma.report import provenance

REPORTS = provenance.ROOT / "reports"
LANGUAGES = pytest.mark.parametrize("language", ["de", "en"])
OTHER = {"de": re.compile(r"\b(the|which|of the|is not)\b"), "en": re.compile(r"\b(der|nicht|und|wird|eine)\b")}


@cache
def html(language: str) -> BeautifulSoup:
    return BeautifulSoup((REPORTS / f"kremlin-dilemma.{language}.html").read_bytes(), "html.parser")


@cache
def pdf(language: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(REPORTS / f"kremlin-dilemma.{language}.pdf")


def block(language: str, name: str) -> object:
    return json.loads(html(language).find("script", id=name).string)


def test_committed_reports_are_current():
    """When this fails, `python3 run.py report` makes the four files anew."""
    assert [] == provenance.stale(REPORTS)


@LANGUAGES
def test_one_html_file_stays_under_a_megabyte_and_a_half(language):
    assert (REPORTS / f"kremlin-dilemma.{language}.html").stat().st_size < 1_500_000


@LANGUAGES
def test_the_html_names_its_language_and_has_one_title(language):
    assert language == html(language).html["lang"]
    assert 1 == len(html(language).find_all("h1"))


@LANGUAGES
def test_no_id_is_used_twice_and_no_anchor_is_dead(language):
    ids = [element["id"] for element in html(language).find_all(id=True)]
    targets = {link["href"][1:] for link in html(language).find_all("a", href=re.compile("^#."))}
    assert sorted(set(ids)) == sorted(ids)
    assert set() == targets - set(ids)


@LANGUAGES
def test_the_html_loads_nothing(language):
    loading = html(language).find_all(src=re.compile("^(?!data:)")) + html(language).find_all("link", href=True)
    assert [] == [tag for tag in loading if tag.name != "link" or "stylesheet" in tag.get("rel", [])]
    assert [] == re.findall(r"url\((?!data:|#)[^)]*\)|@import", str(html(language)))


@LANGUAGES
def test_every_figure_says_its_values_and_every_table_has_headers(language):
    pictures = html(language).select("figure svg")
    assert len(pictures) >= 6
    assert [] == [picture for picture in pictures if len(picture.get("aria-label", "")) < 80]
    assert [] == [table.caption for table in html(language).find_all("table") if not table.find("th", scope="col")]


@LANGUAGES
def test_a_report_has_no_sentence_in_the_other_language(language):
    """Titles of sources, names and the problem list aside, which keep their own language."""
    text = BeautifulSoup(str(html(language).main), "html.parser")
    for foreign in text.select("table, script, style, code, pre, [lang]"):
        foreign.decompose()
    stray = [p.get_text() for p in text.find_all(["p", "li", "figcaption"]) if len(OTHER[language].findall(p.get_text())) > 1]
    assert [] == stray


@LANGUAGES
def test_a_report_cites_no_page_younger_than_its_day_outside_the_look_back(language):
    day = block(language, "provenance")["parameters"]["as_of"]
    known = set(evidence.read("sources", day).source_id)
    page = BeautifulSoup(str(html(language)), "html.parser")
    for part in page.select('[id="08-hindsight"], [id="tab-findings"]'):
        (part.find_parent("section") or part.find_parent("figure") or part).decompose()
    cited = {link["href"][5:] for link in page.find_all("a", href=re.compile("^#src-"))}
    assert len(cited) > 50
    assert set() == cited - known


@LANGUAGES
def test_every_finding_has_a_row_in_the_ledger_and_sources_that_exist(language):
    stated = block(language, "findings")
    rows = {element["id"] for element in html(language).find_all(id=re.compile("^finding-"))}
    assert {f"finding-{finding['id']}" for finding in stated} == rows
    assert set() == {s for finding in stated for s in finding["sources"]} - set(evidence.read("sources").source_id)


def test_both_languages_state_the_same_findings():
    german, english = ({f["id"]: (f["value"], f["low"], f["high"]) for f in block(k, "findings")} for k in ("de", "en"))
    assert english == german


@LANGUAGES
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_the_pdf_is_accessible_and_archivable(language, profile, tmp_path):
    content = (REPORTS / f"kremlin-dilemma.{language}.pdf").read_bytes()
    assert [] == failures(content, profile, tmp_path)


@LANGUAGES
def test_the_pdf_has_title_language_outline_and_its_own_fonts(language):
    root = pdf(language).trailer["/Root"]
    fonts = {font.get_object()["/BaseFont"] for sheet in pdf(language).pages for font in sheet["/Resources"].get("/Font", {}).values()}
    assert language == root["/Lang"]
    assert html(language).h1.get_text() == pdf(language).metadata.title
    assert len(pdf(language).outline) >= 5
    assert fonts and all("Report" in font or "Math" in font or "DejaVu" in font for font in fonts)


@LANGUAGES
def test_pdf_and_html_open_with_the_same_answer(language):
    def letters(text: str) -> str:
        return re.sub(r"[\W_]", "", text.replace("\N{SOFT HYPHEN}", ""))

    said = [p.get_text() for p in html(language).select("header .answer p") if not p.find_parent("figure")]
    answer = letters("".join(said))
    assert len(answer) > 200
    assert answer in letters(pdf(language).pages[0].extract_text())


@LANGUAGES
def test_the_reports_are_complete_and_were_made_by_the_command_of_the_readme(language):
    assert [] == html(language).select(".problems, .incomplete")
    assert "python3 run.py report" == block(language, "provenance")["command"]
