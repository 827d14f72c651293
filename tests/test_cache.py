"""The cache: executes what changed and nothing else, is never fooled, and never stands in the way."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from dilemma.execution import cache, executed, explain, keys
from dilemma.execution.cache import Cache
from dilemma.execution.execute import Outcome, execute
from dilemma.parameters import Parameters

PARTS = {"cells": [["a", "1"]], "parameters": {"draws": 1000}}
SAME = {"data/a.csv": "1"}


@pytest.fixture
def store(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache(tmp_path / "cache")


def prints(name: str) -> str:
    return SAME.get(name, "")


def entry(store: Cache) -> Path:
    [path] = store.folder.glob("*.json")
    return path


# The folder


def test_what_was_kept_is_found_again(store: Cache):
    store.keep("02-troops.en", PARTS, SAME, ["shown"])
    assert (SAME, ["shown"]) == store.find("02-troops.en", PARTS, prints)


@pytest.mark.parametrize(
    ("name", "parts", "now"),
    [
        ("02-troops.de", PARTS, prints),
        ("02-troops.en", {**PARTS, "parameters": {"draws": 1001}}, prints),
        ("02-troops.en", PARTS, lambda name: "2"),
        ("02-troops.en", PARTS, lambda name: ""),
    ],
    ids=["other chapter", "other parts", "changed file", "missing file"],
)
def test_what_differs_in_anything_is_not_found(name, parts, now, store: Cache):
    store.keep("02-troops.en", PARTS, SAME, ["shown"])
    assert store.find(name, parts, now) is None


def test_results_from_other_files_are_kept_side_by_side(store: Cache):
    store.keep("a.en", PARTS, {"data/a.csv": "1"}, "old")
    store.keep("a.en", PARTS, {"data/a.csv": "2"}, "new")
    assert ["old", "new"] == [store.find("a.en", PARTS, lambda _, now=now: now)[1] for now in "12"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"shown", b"faked"),
        lambda content: content.replace(b'"data/a.csv": "1"', b'"data/a.csv": "2"'),
        lambda content: b"",
        lambda content: b"\xff\n{}",
    ],
    ids=["cut", "other result", "other origin", "empty", "no text"],
)
def test_a_damaged_or_forged_entry_is_none_and_goes(spoil, store: Cache):
    store.keep("a.en", PARTS, SAME, "shown")
    path = entry(store)
    path.write_bytes(spoil(path.read_bytes()))
    assert store.find("a.en", PARTS, prints) is None
    assert not path.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_folder_that_takes_nothing_is_no_failure(number, store: Cache, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(cache.os, "replace", refuse)
    store.keep("a.en", PARTS, SAME, "shown")
    assert [] == list(store.folder.iterdir())
    store.prune()


def test_a_file_where_the_folder_should_be_is_no_failure(store: Cache):
    store.folder.write_text("")
    store.keep("a.en", PARTS, SAME, "shown")
    assert store.find("a.en", PARTS, prints) is None
    store.prune()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
@pytest.mark.parametrize("make", [os.mkdir, getattr(os, "mkfifo", None)], ids=["folder", "pipe"])
def test_what_is_no_file_is_no_entry(make, store: Cache):
    store.keep("a.en", PARTS, SAME, "shown")
    (path := entry(store)).unlink()
    make(path)
    assert store.find("a.en", PARTS, prints) is None
    assert [] == list(store.heads("a.en"))
    store.prune()


def test_a_deleted_folder_is_made_again(store: Cache):
    store.keep("a.en", PARTS, SAME, "shown")
    entry(store).unlink()
    store.folder.rmdir()
    assert store.find("a.en", PARTS, prints) is None
    store.keep("a.en", PARTS, SAME, "again")
    assert "again" == store.find("a.en", PARTS, prints)[1]


def test_the_least_recently_used_go_when_the_folder_is_full(store: Cache):
    for name in ("old", "used", "new"):
        store.keep(name, PARTS, SAME, "x" * 1000)
    for age, name in enumerate(("new", "used", "old")):
        [path] = store.folder.glob(f"{name}.*")
        os.utime(path, (time.time() - 10_000 * (age + 1),) * 2)
    store.find("used", PARTS, prints)
    store.prune(limit=3000)
    assert {"new", "used"} == {path.name.partition(".")[0] for path in store.folder.iterdir()}


def test_what_a_killed_run_left_half_written_is_swept_away_an_hour_later(store: Cache):
    store.keep("a.en", PARTS, SAME, "shown")
    old, young = store.folder / f".x{cache.PART}", store.folder / f".y{cache.PART}"
    old.touch()
    young.touch()
    os.utime(old, (time.time() - 2 * cache.HOUR,) * 2)
    store.prune()
    assert (False, True) == (old.exists(), young.exists())


WRITER = """
import sys
from pathlib import Path
from dilemma.execution.cache import Cache
store, size = Cache(Path(sys.argv[1])), int(sys.argv[2])
print("ready", flush=True)
for at in range(size):
    store.keep(f"chapter-{at % 5}.en", {"at": at % 5}, {}, [at % 5] * 200_000)
