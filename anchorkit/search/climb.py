"""Climbing on a sample: every anchor moves towards where its points balance, again and again.

What a set of anchors is to a sample is told by single instructions over all pairs of anchor and
point, in float32: the search asks for it some thousand times.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.search.points import Assignment, Floats
from anchorkit.search.sample import Sample
from anchorkit.sums import exact

__all__ = [
    "ALIKE",
    "ScoredAnchors",
    "alike",
    "assign",
    "balance_points",
    "climb",
    "iou_table",
    "nearest_rows",
    "score_bits",
    "weighted",
]

PULL = 1.5
"""How far a side is moved towards its balance point, and beyond: with 1.5 times the way, neighbours
that wait for one another arrive in fewer steps and stop at fewer poor optima."""

BEYOND = 2.0
"""Factor by which a side is moved beyond its balance point at most: a side far from it would be
thrown out of the sample."""

MISSES = 2
"""Steps in a row without a gain that end a climb: with `PULL`, the step after a loss often gains.
"""

ALIKE = 1e-6
"""Two sets of anchors whose mean IoU differs by less are the same."""

SAME = 0.93
"""IoU from which on two anchors are alike."""

TINY = 1e-300  # instead of a division by zero


class ScoredAnchors(NamedTuple):
    """Anchors, in the unit of a sample, and their mean IoU over it."""

    mean_iou: float
    anchors: Floats


def climb(sample: Sample, anchors: Floats, steps: int) -> ScoredAnchors:
    """The best of the anchors met in moving towards balance, until no gain is in sight.

    Parameters
    ----------
    sample
        What mean IoU is of.
    anchors
        (k, 2), in the sample's unit.
    steps
        How many steps at most.
    """
    assignment = assign(sample, anchors)
    best, missed = ScoredAnchors(assignment.mean_iou, anchors), 0
    for _ in range(steps):
        balanced = balance_points(sample, anchors, assignment)
        beyond = np.clip((balanced / anchors) ** (PULL - 1), 1 / BEYOND, BEYOND)
        anchors = balanced * beyond
        assignment = assign(sample, anchors)
        if assignment.mean_iou > best.mean_iou + ALIKE:
            best, missed = ScoredAnchors(assignment.mean_iou, anchors), 0
        else:
            missed += 1
            if missed == MISSES:
                break
    return best


def alike(one: Floats, other: Floats) -> bool:
    """Whether each anchor of one has its like among the others."""
    shared = np.minimum(one[:, None], other).prod(axis=2)
    union = one.prod(axis=1)[:, None] + other.prod(axis=1) - shared
    return bool((shared >= SAME * union).any(axis=1).all())


def score_bits(sample: Sample, anchors: Floats) -> NDArray[np.int32]:
    """(k, n), for each anchor and point a whole number that grows with their IoU.

    It is the bits of intersection / (sum of both areas), the last of them giving way to the row of
    the anchor: one maximum then tells the nearest anchor and its IoU.
    """
    singles = anchors.astype(np.float32)
    width, height = singles[:, :1], singles[:, 1:]
    scores = np.minimum(sample.width, width)
    other = np.minimum(sample.height, height)
    scores *= other
    np.add(sample.area, width * height, out=other)
    scores /= other
    bits = scores.view(np.int32)
    bits &= np.int32(~_row_bits(len(anchors)))
    bits |= np.arange(len(anchors), dtype=np.int32)[:, None]
    return bits


def _row_bits(k: int) -> int:
    """All bits that a row of k anchors may take."""
    return (1 << (k - 1).bit_length()) - 1


def nearest_rows(top: NDArray[np.int32], k: int) -> NDArray[np.intp]:
    """(n,), the rows of the anchors that the highest of their `score_bits` name."""
    return (top & np.int32(_row_bits(k))).astype(np.intp)


def assign(sample: Sample, anchors: Floats) -> Assignment:
    """Nearest anchors of the sample's points, best IoU and its mean."""
    top = score_bits(sample, anchors).max(axis=0)
    labels = nearest_rows(top, len(anchors))
    best = top.view(np.float32).astype(np.float64)
    best /= 1 - best
    exact(best, sample.grain)
    covered = best.sum() if sample.weight is None else np.einsum("i,i->", best, sample.weight)
    return Assignment(float(covered) / sample.total, labels, best)


def balance_points(sample: Sample, anchors: Floats, assignment: Assignment) -> Floats:
    """Each side where mean IoU over the anchor's points neither gains nor loses.

    Widening an anchor by a small factor gains IoU x (area of the point / union) for each wider
    point, and loses IoU x (area of the anchor / union) for each narrower one. With these taken as
    constant, the balance point is a weighted quantile of the points' widths; likewise the heights.
    It is found to within a level of the sample, among the points of all anchors in that level. An
    anchor without points goes to the worst covered one.

    Parameters
    ----------
    sample
        What mean IoU is of.
    anchors
        (k, 2), in the sample's unit.
    assignment
        Of the sample to these anchors.
    """
    k, steps = len(anchors), sample.steps
    union = (anchors[:, 0] * anchors[:, 1]).take(assignment.labels)
    union += sample.precise_area
    share = assignment.best + 1
    share *= assignment.best
    if sample.weight is not None:
        share *= sample.weight
    # What pulls a point's way and what pulls back make up its share of the sum of both areas
    upward = share / union
    upward *= sample.precise_area
    rows = assignment.labels * steps
    cells = [rows + levels for levels in sample.levels]
    target = np.bincount(cells[0], upward, k * steps).reshape(k, steps).cumsum(axis=1)[:, -1]
    moved = np.empty_like(anchors)
    for column, (ascending, starts) in enumerate(zip(sample.ascending, sample.starts, strict=True)):
        shares = np.bincount(cells[column], share, k * steps).reshape(k, steps)
        reached = shares.cumsum(axis=1)
        sought = np.minimum(target, reached[:, -1])
        level = (reached < sought[:, None]).sum(axis=1)
        here = shares[np.arange(k), level]
        missing = sought - (reached[np.arange(k), level] - here)
        part = np.minimum(missing / np.maximum(here, TINY), 1.0)
        first = starts[level]
        rank = first + np.ceil(part * (starts[level + 1] - first)).astype(np.intp) - 1
        moved[:, column] = ascending[np.maximum(rank, 0)]
    empty = np.flatnonzero(reached[:, -1] == 0)
    if len(empty):
        lost = weighted(sample, 1 - assignment.best)
        moved[empty] = sample.sizes[np.argsort(-lost, kind="stable")[: len(empty)]]
    return moved


def weighted(sample: Sample, values: NDArray[np.floating]) -> Floats:
    """(n,) values, each times the weight of its point."""
    products = values.astype(np.float64)
    if sample.weight is not None:
        products *= sample.weight
    return products


def iou_table(sample: Sample, anchors: Floats) -> NDArray[np.float32]:
    """(k, n), IoU of each anchor with each point."""
    singles = anchors.astype(np.float32)
    table = np.minimum(sample.width, singles[:, :1])
    table *= np.minimum(sample.height, singles[:, 1:])
    union = singles.prod(axis=1)[:, None] + sample.area
    union -= table
    table /= union
    return table
