"""A sweep from design to index page: what is missing is computed, everything is gathered."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from dilemma.parameters import ParameterError
from dilemma.report import folders
from dilemma.report.naming import REPORTS, SWEEP
from dilemma.sweep import ledger, local, run, table
from dilemma.sweep.design import Design, Point
from dilemma.sweep.ledger import Findings, Ledger
from dilemma.sweep.run import Result

Item = TypeVar("Item")
Work = Callable[[Sequence[Point]], Iterable[tuple[Point, Result]]]
CHANGED = "data, code or libraries changed while the sweep ran; its results were dropped, call it again"


@dataclass
class Sweep:
    """A sweep in its folder: the findings of every finished run and why the others failed, by run id."""

    name: str
    design: Design
    folder: Path
    stamp: str
    findings: dict[str, Findings] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> list[Point]:
        """The runs that failed, in the order of the design."""
        return [point for point in self.design.points if point.id in self.failures]


def run_sweep(
    design: Design, name: str, *, address: str = "", workers: int = 0, reports: Path = REPORTS, stamp: str = ""
) -> Sweep:
    """Computes what the sweep's folder lacks, here or on the Dask cluster at `address`, and writes the table.

    Finished runs are kept as they come, so that a killed sweep goes on where it stopped. `stamp` is that of
    the moment since which processes may have imported (default: this one). Raises
    ParameterError when the name is not allowed or the cluster cannot be used.
    """
    folder = reports / "runs" / f"{SWEEP}{_checked(name)}"
    sweep = Sweep(name, design, folder, stamp or ledger.stamp())
    book = Ledger(folder / "results", sweep.stamp)
    book.tidy()
    found = {point.id: book.findings(point) for point in design.points}
    sweep.findings |= {id: findings for id, findings in found.items() if findings is not None}
    missing = [point for point in design.points if point.id not in sweep.findings]
    if missing:
        work = partial(_elsewhere, address, sweep.stamp) if address else partial(_here, workers or cores())
        _compute(sweep, missing, book, work)
    table.write(sweep.design, sweep.findings, sweep.failures, folder)
    folders.write_json(folder / "sweep.json", _record(sweep))
    return sweep


def cores() -> int:
    """The processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _checked(name: str) -> str:
    """The sweep's name; raises ParameterError when it cannot name a folder."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}", name):
        raise ParameterError(
            f"The name {name!r} is not allowed: a sweep's name has letters, digits, hyphens, underscores and "
            "dots, at most 60, and starts with a letter or digit; choose another --name."
        )
    return name


def _compute(sweep: Sweep, missing: Sequence[Point], book: Ledger, work: Work) -> None:
    """Runs what is missing and keeps each finding as it comes."""
    total = len(sweep.design.points)
    for point, result in counted(work(missing), total, total - len(missing), "run"):
        if result.failure:
            sweep.failures[point.id] = result.failure
        else:
            sweep.findings[point.id] = book.keep(point, result.findings)
    if ledger.stamp() != sweep.stamp:
        for point in missing:
            book.drop(point)
            sweep.findings.pop(point.id, None)
            sweep.failures[point.id] = CHANGED


def _here(workers: int, points: Sequence[Point]) -> Iterator[tuple[Point, Result]]:
    """Computes points in processes of this machine."""
    values = [point.parameters.model_dump(mode="json") for point in points]
    local.prepare([run.__name__])
    for number, result in local.work(run.compute, values, workers):
        if isinstance(result, local.Lost):
            reason = f"{result.tries} processes that tried it ended unexpectedly, perhaps for lack of memory"
            result = Result({}, reason)
        yield points[number], result


def _elsewhere(address: str, stamp: str, points: Sequence[Point]) -> Iterator[tuple[Point, Result]]:
    """Computes points on a Dask cluster."""
    from dilemma.sweep import cluster  # imports Dask, which the other sweeps do not need

    yield from cluster.work(points, address, stamp)


def counted(items: Iterable[Item], total: int, before: int, unit: str) -> Iterator[Item]:
    """The items, counted by a bar on a terminal and by ten lines elsewhere."""
    with tqdm(total=total, initial=before, unit=unit, desc="Sweeping", leave=False, disable=None) as bar:
        for done, item in enumerate(items, start=before + 1):
            bar.update()
            if bar.disable and done * 10 // total > (done - 1) * 10 // total:
                print(f"{done} of {total} {unit}s done", file=sys.stderr, flush=True)
            yield item


def _record(sweep: Sweep) -> dict[str, object]:
    """What sweep.json says."""
    return {
        "name": sweep.name,
        "kind": sweep.design.kind,
        "axes": list(sweep.design.axes),
        "runs": [point.id for point in sweep.design.points],
        "failures": sweep.failures,
        "stamp": sweep.stamp,
    }
