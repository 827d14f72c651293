"""The command `sweep`: from a design file to the table, the index page and the exit code."""

import gc
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dilemma.console import list_files, tell
from dilemma.parameters import ParameterError
from dilemma.report.current import NOTEBOOKS

if TYPE_CHECKING:
    from dilemma.sweep.design import Point

# What the other processes of a sweep do, by module.
RUNS, PAGES = "dilemma.sweep.run", "dilemma.sweep.rendering"
LIGHT = "dilemma.light_jupyter"


class Which(click.ParamType):
    """Which runs get a report: none, failed, all or a number."""

    name = "none|failed|all|N"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The choice as it is, or a usage error."""
        if not re.fullmatch(r"none|failed|all|\d{1,6}", value, re.ASCII):
            self.fail(f"{value!r} is none of none, failed, all or a number", param, ctx)
        return value


@click.command()
@click.argument("grid")
@click.option("--name", default="", help="Name of the sweep under reports/runs (default: the file's).")
@click.option("--dask", metavar="ADDRESS", default="", help="Run on the Dask cluster of this scheduler.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes here (default: one per core).")
@click.option("--chapter", metavar="CHAPTER", default="", help="Also execute and render this chapter for every run.")
@click.option("--reports", type=Which(), default="none", help="Full reports: none, failed, all, or the first N runs.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", default=10_000, help="Most runs that are allowed.")
def sweep(
    grid: str, name: str, dask: str, workers: int | None, chapter: str, reports: str, limit: int
) -> None:
    """Run the model over many parameter sets, which the YAML file GRID describes.

    Findings of all runs go to reports/runs/sweep-NAME: one table and an index page. What is finished is kept:
    the same command goes on where a sweep was broken off.

    Example: python3 run.py sweep data/sweeps/worldviews.yaml --reports 2
    """
    from dilemma.sweep import design, ledger, local

    plan, stamp = design.read(grid, limit), ledger.stamp()
    source = chapter_named(chapter) if chapter else None
    # Before this process imports the same and Jupyter: the two go side by side.
    local.prepare([*([] if dask else [RUNS]), *([LIGHT, PAGES] if chapter else [])])
    _refuse(plan.points)
    from dilemma.sweep.sweep import run_sweep

    with ThreadPoolExecutor(1) as aside:
        aside.submit(_rehearse)  # imports Jupyter, while this process waits for the others
        done = run_sweep(plan, name or Path(grid).stem, address=dask, workers=workers or 0, stamp=stamp)
    gc.enable()  # hundreds of chapters do leave garbage
    links, problems = {}, [(point, f"{done.failures[point.id]}.") for point in done.failed]
    if source or reports != "none":
        from dilemma.sweep import readable  # imports what executes notebooks

        links, gaps = readable.write(done, source, reports, workers or 0)
        problems += gaps
    from dilemma.sweep import page

    files = page.write(done, links, problems)
    tell(f"Run {point.id} failed: {why}" for point, why in problems)
    list_files([done.folder / "findings.csv", *files])
    if problems:
        raise click.exceptions.Exit(1)


def chapter_named(name: str, notebooks: Path = NOTEBOOKS) -> Path:
    """The notebook of a chapter; raises ParameterError when there is none."""
    source = notebooks / f"{name}.ipynb"
    if not source.is_file():
        known = ", ".join(sorted(path.stem for path in notebooks.glob("[0-9][0-9]-*.ipynb")))
        raise ParameterError(f"There is no chapter {name}; the chapters are {known}.")
    return source


def _rehearse() -> None:
    from dilemma.sweep import page

    page.rehearse()


def _refuse(points: "Sequence[Point]") -> None:
    """Refuses a claim, a key or a range that the model does not have, before the first run."""
    from dilemma import headline

    for point in points:
        try:
            headline.choose(point.parameters)
        except ParameterError as error:
            raise ParameterError(f"The run with {_settings(point)}: {error}") from None


def _settings(point: "Point") -> str:
    return ", ".join(f"{axis} {text}" for axis, text in point.settings)
