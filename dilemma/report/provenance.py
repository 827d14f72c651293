"""What a report was made from: digests of its inputs, versions, parameters and the command."""

import hashlib
import json
import platform
import re
import shlex
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dilemma.parameters import Parameters

ROOT = Path(__file__).resolve().parents[2]
# Libraries whose version can change what a reader sees.
LIBRARIES = ("matplotlib", "mistune", "nbconvert", "numpy", "pandas", "papermill", "scipy", "typst")
EDITIONS = (
    "kremlin-dilemma.de.html",
    "kremlin-dilemma.de.pdf",
    "kremlin-dilemma.en.html",
    "kremlin-dilemma.en.pdf",
)


def describe(parameters: Parameters, languages: Sequence[str], root: Path = ROOT) -> dict[str, Any]:
    """Everything that decides a run's output; `inputs` is one digest over data, notebooks and code.

    `inputs` leaves out the versions, so that it is the same on every machine; byte-identical
    reports are promised for the same inputs and the same versions.
    """
    found = digests(root)
    values = parameters.model_dump(mode="json", exclude={"language"})
    major, minor, _ = platform.python_version_tuple()
    return {
        "inputs": _inputs(found),
        **found,
        "parameters": values,
        "seed": parameters.seed,
        "versions": {"python": f"{major}.{minor}"} | {name: version(name) for name in LIBRARIES},
        "command": command(parameters, languages),
    }


def command(parameters: Parameters, languages: Sequence[str]) -> str:
    """The command that makes the same report again."""
    values = parameters.changed()
    if len(languages) == 1:
        values["language"] = languages[0]
    return " ".join(["python3 run.py report", *(f"-p {name} {shlex.quote(text)}" for name, text in values.items())])


def stale(reports: Path, root: Path = ROOT) -> list[str]:
    """One sentence for each published report that was not made from the present inputs."""
    inputs = _inputs(digests(root))
    return [sentence for name in EDITIONS if (sentence := _staleness(reports / name, inputs))]


def _staleness(path: Path, inputs: str) -> str:
    if not path.exists():
        return f"{path.name} is missing; `python3 run.py report` makes it."
    if _stamp(path.read_bytes()) != inputs:
        return f"{path.name} is older than its inputs; `python3 run.py report` makes it anew."
    return ""


def _stamp(content: bytes) -> str:
    """The digest of inputs that a rendered HTML or PDF carries, or nothing."""
    found = re.search(rb'(?:"inputs": ?"|inputs=)([0-9a-f]{64})', content)
    return found[1].decode() if found else ""


def _inputs(found: dict[str, str]) -> str:
    return hashlib.sha256("".join(found.values()).encode()).hexdigest()


def digests(root: Path = ROOT) -> dict[str, str]:
    """One digest each over the data, the notebooks and the code."""
    code = [*_files(root / "dilemma"), root / "requirements.txt"]
    return {
        "data_hash": _digest(root, _files(root / "data")),
        "notebooks_hash": _digest(root, _files(root / "notebooks")),
        "code_hash": _digest(root, code),
    }


def _files(folder: Path) -> list[Path]:
    """The files of a folder without hidden ones and Python's caches."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
    ]


def _digest(root: Path, paths: Iterable[Path]) -> str:
    """One digest over names and contents, the same whatever the platform's order and line ends."""
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(root).as_posix(), path) for path in paths):
        digest.update(f"{name}\0{hashlib.sha256(_content(path)).hexdigest()}\n".encode())
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """What counts of a file; outputs that JupyterLab saved into a notebook do not."""
    content = path.read_bytes()
    if path.suffix == ".ipynb":
        return _code_and_prose(content)
    return content if b"\0" in content else content.replace(b"\r\n", b"\n")


def _code_and_prose(content: bytes) -> bytes:
    try:
        notebook = json.loads(content)
        cells = [
            (cell["id"], cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags"))
            for cell in notebook["cells"]
        ]
        return json.dumps([cells, notebook["metadata"].get("dilemma")], sort_keys=True).encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return content  # not a notebook of ours: every byte counts
