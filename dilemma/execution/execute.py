"""Executes the chapters side by side with papermill, and says how each one ended."""

import errno
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm
from traitlets.config import Config

from dilemma.execution import executed, kernels
from dilemma.parameters import Parameters

PAPERMILL = r".venv\Scripts\papermill" if os.name == "nt" else ".venv/bin/papermill"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Outcome:
    """How one chapter ended; `sentence` and `cell` are empty when it is complete."""

    chapter: str
    language: str
    ok: bool
    sentence: str
    cell: str
    seconds: float


@dataclass
class Job:
    """One chapter to execute in one language; `cell` is the one that runs at the moment."""

    source: Path
    target: Path
    parameters: Parameters
    cell: NotebookNode | None = None


def execute(
    notebooks: Path, folder: Path, editions: Sequence[Parameters], timeout: int | None = None
) -> list[Outcome]:
    """Executes every chapter once per edition into `folder`/<language>, ordered by language.

    Chapters marked `reads_findings` come after the others. A chapter that fails does not stop the
    rest. `timeout` is in seconds per cell. KeyboardInterrupt ends every kernel before it passes on.
    """
    jobs = [
        Job(source, folder / edition.language / source.name, edition)
        for edition in editions
        for source in chapters(notebooks)
    ]
    for job in jobs:
        job.target.parent.mkdir(parents=True, exist_ok=True)
    last = [job for job in jobs if _reads_findings(job.source)]
    first = [job for job in jobs if job not in last]
    with (
        _progress(jobs) as progress,
        kernels.sockets() as sockets,
        ThreadPoolExecutor(kernels.cores() + 1) as pool,
        kernels.known(pool) as kernel,
    ):
        run = partial(_run, progress=progress, sockets=sockets, kernel=kernel, timeout=timeout)
        outcomes = _all(pool.submit(run, job) for job in first) + _all(pool.submit(run, job) for job in last)
    return sorted(outcomes, key=lambda outcome: (outcome.language, outcome.chapter))


def chapters(notebooks: Path) -> list[Path]:
    """The notebooks of a folder in reading order."""
    return sorted(notebooks.glob("[0-9][0-9]-*.ipynb"))


def command(source: Path, parameters: Parameters) -> str:
    """The papermill command that executes one chapter alone in the same way, from the project's folder."""
    default = Parameters().texts()
    values = {name: text for name, text in parameters.texts().items() if text != default[name]}
    flags = [f"-p {name} {shlex.quote(text)}" for name, text in values.items()]
    return " ".join([PAPERMILL, f"{source.parent.name}/{source.name}", "out.ipynb", *flags])


def _run(job: Job, *, progress: tqdm, timeout: int | None, **transport: Any) -> Outcome:
    """Executes one chapter; whatever goes wrong in it becomes its outcome."""
    begin, broken = perf_counter(), ""
    try:
        _papermill(job, progress=progress, timeout=timeout, **transport)
    except papermill.PapermillExecutionError:
        pass  # the notebook tells it, with the cell
    except Exception as error:  # noqa: BLE001 - one chapter must not take the others with it
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            raise
        broken = _cause(error, timeout)
    fault = executed.finish(job.target)
    if broken:
        fault = executed.Fault(broken, job.cell)
    outcome = Outcome(
        job.source.stem,
        job.parameters.language,
        fault is None,
        _sentence(job, fault) if fault else "",
        fault.cell.id if fault and fault.cell else "",
        perf_counter() - begin,
    )
    progress.write(_line(outcome), file=sys.stderr)
    return outcome


def _papermill(
    job: Job,
    *,
    progress: tqdm,
    timeout: int | None,
    sockets: Iterator[Config],
    kernel: type[AsyncKernelManager],
) -> None:
    """Executes the chapter's notebook with the parameters that it declares."""

    def remember(cell: NotebookNode, **_: object) -> None:
        """Keeps the cell that runs, because a dead kernel does not tell."""
        job.cell = cell

    declared = papermill.inspect_notebook(_literal(job.source))
    values = job.parameters.model_dump(mode="json")
    papermill.execute_notebook(
        _literal(job.source),
        _literal(job.target),
        {name: value for name, value in values.items() if name in declared},
        progress_bar=False,
        execution_timeout=timeout,
        shutdown_kernel="immediate",
        kernel_manager_class=kernel,
        config=next(sockets),
        resources={"metadata": {"path": str(job.target.parent)}},
        record_timing=False,
        coalesce_streams=True,
        on_cell_execute=remember,
        on_cell_executed=lambda **_: progress.update(),
    )


def _literal(path: Path) -> str:
    """The path as papermill must get it: it would fill in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _all(submitted: Iterator[Future[Outcome]]) -> list[Outcome]:
    """The results of all futures, once the last one is there."""
    pending, outcomes = set(submitted), []
    while pending:
        # Without a time limit Windows does not let Ctrl-C through.
        done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
        outcomes += [future.result() for future in done]
    return outcomes


@contextmanager
def _progress(jobs: Sequence[Job]) -> Iterator[tqdm]:
    """A bar of executed cells on a terminal, one line per chapter elsewhere."""
    # papermill adds a cell with the parameters to each chapter.
    cells = sum(len(executed.code_cells(_peek(job.source))) + 1 for job in jobs)
    with tqdm(total=cells, unit="cell", desc="Executing", leave=False, disable=None) as bar:
        yield bar


def _line(outcome: Outcome) -> str:
    state = "done" if outcome.ok else "failed"
    return f"{outcome.chapter} ({outcome.language}): {state} after {outcome.seconds:.1f} s"


def _reads_findings(source: Path) -> bool:
    return bool(_peek(source).metadata.get("dilemma", {}).get("reads_findings", False))


def _peek(source: Path) -> NotebookNode:
    """The notebook, or an empty one when the file is broken: executing it will say why."""
    try:
        return executed.load(source)
    except Exception:  # noqa: BLE001 - nbformat raises many kinds
        return nbformat.v4.new_notebook()


def _cause(error: Exception, timeout: int | None) -> str:
    """What broke a chapter off, when no cell of it raised an error."""
    if isinstance(error, CellTimeoutError):
        return f"the cell ran longer than {timeout} seconds"
    if isinstance(error, DeadKernelError):
        return "its Python process ended unexpectedly, perhaps for lack of memory"
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"


def _sentence(job: Job, fault: executed.Fault) -> str:
    """Which notebook stopped where and why, and how to see it again."""
    place = f"{job.source.name} ({job.parameters.language})"
    if fault.cell:
        first_line = next((line for line in fault.cell.source.splitlines() if line.strip()), "")
        place += f" stopped in cell {fault.cell.id} ({first_line.strip()})"
    else:
        place += " did not run"
    return f"{place}: {fault.reason}. To see it again: {command(job.source, job.parameters)}"
