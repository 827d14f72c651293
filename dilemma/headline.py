"""The headline of a run without its notebooks: the decision's findings straight from the model.

The ids, the values and the draws are those of chapter 06; a test executes the chapter and compares.
"""

from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from dilemma import decision, escalation, evidence, inputs, payoff, verdict
from dilemma.escalation import OPTIONS, Inputs
from dilemma.parameters import Claims, Parameters, Ranges, Worldview
from dilemma.payoff import Acts
from dilemma.quantiles import middle90

Value = float | str | tuple[float, float]  # a number, an option or another code word, a range
HORNS = ("horn_one", "horn_two")
REFUSE, KURSK = OPTIONS.index("refuse"), OPTIONS.index("kursk")
# What each id stands in: a key of verdict.TEMPERAMENTS
MINDS = dict(zip(verdict.TEMPERAMENTS, ("average", "loss-averse", "regret", "worst"), strict=True))


def findings(parameters: Parameters) -> dict[str, Value]:
    """The findings of the decision by id, options and other terms as their code words.

    A process keeps its tables, so that its next run takes half the time.
    """
    chosen = choose(parameters)
    x = inputs.draw(chosen, parameters.draws, parameters.seed)
    expected, values, horns = _played(x, parameters.seed)
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
    return _chosen(parameters.as_of, parameters.worldview, parameters.reject_claims, parameters.inputs)


@lru_cache(maxsize=1024)
def _chosen(as_of: date, worldview: Worldview, rejected: Claims, overrides: Ranges) -> pd.DataFrame:
    table, counterfactuals, worldviews, _ = _tables(as_of)
    return inputs.choose(
        table,
        counterfactuals,
        worldviews,
        worldview=worldview,
        rejected=rejected,
        overrides=dict(overrides),
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


def _played(x: Inputs, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exact and played out values of every world, (n, 4) in kSE each, and the weight of both horns."""
    luck, horns = decision.luck(x, seed), np.zeros(len(HORNS))
    expected, values = np.empty((2, len(OPTIONS), len(x["blur"])), escalation.precision(x)).swapaxes(1, 2)
    for block, some, replies in decision.blocks(x):
        tempers = {who: drawn[block] for who, drawn in luck.items()}
        expected[block], values[block], acts = decision.evaluate(some, tempers, replies)
        horns += _horns(some, values[block], acts)
    return expected, values, horns


def _horns(x: Inputs, values: np.ndarray, acts: Acts) -> np.ndarray:
    """By how much Kursk is worse than the best alternative in either horn, summed over the worlds that backfire."""
    swap = verdict.swapped(values)
    answers = payoff.charge(np.zeros_like(values), x, acts, verdict.PARTS["horn_two"])
    horns = payoff.UNANSWERED["exposure"](x), answers
    return np.array([np.vdot(horn.T, swap.T) for horn in horns])


def _gap(expected: np.ndarray, as_of: date) -> dict[str, Value]:
    """How far Kursk is ahead of the best alternative on average."""
    rival, gap, _ = verdict.ahead(expected, "kursk")
    low, high = middle90(expected[:, KURSK] - expected[:, OPTIONS.index(rival)])
    return {
        "dilemma-gap": gap,
        "dilemma-gap-days": decision.days(gap, _tables(as_of)[-1]),
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
