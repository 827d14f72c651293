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
from dilemma.escalation import OPTIONS, Inputs, Responses, responses

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


class Cells(NamedTuple):
    """Cells along an axis."""

    edges: np.ndarray  # ascending, one fewer than cells; each is itself a value and belongs to the cell above
    cell: np.ndarray  # (n,): the number of every value's cell


Grid = Mapping[str, Cells]  # axis -> its cells


def reader_axes(x: Inputs, replies: Responses | None = None) -> dict[str, np.ndarray]:
    """The three axes a reader can judge: each (n,).

    `worth`: what the contingent is worth in Kursk, in kSE; `us`: chance that Washington answers Kursk
    strongly; `tech`: chance that Pyongyang demands technology for Kursk (both 0 to 1). `replies` spares the
    time for `responses(x)` when they are at hand.
    """
    reply, kursk = replies or responses(x), OPTIONS.index("kursk")
    return {"worth": decision.worth(x), "us": reply.us[:, kursk], "tech": reply.kim[:, kursk]}


def discover(
    axes: Mapping[str, np.ndarray],
    hit: np.ndarray,
    coverage: float = 0.6,
    restrictions: int = 2,
    grid: Grid | None = None,
) -> Box:
    """The densest box that holds at least `coverage` of the hits, with at most two limits.

    `axes` (n,) each, `hit` (n,) boolean. Every pair of limits is peeled on its own, so no early peel shuts
    out a better pair. A box with a limit that is not significant gives way to one with fewer limits; where
    nothing sets the hits apart, the box has no limits at all. `grid` spares the time for `cut(axes)` when it is
    at hand.
    """
    _check(axes, hit, restrictions)
    found, grid = [({}, hit.mean())], grid or cut(axes)
    if hit.any() and not hit.all():
        found += _boxes(grid, hit, coverage, restrictions)
    limits = max(found, key=lambda box: (box[1], -len(box[0])))[0]
    p_values = {axis: _p_value(axes, hit, limits, axis) for axis in limits}
    if any(p >= SIGNIFICANT for p in p_values.values()):
        return discover(axes, hit, coverage, restrictions - 1, grid)
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


def cut(axes: Mapping[str, np.ndarray]) -> Grid:
    """The axes cut into the cells that `discover` peels off, in the order of their names."""
    return {name: quantile_cells(axes[name], CELLS) for name in sorted(axes)}


def quantile_cells(values: np.ndarray, cells: int) -> Cells:
    """Cut values (n,) into cells of about as many each; equal values share a cell, so there may be fewer."""
    order = np.argsort(values)
    rising = values[order]
    places = np.ceil(len(values) * (np.arange(1, cells) / cells)).astype(int) - 1
    edges = np.unique(rising[places])
    sizes = np.diff(np.searchsorted(rising, edges), prepend=0, append=len(values))
    cell = np.empty_like(order)
    cell[order] = np.arange(len(sizes)).repeat(sizes)
    return Cells(edges, cell)


def _check(axes: Mapping[str, np.ndarray], hit: np.ndarray, restrictions: int) -> None:
    if not axes or len(hit) == 0:
        raise ValueError("Scenario discovery needs at least one axis and one world.")
    if restrictions not in (0, 1, 2):
        raise ValueError(f"restrictions is {restrictions}, but a reader can follow 0, 1 or 2.")
    for name, values in axes.items():
        if len(values) != len(hit) or not np.isfinite(values).all():
            raise ValueError(f"The axis {name!r} must hold one finite number per world.")


def _boxes(
    grid: Grid, hit: np.ndarray, coverage: float, restrictions: int
) -> Iterator[tuple[dict[str, tuple[float, float]], float]]:
    """All boxes on the way of all peelings, as limits and density."""
    ends = {name: np.concatenate([[-np.inf], axis.edges, [np.inf]]).tolist() for name, axis in grid.items()}
    for pair in combinations(grid, min(2, len(grid))):
        shape = [len(grid[name].edges) + 1 for name in pair] + [1] * (2 - len(pair))
        place = grid[pair[0]].cell * shape[1] + (grid[pair[1]].cell if len(pair) == 2 else 0)
        counted = (np.bincount(place, each, shape[0] * shape[1]).reshape(shape) for each in (None, hit))
        worlds, hits = (np.pad(table.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0))) for table in counted)
        for bounds in combinations(range(2 * len(pair)), restrictions):
            for box, density in _peel(worlds, hits, bounds, coverage * hit.sum()):
                cut = zip(pair, (box[:2], box[2:]), strict=False)
                limits = {name: (ends[name][first], ends[name][end]) for name, (first, end) in cut}
                yield {name: limit for name, limit in limits.items() if limit != (-np.inf, np.inf)}, density


def _peel(
    worlds: np.ndarray, hits: np.ndarray, bounds: Iterable[int], least: float
) -> Iterator[tuple[list[int], float]]:
    """Boxes (first and end cell per axis) with their density, each the best peel of the one before.

    `worlds` and `hits` are summed-area tables: at [i, j] how many lie before cell i of the first axis and
    before cell j of the second. `bounds` says which limits may move: 0 and 1 the lower and upper one of the
    first axis, 2 and 3 of the second. Ends where every peel would leave fewer than `least` hits.
    """
    box = [0, len(worlds) - 1, 0, worlds.shape[1] - 1]
    while peels := [peel for bound in bounds if (peel := _cut(worlds, hits, box, bound))[1] >= max(least, 1)]:
        density, _, box = max(peels, key=lambda peel: peel[:2])
        yield box, density


def _cut(worlds: np.ndarray, hits: np.ndarray, box: list[int], bound: int) -> tuple[float, float, list[int]]:
    """Density, hits and cells left when one bound moves in by ALPHA of the worlds, or a little more."""
    axis, upper = divmod(bound, 2)
    mass, won = (_from_side(table, box, axis, upper) for table in (worlds, hits))
    gone = int(mass.searchsorted(ALPHA * mass[-1]))
    left, kept = mass[-1] - mass[gone], won[-1] - won[gone]
    moved = [edge + (gone if not upper else -gone) * (at == bound) for at, edge in enumerate(box)]
    return (kept / left if left else 0.0), kept, moved


def _from_side(table: np.ndarray, box: list[int], axis: int, upper: int) -> np.ndarray:
    """How much of the box lies within its first 0, 1, 2 and so on cells of one axis, counted from either side."""
    (first, end), (before, until) = (box[:2], box[2:]) if axis == 0 else (box[2:], box[:2])
    lines = (table if axis == 0 else table.T)[first : end + 1]
    sums = lines[:, until] - lines[:, before]
    return (sums[-1] - sums)[::-1] if upper else sums - sums[0]


def _p_value(
    axes: Mapping[str, np.ndarray], hit: np.ndarray, limits: Mapping[str, tuple[float, float]], axis: str
) -> float:
    """Chance of at least as many hits in the box if the limits of `axis` picked worlds blindly (binomial)."""
    few, won = {name: values[:TESTED] for name, values in axes.items()}, hit[:TESTED]
    wider = won[inside(few, {name: limit for name, limit in limits.items() if name != axis})]
    box = won[inside(few, limits)]
    return float(special.bdtrc(box.sum() - 1, len(box), wider.mean())) if box.any() else 1.0
