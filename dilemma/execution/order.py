"""The order in which chapters are executed side by side."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeVar

from dilemma.execution.kept import Chapter

Job = TypeVar("Job", bound=Chapter)


def run(
    first: Sequence[Job],
    last: Sequence[Job],
    recall: Callable[[Job], bool],
    submit: Callable[[Job], Future[None]],
) -> None:
    """Waits for all jobs; those that are last in their folder start when its first are through.

    What goes wrong passes on.
    """
    pending = {submit(job): job for job in first}
    while pending or last:
        busy = {job.target.parent for job in pending.values()}
        pending |= {submit(job): job for job in last if job.target.parent not in busy and not recall(job)}
        last = [job for job in last if job.target.parent in busy]
        # Without a time limit Windows does not let Ctrl-C through.
        for future in wait(pending, timeout=0.5, return_when=FIRST_COMPLETED).done:
            future.result()
            del pending[future]
