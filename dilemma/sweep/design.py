"""Designs: which parameter sets a sweep runs, read from a YAML file and refused before the first run."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from pathlib import Path

from dilemma import parameter_file
from dilemma import parameters as contract
from dilemma.parameters import NAMES, ParameterError, Parameters

KINDS = ("grid", "list", "sample")
KEYS = (*KINDS, "fixed", "runs", "seed")
MOST = 10_000
INPUT = "inputs."  # begins the name of an axis that is one input's range
Settings = dict[str, object]  # axis -> its value as the file writes it


@dataclass(frozen=True)
class Point:
    """One run of a sweep: its parameters, and what the design sets it to, axis by axis, as text."""

    parameters: Parameters
    settings: tuple[tuple[str, str], ...]

    @cached_property
    def id(self) -> str:
        """The run's name: the hash of all its parameters but the language."""
        values = self.parameters.model_dump(mode="json", exclude={"language"})
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Design:
    """The parameter sets of a sweep, each once, in the order of the file."""

    kind: str
    axes: tuple[str, ...]
    points: tuple[Point, ...]


def read(path: str | Path, most: int = MOST) -> Design:
    """The design in a YAML file; raises ParameterError for whatever no run could be made of.

    `grid` crosses lists of values, `list` names every run, `sample` draws `runs` of them between ends
    (`seed` makes the draw repeatable); `fixed` holds what all runs share.
    """
    content = parameter_file.read(path)
    kind = _kind(content, path)
    fixed = _mapping(content.get("fixed", {}), "fixed", path)
    expand = {"grid": _grid, "list": _list, "sample": _sample}[kind]
    settings = list(islice(expand(content, path, most), most + 1))
    if len(settings) > most:
        raise ParameterError(f"{path} asks for more than {most:,} runs; raise that limit with --limit.")
    points = [_point({**fixed, **one}, tuple(one)) for one in settings]
    return Design(kind, tuple(dict.fromkeys(axis for one in settings for axis in one)), _each_once(points, kind, path))


def _kind(content: Mapping[str, object], path: str | Path) -> str:
    """The one kind of design that a file has."""
    for key in content:
        if key not in KEYS:
            near = " Parameters stand below grid, list, sample or fixed." if key in NAMES else ""
            raise ParameterError(f"{path}: {key} is no part of a design; the parts are {', '.join(KEYS)}.{near}")
    kinds = [kind for kind in KINDS if kind in content]
    if len(kinds) != 1:
        raise ParameterError(f"{path} has {' and '.join(kinds) or 'none'} of {', '.join(KINDS)}; write exactly one.")
    if kinds != ["sample"] and {"runs", "seed"} & content.keys():
        raise ParameterError(f"{path}: runs and seed belong to a sample; a {kinds[0]} says itself which runs it has.")
    return kinds[0]


def _grid(content: Mapping[str, object], path: str | Path, most: int) -> Iterator[Settings]:
    """Every value of one axis with every value of the others, the last axis first."""
    axes = {axis: _values(axis, values, path) for axis, values in _mapping(content["grid"], "grid", path).items()}
    return (dict(zip(axes, row, strict=True)) for row in product(*axes.values()))


def _list(content: Mapping[str, object], path: str | Path, most: int) -> Iterator[Settings]:
    """The runs that the file names one by one."""
    rows = content["list"]
    if not isinstance(rows, list) or not rows:
        raise ParameterError(f"{path}: list needs one entry per run, as in - worldview: kyiv.")
    return (_mapping(row, "each entry of list", path) for row in rows)


def _sample(content: Mapping[str, object], path: str | Path, most: int) -> Iterator[Settings]:
    """A Latin hypercube over the axes."""
    from dilemma.sweep import sampling  # imports numpy, which can be done while other processes import

    axes = _mapping(content["sample"], "sample", path)
    runs, seed = _count(content, "runs", None, path), _count(content, "seed", 0, path)
    if runs > most:
        raise ParameterError(f"{path} asks for {runs:,} runs, more than {most:,}; raise that limit with --limit.")
    return sampling.draw(axes, runs, seed, path)


def _count(content: Mapping[str, object], key: str, default: int | None, path: str | Path) -> int:
    text = content.get(key, default)
    if isinstance(text, str) and re.fullmatch(r"\d{1,9}", text, re.ASCII) and (key == "seed" or int(text)):
        return int(text)
    if isinstance(text, int):
        return text
    least = "of zero or more" if key == "seed" else "above zero"
    raise ParameterError(f"{path}: a sample needs {key}, a whole number {least}, as in {key}: 200.")


def _mapping(value: object, what: str, path: str | Path) -> Settings:
    if not isinstance(value, dict) or not (value or what == "fixed"):
        raise ParameterError(f"{path}: {what} needs lines that read parameter: value.")
    return value


def _values(axis: str, values: object, path: str | Path) -> Sequence[object]:
    if not isinstance(values, list) or not values:
        raise ParameterError(f"{path}: {axis} needs a list of values, as in {axis}: [FIRST, SECOND].")
    return values


def _point(settings: Settings, axes: Sequence[str]) -> Point:
    """One run's parameters, checked against the contract; an axis such as inputs.blur sets one input."""
    if "language" in axes:
        raise ParameterError("language is no axis of a sweep: findings are the same in both, and the pages have both.")
    plain = {name: value for name, value in settings.items() if not name.startswith(INPUT)}
    ranges = {name.removeprefix(INPUT): value for name, value in settings.items() if name.startswith(INPUT)}
    if ranges and "inputs" in plain:
        raise ParameterError(f"inputs and {INPUT}{next(iter(ranges))} cannot both be set; write each as {INPUT}KEY.")
    if ranges:
        plain["inputs"] = ranges
    return Point(contract.from_strings(plain), tuple((axis, _text(settings[axis])) for axis in axes))


def _text(value: object) -> str:
    """A value as one cell of a table."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}={_text(part)}" for key, part in value.items())
    return ", ".join(map(_text, value)) if isinstance(value, list | tuple) else str(value)


def _each_once(points: Sequence[Point], kind: str, path: str | Path) -> tuple[Point, ...]:
    """The points without repetition; only a sample may meet the same parameters twice."""
    unique: dict[str, Point] = {}
    for point in points:
        if point.id in unique and kind != "sample":
            same = ", ".join(f"{axis} {text}" for axis, text in point.settings)
            raise ParameterError(f"{path} has the same run twice: {same}.")
        unique.setdefault(point.id, point)
    return tuple(unique.values())
