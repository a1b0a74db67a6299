"""Anchors of highest fitness: the mean of the best ratios, where they are within a factor.

The ratio of a box with an anchor is the smaller of those of their widths and of their heights. The
basins are much the same as those of mean IoU, so the finds of that search are where this one
begins: on a sample, sides of anchors go to sides of boxes, and anchors are swapped for candidates,
as long as that gains. Along each side fitness is a sum of peaks at the sides of boxes, so that most
optima lie at one of these.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.overlap import ratios
from anchorkit.search.climb import ScoredAnchors
from anchorkit.search.passes import FullScan, summed
from anchorkit.search.points import Floats, Points
from anchorkit.search.sample import Sample
from anchorkit.search.sides import move_sides
from anchorkit.search.swaps import spread_candidates, swap_sums
from anchorkit.sums import exact

__all__ = ["Fit", "fitness", "polish_fitness", "raised", "ratio_table"]

FACTORS = (0.996, 0.999, 1.001, 1.004)
"""What each side of each anchor is multiplied by over all points, to see whether fitness gains."""

FARTHEST = 1.0041
"""More than any of these factors changes a ratio by."""

STARTS = 6
"""Finds of the search by IoU that the search by fitness begins with, the best after one round of
moves."""

TRIED = 3
"""Swaps tried for each state, the most promising ones."""

SHORT, LONG = 1, 6
"""Times that all anchors are moved at most: to compare starts and swaps, and to end with."""

SWAPS = 20
"""Swaps in a row at most. They end by themselves long before."""


PATIENCE = 6
"""Ascents in a row, each after a few neighbours were put elsewhere, that find no higher fitness."""

GAIN = 1e-5
"""Fitness that a swap must gain to be kept."""


class Fit(NamedTuple):
    """Fitness, the anchors, and fitness after each step kept."""

    fitness: float
    anchors: Floats
    history: list[float]


def ratio_table(sample: Sample, anchors: Floats, anchor_t: float) -> NDArray[np.float32]:
    """(k, n), ratio of each anchor with each point; 0 where it is not within the factor."""
    singles = anchors.astype(np.float32)
    table = sample.width / singles[:, :1]
    np.minimum(table, 1 / table, out=table)
    other = sample.height / singles[:, 1:]
    np.minimum(table, other, out=table)
    np.minimum(table, np.reciprocal(other, out=other), out=table)
    table[table <= np.float32(1 / anchor_t)] = 0
    return table


def raised(
    sample: Sample,
    finds: Sequence[Floats],
    anchor_t: float,
    stream: np.random.RandomState,
    *,
    swaps: int = SWAPS,
    most: int = STARTS,
) -> list[ScoredAnchors]:
    """The finds with their fitness over the sample raised, best first.

    Parameters
    ----------
    sample
        What fitness is of.
    finds
        (k, 2) arrays in the sample's unit.
    anchor_t
        The factor within which a ratio counts.
    stream
        Where chance comes from.
    swaps
        How many swaps in a row at most.
    most
        How many finds go on after one round of moves, the best.
    """

    def table_of(some: Sample, anchors: Floats) -> NDArray[np.float32]:
        return ratio_table(some, anchors, anchor_t)

    candidates = spread_candidates(sample, stream)
    table = table_of(sample, candidates)

    def ascended(found: ScoredAnchors) -> ScoredAnchors:
        best = found
        for _ in range(swaps):
            sums = swap_sums(sample, table_of(sample, best.anchors), table)
            chosen = sums.argmax(axis=0)
            promise = sums[chosen, np.arange(len(best.anchors))]
            for row in np.argsort(-promise, kind="stable")[:TRIED].tolist():
                anchors = best.anchors.copy()
                anchors[row] = candidates[chosen[row]]
                tried = move_sides(sample, ScoredAnchors(0.0, anchors), SHORT, table_of)
                if tried.mean_iou > best.mean_iou + GAIN:
                    best = tried
                    break
            else:
                break
        return move_sides(sample, best, LONG, table_of)

    begun = [move_sides(sample, ScoredAnchors(0.0, anchors), SHORT, table_of) for anchors in finds]
    begun.sort(key=lambda one: -one.mean_iou)
    ended = [ascended(found) for found in begun[:most]]
    waited = 0
    while swaps and waited < PATIENCE:
        best = max(ended, key=lambda one: one.mean_iou)
        anchors = _with_some_elsewhere(best.anchors, candidates, stream)
        ended.append(ascended(move_sides(sample, ScoredAnchors(0.0, anchors), SHORT, table_of)))
        waited = 0 if ended[-1].mean_iou > best.mean_iou + GAIN else waited + 1
    return sorted(ended, key=lambda one: -one.mean_iou)


def _with_some_elsewhere(
    anchors: Floats, candidates: Floats, stream: np.random.RandomState
) -> Floats:
    """The anchors with two or three neighbours at candidates drawn at random."""
    near = anchors[stream.randint(len(anchors))]
    apart = np.maximum(anchors / near, near / anchors).prod(axis=1)
    rows = np.argsort(apart, kind="stable")[: 2 + int(stream.randint(2))]
    moved = anchors.copy()
    moved[rows] = candidates[stream.randint(len(candidates), size=len(rows))]
    return moved


def fitness(scan: FullScan, anchors: Floats, anchor_t: float) -> float:
    """Fitness of the anchors over all points."""
    points = scan.points
    scan.count()

    def covered(part: slice) -> float:
        wide, high = points.width[part], points.height[part]
        best = np.zeros(len(wide))
        for a, b in anchors.tolist():
            near, ratio = _ratio(wide, high, a, b, anchor_t)
            np.maximum(best, ratio, out=best, where=near)
        return summed(exact(best, points.grain), points, part)

    return sum(scan.over(covered)) / points.total


def _ratio(
    wide: Floats, high: Floats, a: float, b: float, anchor_t: float
) -> tuple[NDArray[np.bool_], Floats]:
    """Whether each point is within the factor, strictly, and its ratio."""
    near = (wide < a * anchor_t) & (wide * anchor_t > a)
    near &= (high < b * anchor_t) & (high * anchor_t > b)
    return near, ratios(wide, high, a, b)


def polish_fitness(scan: FullScan, anchors: Floats, anchor_t: float) -> Fit:
    """Anchors of which no single side can be moved by one of a few factors to raise fitness.

    Parameters
    ----------
    scan
        All points, or so few cells of them that a number for each and each anchor fits in memory.
    anchors
        (k, 2), where to begin.
    anchor_t
        The factor within which a ratio counts.
    """
    points, anchors, k = scan.points, anchors.copy(), len(anchors)
    columns = itertools.count(1)

    def column(some: Points, a: float, b: float) -> Floats:
        near, ratio = _ratio(some.width, some.height, a, b, anchor_t)
        ratio *= near
        return exact(ratio, points.grain)

    def whole_column(a: float, b: float) -> Floats:
        if next(columns) % k == 0:
            scan.count()
        return column(points, a, b)

    def total(values: Floats, some: Points) -> float:
        return summed(values, some, slice(0, len(some)))

    table = np.stack([whole_column(a, b) for a, b in anchors.tolist()])
    covered = total(table.max(axis=0), points)
    history = [covered / points.total]
    idle, row = 0, 0
    while idle < k:
        rest = np.zeros(len(points))
        for other in (*table[:row], *table[row + 1 :]):
            np.maximum(rest, other, out=rest)
        reached, gained = None, False
        for side, factor in itertools.product(range(2), FACTORS):
            if reached is None:
                # A move changes no ratio by more than its factor: others are for other anchors
                ratio = ratios(points.width, points.height, *anchors[row].tolist())
                near = np.flatnonzero(ratio * FARTHEST >= np.maximum(rest, 1 / anchor_t))
                reached = _part(points, near)
                others = rest[near]
                now = total(np.maximum(others, table[row][near]), reached)
            moved = anchors[row].copy()
            moved[side] *= factor
            gain = total(np.maximum(others, column(reached, *moved.tolist())), reached) - now
            if gain > 0:
                anchors[row], table[row] = moved, whole_column(*moved.tolist())
                covered += gain
                history.append(covered / points.total)
                reached, gained = None, True
        idle = 0 if gained else idle + 1
        row = (row + 1) % k
    return Fit(history[-1], anchors, history)


def _part(points: Points, rows: NDArray[np.intp]) -> Points:
    """Some of the points, with the grain of all."""
    weight = None if points.weight is None else points.weight[rows]
    return Points(points.width[rows], points.height[rows], weight, points.total, points.grain)
