"""Execution: side by side, complete or said to be incomplete, the same bytes every time."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dilemma.execution import executed
from dilemma.execution.execute import PAPERMILL, Outcome, command, execute
from dilemma.parameters import Parameters

psutil = pytest.importorskip("psutil")
BOTH = (Parameters(language="de"), Parameters(language="en"))


def run(notebooks: Path, *editions: Parameters, timeout: int | None = None) -> list[Outcome]:
    """Executes into a run's folder beside the notebooks."""
    (notebooks.parent / "run.json").write_text("{}", encoding="utf-8")
    return execute(notebooks, notebooks.parent, editions or [Parameters()], timeout)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def cell(count: int | None = 1, *outputs: NotebookNode, id: str = "x") -> NotebookNode:
    return new_code_cell("x", id=id, execution_count=count, outputs=list(outputs))


def test_a_notebook_whose_cells_all_ran_has_no_fault():
    notebook = new_notebook(cells=[new_markdown_cell("#"), cell(), new_code_cell(" \n")])
    assert executed.find_fault(notebook) is None


def test_a_cell_never_reached_is_a_fault():
    notebook = new_notebook(cells=[cell(), cell(None, id="y")])
    assert executed.Fault("the cell was never reached", notebook.cells[1]) == executed.find_fault(notebook)


def test_an_error_is_a_fault():
    error = new_output("error", ename="ValueError", evalue="a.\nb", traceback=[])
    assert "ValueError: a; b" == executed.find_fault(new_notebook(cells=[cell(1, error)])).reason


def test_an_exit_is_a_fault():
    error = new_output("error", ename="SystemExit", evalue="0", traceback=[])
    found = executed.find_fault(new_notebook(cells=[cell(1, error)]))
    assert "the cell ended the notebook with an exit" == found.reason


def test_a_cell_meant_to_be_skipped_is_no_fault():
    skipped = new_code_cell("x", metadata={"tags": ["skip-execution"]})
    assert executed.find_fault(new_notebook(cells=[skipped])) is None


def stream(name: str, text: str) -> NotebookNode:
    return new_output("stream", name=name, text=text)


def printed(*outputs: NotebookNode) -> list[tuple[str, str]]:
    """The streams of a cell after they were joined; what is no stream is named by its type."""
    joined = cell(1, *outputs)
    executed.join_streams(joined)
    return [(output.get("name", output.output_type), output.get("text", "")) for output in joined.outputs]


def test_the_pieces_of_a_stream_are_joined_where_the_first_one_stood():
    shown = new_output("display_data")
    expected = [("stdout", "ac"), ("display_data", ""), ("stderr", "b")]
    assert expected == printed(stream("stdout", "a"), shown, stream("stderr", "b"), stream("stdout", "c"))


def test_standard_output_goes_before_errors_printed_at_the_same_time():
    assert [("stdout", "b"), ("stderr", "ac")] == printed(*map(stream, ("stderr", "stdout", "stderr"), "abc"))


@pytest.mark.parametrize(
    ("text", "left"),
    [("0%\r50%\r100%\nx", "100%\nx"), ("a\r\nb\r", "a\r\nb\r"), ("z" * 1_000_000, "z" * 1_000_000)],
)
def test_of_a_bar_of_progress_its_last_state_is_left(text, left):
    assert [("stdout", left)] == printed(stream("stdout", text))


def test_a_finished_notebook_has_no_times_ids_or_folders(tmp_path):
    warning = (
        f"/tmp/ipykernel_4711/123.py:1: UserWarning\n{executed.ROOT}/dilemma/a.py\n{sys.prefix}/lib/b.py"
    )
    injected = new_code_cell("x", id="f00", metadata={"tags": ["injected-parameters"], "papermill": {"x": 1}})
    marker = new_markdown_cell("red", metadata={"tags": [executed.MARKER]})
    shown = cell(1, new_output("stream", name="stderr", text=warning))
    shown.metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    notebook = new_notebook(cells=[marker, injected, shown], metadata={"papermill": {"start_time": "now"}})
    executed.finish(notebook, tmp_path / "a.ipynb")
    text = (tmp_path / "a.ipynb").read_text(encoding="utf-8")
    assert all(part not in text for part in ("papermill", "2026", "4711", "f00", "red", str(executed.ROOT)))
    assert all(part in text for part in ('"injected-parameters"', "cell.py:1", '"dilemma/a.py', '"lib/b.py'))


def test_the_reproducing_command_names_what_differs_from_the_defaults():
    expected = f"{PAPERMILL} notebooks/02-troops.ipynb out.ipynb -p as_of 2025-04-30 -p language de"
    parameters = Parameters(as_of="2025-04-30", language="de")
    assert expected == command(Path("/somewhere/notebooks/02-troops.ipynb"), parameters)


