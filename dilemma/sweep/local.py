"""Work spread over processes of this machine; a process that dies costs nothing but its present task.

concurrent.futures gives up everything when one process dies, hence this small loop.
"""

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from subprocess import Popen
from threading import Thread
from time import sleep
from typing import NamedTuple, TypeVar

from dilemma.execution import temporary
from dilemma.execution.preloaded import SETTINGS

Task = TypeVar("Task")
Result = TypeVar("Result")
TRIES = 3  # processes that a task may cost before it is given up
STARTS, PAUSE = 20, 0.1  # how often, and after how many seconds, a process is started again that could not be
_keepers: list[Popen[bytes]] = []
START = "forkserver" if sys.platform == "linux" else "spawn"  # forking after macOS' own libraries are loaded is unsafe


class Lost(NamedTuple):
    """What becomes of a task that ended every process it was given to."""

    tries: int


def prepare(imports: Sequence[str]) -> None:
    """Lets the process that the others are forked from import modules while this one does something else.

    The first call counts. Without it every process imports what it needs.
    """
    if imports and START == "forkserver":
        from multiprocessing import forkserver  # not on every system

        forkserver.set_forkserver_preload(list(imports))
        _ensure_server()


def _ensure_server() -> None:
    """Starts the process that the others are forked from, unless it runs."""
    from multiprocessing import forkserver, util

    with _settings():
        forkserver.ensure_running()
    if not _keepers:  # multiprocessing leaves the folder of its sockets behind when this process is killed
        _keepers.append(temporary.keeper(util.get_temp_dir()))


@contextmanager
def _settings() -> Iterator[None]:
    """What a process started now inherits: one thread, the order of sets, and no Ctrl-C while it imports."""
    before = {name: os.environ.get(name) for name in SETTINGS}
    os.environ.update(SETTINGS)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def work(
    function: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Iterator[tuple[int, Result | Lost]]:
    """Does every task once; yields its number and its result as they come.

    `function` must be importable and not raise. When the caller stops early, or dies, every process ends.
    """
    context = get_context(START)
    waiting, tries = deque(range(len(tasks))), [0] * len(tasks)
    hands = [_Hand(context, function) for _ in range(min(workers, len(tasks)))]
    try:
        for hand in hands:
            hand.give(waiting, tasks)
        while busy := [hand for hand in hands if hand.task is not None]:
            for pipe in connection.wait([hand.pipe for hand in busy]):
                hand = next(hand for hand in busy if hand.pipe is pipe)
                number, answer = hand.task, hand.answer()
                if answer is None:
                    tries[number] += 1
                    hands[hands.index(hand)] = hand = hand.replaced(context, function)
                    if tries[number] < TRIES:
                        waiting.append(number)
                hand.give(waiting, tasks)  # before the caller takes its time with the result
                if answer is not None:
                    yield number, answer[0]
                elif tries[number] == TRIES:
                    yield number, Lost(TRIES)
    finally:
        for hand in hands:
            hand.end()


class _Hand:
    """One process, the pipe to it, and the number of the task it has."""

    def __init__(self, context: object, function: Callable[[Task], Result]) -> None:
        self.pipe, self.process = _started(context, function)
        self.task: int | None = None

    def give(self, waiting: deque[int], tasks: Sequence[Task]) -> None:
        """Sends the next task, if there is one."""
        self.task = waiting.popleft() if waiting else None
        if self.task is not None:
            try:
                self.pipe.send(tasks[self.task])
            except OSError:
                pass  # it is dead: the answer, which never comes, tells

    def answer(self) -> tuple[Result] | None:
        """The result, or None when the process is dead."""
        try:
            return (self.pipe.recv(),)
        except (EOFError, OSError):
            return None

    def replaced(self, context: object, function: Callable[[Task], Result]) -> "_Hand":
        """A new process in the place of a dead one."""
        self.end()
        return _Hand(context, function)

    def end(self) -> None:
        """Ends the process at once; whatever it has not sent yet does not count."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
        self.process.close()


def _started(
    context: object, function: Callable[[Task], Result], tries: int = STARTS
) -> tuple[Connection, object]:
    """A new process and the pipe to it; once more when what it is forked from dies at that moment."""
    pipe, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, function), daemon=True)
    try:
        _start(process)
    except (EOFError, OSError):
        pipe.close()
        if tries == 1:
            raise
        sleep(PAUSE)  # the system takes a moment to say that a process is dead
        return _started(context, function, tries - 1)
    finally:
        theirs.close()
    return pipe, process


def _start(process: BaseProcess) -> None:
    if START != "forkserver":
        process.start()
        return
    _ensure_server()
    with _settings():  # multiprocessing starts another one to fork from if that has just died
        process.start()


def _serve(pipe: Connection, function: Callable[[Task], Result]) -> None:
    """What a process does: task after task until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()
    for task in _tasks(pipe):
        pipe.send(function(task))


def _tasks(pipe: Connection) -> Iterable[Task]:
    try:
        while True:
            yield pipe.recv()
    except (EOFError, OSError):
        return


def _end_with_parent() -> None:
    """Ends this process in the middle of a task when the one that gave it is dead."""
    connection.wait([parent_process().sentinel])
    os._exit(1)
