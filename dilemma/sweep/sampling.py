"""Samples of parameter sets: a Latin hypercube between the ends that a design names.

In a Latin hypercube every axis is cut into as many slices as there are runs, and each slice is met once.
So few runs already cover every axis evenly, which independent draws do not (McKay, Beckman and Conover, 1979).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

from dilemma.parameters import ParameterError

WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)  # with more, a place between two ends is no longer exact
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DIGITS = 6  # of a sampled number


def draw(axes: Mapping[str, object], runs: int, seed: int, path: str | Path) -> Iterator[dict[str, object]]:
    """`runs` settings of all axes: each a list to choose from, or `from` and `to`, both included.

    Ends are whole numbers, days, or low, mode and high of an input. Raises ParameterError for other ends.
    """
    random = np.random.default_rng(seed)
    places = {axis: ((random.permutation(runs) + random.random(runs)) / runs).tolist() for axis in axes}
    for axis, ends in axes.items():
        _at(axis, ends, 0.0, path)  # refuses before the first run
    return ({axis: _at(axis, ends, places[axis][run], path) for axis, ends in axes.items()} for run in range(runs))


def _at(axis: str, ends: object, place: float, path: str | Path) -> object:
    """The value at a place (0 to 1, without 1) of an axis."""
    if isinstance(ends, list) and ends:
        return ends[int(place * len(ends))]
    if isinstance(ends, dict) and set(ends) == {"from", "to"}:
        if (found := _between(ends["from"], ends["to"], place)) is not None:
            return found
    raise ParameterError(
        f"{path}: {axis} needs a list to choose from, or from and to: two whole numbers, two days, or low, mode "
        "and high of an input twice, the first not above the second."
    )


def _between(first: object, last: object, place: float) -> object:
    """The value at that place between two ends; nothing where the ends do not fit together."""
    if isinstance(first, list) and isinstance(last, list) and len(first) == len(last) == 3:
        return _triple(first, last, place)
    if not isinstance(first, str) or not isinstance(last, str):
        return None
    if DAY.fullmatch(first) and DAY.fullmatch(last):
        return _day(first, last, place)
    whole = WHOLE.fullmatch(first) and WHOLE.fullmatch(last)
    return str(_whole(int(first), int(last), place)) if whole and int(first) <= int(last) else None


def _whole(first: int, last: int, place: float) -> int:
    return first + int(place * (last - first + 1))


def _day(first: str, last: str, place: float) -> str | None:
    try:
        start, end = date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()
    except ValueError:
        return None
    return date.fromordinal(_whole(start, end, place)).isoformat() if start <= end else None


def _triple(first: Sequence[object], last: Sequence[object], place: float) -> list[str] | None:
    """Low, mode and high, each at the same place between its ends, so that they keep rising."""
    if not all(isinstance(end, str) and NUMBER.fullmatch(end) for end in (*first, *last)):
        return None
    pairs = zip(map(float, first), map(float, last), strict=True)
    return [_written(low + (high - low) * place) for low, high in pairs]


def _written(value: float) -> str:
    """A number as short text without an exponent."""
    return f"{Decimal(repr(round(value, DIGITS))).normalize():f}"