@pytest.mark.skipif(sys.platform == "win32", reason="the programs of an environment lie elsewhere there")
def test_the_reproducing_command_starts_with_a_program_of_the_environment():
    assert ".venv/bin/papermill" == PAPERMILL


@pytest.mark.slow
def test_both_languages_run_and_the_summary_reads_the_others_findings(project: Callable[..., Path]):
    notebooks = project()
    outcomes = run(notebooks, *BOTH)
    expected = [(chapter, language) for language in ("de", "en") for chapter in ("00-summary", "02-troops")]
    assert expected == [(outcome.chapter, outcome.language) for outcome in outcomes if outcome.ok]
    assert "[1.500](#finding-troops)" in text_of(notebooks.parent / "de/00-summary.ipynb")
    assert "[1,500](#finding-troops)" in text_of(notebooks.parent / "en/00-summary.ipynb")


@pytest.mark.slow
def test_a_second_run_writes_the_same_bytes(project, chapter):
    warn = "import warnings; warnings.warn('careful')\nprint(1)\nimport sys; print(2, file=sys.stderr); 1 / 0"
    notebooks = project(**{"01_a": chapter(warn)})
    run(notebooks)
    first = (notebooks.parent / "en/01-a.ipynb").read_bytes()
    run(notebooks)
    assert first == (notebooks.parent / "en/01-a.ipynb").read_bytes()


@pytest.mark.slow
def test_failed_chapters_say_why_and_do_not_stop_the_others(project, chapter):
    broken = {
        "01_error": chapter("x = 1\n1 / 0", "print(2)"),
        "02_exit": chapter("import sys", "sys.exit(0)", "print(2)"),
        "03_dead": chapter("import os; os._exit(1)", "print(2)"),
        "04_refused": chapter("from dilemma.parameters import build; build({'as_off': 1})"),
        "05_fine": chapter("1"),
    }
    notebooks = project(**broken)
    (notebooks / "06-broken.ipynb").write_text("{", encoding="utf-8")
    outcomes = {outcome.chapter: outcome for outcome in run(notebooks)}
    expected = (
        "01-error.ipynb (en) stopped in cell cell-1 (x = 1): ZeroDivisionError: division by zero. "
        f"To see it again: {PAPERMILL} notebooks/01-error.ipynb out.ipynb"
    )
    assert expected == outcomes["01-error"].sentence
    assert ("cell-2", False) == (outcomes["02-exit"].cell, outcomes["02-exit"].ok)
    assert "its Python process ended unexpectedly" in outcomes["03-dead"].sentence
    assert "ParameterError: as_off is not a parameter; did you mean as_of?" in outcomes["04-refused"].sentence
    assert outcomes["05-fine"].ok
    assert "06-broken.ipynb (en) did not run: NotJSONError" in outcomes["06-broken"].sentence


@pytest.mark.slow
def test_a_cell_that_takes_too_long_is_broken_off(project, chapter):
    [outcome] = run(project(**{"01_slow": chapter("while True: pass")}), timeout=2)
    assert "stopped in cell cell-1 (while True: pass): the cell ran longer than 2 seconds" in outcome.sentence


@pytest.mark.slow
def test_only_declared_parameters_are_injected(project, chapter):
    notebook = chapter("1")
    notebook.cells[0].source = 'language: str = "en"  # Language of the output'
    notebooks = project(**{"01_a": notebook})
    run(notebooks)
    assert "draws" not in text_of(notebooks.parent / "en/01-a.ipynb")


@pytest.mark.slow
def test_braces_in_a_folders_name_are_no_parameters(project, chapter):
    notebooks = project(**{"01_a": chapter("1")})
    odd = notebooks.rename(notebooks.with_name("{seed} notebooks"))
    assert [True] == [outcome.ok for outcome in execute(odd, odd.parent / "{x}", [Parameters()])]


INTERRUPTED = """
import signal, sys
from pathlib import Path
from dilemma.parameters import Parameters
from dilemma.execution.execute import execute
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    execute(Path(sys.argv[1]), Path(sys.argv[1]).parent, [Parameters()])
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_kernel_behind(sign, project, chapter):
    stuck = "from pathlib import Path; Path('started').touch()\nwhile True: pass"
    notebooks = project(**{"01_a": chapter(stuck), "02_b": chapter(stuck)})
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED, str(notebooks)], stderr=subprocess.DEVNULL)
    wait_for(notebooks.parent / "en/started")
    kernels = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(sign)
    assert 130 == process.wait(timeout=30)
    assert kernels
    assert [] == [kernel for kernel in kernels if kernel.is_running() and kernel.status() != "zombie"]


def wait_for(path: Path, seconds: int = 60) -> None:
    """Returns once the file is there."""
    until = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} did not appear"
        time.sleep(0.1)
