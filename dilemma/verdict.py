"""Which option each temperament chooses, in how many worlds each is best, and when Kursk backfires.

`expected` and `values` are those of `decision`: (n, 4) in kSE, world by option in the order of `OPTIONS`.
`rate`, `regret` and `winners` also take (n, k, 4): k sets of as many worlds at once.
Source: MODEL section 6 of this project.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dilemma import decision, escalation
from dilemma.escalation import OPTIONS, Inputs, Responses
from dilemma.payoff import ITEMS, Acts, itemised
from dilemma.quantiles import middle90, quantile

TEMPERAMENTS = ("average", "loss_averse", "regret_averse", "worst_case")
LOSS_WEIGHT = 2.25  # losses against gains: the median estimate of Tversky and Kahneman (1992)
REGRET_QUANTILE = 0.95
WORST_SHARE = 0.1
CLEAR_SHARE = 0.6
# What a shortfall consists of. Snubbing Kim stays apart: it is what refusing costs, so it always speaks
# for sending men and would hide how heavy the first horn is.
PARTS = {
    "men": ("men",),
    "price": ("price", "technology"),
    "horn_one": ("exposure",),
    "horn_two": ("washington", "seoul", "europe", "joint", "beijing"),
    "snub": ("snub",),
}


class Glance(NamedTuple):
    """The verdict in one row; errors are Monte Carlo standard errors, all options in the same worlds."""

    best: str  # the option with the highest mean expected value
    share: float  # of the worlds in which it is best, 0 to 1
    share_error: float
    lead: float  # kSE, by how much it beats the second best on average
    lead_error: float
    rival: str  # the best of the other options than the one asked for
    gap: float  # kSE, mean of the option asked for minus that of its rival; below zero if it is worse
    gap_error: float


class Backfire(NamedTuple):
    """How often an option ends worse than the best alternative, and on average why."""

    probability: float  # share of the worlds, 0 to 1
    error: float  # Monte Carlo standard error of that share
    shortfall: float  # kSE, mean over the worlds that backfire; 0 if none does
    parts: pd.Series  # kSE by part of PARTS, adding up to the shortfall; below zero where it softens it


def temperaments(expected: np.ndarray, values: np.ndarray) -> pd.DataFrame:
    """How every temperament rates every option, in kSE: the higher, the better, in all four columns.

    average: mean expected value. loss_averse: mean outcome when a loss, that is an outcome below zero,
    weighs 2.25 times. regret_averse: minus the regret that 95 % of the outcomes stay below.
    worst_case: mean of the worst tenth of the outcomes.
    """
    ratings = dict(zip(TEMPERAMENTS, rate(expected, values), strict=True))
    return pd.DataFrame(ratings, index=pd.Index(OPTIONS, name="option"))


def rate(expected: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The ratings of `temperaments` without names: (4, 4), a row per temperament, or (4, k, 4)."""
    average = expected.mean(axis=0)
    loss_averse = values.mean(axis=0) + (LOSS_WEIGHT - 1) * np.minimum(values, 0).mean(axis=0)
    regret_averse = -quantile(regret(values), REGRET_QUANTILE)
    return np.stack([average, loss_averse, regret_averse, _worst(values).mean(axis=0)])


def _worst(values: np.ndarray) -> np.ndarray:
    """The worst tenth of the outcomes of every option, at least one."""
    count = max(1, round(WORST_SHARE * len(values)))
    return np.partition(values, count - 1, axis=0)[:count]


def choices(ratings: pd.DataFrame) -> pd.Series:
    """The option that every temperament chooses; of two equally good ones the less provocative."""
    return ratings.idxmax()


def regret(values: np.ndarray) -> np.ndarray:
    """By how much every option falls short of the best one in its world: as `values` in kSE, never negative."""
    return _best(values).T[..., None] - values


def surpassed(values: np.ndarray) -> pd.Series:
    """Share of the worlds in which each option ends worse than the best of the others: `backfire` for all."""
    best = _best(values)
    share = [np.count_nonzero(column < best) / len(values) for column in values.T]
    return pd.Series(share, index=pd.Index(OPTIONS, name="option"))


def _best(values: np.ndarray) -> np.ndarray:
    """The row maximum, column by column: many times as fast as along such short rows."""
    return values.T.max(axis=0)


def winners(values: np.ndarray) -> np.ndarray:
    """The place of the best option in every world, (n,) or (n, k); of equally good ones the less provocative.

    Column by column like `_best`, in half the time of numpy's argmax.
    """
    columns = values.T
    top, place = columns[0], np.zeros(columns[0].shape, np.int8)
    for at, column in enumerate(columns[1:], start=1):
        np.maximum(place, np.int8(at) * (column > top), out=place)
        top = np.maximum(top, column)
    return place.T


def regret_table(values: np.ndarray) -> pd.DataFrame:
    """What choosing the row costs on average (kSE) in the worlds in which the column would have been best.

    Options that are best in no world have no column.
    """
    best, missed = winners(values), regret(values)
    rows = {name: missed[best == at].mean(axis=0) for at, name in enumerate(OPTIONS) if (best == at).any()}
    return pd.DataFrame(rows, index=pd.Index(OPTIONS, name="option"))


