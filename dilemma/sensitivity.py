"""Which inputs the variance of a result is due to, over their whole ranges.

Sources: MODEL section 7 of this project; Sobol indices by pick and freeze, with the estimators of
Saltelli and Jansen, as in `salib-2017`.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import special

from dilemma.escalation import Inputs
from dilemma.inputs import BACKED

Output = Callable[[Inputs], np.ndarray]  # worlds -> (n,)
Pair = tuple[Inputs, Inputs]  # two independent sets of as many worlds


def sobol(
    chosen: pd.DataFrame,
    output: Output,
    seed: int,
    sets: Mapping[str, Iterable[str]] | None = None,
    power: int = 12,
    worlds: Pair | None = None,
) -> pd.DataFrame:
    """Share of the output's variance due to each input: alone (first) and with all its interactions (total).

    `chosen` is indexed by key with low, mode, high, peak; `sets` names sets of inputs that vary together
    (default: each for itself); 2**power worlds are drawn twice. `worlds` spares the time for
    `pairs(chosen, seed, power)` when they are at hand. Raises ValueError when nothing varies.
    """
    first, second = worlds or pairs(chosen, seed, power)
    at_first, at_second = (np.asarray(output(worlds), dtype=float) for worlds in (first, second))
    middle, variance = np.mean([at_first, at_second]), np.var([at_first, at_second])
    if variance == 0:
        raise ValueError("The result is the same in all worlds, so there is no variance to split.")
    rows = {}
    for name, keys in (sets or {key: [key] for key in chosen.index}).items():
        change = output({**first, **{key: second[key] for key in keys}}) - at_first
        rows[name] = (np.mean((at_second - middle) * change) / variance, np.mean(change**2) / 2 / variance)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["first", "total"])


def basis_shares(
    chosen: pd.DataFrame, output: Output, seed: int, power: int = 12, worlds: Pair | None = None
) -> dict[str, float]:
    """How the output's variance splits between inputs that we assume and inputs that are documented.

    `documented`: inputs whose basis is sourced or derived, all at once; `assumed`: all others, elicited and
    overridden ones among them; `together`: what only both cause in interaction. The three sum to 1.
    """
    documented = chosen["basis"].isin(BACKED)
    sets = {"assumed": chosen.index[~documented], "documented": chosen.index[documented]}
    alone = sobol(chosen, output, seed, sets, power, worlds)["first"]
    return {**alone.to_dict(), "together": float(1 - alone.sum())}


def pairs(chosen: pd.DataFrame, seed: int, power: int = 12) -> Pair:
    """Two independent sets of 2**power worlds from one Sobol sequence, the same for any order of rows."""
    from scipy.stats import qmc  # a quarter of all import time, which one chapter needs: the others need not wait

    rows = chosen.sort_index()
    low, mode, high = (rows[name].to_numpy(dtype=float) for name in ("low", "mode", "high"))
    width = np.where(high > low, high - low, 1.0)
    peak = rows["peak"].to_numpy(dtype=float)
    shape = 1 + peak * (mode - low) / width, 1 + peak * (high - mode) / width
    levels = np.hsplit(qmc.Sobol(2 * len(rows), rng=seed).random_base2(power), 2)
    drawn = [low + (high - low) * special.betaincinv(*shape, level) for level in levels]
    first, second = (dict(zip(rows.index, worlds.T, strict=True)) for worlds in drawn)
    return first, second
