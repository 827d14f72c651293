"""Findings: how they are recorded, carried by a notebook, and found again."""

import json
import math
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output, writes

from dilemma import findings
from dilemma.findings import FINDING
from dilemma.parameters import Parameters
from dilemma.wording import Text

ARRIVED = Text("Arrived", "Angekommen")


def stated(id: str = "troops", value: findings.Value = 1500) -> findings.Record:
    return findings.record(id, "02-troops", value, "persons", ARRIVED, ["ap-1"])


def executed(*records: findings.Record, source: str = "draws: int = 100_000", injected: str = "") -> str:
    """An executed notebook as text: a parameters cell and an output that carries the records."""
    output = new_output("display_data", data={"text/markdown": "said", FINDING: list(records)})
    cells = [new_code_cell(source, metadata={"tags": ["parameters"]})]
    cells += [new_code_cell(injected, metadata={"tags": ["injected-parameters"]})] if injected else []
    return writes(new_notebook(cells=[*cells, new_code_cell("say()", outputs=[output])]))


def run_folder(
    runs: Path,
    name: str,
    notebook: str,
    age: int = 0,
    language: str = "en",
    status: str = "complete",
    parameters: Parameters = Parameters(),
) -> None:
    """A finished run of one chapter, made `age` seconds after the first."""
    record = {"status": status, "parameters": parameters.model_dump(mode="json", exclude={"language"})}
    (runs / name / language).mkdir(parents=True)
    (runs / name / language / "02-troops.ipynb").write_text(notebook, encoding="utf-8")
    (runs / name / "run.json").write_text(json.dumps(record), encoding="utf-8")
    os.utime(runs / name / "run.json", (1e9 + age, 1e9 + age))


def test_a_number_is_recorded_with_its_wording_in_both_languages():
    expected = {
        "id": "troops",
        "chapter": "02-troops",
        "value": 1500,
        "low": None,
        "high": None,
        "unit": "persons",
        "label_de": "Angekommen",
        "label_en": "Arrived",
        "text_de": "1.500",
        "text_en": "1,500",
        "sources": ["ap-1"],
    }
    assert expected == stated()


def test_a_pair_is_recorded_as_low_and_high():
    found = stated(value=(1200, 12900))
    assert (None, 1200, 12900, "1,200–12,900") == tuple(found[k] for k in ("value", "low", "high", "text_en"))


def test_words_are_recorded_in_both_languages():
    found = findings.record("verdict", "00-summary", Text("weak", "schwach"), "words", ARRIVED)
    assert (None, "weak", "schwach") == (found["value"], found["text_en"], found["text_de"])


def test_a_date_is_recorded_written_out():
    found = findings.record("day", "02-troops", date(2024, 10, 18), "date", ARRIVED)
    assert (None, "18. Oktober 2024") == (found["value"], found["text_de"])


def test_a_share_carries_its_percent_sign():
    assert "13%" == findings.record("share", "02-troops", 0.13, "share", ARRIVED)["text_en"]


def test_numbers_of_numpy_become_plain_json():
    found = stated(value=(np.int64(3), np.float64(4.5)))
    assert '"low": 3, "high": 4.5' in json.dumps(found)


@pytest.mark.parametrize("value", [math.nan, math.inf, (1, math.nan)])
def test_a_value_that_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="finding troops: (nan|inf) is no number"):
        stated(value=value)


def test_a_finding_is_a_link_to_its_row():
    assert "[1.500](#finding-troops)" == findings.link(stated(), "de")


def test_a_notebook_gives_its_findings_in_the_order_of_its_cells():
    notebook = json.loads(executed(stated("b"), stated("a")))
    assert ["b", "a"] == [found["id"] for found in findings.gather(notebook)]


def test_a_notebook_never_executed_has_no_findings():
    assert [] == findings.gather(new_notebook(cells=[new_code_cell("1")]))


