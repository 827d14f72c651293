"""What a move reveals about its maker: one sender of two types, responders who read the move.

The sender is short of men or amply supplied; the responders do not know which. It chooses better
moves more often, not always (quantal response, source `mckelvey-palfrey-1998`). Payoffs are in
thousand soldier-equivalents (kSE). A settled belief is one that the moves it leads to confirm;
there may be several, and none of them is "the" solution.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_softmax, logit, logsumexp

SHORT, AMPLE = 0, 1
STEP = 0.5  # a full step can overshoot and swing to and fro for ever
ROUNDS = 2_000
TOLERANCE = 1e-13


class Game(NamedTuple):
    """The box: what each type gains from each move, and how the others answer."""

    payoffs: np.ndarray  # kSE, shape (2, moves): row SHORT, row AMPLE
    rungs: np.ndarray  # provocation of each move, shape (moves,); at 0 there is nothing to answer
    cost: float  # kSE that an answer costs the sender
    line: float  # rung that is answered half the time when nobody believes in a shortage
    pull: float  # rungs by which the line sinks when everybody believes in one
    blur: float  # width of the line in rungs, above 0


def answers(game: Game, belief: np.ndarray) -> np.ndarray:
    """Probability of an answer to each move, in the shape of `belief` (…, moves)."""
    reached = expit((game.rungs + game.pull * belief - game.line) / game.blur)
    return np.where(game.rungs > 0, reached, 0.0)


def moves(game: Game, belief: np.ndarray, precision: np.ndarray) -> np.ndarray:
    """Probability of each move per type, shape (n, 2, moves), when the others hold `belief` (n, moves)."""
    return np.exp(_log_moves(game, belief, precision))


def _log_moves(game: Game, belief: np.ndarray, precision: np.ndarray) -> np.ndarray:
    value = game.payoffs - game.cost * answers(game, belief)[:, None, :]
    return log_softmax(np.reshape(precision, (-1, 1, 1)) * value, axis=-1)


def updated(prior: np.ndarray, log_moves: np.ndarray) -> np.ndarray:
    """Bayes: belief "short of men" after each move, (n, moves), from log-probabilities (n, 2, moves)."""
    weight_of_evidence = log_moves[:, SHORT] - log_moves[:, AMPLE]
    return expit(logit(np.reshape(prior, (-1, 1))) + weight_of_evidence)


def settle(
    game: Game, prior: np.ndarray, precision: np.ndarray, start: np.ndarray | None = None
) -> np.ndarray:
    """A belief "short of men" after each move that confirms itself, shape (n, moves).

    `prior` (0 to 1) and `precision` (per kSE; 0 = moves at random) have shape (n,). `start` is the
    first belief, by default the prior. Raises ValueError when the search does not come to rest.
    """
    prior, precision = _checked(game, prior, precision)
    belief = np.broadcast_to(prior[:, None] if start is None else start, (len(prior), len(game.rungs)))
    for _ in range(ROUNDS):
        after = updated(prior, _log_moves(game, belief, precision))
        if np.abs(after - belief).max() < TOLERANCE:
            return after
        belief = belief + STEP * (after - belief)
    raise ValueError(f"The beliefs did not come to rest within {ROUNDS} rounds; choose a lower precision.")


def _checked(game: Game, prior: np.ndarray, precision: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    prior, precision = np.broadcast_arrays(np.atleast_1d(prior).astype(float), np.asarray(precision, float))
    if not ((prior >= 0) & (prior <= 1)).all():
        raise ValueError("A prior belief must lie between 0 and 1.")
    if not (precision >= 0).all() or not np.isfinite(precision).all():
        raise ValueError("A precision must be a number of at least 0.")
    if not game.blur > 0:
        raise ValueError(f"The blur of the line is {game.blur}, but must be above 0.")
    if np.shape(game.payoffs) != (2, len(game.rungs)):
        raise ValueError(f"The payoffs need two rows of {len(game.rungs)} moves, one for each type.")
    return prior, precision


def settled_beliefs(game: Game, prior: float, precision: float) -> np.ndarray:
    """All self-confirming beliefs found from extreme starts, shape (found, moves), sorted.

    Every move starts at 0 and at 1, in all combinations. Finding one does not prove it the only one.
    """
    starts = np.array(list(product((0.0, 1.0), repeat=len(game.rungs))))
    ones = np.ones(len(starts))
    found = settle(game, prior * ones, precision * ones, starts)
    return np.unique(found.round(9), axis=0)


def taken(game: Game, prior: np.ndarray, precision: np.ndarray, belief: np.ndarray) -> np.ndarray:
    """Belief "short of men", shape (n,), when all that is known is that the first move was not chosen."""
    chosen = logsumexp(_log_moves(game, belief, precision)[:, :, 1:], axis=-1, keepdims=True)
    return updated(prior, chosen)[:, 0]
