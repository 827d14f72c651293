"""The article's argument as a graph: base scores from grades, strengths by DF-QuAD.

A strength says how well a statement stands inside this map. It is not a probability.
Reference for DF-QuAD: Rago, Toni, Aurisicchio and Baroni (2016), source `rago-2016-dfquad`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from operator import mul
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

# A judgement is not true because a good newspaper prints it: only facts and attributions
# borrow the reliability of whoever states them.
BORROWS_RELIABILITY = ("fact", "attribution")

Intervals = Mapping[tuple[str, int], tuple[float, float]]  # by scale and rank


class ArgumentError(ValueError):
    """A map that cannot be computed, in one sentence."""


class Step(NamedTuple):
    """One step of the argument into a node."""

    relation: str  # support or attack
    needs: tuple[str, ...]  # the reason it starts from and, where it needs one, the warrant


def order(edges: pd.DataFrame) -> list[str]:
    """The nodes of the map, every node after those that support or attack it."""
    sorter = TopologicalSorter()
    for edge in edges.itertuples():
        sorter.add(edge.to_node, edge.from_node, *_licences(edge))
    try:
        return list(sorter.static_order())
    except CycleError as error:
        loop = " -> ".join(error.args[1])
        raise ArgumentError(f"The argument map must not go round in a circle, but it does: {loop}.") from None


def public_map(nodes: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    """The edges whose ends and warrant are all in `nodes`: an objection not yet known takes its edges along."""
    known = set(nodes.node_id)
    licensed = edges.warrant.isna() | edges.warrant.isin(known)
    return edges[edges.from_node.isin(known) & edges.to_node.isin(known) & licensed].reset_index(drop=True)


def base_scores(nodes: pd.DataFrame, graded_claims: pd.DataFrame, scales: pd.DataFrame) -> pd.DataFrame:
    """Low and high base score of every node (0 to 1), with the grade or the word `assumed` behind it.

    `graded_claims` has one row per claim: claim_id, kind, reliability (A-F of whoever is cited)
    and credibility (1-6 of the item); `scales` translates grades into intervals.
    """
    claims = {claim.claim_id: claim for claim in graded_claims.itertuples()}
    intervals = {(row.scale, row.rank): (row.low, row.high) for row in scales.itertuples()}
    rows = [(node.node_id, *_base_score(node, claims, intervals)) for node in nodes.itertuples()]
    return pd.DataFrame(rows, columns=["node_id", "low", "high", "basis"])


def _base_score(node, claims: Mapping[str, Any], intervals: Intervals) -> tuple[float, float, str]:
    if node.kind != "claim":
        return node.base_low, node.base_high, "assumed"
    claim = claims[node.claim_id]
    grade = f"{claim.reliability}{claim.credibility}"
    if claim.credibility == 6 and claim.kind in BORROWS_RELIABILITY:
        return *intervals["Base score by reliability", "ABCDEF".index(claim.reliability) + 1], grade
    return *intervals["Base score by credibility", claim.credibility], grade


def draw_bases(scores: pd.DataFrame, draws: int, seed: int) -> dict[str, np.ndarray]:
    """Base scores drawn evenly between low and high: one array of shape (draws,) per node."""
    random = np.random.default_rng(seed)
    return {row.node_id: random.uniform(row.low, row.high, draws) for row in scores.itertuples()}


def strengths(bases: Mapping[str, np.ndarray], edges: pd.DataFrame) -> dict[str, np.ndarray]:
    """DF-QuAD strength of every node (0 to 1), in the shape of its base score.

    A reason whose step needs a warrant counts with the product of both strengths.
    """
    result = dict(bases)
    for node, steps in _steps(edges).items():
        result[node] = _strength(bases[node], steps, result)
    return result


def _steps(edges: pd.DataFrame) -> dict[str, list[Step]]:
    """The steps into every node, in the order of the map."""
    steps = {node: [] for node in order(edges)}
    for edge in edges.itertuples():
        steps[edge.to_node].append(Step(edge.relation, (edge.from_node, *_licences(edge))))
    return steps


def _strength(base: np.ndarray, steps: Iterable[Step], strength: Mapping[str, np.ndarray]) -> np.ndarray:
    """The strength of one node from its base score, the steps into it and the strengths that they start from."""
    doubt = {"support": 1.0, "attack": 1.0}
    for step in steps:
        doubt[step.relation] = doubt[step.relation] * (1 - _force(step, strength))
    return combine(base, (1 - doubt["support"]) - (1 - doubt["attack"]))


def _force(step: Step, strength: Mapping[str, np.ndarray]) -> np.ndarray:
    return reduce(mul, (strength[node] for node in step.needs))


def _licences(edge) -> list[str]:
    """The warrant that a step needs, if it needs one."""
    return [edge.warrant] if isinstance(edge.warrant, str) else []


def combine(base: np.ndarray, balance: np.ndarray | float) -> np.ndarray:
    """Base score moved towards 1 by a positive balance of support over attack, towards 0 by a negative one."""
    return base + np.maximum(balance, 0) * (1 - base) + np.minimum(balance, 0) * base


def summarise(drawn: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Median and 90 % interval of every node's strength: node_id, low, median, high."""
    # Sorting first is faster: numpy then finds the quantiles where they stand.
    rows = [(node, *np.quantile(np.sort(values), [0.05, 0.5, 0.95])) for node, values in drawn.items()]
    return pd.DataFrame(rows, columns=["node_id", "low", "median", "high"])


