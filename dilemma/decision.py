"""What each of the Kremlin's four options is worth: exact on average, and played out with luck.

`x` maps every key of `KEYS` to an array of shape (n,), one entry per world. Results are (n, 4), world by
option in the order of `OPTIONS`, in kSE: thousand soldier-equivalents over six months, the worth of a
thousand Russian contract soldiers recruited and kept that long. Gains are positive, costs negative.
The value formula is that of `payoff`.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np

from dilemma import escalation
from dilemma.escalation import OPTIONS, RESPONDERS, Inputs, Responses
from dilemma.payoff import ANSWERS, MEN, PYONGYANG, Acts, charge, itemised, unanswered, worth

KEYS = (*MEN, *PYONGYANG, *(cost for _, cost in ANSWERS.values()), *escalation.KEYS)


class Tipping(NamedTuple):
    """The map of where the decision tips, everything off the two axes at the best guess."""

    worths: np.ndarray  # worth of the contingent, kSE, ascending
    reactions: np.ndarray  # chance of a strong reaction of Washington to Kursk, 0 to 1, ascending
    values: np.ndarray  # expected value by worth, reaction and option, kSE
    guess: tuple[float, float]  # worth and reaction at the best guess
    best: str  # the option that is best there


def expected(x: Inputs, replies: Responses | None = None) -> np.ndarray:
    """The exact expected value of every option in every world: (n, 4) in kSE, no luck involved.

    `replies` spares the time for `escalation.responses(x)` when they are at hand, here as below.
    """
    check(x)
    values = _table(x)
    for block, some, given in blocks(x, replies):
        values[block] = charge(unanswered(some), some, _marginal(given))
    return values


def blocks(x: Inputs, replies: Responses | None = None) -> Iterator[tuple[slice, Inputs, Responses]]:
    """The worlds in portions as of `escalation.blocks`: which ones, their inputs and the replies in them."""
    for block in escalation.blocks(len(x["blur"])):
        some = {key: values[block] for key, values in x.items()}
        given = escalation.responses(some) if replies is None else Responses(*(chance[block] for chance in replies))
        yield block, some, given


def chances(x: Inputs, replies: Responses | None = None) -> dict[str, np.ndarray]:
    """How likely each responder acts, and Washington and Seoul both (`joint`): name -> (n, 4), 0 to 1."""
    return _marginal(_replies(x, replies))


def _marginal(replies: Responses) -> dict[str, np.ndarray]:
    return escalation.marginal(replies) | {"joint": replies.us * replies.seoul_joined}


def simulate(
    x: Inputs, seed: int, replies: Responses | None = None
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """One outcome per world: values (n, 4) in kSE, and who acted, responder or `joint` -> (n, 4) of bool.

    Luck is common to the four options: in one world each responder keeps one temper whatever the
    Kremlin does, so that options differ by what they are worth and not by their draws.
    """
    check(x)
    tempers, values = luck(x, seed), _table(x)
    acts = {name: _table(x, bool) for name in (*RESPONDERS, "joint")}
    for block, some, given in blocks(x, replies):
        values[block], acted = play(some, {who: drawn[block] for who, drawn in tempers.items()}, given)
        for name, act in acted.items():
            acts[name][block] = act
    return values, acts


def luck(x: Inputs, seed: int) -> dict[str, np.ndarray]:
    """The temper of every responder in every world: responder -> (n, 1), 0 to 1; low means prone to act."""
    drawn = np.random.default_rng(seed).random((len(RESPONDERS), len(x["blur"]), 1))
    return dict(zip(RESPONDERS, drawn.astype(escalation.precision(x)), strict=True))


def play(
    x: Inputs, luck: Mapping[str, np.ndarray], replies: Responses
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The outcome of every world under the luck given: values and acts as `simulate` returns them."""
    acts = _acts(luck, replies)
    return charge(unanswered(x), x, acts), acts