def test_the_current_folder_comes_first(tmp_path: Path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here/02-troops.ipynb").write_text(executed(stated(value=7)), encoding="utf-8")
    run_folder(tmp_path / "runs", "default", executed(stated(value=8)))
    assert {"troops": 7} == findings.read(Parameters(), tmp_path / "here", tmp_path / "runs").values


def test_chapters_missing_in_the_folder_come_from_the_newest_run(tmp_path: Path):
    run_folder(tmp_path, "older", executed(stated(value=1)), age=1)
    run_folder(tmp_path, "newer", executed(stated(value=2)), age=2)
    assert {"troops": 2} == findings.read(Parameters(), tmp_path / "nowhere", tmp_path).values


def test_an_incomplete_run_is_passed_over(tmp_path: Path):
    run_folder(tmp_path, "complete", executed(stated(value=1)), age=1)
    run_folder(tmp_path, "failed", executed(stated(value=2)), age=2, status="incomplete")
    assert {"troops": 1} == findings.read(Parameters(), tmp_path / "nowhere", tmp_path).values


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_a_damaged_run_is_passed_over(content, tmp_path: Path):
    run_folder(tmp_path, "damaged", executed(stated()))
    (tmp_path / "damaged/run.json").write_text(content, encoding="utf-8")
    assert 0 == len(findings.read(Parameters(), tmp_path / "nowhere", tmp_path))


def test_a_run_still_in_the_making_is_not_read(tmp_path: Path):
    run_folder(tmp_path, ".default-123", executed(stated()))
    assert 0 == len(findings.read(Parameters(), tmp_path / "nowhere", tmp_path))


def test_inside_a_run_no_other_run_is_read(tmp_path: Path):
    run_folder(tmp_path / "runs", "earlier", executed(stated()))
    run_folder(tmp_path / "runs", ".making", executed())
    assert "…" == findings.read(Parameters(), tmp_path / "runs/.making/en", tmp_path / "runs")["troops"]


def test_findings_under_other_parameters_are_not_read(tmp_path: Path):
    fewer = Parameters(draws=5000)
    run_folder(tmp_path, "draws-5000", executed(stated(), injected="draws = 5000"), parameters=fewer)
    assert 0 == len(findings.read(Parameters(), tmp_path, tmp_path))
    assert 1 == len(findings.read(Parameters(draws=5000), tmp_path, tmp_path))


def test_a_run_under_another_worldview_is_passed_over_although_a_chapter_does_not_read_it(tmp_path: Path):
    run_folder(tmp_path, "default", executed(stated(value=1)), age=1)
    other = Parameters(worldview="kyiv")
    run_folder(tmp_path, "kyiv", executed(stated(value=2)), age=2, parameters=other)
    assert {"troops": 1} == findings.read(Parameters(), tmp_path / "nowhere", tmp_path).values


def test_findings_of_the_other_language_serve_as_well(tmp_path: Path):
    run_folder(tmp_path, "default", executed(stated(), injected='language = "de"'), language="de")
    assert "[1,500](#finding-troops)" == findings.read(Parameters(), tmp_path, tmp_path)["troops"]


def test_values_are_numbers_pairs_or_texts():
    words = findings.record("verdict", "00-summary", Text("weak", "schwach"), "words", ARRIVED)
    found = findings.Findings((stated("a", 1), stated("b", (1, 2)), words), "de")
    assert {"a": 1, "b": (1, 2), "verdict": "schwach"} == found.values


def test_chapters_are_named_in_reading_order():
    found = findings.Findings((stated(), stated() | {"id": "x", "chapter": "01-argument"}), "en")
    assert ("01-argument", "02-troops") == found.chapters


def test_an_unknown_finding_gives_a_visible_placeholder():
    found = findings.Findings((stated(),), "en")
    assert "…" == found["unheard-of"]
    assert "unheard-of" not in found


def test_without_findings_one_sentence_names_the_command(tmp_path: Path):
    expected = "The findings of the other chapters are not there yet; `python3 run.py report` computes them."
    assert expected == findings.read(Parameters(), tmp_path, tmp_path).missing


def test_the_command_repeats_changed_parameters(tmp_path: Path):
    missing = findings.read(Parameters(language="de", draws=5000), tmp_path, tmp_path).missing
    assert "Der Befehl `python3 run.py report -p draws 5000` berechnet sie." in missing


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"cells": [{}]}', '{"cells": 3}', "\udcff"])
def test_a_damaged_notebook_states_nothing(content, tmp_path: Path):
    (tmp_path / "02-troops.ipynb").write_text(content, encoding="utf-8", errors="surrogateescape")
    assert 0 == len(findings.read(Parameters(), tmp_path, tmp_path))


@pytest.mark.parametrize("source", ["draws = print()", "draws =", "a, b = 1, 2", "verdict = 'kyiv'"])
def test_a_notebook_with_odd_parameters_states_nothing(source, tmp_path: Path):
    (tmp_path / "02-troops.ipynb").write_text(executed(stated(), source=source), encoding="utf-8")
    assert 0 == len(findings.read(Parameters(), tmp_path, tmp_path))