def band(low: float, high: float, scales: pd.DataFrame) -> pd.Series:
    """The row of the printed scale whose words fit a strength between `low` and `high` (0 to 1).

    Bounds count as they are printed, with two decimals, so that word and number agree. The one
    nearer to 0.5 chooses, so the word never claims too much; an interval that reaches across
    0.5 gets the row without width, undecided.
    """
    scale = scales[scales.scale == "Strength of a statement"].sort_values("rank")
    low, high = round(low, 2), round(high, 2)
    bound = low if low >= 0.5 else high if high <= 0.5 else 0.5
    if bound == 0.5:
        return scale[scale.low == scale.high].iloc[0]
    wide = scale[scale.low < scale.high]
    return wide[(wide.low <= bound) & (bound <= wide.high)].iloc[-1 if bound > 0.5 else 0]


def leader(share: float, clear: float = 0.8) -> str:
    """Which of two statements stands firmer, from the share of draws in which the first one does.

    `first` or `second` if it leads in at least `clear` of the draws, else `neither`.
    """
    return "first" if share >= clear else "second" if share <= 1 - clear else "neither"


def leave_one_out(
    bases: Mapping[str, np.ndarray], edges: pd.DataFrame, roots: Iterable[str]
) -> dict[str, pd.DataFrame]:
    """What the median strength of every root becomes when one statement is taken as false.

    By root one row per statement that leads to it: node_id, without (median strength of the root
    then), change (0 to 1 scale, negative when the root needs the statement); largest change first.
    """
    leading = {root: upstream(edges, root) for root in roots}
    inner = edges[edges.to_node.isin(set(leading).union(*leading.values()))]
    strength, steps, rows = strengths(bases, inner), _steps(inner), {root: [] for root in leading}
    medians = {root: _median(strength[root]) for root in leading}
    for node in sorted(set().union(*leading.values())):
        changed = _taken_as_false(node, strength, bases, steps)
        for root in (root for root in leading if node in leading[root]):
            without = _median(changed[root])
            rows[root].append((node, without, without - medians[root]))
    return {root: _largest_first(found) for root, found in rows.items()}


def _median(values: np.ndarray) -> float:
    ordered = np.sort(values)  # sorting is three times as fast as finding the middle
    return float(ordered[[(len(values) - 1) // 2, len(values) // 2]].mean())


def _largest_first(rows: list[tuple[str, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["node_id", "without", "change"])
    return table.sort_values("change", key=abs, ascending=False, kind="stable").reset_index(drop=True)


def _taken_as_false(
    node: str,
    strength: Mapping[str, np.ndarray],
    bases: Mapping[str, np.ndarray],
    steps: Mapping[str, Sequence[Step]],
) -> dict[str, np.ndarray]:
    """The strengths when one node has none; only what rests on it is computed anew."""
    result, moved = {**strength, node: np.zeros(1)}, {node}
    for later, into in steps.items():
        if any(not moved.isdisjoint(step.needs) for step in into):
            result[later] = _strength(bases[later], into, result)
            moved.add(later)
    return result


def without_nodes(edges: pd.DataFrame, nodes: Iterable[str]) -> pd.DataFrame:
    """The map without the steps that start from one of `nodes` or need it as their warrant."""
    return edges[~edges.from_node.isin(nodes) & ~edges.warrant.isin(nodes)]


def upstream(edges: pd.DataFrame, root: str) -> set[str]:
    """All nodes from which a path leads to `root`, as a reason or as a warrant."""
    reasons: dict[str, set[str]] = {}
    for edge in edges.itertuples():
        reasons.setdefault(edge.to_node, set()).update((edge.from_node, *_licences(edge)))
    found, front = set(), {root}
    while front:
        front = set().union(*(reasons.get(node, ()) for node in front)) - found
        found |= front
    return found