"""


def writer(folder: Path, size: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(size)], stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    return process


def whole(store: Cache) -> list[bool]:
    """For each entry that is found, whether it is what was kept."""
    found = [(at, store.find(f"chapter-{at}.en", {"at": at}, prints)) for at in range(5)]
    return [content == [at] * 200_000 for at, (_, content) in ((at, one) for at, one in found if one)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signal")
def test_a_run_killed_while_it_writes_leaves_whole_entries_or_none(store: Cache):
    process = writer(store.folder, 10_000)
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert set(whole(store)) <= {True}


def test_two_runs_at_once_do_not_disturb_each_other(store: Cache):
    processes = [writer(store.folder, 20) for _ in range(2)]
    while any(process.poll() is None for process in processes):
        assert set(whole(store)) <= {True}
        store.prune(limit=1_000_000)
    assert [0, 0] == [process.returncode for process in processes]


# The key


def notebook(*sources: str, tags: tuple[str, ...] = ()) -> dict:
    cells = [
        {"cell_type": "code", "id": f"cell-{at}", "source": source, "metadata": {"tags": list(tags)}}
        for at, source in enumerate(sources)
    ]
    return {"cells": cells, "metadata": {"kernelspec": {"name": "python3", "language": "python"}}}


def key(content: dict, **values: object) -> str:
    return keys.digest(keys.of_chapter(content, Parameters(**values), {"python": "3"}))


@pytest.mark.parametrize(
    "other",
    [notebook("x = 2"), notebook("x = 1", ""), notebook("x = 1  # why"), notebook("x = 1", tags=("skip-execution",))],
    ids=["code", "cell", "comment", "tag"],
)
def test_code_cells_are_part_of_the_key(other):
    assert key(notebook("x = 1")) != key(other)


def test_the_order_of_cells_is_part_of_the_key():
    content = notebook("x = 1", "x = 2")
    before = key(content)
    content["cells"].reverse()
    assert before != key(content)


def test_prose_is_no_part_of_the_key():
    content = notebook("x = 1")
    before = key(content)
    content["cells"].insert(0, {"cell_type": "markdown", "id": "said", "source": "Said.", "metadata": {}})
    content["metadata"]["title"] = "Another"
    assert before == key(content)


def test_only_declared_parameters_are_part_of_the_key():
    content = notebook("draws: int = 1_000  # the seed is not declared", tags=("parameters",))
    assert key(content) == key(content, seed=1)
    assert key(content) != key(content, draws=2000)
    assert {"draws": 2000} == keys.declared(content, Parameters(draws=2000))


NOTEBOOKS = sorted((executed.ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_papermill_sees_the_same_declarations(path):
    import papermill

    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(papermill.inspect_notebook(str(path))) == set(keys.declared(content, Parameters()))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (notebook("x", tags=("no-cache",)), "a cell is tagged no-cache"),
        (notebook("from dilemma.report import build"), "it imports what only shows results"),
        (notebook("from dilemma import comparison"), "it imports what only shows results"),
        (notebook("from dilemma import evidence  # report"), "it imports what only shows results"),
        (notebook("from dilemma import evidence\nreport = 1"), ""),
    ],
    ids=["tag", "from", "import", "comment to be safe", "name"],
)
def test_a_notebook_may_object_to_being_kept(content, reason):
    assert reason == keys.objection(content)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with an analysis and a renderer."""
    for name in ("verdict.py", "fonts/a.ttf", "report/html.py", "__main__.py"):
        (tmp_path / "package" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "package" / name).write_text("x = 1", encoding="utf-8")
    return tmp_path / "package"


