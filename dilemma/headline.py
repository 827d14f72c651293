"""The headline of a run without its notebooks: the decision's findings straight from the model.

The ids, the values and the draws are those of chapter 06; a test executes the chapter and compares.
"""

from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from dilemma import decision, escalation, evidence, inputs, verdict
from dilemma.decision import Acts
from dilemma.escalation import OPTIONS, Inputs
from dilemma.parameters import Parameters

Value = float | str | tuple[float, float]  # a number, an option or another code word, a range
BLOCK = 8192  # worlds whose arrays fit into a processor’s cache
KEPT = 160_000_000  # bytes of draws that a process keeps for its next run
HORNS = ("horn_one", "horn_two")
REFUSE, KURSK = OPTIONS.index("refuse"), OPTIONS.index("kursk")
# What each id stands in: a key of verdict.TEMPERAMENTS
MINDS = dict(zip(verdict.TEMPERAMENTS, ("average", "loss-averse", "regret", "worst"), strict=True))


def findings(parameters: Parameters) -> dict[str, Value]:
    """The findings of the decision by id, options and other terms as their code words.

    A process keeps tables and draws, so that a run like an earlier one takes a fraction of the time.
    """
    chosen = choose(parameters)
    x = _drawn(chosen, parameters.draws, parameters.seed)
    expected, values, horns = _played(x, decision.luck(parameters.seed, parameters.draws))
    ratings = verdict.temperaments(expected, values)
    choices, shares = verdict.choices(ratings), verdict.shares(expected)
    return {
        "dilemma-best": choices["average"],
        "dilemma-best-share": float(shares.share[choices["average"]]),
        **{f"dilemma-{name}-share": float(share) for name, share in shares.share.items()},
        **{f"dilemma-{id}": choices[mind] for mind, id in MINDS.items()},
        "dilemma-balanced": verdict.standing(shares, choices),
        **_gap(expected, parameters.as_of),
        **_backfire(values),
        "dilemma-heavier-horn": HORNS[horns.argmax()],
    }


def choose(parameters: Parameters) -> pd.DataFrame:
    """The range of every input under these parameters.

    Raises ParameterError for a claim, a key or a range that the model does not have.
    """
    table, counterfactuals, worldviews, _ = _tables(parameters.as_of)
    return inputs.choose(
        table,
        counterfactuals,
        worldviews,
        worldview=parameters.worldview,
        rejected=parameters.reject_claims,
        overrides=dict(parameters.inputs),
    )


@lru_cache(maxsize=64)
def _tables(as_of: date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, float]:
    """Inputs, counterfactuals, modes of the worldviews, and Russia's losses per day."""
    quantities = evidence.newest_vintage(evidence.read("quantities", as_of), "quantity_id")
    return (
        evidence.newest_vintage(evidence.read("inputs", as_of), "key"),
        evidence.read("counterfactuals", as_of),
        evidence.read("worldview_modes", as_of),
        float(quantities.set_index("quantity_id").loc["ru_casualties_day", "mode"]),
    )


def _played(x: Inputs, luck: Inputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exact and played out values of every world, (n, 4) in kSE each, and the weight of both horns."""
    worlds = len(x["blur"])
    expected, values = np.empty((2, len(OPTIONS), worlds)).transpose(0, 2, 1)
    horns = np.zeros(len(HORNS))
    for start in range(0, worlds, BLOCK):
        block = slice(start, start + BLOCK)
        part = {key: drawn[block] for key, drawn in x.items()}
        replies = escalation.responses(part)
        expected[block] = decision.expected(part, replies)
        values[block], acts = decision.play(part, {who: drawn[block] for who, drawn in luck.items()}, replies)
        horns += _horns(part, values[block], acts)
    return expected, values, horns


def _horns(x: Inputs, values: np.ndarray, acts: Acts) -> np.ndarray:
    """By how much Kursk is worse than the best alternative in either horn, summed over the worlds that backfire."""
    others = np.where(np.arange(len(OPTIONS)) == KURSK, -np.inf, values)
    rival = others.argmax(axis=1)
    lost = np.flatnonzero(verdict.regret(values)[:, KURSK] > 0)
    items = dict(decision.itemised(x, acts))
    gaps = {name: (item[lost, rival[lost]] - item[lost, KURSK]).sum() for name, item in items.items()}
    return np.array([sum(gaps[name] for name in verdict.PARTS[horn]) for horn in HORNS])


def _gap(expected: np.ndarray, as_of: date) -> dict[str, Value]:
    """How far Kursk is ahead of the best alternative on average."""
    glance = verdict.glance(expected)
    ahead = expected[:, KURSK] - expected[:, OPTIONS.index(glance.rival)]
    low, high = np.quantile(ahead, [0.05, 0.95])
    per_day = _tables(as_of)[-1]
    return {
        "dilemma-gap": glance.gap,
        "dilemma-gap-days": decision.days(glance.gap, per_day),
        "dilemma-gap-range": (float(low), float(high)),
    }


def _backfire(values: np.ndarray) -> dict[str, Value]:
    """How often Kursk and refusing end worse than the best alternative, and Kursk than refusing and zero."""
    worse, kursk = verdict.surpassed(values), values[:, KURSK]
    return {
        "backfire-chance": float(worse["kursk"]),
        "backfire-chance-refuse": float((values[:, REFUSE] > kursk).mean()),
        "backfire-refuse-chance": float(worse["refuse"]),
        "backfire-below-zero": float((kursk < 0).mean()),
    }


def _drawn(chosen: pd.DataFrame, draws: int, seed: int) -> dict[str, np.ndarray]:
    """The draws of every input; those that an earlier run of this process shares are not drawn again."""
    ranges = chosen[[*inputs.BOUNDS, "peak"]].itertuples()
    return {key: _kept(key, *numbers, draws, seed) for key, *numbers in ranges}


_shelf: dict[tuple[object, ...], np.ndarray] = {}


def _kept(*drawing: object) -> np.ndarray:
    """The draws of one input, from the shelf; what has stood there longest makes room."""
    if drawing not in _shelf:
        drawn = inputs.draw_one(*drawing)
        while _shelf and sum(other.nbytes for other in _shelf.values()) + drawn.nbytes > KEPT:
            del _shelf[next(iter(_shelf))]
        _shelf[drawing] = drawn
    return _shelf[drawing]
