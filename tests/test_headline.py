"""The headline without notebooks: the same numbers as chapter 06, in less time and memory that does not grow."""

from pathlib import Path

import pytest

from dilemma import decision, escalation, evidence, headline, inputs, parameters, verdict
from dilemma import findings as stated
from dilemma.execution.execute import execute
from dilemma.parameters import Parameters
from dilemma.wording import label

NOTEBOOK = Path(__file__).parents[1] / "notebooks/06-dilemma.ipynb"
FEW = {"draws": 9_000}  # more than one block, and no whole number of them


def at_once(p: Parameters) -> tuple:
    """The worlds of a run, all in one piece, with their values as the chapter computes them."""
    table = evidence.newest_vintage(evidence.read("inputs", p.as_of), "key")
    x = inputs.draw(inputs.choose(table), p.draws, p.seed)
    return x, decision.expected(x), *decision.simulate(x, p.seed)


def test_the_number_of_blocks_does_not_change_a_finding(monkeypatch):
    whole = headline.findings(Parameters(**FEW))
    monkeypatch.setattr(escalation, "BLOCK", 700)
    assert whole == headline.findings(Parameters(**FEW))


def test_gap_and_shares_are_those_of_all_worlds_at_once():
    p = Parameters(**FEW)
    _, expected, *_ = at_once(p)
    found = headline.findings(p)
    assert verdict.glance(expected).gap == found["dilemma-gap"]
    assert verdict.shares(expected).share["kursk"] == found["dilemma-kursk-share"]


def test_the_chance_of_a_backfire_and_its_heavier_horn_are_those_of_the_verdict():
    p = Parameters(**FEW)
    x, _, values, acts = at_once(p)
    backfire, found = verdict.backfire(x, values, acts), headline.findings(p)
    assert backfire.probability == found["backfire-chance"]
    assert backfire.parts[["horn_one", "horn_two"]].idxmax() == found["dilemma-heavier-horn"]
    assert verdict.backfire(x, values, acts, against=["refuse"]).probability == found["backfire-chance-refuse"]


def test_single_precision_changes_no_choice_and_no_digit_that_is_shown(monkeypatch):
    single = headline.findings(Parameters(**FEW))
    monkeypatch.setattr(inputs, "PRECISION", float)
    double = headline.findings(Parameters(**FEW))
    assert double == {id: value if isinstance(value, str) else pytest.approx(value, abs=2e-4) for id, value in single.items()}


def test_what_an_earlier_run_left_does_not_change_a_finding():
    first = headline.findings(Parameters(**FEW))
    headline.findings(Parameters(**FEW, worldview="kyiv"))
    headline.findings(Parameters(**FEW, seed=1))
    assert first == headline.findings(Parameters(**FEW))


@pytest.mark.slow
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"worldview": "kyiv"},
        {"as_of": "2025-04-30"},
        {"inputs": "c_us=2,6,15;blur=0.1,0.2,0.3", "draws": 20_000, "seed": 7},
        {"worldview": "sceptic", "reject_claims": "C21", "draws": 5_000},
    ],
    ids=str,
)
def test_every_finding_is_the_one_that_the_chapter_states(changed, tmp_path: Path):
    p = parameters.build(changed)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / NOTEBOOK.name).write_bytes(NOTEBOOK.read_bytes())
    (outcome,) = execute(tmp_path / "notebooks", tmp_path, [p])
    assert "" == outcome.sentence
    chapter = {found["id"]: found for found in stated.gather(tmp_path / "en" / NOTEBOOK.name)}
    assert {id: plain(chapter[id]) for id in headline.findings(p)} == {
        id: label(value, "en") if isinstance(value, str) else value for id, value in headline.findings(p).items()
    }


def plain(found: stated.Record) -> object:
    """A finding's number, its range, or its words."""
    if found["low"] is not None:
        return found["low"], found["high"]
    return found["text_en"] if found["value"] is None else found["value"]
