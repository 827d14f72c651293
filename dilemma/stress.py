"""How firm is the verdict: where it flips, and what another model would say.

Values are in kSE (thousand soldier-equivalents over six months); `ev` is (n, options): expected values.
Source: MODEL section 7 of this project.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from dilemma import decision, escalation
from dilemma.escalation import OPTIONS, Inputs, Responses
from dilemma.verdict import winners

Expected = Callable[[Inputs], np.ndarray]  # worlds -> (n, options) in kSE

STEPS, SCANS = 200, 6  # every scan is 200 times finer: a flip value is exact to 13 digits of its range
SPARED_LOSS = 0.6  # recruits, behind the ranges of `spared`: what one Russian loss avoided is worth there
COSTS = ("c_us", "c_seoul", "c_europe", "c_joint", "c_china")


def lead(ev: np.ndarray, option: int) -> np.ndarray:
    """How far one option is ahead of the best of the others: (n,) in kSE, negative where it is behind."""
    return ev[:, option] - np.delete(ev.T, option, axis=0).max(axis=0)


def around(x: Inputs, replies: Responses) -> Expected:
    """`decision.expected` for worlds that differ from `x` in some inputs, with its `replies` where they still hold.

    That takes half the time, because most inputs do not move the ladder.
    """

    def expected(other: Inputs) -> np.ndarray:
        """The expected values of such worlds."""
        same = all(other[key] is x[key] for key in escalation.KEYS)
        return decision.expected(other, replies if same else None)

    return expected


def flip_values(chosen: pd.DataFrame, expected: Expected) -> pd.DataFrame:
    """Where along each input, the rest at its best guess, the best option loses its lead.

    `chosen` is indexed by key with low, mode, high. Returned in the same order: low, guess, high, flip (the
    root nearest to the guess; missing if there is none between low and high), option (the one that takes
    over) and distance (from guess to flip, as a share of the range).
    """
    low, guess, high = chosen[["low", "mode", "high"]].to_numpy(dtype=float).T

    def ev(moved: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Expected values of one world for each of `values`, which replaces the guess in the row `moved`."""
        x = np.tile(guess[:, None], len(values))
        x[moved, np.arange(len(values))] = values
        return expected(dict(zip(chosen.index, x, strict=True)))

    rows = np.arange(len(chosen))
    best = int(ev(rows[:1], guess[:1]).argmax())
    moved, roots = _turns(low, guess, high, lambda moved, values: lead(ev(moved, values), best) >= 0)
    near = [min(roots[moved == row], key=lambda root: abs(root - guess[row]), default=np.nan) for row in rows]
    flip, flips = np.array(near), np.isfinite(near)
    beyond = ev(rows, np.where(flips, flip, guess))
    beyond[:, best] = -np.inf
    option = np.where(flips, np.array(OPTIONS)[beyond.argmax(axis=1)], None)
    table = {"low": low, "guess": guess, "high": high, "flip": flip, "option": option}
    return pd.DataFrame(table, index=chosen.index).assign(distance=abs(flip - guess) / (high - low))


def structures(x: Inputs, flat: Inputs, rung_kursk: float) -> dict[str, Inputs]:
    """The same worlds under other assumptions about how the model is built; the first one changes nothing.

    `flat` are draws of the same inputs without a peak, `rung_kursk` is the rung at its best guess.
    """
    return {
        "baseline": x,
        "no_pull": _scaled(x, 0, ["pull"]),
        "sharp_lines": _scaled(x, 0.25, ["blur"]),
        "blurred_lines": _scaled(x, 3, ["blur"]),
        "costs_doubled": _scaled(x, 2, COSTS),
        "costs_halved": _scaled(x, 0.5, COSTS),
        "flat_inputs": flat,
        "no_snub": _scaled(x, 0, ["snub"]),
        "fixed_rung": {**x, "rung_kursk": np.full_like(x["rung_kursk"], rung_kursk)},
        "spared_full": {**x, "spared": np.minimum(x["spared"] / SPARED_LOSS, 1)},
        "pay_for_places": {**x, "pay_ratio": x["pay_ratio"] / np.maximum(x["rotation"], 1)},
    }


def compare_structures(variants: Mapping[str, Inputs], expected: Expected) -> pd.DataFrame:
    """Share of worlds in which each option is best, and the option that is best on average, per structure.

    Indexed by structure; columns: the options (equal ones count for the least provocative), best, margin (kSE).
    """
    rows = []
    for x in variants.values():
        ev = expected(x)
        shares = np.bincount(winners(ev), minlength=len(OPTIONS)) / len(ev)
        means = ev.mean(axis=0)
        rows.append((*shares, OPTIONS[means.argmax()], np.ptp(np.sort(means)[-2:])))
    return pd.DataFrame(rows, columns=[*OPTIONS, "best", "margin"], index=list(variants))


def engine_gap(x: Inputs, closed_form: Expected, enumeration: Expected) -> float:
    """The largest difference (kSE) between two ways to compute the same expected values, over all worlds."""
    return float(np.abs(closed_form(x) - enumeration(x)).max())


def _scaled(x: Inputs, factor: float, keys: Iterable[str]) -> Inputs:
    return {**x, **{key: factor * x[key] for key in keys}}


def _turns(
    low: np.ndarray, guess: np.ndarray, high: np.ndarray, ahead: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Every place between `low` and `high` where `ahead` (row, value -> bool) changes: its row and value.

    The whole range is scanned, because the lead may turn more than once; then what lies around every turn.
    """
    rows, grid = np.arange(len(guess)), np.sort(np.column_stack([np.linspace(low, high, STEPS + 1, axis=1), guess]))
    for _ in range(SCANS):
        scanned = ahead(rows.repeat(grid.shape[1]), grid.ravel()).reshape(grid.shape)
        turned, at = np.nonzero(scanned[:, :-1] != scanned[:, 1:])
        rows, left, right = rows[turned], grid[turned, at], grid[turned, at + 1]
        if not len(rows):
            break
        grid = np.linspace(left, right, STEPS + 1, axis=1)
    return rows, (left + right) / 2
