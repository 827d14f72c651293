"""One chapter to execute, how it ended, and who is told."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from tqdm import tqdm

from dilemma.execution import kept
from dilemma.execution.kept import Origin


@dataclass(frozen=True)
class Outcome:
    """How one chapter ended; `sentence` and `cell` are empty when it is complete."""

    chapter: str
    language: str
    ok: bool
    sentence: str
    cell: str
    seconds: float
    origin: Origin | None = None

    @property
    def row(self) -> tuple[str, str, str, str]:
        """The chapter in a table that explains a run: chapter, language, where its outputs come from, why."""
        origin = self.origin or Origin(False, "")
        state = "from the cache" if origin.cached else "executed" if self.ok else "failed"
        return self.chapter, self.language, state, origin.why


@dataclass
class Job(kept.Chapter):
    """One chapter to execute in one language; `notebook` is what there is of it so far, `cell` runs."""

    notebook: NotebookNode | None = None
    cell: NotebookNode | None = None
    outcome: Outcome | None = None

    def keep(self, notebook: NotebookNode) -> None:
        """Keeps the notebook, because one that is broken off is not returned."""
        self.notebook = notebook

    def remember(self, cell: NotebookNode, **_: object) -> None:
        """Keeps the cell that runs, because a dead kernel does not tell."""
        self.cell = cell


@dataclass(frozen=True)
class Watch:
    """Who is told how a run goes: a bar of executed cells, and whoever is `ready` for a chapter that has ended."""

    bar: tqdm
    ready: Callable[[Job], Any]

    def ended(self, job: Job, outcome: Outcome) -> None:
        """Tells how a chapter ended."""
        job.outcome = outcome
        self.bar.write(_line(outcome), file=sys.stderr)
        self.ready(job)


def _line(outcome: Outcome) -> str:
    if outcome.origin and outcome.origin.cached:
        return f"{outcome.chapter} ({outcome.language}): taken from the cache"
    state = "done" if outcome.ok else "failed"
    return f"{outcome.chapter} ({outcome.language}): {state} after {outcome.seconds:.1f} s"
