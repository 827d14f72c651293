"""What more knowledge would be worth before choosing: the value of information.

Values are in kSE (thousand soldier-equivalents over six months); `ev` is (n, options): expected values.
Sources: MODEL section 7 of this project; for the value of information from draws `strong-2014-evppi`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dilemma.discovery import quantile_cells
from dilemma.escalation import Inputs, Responses, blocks
from dilemma.verdict import winners

FOLDS = 5  # each fifth of the worlds is judged by a rule learned on the other four
BINS = 30


class Worth(NamedTuple):
    """What some knowledge is worth, with the Monte Carlo standard error, both in kSE."""

    value: float
    error: float


class Lead(NamedTuple):
    """What every option has over the one that would be taken without further knowledge, in kSE."""

    table: np.ndarray  # (n, options)
    mean: np.ndarray  # (options,)
    variance: np.ndarray  # (options,)


def evpi(ev: np.ndarray) -> Worth:
    """What it would be worth to know everything before choosing; no knowledge can be worth more."""
    return _worth(_lead(ev).table.T.max(axis=0))


def evppi(values: np.ndarray, ev: np.ndarray, bins: int = BINS) -> Worth:
    """What it would be worth to know one input, or to receive one signal, before choosing.

    `values` (n,) is cut into `bins` quantile bins. The option taken in a bin is the best one by the means
    of the other folds, so that luck in a bin earns nothing. The bias is therefore downwards: a worthless
    input may come out a little below zero, never systematically above it.
    """
    return _worth_alone(values, _lead(ev, values), bins)


def group_evppi(values: Sequence[np.ndarray], ev: np.ndarray) -> Worth:
    """What it would be worth to know several inputs at once: arrays of shape (n,), one per input.

    The option taken follows a quadratic regression of `ev` on the inputs, fitted on the other folds; what
    the regression misses makes the result too low, never too high. One input alone goes to `evppi`.
    """
    return _worth_together(values, _lead(ev, *values))


def worth_of_knowing(x: Inputs, ev: np.ndarray, groups: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Every input and every group of inputs with what knowing it would be worth, the most valuable first.

    Columns: name, kind (input or group), value and error in kSE.
    """
    unknown = sorted({key for keys in groups.values() for key in keys} - set(x))
    if unknown:
        raise ValueError(f"A group names {unknown[0]!r}, which is not an input of the model.")
    lead = _lead(ev, *x.values())
    rows = [(name, "input", *_worth_alone(values, lead)) for name, values in x.items()]
    rows += [(name, "group", *_worth_together([x[key] for key in keys], lead)) for name, keys in groups.items()]
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
    ahead = _lead(ev).table
    best = sum(reply_patterns(r, option, block).T @ ahead[block] for block in blocks(len(ev))).argmax(axis=1)
    followed = [reply_patterns(r, option, block) @ np.eye(ev.shape[1])[best] for block in blocks(len(ev))]
    return _worth((np.concatenate(followed) * ahead).sum(axis=1))


def reply_patterns(r: Responses, option: int, worlds: slice = slice(None)) -> np.ndarray:
    """The chance of every pattern of replies to one option: (n, 32), each row sums to 1."""
    us, seoul, seoul_joined, europe, europe_joined, beijing, kim = (_acts(chance[worlds, option]) for chance in r)
    west = us[:, None, None] * np.stack([seoul, seoul_joined])[:, :, None] * np.stack([europe, europe_joined])[:, None]
    return (west[:, :, :, None, None] * beijing[:, None] * kim).reshape(32, -1).T


def _lead(ev: np.ndarray, *columns: np.ndarray) -> Lead:
    if len(ev) < 2 * FOLDS:
        raise ValueError(f"The value of information needs {2 * FOLDS} worlds or more, not {len(ev)}.")
    if any(len(column) != len(ev) for column in columns):
        raise ValueError("Inputs and expected values must come from the same worlds, but differ in number.")
    if not all(np.isfinite(table).all() for table in (ev, *columns)):
        raise ValueError("Inputs and expected values must be finite numbers in every world.")
    ahead = ev - ev[:, [ev.mean(axis=0).argmax()]]
    return Lead(ahead, ahead.mean(axis=0), ahead.var(axis=0))


def _worth(gain: np.ndarray) -> Worth:
    return Worth(float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain))))


