"""Sweeps: designs, refusals, results that survive a kill, processes that die, the table and the page."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
import sweep_tasks
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from dilemma import __main__ as cli
from dilemma.figures import sweep as drawings
from dilemma.parameters import ParameterError
from dilemma.report import provenance
from dilemma.sweep import command, design, ledger, local, page, readable, run, sampling, table
from dilemma.sweep import sweep as whole
from dilemma.sweep.design import Design, Point
from dilemma.sweep.ledger import Ledger
from dilemma.sweep.run import Result

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "data/sweeps").glob("*.yaml"))
SLOW_RUNS = "grid:\n  seed: [" + ", ".join(map(str, range(40))) + "]\nfixed: {draws: 50000}\n"
DAYS = st.dates(date(2024, 10, 24), date(2030, 12, 31))
FOUND = {
    "dilemma-best": "kursk", "dilemma-best-share": 0.6, "dilemma-gap": 1.5, "backfire-chance": 0.25,
    "dilemma-gap-range": [-1.0, 2.5],
}  # fmt: skip


@pytest.fixture
def plan(tmp_path: Path) -> Callable[[str], Design]:
    """Reads a design from the text of its file."""

    def read(text: str, most: int = design.MOST) -> Design:
        file = tmp_path / "grid.yaml"
        file.write_text(text, encoding="utf-8")
        return design.read(file, most)

    return read


def settings(plan: Design) -> list[dict[str, str]]:
    return [dict(point.settings) for point in plan.points]


# Designs


def test_a_grid_crosses_all_values_the_last_axis_first(plan):
    made = plan("grid: {worldview: [kyiv, seoul], seed: [1, 2]}")
    pairs = [("kyiv", 1), ("kyiv", 2), ("seoul", 1), ("seoul", 2)]
    assert pairs == [(point.parameters.worldview, point.parameters.seed) for point in made.points]
    assert ("worldview", "seed") == made.axes


def test_a_list_names_every_run_and_may_set_different_parameters(plan):
    made = plan("list:\n- {worldview: kyiv}\n- {seed: 3, draws: 2000}\n")
    assert [{"worldview": "kyiv"}, {"seed": "3", "draws": "2000"}] == settings(made)
    assert ("worldview", "seed", "draws") == made.axes


def test_what_is_fixed_holds_for_every_run_and_is_no_axis(plan):
    made = plan("grid: {seed: [1, 2]}\nfixed: {draws: 2000}")
    assert {2000} == {point.parameters.draws for point in made.points}
    assert ("seed",) == made.axes


def test_an_axis_can_be_the_range_of_one_input(plan):
    made = plan("grid: {inputs.blur: [[0.1, 0.2, 0.3], [0.2, 0.3, 0.4]], inputs.c_us: [[2, 4, 8]]}")
    assert (("blur", (0.1, 0.2, 0.3)), ("c_us", (2, 4, 8))) == made.points[0].parameters.inputs
    assert "0.2, 0.3, 0.4" == settings(made)[1]["inputs.blur"]


def test_a_sample_covers_every_axis_evenly(plan):
    made = plan("sample: {seed: {from: 1, to: 20}, worldview: [kyiv, seoul]}\nruns: 20\nseed: 5")
    assert set(range(1, 21)) == {point.parameters.seed for point in made.points}
    views = [point.parameters.worldview for point in made.points]
    assert 10 == views.count("kyiv") == views.count("seoul")


def test_the_same_seed_gives_the_same_sample_and_another_seed_another(plan):
    text = "sample: {seed: {from: 1, to: 1000000}}\nruns: 5\nseed: "
    assert plan(text + "1") == plan(text + "1")
    assert plan(text + "1") != plan(text + "2")


@given(DAYS, DAYS, st.integers(1, 30))
def test_sampled_days_lie_between_their_ends(one, other, runs):
    ends = {"from": str(min(one, other)), "to": str(max(one, other))}
    days = [settings["as_of"] for settings in sampling.draw({"as_of": ends}, runs, 1, "x")]
    assert runs == len(days)
    assert all(ends["from"] <= day <= ends["to"] for day in days)


@given(st.lists(st.floats(0, 9), min_size=6, max_size=6))
def test_a_sampled_range_keeps_rising(numbers):
    first, last = ([f"{number:.6f}" for number in sorted(half)] for half in (numbers[:3], numbers[3:]))
    for settings in sampling.draw({"inputs.tech": {"from": first, "to": last}}, 5, 1, "x"):
        triple = [float(number) for number in settings["inputs.tech"]]
        assert sorted(triple) == triple


def test_a_run_is_named_by_all_its_parameters_but_the_language(plan):
    english, german = plan("list: [{seed: 3}]").points[0], plan("list: [{seed: 3}]\nfixed: {language: de}").points[0]
    assert english.id == german.id
    assert english.id != plan("list: [{seed: 4}]").points[0].id


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_design(path):
    assert len(design.read(path).points) > 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("grid: {as_off: [2024-11-01]}", "as_off is not a parameter; did you mean as_of?"),
        ("grid: {draws: [5]}", "draws is 5, but must be a whole number from 1,000 to 1,000,000"),
        ("grid: {worldview: [no]}", "worldview is no, but must be"),
        ("grid: {}", "grid needs lines that read parameter: value"),
        ("grid: {seed: []}", "seed needs a list of values"),
        ("grid: {seed: 3}", "seed needs a list of values"),
        ("grid: {seed: [1, 1]}", "the same run twice: seed 1"),
        ("list: [{seed: 1}, {seed: 1}]", "the same run twice"),
        ("list: []", "list needs one entry per run"),
        ("grid: {seed: [1]}\nlist: [{seed: 1}]", "has grid and list of grid, list, sample; write exactly one"),
        ("fixed: {seed: 1}", "has none of grid, list, sample"),
        ("seed: 3\ngrid: {draws: [1000]}", "runs and seed belong to a sample"),
        ("worldview: kyiv", "Parameters stand below grid, list, sample or fixed."),
        ("grid: {seed: [1]}\ngrid: {seed: [2]}", "line 2: grid is set twice"),
        ("grid: {seed: [1", "line"),
        ("", "sets no parameter"),
        ("grid: {language: [de, en]}", "language is no axis of a sweep"),
        ("grid: {inputs.blur: [[0.3, 0.2, 0.1]]}", "inputs is"),
        ("grid: {inputs.blur: [[0.1, 0.2, 0.3]], inputs: ['c_us=2,3,4']}", "cannot both be set"),
        ("sample: {seed: {from: 1, to: 9}}", "a sample needs runs"),
        ("sample: {seed: {from: 1, to: 9}}\nruns: 0", "a sample needs runs"),
        ("sample: {seed: {from: 9, to: 1}}\nruns: 2", "seed needs a list to choose from"),
        ("sample: {seed: {from: 1}}\nruns: 2", "seed needs a list to choose from"),
        ("sample: {as_of: {from: 2024-13-01, to: 2025-01-01}}\nruns: 2", "as_of needs a list"),
        (f"sample: {{seed: {{from: 1, to: {'9' * 400}}}}}\nruns: 2", "seed needs a list to choose from"),
        (f"sample: {{seed: {{from: 1, to: {'9' * 5000}}}}}\nruns: 2", "seed needs a list to choose from"),
        (f"grid: {{seed: {'[' * 3000}{']' * 3000}}}", "lists stand within lists too deeply"),
    ],
)
def test_a_design_that_makes_no_run_is_refused_in_a_sentence(text, sentence, plan):
    with pytest.raises(ParameterError, match=".") as refused:
        plan(text)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("text", ["grid: {seed: [1, 2, 3]}", "sample: {seed: {from: 1, to: 99}}\nruns: 3"])
def test_too_many_runs_are_refused_before_they_are_made(text, plan):
    assert 3 == len(plan(text, 3).points)
    with pytest.raises(ParameterError, match="2"):
        plan(text, 2)


# The ledger


@pytest.fixture
def point(plan) -> Point:
    return plan("list: [{seed: 3}]").points[0]


def test_a_kept_run_is_found_again_as_it_was(tmp_path: Path, point):
    Ledger(tmp_path, "a").keep(point, FOUND)
    assert Ledger(tmp_path, "a").findings(point) == FOUND


def test_a_run_is_given_back_as_it_will_be_found(tmp_path: Path, point):
    book = Ledger(tmp_path, "a")
    kept = book.keep(point, FOUND)
    assert [*book.findings(point).items()] == [*kept.items()]


def test_what_other_data_or_code_made_does_not_count(tmp_path: Path, point):
    Ledger(tmp_path, "a").keep(point, FOUND)
    assert Ledger(tmp_path, "b").findings(point) is None


def test_a_file_under_a_wrong_name_does_not_count(tmp_path: Path, point, plan):
    book, other = Ledger(tmp_path, "a"), plan("list: [{seed: 4}]").points[0]
    book.keep(point, FOUND)
    (tmp_path / f"{point.id}.json").rename(tmp_path / f"{other.id}.json")
    assert book.findings(other) is None


@settings_of_hypothesis(max_examples=30)
@given(st.data())
def test_a_damaged_file_is_never_taken_for_a_finished_run(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("ledger")
    book = Ledger(folder, "a")
    mine = design.Point(design.Parameters(seed=3), (("seed", "3"),))
    book.keep(mine, FOUND)
    (file,) = folder.glob("*.json")
    content = file.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    cut = data.draw(st.booleans())
    file.write_bytes(content[:at] if cut else content[:at] + b"7" + content[at + 1 :])
    assert book.findings(mine) in (None, FOUND)


def test_half_files_of_a_killed_sweep_are_removed(tmp_path: Path, point):
    half = tmp_path / f".{point.id}.1.part"
    half.write_text("{", encoding="utf-8")
    Ledger(tmp_path, "a").tidy()
    assert not half.exists()


# Processes


def test_every_task_is_done_once(tmp_path: Path):
    done = dict(local.work(sweep_tasks.square, range(25), 2))
    assert {number: number * number for number in range(25)} == done


def test_a_process_works_on_while_the_caller_looks_at_a_result(tmp_path: Path):
    answers = local.work(sweep_tasks.touch, [str(tmp_path / name) for name in "ab"], 1)
    next(answers)
    assert soon((tmp_path / "b").exists)
    answers.close()


def test_a_process_that_dies_is_replaced_and_its_task_done_again(tmp_path: Path):
    tasks = [(str(tmp_path), number) for number in range(6)]
    answers = list(local.work(sweep_tasks.die_once, tasks, 2))
    assert [(number, number) for number in range(6)] == sorted(answers)


def test_a_task_that_kills_every_process_is_given_up_alone():
    answers = dict(local.work(sweep_tasks.die_on_three, range(6), 2))
    assert local.Lost(local.TRIES) == answers.pop(3)
    assert {0: 0, 1: 1, 2: 2, 4: 4, 5: 5} == answers


def test_no_process_is_left_when_the_caller_stops_early(tmp_path: Path):
    answers = local.work(sweep_tasks.square, range(50), 2)
    next(answers)
    answers.close()
    assert [] == [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def driven(program: str, folder: Path) -> str:
    """What a program prints that starts processes and so needs a file of its own; the caller wants seven threads."""
    (folder / "driver.py").write_text(program, encoding="utf-8")
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "OMP_NUM_THREADS": "7", "PYTHONPATH": path}
    ran = subprocess.run([sys.executable, "driver.py"], cwd=folder, env=environment, capture_output=True, text=True)
    return ran.stdout


WITHOUT_SERVER = """\
import os, signal
import sweep_tasks
from multiprocessing import forkserver
from dilemma.sweep import local
if __name__ == "__main__":
    local.prepare(["time"])
    start, met = local._ensure_server, []
    def killed():
        start()
        if not met:
            met.append(forkserver._forkserver._forkserver_pid)
            os.kill(met[0], signal.SIGKILL)
    local._ensure_server = killed
    print(dict(local.work(sweep_tasks.has_imported, ["os"], 1)))
