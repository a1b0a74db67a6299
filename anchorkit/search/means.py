"""K-means with the mean update, as darknet and others have it: the baseline."""

import numpy as np

from anchorkit.search.ascent import refilled
from anchorkit.search.passes import Pass, blocks
from anchorkit.search.points import Floats, points_of
from anchorkit.search.sample import Sample
from anchorkit.sums import exact

__all__ = ["mean_iterate"]

STARTS = 4
STEPS = 300


def mean_iterate(
    sample: Sample, scan: Pass, whole: Pass, k: int, stream: np.random.RandomState
) -> tuple[float, Floats, Floats, list[float]]:
    """The best iterate of the mean update: from random starts on a sample, then over all points.

    Returns
    -------
    Its mean IoU over the points of `whole`, the anchors, the anchors whose boxes they are the means
    of, and mean IoU after each step that was the best so far.
    """
    trial = Pass(points_of(sample.sizes[:, 0], sample.sizes[:, 1], sample.weight), k, 1)
    ends = []
    for _ in range(STARTS):
        start = sample.sizes[stream.choice(len(sample), k, replace=k > len(sample))]
        ends.append(_iterated(trial, start, STEPS)[0])
    end = max(ends, key=lambda one: one[0])
    before = end[2] / sample.scale
    if scan is not whole:
        before = _iterated(scan, before, STEPS)[0][2]
    (mean_iou, anchors, before), history = _iterated(whole, before, STEPS if scan is whole else 4)
    return mean_iou, anchors, before, history


def _iterated(
    scan: Pass, before: Floats, steps: int
) -> tuple[tuple[float, Floats, Floats], list[float]]:
    best, history = (-1.0, before, before), []
    _, before = refilled(scan, before)
    for _ in range(steps):
        anchors = _means(scan, len(before))
        mean_iou, filled = refilled(scan, anchors)
        if mean_iou > best[0] and filled is anchors:
            best = (mean_iou, anchors, before)
            history.append(mean_iou)
        if np.array_equal(filled, before):
            break
        before = filled
    return best, history


def _means(scan: Pass, k: int) -> Floats:
    """Mean width and height of the points nearest each anchor."""
    points = scan.points
    largest = max(points.width.max(), points.height.max())

    def added(part: slice) -> Floats:
        sums = np.zeros((3, k))
        for rows in blocks(part):
            labels = scan.labels[rows]
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
