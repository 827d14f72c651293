"""What a rerunner sets against the model's inputs: rejected claims and own ranges, from text and back."""

import math
import re
from collections.abc import Mapping

Range = tuple[float, float, float]  # low, mode, high


def claims(value: object) -> object:
    """The claim ids of "C21, C24" or of a list, sorted and each once.

    Anything else is returned as it is, for the type check to refuse.
    """
    names = re.split(r"[,;\s]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        return value
    found = tuple(str(name).strip().upper() for name in names if name != "")
    return tuple(sorted(set(found))) if all(re.fullmatch(r"C\d\d", name) for name in found) else value


def ranges(value: object) -> object:
    """The triples of "blur=0.1,0.2,0.3; n_troops=8,10,12" or of a mapping, sorted by key.

    Anything else is returned as it is, for the type check to refuse: a triple has three finite
    numbers in rising order, written with a decimal point.
    """
    pairs = _pairs(value)
    if pairs is None:
        return value
    triples = {key: _triple(numbers) for key, numbers in pairs}
    complete = len(triples) == len(pairs) and None not in triples.values()
    return tuple(sorted(triples.items())) if complete else value


def text(value: object) -> str:
    """Claims or ranges as they are written on a command line."""
    if not isinstance(value, tuple):
        return str(value)
    parts = [part if isinstance(part, str) else _written(*part) for part in value]
    return (";" if any("=" in part for part in parts) else ",").join(parts)


def _pairs(value: object) -> list[tuple[str, object]] | None:
    """Key and numbers of each triple, not yet checked."""
    if isinstance(value, str):
        parts = [part.partition("=") for part in value.split(";") if part.strip()]
        return [(key.strip(), re.split(r"[,\s]+", numbers.strip())) for key, _, numbers in parts]
    if isinstance(value, Mapping):
        return [(str(key), numbers) for key, numbers in value.items()]
    if isinstance(value, list | tuple) and all(isinstance(part, list | tuple) and len(part) == 2 for part in value):
        return [(str(key), numbers) for key, numbers in value]
    return None


def _triple(numbers: object) -> Range | None:
    """Three finite numbers in rising order, or nothing."""
    if not isinstance(numbers, list | tuple) or len(numbers) != 3:
        return None
    found = tuple(_number(number) for number in numbers)
    return found if all(map(math.isfinite, found)) and list(found) == sorted(found) else None


def _number(value: object) -> float:
    """The number, or not-a-number for whatever is none; 0x10, 1_000 and True are none."""
    if isinstance(value, str):
        plain = re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", value.strip(), re.ASCII)
        return float(value) if plain else math.nan
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _written(key: str, triple: Range) -> str:
    return f"{key}={','.join(repr(number).removesuffix('.0') for number in triple)}"
