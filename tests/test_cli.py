"""The command line: exit codes, and one plain paragraph for every mistake."""

import errno
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dilemma import __main__ as cli
from dilemma.execution.execute import Outcome
from dilemma.execution.kept import Origin
from dilemma.parameters import NAMES, Parameters
from dilemma.report import build, current

Call = tuple[Parameters, Sequence[str], str, int | None, bool]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """Replaces the building of reports; holds what was asked for."""
    calls: list[Call] = []

    def build_report(
        parameters: Parameters, languages: Sequence[str], name: str, *, timeout: int | None, force: bool, fresh: bool
    ) -> build.Report:
        calls.append((parameters, tuple(languages), name, timeout, force))
        return build.Report(cli.ROOT / "reports/runs/x", (cli.ROOT / "reports/x.html",), (), ())

    monkeypatch.setenv("DILEMMA_PLAIN_KERNELS", "1")  # so that this very process checks what must hold
    monkeypatch.setattr(build, "build_report", build_report)
    monkeypatch.setattr(current, "find", lambda *_, **options: None)
    return calls


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Lets the building of reports fail."""

    def with_error(error: BaseException) -> None:
        def build_report(*args: object, **options: object) -> None:
            raise error

        monkeypatch.setattr(build, "build_report", build_report)
        monkeypatch.setattr(current, "find", lambda *_, **options: None)

    return with_error


def test_report_alone_takes_the_defaults_in_both_languages(built):
    assert 0 == cli.main(["report"])
    assert [(Parameters(), ("de", "en"), "", None, False)] == built


def test_a_parameter_takes_a_name_and_a_value(built):
    cli.main(["report", "-p", "as_of", "2025-04-30", "-p", "draws", "5000", "--name", "x", "--timeout", "60"])
    assert [(Parameters(as_of="2025-04-30", draws=5000), ("de", "en"), "x", 60, False)] == built


def test_force_is_handed_on(built):
    cli.main(["report", "--name", "x", "--force"])
    assert [True] == [force for *_, force in built]


def test_a_current_run_is_told_in_one_line_and_nothing_is_built(built, monkeypatch, capsys):
    found = current.Current("default", (cli.ROOT / "reports/x.html",), (), ())
    monkeypatch.setattr(current, "find", lambda *_, **options: found)
    assert 0 == cli.main(["report"])
    told = capsys.readouterr()
    assert "The whole run default is current: nothing has changed since it was made.\n" == told.err
    assert f"{Path('reports/x.html')}\n" == told.out
    assert [] == built


def test_fresh_builds_even_a_current_run(built, monkeypatch):
    monkeypatch.setattr(current, "find", lambda *_, **options: pytest.fail("looked for"))
    assert 0 == cli.main(["report", "--fresh"])
    assert 1 == len(built)


def test_explain_says_where_each_chapter_came_from(built, monkeypatch, capsys):
    outcome = Outcome("02-troops", "en", True, "", "", 1.0, Origin(True, "nothing has changed"))
    made = build.Report(Path("x"), (), (outcome,), ())
    monkeypatch.setattr(build, "build_report", lambda *args, **options: made)
    cli.main(["report", "--explain"])
    assert ["02-troops", "en", "from the cache", "nothing has changed"] == re.split(
        "  +", capsys.readouterr().err.splitlines()[-1]
    )


def test_looking_for_a_current_run_does_not_wait_for_jupyter_or_pandas():
    code = (
        "import sys\nfrom dilemma.report import current\nfrom dilemma.parameters import Parameters\n"
        "current.find(Parameters())\n"
        "print({'papermill', 'nbconvert', 'nbformat', 'pandas', 'numpy', 'babel'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "set()\n" == run.stdout


def test_a_language_makes_one_edition(built):
    cli.main(["report", "-p", "language", "de"])
    assert [("de",)] == [languages for _, languages, *_ in built]


def test_the_command_line_beats_the_file(built, tmp_path: Path):
    (tmp_path / "case.yaml").write_text("draws: 5000\nseed: 1\n", encoding="utf-8")
    cli.main(["report", "-f", str(tmp_path / "case.yaml"), "-p", "draws", "6000"])
    assert Parameters(draws=6000, seed=1) == built[0][0]


def test_the_files_are_named_at_the_end(built, capsys):
    cli.main(["report"])
    assert f"{Path('reports/x.html')}\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("report -p as_off 2024-11-01", "as_off is not a parameter; did you mean as_of?"),
        ("report -p draws -5", "draws is -5, but must be a whole number from 1,000 to 1,000,000"),
        ("report -p as_of=2024-12-12", "-p needs a name and a value, as in -p as_of 2024-12-12."),
        ("report -f absent.yaml", "There is no parameter file absent.yaml."),
        ("report --nam x", "No such option '--nam'. Did you mean '--name'?"),
        ("report --timeout 0", "0 is not in the range x>=1"),
        ("report extra", "Got unexpected extra argument (extra). `python3 run.py report --help` lists"),
        ("reprot", "No such command 'reprot'. Did you mean 'report'?"),
    ],
)
def test_a_usage_error_is_one_paragraph_and_exit_code_2(arguments, sentence, built, capsys):
    assert 2 == cli.main(arguments.split())
    told = capsys.readouterr().err
    assert sentence in told
    assert "Traceback" not in told
    assert 1 == len(told.splitlines())
    assert [] == built


def test_a_broken_table_is_refused_before_anything_is_built(built, monkeypatch, capsys):
    from dilemma import evidence

    def read(table: str, *_: object) -> None:
        raise evidence.DataError(f"data/{table}.csv, line 2: broken.")

    monkeypatch.setattr(evidence, "read", read)
    assert 2 == cli.main(["report"])
    first = evidence.description()["resources"][0]["name"]
    assert f"data/{first}.csv, line 2: broken.\n" == capsys.readouterr().err
    assert [] == built


def test_every_table_is_read_before_the_report_is_built(built, monkeypatch):
    from dilemma import evidence, headline

    read: list[str] = []
    monkeypatch.setattr(evidence, "read", lambda table, *_: read.append(table))
    monkeypatch.setattr(headline, "choose", lambda _: None)
    cli.main(["report"])
    assert [resource["name"] for resource in evidence.description()["resources"]] == read
    assert 1 == len(built)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["reject_claims", "C02"], "Rejecting C02 changes no input"),
        (["inputs", "blurr=0.1,0.2,0.3"], "Did you mean 'blur'?"),
        (["inputs", "quality=0.1,0.2,3"], "all three must lie between 0 and 1"),
    ],
)
def test_what_the_model_does_not_know_is_refused_before_the_first_kernel(flags, sentence, built, capsys):
    assert 2 == cli.main(["report", "-p", *flags])
    assert sentence in capsys.readouterr().err
    assert [] == built


def test_without_a_command_the_help_is_shown(capsys):
    assert 2 == cli.main([])
    assert "report" in capsys.readouterr().out


def test_a_failed_chapter_gives_exit_code_1_and_its_sentence(monkeypatch, capsys):
    failed = Outcome("02-troops", "en", False, "02-troops.ipynb (en) stopped.", "a", 1.0)
    made = build.Report(Path("x"), (), (failed,), ("de: A sign is missing.",))
    monkeypatch.setattr(build, "build_report", lambda *args, **options: made)
    monkeypatch.setattr(current, "find", lambda *_, **options: None)
    assert 1 == cli.main(["report"])
    told = capsys.readouterr().err
    assert all(
        part in told for part in (failed.sentence, "de: A sign is missing.", "The report is incomplete")
    )


def test_a_full_disk_is_one_sentence_and_exit_code_1(breaks, capsys):
    breaks(OSError(errno.ENOSPC, "No space left on device", "reports/runs/x"))
    assert 1 == cli.main(["report"])
    assert "No space left on device: reports/runs/x. No report was changed.\n" == capsys.readouterr().err


def test_an_interrupt_gives_exit_code_130(breaks, capsys):
    breaks(KeyboardInterrupt())
    assert 130 == cli.main(["report"])
    assert "Interrupted; no report was changed." in capsys.readouterr().err


def test_jupyter_is_imported_without_the_checks_that_no_notebook_needs():
    code = "import sys, dilemma.light_jupyter, nbformat.v4; print({'jsonschema', 'arrow', 'lark'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "{'jsonschema'}\n" == run.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
@pytest.mark.parametrize("sign", ["SIGINT", "SIGTERM"])
def test_an_interrupt_while_the_libraries_are_imported_needs_no_traceback(sign):
    interrupted_import = (
        "import os, runpy, signal, sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *rest):\n"
        f"        if name == 'pydantic': os.kill(os.getpid(), signal.{sign})\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "runpy.run_module('dilemma', run_name='__main__', alter_sys=True)\n"
    )
    run = subprocess.run([sys.executable, "-c", interrupted_import], capture_output=True, text=True)
    assert (130, "Interrupted; no report was changed.\n") == (run.returncode, run.stderr)


@pytest.mark.parametrize("language", ["de", "en"])
def test_parameters_lists_each_one_with_its_default(language, capsys):
    assert 0 == cli.main(["parameters", "--language", language])
    told = capsys.readouterr().out
    assert all(f"{name}: " in told for name in NAMES)
    assert "[2024-10-24]" in told


def test_the_template_is_a_parameter_file_on_standard_output(capsys):
    from dilemma import parameter_file

    assert 0 == cli.main(["parameters", "--template", "--language", "de"])
    assert parameter_file.template("de") == capsys.readouterr().out


def test_lab_opens_the_notebooks_and_hands_arguments_on(monkeypatch):
    calls = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        calls.append((command[1:], options["cwd"]))
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(cli.subprocess, "run", run)
    assert 3 == cli.main(["lab", "--port", "8899"])
    assert [(["-m", "jupyterlab", "--port", "8899"], cli.ROOT / "notebooks")] == calls


def test_dictionary_writes_the_description_of_the_data(monkeypatch, tmp_path: Path, capsys):
    from dilemma import dictionary, evidence

    monkeypatch.setattr(evidence, "DATA", tmp_path)
    monkeypatch.setattr(evidence, "description", lambda: {"resources": []})
    monkeypatch.setattr(dictionary, "markdown", lambda descriptor: f"# {descriptor}")
    assert 0 == cli.main(["dictionary"])
    assert "# {'resources': []}" == (tmp_path / "README.md").read_text(encoding="utf-8")


def test_a_parameter_error_does_not_wait_for_jupyter():
    code = "import sys\nfrom dilemma.__main__ import main\nmain(['report', '-p', 'as_off', '1'])\n"
    run = subprocess.run(
        [sys.executable, "-c", code + "print({'papermill', 'pandas', 'babel'} & set(sys.modules))"],
        capture_output=True,
        text=True,
    )
    assert "set()\n" == run.stdout
