"""Which inputs the variance of a result is due to, over their whole ranges.

Sources: MODEL section 7 of this project; Sobol indices by pick and freeze, with the estimators of
Saltelli and Jansen, as in `salib-2017`.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from dilemma import inputs
from dilemma.escalation import Inputs
from dilemma.inputs import BACKED

Output = Callable[[Inputs], np.ndarray]  # worlds -> (n,)
Pair = tuple[Inputs, Inputs]  # two independent sets of as many worlds
WORLDS = 2**14  # with so many, one share in a hundred is off by more than two percentage points


def sobol(
    chosen: pd.DataFrame,
    output: Output,
    seed: int,
    sets: Mapping[str, Iterable[str]] | None = None,
    worlds: Pair | None = None,
) -> pd.DataFrame:
    """Share of the output's variance due to each input: alone (first) and with all its interactions (total).

    `chosen` is indexed by key with low, mode, high, peak; `sets` names sets of inputs that vary together
    (default: each for itself). `worlds` spares the time for `pairs(chosen, seed)` when they are at hand, or
    has another number of them. Raises ValueError when nothing varies.
    """
    first, second = worlds or pairs(chosen, seed)
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
    chosen: pd.DataFrame, output: Output, seed: int, worlds: Pair | None = None
) -> dict[str, float]:
    """How the output's variance splits between inputs that we assume and inputs that are documented.

    `documented`: inputs whose basis is sourced or derived, all at once; `assumed`: all others, elicited and
    overridden ones among them; `together`: what only both cause in interaction. The three sum to 1.
    """
    documented = chosen["basis"].isin(BACKED)
    sets = {"assumed": chosen.index[~documented], "documented": chosen.index[documented]}
    alone = sobol(chosen, output, seed, sets, worlds)["first"]
    return {**alone.to_dict(), "together": float(1 - alone.sum())}


def pairs(chosen: pd.DataFrame, seed: int, worlds: int = WORLDS) -> Pair:
    """Two independent sets of as many worlds, the same for any order of rows."""
    drawn = inputs.draw(chosen, 2 * worlds, seed)
    first, second = ({key: values[part] for key, values in drawn.items()} for part in np.s_[:worlds, worlds:])
    return first, second