"""


@pytest.mark.skipif(local.START != "forkserver", reason="processes are only forked on Linux")
def test_processes_are_started_though_what_they_are_forked_from_dies(tmp_path: Path):
    assert "{0: (True, '1')}\n" == driven(WITHOUT_SERVER, tmp_path)


PREPARED = """\
import os, sys
import sweep_tasks
from dilemma.sweep import local
if __name__ == "__main__":
    before = dict(os.environ)
    local.prepare(["colorsys"])
    assert before == dict(os.environ)
    print(dict(local.work(sweep_tasks.has_imported, ["colorsys"], 1)), "colorsys" in sys.modules)
"""


@pytest.mark.skipif(local.START != "forkserver", reason="processes are only forked on Linux")
def test_prepared_processes_have_imported_and_have_one_thread(tmp_path: Path):
    assert "{0: (True, '1')} False\n" == driven(PREPARED, tmp_path)


# Runs


def test_a_run_that_fails_says_why_in_one_sentence():
    assert "ParameterError: draws is 5, but must be" in run.compute({"draws": 5}).failure


def test_a_worker_with_other_code_computes_nothing():
    assert Result({}, run.OTHER_CODE) == run.compute_elsewhere({"draws": 1000}, "another stamp")


@pytest.fixture
def computed(monkeypatch) -> list[int]:
    """Replaces the processes by an instant model that fails for seed 13; holds the seeds it was asked for."""
    asked: list[int] = []

    def here(workers: int, points: list[Point]) -> Iterator[tuple[Point, Result]]:
        for one in points:
            asked.append(one.parameters.seed)
            failure = "ValueError: bad luck" if one.parameters.seed == 13 else ""
            yield one, Result({} if failure else FOUND, failure)

    monkeypatch.setattr(whole, "_here", here)
    monkeypatch.setattr(ledger, "stamp", lambda: "a")
    return asked


def test_the_next_call_computes_only_what_is_missing(plan, computed, tmp_path: Path):
    whole.run_sweep(plan("grid: {seed: [1, 2]}"), "x", reports=tmp_path)
    whole.run_sweep(plan("grid: {seed: [1, 2, 3]}"), "x", reports=tmp_path)
    assert [1, 2, 3] == computed


def test_a_failed_run_is_listed_tried_again_and_costs_no_other(plan, computed, tmp_path: Path):
    for _ in range(2):
        made = whole.run_sweep(plan("grid: {seed: [12, 13, 14]}"), "x", reports=tmp_path)
    assert [12, 13, 14, 13] == computed
    assert ["ValueError: bad luck"] == list(made.failures.values())
    rows = pd.read_csv(tmp_path / "runs/sweep-x/findings.csv")
    assert ["finished", "failed", "finished"] == rows["status"].tolist()


def test_results_are_dropped_when_the_code_changes_while_they_are_made(plan, computed, tmp_path: Path, monkeypatch):
    stamps = iter(["a", "b"])
    monkeypatch.setattr(ledger, "stamp", lambda: next(stamps))
    made = whole.run_sweep(plan("grid: {seed: [1, 2]}"), "x", reports=tmp_path)
    assert {whole.CHANGED} == set(made.failures.values())
    assert [] == list((tmp_path / "runs/sweep-x/results").iterdir())


def test_results_are_dropped_when_the_code_changed_since_processes_began_to_import(plan, computed, tmp_path: Path):
    made = whole.run_sweep(plan("grid: {seed: [1]}"), "x", reports=tmp_path, stamp="before")
    assert {whole.CHANGED} == set(made.failures.values())


def test_the_stamp_follows_data_and_code(monkeypatch):
    before = ledger.stamp()
    assert before == ledger.stamp()
    changed = dict.fromkeys(("data_hash", "code_hash", "notebooks_hash"), "x")
    monkeypatch.setattr(provenance, "digests", lambda: changed)
    assert before != ledger.stamp()


@pytest.mark.parametrize("name", ["", "../x", "a b", ".x", "x" * 61])
def test_a_name_that_cannot_be_a_folder_is_refused(name, plan, tmp_path: Path):
    with pytest.raises(ParameterError, match="is not allowed"):
        whole.run_sweep(plan("grid: {seed: [1]}"), name, reports=tmp_path)


# Table and page


@pytest.fixture
def made(plan, tmp_path: Path) -> whole.Sweep:
    """A sweep of three runs, the last of which failed."""
    design = plan("grid: {worldview: [kyiv, seoul, sceptic], as_of: [2024-11-01]}")
    first, second, third = design.points
    findings = {first.id: FOUND, second.id: {**FOUND, "dilemma-best": "refuse", "backfire-chance": 0.7}}
    return whole.Sweep("x", design, tmp_path, "a", findings, {third.id: "ValueError: a | b *c*"})


def test_the_table_has_one_row_per_run_and_two_columns_per_range(made):
    frame = table.build(made.design, made.findings, made.failures)
    assert ["kyiv", "seoul", "sceptic"] == frame["worldview"].tolist()
    assert [-1.0, 2.5] == frame.loc[0, ["dilemma-gap-range-low", "dilemma-gap-range-high"]].tolist()
    assert frame.loc[2, ["dilemma-gap", "dilemma-best"]].isna().all()
    assert "ValueError: a | b *c*" == frame.loc[2, "failure"]


def test_the_csv_holds_the_table(made, tmp_path: Path):
    table.write(made.design, made.findings, made.failures, tmp_path)
    read = pd.read_csv(tmp_path / "findings.csv")
    pd.testing.assert_frame_equal(table.build(made.design, made.findings, made.failures), read, check_dtype=False)


def test_the_parquet_holds_the_table(made, tmp_path: Path):
    pytest.importorskip("pyarrow")
    table.write(made.design, made.findings, made.failures, tmp_path)
    read = pd.read_parquet(tmp_path / "findings.parquet")
    pd.testing.assert_frame_equal(table.build(made.design, made.findings, made.failures), read, check_dtype=False)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_counts_the_runs_and_shows_nothing_amiss(made, language):
    built = page.build(made, {}, [], language)
    assert [] == built.problems
    assert all(part in built.verdict for part in ("3", {"de": "ablehnen 1", "en": "refuse 1"}[language]))


def test_the_page_names_failures_as_they_are_and_links_to_reports(made):
    first, second, third = made.design.points
    links = {first.id: {"de": "../a/r.de.html", "en": "../a/r.en.html"}}
    problems = [(third, "ValueError: a | b *c*."), (second, "03-presence.ipynb (en) did not run.")]
    file = next(file for file in page.write(made, links, problems) if ".en." in file.name)
    text = file.read_text(encoding="utf-8")
    assert f'<a href="../a/r.en.html">{first.id}</a>' in text
    assert f">{second.id}<" in text
    assert "ValueError: a | b *c*" in text
    assert "03-presence.ipynb (en) did not run." in text
    assert ".pdf" not in text


def test_a_page_of_nothing_but_failures_is_a_page_too(made):
    made.failures |= dict.fromkeys(made.findings, "ValueError")
    made.findings.clear()
    assert [] == page.build(made, {}, [(point, "ValueError") for point in made.failed], "de").problems


def test_numbers_and_days_stand_to_scale_and_words_side_by_side():
    assert [1, 10, 5] == drawings.positions(pd.Series(["1", "10", "5"]))[0].tolist()
    at, _ = drawings.positions(pd.Series(["2024-11-01", "2024-11-03"]))
    assert 2 == at[1] - at[0]
    assert [0, 1, 0] == drawings.positions(pd.Series(["kyiv", "seoul", "kyiv"]))[0].tolist()
    assert [0.2] == drawings.positions(pd.Series(["0.1, 0.2, 0.3"]))[0].tolist()


def test_names_on_an_axis_never_stand_too_close():
    _, ticks = drawings.positions(pd.Series([str(number) for number in [*range(50), 1000]]))
    assert np.diff(list(ticks)).min() >= 1000 / drawings.MOST_NAMES
    assert {"0", "1000"} <= set(ticks.values())


def test_the_description_of_the_figure_says_what_each_value_leads_to(made):
    runs = page.runs(made)
    spoken = drawings.multiples_alt(runs, ["worldview"], "en")
    assert "kyiv (1 runs, Kursk only 1, “Kursk only” backfires 25–25%" in spoken


@pytest.mark.parametrize(("which", "count"), [("none", 0), ("failed", 1), ("all", 3), ("2", 2), ("9", 3)])
def test_runs_are_chosen_for_reports(which, count, made):
    assert count == len(readable.chosen(made, which))


def test_an_unknown_chapter_is_refused():
    with pytest.raises(ParameterError, match="There is no chapter 66; the chapters are 00-summary"):
        command.chapter_named("66")


def test_a_chapter_is_made_again_for_every_run_once_a_notebook_has_changed(made, monkeypatch):
    executed = []

    def batch(points: list[Point], source: Path, scratch: Path, pages: dict[Point, Path], *_: object) -> list:
        executed.extend(points)
        for point in points:
            pages[point].touch()
        return []

    monkeypatch.setattr(readable, "_batch", batch)
    readable.write_chapters(made, Path("03-presence.ipynb"))
    readable.write_chapters(made, Path("03-presence.ipynb"))
    assert list(made.design.points) == executed
    changed = provenance.digests(ROOT) | {"notebooks_hash": "x"}
    monkeypatch.setattr(provenance, "digests", lambda root: changed)
    links, _ = readable.write_chapters(made, Path("03-presence.ipynb"))
    assert 2 * list(made.design.points) == executed
    assert all((made.folder / of_run["de"]).exists() for of_run in links.values())


# The command


@pytest.mark.parametrize(
    ("text", "flags", "sentence"),
    [
        ("grid: {as_off: [1]}", "", "as_off is not a parameter; did you mean as_of?"),
        ("grid: {inputs.blurr: [[0.1, 0.2, 0.3]]}", "", "The run with inputs.blurr 0.1, 0.2, 0.3: 'blurr' is not"),
        ("grid: {reject_claims: [C21, C02]}", "", "Rejecting C02 changes no input"),
        ("grid: {seed: [1, 2]}", "--limit 1", "more than 1 runs"),
        ("grid: {seed: [1, 2]}", "--chapter 66", "There is no chapter 66"),
        ("grid: {seed: [1, 2]}", "--reports some", "none, failed, all or a number"),
        ("grid: {seed: [1, 2]}", "--name ../x", "is not allowed"),
    ],
)
def test_what_cannot_run_is_one_sentence_and_exit_code_2(text, flags, sentence, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr(whole, "_here", lambda *_: pytest.fail("a run was started"))
    (tmp_path / "grid.yaml").write_text(text, encoding="utf-8")
    assert 2 == cli.main(["sweep", str(tmp_path / "grid.yaml"), *flags.split()])
    told = capsys.readouterr().err
    assert sentence in told
    assert "Traceback" not in told


# Broken off: a whole sweep in processes of its own

DRIVER = """\
import signal, sys
from pathlib import Path
from dilemma.sweep import design
from dilemma.sweep.sweep import run_sweep
if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    file, reports, address = sys.argv[1:]
    try:
        run_sweep(design.read(file), "x", workers=2, reports=Path(reports), address=address)
    except KeyboardInterrupt:
        sys.exit(130)
