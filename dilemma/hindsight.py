"""How forecasts did once the answers were known, and what the answers say about the model's worlds.

Brier (1950) is the squared error of a probability; the log score is minus the natural logarithm of the
probability given to what happened. Both are proper: an honest forecast scores best on average.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

import numpy as np
import pandas as pd
from scipy.special import xlogy

from dilemma.escalation import OPTIONS, Responses, marginal

DIGITS = 4  # of a frozen forecast: finer than anyone reads, coarser than the last bits of two machines
CLEAR = {"yes": True, "no": False}  # answers that a probability can be scored against


def forecasts(replies: Responses) -> dict[str, float]:
    """What the model says of every answer to every step but refusing: `us|kursk` -> mean over the worlds."""
    return {
        f"{responder}|{option}": float(chance[:, at].mean())
        for responder, chance in marginal(replies).items()
        for at, option in enumerate(OPTIONS)
        if option != "refuse"
    }


def freeze(forecasts: Mapping[str, float]) -> str:
    """A short fingerprint of the forecasts, rounded to four decimals: who changes one changes it.

    Twelve hexadecimal digits of the SHA-256 of the sorted rows `name,probability`. Raises ValueError
    for a forecast outside 0 to 1.
    """
    _check_probabilities(np.array(list(forecasts.values())))
    rows = "".join(f"{name},{forecasts[name]:.{DIGITS}f}\n" for name in sorted(forecasts))
    return sha256(rows.encode()).hexdigest()[:12]


def brier(forecast: np.ndarray | float, happened: np.ndarray | bool) -> np.ndarray:
    """Squared error of a probability against what happened: 0 is perfect, 1 the worst, 0.25 a coin's."""
    return (_check_probabilities(forecast) - np.asarray(happened, dtype=float)) ** 2


def log_score(forecast: np.ndarray | float, happened: np.ndarray | bool) -> np.ndarray:
    """Minus the natural logarithm of the probability given to what happened: 0 is perfect, ln 2 a coin's.

    A forecast of 0 or 1 scores 0 when it was right and is infinitely bad when it was wrong.
    """
    probability, happened = _check_probabilities(forecast), np.asarray(happened, dtype=float)
    return np.abs(xlogy(happened, probability) + xlogy(1 - happened, 1 - probability))


def _check_probabilities(values: np.ndarray | float) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("A forecast is a probability, so it must lie between 0 and 1.")
    return values


