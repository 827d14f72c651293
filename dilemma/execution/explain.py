"""Says in words why a chapter had to be executed: in what it differs from what is kept of it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from dilemma.execution.keys import Parts

FIRST = "nothing is kept of it yet"
MOST = 4  # differences that are told one by one
# How each part of a key is told, the likeliest cause first.
KINDS = {
    "parameters": "parameter {}",
    "cells": "code of cell {}",
    "package": "package code {}",
    "libraries": "{}",
    "python": "Python",
    "kernel": "the notebook's kernel",
    "settings": "settings file {}",
    "environment": "environment variable {}",
    "chapters": "what chapter {} states",
}


def reason(wanted: Parts, kept: Iterable[tuple[Parts, Mapping[str, str]]], prints: Callable[[str], str]) -> str:
    """What differs from the nearest kept result, of several the one used last; `prints` tells a file's fingerprint."""
    told = [differences(parts, wanted) or _changed_files(reads, prints) for parts, reads in kept]
    found = [one for one in told if one]
    return joined(min(found, key=len)) if found else FIRST


def differences(old: Parts, new: Parts) -> list[str]:
    """One phrase for each thing in which two keys differ."""
    return [
        phrase
        for kind in (*KINDS, *sorted({*old, *new} - set(KINDS)))
        if old.get(kind) != new.get(kind)
        for phrase in _phrases(kind, old.get(kind), new.get(kind))
    ]


def joined(phrases: Sequence[str]) -> str:
    """The first few phrases, and how many more there are."""
    more = len(phrases) - MOST
    return "; ".join(phrases[:MOST]) + (f"; {more} more" if more > 0 else "")


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """The lines of a table: chapter, language, where its outputs come from, why."""
    cells = [("chapter", "language", "origin", "because"), *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return [line.rstrip() for line in lines]


def _phrases(kind: str, old: Any, new: Any) -> list[str]:
    if kind == "cells":
        old, new = dict(old), dict(new)
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return [f"{KINDS.get(kind, kind)} changed"]
    changed = [name for name in (*new, *(set(old) - set(new))) if old.get(name) != new.get(name)]
    return [_phrase(kind, name, old.get(name), new.get(name)) for name in changed] or ["the cells' order changed"]


def _phrase(kind: str, name: str, old: Any, new: Any) -> str:
    if kind == "libraries":
        return f"{name} {old or '–'} → {new or '–'}"
    verb = "is new" if old is None else "is gone" if new is None else "changed"
    values = f" from {_value(old)} to {_value(new)}" if kind == "parameters" and verb == "changed" else ""
    return f"{KINDS.get(kind, kind).format(name)} {verb}{values}"


def _changed_files(reads: Mapping[str, str], prints: Callable[[str], str]) -> list[str]:
    return [f"{_file(name)} changed" for name, print_ in reads.items() if prints(name) != print_]


def _file(name: str) -> str:
    path = PurePosixPath(name)
    return f"table {path.stem}" if path.parts[:1] == ("data",) and path.suffix == ".csv" else f"file {name}"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
