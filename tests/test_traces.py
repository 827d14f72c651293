"""What was computed from files holds until one of them has another content."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dilemma import traces

NAMES = ("one", "two")


class Copy:
    """Reads files and notes when it does."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.computed = folder, []
        self.part, self.both = traces.kept(self._part), traces.kept(self._both)

    def _part(self, name: str) -> bytes:
        self.computed.append(name)
        return traces.content(self.folder / name)

    def _both(self) -> bytes:
        self.computed.append("both")
        return b"".join(self.part(name) for name in NAMES)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    for name in NAMES:
        (tmp_path / name).write_text(name)
    return Copy(tmp_path)


def in_a_fork(look: Callable[[], bool]) -> bool:
    """What `look` finds in a process forked from this one."""
    child = os.fork()
    if not child:
        found = 2
        try:
            found = int(not look())
        finally:
            os._exit(found)
    return os.waitpid(child, 0)[1] == 0


forks = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


def test_what_is_kept_is_not_computed_again(copy: Copy):
    assert b"onetwo" == copy.both() == copy.both()
    assert ["both", "one", "two"] == copy.computed


def test_only_what_rests_on_a_changed_file_is_computed_again(copy: Copy):
    copy.both()
    (copy.folder / "two").write_text("three")
    assert b"onethree" == copy.both()
    assert ["both", "one", "two", "both", "two"] == copy.computed


def test_a_file_behind_a_kept_part_counts_for_the_whole(copy: Copy):
    for name in NAMES:
        copy.part(name)
    copy.both()
    (copy.folder / "one").write_text("three")
    assert b"threetwo" == copy.both()


def test_a_file_that_is_written_anew_with_the_same_content_changes_nothing(copy: Copy):
    copy.part("one")
    (copy.folder / "one").unlink()
    (copy.folder / "one").write_text("one")
    copy.part("one")
    assert ["one"] == copy.computed


def test_a_missing_file_is_missed_although_its_content_is_kept(copy: Copy):
    copy.both()
    (copy.folder / "two").unlink()
    with pytest.raises(FileNotFoundError):
        copy.both()


@forks
def test_a_fork_opens_every_file_behind_what_it_takes(copy: Copy):
    copy.both()

    def opened() -> bool:
        paths = []
        sys.addaudithook(lambda event, arguments: paths.append(arguments[0]) if event == "open" else None)
        copy.both()
        return [str(copy.folder / name) for name in NAMES] == [str(path) for path in paths]

    assert in_a_fork(opened)
    assert ["both", "one", "two"] == copy.computed


@forks
def test_a_fork_sees_a_change_that_hides_behind_time_and_size(copy: Copy):
    copy.both()
    path = copy.folder / "one"
    before = path.stat()
    path.write_text("six")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert in_a_fork(lambda: copy.both() == b"sixtwo")
