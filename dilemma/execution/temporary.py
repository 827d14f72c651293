"""Temporary folders that are not left behind, not even by a process that is killed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from subprocess import PIPE, Popen


@contextmanager
def folder(prefix: str, place: Path | None = None) -> Iterator[str]:
    """A new folder that nobody else can enter, in `place` (none: where temporary files go); removed in the end."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place, ignore_cleanup_errors=True) as path:
        with keeper(path) if os.name == "posix" else nullcontext():
            yield path


def keeper(path: str) -> Popen[bytes]:
    """A process that removes a folder when this one ends, however that happens: its input ends then. POSIX only."""
    return Popen(["/bin/sh", "-c", 'cat; rm -rf -- "$0"', path], stdin=PIPE, start_new_session=True)
