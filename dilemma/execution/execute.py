"""Executes the chapters side by side with papermill, and says how each one ended."""

import errno
import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from dilemma.execution import executed, kept, kernels, order
from dilemma.execution.engine import ChapterEngine
from dilemma.execution.jobs import Job, Outcome, Watch
from dilemma.execution.kept import Keeper, Origin
from dilemma.parameters import Parameters

PAPERMILL = r".venv\Scripts\papermill" if os.name == "nt" else ".venv/bin/papermill"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
SPARE = 2  # kernels beside one for each core: at times each waits for its client


def execute(
    notebooks: Path,
    folder: Path,
    editions: Sequence[Parameters],
    timeout: int | None = None,
    *,
    cache: Path | None = None,
    fresh: bool = False,
    ready: Callable[[Job], Any] = id,
) -> list[Outcome]:
    """Executes every chapter once per edition into `folder`/<language>, ordered by language.

    Chapters marked `reads_findings` come after the others. A chapter that fails does not stop the
    rest. `timeout` is in seconds per cell. KeyboardInterrupt ends every kernel before it passes on.
    What the folder `cache` holds unchanged is taken from there, unless the run is to be `fresh`. `ready` is
    called with every chapter that has ended, while others still run.
    """
    jobs = [
        Job(source, folder / edition.language / source.name, edition)
        for edition in editions
        for source in chapters(notebooks)
    ]
    return execute_jobs(jobs, folder, timeout, cache=cache, fresh=fresh, ready=ready)


def execute_jobs(
    jobs: Sequence[Job],
    folder: Path,
    timeout: int | None = None,
    *,
    cache: Path | None = None,
    fresh: bool = False,
    lanes: int = 0,
    ready: Callable[[Job], Any] = id,
) -> list[Outcome]:
    """Executes jobs into their targets below `folder` as `execute` does, the kernels shared by all.

    At most `lanes` kernels live at a time (0: some more than there are cores).
    """
    for job in jobs:
        job.target.parent.mkdir(parents=True, exist_ok=True)
    last = [job for job in jobs if kept.reads_findings(job.source)]
    first = [job for job in jobs if job not in last]
    with _progress(jobs) as bar, kept.opened(folder, cache, fresh=fresh) as keeper:
        watch = Watch(bar, ready)
        recall = partial(_recall, keeper=keeper, watch=watch)
        # Kernels are only worth their start when something is left for them.
        left = [job for job in first if not recall(job)]
        if left or not all([recall(job) for job in last]):
            waiting = [job for job in last if not job.outcome]
            with (
                kernels.opened([job.source for job in (*left, *waiting)]) as run,
                ThreadPoolExecutor(lanes or kernels.cores() + SPARE) as pool,
                run.ending(pool),
            ):
                work = partial(_run, keeper=keeper, watch=watch, timeout=timeout, kernel=run.manager)
                # What begins first must not be what ends last: the longest notebooks usually take longest.
                left.sort(key=lambda job: job.source.stat().st_size, reverse=True)
                order.run(left, waiting, recall, partial(pool.submit, work))
    return sorted((job.outcome for job in jobs), key=lambda outcome: (outcome.language, outcome.chapter))


def chapters(notebooks: Path) -> list[Path]:
    """The notebooks of a folder in reading order."""
    return sorted(notebooks.glob("[0-9][0-9]-*.ipynb"))


def command(source: Path, parameters: Parameters) -> str:
    """The papermill command that executes one chapter alone in the same way, from the project's folder."""
    default = Parameters().texts()
    values = {name: text for name, text in parameters.texts().items() if text != default[name]}
    flags = [f"-p {name} {shlex.quote(text)}" for name, text in values.items()]
    return " ".join([PAPERMILL, f"{source.parent.name}/{source.name}", "out.ipynb", *flags])


def _recall(job: Job, *, keeper: Keeper, watch: Watch) -> bool:
    """Whether a chapter could be taken from the cache."""
    begin = perf_counter()
    if origin := keeper.recall(job):
        seconds = perf_counter() - begin
        watch.bar.update(_cells(job))
        watch.ended(job, Outcome(job.source.stem, job.parameters.language, True, "", "", seconds, origin))
    return bool(origin)


def _run(job: Job, *, keeper: Keeper, watch: Watch, timeout: int | None, kernel: type[AsyncKernelManager]) -> None:
    """Executes one chapter; whatever goes wrong in it becomes its outcome."""
    begin, broken = perf_counter(), ""
    try:
        _papermill(job, keeper=keeper, bar=watch.bar, timeout=timeout, kernel=kernel)
    except Exception as error:  # noqa: BLE001 - one chapter must not take the others with it
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            raise
        broken = _cause(error, timeout)
    fault = executed.finish(job.notebook, job.target)
    if broken:
        fault = executed.Fault(broken, job.cell)
    outcome = Outcome(
        job.source.stem,
        job.parameters.language,
        fault is None,
        _sentence(job, fault) if fault else "",
        fault.cell.id if fault and fault.cell else "",
        perf_counter() - begin,
        Origin(False, job.why) if fault else keeper.keep(job),
    )
    watch.ended(job, outcome)


def _papermill(
    job: Job,
    *,
    keeper: Keeper,
    bar: tqdm,
    timeout: int | None,
    kernel: type[AsyncKernelManager],
) -> None:
    """Executes the chapter's notebook with the parameters that it declares."""

    def advance(cell: NotebookNode, **_: object) -> None:
        """Tidies what a cell has printed, which came in pieces."""
        executed.join_streams(cell)
        bar.update()

    notebook = kept.prepared(job)
    # papermill's own call would serialize the whole notebook once more, for nothing.
    ChapterEngine.execute_notebook(
        notebook,
        ChapterEngine.nb_kernel_name(notebook),
        extra_arguments=keeper.noting(job),
        progress_bar=False,
        execution_timeout=timeout,
        kernel_manager_class=kernel,
        resources={"metadata": {"path": str(job.target.parent)}},
        record_timing=False,
        on_notebook_start=job.keep,
        on_cell_execute=job.remember,
        on_cell_executed=advance,
    )


@contextmanager
def _progress(jobs: Sequence[Job]) -> Iterator[tqdm]:
    """A bar of executed cells on a terminal, one line per chapter elsewhere."""
    with tqdm(total=sum(map(_cells, jobs)), unit="cell", desc="Executing", leave=False, disable=None) as bar:
        yield bar


def _cells(job: Job) -> int:
    """How many cells a chapter executes; papermill adds one with the parameters."""
    return len(executed.code_cells(_peek(job.source))) + 1


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
