"""The ledger of a sweep: one file per finished run, named by its parameters, written in one step."""

import hashlib
import json
import os
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from platform import python_version_tuple
from typing import Any

from dilemma.report import provenance
from dilemma.sweep.design import Point

LIBRARIES = ("numpy", "pandas", "scipy")  # whose version can change a finding
Findings = dict[str, Any]


def stamp() -> str:
    """One digest of all that decides a finding besides the parameters: data, code and library versions."""
    digests = provenance.digests()
    made_with: dict[str, Any] = {name: digests[name] for name in ("data_hash", "code_hash")}
    made_with |= {name: version(name) for name in LIBRARIES} | {"python": list(python_version_tuple()[:2])}
    return hashlib.sha256(json.dumps(made_with, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def stamp_at_start() -> str:
    """The stamp when this process first asked: what it has imported does not change with the files."""
    return stamp()


class Ledger:
    """The finished runs of a sweep; what other data or code have made does not count."""

    def __init__(self, folder: Path, stamp: str) -> None:
        self.folder = folder
        self.stamp = stamp

    def findings(self, point: Point) -> Findings | None:
        """The findings of a finished run; None for one that is missing, damaged or made from something else."""
        try:
            content = json.loads(self._file(point).read_text(encoding="utf-8"))
            findings = content.pop("findings")
        except (OSError, ValueError, KeyError, AttributeError):
            return None
        whole = isinstance(findings, dict) and content == self._about(point, findings)
        return findings if whole else None

    def keep(self, point: Point, findings: Findings) -> Findings:
        """Writes a finished run and returns its findings as `findings` will; a reader sees the whole file or none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        findings = json.loads(json.dumps(findings, sort_keys=True))  # as a reader gets them
        content = {**self._about(point, findings), "findings": findings}
        part = self.folder / f".{point.id}.{os.getpid()}.part"
        part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
        part.replace(self._file(point))
        return findings

    def drop(self, point: Point) -> None:
        """Forgets a run."""
        self._file(point).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Removes the half files that a killed sweep left."""
        for left in self.folder.glob(".*.part"):
            left.unlink(missing_ok=True)

    def _file(self, point: Point) -> Path:
        return self.folder / f"{point.id}.json"

    def _about(self, point: Point, findings: Findings) -> dict[str, Any]:
        """What a file must say beside its findings to be this run's, whole and current."""
        text = json.dumps(findings, sort_keys=True)
        values = point.parameters.model_dump(mode="json", exclude={"language"})
        return {"parameters": values, "stamp": self.stamp, "digest": hashlib.sha256(text.encode()).hexdigest()}