"""


class Project:
    """Runs a sweep of 40 runs in another process, all of whose processes can be told from others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "driver.py").write_text(DRIVER, encoding="utf-8")
        (folder / "grid.yaml").write_text(SLOW_RUNS, encoding="utf-8")

    def start(self, reports: str, address: str = "", **environment: str) -> subprocess.Popen:
        command = [sys.executable, "driver.py", "grid.yaml", reports, address]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OF_TEST": str(self.folder), **environment}
        return subprocess.Popen(command, cwd=self.folder, env=environment, stderr=subprocess.DEVNULL)

    def finish(self, reports: str, address: str = "") -> bytes:
        """Runs the sweep to its end; the table."""
        assert 0 == self.start(reports, address).wait(300)
        return (self.folder / reports / "runs/sweep-x/findings.csv").read_bytes()

    def results(self, reports: str) -> dict[str, dict]:
        files = (self.folder / reports / "runs/sweep-x/results").glob("*.json")
        return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in files}

    def reach(self, reports: str, results: int, sweep: subprocess.Popen) -> None:
        """Waits until there are so many results or the sweep has ended."""
        soon(lambda: len(self.results(reports)) >= results or sweep.poll() is not None)

    def orphans(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if belongs(process, str(self.folder))]


def belongs(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get("OF_TEST") == mark and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):
        return False


