"""Takes chapters from the cache that would come out the same, and keeps those that were executed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from nbformat import NotebookNode, from_dict
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from dilemma.execution import executed, explain, keys, reads, temporary
from dilemma.execution.cache import Cache
from dilemma.execution.keys import Parts
from dilemma.execution.reads import fingerprint
from dilemma.parameters import Parameters

SETS_PARAMETERS = {"parameters", executed.INJECTED}
RUN = "run"  # stands for the run's folder in the name of a file that a chapter reads
FRESH = "everything was to be executed again"
BROKEN = "its notebook cannot be read"
CHANGED = "something that it depends on changed while it ran"
OUTSIDE = "it reads the findings of other runs"
DIFFERENT = "its outputs alone do not make the executed notebook again"
UNNOTED = "what it reads was not noted"
# What a kernel writes into a notebook's metadata.
FROM_KERNEL = ("language_info", "widgets")
HIT = "nothing that it depends on has changed"


@dataclass(frozen=True)
class Origin:
    """Where a chapter's outputs come from and why.

    `reads` are the files behind them with their fingerprints; None when executing it again may give something else,
    or when there is no cache, for which alone they are noted.
    """

    cached: bool
    why: str
    reads: Mapping[str, str] | None = None


@dataclass
class Chapter:
    """One chapter to be taken from the cache or executed; `why` says what stands against taking it."""

    source: Path
    target: Path
    parameters: Parameters
    parts: Parts | None = None
    why: str = ""

    @property
    def name(self) -> str:
        """Under what it is kept."""
        return f"{self.source.stem}.{self.parameters.language}"


@dataclass
class Keeper:
    """What one run takes from the cache and puts there; `folder` is the run's, `scratch` for its notes."""

    folder: Path
    scratch: Path
    cache: Cache | None
    fresh: bool = False
    around: Parts = field(default_factory=keys.surroundings)

    def recall(self, chapter: Chapter) -> Origin | None:
        """Writes the executed notebook from what is kept; None when the chapter must be executed."""
        if self.cache is None:
            return None
        chapter.parts, chapter.why = self._key(chapter, self.around)
        if chapter.parts is None:
            return None
        if self.fresh:
            chapter.why = FRESH
            return None
        prints = cache(self._print)
        if found := self.cache.find(chapter.name, chapter.parts, prints):
            files, outputs = found
            executed.write(_rebuilt(chapter, outputs), chapter.target)
            return Origin(True, HIT, files)
        chapter.why = explain.reason(chapter.parts, self.cache.heads(chapter.name), prints)
        return None

    def keep(self, chapter: Chapter) -> Origin:
        """Keeps what a chapter that ran to its end has put out, unless a rerun could put out something else."""
        if chapter.parts is None:
            return Origin(False, chapter.why)
        files, objection = self._reads(chapter)
        objection = objection or self._changed(chapter)
        if objection:
            return Origin(False, _joined(chapter.why, objection))
        made = executed.load(chapter.target)
        outputs = _outputs(made)
        if _rebuilt(chapter, outputs) != made:
            return Origin(False, _joined(chapter.why, DIFFERENT), files)
        self.cache.keep(chapter.name, chapter.parts, files, outputs)
        return Origin(False, chapter.why, files)

    def noting(self, chapter: Chapter) -> list[str]:
        """The arguments that let a chapter's kernel note what it reads; none where nothing is kept."""
        if self.cache is None:
            return []
        line = f"__import__({reads.__name__!r}, fromlist=['note']).note({str(self._log(chapter))!r})"
        python = _content(chapter.source)["metadata"].get("kernelspec", {}).get("language") == "python"
        return [f"--IPKernelApp.exec_lines={line}"] if python else []

    def _log(self, chapter: Chapter) -> Path:
        return self.scratch / f"{chapter.name}.reads"

    def _key(self, chapter: Chapter, around: Parts) -> tuple[Parts | None, str]:
        """The parts of a chapter's key; without a key why there is none."""
        try:
            notebook = _content(chapter.source)
            objection = keys.objection(notebook)
            parts = keys.of_chapter(notebook, chapter.parameters, around)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None, BROKEN
        if not objection and reads_findings(chapter.source):
            objection = "" if (self.folder / "run.json").exists() else OUTSIDE
            parts["chapters"] = _stated(chapter)
        return (None, objection) if objection else (parts, "")

    def _changed(self, chapter: Chapter) -> str:
        """What has changed since the chapter's key was made, so that its outputs may belong to neither state."""
        now, objection = self._key(chapter, keys.surroundings())
        found = explain.differences(chapter.parts, now) if now else [objection]
        return f"{CHANGED} ({explain.joined(found)})" if found else ""

    def _reads(self, chapter: Chapter) -> tuple[dict[str, str], str]:
        """The files that an executed chapter has read, and why its outputs cannot be kept (usually nothing)."""
        try:
            notes = [json.loads(line) for line in self._log(chapter).read_text(encoding="utf-8").splitlines()]
        except (OSError, ValueError):
            return {}, UNNOTED
        reasons = {note["reason"] for note in notes if "reason" in note}
        files = {(self._name(note["path"]), note["fingerprint"]) for note in notes if "path" in note}
        if reads_findings(chapter.source):
            files = {file for file in files if not self._is_statement(chapter, file[0])}
        if any(self._print(name) != print_ for name, print_ in files):
            reasons.add(CHANGED)
        return dict(sorted(files)), "; ".join(sorted(reasons))

    def _is_statement(self, chapter: Chapter, name: str) -> bool:
        """Whether a file is an executed chapter of the same run, or their folder: the key has what they state."""
        path, folder = self._path(name), chapter.target.resolve().parent
        return path == folder or (path.parent == folder and path.suffix == ".ipynb")

    def _print(self, name: str) -> str:
        return fingerprint(self._path(name))

    def _name(self, path: str) -> str:
        """How a file is called in an entry, so that it means the same in another run and another folder."""
        for label, folder in self._places:
            if Path(path).is_relative_to(folder):
                return (label / Path(path).relative_to(folder)).as_posix()
        return path

    def _path(self, name: str) -> Path:
        """The file that a name means in this run."""
        first, *rest = PurePosixPath(name).parts
        return Path(self._places[0][1], *rest) if first == RUN else executed.ROOT / name

    @cached_property
    def _places(self) -> list[tuple[PurePosixPath, Path]]:
        return [(PurePosixPath(RUN), self.folder.resolve()), (PurePosixPath(), executed.ROOT)]


