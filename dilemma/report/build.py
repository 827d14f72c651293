"""From parameters to a finished run folder: execute, merge, render, move into place."""

import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dilemma import findings
from dilemma.execution.execute import Outcome, execute
from dilemma.parameters import ParameterError, Parameters
from dilemma.report import folders, provenance
from dilemma.report.strings import string
from dilemma.wording import LANGUAGES

NOTEBOOKS = provenance.ROOT / "notebooks"
REPORTS = provenance.ROOT / "reports"
LONGEST_NAME = 80
COMPARISON = "compare-"  # begins the name of a folder that holds a comparison, not a run


@dataclass(frozen=True)
class Report:
    """A finished run: its folder, the files to read, and what did not work."""

    folder: Path
    files: tuple[Path, ...]
    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every chapter ran to its end."""
        return all(outcome.ok for outcome in self.outcomes)


def build_report(
    parameters: Parameters,
    languages: Sequence[str] = LANGUAGES,
    name: str = "",
    *,
    notebooks: Path = NOTEBOOKS,
    reports: Path = REPORTS,
    timeout: int | None = None,
    force: bool = False,
) -> Report:
    """Executes and renders the report into `reports`/runs/<name>, replacing an earlier run like it.

    A run with other parameters or more languages is only replaced when `force` is set. An incomplete
    run never replaces a complete one: it goes to <name>-incomplete, and a problem says so.
    A complete run with default parameters also refreshes the four published files in `reports`.
    `timeout` is in seconds per cell. Raises ParameterError for a name that cannot be used.
    """
    name = checked_name(name or run_name(parameters, languages), parameters, languages, reports, force=force)
    about = provenance.describe(parameters, languages)
    with folders.in_the_making(reports / "runs", name) as folder:
        folders.write_json(folder / "run.json", {"name": name, "status": "running"})
        editions = [parameters.model_copy(update={"language": language}) for language in languages]
        outcomes = execute(notebooks, folder, editions, timeout)
        problems = [
            problem
            for language in languages
            for problem in _render(folder, languages, language, about, outcomes)
        ]
        final = _place(reports / "runs" / name, complete=all(outcome.ok for outcome in outcomes))
        if final.name != name:
            problems.append(f"The complete run {name} is kept; this incomplete one is called {final.name}.")
        folders.write_json(folder / "findings.json", _findings(folder / sorted(languages)[-1]))
        folders.write_json(folder / "run.json", _record(final.name, parameters, languages, outcomes, about))
        folders.move(folder, final)
    _drop_incomplete(final)
    files = tuple(sorted(final.glob("kremlin-dilemma.*")))
    report = Report(final, files, tuple(outcomes), tuple(problems))
    return _publish(report, reports) if _is_default(parameters, languages) and report.complete else report


def run_name(parameters: Parameters, languages: Sequence[str] = LANGUAGES) -> str:
    """A readable name from what differs from the defaults, such as as_of-2025-04-30."""
    values = parameters.changed()
    if len(languages) == 1:
        values["language"] = languages[0]
    plain = {key: re.sub(r"[^A-Za-z0-9.-]+", "-", text) for key, text in values.items()}
    name = "_".join(f"{key}-{text}" for key, text in plain.items()) or "default"
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return name if len(name) <= LONGEST_NAME else f"{name[:60]}-{digest}"


def checked_name(
    name: str,
    parameters: Parameters,
    languages: Sequence[str],
    reports: Path = REPORTS,
    *,
    force: bool = False,
) -> str:
    """The run's name; raises ParameterError when it cannot name a folder or, unless forced, another run has it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", name):
        raise ParameterError(
            f"The name {name!r} is not allowed: a run's name has letters, digits, hyphens, "
            "underscores and dots, at most 80, and starts with a letter or digit."
        )
    if name == "default" and not _is_default(parameters, languages):
        raise ParameterError(
            "The name default belongs to the run with default parameters; choose another --name."
        )
    if name.startswith(COMPARISON):
        raise ParameterError(
            f"Names that begin with {COMPARISON} belong to comparisons; choose another --name."
        )
    if not force:
        _refuse_loss(name, parameters, languages, reports)
    return name