def evaluate(
    x: Inputs, luck: Mapping[str, np.ndarray], replies: Responses
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """`expected` and `play` in one go, which shares what nobody's answer changes: expected, values, acts."""
    own, acts = unanswered(x), _acts(luck, replies)
    return charge(own.copy("K"), x, _marginal(replies)), charge(own, x, acts), acts


def _acts(luck: Mapping[str, np.ndarray], replies: Responses) -> dict[str, np.ndarray]:
    """Who acts under the luck given: responder or `joint` -> (n, 4) of bool."""
    us = luck["us"] < replies.us
    seoul = us & (luck["seoul"] < replies.seoul_joined) | ~us & (luck["seoul"] < replies.seoul_alone)
    europe = us & (luck["europe"] < replies.europe_joined) | ~us & (luck["europe"] < replies.europe_alone)
    beijing, kim = luck["beijing"] < replies.beijing, luck["kim"] < replies.kim
    return {"us": us, "seoul": seoul, "europe": europe, "beijing": beijing, "kim": kim, "joint": us & seoul}


def items(x: Inputs, acts: Acts | None = None) -> dict[str, np.ndarray]:
    """What every option's value is made of: item -> (n, 4) in kSE.

    Without `acts` the responses count with their chances and the items add up to `expected`; with the
    acts of `simulate` they add up to its values.
    """
    return dict(itemised(x, chances(x) if acts is None else acts))


def _table(x: Inputs, kind: type | None = None) -> np.ndarray:
    """An empty table (n, 4), each column in one piece as of `escalation.by_option`."""
    return np.empty((len(OPTIONS), len(x["blur"])), kind or escalation.precision(x)).T


def enumerated(x: Inputs) -> np.ndarray:
    """The expected value the slow way, over all 32 ways in which five responders can act: (n, 4) in kSE.

    A cross-check of `expected`, which never walks through this tree.
    """
    replies = _replies(x)
    leaves = product((True, False), repeat=len(RESPONDERS))
    return sum(_leaf(x, replies, dict(zip(RESPONDERS, leaf, strict=True))) for leaf in leaves)


def _leaf(x: Inputs, replies: Responses, acted: dict[str, bool]) -> np.ndarray:
    """One leaf of the tree: its probability times its value, (n, 4)."""
    given = {
        "us": replies.us,
        "seoul": replies.seoul_joined if acted["us"] else replies.seoul_alone,
        "europe": replies.europe_joined if acted["us"] else replies.europe_alone,
        "beijing": replies.beijing,
        "kim": replies.kim,
    }
    probability = np.prod([given[name] if acted[name] else 1 - given[name] for name in RESPONDERS], axis=0)
    acted = acted | {"joint": acted["us"] and acted["seoul"]}
    everywhere = {name: np.full_like(probability, act) for name, act in acted.items()}
    return probability * charge(unanswered(x), x, everywhere)


def set_worth(x: Inputs, kse: np.ndarray | float) -> dict[str, np.ndarray]:
    """The worlds with a given worth of the contingent: it moves with what a man is worth, so the price stays."""
    return {**x, "quality": kse / (x["n_troops"] * x["rotation"]) - x["spared"]}


def position(x: Inputs, replies: Responses | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Where every world lies on the tipping map: worth of the contingent (kSE) and chance of a strong
    reaction of Washington to Kursk (0 to 1), (n,) each."""
    return worth(x), _replies(x, replies).us[:, OPTIONS.index("kursk")]


def tipping(guess: Inputs, worths: np.ndarray, reactions: np.ndarray) -> Tipping:
    """The expected values over a grid of worths (kSE) and reactions (0 to 1), all else as in `guess`.

    `guess` is one world, (1,) per key; the axes are those of `set_worth` and `escalation.set_reaction`.
    Raises ValueError where no such line exists: lines without blur, or a certain reaction.
    """
    check(guess)
    if not (guess["blur"] > 0).all() or not ((reactions > 0) & (reactions < 1)).all():
        raise ValueError("The tipping map needs lines with some blur, and reactions above 0 and below 1.")
    worth_at, reaction_at = (axis.ravel() for axis in np.meshgrid(worths, reactions, indexing="ij"))
    x = {key: np.full(worth_at.size, guess[key].item()) for key in KEYS}
    values = expected(escalation.set_reaction(set_worth(x, worth_at), reaction_at))
    values = values.reshape(len(worths), len(reactions), len(OPTIONS))
    here = tuple(axis.item() for axis in position(guess))
    return Tipping(worths, reactions, values, here, OPTIONS[expected(guess).argmax()])


def tips(
    guess: Inputs, worths: np.ndarray, reactions: np.ndarray, option: str = "kursk"
) -> tuple[float | None, float | None]:
    """Where `option` starts or stops being best when one axis of the map alone moves from the best guess.

    Worth (kSE) and reaction (0 to 1) of the nearest such point within the axes given, None where there is none.
    """
    worth_here, reaction_here = position(guess)
    upwards = tipping(guess, worths, reaction_here).values[:, 0]
    across = tipping(guess, worth_here, reactions).values[0]
    at = OPTIONS.index(option)
    return (
        _crossing(worths, upwards, at, worth_here.item()),
        _crossing(reactions, across, at, reaction_here.item()),
    )


def _crossing(axis: np.ndarray, values: np.ndarray, at: int, near: float) -> float | None:
    """The place on an axis, between two points of it, where one option and the best other one are equal."""
    ahead = values[:, at] - np.delete(values, at, axis=1).max(axis=1)
    left = np.flatnonzero(np.diff(ahead > 0))
    places = axis[left] - ahead[left] * np.diff(axis)[left] / np.diff(ahead)[left]
    return float(places[np.abs(places - near).argmin()]) if len(places) else None


def days(kse: np.ndarray | float, losses_per_day: float) -> np.ndarray | float:
    """kSE in days of Russian losses, at `losses_per_day` persons killed or wounded.

    Raises ValueError unless the losses are above zero.
    """
    if not losses_per_day > 0:
        raise ValueError(f"losses_per_day is {losses_per_day}, but must be above zero.")
    return 1000 * kse / losses_per_day


def check(x: Inputs) -> None:
    """Refuses inputs that cannot be reckoned with, in one sentence that names the key (ValueError)."""
    for key in KEYS:
        if key not in x:
            raise ValueError(f"The decision needs the input {key}, which is missing.")
        if np.ndim(x[key]) != 1 or len(x[key]) != len(x["n_troops"]) or not len(x[key]):
            shapes = f"{key} has shape {np.shape(x[key])}, n_troops {np.shape(x['n_troops'])}"
            raise ValueError(f"Every input needs one value per world, but {shapes}.")
        if not np.isfinite(x[key]).all():
            raise ValueError(f"The input {key} holds a value that is not a finite number.")


def _replies(x: Inputs, replies: Responses | None = None) -> Responses:
    check(x)
    return escalation.responses(x) if replies is None else replies
