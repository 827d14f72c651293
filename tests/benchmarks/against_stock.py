"""Ours against stock papermill and nbconvert, on this project's own notebooks, side by side.

    .venv/bin/python tests/benchmarks/against_stock.py --rounds 3

Every round runs each way once, one after the other, so that a machine that slows down slows all of them.
Prints a Markdown table of medians and of ratios to the stock way. Nothing in the project is changed: all
of it happens in a copy. A quiet machine needs about six minutes a round.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
ABSENT = shutil.ignore_patterns("runs", "__pycache__", ".*")
CHAPTER = "06-dilemma"
RUNS = 200  # of a sweep; the stock way is measured on one

Way = Callable[["Copy"], float]


class Copy:
    """The project in a folder of its own, without runs and without a cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("notebooks", "data", "dilemma", "reports"):
            shutil.copytree(ROOT / name, folder / name, ignore=ABSENT)
        for name in ("requirements.txt", "pyproject.toml", "run.py"):
            shutil.copy(ROOT / name, folder)
        self.chapters = sorted((folder / "notebooks").glob("[0-9]*.ipynb"))

    def seconds(self, *command: object, **variables: str) -> float:
        """The wall time of a command that must succeed."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder), **variables}
        # Compiled code is kept, as for everybody: the copy begins without any, and stock goes first.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        words = [str(word) for word in command]
        begin = time.perf_counter()
        done = subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        spent = time.perf_counter() - begin
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        return spent

    def report(self, *arguments: str, **variables: str) -> float:
        """The wall time of our report in English."""
        command = (sys.executable, "-m", "dilemma", "report", "-p", "language", "en", *arguments)
        return self.seconds(*command, **variables)

    def sweep(self, name: str, *arguments: str) -> float:
        """The wall time per run of a sweep over seeds; one of another name takes no run from it."""
        design = self.folder / "design.yaml"
        design.write_text(f"grid:\n  seed: [{', '.join(str(seed) for seed in range(1, RUNS + 1))}]\n")
        command = (sys.executable, "-m", "dilemma", "sweep", design, "--name", name, *arguments)
        return self.seconds(*command) / RUNS

    def forget(self) -> None:
        """Removes what earlier calls left: runs, sweeps and the cache."""
        for left in [*(self.folder / "reports").glob(".*"), *(self.folder / "reports").glob("[!k]*")]:
            shutil.rmtree(left, ignore_errors=True)


def stock(copy: Copy) -> float:
    """`papermill` for each chapter, then one `nbconvert`; makes no PDF."""
    return _stock(copy, copy.chapters)


def stock_chapter(copy: Copy) -> float:
    """One chapter the stock way: the unit of a stock sweep."""
    return _stock(copy, [copy.folder / "notebooks" / f"{CHAPTER}.ipynb"])


def _stock(copy: Copy, chapters: Sequence[Path]) -> float:
    made = Path(tempfile.mkdtemp(dir=copy.folder))
    executed = [made / chapter.name for chapter in chapters]
    papermill = [
        copy.seconds(TOOLS / "papermill", source, target, "-p", "language", "en", "--cwd", made, "--no-progress-bar")
        for source, target in zip(chapters, executed, strict=True)
    ]
    return sum(papermill) + copy.seconds(TOOLS / "jupyter", "nbconvert", "--to", "html", *executed)


def cold(copy: Copy) -> float:
    """Our report in HTML and PDF, nothing cached."""
    copy.forget()
    return copy.report()


def plain(copy: Copy) -> float:
    """The same with ordinary kernels, as where the platform cannot fork."""
    copy.forget()
    return copy.report(DILEMMA_PLAIN_KERNELS="1")


def changed(copy: Copy) -> float:
    """One parameter changed that half of the chapters read."""
    return copy.report("-p", "worldview", "kyiv")


def unchanged(copy: Copy) -> float:
    """The same report once more."""
    return copy.report()


def chapter_sweep(copy: Copy) -> float:
    """A sweep with a rendered chapter for each run, per run."""
    return copy.sweep("chapters", "--chapter", CHAPTER)


def findings_sweep(copy: Copy) -> float:
    """A sweep of findings only, per run."""
    return copy.sweep("findings")


REPORTS: Mapping[str, Way] = {
    "stock: papermill per chapter, nbconvert to HTML": stock,
    "ours, plain kernels, HTML and PDF": plain,
    "ours, HTML and PDF": cold,
    "ours, one parameter changed": changed,
    "ours, nothing changed": unchanged,
}
SWEEPS: Mapping[str, Way] = {
    f"stock: papermill and nbconvert of {CHAPTER}": stock_chapter,
    f"ours, {RUNS} runs with that chapter": chapter_sweep,
    f"ours, {RUNS} runs, findings only": findings_sweep,
}


def measure(ways: Mapping[str, Way], rounds: int) -> dict[str, list[float]]:
    """The seconds of each way, one value per round; the rounds interleave the ways."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder) / "project")
        for _ in range(rounds):
            for name, way in ways.items():
                spent[name].append(way(copy))
                print(f"{name}: {spent[name][-1]:.2f} s", file=sys.stderr)
            copy.forget()
    return spent


def table(spent: Mapping[str, Sequence[float]], unit: str) -> str:
    """The medians as Markdown; the first way is the stock one."""
    medians = {name: statistics.median(values) for name, values in spent.items()}
    base = next(iter(medians.values()))
    lines = [f"| way | {unit} | ratio |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {median:.3g} s | {median / base:.3f} |" for name, median in medians.items()]
    return "\n".join(lines)


def main() -> None:
    """Measures and prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = platform.python_version()
    print(f"{platform.system()} {platform.machine()}, {cores} cores, Python {python}, {rounds} rounds, medians\n")
    print(table(measure(REPORTS, rounds), "whole report, English"), end="\n\n")
    print(table(measure(SWEEPS, rounds), "per run of a sweep"))


if __name__ == "__main__":
    main()
