"""Conflicting head counts: the newest voice of each government, pooled within one definition."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

# What was counted, in the order in which soldiers pass through it, by quantity and verb of the
# statement. Men in training are in Russia; a plan for Kursk alone is no stage of its own.
STAGES = {
    "planned": [("troops_planned", "planned")],
    "dispatched": [("troops_dispatched", "dispatched"), ("troops_in_russia", "dispatched")],
    "arrived": [("troops_in_russia", "arrived"), ("troops_in_russia", "training")],
    "near_front": [("troops_near_front", "arrived")],
    "in_kursk": [("troops_in_kursk", "in_kursk")],
}
LEVELS = 2**14  # quantiles of one PERT: far finer than the luck of any number of draws, and small enough for a cache

Numbers = float | np.ndarray | pd.Series


class Pool(NamedTuple):
    """A mixture of estimates: drawn head counts, who each draw follows, and the spread between voices."""

    draws: np.ndarray  # persons, shape (draws,)
    voice: np.ndarray  # row number of the estimate behind each draw, shape (draws,)
    between_share: float  # share of the variance that lies between the voices, 0 to 1

    def quantiles(self) -> np.ndarray:
        """Low, median and high head count of the pool (5, 50 and 95 %), rounded to hundreds of persons."""
        return np.quantile(self.draws, [0.05, 0.5, 0.95]).round(-2)


def head_counts(estimates: pd.DataFrame) -> pd.DataFrame:
    """The rows that count soldiers sent to Russia, with the stage that each of them counted.

    Left out: conflicting rows (claims known as garbled), statements without a number, and plans for
    one place only, such as Kursk, which are not the planned total.
    """
    stages = pd.DataFrame(
        [(*counted, stage) for stage, pairs in STAGES.items() for counted in pairs],
        columns=["quantity", "verb", "stage"],
    )
    rows = estimates[~estimates.conflicting]
    rows = rows[rows[["low", "central", "high"]].notna().any(axis=1)]
    return rows.merge(stages, on=["quantity", "verb"]).sort_values(["stated", "estimate_id"], ignore_index=True)


def newest_voices(counts: pd.DataFrame) -> pd.DataFrame:
    """One row per voice, its newest count.

    Services of one government share their knowledge and count as one voice; an issuer without a
    country speaks for itself. Of several statements on one day the best graded counts, and of equally
    graded ones the one that stands last in the table.
    """
    ranked = counts.assign(voice=_voices(counts)).sort_values(
        ["stated", "reliability", "estimate_id"], ascending=[False, True, False]
    )
    return ranked.drop_duplicates("voice").sort_values(["stated", "estimate_id"], ignore_index=True)


def _voices(counts: pd.DataFrame) -> pd.Series:
    return counts.country.fillna(counts.issuer_id)


def best_documented(counts: pd.DataFrame, as_of: date, windows: Sequence[int]) -> pd.DataFrame:
    """The newest voices on the furthest stage that at least two of them counted within a window.

    `windows` are days before `as_of`, tried in turn. If no stage has two voices in any window, only
    the voice of the newest count is left.
    """
    voices = _voices(counts)
    for days in windows:
        recent = counts.stated > pd.Timestamp(as_of) - pd.Timedelta(days=days)
        for stage in reversed(STAGES):
            counted = recent & (counts.stage == stage)
            if voices[counted].nunique() >= 2:
                return newest_voices(counts[counted])
    return newest_voices(counts).tail(1).reset_index(drop=True)


def as_triples(counts: pd.DataFrame, spread: float) -> pd.DataFrame:
    """Low, mode and high of every count in persons, from what the issuer said.

    A plain number X stands for X (1 - spread) to X (1 + spread). "At least X" reaches from X up to
    X (1 + 2 spread), "up to X" from X (1 - 2 spread) to X. A range has its mode in the middle.
    `spread` is assumed: no issuer published an error of its own. Raises ValueError unless it lies
    between 0 and 0.5, beyond which "up to" would reach below zero.
    """
    if not 0 <= spread <= 0.5:
        raise ValueError(f"spread is {spread}, but must lie between 0 and 0.5.")
    low, central, high = (counts[name].astype(float) for name in ("low", "central", "high"))
    mode = central.fillna((low + high) / 2).fillna(low).fillna(high)
    floor, ceiling = low.notna() & high.isna(), high.notna() & low.isna()
    below = mode * (1 - spread * np.where(ceiling, 2, 1))
    above = mode * (1 + spread * np.where(floor, 2, 1))
    return pd.DataFrame({"low": low.fillna(below), "mode": mode, "high": high.fillna(above)})


def pert_mean(low: Numbers, mode: Numbers, high: Numbers) -> Numbers:
    """Mean of a PERT distribution: (low + 4 mode + high) / 6."""
    return (low + 4 * mode + high) / 6


def pert_variance(low: Numbers, mode: Numbers, high: Numbers) -> Numbers:
    """Variance of a PERT distribution: (mean - low)(high - mean) / 7."""
    mean = pert_mean(low, mode, high)
    return (mean - low) * (high - mean) / 7


def pert_density(at: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    """Density of PERT(low, mode, high) at the values `at`, per unit of `at`; zero outside its bounds."""
    alpha, beta = _pert_shape(low, mode, high)
    inside = np.clip((np.asarray(at, dtype=float) - low) / (high - low), 0, 1)
    density = inside ** (alpha - 1) * (1 - inside) ** (beta - 1) / special.beta(alpha, beta) / (high - low)
    return np.where((at >= low) & (at <= high), density, 0.0)


def _pert_shape(low: Numbers, mode: Numbers, high: Numbers, peak: float = 4) -> tuple[Numbers, Numbers]:
    """The two shape parameters of the beta distribution behind a PERT triple."""
    return 1 + peak * (mode - low) / (high - low), 1 + peak * (high - mode) / (high - low)


@lru_cache(maxsize=256)  # an eighth of a megabyte each
def pert_quantiles(place: float, peak: float) -> np.ndarray:
    """The middles of `LEVELS` equally likely parts of a PERT between 0 and 1 with its mode at `place`, rising.

    `peak` is how much the mode counts against the bounds: 4 is the usual PERT, 0 is flat. Right to about
    one millionth: the distribution function is inverted along 2048 straight pieces, finer towards both ends.
    """
    at = np.sin(np.linspace(0, np.pi / 2, 2049)) ** 2
    middles = (np.arange(LEVELS) + 0.5) / LEVELS
    quantiles = np.interp(middles, special.betainc(*_pert_shape(0, place, 1, peak), at), at)
    quantiles.flags.writeable = False  # every caller sees the same table
    return quantiles


def draw_pert(low: Numbers, mode: Numbers, high: Numbers, random: np.random.Generator, size: int) -> np.ndarray:
    """`size` draws from PERT(low, mode, high); a triple without width gives a constant."""
    low, mode, high = (np.asarray(bound, dtype=float) for bound in (low, mode, high))
    top = np.where(high > low, high, low + 1.0)  # without width the draw is not used
    drawn = random.beta(*_pert_shape(low, mode, top), size)
    return np.where(high > low, low + (top - low) * drawn, low)


def grade_weights(reliability: pd.Series, scales: pd.DataFrame) -> np.ndarray:
    """The weight of each voice (0 to 1) from the reliability grade A-F of its issuer."""
    weights = scales[scales.scale == "Pooling weight by reliability"].set_index("rank").low
    return reliability.map(lambda grade: weights["ABCDEF".index(grade) + 1]).to_numpy()


def pool(triples: pd.DataFrame, weights: np.ndarray, draws: int, seed: int) -> Pool:
    """Linear opinion pool: each draw follows one estimate, chosen in proportion to its weight."""
    weights = np.asarray(weights, dtype=float)
    if weights.sum() <= 0:
        raise ValueError("No estimate in the pool has a weight above zero: every issuer is graded E.")
    random = np.random.default_rng(seed)
    voice = random.choice(len(triples), size=draws, p=weights / weights.sum())
    low, mode, high = (triples[name].to_numpy()[voice] for name in ("low", "mode", "high"))
    return Pool(draw_pert(low, mode, high, random, draws), voice, between_share(triples, weights))


def between_share(triples: pd.DataFrame, weights: np.ndarray) -> float:
    """Share of the pool's variance that comes from the voices disagreeing, in closed form (0 to 1)."""
    weights = np.asarray(weights, dtype=float) / np.sum(weights)
    means = pert_mean(triples["low"], triples["mode"], triples["high"]).to_numpy()
    within = weights @ pert_variance(triples["low"], triples["mode"], triples["high"]).to_numpy()
    between = weights @ (means - weights @ means) ** 2
    return float(between / (between + within)) if between + within > 0 else 0.0


def widest_gap(triples: pd.DataFrame) -> tuple[float, float] | None:
    """The widest stretch of head counts (persons) between the voices that no voice's range covers."""
    ranges = triples.sort_values("low")
    reach = ranges.high.cummax().to_numpy()[:-1]
    gaps = [(end, start) for end, start in zip(reach, ranges.low.to_numpy()[1:], strict=True) if start > end]
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


def sizes(head_count: np.ndarray, rates: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The head count divided by each rate of `rates`: one row per rate with low, median, high (90 %).

    `rates` is indexed by name with low, mode, high per unit of time (or in persons for a share).
    """
    random = np.random.default_rng(seed)
    rows = []
    for rate in rates.itertuples():
        drawn = head_count / draw_pert(rate.low, rate.mode, rate.high, random, len(head_count))
        rows.append((rate.Index, *np.quantile(drawn, [0.05, 0.5, 0.95])))
    return pd.DataFrame(rows, columns=["name", "low", "median", "high"]).set_index("name")
