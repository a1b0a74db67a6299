"""The search for k anchors: k-means with the distance 1 - IoU, several starts, the best kept."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import DataError, TooManyClustersError, UsageError
from anchorkit.overlap import as_sizes, as_weights, nearest
from anchorkit.quality import evaluate

__all__ = ["UPDATES", "Clustering", "cluster"]

UPDATES = ("median", "mean", "iou")
"""What becomes of an anchor: the median of its boxes, their mean, or their best mean IoU."""

STARTS = 4
PATIENCE = 12
Sizes = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Clustering:
    """Anchors found for boxes.

    Attributes
    ----------
    anchors
        (k, 2) float64, width and height, by ascending area, in the unit of the boxes.
    labels
        (n,) int32, the row of each box's nearest anchor.
    mean_iou
        Mean over the boxes of the IoU with the nearest anchor.
    steps
        Updates of all anchors that were made.
    """

    anchors: NDArray[np.float64]
    labels: NDArray[np.int32]
    mean_iou: float
    steps: int


def cluster(
    sizes: ArrayLike,
    k: int,
    *,
    weights: ArrayLike | None = None,
    update: str = "median",
    seed: int = 0,
    progress: bool = False,
) -> Clustering:
    """K anchors that overlap the boxes best, by k-means with the distance 1 - IoU.

    The anchors are an iterate: each is the median of the boxes nearest to the anchors of the step
    before. Mean IoU can fall on the way to the fixed point, so the best iterate is kept.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, positive, in any unit.
    k
        How many anchors are wanted, at least 1.
    weights
        (n,), how many boxes each row stands for; None: each stands for itself.
    update
        One of `UPDATES`.
    seed
        Fixes everything that is left to chance, 0 to 2**32 - 1.
    progress
        Whether to show a bar on stderr.

    Raises
    ------
    UsageError
        Where an argument cannot mean anything.
    DataError
        Where there are no boxes.
    TooManyClustersError
        Where the boxes have fewer than k distinct sizes.

    Examples
    --------
    >>> cluster([(2, 1), (4, 4), (2, 2), (4, 5), (2, 3)], 2).anchors
    array([[2. , 2. ],
           [4. , 4.5]])
    """
    boxes = as_sizes(sizes)
    mass = as_weights(weights, len(boxes))
    if k < 1:
        raise UsageError(f"k: wanted at least 1 cluster, found {k}")
    if update not in UPDATES:
        raise UsageError(f"update: wanted {', '.join(UPDATES)}, found {update!r}")
    if not 0 <= seed < 2**32:
        raise UsageError(f"seed: wanted 0 to {2**32 - 1}, found {seed}")
    if not len(boxes):
        raise DataError("no boxes to cluster")
    distinct, where = np.unique(boxes, axis=0, return_inverse=True)
    if k > len(distinct):
        raise TooManyClustersError(
            f"{k} clusters were asked for, but the boxes have {len(distinct)} distinct "
            f"size{'s' if len(distinct) > 1 else ''}"
        )
    if k == len(distinct):
        anchors, steps = distinct, 0
    else:
        merged = np.bincount(where.reshape(-1), weights=mass).astype(np.float64)
        anchors, steps = _best_of_starts(distinct, merged, k, update, seed)
    anchors = anchors[np.lexsort((anchors[:, 0], anchors.prod(axis=1)))]
    found = evaluate(boxes, anchors, weights=mass)
    return Clustering(anchors=anchors, labels=found.labels, mean_iou=found.mean_iou, steps=steps)


def _best_of_starts(boxes: Sizes, mass: Sizes, k: int, update: str, seed: int) -> tuple[Sizes, int]:
    stream = np.random.RandomState(seed)
    best, best_covered, steps = boxes[:k], -math.inf, 0
    for _ in range(STARTS):
        anchors = boxes[stream.choice(len(boxes), k, replace=False)]
        labels, _unused = _assigned(boxes, anchors)
        start_covered, waited = -math.inf, 0
        while waited < PATIENCE:
            steps += 1
            anchors = _updated(boxes, mass, labels, k, "mean" if update == "mean" else "median")
            followers, overlap = _assigned(boxes, anchors)
            covered = float(np.dot(mass, overlap))
            if covered > best_covered:
                best, best_covered = anchors.copy(), covered
            waited = 0 if covered > start_covered else waited + 1
            start_covered = max(covered, start_covered)
            if np.array_equal(followers, labels):
                break
            labels = followers
    if update == "iou":
        best = _ascended(boxes, mass, best)
    return best, steps


def _assigned(boxes: Sizes, anchors: Sizes) -> tuple[NDArray[np.int32], Sizes]:
    """Nearest anchors; one that has no box is moved, in place, to the box that is covered worst."""
    while True:
        labels, overlap = nearest(boxes, anchors)
        empty = np.flatnonzero(np.bincount(labels, minlength=len(anchors)) == 0)
        if not len(empty):
            return labels, overlap
        anchors[empty[0]] = boxes[np.argmin(overlap)]


def _updated(boxes: Sizes, mass: Sizes, labels: NDArray[np.int32], k: int, update: str) -> Sizes:
    anchors = np.empty((k, 2))
    for row in range(k):
        mine = labels == row
        for side in (0, 1):
            values, weights = boxes[mine, side], mass[mine]
            anchors[row, side] = (
                np.dot(values, weights) / weights.sum()
                if update == "mean"
                else weighted_median(values, weights)
            )
    return anchors


def weighted_median(values: Sizes, weights: Sizes) -> float:
    """Median of the values, each written out as often as its weight says."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    half = below[-1] / 2
    low, high = np.searchsorted(below, half, "left"), np.searchsorted(below, half, "right")
    return float(values[order[low]] + values[order[high]]) / 2


def _ascended(boxes: Sizes, mass: Sizes, anchors: Sizes) -> Sizes:
    """Anchors moved side by side while that raises mean IoU."""
    covered = float(np.dot(mass, nearest(boxes, anchors)[1]))
    stride = 0.02
    while stride > 1e-4:
        before = covered
        for row, side in np.ndindex(*anchors.shape):
            for factor in (1 + stride, 1 / (1 + stride)):
                moved = anchors.copy()
                moved[row, side] *= factor
                found = float(np.dot(mass, nearest(boxes, moved)[1]))
                if found > covered:
                    anchors, covered = moved, found
        if covered <= before * (1 + 1e-7):
            stride /= 3
    return anchors
