"""What the tests give to other processes, which must be able to import it."""

import os
import signal
import sys
import time
from pathlib import Path


def square(number: int) -> int:
    """The square, from another process."""
    return number * number


def die_once(task: tuple[str, int]) -> int:
    """Ends its process the first time a task is met; the number the next time."""
    folder, number = task
    mark = Path(folder) / str(number)
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_on_three(number: int) -> int:
    """Ends its process whenever it meets a three."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def touch(file: str) -> None:
    """Leaves a file."""
    Path(file).touch()


def note_and_sleep(folder: str) -> None:
    """Leaves its process id and works for a long time."""
    Path(folder, str(os.getpid())).touch()
    time.sleep(60)


def has_imported(module: str) -> tuple[bool, str]:
    """Whether its process has a module behind it, and how many threads its sums may have."""
    return module in sys.modules, os.environ.get("OMP_NUM_THREADS", "")
