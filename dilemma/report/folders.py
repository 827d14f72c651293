"""The folders of runs: made hidden, put into place in one step, described by their run.json."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

DAY = 24 * 60 * 60  # seconds
ATTEMPTS = 50  # to take a place that another run takes at the same moment


@contextmanager
def in_the_making(runs: Path, name: str) -> Iterator[Path]:
    """A hidden folder to write a run in; whatever is still there in the end is removed."""
    runs.mkdir(parents=True, exist_ok=True)
    _sweep(runs)
    folder = runs / f".{name}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def move(folder: Path, final: Path) -> None:
    """Puts a folder in the place of another; when two runs do so at once, the later one stays."""
    old = folder.with_name(f"{folder.name}-old")
    for left in reversed(range(ATTEMPTS)):
        with suppress(FileNotFoundError):
            final.rename(old)
        try:
            folder.rename(final)
            break
        except OSError:
            if not left:
                raise
            time.sleep(0.01)
        finally:
            shutil.rmtree(old, ignore_errors=True)


def write_json(path: Path, content: object) -> None:
    """Writes JSON as a rerun would write it too."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def record(run: Path) -> dict[str, Any]:
    """What an earlier run recorded about itself; empty where there is none."""
    try:
        content = json.loads((run / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _sweep(runs: Path) -> None:
    """Removes what runs left that were killed more than a day ago; younger ones may still be at work."""
    for left in runs.glob(".*-*"):
        if time.time() - left.stat().st_mtime > DAY:
            shutil.rmtree(left, ignore_errors=True)