def _worth_alone(values: np.ndarray, lead: Lead, bins: int = BINS) -> Worth:
    if np.ptp(values) == 0:
        return Worth(0.0, 0.0)
    edges, cell = quantile_cells(values, bins)
    cells = len(edges) + 1
    place = np.tile(cells * np.arange(FOLDS), len(values) // FOLDS + 1)[: len(values)] + cell
    worlds = np.bincount(place, minlength=FOLDS * cells)
    choice = _choice(_cell_means(place, worlds, lead), cells, lead, worlds)
    return _worth(_taken(lead, choice[place]))


def _worth_together(values: Sequence[np.ndarray], lead: Lead) -> Worth:
    if len(values) == 1:
        return _worth_alone(values[0], lead)
    varying = [(column - column.mean()) / column.std() for column in values if np.ptp(column) > 0]
    if not varying:
        return Worth(0.0, 0.0)
    terms = (len(varying) + 1) * (len(varying) + 2) // 2
    return _worth(_taken(lead, _choice(_regression(np.stack(varying), lead.table), terms, lead)))


def _taken(lead: Lead, choice: np.ndarray) -> np.ndarray:
    """What the option chosen in every world has over the usual one: (n,)."""
    taken = np.zeros(len(choice))
    for at, column in enumerate(lead.table.T):
        taken += column * (choice == at)
    return taken


def _choice(fitted: np.ndarray, terms: int, lead: Lead, worlds: np.ndarray | None = None) -> np.ndarray:
    """The option that is best by a fit with so many free `terms`: one per row of `fitted`.

    A row stands for one world, or for as many as `worlds` says. Differences that the fit finds are shrunk
    by the part that noise alone would make. Without that, a worthless input would seem to do harm, because
    its noise now and then picks the second best option.
    """
    noise = lead.variance * terms / (len(lead.table) * (1 - 1 / FOLDS))
    spread = np.average((fitted - np.average(fitted, axis=0, weights=worlds)) ** 2, axis=0, weights=worlds)
    kept = 1 - np.divide(np.minimum(noise, spread), spread, out=np.ones_like(spread), where=spread > 0)
    return winners(lead.mean * (1 - kept) + fitted * kept)


def _cell_means(place: np.ndarray, worlds: np.ndarray, lead: Lead) -> np.ndarray:
    """For every place (fold by cell) the mean of its cell over the other folds: (places, options)."""
    sums = np.stack([np.bincount(place, column, len(worlds)) for column in lead.table.T] + [worlds])
    by_fold = sums.reshape(len(sums), FOLDS, -1)
    # One world with the overall mean is added: a cell that is empty elsewhere follows the average.
    extra = np.append(lead.mean, 1)[:, None, None]
    elsewhere = by_fold.sum(axis=1, keepdims=True) - by_fold + extra
    return (elsewhere[:-1] / elsewhere[-1]).reshape(len(lead.mean), -1).T


def _regression(z: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """For every world the prediction of a quadratic regression on the rows of `z`, fitted on the other folds."""
    folds = [slice(start, None, FOLDS) for start in range(FOLDS)]
    products = zip(*(_products(_quadratic(z[:, fold]), ahead[fold]) for fold in folds), strict=True)
    grams, crosses = map(np.stack, products)
    ridge = 1e-9 * z.shape[1] * np.eye(grams.shape[1])  # a yes-or-no input equals its own square
    rules = np.linalg.solve(grams.sum(axis=0) - grams + ridge, crosses.sum(axis=0) - crosses)
    fitted = np.empty_like(ahead)
    for fold, rule in zip(folds, rules, strict=True):
        fitted[fold] = _quadratic(z[:, fold]).T @ rule
    return fitted


def _products(design: np.ndarray, ahead: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return design @ design.T, design @ np.asfortranarray(ahead)


def _quadratic(z: np.ndarray) -> np.ndarray:
    """One, every input, every product of two: the rows of a quadratic regression, a column per world."""
    inputs, worlds = z.shape
    rows = np.empty(((inputs + 1) * (inputs + 2) // 2, worlds))
    rows[0], rows[1 : inputs + 1] = 1.0, z
    z, at = rows[1 : inputs + 1], inputs + 1
    for first in range(inputs):
        np.multiply(z[first], z[first:], out=rows[at : at + inputs - first])
        at += inputs - first
    return rows


def _acts(chance: np.ndarray) -> np.ndarray:
    return np.stack([1 - chance, chance])