def shares(expected: np.ndarray) -> pd.DataFrame:
    """Share of the worlds in which every option is best by expected value, with its Monte Carlo error.

    Indexed by option: share and error (standard error), 0 to 1; a tie goes to the less provocative option.
    Raises ValueError when all worlds are one and the same, where a share would only repeat the guess.
    """
    if all((column == column[0]).all() for column in expected.T):
        raise ValueError("All draws are the same world, so no share can be counted: give an input a range.")
    best = winners(expected)
    share = np.array([np.count_nonzero(best == at) for at in range(len(OPTIONS))]) / len(expected)
    error = _error(share, len(expected))
    return pd.DataFrame({"share": share, "error": error}, index=pd.Index(OPTIONS, name="option"))


def glance(expected: np.ndarray, option: str = "kursk") -> Glance:
    """What one needs to compare two sets of worlds: the best option, its lead, and how `option` fares."""
    best = OPTIONS[expected.mean(axis=0).argmax()]
    of_best = shares(expected).loc[best]
    _, lead, lead_error = ahead(expected, best)
    return Glance(best, float(of_best.share), float(of_best.error), lead, lead_error, *ahead(expected, option))


def ahead(expected: np.ndarray, option: str) -> tuple[str, float, float]:
    """The best of the other options on average, how far `option` is ahead of it (kSE), and the standard error."""
    at, means = OPTIONS.index(option), expected.mean(axis=0)
    rival = max((other for other in range(len(OPTIONS)) if other != at), key=means.__getitem__)
    gap = expected[:, at] - expected[:, rival]
    return OPTIONS[rival], float(gap.mean()), float(gap.std() / np.sqrt(len(gap)))


def _error(share: np.ndarray | float, draws: int) -> np.ndarray | float:
    return np.sqrt(share * (1 - share) / draws)


def standing(shares: pd.DataFrame, choices: pd.Series) -> str:
    """How firm the verdict is: `balanced`, `divided` or `clear`.

    Balanced: the option best on average is best in under 60 % of the worlds. Divided: it is best in more,
    but the temperaments do not all choose it.
    """
    if shares.share[choices["average"]] < CLEAR_SHARE:
        return "balanced"
    return "divided" if choices.nunique() > 1 else "clear"


def balance(x: Inputs, values: np.ndarray, replies: Responses | None = None) -> pd.DataFrame:
    """Mean of every item by option, the total, and where 90 % of the outcomes lie (low, high), in kSE."""
    sums = [
        pd.DataFrame({name: item.sum(axis=0) for name, item in itemised(some, decision.chances(some, given))})
        for _, some, given in decision.blocks(x, replies)
    ]
    means = sum(sums) / len(values)
    low, high = middle90(values)
    table = means.assign(total=means.sum(axis=1), low=low, high=high)
    return table.set_index(pd.Index(OPTIONS, name="option"))


def backfire(
    x: Inputs, values: np.ndarray, acts: Acts, chosen: str = "kursk", against: Sequence[str] = OPTIONS
) -> Backfire:
    """How often `chosen` ends worse than the best of the options `against` in the same world, and why.

    `values` and `acts` come from `decision.simulate`, so every option meets the same luck. The best
    alternative is picked with hindsight, world by world: nobody could have known it, so this is
    the harshest yardstick; `against=["refuse"]` takes one plan that could have been made.
    A part is what the alternative has over the chosen option in it, averaged over the worlds that backfire.
    """
    swap = swapped(values, chosen, against)
    gaps, worlds = shortfalls(x, acts, swap), np.count_nonzero(swap[:, OPTIONS.index(chosen)])
    parts = pd.Series({part: sum(gaps[name] for name in names) / max(1, worlds) for part, names in PARTS.items()})
    probability = worlds / len(values)
    return Backfire(probability, float(_error(probability, len(values))), float(parts.sum()), parts)


def swapped(values: np.ndarray, chosen: str = "kursk", against: Sequence[str] = OPTIONS) -> np.ndarray:
    """Which option would have been better than `chosen`: (n, 4), 1 for the best of `against`, -1 for `chosen`.

    All 0 in the worlds in which none is better. Raises ValueError for options that cannot be compared.
    """
    rivals = [at for at, name in enumerate(OPTIONS) if name in against and name != chosen]
    if chosen not in OPTIONS or not rivals:
        rivals_named, known = ", ".join(against), ", ".join(OPTIONS)
        raise ValueError(f"{chosen!r} against {rivals_named!r} is no comparison; the options are {known}.")
    mine = OPTIONS.index(chosen)
    others = values.T[rivals].T
    worse, best = _best(others) > values[:, mine], winners(others)
    swap = np.zeros(values.shape[::-1], values.dtype)
    swap[mine] -= worse
    for at, rival in enumerate(rivals):
        swap[rival] = worse & (best == at)
    return swap.T


def shortfalls(x: Inputs, acts: Acts, swap: np.ndarray, names: Sequence[str] = ITEMS) -> dict[str, float]:
    """What the better option of `swapped` has over the chosen one in every item, summed over the worlds (kSE)."""
    sums = dict.fromkeys(names, 0.0)
    for block in escalation.blocks(len(swap)):
        some, acted = ({key: column[block] for key, column in table.items()} for table in (x, acts))
        for name, item in itemised(some, acted, names):
            sums[name] += float(np.vdot(item.T, swap[block].T))
    return sums