def soon(condition: Callable[[], bool], seconds: float = 300) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
def test_a_sweep_killed_at_random_moments_ends_as_one_that_was_not(project):
    undisturbed, reference = project.finish("calm"), project.results("calm")
    moments = random.Random(1)
    for sign in (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM):
        sweep = project.start("broken")
        kept = len(project.results("broken"))
        wanted = kept + moments.randint(0, 8)
        project.reach("broken", wanted, sweep)
        sweep.send_signal(sign)
        sweep.wait(60)
        assert soon(lambda: not project.orphans())
        found = project.results("broken")
        assert found == {name: reference[name] for name in found}
    assert undisturbed == project.finish("broken")
    assert reference == project.results("broken")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="folders of killed processes are only removed on POSIX")
def test_a_killed_sweep_leaves_no_folder_of_its_processes(project):
    with tempfile.TemporaryDirectory() as folder:
        sweep = project.start("calm", TMPDIR=folder)
        assert soon(lambda: project.results("calm"))
        assert os.listdir(folder)
        sweep.kill()
        sweep.wait()
        assert soon(lambda: not os.listdir(folder), 15)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
def test_a_killed_worker_process_costs_no_run(project):
    sweep = project.start("calm")
    assert soon(lambda: len(project.results("calm")) >= 3)
    workers = [child for child in psutil.Process(sweep.pid).children(recursive=True) if not child.children()]
    max(workers, key=lambda process: process.cpu_times().user).kill()
    assert 0 == sweep.wait(300)
    assert 40 == len(project.results("calm"))


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and workers on this machine's loopback, started as Dask's documentation says."""
    dask, processes = Path(sys.executable).with_name("dask"), []
    file = folder / "scheduler.json"
    local_only = ["--host", "127.0.0.1", "--no-dashboard"]

    def start(*arguments: str) -> None:
        options = {"env": {**os.environ, "PYTHONPATH": str(ROOT)}, "cwd": folder, "stderr": subprocess.DEVNULL}
        processes.append(subprocess.Popen([dask, *arguments], start_new_session=True, **options))

    try:
        start("scheduler", *local_only, "--port", "0", "--scheduler-file", str(file))
        assert soon(lambda: file.exists() and file.stat().st_size > 0)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        for _ in range(workers):
            start("worker", address, *local_only, "--nthreads", "1")
        yield address, processes[1:]
    finally:
        for process in processes:
            end(process)


def end(process: subprocess.Popen) -> None:
    """Kills a process and those it started, at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
