"""How firm is the verdict: what more knowledge would be worth, where it flips, what another model would say.

Values are in kSE (thousand soldier-equivalents over six months); `ev` is (n, options): expected values.
Sources: MODEL section 7 of this project; for the value of information from draws `strong-2014-evppi`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize

from dilemma.escalation import OPTIONS, Inputs, Responses

Expected = Callable[[Inputs], np.ndarray]  # worlds -> (n, options) in kSE

FOLDS = 5  # each fifth of the worlds is judged by a rule learned on the other four
BINS, STEPS = 30, 200
SPARED_LOSS = 0.6  # recruits, behind the ranges of `spared`: what one Russian loss avoided is worth there
COSTS = ("c_us", "c_seoul", "c_europe", "c_joint", "c_china")


class Worth(NamedTuple):
    """What some knowledge is worth, with the Monte Carlo standard error, both in kSE."""

    value: float
    error: float


def lead(ev: np.ndarray, option: int) -> np.ndarray:
    """How far one option is ahead of the best of the others: (n,) in kSE, negative where it is behind."""
    return ev[:, option] - np.delete(ev, option, axis=1).max(axis=1)


def evpi(ev: np.ndarray) -> Worth:
    """What it would be worth to know everything before choosing; no knowledge can be worth more."""
    return _worth(_ahead(ev).max(axis=1))


def evppi(values: np.ndarray, ev: np.ndarray, bins: int = BINS) -> Worth:
    """What it would be worth to know one input, or to receive one signal, before choosing.

    `values` (n,) is cut into `bins` quantile bins. The option taken in a bin is the best one by the means
    of the other folds, so that luck in a bin earns nothing. The bias is therefore downwards: a worthless
    input may come out a little below zero, never systematically above it.
    """
    ahead = _ahead(ev, values)
    if np.ptp(values) == 0:
        return Worth(0.0, 0.0)
    edges = np.unique(np.quantile(values, np.arange(1, bins) / bins))
    fitted = _cell_means(np.searchsorted(edges, values, side="right"), len(edges) + 1, ahead)
    return _worth_of(fitted, len(edges) + 1, ahead)


def group_evppi(values: Sequence[np.ndarray], ev: np.ndarray) -> Worth:
    """What it would be worth to know several inputs at once: arrays of shape (n,), one per input.

    The option taken follows a quadratic regression of `ev` on the inputs, fitted on the other folds; what
    the regression misses makes the result too low, never too high. One input alone goes to `evppi`.
    """
    if len(values) == 1:
        return evppi(values[0], ev)
    ahead = _ahead(ev, *values)
    varying = [(column - column.mean()) / column.std() for column in values if np.ptp(column) > 0]
    if not varying:
        return Worth(0.0, 0.0)
    terms = (len(varying) + 1) * (len(varying) + 2) // 2
    return _worth_of(_regression(np.stack(varying).T, ahead), terms, ahead)


def worth_of_knowing(x: Inputs, ev: np.ndarray, groups: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Every input and every group of inputs with what knowing it would be worth, the most valuable first.

    Columns: name, kind (input or group), value and error in kSE.
    """
    unknown = sorted({key for keys in groups.values() for key in keys} - set(x))
    if unknown:
        raise ValueError(f"A group names {unknown[0]!r}, which is not an input of the model.")
    rows = [(name, "input", *evppi(values, ev)) for name, values in x.items()]
    rows += [(name, "group", *group_evppi([x[key] for key in keys], ev)) for name, keys in groups.items()]
    table = pd.DataFrame(rows, columns=["name", "kind", "value", "error"])
    return table.sort_values(["kind", "value", "name"], ascending=[False, False, True], ignore_index=True)


def noisy(values: np.ndarray, error: float, seed: int) -> np.ndarray:
    """A measurement of an input: its true value plus a normal error (`error`: standard deviation)."""
    if error < 0:
        raise ValueError(f"The error of a measurement is {error}, but must not be negative.")
    return values + error * np.random.default_rng(seed).standard_normal(len(values))


