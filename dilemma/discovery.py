"""Scenario discovery: the conditions under which something comes about, in one or two plain limits.

Sources: MODEL section 7 of this project; the patient rule induction method (PRIM) as used for robust
decisions: `lempert-2019-rdm`, with the significance of restrictions as in `emaworkbench-github`.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy import special

from dilemma import decision
from dilemma.escalation import OPTIONS, Inputs, responses

CELLS = 200  # quantile cells per axis: limits are exact to half a percent of the worlds
ALPHA = 0.05  # share of a box that one peel takes off
# Worlds behind a p-value. How many we draw is our choice, and over all of them anything is significant.
TESTED = 2000
SIGNIFICANT = 0.05


class Box(NamedTuple):
    """Conditions under which something happens: axis -> (at least, below), infinite where it is open."""

    limits: dict[str, tuple[float, float]]
    coverage: float  # share of all hits that lie inside
    density: float  # share of hits among the worlds inside
    base_rate: float  # share of hits among all worlds
    mass: float  # share of all worlds that lie inside
    p_values: dict[str, float]  # per axis: chance of this density if its limits meant nothing (quasi-p-value)


def reader_axes(x: Inputs) -> dict[str, np.ndarray]:
    """The three axes a reader can judge: each (n,).

    `worth`: what the contingent is worth in Kursk, in kSE; `us`: chance that Washington answers Kursk
    strongly; `tech`: chance that Pyongyang demands technology for Kursk (both 0 to 1).
    """
    reply, kursk = responses(x), OPTIONS.index("kursk")
    return {"worth": decision.worth(x), "us": reply.us[:, kursk], "tech": reply.kim[:, kursk]}


def discover(
    axes: Mapping[str, np.ndarray], hit: np.ndarray, coverage: float = 0.6, restrictions: int = 2
) -> Box:
    """The densest box that holds at least `coverage` of the hits, with at most two limits.

    `axes` (n,) each, `hit` (n,) boolean. Every pair of limits is peeled on its own, so no early peel shuts
    out a better pair. A box with a limit that is not significant gives way to one with fewer limits; where
    nothing sets the hits apart, the box has no limits at all.
    """
    _check(axes, hit, restrictions)
    found = [({}, hit.mean())]
    if hit.any() and not hit.all():
        found += _boxes({name: axes[name] for name in sorted(axes)}, hit, coverage, restrictions)
    limits = max(found, key=lambda box: (box[1], -len(box[0])))[0]
    p_values = {axis: _p_value(axes, hit, limits, axis) for axis in limits}
    if any(p >= SIGNIFICANT for p in p_values.values()):
        return discover(axes, hit, coverage, restrictions - 1)
    within = inside(axes, limits)
    covered = hit[within].sum() / hit.sum() if hit.any() else 1.0
    shares = covered, hit[within].mean(), hit.mean(), within.mean()
    return Box(limits, *(float(share) for share in shares), p_values)


def inside(axes: Mapping[str, np.ndarray], limits: Mapping[str, tuple[float, float]]) -> np.ndarray:
    """Which worlds lie within all limits: (n,) boolean; at least the lower one and below the upper one."""
    within = np.ones(len(next(iter(axes.values()))), dtype=bool)
    for axis, (low, high) in limits.items():
        within &= (axes[axis] >= low) & (axes[axis] < high)
    return within


def _check(axes: Mapping[str, np.ndarray], hit: np.ndarray, restrictions: int) -> None:
    if not axes or len(hit) == 0:
        raise ValueError("Scenario discovery needs at least one axis and one world.")
    if restrictions not in (0, 1, 2):
        raise ValueError(f"restrictions is {restrictions}, but a reader can follow 0, 1 or 2.")
    for name, values in axes.items():
        if len(values) != len(hit) or not np.isfinite(values).all():
            raise ValueError(f"The axis {name!r} must hold one finite number per world.")


def _boxes(
    axes: Mapping[str, np.ndarray], hit: np.ndarray, coverage: float, restrictions: int
) -> Iterator[tuple[dict[str, tuple[float, float]], float]]:
    """All boxes on the way of all peelings, as limits and density."""
    edges = {name: _edges(values) for name, values in axes.items()}
    cell = {name: np.searchsorted(edges[name], values, side="right") for name, values in axes.items()}
    for pair in combinations(axes, min(2, len(axes))):
        shape = [len(edges[name]) + 1 for name in pair] + [1] * (2 - len(pair))
        place = cell[pair[0]] * shape[1] + (cell[pair[1]] if len(pair) == 2 else 0)
        worlds, hits = (np.bincount(place, each, shape[0] * shape[1]).reshape(shape) for each in (None, hit))
        for bounds in combinations(range(2 * len(pair)), restrictions):
            for box, density in _peel(worlds, hits, bounds, coverage * hit.sum()):
                cut = zip(pair, (box[:2], box[2:]), strict=False)
                limits = {name: _limits(edges[name], *cells) for name, cells in cut}
                yield {name: limit for name, limit in limits.items() if np.isfinite(limit).any()}, density


def _edges(values: np.ndarray) -> np.ndarray:
    return np.unique(np.quantile(values, np.arange(1, CELLS) / CELLS, method="inverted_cdf"))


def _limits(edges: np.ndarray, first: int, end: int) -> tuple[float, float]:
    """The values at which the cells from `first` to before `end` begin and stop."""
    bounds = np.concatenate([[-np.inf], edges, [np.inf]])
    return float(bounds[first]), float(bounds[end])


def _peel(
    worlds: np.ndarray, hits: np.ndarray, bounds: Iterable[int], least: float
) -> Iterator[tuple[list[int], float]]:
    """Boxes (first and end cell per axis) with their density, each the best peel of the one before.

    `bounds` says which limits may move: 0 and 1 the lower and upper one of the first axis, 2 and 3 of the
    second. Ends where every peel would leave fewer than `least` hits.
    """
    box = [0, worlds.shape[0], 0, worlds.shape[1]]
    while peels := [peel for bound in bounds if (peel := _cut(worlds, hits, box, bound))[1] >= max(least, 1)]:
        density, _, box = max(peels, key=lambda peel: peel[:2])
        yield box, density


def _cut(worlds: np.ndarray, hits: np.ndarray, box: list[int], bound: int) -> tuple[float, float, list[int]]:
    """Density, hits and cells left when one bound moves in by ALPHA of the worlds, or a little more."""
    axis, upper = divmod(bound, 2)
    view = slice(*box[:2]), slice(*box[2:])
    mass, won = (table[view].sum(axis=1 - axis)[:: -1 if upper else 1] for table in (worlds, hits))
    gone = int(np.searchsorted(mass.cumsum(), ALPHA * mass.sum())) + 1
    left, kept = mass[gone:].sum(), won[gone:].sum()
    moved = [edge + (gone if not upper else -gone) * (at == bound) for at, edge in enumerate(box)]
    return (kept / left if left else 0.0), kept, moved


def _p_value(
    axes: Mapping[str, np.ndarray], hit: np.ndarray, limits: Mapping[str, tuple[float, float]], axis: str
) -> float:
    """Chance of at least as many hits in the box if the limits of `axis` picked worlds blindly (binomial)."""
    few, won = {name: values[:TESTED] for name, values in axes.items()}, hit[:TESTED]
    wider = won[inside(few, {name: limit for name, limit in limits.items() if name != axis})]
    box = won[inside(few, limits)]
    return float(special.bdtrc(box.sum() - 1, len(box), wider.mean())) if box.any() else 1.0