def settled(questions: pd.DataFrame, outcomes: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The questions that a forecast made on the day `as_of` can be scored against.

    They have a forecast and a clear answer, yes or no (`happened`), that came after that day: an earlier
    one was known to whoever made the forecast. Sorted by question_id.
    """
    rows = questions[questions.forecast.notna()].merge(outcomes, on="question_id")
    rows = rows[rows.outcome.isin(CLEAR) & (rows.known_from > pd.Timestamp(as_of))]
    happened = rows.outcome.map(CLEAR).astype(bool)
    return rows.assign(happened=happened).sort_values("question_id", ignore_index=True)


def score(rows: pd.DataFrame, forecasters: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """One row per question and forecaster: probability, brier, log.

    `rows` come from `settled`; every forecaster gives one probability per row, or NaN for none.
    """
    table = pd.concat(
        [
            rows[["question_id", "forecast", "happened"]].assign(forecaster=name, probability=given)
            for name, given in forecasters.items()
        ]
    ).dropna(subset="probability")
    return table.assign(
        brier=brier(table.probability, table.happened), log=log_score(table.probability, table.happened)
    ).reset_index(drop=True)


def compare(scores: pd.DataFrame, model: str) -> pd.DataFrame:
    """Mean scores by forecaster, and those of `model` on the same questions: the only fair comparison.

    Indexed by forecaster: questions (count), brier, log, model_brier, model_log.
    """
    own = scores[scores.forecaster == model].set_index("question_id")[["brier", "log"]]
    beside = scores.join(own.add_prefix("model_"), on="question_id")
    means = beside.groupby("forecaster", sort=False)[["brier", "log", "model_brier", "model_log"]].mean()
    means.insert(0, "questions", beside.groupby("forecaster", sort=False).size())
    return means


def given_washington(replies: Responses, acted: bool) -> dict[str, np.ndarray]:
    """The chance of every answer, responder -> (n, 4), in the case that Washington acted or did not."""
    joined = {"seoul": replies.seoul_joined, "europe": replies.europe_joined}
    alone = {"seoul": replies.seoul_alone, "europe": replies.europe_alone}
    return marginal(replies) | (joined if acted else alone)


def answers(rows: pd.DataFrame) -> dict[str, bool]:
    """What happened by name of the forecast, such as `us|kursk`, from the rows of `settled`."""
    return dict(zip(rows.forecast, rows.happened.tolist(), strict=True))


def weights(replies: Responses, happened: Mapping[str, bool]) -> np.ndarray:
    """The weight of every world, (n,) with sum 1, in proportion to how likely it made what happened.

    Raises ValueError when no world made it possible.
    """
    weight = likelihood(replies, happened)
    if not weight.sum() > 0:
        raise ValueError("In no world of the model could this have happened, so none can be weighted by it.")
    return weight / weight.sum()


def joint(replies: Responses, happened: Mapping[str, bool]) -> float:
    """The probability (0 to 1) that the model gave to all the answers together: the mean over the worlds."""
    return float(likelihood(replies, happened).mean())


def likelihood(replies: Responses, happened: Mapping[str, bool]) -> np.ndarray:
    """How likely every world made all that happened, (n,), 0 to 1; without an answer it is 1.

    That is the product over the answers of p where it came and 1 - p where it did not. Seoul and Europe
    follow Washington, so their p is the one given its answer; while that is open, both cases count.
    """
    chance = np.ones(len(replies.us))
    for option in sorted({name.split("|")[1] for name in happened}):
        came = {name.split("|")[0]: yes for name, yes in happened.items() if name.endswith(f"|{option}")}
        cases = [came["us"]] if "us" in came else [True, False]
        at = OPTIONS.index(option)
        chance = chance * sum(_to_one_option(replies, came | {"us": acted}, at) for acted in cases)
    return chance


def _to_one_option(replies: Responses, came: Mapping[str, bool], option: int) -> np.ndarray:
    """How likely every world made these answers to one option, Washington's among them: (n,), 0 to 1."""
    chances = given_washington(replies, came["us"])
    given = {name: chances[name][:, option] for name in came}
    return np.prod([given[name] if yes else 1 - given[name] for name, yes in came.items()], axis=0)


def effective_size(weights: np.ndarray) -> float:
    """How many equally weighted worlds the weighted ones are worth: 1 / sum of w²."""
    return float(1 / np.sum(np.square(weights)))


def quantile(values: np.ndarray, weights: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """The values below which the given shares of the weight lie, in the unit of `values`."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    at = np.searchsorted(reached, np.asarray(shares) * reached[-1])
    return values[order][np.minimum(at, len(values) - 1)]


def moved(values: Mapping[str, np.ndarray], weights: np.ndarray) -> pd.DataFrame:
    """Where 90 % of the worlds lie before and after the weighting, one row per name.

    Columns low, median, high and low_after, median_after, high_after, in the unit of the values (n,).
    """
    even = np.full_like(weights, 1 / len(weights))
    shares = [0.05, 0.5, 0.95]
    rows = {
        name: np.concatenate([quantile(value, given, shares) for given in (even, weights)])
        for name, value in values.items()
    }
    columns = ["low", "median", "high", "low_after", "median_after", "high_after"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def best_shares(expected: np.ndarray, weights: np.ndarray) -> pd.Series:
    """Share of the weight (0 to 1) of the worlds in which each option is best; `expected` is (n, 4), kSE."""
    share = np.bincount(expected.argmax(axis=1), weights=weights, minlength=len(OPTIONS))
    return pd.Series(share, index=pd.Index(OPTIONS, name="option"))