def worth_of_replies(r: Responses, option: int, ev: np.ndarray) -> Worth:
    """What it would be worth to see who answers `option`, and who does not, before choosing for good.

    The signal has 32 patterns (five responders act or not), weighed exactly. What the trial itself costs,
    in answers or in time, is not taken off.
    """
    ahead, patterns = _ahead(ev), reply_patterns(r, option)
    followed = patterns @ np.eye(ev.shape[1])[(patterns.T @ ahead).argmax(axis=1)]
    return _worth((followed * ahead).sum(axis=1))


def reply_patterns(r: Responses, option: int) -> np.ndarray:
    """The chance of every pattern of replies to one option: (n, 32), each row sums to 1."""
    us, beijing, kim = (_acts(chance[:, option]) for chance in (r.us, r.beijing, r.kim))
    seoul = np.stack([_acts(r.seoul_alone[:, option]), _acts(r.seoul_joined[:, option])])
    europe = np.stack([_acts(r.europe_alone[:, option]), _acts(r.europe_joined[:, option])])
    west = us[:, None, None] * seoul[:, :, None] * europe[:, None]
    return (west[:, :, :, None, None] * beijing[:, None] * kim).reshape(-1, len(r.us)).T


def flip_values(chosen: pd.DataFrame, expected: Expected) -> pd.DataFrame:
    """Where along each input, the rest at its best guess, the best option loses its lead.

    `chosen` is indexed by key with low, mode, high. Returned in the same order: low, guess, high, flip (the
    root nearest to the guess; missing if there is none between low and high), option (the one that takes
    over) and distance (from guess to flip, as a share of the range).
    """
    guess = {key: float(mode) for key, mode in chosen["mode"].items()}
    rows = [_flip(guess, row.Index, row.low, row.high, expected) for row in chosen.itertuples()]
    columns = ["low", "guess", "high", "flip", "option", "distance"]
    return pd.DataFrame(rows, columns=columns, index=chosen.index)


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
        shares = np.bincount(ev.argmax(axis=1), minlength=len(OPTIONS)) / len(ev)
        means = ev.mean(axis=0)
        rows.append((*shares, OPTIONS[means.argmax()], np.ptp(np.sort(means)[-2:])))
    return pd.DataFrame(rows, columns=[*OPTIONS, "best", "margin"], index=list(variants))


def engine_gap(x: Inputs, closed_form: Expected, enumeration: Expected) -> float:
    """The largest difference (kSE) between two ways to compute the same expected values, over all worlds."""
    return float(np.abs(closed_form(x) - enumeration(x)).max())


def _ahead(ev: np.ndarray, *columns: np.ndarray) -> np.ndarray:
    """What every option has over the one that would be taken without further knowledge: (n, options)."""
    if len(ev) < 2 * FOLDS:
        raise ValueError(f"The value of information needs {2 * FOLDS} worlds or more, not {len(ev)}.")
    if any(len(column) != len(ev) for column in columns):
        raise ValueError("Inputs and expected values must come from the same worlds, but differ in number.")
    if not all(np.isfinite(table).all() for table in (ev, *columns)):
        raise ValueError("Inputs and expected values must be finite numbers in every world.")
    return ev - ev[:, [ev.mean(axis=0).argmax()]]


def _worth(gain: np.ndarray) -> Worth:
    return Worth(float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain))))


