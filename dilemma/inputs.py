"""The inputs of the decision model: the table, and what worldviews, rejected claims and analysts change."""

from collections.abc import Collection, Mapping, Sequence
from zlib import crc32

import numpy as np
import pandas as pd

from dilemma import cells, estimates
from dilemma.parameters import ParameterError

Range = tuple[float, float, float]  # low, mode, high
BOUNDS = ["low", "mode", "high"]
WITHOUT_MODES = ("baseline", "sceptic")  # worldviews that are rules, not rows of a table
BACKED = ("sourced", "derived")  # bases that a sceptic accepts
PERT, FLAT = 4, 0  # how much the mode counts against the bounds

# What a value of each unit can be at all
LIMITS = {
    "thousand_soldiers": (0, 1000),
    "factor": (0, 10),
    "ratio": (0, 10),
    "share": (0, 1),
    "kse": (0, 1000),
    "rung": (-10, 10),
}
# Narrower where the ladder or the formula says so: Kursk lies between training and Ukraine
KEY_LIMITS = {"rung_kursk": (1, 3), "pull": (0, 10), "blur": (0, 10)}


def choose(
    table: pd.DataFrame,
    counterfactuals: pd.DataFrame | None = None,
    worldviews: pd.DataFrame | None = None,
    *,
    worldview: str = "baseline",
    rejected: Collection[str] = (),
    overrides: Mapping[str, Sequence[float]] | None = None,
) -> pd.DataFrame:
    """The range of every input that one run uses, indexed by key: the table's columns and `peak`.

    `table` has one row per key (the newest vintage); `worldviews` has worldview, key, mode;
    `counterfactuals` has claim_id, key, low, mode, high. Each step overrules the one before: table,
    worldview (the mode alone), rejected claims, overrides. `basis` says `assumed` where a claim was
    rejected and `override` where an analyst set the range. Of several rejected claims that bear on
    one key the one that moves its mode furthest counts, on a tie the lower claim id.
    For the sceptic every input is flat (peak 0, its middle as mode) that is neither sourced nor
    derived, an override excepted.
    Raises ParameterError with one sentence for an unknown worldview, claim or key and a range that cannot be.
    """
    if table.key.duplicated().any():
        twice = table.key[table.key.duplicated()].iloc[0]
        raise ParameterError(f"The input {twice} stands in the table twice; take the newest vintage of each key.")
    chosen = table.set_index("key").sort_index().assign(peak=PERT)
    chosen[BOUNDS] = chosen[BOUNDS].astype(float)
    modes = _modes(worldviews, worldview)
    chosen.loc[list(modes), "mode"] = list(modes.values())
    chosen = _set(chosen, _rejections(chosen, counterfactuals, rejected), "assumed")
    if worldview == "sceptic":
        chosen = _flattened(chosen)
    chosen = _set(chosen, dict(overrides or {}), "override")
    for key, low, mode, high, unit in chosen[[*BOUNDS, "unit"]].itertuples():
        _check(key, (low, mode, high), unit)
    return chosen


def draw(chosen: pd.DataFrame, draws: int, seed: int) -> dict[str, np.ndarray]:
    """Values of every input in `draws` worlds, each (draws,) in the unit of its row.

    PERT between low and high, uniform where the peak is 0, constant where low equals high. Every key
    has its own stream of random numbers, so that neither the order of the rows nor another key's
    range moves it. The same seed gives a key the same quantile in every world whatever its range: two runs
    with different ranges share their luck (common random numbers).
    Raises ParameterError when no input has any width.
    """
    if (chosen.low == chosen.high).all():
        raise ParameterError(
            "Every input has low equal to high, so that all draws are the same; give at least one a width, "
            "or use the best guess alone."
        )
    return _values(chosen, draws, seed)


def redraw(
    x: Mapping[str, np.ndarray], before: pd.DataFrame, after: pd.DataFrame, seed: int
) -> dict[str, np.ndarray]:
    """The worlds `x`, drawn from `before` with this seed, as they look when `after` is chosen instead.

    The same as drawing anew, without drawing again what does not differ.
    """
    differs = (before[[*BOUNDS, "peak"]] != after[[*BOUNDS, "peak"]]).any(axis=1)
    return {**x, **_values(after[differs], len(x[after.index[0]]), seed)}


