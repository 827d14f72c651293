"""How likely is each responder's strong answer to each step of the Kremlin's ladder?

Source of the response rule: MODEL section 5 of this project; the logistic reply is the responder's half
of the quantal response equilibrium of McKelvey and Palfrey (1998).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import logit

from dilemma.quantiles import middle90

OPTIONS = ("refuse", "train", "kursk", "ukraine")
RESPONDERS = ("us", "seoul", "europe", "beijing", "kim")
TRAIN_RUNG, UKRAINE_RUNG = 1.0, 3.0
LINES = ("line_us", "line_seoul", "line_europe", "line_china", "line_kim")
KEYS = ("rung_kursk", *LINES, "pull", "mood", "blur")
BLOCK = 8192  # worlds
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
    return by_option(0.0, TRAIN_RUNG, x["rung_kursk"], UKRAINE_RUNG)


def by_option(*columns: np.ndarray | float) -> np.ndarray:
    """Join one column, or one number for all worlds, per option to (n, 4), each column in one piece of memory.

    Whatever is computed from such a table is kept like it, and in a third of the time of rows in one piece.
    """
    table = np.empty((len(columns), max(map(np.size, columns))), np.result_type(*columns))
    for row, column in zip(table, columns, strict=True):
        row[:] = column
    return table.T


def responses(x: Inputs) -> Responses:
    """Give every responder's chance of acting on each option: logistic((rung - line) / blur), exactly 0 for
    refusing. The mood shifts all Western lines, the pull lowers those of Seoul and Europe once Washington acts.

    A blur of 0 is a step, one half on the line itself.
    """
    chances = np.empty((len(Responses._fields), len(OPTIONS), len(x["blur"])), precision(x))
    chances[:, 0] = 0.0
    steps = rungs(x).T[1:]
    for block in blocks(len(x["blur"])):
        _reply({key: x[key][block] for key in KEYS}, steps[:, block], out=chances[:, 1:, block])
    return Responses(*chances.swapaxes(1, 2))


def precision(x: Inputs) -> np.dtype:
    """The precision of whatever is computed in these worlds: that of their draws, and never whole numbers."""
    return np.result_type(x["blur"], np.float32)


def blocks(worlds: int) -> Iterator[slice]:
    """Portions of the worlds whose tables stay in the processor's cache: that saves a third of the time."""
    return (slice(start, start + BLOCK) for start in range(0, worlds, BLOCK))


def _reply(x: Inputs, steps: np.ndarray, out: np.ndarray) -> None:
    """Work out the chances that k steps (rungs, broadcast to (k, n)) are answered: (7, k, n), as in `Responses`.

    In place, numpy takes a third of the time of scipy's expit.
    """
    least = np.finfo(out.dtype).tiny  # so that a sharp line needs no case of its own
    sharpness = 1 / np.maximum(x["blur"], least)
    for row, line in zip(out, _lines(x), strict=True):
        np.subtract(line, steps, out=row)
    with np.errstate(over="ignore"):
        out *= sharpness
        np.exp(out, out=out)
    out += 1
    np.reciprocal(out, out=out)


def _lines(x: Inputs) -> Responses:
    """Where the lines lie after mood and pull, (n,) each in rungs."""
    us, seoul, europe = (x[line] + x["mood"] for line in ("line_us", "line_seoul", "line_europe"))
    return Responses(us, seoul, seoul - x["pull"], europe, europe - x["pull"], x["line_china"], x["line_kim"])


def set_reaction(x: Inputs, chance: np.ndarray | float) -> dict[str, np.ndarray]:
    """The worlds with a given chance (0 to 1) that Washington answers Kursk strongly: it moves with where
    Washington draws its line, so the allies and the other options follow it."""
    shift = x["blur"] * logit(np.asarray(chance, precision(x)))
    return {**x, "line_us": x["rung_kursk"] - x["mood"] - shift}


def marginal(r: Responses) -> dict[str, np.ndarray]:
    """Average the allies over Washington's answer (law of total probability): responder -> (n, 4)."""
    return {"us": r.us,
            "seoul": r.seoul_alone + r.us * (r.seoul_joined - r.seoul_alone),
            "europe": r.europe_alone + r.us * (r.europe_joined - r.europe_alone),
            "beijing": r.beijing, "kim": r.kim}


def along(x: Inputs, steps: np.ndarray) -> dict[str, np.ndarray]:
    """Follow every responder up the ladder: responder -> (n, k), the chance of acting at k `steps` (rungs).

    A step on the lowest rung is the refusal, to which nobody answers.
    """
    chances = np.empty((len(Responses._fields), len(steps), len(x["blur"])), precision(x))
    for block in blocks(len(x["blur"])):
        _reply({key: x[key][block] for key in KEYS}, steps[:, None], out=chances[:, :, block])
    chances[:, steps == 0] = 0.0
    return marginal(Responses(*chances.swapaxes(1, 2)))


def summarise(chances: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Mean and 90 % range over the worlds: one row per responder and option with mean, low, high (0 to 1).

    The mean is the probability of a strong answer; the range shows how far it hangs on the lines assumed.
    """
    rows = []
    for responder, chance in chances.items():
        low, high = middle90(chance)
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
