"""K-means with the mean update, as darknet and others have it: the baseline."""

from typing import NamedTuple

import numpy as np

from anchorkit.search.ascent import occupied
from anchorkit.search.passes import FullScan, blocks
from anchorkit.search.points import Assignment, Floats, points_of
from anchorkit.search.sample import Sample
from anchorkit.sums import exact

__all__ = ["MeanIterate", "mean_iterate"]

STARTS = 4
"""Random starts: as often as people are told to run darknet, and then some."""

STEPS, LAST_STEPS = 300, 4
"""Iterates at most (darknet takes about as many to a fixed point), and over all points where cells
of them led there."""


class MeanIterate(NamedTuple):
    """An iterate of the mean update, the anchors whose boxes it is the means of, and the way there.

    `history` is mean IoU after each step that was the best so far.
    """

    mean_iou: float
    anchors: Floats
    before: Floats
    history: list[float]


def mean_iterate(
    sample: Sample, scan: FullScan, whole: FullScan, k: int, stream: np.random.RandomState
) -> MeanIterate:
    """The best iterate of the mean update: from random starts on a sample, then over all points.

    Parameters
    ----------
    sample
        What the starts are compared on.
    scan, whole
        Cells of all points, or the points themselves; and all points.
    k
        How many anchors are wanted.
    stream
        Where chance comes from.
    """
    trial = FullScan(points_of(sample.sizes[:, 0], sample.sizes[:, 1], sample.weight), k, 1)
    ends = []
    for _ in range(STARTS):
        start = sample.sizes[stream.choice(len(sample), k, replace=k > len(sample))]
        ends.append(_best_iterate(trial, start, STEPS))
    before = max(ends, key=lambda end: end.mean_iou).before / sample.scale
    if scan is whole:
        return _best_iterate(whole, before, STEPS)
    return _best_iterate(whole, _best_iterate(scan, before, STEPS).before, LAST_STEPS)


def _best_iterate(scan: FullScan, before: Floats, steps: int) -> MeanIterate:
    best = MeanIterate(-1.0, before, before, [])
    before, assignment = occupied(scan, before)
    for _ in range(steps):
        anchors = _means(scan, assignment, len(before))
        filled, assignment = occupied(scan, anchors)
        if assignment.mean_iou > best.mean_iou and filled is anchors:
            history = [*best.history, assignment.mean_iou]
            best = MeanIterate(assignment.mean_iou, anchors, before, history)
        if np.array_equal(filled, before):
            break
        before = filled
    return best


def _means(scan: FullScan, assignment: Assignment, k: int) -> Floats:
    """Mean width and height of the points nearest each anchor."""
    points = scan.points
    largest = max(points.width.max(), points.height.max())

    def added(part: slice) -> Floats:
        sums = np.zeros((3, k))
        for rows in blocks(part):
            labels = assignment.labels[rows]
            weight = np.ones(len(labels)) if points.weight is None else points.weight[rows]
            sums[2] += np.bincount(labels, weight, k)
            for row, side in enumerate((points.width, points.height)):
                sums[row] += np.bincount(
                    labels, exact(side[rows] / largest, points.grain) * weight, k
                )
        return sums

    total = sum(scan.over(added), np.zeros((3, k)))
    means: Floats = (total[:2] / total[2]).T * largest
    return means