def _refuse_loss(name: str, parameters: Parameters, languages: Sequence[str], reports: Path) -> None:
    """Refuses to replace a run that this one would not make again."""
    earlier = folders.record(reports / "runs" / name)
    # What an older version did not know yet stood at its default.
    if _numbers(Parameters()) | (earlier.get("parameters") or _numbers(parameters)) != _numbers(parameters):
        raise ParameterError(
            f"The run {name} exists with other parameters; choose another --name, or replace it with --force."
        )
    if lost := set(earlier.get("languages", ())) - set(languages):
        raise ParameterError(
            f"The run {name} also has the edition {', '.join(sorted(lost))}, which this run would drop; "
            "choose another --name, make both languages, or replace it with --force."
        )


def _is_default(parameters: Parameters, languages: Sequence[str]) -> bool:
    return run_name(parameters, languages) == "default"


def _numbers(parameters: Parameters) -> dict[str, Any]:
    """The parameters that decide the numbers of a run: all but the language."""
    return parameters.model_dump(mode="json", exclude={"language"})


def _place(run: Path, *, complete: bool) -> Path:
    """Where a finished run goes: its own folder, or beside it when a complete run would be lost."""
    if complete or folders.record(run).get("status") != "complete":
        return run
    return _place(run.with_name(f"{run.name}-incomplete"), complete=complete)


def _drop_incomplete(run: Path) -> None:
    """Removes the incomplete run beside a complete one with the same parameters: it has been made up for."""
    made, left = folders.record(run), folders.record(beside := run.with_name(f"{run.name}-incomplete"))
    same = made.get("parameters") == left.get("parameters")
    if made.get("status") == "complete" and left.get("status") == "incomplete" and same:
        shutil.rmtree(beside, ignore_errors=True)


def _render(
    folder: Path,
    languages: Sequence[str],
    language: str,
    about: dict[str, Any],
    outcomes: Sequence[Outcome],
) -> list[str]:
    """Writes HTML and PDF of one language; returns what could not be shown as written."""
    from dilemma.report import document, html, pdf  # after the kernels: importing them takes a while

    failed = [_gap(outcome) for outcome in outcomes if outcome.language == language and not outcome.ok]
    executed = sorted((folder / language).glob("*.ipynb"))
    report = document.build(executed, language, about, failed, languages)
    page, print_edition = html.render_html(report), pdf.render_pdf(report)
    (folder / f"kremlin-dilemma.{language}.html").write_text(page, encoding="utf-8", newline="\n")
    (folder / f"kremlin-dilemma.{language}.pdf").write_bytes(print_edition)
    return [f"{language}: {problem}" for problem in report.problems]


def _gap(outcome: Outcome) -> str:
    """Which chapter of the report stopped, and in which cell, in the report's language."""
    key = "stopped" if outcome.cell else "not_run"
    return string(key, outcome.language, chapter=outcome.chapter, cell=outcome.cell)


def _findings(folder: Path) -> list[findings.Record]:
    return [found for path in sorted(folder.glob("*.ipynb")) for found in findings.gather(path)]


def _record(
    name: str,
    parameters: Parameters,
    languages: Sequence[str],
    outcomes: Sequence[Outcome],
    about: dict[str, Any],
) -> dict[str, Any]:
    """What run.json says about a finished run."""
    return {
        "name": name,
        "parameters": _numbers(parameters),
        "languages": sorted(languages),
        "status": "complete" if all(outcome.ok for outcome in outcomes) else "incomplete",
        "chapters": {f"{out.language}/{out.chapter}": out.sentence or "complete" for out in outcomes},
        "provenance": about,
    }


def _publish(report: Report, reports: Path) -> Report:
    """Refreshes the published files; each is replaced in one step."""
    published = []
    for path in report.files:
        part = shutil.copyfile(path, reports / f".{path.name}.part")
        published.append(part.replace(reports / path.name))
    return Report(report.folder, tuple(published), report.outcomes, report.problems)
