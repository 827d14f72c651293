"""Scenario files: each holds one worldview, says in both languages who would hold it, and makes a run."""

import re
from pathlib import Path
from typing import get_args

import pytest

from dilemma import __main__ as cli
from dilemma import evidence, parameter_file, parameters
from dilemma.parameters import Worldview
from dilemma.report import build

SCENARIOS = sorted((Path(__file__).parents[1] / "data/scenarios").glob("*.yaml"))
EACH = pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)


def test_there_is_one_scenario_for_each_worldview():
    assert sorted(get_args(Worldview)) == [path.stem for path in SCENARIOS]


@EACH
def test_a_scenario_sets_the_worldview_it_is_named_after(path):
    assert path.stem == parameters.from_strings(parameter_file.read(path)).worldview


@EACH
def test_a_scenario_sets_a_worldview_that_the_data_know(path):
    known = {"baseline", "sceptic", *evidence.read("worldview_modes").worldview}
    assert parameter_file.read(path)["worldview"] in known


@EACH
def test_a_scenario_says_in_english_and_german_who_would_hold_it(path):
    english, german = [line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    assert all(sentence.endswith(".") and len(sentence) > 60 for sentence in (english, german))
    assert re.search(r"\b(the|that|of|at)\b", english)
    assert re.search(r"\b(der|die|und|dem|von)\b", german, re.IGNORECASE)


@EACH
def test_report_accepts_a_scenario(path, monkeypatch):
    asked = []

    def build_report(wanted: parameters.Parameters, *rest: object, **options: object) -> build.Report:
        asked.append(wanted.worldview)
        return build.Report(Path("x"), (), (), ())

    monkeypatch.setattr(build, "build_report", build_report)
    assert 0 == cli.main(["report", "-f", str(path), "-p", "as_of", "2025-04-30", "--name", f"{path.stem}-april"])
    assert [path.stem] == asked
