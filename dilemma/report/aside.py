"""Work done by a copy of this process on another core, where there is one."""

import multiprocessing
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TypeVar

from dilemma.execution.kernels import cores

Result = TypeVar("Result")
LONGEST = 60  # seconds, many times what a page takes


def begin(work: Callable[[], Result]) -> Callable[[], Result]:
    """Starts `work` in a fork of this process and gives the function that waits for its result.

    Where nothing can be forked, or the fork comes to nothing, that function does the work itself: a fault
    then shows where it can be dealt with. `work` must not rely on threads, which a fork lacks.
    """
    if sys.platform != "linux" or cores() < 2:
        return work
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    process = fork.Process(target=_do, args=[work, receiver, sender], daemon=True)
    process.start()
    sender.close()

    def result() -> Result:
        """What the fork made."""
        try:
            with receiver, suppress(EOFError, OSError):
                if receiver.poll(LONGEST):
                    return receiver.recv()
        finally:
            process.kill()
            process.join()
        return work()

    return result


def _do(work: Callable[[], Result], receiver: Connection, sender: Connection) -> None:
    """Sends the result; whatever goes wrong ends this process without one, and without a word."""
    receiver.close()  # or this process would wait for itself should the other one fall
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(Exception), sender:
        sender.send(work())