@pytest.mark.parametrize(
    ("name", "counts"),
    [("verdict.py", True), ("fonts/a.ttf", True), ("report/html.py", False), ("__main__.py", False)],
)
def test_analysis_counts_and_rendering_does_not(name, counts, package: Path):
    before, stamp = keys.surroundings(package), (package / name).stat()
    (package / name).write_text("x = 2", encoding="utf-8")
    os.utime(package / name, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert counts == (before != keys.surroundings(package))


def test_compiled_code_older_than_its_source_is_not_trusted(package: Path):
    compiled = package / "__pycache__" / f"verdict.{sys.implementation.cache_tag}.pyc"
    compiled.parent.mkdir()
    compiled.touch()
    keys.drop_stale_bytecode(package)
    assert compiled.exists()
    os.utime(compiled, (1, 1))
    keys.drop_stale_bytecode(package)
    assert not compiled.exists()


def test_a_librarys_version_counts(package: Path, tmp_path: Path, monkeypatch):
    (tmp_path / "site/pandas-3.1.1.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "site")
    before = keys.surroundings(package)
    (tmp_path / "site/pandas-3.1.1.dist-info").rename(tmp_path / "site/pandas-3.1.2.dist-info")
    assert before["libraries"] != keys.surroundings(package)["libraries"]


@pytest.mark.parametrize(("name", "counts"), [("TZ", True), ("MY_OWN", True), ("COLUMNS", False), ("SSH_TTY", False)])
def test_environment_variables_count_unless_kernels_do_not_get_them(name, counts, package: Path, monkeypatch):
    monkeypatch.delenv(name, raising=False)
    before = keys.surroundings(package)
    monkeypatch.setenv(name, "other")
    assert counts == (before != keys.surroundings(package))
    assert counts == (name in keys.environment(os.environ))


# The explanation


@pytest.mark.parametrize(
    ("kind", "old", "new", "told"),
    [
        ("parameters", {"as_of": "2024-10-24"}, {"as_of": "2025-04-30"},
         "parameter as_of changed from 2024-10-24 to 2025-04-30"),
        ("cells", [["payoffs", "1"]], [["payoffs", "2"]], "code of cell payoffs changed"),
        ("cells", [["a", "1"], ["b", "1"]], [["b", "1"], ["a", "1"]], "the cells' order changed"),
        ("cells", [], [["more", "1"]], "code of cell more is new"),
        ("package", {"verdict.py": "1"}, {"verdict.py": "2"}, "package code verdict.py changed"),
        ("libraries", {"pandas": "3.1.1"}, {"pandas": "3.1.2"}, "pandas 3.1.1 → 3.1.2"),
        ("environment", {"TZ": "1"}, {}, "environment variable TZ is gone"),
        ("chapters", {"02-troops": "1"}, {"02-troops": "2"}, "what chapter 02-troops states changed"),
        ("python", "3.11", "3.12", "Python changed"),
    ],
)  # fmt: skip
def test_what_changed_is_told(kind, old, new, told):
    assert told == explain.reason({kind: new}, [({kind: old}, {})], prints)


def test_a_changed_table_is_told():
    assert "table a changed" == explain.reason(PARTS, [(PARTS, {"data/a.csv": "2"})], prints)


def test_the_nearest_of_the_kept_is_told():
    far, near = {"a": "1", "b": "1"}, {"a": "1", "b": "2"}
    assert "a changed" == explain.reason({"a": "2", "b": "2"}, [(far, {}), (near, {})], prints)


def test_the_first_time_is_told():
    assert explain.FIRST == explain.reason(PARTS, [], prints)


# Chapters

Run = Callable[..., dict[str, Outcome]]
KEPT, EXECUTED = True, False


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Executes a folder of notebooks in English into a run's folder, the same one each time."""

    def execute_all(notebooks: Path, **options: object) -> dict[str, Outcome]:
        folder = tmp_path / "runs" / "a"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text("{}", encoding="utf-8")
        options = {"cache": tmp_path / "cache"} | options
        return {done.chapter: done for done in execute(notebooks, folder, [Parameters()], **options)}

    return execute_all


def origins(outcomes: dict[str, Outcome]) -> dict[str, bool]:
    return {chapter: outcome.origin.cached for chapter, outcome in outcomes.items()}


def content(tmp_path: Path) -> dict[str, bytes]:
    """The executed notebooks, which then are gone."""
    paths = sorted((tmp_path / "runs/a/en").glob("*.ipynb"))
    found = {path.name: path.read_bytes() for path in paths}
    for path in paths:
        path.unlink()
    return found


def edit(path: Path, change: Callable[[NotebookNode], None]) -> None:
    """Changes a notebook and nothing of its file's time."""
    stamp, notebook = path.stat(), nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def rewrite(path: Path, text: str) -> None:
    """Writes other content of the same length, and keeps the file's time."""
    stamp = path.stat()
    assert len(text) == stamp.st_size
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


@pytest.mark.slow
def test_unchanged_chapters_come_from_the_cache_byte_for_byte(project, run: Run, tmp_path: Path):
    notebooks = project()
    run(notebooks, cache=None)
    without = content(tmp_path)
    assert {"00-summary": EXECUTED, "02-troops": EXECUTED} == origins(run(notebooks))
    first = content(tmp_path)
    assert {"00-summary": KEPT, "02-troops": KEPT} == origins(run(notebooks))
    assert without == first == content(tmp_path)
    assert {"00-summary": EXECUTED, "02-troops": EXECUTED} == origins(run(notebooks, fresh=True))


@pytest.mark.slow
def test_edited_prose_executes_nothing_and_reads_as_if_executed(project, run: Run, tmp_path: Path):
    notebooks = project()
    run(notebooks)
    for name in ("00-summary", "02-troops"):
        said = new_markdown_cell("Another sentence.", id="said")
        edit(notebooks / f"{name}.ipynb", lambda notebook, said=said: notebook.cells.insert(1, said))
    assert {"00-summary": KEPT, "02-troops": KEPT} == origins(run(notebooks))
    from_cache = content(tmp_path)
    run(notebooks, cache=None)
    assert content(tmp_path) == from_cache
    assert all(b"Another sentence." in text for text in from_cache.values())


@pytest.mark.slow
def test_the_summary_waits_for_new_findings_not_for_new_code(project, run: Run):
    notebooks = project()
    run(notebooks)

    def remark(notebook: NotebookNode) -> None:
        notebook.cells[2].source += "\n# a remark"

    def count_again(notebook: NotebookNode) -> None:
        notebook.cells[2].source = notebook.cells[2].source.replace("1500", "1600")

    edit(notebooks / "02-troops.ipynb", remark)
    assert {"00-summary": KEPT, "02-troops": EXECUTED} == origins(outcomes := run(notebooks))
    assert "code of cell cell-1 changed" == outcomes["02-troops"].origin.why
    edit(notebooks / "02-troops.ipynb", count_again)
    assert {"00-summary": EXECUTED, "02-troops": EXECUTED} == origins(outcomes := run(notebooks))
    assert "what chapter 02-troops states changed" == outcomes["00-summary"].origin.why


@pytest.mark.slow
def test_nothing_that_a_chapter_reads_can_change_unnoticed(project, chapter, run: Run, tmp_path: Path, monkeypatch):
    (tmp_path / "rows.csv").write_text("a,1\nb,2\n", encoding="utf-8")
    (tmp_path / "helper.py").write_text("VALUE = 1", encoding="utf-8")
    monkeypatch.setenv("OWN_SETTING", "first")
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # the helper is compiled, as anywhere
    look = f"import os, sys\nsys.path.insert(0, {str(tmp_path)!r})\nimport helper\n"
    look += f"open({str(tmp_path / 'rows.csv')!r}).read(), helper.VALUE, os.environ['OWN_SETTING']"
    notebooks = project(**{"01_a": chapter(look)})
    assert explain.FIRST == run(notebooks)["01-a"].origin.why
    assert [KEPT] == list(origins(run(notebooks)).values())

    rewrite(tmp_path / "rows.csv", "b,2\na,1\n")
    assert f"file {tmp_path / 'rows.csv'} changed" == run(notebooks)["01-a"].origin.why
    rewrite(tmp_path / "rows.csv", "a,1\nb,2\n")
    assert [KEPT] == list(origins(run(notebooks)).values())
    (tmp_path / "helper.py").write_text("VALUE = 22", encoding="utf-8")
    assert f"file {tmp_path / 'helper.py'} changed" == run(notebooks)["01-a"].origin.why
    monkeypatch.setenv("OWN_SETTING", "second")
    assert "environment variable OWN_SETTING changed" == run(notebooks)["01-a"].origin.why
    assert "('a,1\\\\nb,2\\\\n', 22, 'second')" in content(tmp_path)["01-a.ipynb"].decode()


@pytest.mark.slow
def test_a_chapter_that_could_come_out_otherwise_is_executed_each_time(project, chapter, run: Run, tmp_path: Path):
    told = {
        "01-clock": "a cell is tagged no-cache",
        "02-program": "it starts another program",
        "03-file": "it writes a file",
        "04-network": "it uses the network",
        "05-database": "it opens a database",
        "06-failed": explain.FIRST,
    }
    cells = {
        "01_clock": chapter("import time; time.time()"),
        "02_program": chapter("import subprocess, sys; subprocess.run([sys.executable, '-c', ''])"),
        "03_file": chapter("from pathlib import Path; Path('left.txt').write_text('x')"),
        "04_network": chapter("import socket; socket.socket().connect_ex(('127.0.0.1', 9))"),
        "05_database": chapter(f"import sqlite3; sqlite3.connect({str(tmp_path / 'a.db')!r}).close()"),
        "06_failed": chapter("1 / 0"),
    }
    cells["01_clock"].cells[2].metadata["tags"] = ["no-cache"]
    notebooks = project(**cells)
    run(notebooks)
    outcomes = run(notebooks)
    assert dict.fromkeys(told, EXECUTED) == origins(outcomes)
    assert all(reason in outcomes[chapter].origin.why for chapter, reason in told.items())


@pytest.mark.slow
def test_a_folder_deleted_while_chapters_run_harms_nobody(project, chapter, run: Run, tmp_path: Path):
    remove = f"import shutil; shutil.rmtree({str(tmp_path / 'cache')!r}, ignore_errors=True)"
    notebooks = project(**{"01_a": chapter("1"), "02_b": chapter(remove)})
    assert all(outcome.ok for outcome in run(notebooks).values())
    assert all(outcome.ok for outcome in run(notebooks).values())


@pytest.mark.slow
def test_two_runs_at_once_give_what_one_gives(project, run: Run, tmp_path: Path):
    notebooks = project()
    run(notebooks, cache=None)
    alone = content(tmp_path)
    code = (
        "import sys\nfrom pathlib import Path\nfrom dilemma.execution.execute import execute\n"
        "from dilemma.parameters import Parameters\nfolder = Path(sys.argv[2])\nfolder.mkdir()\n"
        "(folder / 'run.json').write_text('{}')\n"
        "execute(Path(sys.argv[1]), folder, [Parameters()], cache=Path(sys.argv[3]))"
    )
    folders = [tmp_path / name for name in ("x", "y")]
    runs = [
        subprocess.Popen([sys.executable, "-c", code, notebooks, folder, tmp_path / "cache"]) for folder in folders
    ]
    assert [0, 0] == [process.wait() for process in runs]
    for folder in folders:
        assert alone == {path.name: path.read_bytes() for path in sorted((folder / "en").glob("*.ipynb"))}
    assert all(origins(run(notebooks)).values())
