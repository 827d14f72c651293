"""Whether a finished run is current: told by content, before Jupyter or pandas are imported."""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dilemma.execution import keys
from dilemma.execution.reads import PACKAGE, fingerprint
from dilemma.parameters import LANGUAGES, Parameters
from dilemma.report import folders, naming
from dilemma.report.provenance import ROOT

NOTEBOOKS = ROOT / "notebooks"
SEAL = "seal"  # the part of run.json by which a run is recognised as current


class Current(NamedTuple):
    """A run that making it again would not change: the files to read, and what could not be shown as written."""

    name: str
    files: tuple[Path, ...]
    problems: tuple[str, ...]
    refreshed: tuple[str, ...]  # published files that were missing or somebody had changed

    @property
    def sentence(self) -> str:
        """What a user is told."""
        again = f" Put back into reports/: {', '.join(self.refreshed)}." if self.refreshed else ""
        return f"The whole run {self.name} is current: nothing has changed since it was made.{again}"


def find(
    parameters: Parameters,
    languages: Sequence[str] = LANGUAGES,
    name: str = "",
    *,
    notebooks: Path = NOTEBOOKS,
    reports: Path = naming.REPORTS,
    force: bool = False,
) -> Current | None:
    """The finished run that this call would make once more, its published files in order; None if there is none.

    Raises ParameterError for a name that cannot be used, as making the run would.
    """
    name = name or naming.run_name(parameters, languages)
    naming.checked_name(name, parameters, languages, reports, force=force)
    run = reports / "runs" / name
    seal = _seal(run)
    if not seal or seal["key"] != key(parameters, languages, notebooks) or not _is_whole(run, seal):
        return None
    files, refreshed = tuple(sorted(run.glob("kremlin-dilemma.*"))), ()
    if naming.is_default(parameters, languages):
        files, refreshed = publish(files, reports)
    return Current(name, files, tuple(seal["problems"]), refreshed)


def key(parameters: Parameters, languages: Sequence[str], notebooks: Path = NOTEBOOKS) -> str:
    """One number for all that decides a run: every file of the project, libraries, environment, parameters."""
    return keys.digest(
        keys.surroundings()
        | {
            "package": keys.tree(PACKAGE),
            "data": keys.tree(ROOT / "data"),
            "notebooks": keys.tree(notebooks),
            "requirements": fingerprint(ROOT / "requirements.txt"),
            "parameters": naming.numbers_of(parameters),
            "languages": sorted(languages),
        }
    )


def seal(run: Path, key: str, reads: Iterable[Mapping[str, str] | None], problems: Sequence[str]) -> dict[str, Any]:
    """What run.json keeps to recognise the run: its key, its files, and what chapters read from elsewhere.

    Nothing when a chapter may come out differently the next time (`reads` None).
    """
    read = list(reads)
    if any(files is None for files in read):
        return {}
    elsewhere = {name: print_ for files in read for name, print_ in files.items() if _is_elsewhere(name)}
    files = {name: print_ for name, print_ in keys.tree(run).items() if name != "run.json"}
    return {"key": key, "files": files, "reads": elsewhere, "problems": list(problems)}


def sealed(record: dict[str, Any], seal: dict[str, Any]) -> dict[str, Any]:
    """A run's record with its seal, which covers the record itself."""
    return {**record, SEAL: {**seal, "record": keys.digest(record)}} if seal else record


def publish(files: Iterable[Path], reports: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Refreshes the published files that differ, each in one step; returns all of them, and the refreshed names."""
    published, refreshed = [], []
    for path in files:
        final = reports / path.name
        if fingerprint(final) != fingerprint(path):
            part = shutil.copyfile(path, reports / f".{path.name}.{os.getpid()}.part")
            part.replace(final)
            refreshed.append(path.name)
        published.append(final)
    return tuple(published), tuple(refreshed)


def _seal(run: Path) -> dict[str, Any]:
    """The seal of a run whose record is as it was written; empty where there is none."""
    record = folders.record(run)
    found = record.pop(SEAL, None)
    if not isinstance(found, dict) or set(found) != {"key", "files", "reads", "problems", "record"}:
        return {}
    return found if found["record"] == keys.digest(record) else {}


def _is_whole(run: Path, seal: Mapping[str, Any]) -> bool:
    """Whether the run's files and what its chapters read from elsewhere are what they were."""
    files = {name: print_ for name, print_ in keys.tree(run).items() if name != "run.json"}
    return files == seal["files"] and all(fingerprint(ROOT / name) == old for name, old in seal["reads"].items())


def _is_elsewhere(name: str) -> bool:
    """Whether a file that a chapter has read is neither in the run's folder nor in the key."""
    return name.partition("/")[0] not in ("run", "data")
