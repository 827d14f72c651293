"""From parameters to a finished run folder: execute, merge, render, move into place."""

import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from nbformat.v4 import new_notebook

from dilemma import findings
from dilemma.execution.execute import execute
from dilemma.execution.jobs import Job, Outcome
from dilemma.parameters import Parameters
from dilemma.report import aside, current, document, folders, html, pdf, provenance
from dilemma.report.chapters import Chapter
from dilemma.report.current import NOTEBOOKS
from dilemma.report.naming import REPORTS, checked_name, is_default, numbers_of, run_name
from dilemma.report.strings import string
from dilemma.wording import LANGUAGES

CACHE = ".cache"  # in the folder of reports


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
    fresh: bool = False,
) -> Report:
    """Executes and renders the report into `reports`/runs/<name>, replacing an earlier run like it.

    A run with other parameters or more languages is only replaced when `force` is set. An incomplete
    run never replaces a complete one: it goes to <name>-incomplete, and a problem says so.
    A complete run with default parameters also refreshes the four published files in `reports`.
    Chapters that would come out the same are taken from the cache, unless the run is to be `fresh`.
    `timeout` is in seconds per cell. Raises ParameterError for a name that cannot be used.
    """
    name = checked_name(name or run_name(parameters, languages), parameters, languages, reports, force=force)
    about, key = provenance.describe(parameters, languages), current.key(parameters, languages, notebooks)
    with folders.in_the_making(reports / "runs", name) as folder:
        folders.write_json(folder / "run.json", {"name": name, "status": "running"})
        _rehearse()
        editions = [parameters.model_copy(update={"language": language}) for language in languages]
        read: dict[Path, Future[Chapter]] = {}
        with ThreadPoolExecutor(1) as ahead:

            def foresee(job: Job) -> None:
                """Has a chapter read while others are executed."""
                read[job.target] = ahead.submit(document.foresee, job.target, job.parameters.language)

            outcomes = execute(
                notebooks, folder, editions, timeout, cache=reports / CACHE, fresh=fresh, ready=foresee
            )
        problems = [
            problem
            for language in languages
            for problem in _render(folder, languages, language, about, outcomes, read)
        ]
        final = _place(reports / "runs" / name, complete=all(outcome.ok for outcome in outcomes))
        if final.name != name:
            problems.append(f"The complete run {name} is kept; this incomplete one is called {final.name}.")
        folders.write_json(folder / "findings.json", _findings(folder / sorted(languages)[-1]))
        record = _record(final.name, parameters, languages, outcomes, about)
        if record["status"] == "complete" and key == current.key(parameters, languages, notebooks):
            record = current.sealed(record, current.seal(folder, key, map(_reads, outcomes), problems))
        folders.write_json(folder / "run.json", record)
        folders.move(folder, final)
    _drop_incomplete(final)
    files = tuple(sorted(final.glob("kremlin-dilemma.*")))
    report = Report(final, files, tuple(outcomes), tuple(problems))
    return _publish(report, reports) if is_default(parameters, languages) and report.complete else report


def _rehearse() -> None:
    """Renders a page for nobody, which loads the templates while another process imports what the chapters need."""
    nothing = document.single(new_notebook(), LANGUAGES[0])
    html.render_html(nothing)
    pdf.source_files(nothing, careful=False)


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
    read: Mapping[Path, Future[Chapter]],
) -> list[str]:
    """Writes HTML and PDF of one language; returns what could not be shown as written."""
    failed = [_gap(outcome) for outcome in outcomes if outcome.language == language and not outcome.ok]
    files = sorted((folder / language).glob("*.ipynb"))
    executed = [read[file].result() if file in read else file for file in files]
    report = document.build(executed, language, about, failed, languages)
    page = aside.begin(partial(html.render_html, report))
    (folder / f"kremlin-dilemma.{language}.pdf").write_bytes(pdf.render_pdf(report))
    (folder / f"kremlin-dilemma.{language}.html").write_text(page(), encoding="utf-8", newline="\n")
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
        "parameters": numbers_of(parameters),
        "languages": sorted(languages),
        "status": "complete" if all(outcome.ok for outcome in outcomes) else "incomplete",
        "chapters": {f"{out.language}/{out.chapter}": out.sentence or "complete" for out in outcomes},
        "provenance": about,
    }


def _reads(outcome: Outcome) -> Mapping[str, str] | None:
    return outcome.origin.reads if outcome.origin else None


def _publish(report: Report, reports: Path) -> Report:
    """Refreshes the published files."""
    return replace(report, files=current.publish(report.files, reports)[0])
