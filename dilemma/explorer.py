"""What if: the choice of every temperament over worldviews, worths of the contingent and US reactions.

On each of the two axes the first place leaves the worlds as they were drawn; every other place fixes the
same value in all of them. Everything else stays uncertain, so a place is no best guess but a verdict of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dilemma import decision, escalation, payoff, verdict
from dilemma.escalation import OPTIONS, Inputs, Responses

AS_DRAWN = 0  # place on either axis that fixes nothing
LEVELS = 8  # fixed worths
REACTIONS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9)  # finer where the worldviews lie
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
REACH = 0.99  # of the drawn worths lie below the highest level


class Outlook(NamedTuple):
    """What the temperaments choose in one set of worlds, and how clearly."""

    choices: tuple[str, ...]  # an option for each of `verdict.TEMPERAMENTS`
    share: float  # of the worlds in which the choice of the average is best, 0 to 1
    rival: str  # the second best on average
    lead: float  # kSE, by which the best on average beats it
    error: float  # Monte Carlo standard error of the lead

    @property
    def best(self) -> str:
        """The option with the highest mean expected value."""
        return self.choices[0]

    @property
    def standing(self) -> str:
        """How firm the verdict is, as in `verdict.standing`."""
        if self.share < verdict.CLEAR_SHARE:
            return "balanced"
        return "divided" if len(set(self.choices)) > 1 else "clear"

    @property
    def close(self) -> bool:
        """Whether the lead lies within two standard errors, so that other draws might turn it."""
        return self.lead <= 2 * self.error


class Drawn(NamedTuple):
    """What holds in the worlds of a worldview as they were drawn, nothing fixed."""

    outlook: Outlook
    worth: float  # mean worth of the contingent, kSE
    reaction: float  # mean chance of a strong reaction of Washington to Kursk, 0 to 1


class Explored(NamedTuple):
    """The grid: one outlook per worldview, place on the worth axis and place on the reaction axis."""

    worldviews: tuple[str, ...]
    worths: tuple[float, ...]  # kSE, ascending; they stand at the places from 1 on
    reactions: tuple[float, ...]  # 0 to 1, ascending; they stand at the places from 1 on
    outlooks: Mapping[tuple[str, int, int], Outlook]
    drawn: Mapping[str, Drawn]

    def fixed(self, worldview: str) -> list[list[Outlook]]:
        """The outlooks of one worldview where both values are fixed: rows of worths, columns of reactions."""
        places = range(1, len(self.reactions) + 1)
        rows = range(1, len(self.worths) + 1)
        return [[self.outlooks[worldview, row, column] for column in places] for row in rows]


def outlook(expected: np.ndarray, values: np.ndarray) -> Outlook:
    """What the temperaments choose by `decision.expected` and `decision.simulate`; ties go to the less provocative."""
    return outlooks(expected[:, None], values[:, None])[0]


def outlooks(expected: np.ndarray, values: np.ndarray) -> list[Outlook]:
    """The same for k sets of as many worlds, (n, k, 4), in a fraction of the time."""
    ratings = verdict.rate(expected, values)
    choices, sets = ratings.argmax(axis=-1), np.arange(expected.shape[1])
    others = ratings[0].copy()
    others[sets, choices[0]] = -np.inf
    rivals = others.argmax(axis=-1)
    shares = (verdict.winners(expected) == choices[0]).mean(axis=0)
    ahead = expected.T[choices[0], sets] - expected.T[rivals, sets]
    errors = ahead.std(axis=1) / np.sqrt(len(expected))
    named = ([OPTIONS[at] for at in chosen] for chosen in choices.T)
    numbers = zip(shares.tolist(), rivals, ahead.mean(axis=1).tolist(), errors.tolist(), strict=True)
    return [
        Outlook(tuple(names), share, OPTIONS[rival], lead, error)
        for names, (share, rival, lead, error) in zip(named, numbers, strict=True)
    ]


def worth_levels(worth: np.ndarray) -> tuple[float, ...]:
    """Round worths (kSE) in equal steps, from one step up to where nearly all of the drawn worths end."""
    least = float(np.quantile(worth, REACH)) / LEVELS
    power = 10.0 ** np.floor(np.log10(least))
    step = next(step * power for step in STEPS if step * power >= least)
    return tuple(float(step * place) for place in range(1, LEVELS + 1))


def drawn(x: Inputs, replies: Responses, expected: np.ndarray, values: np.ndarray) -> Drawn:
    """What holds in the worlds `x` when nothing is fixed."""
    reaction = replies.us[:, OPTIONS.index("kursk")]
    return Drawn(outlook(expected, values), float(payoff.worth(x).mean()), float(reaction.mean()))


def explore(
    worlds: Mapping[str, Inputs],
    seed: int,
    worths: Sequence[float],
    drawn: Mapping[str, Drawn],
    reactions: Sequence[float] = REACTIONS,
) -> Explored:
    """The grid over the `worlds` of each worldview, with the same luck everywhere.

    Where nothing is fixed stands what `drawn` says of each worldview, which may rest on more worlds.
    Raises ValueError where the axes have no meaning: worlds without soldiers or with lines without blur.
    """
    found = {}
    for worldview, x in worlds.items():
        _check(x)
        found |= {(worldview, *place): seen for place, seen in _places(x, seed, worths, reactions)}
        found[worldview, AS_DRAWN, AS_DRAWN] = drawn[worldview].outlook
    return Explored(tuple(worlds), tuple(worths), tuple(reactions), found, drawn)


def _places(
    x: Inputs, seed: int, worths: Sequence[float], reactions: Sequence[float]
) -> Iterator[tuple[tuple[int, int], Outlook]]:
    """The outlook at every place (worth, reaction). Answers do not depend on the worth, so luck is drawn once."""
    gains = _gains(x, worths)
    luck = decision.luck(x, seed)
    for column, reaction in enumerate([None, *reactions]):
        y = x if reaction is None else escalation.set_reaction(x, reaction)
        expected, values, _ = decision.evaluate(y, luck, escalation.responses(y))
        for row, seen in enumerate(outlooks(expected[:, None] + gains, values[:, None] + gains)):
            yield (row, column), seen


def _gains(x: Inputs, worths: Sequence[float]) -> np.ndarray:
    """What every option gains where the worth is left as drawn, and where it is fixed: (n, 1 + worths, 4) in kSE."""
    worth = payoff.worth(x)
    shift = np.stack([np.zeros_like(worth), *(kse - worth for kse in worths)])
    return (payoff.used(x).T[:, None] * shift).T


def _check(x: Inputs) -> None:
    decision.check(x)
    for key in ("n_troops", "rotation", "blur"):
        if not (x[key] > 0).all():
            raise ValueError(f"The explorer needs {key} above zero in every world.")