@contextmanager
def opened(folder: Path, place: Path | None, *, fresh: bool = False) -> Iterator[Keeper]:
    """What a run into `folder` takes from the cache at `place` (none: nothing) and puts there; bounded afterwards.

    A `fresh` run takes nothing.
    """
    kept = Cache(place) if place else None
    keys.drop_stale_bytecode()
    with temporary.folder("reads-") as scratch:
        yield Keeper(folder, Path(scratch), kept, fresh)
    if kept:
        kept.prune()


def reads_findings(source: Path) -> bool:
    """Whether a chapter waits for the others, because it reads what they state."""
    try:
        return bool(_content(source)["metadata"].get("dilemma", {}).get("reads_findings", False))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def prepared(chapter: Chapter) -> NotebookNode:
    """The chapter's notebook with its parameters, as papermill makes it ready."""
    notebook = load_notebook_node(str(chapter.source))
    values = keys.declared(notebook, chapter.parameters)
    return parameterize_notebook(notebook, values) if values else notebook


def _rebuilt(chapter: Chapter, outputs: Mapping[str, Any]) -> NotebookNode:
    """The notebook of a chapter as it is now, with these outputs, as its execution would leave it."""
    notebook = prepared(chapter)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell, (count, shown) in zip(code, outputs["cells"], strict=True):
        cell.execution_count, cell.outputs = count, [from_dict(output) for output in shown]
    notebook.metadata.update(from_dict(outputs["metadata"]))
    return executed.stable(notebook)


def _outputs(notebook: NotebookNode) -> dict[str, Any]:
    """What execution adds to a notebook: counts and outputs of its code cells, and what the kernel says of itself."""
    cells = [[cell.execution_count, cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]
    about = {name: notebook.metadata[name] for name in FROM_KERNEL if name in notebook.metadata}
    return {"cells": cells, "metadata": about}


def _stated(chapter: Chapter) -> dict[str, str]:
    """A fingerprint of what each other chapter of the edition has put out; its prose does not count."""
    others = sorted(chapter.source.parent.glob("[0-9][0-9]-*.ipynb"))
    made = [chapter.target.parent / path.name for path in others if not reads_findings(path)]
    return {path.stem: _shown(path.read_bytes()) for path in made if path.exists()}


@lru_cache(maxsize=32)  # of several chapters that read findings, and of each before and after its run
def _shown(notebook: bytes) -> str:
    """One number for what a chapter that reads findings sees of another: its outputs and its parameters."""
    cells = [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]
    setting = [cell["source"] for cell in cells if not SETS_PARAMETERS.isdisjoint(cell["metadata"].get("tags", []))]
    return keys.digest({"outputs": [cell["outputs"] for cell in cells], "parameters": setting})


def _content(notebook: Path) -> dict[str, Any]:
    return json.loads(notebook.read_text(encoding="utf-8"))


def _joined(*reasons: str) -> str:
    return "; ".join(filter(None, reasons))
