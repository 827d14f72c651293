"""Two finished runs as they lie on disk, and what they were made from."""

import json
import shlex
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from dilemma import parameters as contract
from dilemma.findings import Record
from dilemma.parameters import ParameterError, Parameters
from dilemma.report import provenance
from dilemma.report.strings import string

SCENARIOS = provenance.ROOT / "data" / "scenarios"
HASHES = ("data_hash", "notebooks_hash", "code_hash")


class Run(NamedTuple):
    """One run: where it lies, what went in, what its chapters stated (by id, in reading order)."""

    name: str
    folder: Path
    parameters: Parameters
    languages: tuple[str, ...]
    provenance: Mapping[str, Any]
    findings: Mapping[str, Record]
    complete: bool

    @property
    def made_from(self) -> tuple[Any, ...]:
        """The digest of data, notebooks and code, and the versions of the libraries."""
        return self.provenance["inputs"], self.provenance["versions"]


def read(name: str, runs: Path) -> Run:
    """The run of that name in the folder `runs`.

    Raises ParameterError with the command that makes the run when it is missing, damaged or was
    made under an older contract of parameters.
    """
    if name not in (known := names(runs)):
        raise ParameterError(_missing(name, known))
    try:
        record = json.loads((runs / name / "run.json").read_text(encoding="utf-8"))
        stated = json.loads((runs / name / "findings.json").read_text(encoding="utf-8"))
        return Run(
            name=name,
            folder=runs / name,
            parameters=contract.build(record["parameters"]),
            languages=tuple(record["languages"]),
            provenance={key: record["provenance"][key] for key in (*HASHES, "inputs", "versions", "command")},
            findings={found["id"]: found for found in stated},
            complete=record["status"] == "complete",
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ParameterError(f"The run {name} cannot be read; {_advice(name)} makes it again.") from None


def names(runs: Path) -> list[str]:
    """The names of all finished runs."""
    return sorted(path.parent.name for path in runs.glob("[!.]*/run.json"))


def changed(before: Run, after: Run) -> list[str]:
    """The parameters that differ, in the contract's order; the language is none of them."""
    return [
        name
        for name in contract.NAMES
        if name != "language" and getattr(before.parameters, name) != getattr(after.parameters, name)
    ]


def caveats(before: Run, after: Run, language: str) -> list[str]:
    """One sentence for each thing besides the parameters in which the runs differ."""
    told = [
        string(f"compare_{key}", language)
        for key in HASHES
        if before.provenance[key] != after.provenance[key]
    ]
    libraries = _libraries(before.provenance["versions"], after.provenance["versions"])
    if libraries:
        told.append(string("compare_versions", language, what=", ".join(libraries)))
    gaps = [run.name for run in (before, after) if not run.complete]
    return told + [string("compare_incomplete", language, run=name) for name in gaps]


def is_current(run: Run, root: Path = provenance.ROOT) -> bool:
    """Whether data, notebooks, code and libraries are still those the run was made from."""
    present = provenance.describe(run.parameters, run.languages, root)
    return run.made_from == (present["inputs"], present["versions"])


def _libraries(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Name and both versions of each library that differs."""
    every = sorted({*before, *after})
    pairs = {name: (before.get(name, "–"), after.get(name, "–")) for name in every}
    return [f"{name} {old} → {new}" for name, (old, new) in pairs.items() if old != new]


def _missing(name: str, known: list[str]) -> str:
    """That a run is missing, the one perhaps meant, and the command that makes it."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"There is no run {name} in reports/runs; {_advice(name)} makes it.{hint}"


def _advice(name: str) -> str:
    """The command that makes a run of this name."""
    if name == "default":
        return "`python3 run.py report`"
    file = f"data/scenarios/{name}.yaml" if name in _scenarios() else "FILE.yaml"
    return f"`python3 run.py report -f {file} --name {shlex.quote(name)}`"


def _scenarios() -> set[str]:
    return {path.stem for path in SCENARIOS.glob("*.yaml")}
