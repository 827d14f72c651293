"""The real chapters, executed: complete, alike every time, and blind to what came after the as-of date."""

import json
import re
import shutil
from datetime import date
from itertools import cycle
from pathlib import Path

import nbformat
import papermill
import pytest
from babel.dates import get_month_names

from dilemma import evidence, findings
from dilemma.execution.execute import execute
from dilemma.parameters import Parameters
from dilemma.report import document, pdf, provenance

pytestmark = pytest.mark.slow

NOTEBOOKS = provenance.ROOT / "notebooks"
DRAWS = 2_000
DAYS = ("2024-10-24", "2024-11-01", "2024-11-20", "2025-01-15", "2025-04-30", "2025-12-31", "2026-02-28")
MONTHS = {
    name.removesuffix("."): number
    for language in ("de", "en")
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, locale=language).items()
}
WORDED = re.compile(rf"\b(\d{{1,2}})\.? ({'|'.join(sorted(MONTHS, key=len, reverse=True))})\.? (20\d{{2}})\b")


def edition(day: str, language: str = "en") -> Parameters:
    return Parameters(as_of=date.fromisoformat(day), language=language, draws=DRAWS)


def before_hindsight(run: Path) -> list[Path]:
    """The executed chapters that may not look beyond the as-of date."""
    return [path for path in sorted(run.glob("0[1-7]*.ipynb"))]


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, Path]:
    """The folder of every day's executed chapters, in one language each."""
    made = {}
    for day, language in zip(DAYS, cycle(("de", "en")), strict=False):
        folder = tmp_path_factory.mktemp(day)
        outcomes = execute(NOTEBOOKS, folder, [edition(day, language)])
        assert [] == [outcome.sentence for outcome in outcomes if not outcome.ok]
        made[day] = folder / language
    return made


@pytest.mark.parametrize("day", DAYS)
def test_every_day_makes_a_report_without_a_problem(runs, day):
    language = runs[day].name
    made = document.build(sorted(runs[day].glob("*.ipynb")), language, {"parameters": {"as_of": day}})
    assert [] == made.problems
    assert len(made.verdict) > 200 and findings.PLACEHOLDER not in made.verdict


@pytest.mark.parametrize("day", DAYS[-2:])
def test_the_pdf_of_a_late_day_keeps_to_the_standards_in_both_languages(runs, day, tmp_path):
    other = {"de": "en", "en": "de"}[runs[day].name]
    assert all(outcome.ok for outcome in execute(NOTEBOOKS, tmp_path, [edition(day, other)]))
    for folder in (runs[day], tmp_path / other):
        made = document.build(sorted(folder.glob("*.ipynb")), folder.name, {"parameters": {"as_of": day}})
        pdf.render_pdf(made)
        assert [] == made.problems, folder.name


@pytest.mark.parametrize("day", DAYS)
def test_no_page_is_cited_that_was_not_public(runs, day):
    known = set(evidence.read("sources", day).source_id)
    cited = set().union(*(findings.cited(path) for path in before_hindsight(runs[day])))
    assert len(cited) > 30
    assert set() == cited - known


def days_named(text: str) -> set[str]:
    """The days a text names, written as 24.10.2024, 24 Oct 2024, 24 October 2024 or 24. Oktober 2024."""
    worded = {(int(day), MONTHS[month], int(year)) for day, month, year in WORDED.findall(text)}
    plain = {tuple(map(int, found)) for found in re.findall(r"\b(\d{1,2})\.(\d{2})\.(20\d{2})\b", text)}
    return {f"{year}-{month:02}-{day:02}" for day, month, year in worded | plain}


def test_days_are_found_however_they_are_written():
    text = "24.10.2024, 25 Oct 2024, 26 October 2024, 27. Oktober 2024, 28 Mar 2025, 1. März 2025"
    expected = {f"2024-10-{day}" for day in (24, 25, 26, 27)} | {"2025-03-28", "2025-03-01"}
    assert expected == days_named(text)


@pytest.mark.parametrize("day", DAYS)
def test_no_output_names_a_later_day(runs, day):
    outputs = {
        path.stem: json.dumps([cell.get("outputs", []) for cell in nbformat.read(path, 4).cells], ensure_ascii=False)
        for path in before_hindsight(runs[day])
    }
    named = {chapter: days_named(text) for chapter, text in outputs.items()}
    assert all(named.values())
    assert {} == {chapter: later for chapter, days in named.items() if (later := sorted(d for d in days if d > day))}


def test_a_later_day_changes_the_numbers(runs):
    def stated(day: str) -> dict[str, object]:
        return {
            found["id"]: found["value"]
            for path in sorted(runs[day].glob("*.ipynb"))
            for found in findings.gather(path)
        }

    first, last = stated(DAYS[0]), stated(DAYS[-1])
    assert first["troops-median"] < last["troops-median"]
    assert first["horn-two-strength"] != last["horn-two-strength"]
    assert first["presence-h3"] < 0.5 < last["presence-h3"]
    assert first["response-us-kursk"] != last["response-us-kursk"]


def test_the_same_parameters_give_the_same_notebooks(runs, tmp_path):
    again = execute(NOTEBOOKS, tmp_path, [edition(DAYS[0], "de")])
    assert all(outcome.ok for outcome in again)
    for path in sorted(runs[DAYS[0]].glob("*.ipynb")):
        assert path.read_bytes() == (tmp_path / "de" / path.name).read_bytes(), path.name


def test_another_seed_moves_no_median_by_more_than_a_hundredth(runs, tmp_path):
    """Two thousand draws are fifty times fewer than the default, so this bounds the printed digits."""
    papermill.execute_notebook(
        str(NOTEBOOKS / "01-argument.ipynb"), str(tmp_path / "a.ipynb"), {"draws": 100_000, "seed": 7}, progress_bar=False
    )
    papermill.execute_notebook(
        str(NOTEBOOKS / "01-argument.ipynb"), str(tmp_path / "b.ipynb"), {"draws": 100_000, "seed": 8}, progress_bar=False
    )
    one, two = ({f["id"]: f for f in findings.gather(tmp_path / name)} for name in ("a.ipynb", "b.ipynb"))
    moved = [id for id in one if id.endswith("-strength") and abs(one[id]["value"] - two[id]["value"]) >= 0.005]
    assert [] == moved


@pytest.mark.parametrize("name", ["00-summary", "99-sources"])
def test_a_chapter_that_reads_findings_runs_alone_and_says_what_is_missing(name, tmp_path):
    """As in a fresh clone: the package without any run beside it."""
    copy = tmp_path / "clone"
    shutil.copytree(provenance.ROOT / "dilemma", copy / "dilemma", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(provenance.ROOT / "data", copy / "data")
    target = copy / f"{name}.ipynb"
    papermill.execute_notebook(str(NOTEBOOKS / f"{name}.ipynb"), str(target), cwd=str(copy), progress_bar=False)
    assert "python3 run.py report" in target.read_text(encoding="utf-8")
