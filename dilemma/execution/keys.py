"""What decides a chapter's outputs, as parts that can be compared and told; the files it reads come on top.

Light enough to be asked before Jupyter is imported.
"""

import ast
import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any

from dilemma.execution.reads import PACKAGE, RENDERERS, fingerprint
from dilemma.parameters import Parameters

Parts = dict[str, Any]

# A cell with this tag reads a clock, chance or something else that no key can hold.
NO_CACHE = "no-cache"
SHOWS = rf"\bdilemma(\.|\s+import\b.*)({'|'.join(name.removesuffix('.py') for name in RENDERERS)})\b"

# What a terminal or a login sets and no result depends on: kernels do not get it.
SESSION = frozenset(
    "_ COLORTERM COLUMNS DBUS_SESSION_BUS_ADDRESS DISPLAY GPG_TTY HISTFILE INVOCATION_ID JOURNAL_STREAM LINES "
    "LS_COLORS MAIL OLDPWD PS1 PS2 PWD SECURITYSESSIONID SHLVL STY TERM WAYLAND_DISPLAY WINDOW WINDOWID XAUTHORITY "
    "XDG_SEAT XDG_SESSION_ID XDG_SESSION_TYPE XDG_VTNR".split()
)
SESSIONS = ("JPY_", "PYTEST_", "SSH_", "TERM_", "TMUX", "VSCODE_")
HOME = Path.home()
# Files of the user's that change how every kernel computes or draws.
IPYTHON = Path(os.environ.get("IPYTHONDIR", HOME / ".ipython")) / "profile_default"
DRAWING = Path(os.environ.get("XDG_CONFIG_HOME", HOME / ".config")) / "matplotlib"
PLACES = (os.environ.get("MATPLOTLIBRC", DRAWING), os.environ.get("MPLCONFIGDIR", DRAWING), HOME / ".matplotlib")
SETTINGS = (
    IPYTHON / "ipython_config.py",
    IPYTHON / "ipython_kernel_config.py",
    *(path for place in PLACES for path in (Path(place), Path(place) / "matplotlibrc")),
    HOME / ".local" / "share" / "jupyter" / "kernels" / "python3" / "kernel.json",
)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables that a kernel gets: all but those that only describe a terminal or a login."""
    return {
        name: value
        for name, value in variables.items()
        if name not in SESSION and not name.startswith(SESSIONS)
    }


def surroundings(package: Path = PACKAGE) -> Parts:
    """What all chapters depend on: package code, libraries, Python, environment, settings."""
    return {
        "package": tree(package, without=RENDERERS),
        "libraries": _libraries(),
        "python": f"{sys.version} {sys.platform} {platform.machine()}",
        "environment": {name: _digest(value) for name, value in sorted(environment(os.environ).items())},
        "settings": {str(path): fingerprint(path) for path in _settings()},
    }


def drop_stale_bytecode(package: Path = PACKAGE) -> None:
    """Removes compiled code older than its source's last change, which Python only notices by time and size."""
    for compiled in package.rglob("__pycache__/*.pyc"):
        with suppress(OSError, ValueError):
            if os.stat(source_from_cache(compiled)).st_ctime > compiled.stat().st_mtime:
                compiled.unlink()


def of_chapter(notebook: Mapping[str, Any], parameters: Parameters, around: Parts) -> Parts:
    """The parts of a chapter's key: its code cells, the parameters it declares and what is around.

    Markdown cells are no part of it.
    """
    kernel = notebook["metadata"].get("kernelspec", {})
    return {
        "cells": [[cell["id"], _cell(cell)] for cell in notebook["cells"] if cell["cell_type"] == "code"],
        "kernel": [kernel.get("name"), kernel.get("language")],
        "parameters": declared(notebook, parameters),
        **around,
    }


def digest(parts: Parts) -> str:
    """The key itself: one number for all parts, the same on every call."""
    return _digest(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str))


def declared(notebook: Mapping[str, Any], parameters: Parameters) -> dict[str, Any]:
    """The parameters that a notebook's parameters cell declares, with their values in this run."""
    names = _assigned(next((_source(cell) for cell in notebook["cells"] if "parameters" in _tags(cell)), ""))
    values = parameters.model_dump(mode="json")
    return {name: value for name, value in values.items() if name in names}


def objection(notebook: Mapping[str, Any]) -> str:
    """Why a chapter's outputs cannot be kept, as its notebook tells; usually nothing."""
    if any(NO_CACHE in _tags(cell) for cell in notebook["cells"]):
        return f"a cell is tagged {NO_CACHE}"
    if any(re.search(SHOWS, _source(cell)) for cell in notebook["cells"] if cell["cell_type"] == "code"):
        return "it imports what only shows results"
    return ""


def tree(folder: Path, without: Iterable[str] = ()) -> dict[str, str]:
    """The fingerprint of each file below a folder; hidden files and Python's caches do not count."""
    found = {}
    for place, folders, files in os.walk(folder):
        top = Path(place) == folder
        folders[:] = [name for name in folders if _counts(name) and not (top and name in without)]
        for name in files:
            if _counts(name) and not (top and name in without):
                path = Path(place, name)
                found[path.relative_to(folder).as_posix()] = fingerprint(path)
    return dict(sorted(found.items()))


def _counts(name: str) -> bool:
    return not name.startswith(".") and name != "__pycache__"


def _libraries() -> dict[str, str]:
    """Each installed distribution and its version, from the names of their folders."""
    places = [Path(place) for place in sys.path if place and os.path.isdir(place)]
    names = [path.name for place in places for path in place.glob("*.dist-info")]
    pairs = (name.removesuffix(".dist-info").rpartition("-") for name in sorted(names))
    return {name: version for name, _, version in pairs}


def _settings() -> list[Path]:
    """The settings files there are."""
    startup = IPYTHON / "startup"
    files = [*SETTINGS, *startup.glob("*.py"), *startup.glob("*.ipy")]
    return sorted({path for path in files if path.is_file()})


def _assigned(source: str) -> set[str]:
    """The names that a cell assigns to."""
    try:
        lines = ast.parse(source).body
    except SyntaxError:
        return set()
    targets = [line.target for line in lines if isinstance(line, ast.AnnAssign)]
    targets += [target for line in lines if isinstance(line, ast.Assign) for target in line.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _cell(cell: Mapping[str, Any]) -> str:
    return _digest(json.dumps([_source(cell), sorted(_tags(cell))]))


def _source(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
