"""What every option of the Kremlin is worth in one world: the items of the value formula.

`x` maps every input to an array of shape (n,), one entry per world. Results are (n, 4), world by option in
the order of `OPTIONS`, in kSE as in `decision`. Gains are positive, costs negative.
Source of the value formula: MODEL section 6 of this project.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import iadd

import numpy as np

from dilemma import escalation
from dilemma.escalation import UKRAINE_RUNG, Inputs

MEN = ("n_troops", "rotation", "quality", "spared", "use_train", "use_ukraine")
PYONGYANG = ("pay_ratio", "paid_train", "snub", "exposure")
# Item of the balance: whose act brings it about, and the input that says what it costs.
ANSWERS = {
    "technology": ("kim", "tech"),
    "washington": ("us", "c_us"),
    "seoul": ("seoul", "c_seoul"),
    "europe": ("europe", "c_europe"),
    "joint": ("joint", "c_joint"),
    "beijing": ("beijing", "c_china"),
}
ITEMS = ("men", "price", "technology", "exposure", "snub", "washington", "seoul", "europe", "joint", "beijing")

Acts = Mapping[str, np.ndarray]  # responder or "joint" -> (n, 4): chance of acting, or whether it acted


def worth(x: Inputs) -> np.ndarray:
    """What the contingent is worth if it fights in Kursk, before any cost: (n,) in kSE."""
    return x["n_troops"] * x["rotation"] * (x["quality"] + x["spared"])


def used(x: Inputs) -> np.ndarray:
    """The share of that worth which every option brings: (n, 4), nothing for refusing and all of it for Kursk."""
    return escalation.by_option(0.0, x["use_train"], 1.0, x["use_ukraine"])


def itemised(x: Inputs, acts: Acts, names: Iterable[str] = ITEMS) -> Iterator[tuple[str, np.ndarray]]:
    """The items one after the other, (n, 4) in kSE each, so that a million worlds fit into memory."""
    return ((name, _answer(name, x, acts) if name in ANSWERS else UNANSWERED[name](x)) for name in names)


def _men(x: Inputs) -> np.ndarray:
    men = worth(x)
    return escalation.by_option(0.0, men * x["use_train"], men, men * x["use_ukraine"])


def _price(x: Inputs) -> np.ndarray:
    pay = -x["n_troops"] * x["rotation"] * x["pay_ratio"]
    return escalation.by_option(0.0, pay * x["paid_train"], pay, pay)


def _exposure(x: Inputs) -> np.ndarray:
    return -(x["exposure"] / UKRAINE_RUNG)[:, None] * escalation.rungs(x)


def _snub(x: Inputs) -> np.ndarray:
    return escalation.by_option(-x["snub"], 0.0, 0.0, 0.0)


# Items that nobody's answer changes
UNANSWERED = {"men": _men, "price": _price, "exposure": _exposure, "snub": _snub}


def unanswered(x: Inputs) -> np.ndarray:
    """What every option is worth before anybody answers, (n, 4) in kSE."""
    return reduce(iadd, (item(x) for item in UNANSWERED.values()))


def _answer(name: str, x: Inputs, acts: Acts) -> np.ndarray:
    responder, cost = ANSWERS[name]
    return -x[cost][:, None] * acts[responder]


def charge(values: np.ndarray, x: Inputs, acts: Acts, names: Iterable[str] = ANSWERS) -> np.ndarray:
    """Take what the answers cost off `values`, (n, 4) in kSE, in place: nobody answers a refusal."""
    for responder, cost in map(ANSWERS.__getitem__, names):
        values.T[1:] -= x[cost] * acts[responder].T[1:].astype(values.dtype, copy=False)
    return values
