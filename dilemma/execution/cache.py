"""Outputs kept from run to run in a folder that may be deleted, cut short or shared at any time.

One file per result: a checksum over the rest, what the result was made from, the result. A file is put
into place in one step and never changed; one that does not match its checksum is no entry.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dilemma.execution.keys import Parts, digest

LIMIT = 200 * 2**20  # bytes
HOUR = 60 * 60  # seconds
FORMAT = "1"
PART = ".part"


@dataclass(frozen=True)
class Cache:
    """The kept results in one folder. Trouble with the folder means no cache, never a failure."""

    folder: Path

    def find(self, name: str, parts: Parts, prints: Callable[[str], str]) -> tuple[dict[str, str], Any] | None:
        """What was kept under `name` with these parts, if the files it was made from are what they were.

        Returns those files with their fingerprints, and the content. `prints` tells a file's fingerprint now.
        """
        for path in self._files(f"{name}.{digest(parts)}.*"):
            lines = _lines(path)
            if not lines:
                continue
            head = json.loads(lines[0])
            if head["parts"] == parts and all(prints(file) == print_ for file, print_ in head["reads"].items()):
                with suppress(OSError):
                    os.utime(path)  # the least recently used go first
                return head["reads"], json.loads(lines[1])
        return None

    def keep(self, name: str, parts: Parts, reads: Mapping[str, str], content: object) -> None:
        """Keeps a result, if the folder lets it be kept."""
        head = json.dumps({"parts": parts, "reads": dict(reads)}, sort_keys=True)
        body = f"{head}\n{json.dumps(content, sort_keys=True)}\n".encode()
        path = self.folder / f"{name}.{digest(parts)}.{digest(dict(reads))[:12]}.json"
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(path, _checksum(body).encode() + b"\n" + body)

    def heads(self, name: str) -> Iterator[tuple[Parts, dict[str, str]]]:
        """What each result under `name` was made from, the most recently used first; the results stay unread."""
        for path in sorted(self._files(f"{name}.*"), key=_used, reverse=True):
            with suppress(OSError, ValueError, KeyError, TypeError), path.open(encoding="utf-8") as file:
                file.readline()
                head = json.loads(file.readline())
                yield head["parts"], head["reads"]

    def prune(self, limit: int = LIMIT) -> None:
        """Removes the least recently used until the folder holds at most `limit` bytes, and what killed runs left."""
        for part in self._files(f".*{PART}"):
            if time.time() - _used(part) > HOUR:
                _remove(part)
        left = limit
        for path in sorted(self._files("*.json"), key=_used, reverse=True):
            left -= _size(path)
            if left < 0:
                _remove(path)

    def _files(self, pattern: str) -> list[Path]:
        try:
            return sorted(path for path in self.folder.glob(pattern) if path.is_file())  # a pipe would never end
        except OSError:
            return []


def _lines(path: Path) -> list[bytes]:
    """The two lines behind the checksum; none when the file is damaged, and then it goes."""
    try:
        checksum, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return []
    if checksum.decode("ascii", "replace") != _checksum(body):
        _remove(path)
        return []
    return body.splitlines()


def _checksum(body: bytes) -> str:
    return hashlib.sha256(FORMAT.encode() + body).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Writes a file that is there whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PART)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        _remove(Path(name))
        raise


def _used(path: Path) -> float:
    """When a file was last taken from the cache or put there; never for one that another run removed."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
