"""What of a sweep somebody reads: one chapter of every run, and whole reports of chosen runs."""

from collections.abc import Sequence
from pathlib import Path

from dilemma.execution import keys, temporary
from dilemma.execution.execute import execute_jobs
from dilemma.execution.jobs import Job
from dilemma.parameters import LANGUAGES, Parameters
from dilemma.report import current, provenance
from dilemma.report.build import build_report
from dilemma.report.naming import REPORTS, numbers_of, run_name
from dilemma.sweep import local, rendering
from dilemma.sweep.design import Point
from dilemma.sweep.page import Links, Problems
from dilemma.sweep.sweep import Sweep, cores

BATCH = 100  # chapters that are executed before they are rendered, so that few notebooks wait on the disk
NO_PAGE = "its page could not be rendered: the process ended unexpectedly."


def write(sweep: Sweep, source: Path | None, which: str, workers: int = 0) -> tuple[Links, Problems]:
    """Writes the chapter of every run, if there is a `source`, and the chosen reports.

    Returns the pages and what went wrong.
    """
    links, problems = write_chapters(sweep, source, workers) if source else ({}, [])
    whole, unfinished = write_reports(chosen(sweep, which))
    return {**links, **whole}, [*problems, *unfinished]


def chosen(sweep: Sweep, which: str) -> list[Point]:
    """The runs that get a report: `none`, `failed`, `all`, or a number: so many from the design's beginning."""
    if which == "failed":
        return sweep.failed
    count = {"none": 0, "all": len(sweep.design.points)}.get(which)
    return list(sweep.design.points[: int(which) if count is None else count])


def write_chapters(sweep: Sweep, source: Path, workers: int = 0) -> tuple[Links, Problems]:
    """Executes and renders one chapter for every run that has none yet; returns the pages and what went wrong."""
    shared = provenance.describe(Parameters(), ())  # reads every file of the project: once is enough
    folder = sweep.folder / f"{source.stem}-{_made_from(shared)}"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {point: folder / f"{point.id}.html" for point in sweep.design.points}
    missing = [point for point in sweep.design.points if not pages[point].exists()]
    problems: Problems = []
    for first in range(0, len(missing), BATCH):
        with temporary.folder(".chapters-", sweep.folder) as scratch:
            batch = missing[first : first + BATCH]
            problems += _batch(batch, source, Path(scratch), pages, shared, workers)
    there = {point.id: f"{folder.name}/{page.name}" for point, page in pages.items() if page.exists()}
    return {id: dict.fromkeys(LANGUAGES, file) for id, file in there.items()}, problems


def _made_from(shared: dict[str, object]) -> str:
    """What decides a page besides the run's parameters: data, notebooks, code and library versions."""
    return keys.digest({name: shared[name] for name in ("inputs", "versions")})[:12]


def _batch(
    points: Sequence[Point],
    source: Path,
    scratch: Path,
    pages: dict[Point, Path],
    shared: dict[str, object],
    workers: int,
) -> Problems:
    """Executes the chapter for these runs and renders what ran to its end, in so many processes (0: as many as fit)."""
    jobs = [Job(source, scratch / point.id / source.name, point.parameters) for point in points]
    execute_jobs(jobs, scratch, lanes=workers)
    ran = [(job, point) for job, point in zip(jobs, points, strict=True) if job.outcome.ok]
    tasks = [
        (job.target, pages[point], point.parameters.language, _about(shared, point.parameters))
        for job, point in ran
    ]
    local.prepare([rendering.__name__])
    rendered = dict(local.work(rendering.render, tasks, workers or cores()))
    told = [(ran[at][1], NO_PAGE if isinstance(fault, local.Lost) else fault) for at, fault in sorted(rendered.items())]
    failed = [(point, job.outcome.sentence) for job, point in zip(jobs, points, strict=True) if not job.outcome.ok]
    return failed + [(point, fault) for point, fault in told if fault]


def _about(shared: dict[str, object], parameters: Parameters) -> dict[str, object]:
    """The provenance of one run, from what all runs share."""
    command = provenance.command(parameters, (parameters.language,))
    return {**shared, "parameters": numbers_of(parameters), "seed": parameters.seed, "command": command}


def write_reports(points: Sequence[Point], reports: Path = REPORTS) -> tuple[Links, Problems]:
    """Makes the whole report of every point, as an ordinary run; returns the pages and what went wrong.

    A report that is current is not made again.
    """
    links, problems = {}, []
    for point in points:
        name = run_name(point.parameters)
        if not current.find(point.parameters, name=name, reports=reports):
            made = build_report(point.parameters, name=name, reports=reports)
            name = made.folder.name
            problems += [(point, outcome.sentence) for outcome in made.outcomes if not outcome.ok]
        links[point.id] = {
            language: f"../{name}/kremlin-dilemma.{language}.html" for language in LANGUAGES
        }
    return links, problems
