"""Conventions of the chapters: language twins, short cells, stable ids, nothing left over from a run."""

import json
import re
from pathlib import Path

import pytest

from dilemma import evidence, parameters

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TAGS = {"parameters", "remove-input", "remove-cell", "hide-input", "show-input", "lang-de", "lang-en"}
PARAMETER = re.compile(r'^(\w+): (str|int) = ("[^"]*"|[\d_]+)  # \S.*$')


def cells(chapter: Path, kind: str = "") -> list[dict]:
    found = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if kind in ("", cell["cell_type"])]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def tags(cell: dict) -> set[str]:
    return set(cell["metadata"].get("tags", []))


def prose(chapter: Path, language: str) -> list[dict]:
    return [cell for cell in cells(chapter, "markdown") if f"lang-{language}" in tags(cell)]


every_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


def test_the_contract_and_the_folder_name_the_same_chapters():
    assert list(parameters.CHAPTERS) == [chapter.stem for chapter in CHAPTERS]


@every_chapter
def test_a_chapter_is_committed_without_outputs_or_traces_of_a_run(chapter):
    notebook = json.loads(chapter.read_text(encoding="utf-8"))
    assert "papermill" not in notebook["metadata"]
    assert [] == [c["id"] for c in cells(chapter, "code") if c["outputs"] or c["execution_count"]]


@every_chapter
def test_a_chapter_is_stored_as_jupyter_writes_it(chapter):
    text = chapter.read_text(encoding="utf-8")
    assert json.dumps(json.loads(text), indent=1, ensure_ascii=False, sort_keys=True) + "\n" == text


@every_chapter
def test_every_markdown_cell_has_its_twin_right_beside_it(chapter):
    ids = [cell["id"] for cell in cells(chapter)]
    german = [cell["id"] for cell in prose(chapter, "de")]
    assert [f"{id[:-3]}-en" for id in german] == [ids[ids.index(id) + 1] for id in german]
    assert len(cells(chapter, "markdown")) == 2 * len(german)


@every_chapter
def test_a_twin_has_the_same_headings_links_and_bullets(chapter):
    def shape(cell: dict) -> list[str]:
        return re.findall(r"^#+ |^- |^> |\]\([^)]*\)|`[^`]+`", source(cell), re.MULTILINE)

    german, english = (
        {cell["id"][:-3]: sorted(shape(cell)) for cell in prose(chapter, language)} for language in ("de", "en")
    )
    assert english == german


@every_chapter
def test_cell_ids_are_readable_and_tags_are_known(chapter):
    assert [] == [c["id"] for c in cells(chapter) if not re.fullmatch(r"[a-z][a-z0-9-]*", c["id"])]
    assert set() == set().union(*(tags(cell) for cell in cells(chapter))) - TAGS


@every_chapter
def test_a_code_cell_shows_a_decision_in_twenty_lines_at_most(chapter):
    assert {} == {c["id"]: n for c in cells(chapter, "code") if (n := len(source(c).splitlines())) > 20}


@every_chapter
def test_a_code_cell_defines_no_class_and_prints_nothing(chapter):
    assert [] == [c["id"] for c in cells(chapter, "code") if re.search(r"^class |\bprint\(", source(c), re.M)]


@every_chapter
def test_the_first_code_cell_holds_the_parameters_that_the_contract_says_it_reads(chapter):
    first, second = cells(chapter, "code")[:2]
    declared = [PARAMETER.match(line) for line in source(first).splitlines()]
    expected = [name for name in parameters.NAMES if chapter.stem in parameters.about(name).chapters]
    assert "parameters" in tags(first) and all(declared)
    assert expected == [line[1] for line in declared]
    assert "p = parameters.check(globals())" in source(second)


@every_chapter
def test_the_defaults_in_the_parameters_cell_are_those_of_the_contract(chapter):
    values: dict[str, object] = {}
    exec(source(cells(chapter, "code")[0]), values)  # plain literals, as the test above holds
    declared = {name: values[name] for name in parameters.NAMES if name in values}
    assert parameters.Parameters() == parameters.build(declared)


@every_chapter
def test_static_prose_holds_no_figure_that_is_not_an_example_of_the_scale(chapter):
    allowed = {"0", "1", "0,7", "0.7", "70", "6", "5"}  # the scales and the example in chapter one
    loose = {
        cell["id"]: figures
        for cell in cells(chapter, "markdown")
        if (figures := set(re.findall(r"\d+(?:[.,]\d+)*", _without_code(source(cell)))) - allowed)
    }
    assert {} == loose


def _without_code(text: str) -> str:
    return re.sub(r"\$\$?.*?\$\$?|`[^`]*`|\]\([^)]*\)", "", text, flags=re.DOTALL)


@every_chapter
def test_prose_uses_no_dollar_sign_for_money(chapter):
    assert [] == [c["id"] for c in cells(chapter, "markdown") if source(c).count("$") % 2]


GERMAN = re.compile(r"\b(der|die|das|und|nicht|ist|wird|eine|mit)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(the|and|not|is|with|which|of|that)\b", re.IGNORECASE)


@every_chapter
def test_each_twin_is_written_in_its_own_language(chapter):
    stray = [c["id"] for c in prose(chapter, "en") if len(GERMAN.findall(source(c))) > len(ENGLISH.findall(source(c)))]
    stray += [c["id"] for c in prose(chapter, "de") if len(ENGLISH.findall(source(c))) > len(GERMAN.findall(source(c)))]
    assert [] == stray


@every_chapter
def test_german_prose_uses_german_quotation_marks_and_decimal_commas(chapter):
    text = "\n".join(_without_code(source(cell)) for cell in prose(chapter, "de"))
    assert [] == re.findall(r"[“][^„”]*”|\"|\d\.\d", text)


def test_every_claim_of_the_ledger_has_a_standing_on_the_article_day():
    claims = set(evidence.read("claims").claim_id)
    assert claims == set(evidence.read("claim_status", "2024-10-24").claim_id)
