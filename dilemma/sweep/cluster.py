"""Runs on a Dask cluster: `dask scheduler` and `dask worker`, started as its documentation says.

A run is a pure function with a key of its own, so the scheduler repeats what a lost worker had, and a
repetition counts once. Results come back here and are written here: the workers need no common disk.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dilemma.parameters import ParameterError
from dilemma.sweep import ledger, run
from dilemma.sweep.design import Point
from dilemma.sweep.run import Result

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 10  # seconds until a scheduler has answered
START_UP = 60  # seconds until a worker that has just been started is there
START = "`dask scheduler` and, from this project's folder with its own Python, `.venv/bin/dask worker ADDRESS`"


def work(points: Sequence[Point], address: str, stamp: str) -> Iterator[tuple[Point, Result]]:
    """Computes every point on the cluster at `address`; yields each once, as it comes.

    Raises ParameterError when no scheduler or no worker answers, or a worker has other data or code.
    """
    with _connected(address) as client:
        from distributed import as_completed

        _check(client, address, stamp)
        keys = [f"dilemma-{stamp[:16]}-{point.id}" for point in points]
        values = [point.parameters.model_dump(mode="json") for point in points]
        futures = client.map(run.compute_elsewhere, values, [stamp] * len(points), key=keys)
        of_key = dict(zip(keys, points, strict=True))
        for future, result in as_completed(futures, with_results=True, raise_errors=False):
            done = result if future.status == "finished" else Result({}, _reason(future))
            yield of_key[future.key], Result(*done)


@contextmanager
def _connected(address: str) -> Iterator["Client"]:
    try:
        from distributed import Client
    except ImportError:
        raise ParameterError("--dask needs the package distributed: .venv/bin/pip install distributed.") from None
    # Its notes on broken connections would stand beside our own sentence.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError, ImportError):
        raise ParameterError(f"No Dask scheduler answers at {address}. Start {START}.") from None
    with client:
        yield client


def _check(client: "Client", address: str, stamp: str) -> None:
    """Refuses a cluster without workers, or with one that would compute something else."""
    try:
        client.wait_for_workers(1, timeout=START_UP)
    except TimeoutError:
        raise ParameterError(f"The Dask scheduler at {address} has no worker. Start {START}.") from None
    stamps = client.run(_stamp_of_worker, on_error="return")
    # A worker that is lost while it is asked is lost like any other; those that come later ask themselves.
    answers = {worker: found for worker, found in stamps.items() if not _is_lost(found)}
    for worker, found in sorted(answers.items()):
        if isinstance(found, BaseException):
            raise ParameterError(f"The Dask worker {worker} cannot import this project ({found}). Start {START}.")
        if found != stamp:
            raise ParameterError(f"On the Dask worker {worker}: {run.OTHER_CODE}.")


def _is_lost(found: object) -> bool:
    """Whether a worker's answer is a broken connection; an error with a file is the worker's own."""
    return isinstance(found, OSError) and found.filename is None


def _stamp_of_worker() -> str:
    return ledger.stamp_at_start()


def _reason(future: object) -> str:
    """Why the cluster could not finish a run."""
    if future.status == "cancelled":
        return "the Dask scheduler went away"
    error = future.exception()
    if type(error).__name__ == "KilledWorker":
        return "every Dask worker that tried it ended unexpectedly, perhaps for lack of memory"
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
