"""The command line; `python3 run.py COMMAND` calls it."""

import gc
import os
import signal
import sys

BROKEN_OFF = 130
INTERRUPTED = "Interrupted; no report was changed."


def _break_off(*_: object) -> None:
    """Ends the process while it still imports, when there is nothing to tidy up."""
    sys.stderr.write(f"{INTERRUPTED}\n")
    os._exit(BROKEN_OFF)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _break_off)
    signal.signal(signal.SIGTERM, _break_off)
    # Imports leave next to no garbage, and most commands end before there is any: looking for it takes longer.
    gc.disable()

# ruff: noqa: E402 - these imports take most of a second, in which Ctrl-C must work too
import logging
import subprocess
from collections.abc import Sequence

import click

from dilemma import light_jupyter  # noqa: F401 - before anything that imports Jupyter
from dilemma import parameters as contract
from dilemma.cells import DataError
from dilemma.console import ROOT, list_files, tell
from dilemma.parameters import LANGUAGES, ParameterError, Parameters
from dilemma.sweep.command import sweep

PROGRAM = "python3 run.py"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """The Kremlin's Dilemma: execute the notebooks, render the report."""


@commands.command()
@click.option("-f", "--file", "path", metavar="FILE", help="Parameters from a YAML file.")
@click.option(
    "-p",
    "--parameter",
    "pairs",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="One parameter; beats the file.",
)
@click.option("--name", default="", help="Name of the run under reports/runs (default: from its parameters).")
@click.option("--force", is_flag=True, help="Replace a run of that name, whatever its parameters.")
@click.option("--timeout", type=click.IntRange(min=1), metavar="SECONDS", help="Longest time for one cell.")
@click.option("--fresh", is_flag=True, help="Execute every chapter, even where nothing has changed.")
@click.option("--explain", is_flag=True, help="Say which chapters were executed, and why.")
def report(
    path: str | None,
    pairs: Sequence[tuple[str, str]],
    name: str,
    force: bool,
    timeout: int | None,
    fresh: bool,
    explain: bool,
) -> None:
    """Make the report: HTML and PDF, German and English.

    With default parameters the published files in reports/ are refreshed; with others the report
    goes to reports/runs/ only. `-p language de` makes one language instead of both. Only what has
    changed since an earlier run is executed.

    Example: python3 run.py report -p as_of 2025-04-30 -p draws 5000
    """
    texts: dict[str, object] = {}
    if path:
        from dilemma import parameter_file

        texts = parameter_file.read(path)
    texts |= dict(pairs)
    parameters = contract.from_strings(texts)
    languages = (parameters.language,) if "language" in texts else LANGUAGES
    if not fresh and _is_current(parameters, languages, name, force):
        return
    _start_importing(parameters)
    from dilemma.execution import explain as explanation
    from dilemma.report.build import build_report  # imports Jupyter, while the other process looks at the premises

    _check_premises(parameters)
    made = build_report(parameters, languages, name, timeout=timeout, force=force, fresh=fresh)
    if explain:
        tell(explanation.table(outcome.row for outcome in made.outcomes))
    tell(made.problems)
    tell(outcome.sentence for outcome in made.outcomes if not outcome.ok)
    list_files(made.files)
    if not made.complete:
        tell(["The report is incomplete and says so on every page."])
        raise click.exceptions.Exit(1)


@commands.command()
@click.argument("first")
@click.argument("second", default="")
def compare(first: str, second: str) -> None:
    """Compare two runs under reports/runs: what changed, and which parameter changed it.

    With one name the run default comes first. HTML and PDF go to reports/runs/compare-FIRST+SECOND.

    Example: python3 run.py compare kyiv
    """
    first, second = (first, second) if second else ("default", first)
    _read_runs(first, second)
    from dilemma.comparison.compare import build_comparison  # imports Jupyter

    made = build_comparison(first, second)
    tell(made.problems)
    tell([made.answer])
    list_files(made.files)


@commands.command()
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Language of the list.")
@click.option("--template", is_flag=True, help="A parameter file in which every line is commented out.")
def parameters(language: str, template: bool) -> None:
    """List the parameters: meaning, allowed values, default.

    Example: python3 run.py parameters --template > mine.yaml
    """
    if template:
        from dilemma import parameter_file

        click.echo(parameter_file.template(language), nl=False)
        return
    for row in contract.describe(language):
        click.echo(f"{row['name']}: {row['meaning']}.\n    {row['allowed']} [{row['default']}]")


@commands.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1)
def lab(arguments: tuple[str, ...]) -> None:
    """Open the notebooks in JupyterLab."""
    run = subprocess.run(
        [sys.executable, "-m", "jupyterlab", *arguments], cwd=ROOT / "notebooks", check=False
    )
    raise click.exceptions.Exit(run.returncode)


@commands.command()
def dictionary() -> None:
    """Write data/README.md anew from data/datapackage.json."""
    from dilemma import dictionary, evidence

    page = evidence.DATA / "README.md"
    page.write_text(dictionary.markdown(evidence.description()), encoding="utf-8", newline="\n")
    list_files([page])


commands.add_command(sweep)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 done, 1 a cell failed or a file could not be written, 2 usage, 130 interrupted."""
    # Libraries' notes on a failed cell would stand beside our own sentence.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        # SIGTERM is a service manager's or a time limit's way to say Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return commands.main(arguments, prog_name=PROGRAM, standalone_mode=False) or 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.ClickException as error:
        tell([_misuse(error)])
        return 2
    except (ParameterError, DataError) as error:
        tell([str(error)])
        return 2
    except (click.Abort, KeyboardInterrupt):
        tell([INTERRUPTED])
        return BROKEN_OFF
    except OSError as error:
        tell(
            [f"{error.strerror or error}: {error.filename or 'writing the report'}. No report was changed."]
        )
        return 1


def _is_current(parameters: Parameters, languages: Sequence[str], name: str, force: bool) -> bool:
    """Whether nothing has changed since the run was made, and then says so: Jupyter need not be imported."""
    from dilemma.report import current

    if run := current.find(parameters, languages, name, force=force):
        tell([*run.problems, run.sentence])
        list_files(run.files)
    return bool(run)


def _start_importing(parameters: Parameters) -> None:
    """Lets another process import what the chapters need while this one imports Jupyter."""
    from dilemma.execution import preloaded
    from dilemma.report.current import NOTEBOOKS

    preloaded.start(sorted(NOTEBOOKS.glob("*.ipynb")), parameters)


def _check_premises(parameters: Parameters) -> None:
    """Refuses a broken row, or inputs that the model does not have, before the first kernel starts."""
    from dilemma.execution import preloaded

    if not preloaded.approved():
        from dilemma import premises  # imports pandas, which only this process needs then

        premises.check(parameters)


def _read_runs(*names: str) -> None:
    """Refuses a missing run before Jupyter is imported, which takes a while."""
    from dilemma import findings
    from dilemma.comparison import run_files

    for name in names:
        run_files.read(name, findings.RUNS)


def _misuse(error: click.ClickException) -> str:
    """What was misused, and the command that explains it."""
    context = getattr(error, "ctx", None)
    command, sentence = context.command_path if context else PROGRAM, error.format_message()
    if getattr(error, "option_name", "") in ("-p", "--parameter"):
        sentence = "-p needs a name and a value, as in -p as_of 2024-12-12."
        command = f"{PROGRAM} report"
    stop = "" if sentence.endswith((".", "?")) else "."
    return f"{sentence}{stop} `{command} --help` lists what there is."


if __name__ == "__main__":
    code = main()
    gc.freeze()  # Python would look through everything once more before it ends, for up to half a second
    sys.exit(code)
