"""What more knowledge would be worth before choosing: the value of information.

Values are in kSE (thousand soldier-equivalents over six months); `ev` is (n, options): expected values.
Sources: MODEL section 7 of this project; for the value of information from draws `strong-2014-evppi`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dilemma.discovery import quantile_cells
from dilemma.escalation import Inputs, Responses

FOLDS = 5  # each fifth of the worlds is judged by a rule learned on the other four
BINS = 30


class Worth(NamedTuple):
    """What some knowledge is worth, with the Monte Carlo standard error, both in kSE."""

    value: float
    error: float


def evpi(ev: np.ndarray) -> Worth:
    """What it would be worth to know everything before choosing; no knowledge can be worth more."""
    return _worth(_ahead(ev).max(axis=1))


def evppi(values: np.ndarray, ev: np.ndarray, bins: int = BINS) -> Worth:
    """What it would be worth to know one input, or to receive one signal, before choosing.

    `values` (n,) is cut into `bins` quantile bins. The option taken in a bin is the best one by the means
    of the other folds, so that luck in a bin earns nothing. The bias is therefore downwards: a worthless
    input may come out a little below zero, never systematically above it.
    """
    return _worth_alone(values, _ahead(ev, values), bins)


def group_evppi(values: Sequence[np.ndarray], ev: np.ndarray) -> Worth:
    """What it would be worth to know several inputs at once: arrays of shape (n,), one per input.

    The option taken follows a quadratic regression of `ev` on the inputs, fitted on the other folds; what
    the regression misses makes the result too low, never too high. One input alone goes to `evppi`.
    """
    return _worth_together(values, _ahead(ev, *values))


def worth_of_knowing(x: Inputs, ev: np.ndarray, groups: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Every input and every group of inputs with what knowing it would be worth, the most valuable first.

    Columns: name, kind (input or group), value and error in kSE.
    """
    unknown = sorted({key for keys in groups.values() for key in keys} - set(x))
    if unknown:
        raise ValueError(f"A group names {unknown[0]!r}, which is not an input of the model.")
    ahead = _ahead(ev, *x.values())
    rows = [(name, "input", *_worth_alone(values, ahead)) for name, values in x.items()]
    rows += [(name, "group", *_worth_together([x[key] for key in keys], ahead)) for name, keys in groups.items()]
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


def _worth_alone(values: np.ndarray, ahead: np.ndarray, bins: int = BINS) -> Worth:
    if np.ptp(values) == 0:
        return Worth(0.0, 0.0)
    edges, cell = quantile_cells(values, bins)
    cells = len(edges) + 1
    place = np.tile(cells * np.arange(FOLDS), len(ahead) // FOLDS + 1)[: len(ahead)] + cell
    worlds = np.bincount(place, minlength=FOLDS * cells)
    choice = _choice(_cell_means(place, worlds, ahead), cells, ahead, worlds)
    return _worth(_taken(ahead, choice[place]))


def _worth_together(values: Sequence[np.ndarray], ahead: np.ndarray) -> Worth:
    if len(values) == 1:
        return _worth_alone(values[0], ahead)
    varying = [(column - column.mean()) / column.std() for column in values if np.ptp(column) > 0]
    if not varying:
        return Worth(0.0, 0.0)
    terms = (len(varying) + 1) * (len(varying) + 2) // 2
    return _worth(_taken(ahead, _choice(_regression(np.stack(varying), ahead), terms, ahead)))


def _taken(ahead: np.ndarray, choice: np.ndarray) -> np.ndarray:
    return np.take_along_axis(ahead, choice[:, None], axis=1)[:, 0]


def _choice(fitted: np.ndarray, terms: int, ahead: np.ndarray, worlds: np.ndarray | None = None) -> np.ndarray:
    """The option that is best by a fit with so many free `terms`: one per row of `fitted`.

    A row stands for one world, or for as many as `worlds` says. Differences that the fit finds are shrunk
    by the part that noise alone would make. Without that, a worthless input would seem to do harm, because
    its noise now and then picks the second best option.
    """
    noise = ahead.var(axis=0) * terms / (len(ahead) * (1 - 1 / FOLDS))
    spread = np.average((fitted - np.average(fitted, axis=0, weights=worlds)) ** 2, axis=0, weights=worlds)
    kept = 1 - np.divide(np.minimum(noise, spread), spread, out=np.ones_like(spread), where=spread > 0)
    return (ahead.mean(axis=0) * (1 - kept) + fitted * kept).argmax(axis=1)


def _cell_means(place: np.ndarray, worlds: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """For every place (fold by cell) the mean of its cell over the other folds: (places, options)."""
    sums = np.stack([np.bincount(place, column, len(worlds)) for column in ahead.T] + [worlds])
    by_fold = sums.reshape(len(sums), FOLDS, -1)
    # One world with the overall mean is added: a cell that is empty elsewhere follows the average.
    extra = np.append(ahead.mean(axis=0), 1)[:, None, None]
    elsewhere = by_fold.sum(axis=1, keepdims=True) - by_fold + extra
    return (elsewhere[:-1] / elsewhere[-1]).reshape(ahead.shape[1], -1).T


def _regression(z: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """For every world the prediction of a quadratic regression on the rows of `z`, fitted on the other folds."""
    folds = [slice(start, None, FOLDS) for start in range(FOLDS)]
    designs = [_quadratic(z[:, fold]) for fold in folds]
    grams = np.stack([design @ design.T for design in designs])
    crosses = np.stack([design @ ahead[fold] for design, fold in zip(designs, folds, strict=True)])
    ridge = 1e-9 * z.shape[1] * np.eye(len(designs[0]))  # a yes-or-no input equals its own square
    rules = np.linalg.solve(grams.sum(axis=0) - grams + ridge, crosses.sum(axis=0) - crosses)
    fitted = np.empty_like(ahead)
    for fold, design, rule in zip(folds, designs, rules, strict=True):
        fitted[fold] = design.T @ rule
    return fitted


def _quadratic(z: np.ndarray) -> np.ndarray:
    """One, every input, every product of two: the rows of a quadratic regression, a column per world."""
    z = np.ascontiguousarray(z)
    return np.concatenate([np.ones((1, z.shape[1])), z, *(row * z[at:] for at, row in enumerate(z))])


def _acts(chance: np.ndarray) -> np.ndarray:
    return np.stack([1 - chance, chance])