def test_a_lost_worker_of_a_cluster_costs_no_run_and_doubles_none(project):
    calm = project.finish("calm")
    with cluster(project.folder, 2) as (address, workers):
        sweep = project.start("cluster", address)
        assert soon(lambda: len(project.results("cluster")) >= 3)
        end(workers[0])
        assert 0 == sweep.wait(300)
    assert project.results("calm") == project.results("cluster")
    assert calm == (project.folder / "cluster/runs/sweep-x/findings.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
def test_a_sweep_on_a_cluster_that_is_killed_goes_on_at_the_next_call(project):
    with cluster(project.folder, 2) as (address, _):
        sweep = project.start("cluster", address)
        assert soon(lambda: len(project.results("cluster")) >= 3)
        sweep.kill()
        sweep.wait()
        assert soon(lambda: not project.orphans())
        kept = project.results("cluster")
        project.finish("cluster", address)
    assert 40 == len(project.results("cluster"))
    assert kept.items() <= project.results("cluster").items()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize("address", ["nonsense://x", "tcp://127.0.0.1:{}"])
def test_a_cluster_that_does_not_answer_is_refused_in_a_sentence(address, plan, monkeypatch):
    from dilemma.sweep import cluster as dask

    monkeypatch.setattr(dask, "PATIENCE", 0.3)
    with pytest.raises(ParameterError, match="No Dask scheduler answers at .* Start `dask scheduler`"):
        list(dask.work(plan("grid: {seed: [1]}").points, address.format(free_port()), "a"))


def test_a_worker_that_is_lost_while_it_is_asked_for_its_state_refuses_no_sweep():
    from types import SimpleNamespace

    from dilemma.sweep import cluster as dask

    answers = {"tcp://a": OSError("Stream is closed"), "tcp://b": "same"}
    client = SimpleNamespace(wait_for_workers=lambda *_, **__: None, run=lambda *_, **__: answers)
    dask._check(client, "tcp://x", "same")
    with pytest.raises(ParameterError, match="On the Dask worker tcp://b: the worker has other data"):
        dask._check(client, "tcp://x", "other")
    answers["tcp://a"] = FileNotFoundError(2, "No such file", "data/inputs.csv")
    with pytest.raises(ParameterError, match="The Dask worker tcp://a cannot import this project"):
        dask._check(client, "tcp://x", "same")