def best_guess(chosen: pd.DataFrame) -> dict[str, np.ndarray]:
    """The mode of every input as one world, each (1,)."""
    return {key: np.array([mode], dtype=float) for key, mode in chosen["mode"].items()}


def _values(chosen: pd.DataFrame, draws: int, seed: int) -> dict[str, np.ndarray]:
    drawn = np.empty((len(chosen), draws))  # in one piece: the system hands out many small ones more slowly
    ranges = chosen[[*BOUNDS, "peak"]].itertuples()
    for values, (key, low, mode, high, peak) in zip(drawn, ranges, strict=True):
        place = (mode - low) / (high - low) if high > low else 0.0
        levels = _stream(key, seed).integers(0, estimates.LEVELS, draws, dtype=np.uint16)
        # Every level is in the table; to look for one that is not would cost a copy.
        estimates.pert_quantiles(place, peak).take(levels, out=values, mode="clip")
        values *= high - low
        values += low
    return dict(zip(chosen.index, drawn, strict=True))


def _stream(key: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, crc32(key.encode())])


def _modes(worldviews: pd.DataFrame | None, worldview: str) -> dict[str, float]:
    """The modes that a worldview sets."""
    if worldview in WITHOUT_MODES:
        return {}
    named = pd.DataFrame(columns=["worldview", "key", "mode"]) if worldviews is None else worldviews
    known = [*WITHOUT_MODES, *sorted(set(named.worldview))]
    if worldview not in known:
        hint = cells.suggestion(worldview, known)
        raise ParameterError(f"There is no worldview {worldview!r}; there are: {', '.join(known)}.{hint}")
    return dict(named.loc[named.worldview == worldview, ["key", "mode"]].itertuples(index=False))


def _rejections(
    chosen: pd.DataFrame, counterfactuals: pd.DataFrame | None, rejected: Collection[str]
) -> dict[str, Range]:
    """The range of every input that a rejected claim changes."""
    if not rejected:
        return {}
    known = [] if counterfactuals is None else sorted(set(counterfactuals.claim_id))
    for claim in sorted(rejected):
        if claim not in known:
            raise ParameterError(
                f"Rejecting {claim} changes no input: the article has no such claim or the model does not "
                f"rest on it; claims that can be rejected: {', '.join(known)}."
            )
    rows = counterfactuals[counterfactuals.claim_id.isin(rejected)]
    moved = (rows["mode"] - rows.key.map(chosen["mode"])).abs()
    ranked = rows.assign(moved=moved).sort_values(["moved", "claim_id"], ascending=[False, True])
    return {row.key: (row.low, row.mode, row.high) for row in ranked.drop_duplicates("key").itertuples()}


def _flattened(chosen: pd.DataFrame) -> pd.DataFrame:
    """The inputs as a sceptic takes them: between low and high nothing is more likely than anything else."""
    doubted = ~chosen.basis.isin(BACKED)
    middle = (chosen.low + chosen.high) / 2
    return chosen.assign(
        mode=chosen["mode"].where(~doubted, middle), peak=chosen.peak.where(~doubted, FLAT)
    )


def _set(chosen: pd.DataFrame, ranges: Mapping[str, Sequence[float]], basis: str) -> pd.DataFrame:
    """The inputs with some of their ranges replaced."""
    chosen = chosen.copy()
    for key, numbers in ranges.items():
        if key not in chosen.index:
            hint = cells.suggestion(key, chosen.index)
            raise ParameterError(f"{key!r} is not an input.{hint} The inputs are: {', '.join(chosen.index)}.")
        if len(numbers) != 3:
            raise ParameterError(f"The range of {key} has {len(numbers)} numbers; write three: low, mode, high.")
        chosen.loc[key, [*BOUNDS, "basis", "peak"]] = [*map(float, numbers), basis, PERT]
    return chosen


def _check(key: str, numbers: Range, unit: str) -> None:
    """Raises ParameterError unless low <= mode <= high within what the unit allows."""
    low, mode, high = numbers
    shown = ", ".join(f"{number:g}" for number in numbers)
    if not low <= mode <= high:
        raise ParameterError(f"The range of {key} is {shown}, but low, mode and high must be rising numbers.")
    least, most = KEY_LIMITS.get(key, LIMITS[unit])
    if low < least or high > most:
        raise ParameterError(f"The range of {key} is {shown}, but all three must lie between {least} and {most}.")
