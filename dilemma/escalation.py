"""How likely is each responder's strong answer to each step of the Kremlin's ladder?

Source of the response rule: MODEL section 5 of this project; the logistic reply is the responder's half
of the quantal response equilibrium of McKelvey and Palfrey (1998).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import logit

OPTIONS = ("refuse", "train", "kursk", "ukraine")
RESPONDERS = ("us", "seoul", "europe", "beijing", "kim")
TRAIN_RUNG, UKRAINE_RUNG = 1.0, 3.0
LINES = ("line_us", "line_seoul", "line_europe", "line_china", "line_kim")
KEYS = ("rung_kursk", *LINES, "pull", "mood", "blur")
Inputs = Mapping[str, np.ndarray]
# A step or an announced consequence says more about a line than other words do.
WEIGHTY = ("deed", "relief", "threat")


class Responses(NamedTuple):
    """Probabilities of a strong answer, each (n, 4) by world and option; joined: once Washington acts."""

    us: np.ndarray
    seoul_alone: np.ndarray
    seoul_joined: np.ndarray
    europe_alone: np.ndarray
    europe_joined: np.ndarray
    beijing: np.ndarray
    kim: np.ndarray


def rungs(x: Inputs) -> np.ndarray:
    """Place the four options on the ladder of provocation: (n, 4) in rungs, in the order of `OPTIONS`."""
    kursk = np.asarray(x["rung_kursk"], dtype=float)
    return by_option(np.zeros_like(kursk), np.full_like(kursk, TRAIN_RUNG), kursk, np.full_like(kursk, UKRAINE_RUNG))


def by_option(*columns: np.ndarray) -> np.ndarray:
    """Join one column per option to (n, 4), each column in one piece of memory.

    Whatever is computed from such a table is kept like it, and in a third of the time of rows in one piece.
    """
    return np.stack(columns).T


def reply(rungs: np.ndarray, line: np.ndarray, blur: np.ndarray) -> np.ndarray:
    """Say how likely an answer is: logistic((rung - line) / blur), exactly 0 where the Kremlin refuses.

    `rungs` (n, 4), `line` and `blur` (n,), all in rungs; gives (n, 4). A blur of 0 is a step, one half on
    the line itself.
    """
    chance = rungs - np.asarray(line)[:, None]
    on_the_line = chance == 0
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        chance /= -np.asarray(blur)[:, None]
        chance[on_the_line] = 0.0  # also on a sharp line, where it is nothing divided by nothing
        # In place, numpy takes a third of the time of scipy's expit.
        np.exp(chance, out=chance)
    chance += 1
    np.reciprocal(chance, out=chance)
    chance[rungs == 0] = 0.0
    return chance


def responses(x: Inputs) -> Responses:
    """Give every responder's chance of acting on each option: the mood shifts all Western lines, the pull
    lowers those of Seoul and Europe once Washington acts.
    """
    steps, blur = rungs(x), x["blur"]
    seoul, europe = x["line_seoul"] + x["mood"], x["line_europe"] + x["mood"]
    return Responses(
        us=reply(steps, x["line_us"] + x["mood"], blur),
        seoul_alone=reply(steps, seoul, blur), seoul_joined=reply(steps, seoul - x["pull"], blur),
        europe_alone=reply(steps, europe, blur), europe_joined=reply(steps, europe - x["pull"], blur),
        beijing=reply(steps, x["line_china"], blur), kim=reply(steps, x["line_kim"], blur))


def set_reaction(x: Inputs, chance: np.ndarray | float) -> dict[str, np.ndarray]:
    """The worlds with a given chance (0 to 1) that Washington answers Kursk strongly: it moves with where
    Washington draws its line, so the allies and the other options follow it."""
    return {**x, "line_us": x["rung_kursk"] - x["mood"] - x["blur"] * logit(chance)}


def marginal(r: Responses) -> dict[str, np.ndarray]:
    """Average the allies over Washington's answer (law of total probability): responder -> (n, 4)."""
    return {"us": r.us,
            "seoul": r.us * r.seoul_joined + (1 - r.us) * r.seoul_alone,
            "europe": r.us * r.europe_joined + (1 - r.us) * r.europe_alone,
            "beijing": r.beijing, "kim": r.kim}


def along(x: Inputs, steps: np.ndarray) -> dict[str, np.ndarray]:
    """Follow every responder up the ladder: responder -> (n, k), the chance of acting at k `steps` (rungs).

    A step on the lowest rung is the refusal, to which nobody answers.
    """
    worlds, places = len(x["blur"]), len(steps)
    grid = {key: np.repeat(x[key], places) for key in KEYS}
    chances = marginal(responses({**grid, "rung_kursk": np.tile(np.asarray(steps, dtype=float), worlds)}))
    return {who: chance[:, OPTIONS.index("kursk")].reshape(worlds, places) for who, chance in chances.items()}


def summarise(chances: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Mean and 90 % range over the worlds: one row per responder and option with mean, low, high (0 to 1).

    The mean is the probability of a strong answer; the range shows how far it hangs on the lines assumed.
    """
    rows = []
    for responder, chance in chances.items():
        low, high = np.quantile(chance, [0.05, 0.95], axis=0)
        rows += zip([responder] * len(OPTIONS), OPTIONS, chance.mean(axis=0), low, high, strict=True)
    return pd.DataFrame(rows, columns=["responder", "option", "mean", "low", "high"])


def newest(reactions: pd.DataFrame, per_lane: int) -> pd.DataFrame:
    """Pick at most `per_lane` reactions of each responder, in order of date.

    Deeds, withdrawals and threats go before other words, then the newest before the older ones.
    """
    ranked = reactions.assign(weighty=reactions.act.isin(WEIGHTY)).sort_values(
        ["weighty", "date", "event_id"], ascending=False, kind="stable"
    )
    kept = ranked.groupby("responder").head(per_lane)
    return kept.drop(columns="weighty").sort_values(["date", "event_id", "responder"], ignore_index=True)