def _worth_of(fitted: np.ndarray, terms: int, ahead: np.ndarray) -> Worth:
    """What it gains to take, in every world, the option that is best by a fit with so many free `terms`.

    Differences that the fit finds are shrunk by the part that noise alone would make. Without that, a
    worthless input would seem to do harm, because its noise now and then picks the second best option.
    """
    noise = ahead.var(axis=0) * terms / (len(ahead) * (1 - 1 / FOLDS))
    spread = fitted.var(axis=0)
    kept = 1 - np.divide(np.minimum(noise, spread), spread, out=np.ones_like(spread), where=spread > 0)
    choice = (ahead.mean(axis=0) * (1 - kept) + fitted * kept).argmax(axis=1)
    return _worth(np.take_along_axis(ahead, choice[:, None], axis=1)[:, 0])


def _cell_means(cell: np.ndarray, cells: int, ahead: np.ndarray) -> np.ndarray:
    """For every world the mean of its cell over the other folds: (n, options)."""
    place = np.arange(len(ahead)) % FOLDS * cells + cell
    columns = [np.ones(len(ahead)), *ahead.T]
    by_fold = np.stack([np.bincount(place, column, FOLDS * cells) for column in columns]).reshape(-1, FOLDS, cells)
    # One world with the overall mean is added: a cell that is empty elsewhere follows the average.
    elsewhere = by_fold.sum(axis=1, keepdims=True) - by_fold + np.mean(columns, axis=1)[:, None, None]
    means = elsewhere[1:] / elsewhere[0]
    return means.reshape(len(means), -1).take(place, axis=1).T


def _regression(z: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """For every world the prediction of a quadratic regression fitted on the other folds: (n, options)."""
    folds = [slice(start, None, FOLDS) for start in range(FOLDS)]
    designs = [_quadratic(z[fold]) for fold in folds]
    parts = zip(designs, folds, strict=True)
    moments = np.stack([design.T @ np.hstack([design, ahead[fold]]) for design, fold in parts])
    fitted = np.empty_like(ahead)
    for fold, design, others in zip(folds, designs, moments.sum(axis=0) - moments, strict=True):
        gram, cross = np.hsplit(others, [len(others)])
        gram += 1e-9 * len(z) * np.eye(len(gram))  # a yes-or-no input equals its own square
        fitted[fold] = design @ np.linalg.solve(gram, cross)
    return fitted


def _quadratic(z: np.ndarray) -> np.ndarray:
    """One, every input, every product of two: the columns of a quadratic regression."""
    columns = np.ascontiguousarray(z.T)
    one, other = np.triu_indices(len(columns))
    return np.concatenate([np.ones((1, len(z))), columns, columns[one] * columns[other]]).T


def _acts(chance: np.ndarray) -> np.ndarray:
    return np.stack([1 - chance, chance])


def _scaled(x: Inputs, factor: float, keys: Iterable[str]) -> Inputs:
    return {**x, **{key: factor * x[key] for key in keys}}


def _flip(guess: Mapping[str, float], key: str, low: float, high: float, expected: Expected) -> tuple:
    """One row of the flip table; the range is scanned first, because the lead may turn more than once."""

    def ev(values: np.ndarray) -> np.ndarray:
        """Expected values with this one input at `values`."""
        return expected({**{name: np.full(len(values), mode) for name, mode in guess.items()}, key: values})

    best = int(ev(np.array([guess[key]])).argmax())
    grid = np.union1d(np.linspace(low, high, STEPS + 1), guess[key])
    ahead = lead(ev(grid), best) >= 0
    turns = np.flatnonzero(ahead[:-1] != ahead[1:])
    brackets = [*turns[grid[turns] < guess[key]][-1:], *turns[grid[turns] >= guess[key]][:1]]
    roots = [optimize.brentq(lambda v: lead(ev(np.array([v])), best)[0], *grid[i : i + 2]) for i in brackets]
    if not roots:
        return low, guess[key], high, np.nan, None, np.nan
    flip = min(roots, key=lambda root: abs(root - guess[key]))
    rival = np.where(np.arange(len(OPTIONS)) == best, -np.inf, ev(np.array([flip]))[0]).argmax()
    return low, guess[key], high, flip, OPTIONS[rival], abs(flip - guess[key]) / (high - low)
