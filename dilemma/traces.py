"""Keeps results for as long as the files behind them stay the same.

Verifying traces: a result is kept with the content of every file that was read on the way to it (Mokhov, Mitchell
and Peyton Jones, Build Systems à la Carte, 2018). A forked process inherits the results, but reads each file behind
one itself before it takes it: who watches the process sees what its work rests on.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")
Files = dict[Path, bytes]

_readers: ContextVar[tuple[Files, ...]] = ContextVar("readers", default=())  # results that are being computed


def content(path: Path) -> bytes:
    """What stands in a file, as something that the results now being computed rest on.

    Raises OSError when it cannot be read.
    """
    state = path.stat()
    found = _content(path, state.st_mtime_ns, state.st_size, os.getpid())
    for files in _readers.get():
        files[path] = found
    return found


def kept(compute: Callable[..., Result]) -> Callable[..., Result]:
    """Computes anew only when a file has changed that `compute` read with `content` for the same arguments."""
    traces: dict[tuple[object, ...], tuple[Result, Files]] = {}

    @wraps(compute)
    def _known(*arguments: object) -> Result:
        if arguments not in traces or not _stand(traces[arguments][1]):
            with _reading() as files:
                traces[arguments] = compute(*arguments), files
        return traces[arguments][0]

    return _known


@cache
def _content(path: Path, time: int, size: int, process: int) -> bytes:
    return path.read_bytes()


def _stand(files: Mapping[Path, bytes]) -> bool:
    """Whether all files still have the same content."""
    try:
        return all(content(path) == known for path, known in files.items())
    except OSError:
        return False


@contextmanager
def _reading() -> Iterator[Files]:
    """Collects the files that are read meanwhile."""
    files: Files = {}
    token = _readers.set((*_readers.get(), files))
    try:
        yield files
    finally:
        _readers.reset(token)
