"""The inputs of the decision model: the table, and what worldviews, rejected claims and analysts change."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
import pandas as pd

from dilemma import cells, estimates
from dilemma.parameters import ParameterError

Range = tuple[float, float, float]  # low, mode, high
BOUNDS = ["low", "mode", "high"]
DRAWN = [*BOUNDS, "peak"]  # what the draws depend on
WITHOUT_MODES = ("baseline", "sceptic")  # worldviews that are rules, not rows of a table
BACKED = ("sourced", "derived")  # bases that a sceptic accepts
PERT, FLAT = 4, 0  # how much the mode counts against the bounds
# Of all that is computed from the draws: seven digits, where chance leaves three, in half the time and memory.
PRECISION = np.float32

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


class Setting(NamedTuple):
    """How one input is drawn."""

    low: float
    mode: float
    high: float
    basis: str
    peak: int = PERT


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
    chosen = table.set_index("key").sort_index()
    columns = (chosen[bound].astype(float) for bound in BOUNDS)
    settings = {key: Setting(*row) for key, *row in zip(chosen.index, *columns, chosen.basis, strict=True)}
    for key, mode in _modes(worldviews, worldview).items():
        settings[key] = settings[key]._replace(mode=mode)
    settings |= _set(settings, _rejections(settings, counterfactuals, rejected), "assumed")
    if worldview == "sceptic":
        settings = {key: _doubted(setting) for key, setting in settings.items()}
    settings |= _set(settings, dict(overrides or {}), "override")
    for (key, setting), unit in zip(settings.items(), chosen.unit, strict=True):
        _check(key, setting[:3], unit)
    return chosen.assign(**dict(zip(Setting._fields, map(list, zip(*settings.values(), strict=True)), strict=True)))


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
    old, new = before[DRAWN], after[DRAWN]
    differs = (old.to_numpy() != new.to_numpy()).any(axis=1)
    return {**x, **_values(new[differs], len(x[after.index[0]]), seed)}


def best_guess(chosen: pd.DataFrame) -> dict[str, np.ndarray]:
    """The mode of every input as one world, each (1,)."""
    return {key: np.array([mode], dtype=float) for key, mode in chosen["mode"].items()}


def _values(chosen: pd.DataFrame, draws: int, seed: int) -> dict[str, np.ndarray]:
    # In one piece: the system hands out many small ones more slowly.
    drawn = np.empty((len(chosen), draws), PRECISION)
    ranges = chosen[DRAWN].itertuples()
    for values, (key, low, mode, high, peak) in zip(drawn, ranges, strict=True):
        place = (mode - low) / (high - low) if high > low else 0.0
        quantiles = low + (high - low) * estimates.pert_quantiles(place, peak)
        # Every level is in the table; to look for one that is not would cost a copy.
        quantiles.astype(PRECISION).take(_levels(key, draws, seed), out=values, mode="clip")
    return dict(zip(chosen.index, drawn, strict=True))


def _levels(key: str, draws: int, seed: int) -> np.ndarray:
    """The place of every draw in the table of quantiles: each raw number of the stream holds four of them."""
    stream = np.random.PCG64([seed, crc32(key.encode())])
    return stream.random_raw(-(-draws // 4)).view(np.uint16)[:draws] // (2**16 // estimates.LEVELS)


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
    settings: Mapping[str, Setting], counterfactuals: pd.DataFrame | None, rejected: Collection[str]
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
    rows = zip(*(counterfactuals[name] for name in ("claim_id", "key", *BOUNDS)), strict=True)
    # The one that counts stands last, so that it replaces the others.
    ranked = sorted(
        ((claim, key, *numbers) for claim, key, *numbers in rows if claim in rejected), reverse=True
    )
    ranked.sort(key=lambda row: abs(row[3] - settings[row[1]].mode) if row[1] in settings else 0.0)
    return {key: tuple(numbers) for _, key, *numbers in ranked}


def _doubted(setting: Setting) -> Setting:
    """The input as a sceptic takes it: between low and high nothing is more likely than anything else."""
    if setting.basis in BACKED:
        return setting
    return setting._replace(mode=(setting.low + setting.high) / 2, peak=FLAT)


def _set(
    settings: Mapping[str, Setting], ranges: Mapping[str, Sequence[float]], basis: str
) -> dict[str, Setting]:
    """The inputs whose ranges are replaced, as they are then."""
    for key, numbers in ranges.items():
        if key not in settings:
            hint = cells.suggestion(key, settings)
            raise ParameterError(f"{key!r} is not an input.{hint} The inputs are: {', '.join(settings)}.")
        if len(numbers) != 3:
            raise ParameterError(f"The range of {key} has {len(numbers)} numbers; write three: low, mode, high.")
    return {key: Setting(*map(float, numbers), basis) for key, numbers in ranges.items()}


def _check(key: str, numbers: Range, unit: str) -> None:
    """Raises ParameterError unless low <= mode <= high within what the unit allows."""
    low, mode, high = numbers
    shown = ", ".join(f"{number:g}" for number in numbers)
    if not low <= mode <= high:
        raise ParameterError(f"The range of {key} is {shown}, but low, mode and high must be rising numbers.")
    least, most = KEY_LIMITS.get(key, LIMITS[unit])
    if low < least or high > most:
        raise ParameterError(f"The range of {key} is {shown}, but all three must lie between {least} and {most}.")
