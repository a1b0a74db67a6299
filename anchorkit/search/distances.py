"""K-means with other distances than 1 - IoU: the comparison that speaks for IoU."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_seed, as_whole, check_enough_sizes, check_one_of
from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import as_sizes, as_weights, nearest

__all__ = ["DISTANCES", "cluster_by"]

DISTANCES = ("iou", "euclidean", "seuclidean", "manhattan", "chebyshev", "cosine")
"""Distances between sizes that the literature knows; `seuclidean` is the standardised Euclidean."""

STARTS = 3
"""Random starts: the comparison is of distances, not of patience."""

STEPS = 300
"""Iterates at most; k-means ends by itself long before, but need not by rounding."""

SAMPLE, SAMPLE_OF_EACH = 8000, 20
"""Distinct sizes that are enough to compare random starts on, and for each anchor at least."""

Sizes = NDArray[np.float64]


def cluster_by(
    sizes: ArrayLike,
    k: int,
    distance: str,
    *,
    weights: ArrayLike | None = None,
    seed: int = 0,
    starts: Sequence[ArrayLike] = (),
) -> Sizes:
    """K anchors by k-means with a distance: each the mean of the boxes nearest to it.

    Of several starts the one with the least sum of distances is kept: a distance is not helped by
    knowing that mean IoU is what counts.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, positive, in any unit.
    k
        How many anchors are wanted, at least 1.
    distance
        One of `DISTANCES`: 1 - IoU at a common corner; the root of the summed squares of the
        differences in width and height; the same with each side divided by its standard deviation;
        the sum of the differences; the greater difference; 1 - cosine of the angle between
        (width, height) as vectors.
    weights
        (n,), how many boxes each row stands for; None: each stands for itself.
    seed
        Fixes the random starts.
    starts
        (k, 2) arrays to start from as well.

    Returns
    -------
    (k, 2) float64, by ascending area.

    Raises
    ------
    UsageError
        Where an argument cannot mean anything.
    DataError
        Where there are no boxes.
    TooManyClustersError
        Where the boxes have fewer than k distinct sizes.

    Notes
    -----
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2: with the Euclidean
    distance larger boxes count for more than smaller ones.

    Examples
    --------
    >>> cluster_by([(2, 1), (4, 4), (2, 2), (4, 5)], 2, "euclidean")
    array([[2. , 1.5],
           [4. , 4.5]])
    """
    check_one_of(distance, "distance", DISTANCES)
    k, seed = as_whole(k, "k", 1), as_seed(seed)
    boxes = as_sizes(sizes)
    counts = as_weights(weights, len(boxes))
    if not len(boxes):
        raise DataError("no boxes to cluster")
    distinct, rows = np.unique(boxes, axis=0, return_inverse=True)
    check_enough_sizes(k, len(distinct))
    merged = np.bincount(rows.reshape(-1), weights=counts).astype(np.float64)
    first = [np.array(as_sizes(start, "starts")) for start in starts]
    if not all(len(start) == k for start in first):
        raise UsageError(f"starts: wanted sets of {k} anchors")
    stream = np.random.RandomState(seed)
    some = slice(None, None, max(1, len(distinct) // max(SAMPLE, SAMPLE_OF_EACH * k)))
    few, their_weights = distinct[some], merged[some]
    drawn = [few[stream.choice(len(few), k, replace=False)] for _ in range(STARTS)]
    # the basin is found on a sample, the anchors in it on all boxes
    settled = [_settled(few, their_weights, start, distance) for start in drawn]
    first.append(min(settled, key=lambda found: found[1])[0])
    best, _ = min(
        (_settled(distinct, merged, start, distance) for start in first), key=lambda found: found[1]
    )
    by_area: Sizes = best[np.lexsort((best[:, 0], best.prod(axis=1)))]
    return by_area


def _settled(boxes: Sizes, weights: Sizes, anchors: Sizes, distance: str) -> tuple[Sizes, float]:
    """Anchors that no longer move, and the sum of the distances from them."""
    k = len(anchors)
    share = weights / weights.sum()
    spread = np.sqrt(share @ (boxes - share @ boxes) ** 2)
    scale = np.where(spread > 0, spread, 1) if distance == "seuclidean" else np.ones(2)
    labels: NDArray[np.int32] | None = None
    for _ in range(STEPS):
        followers, away = _assigned(boxes, anchors, distance, scale)
        # a centre without boxes goes to the box that is farthest from its own
        for row in np.flatnonzero(np.bincount(followers, minlength=k) == 0):
            farthest = int(np.argmax(away))
            followers[farthest], away[farthest] = row, -1.0
        if labels is not None and np.array_equal(followers, labels):
            break
        labels = followers
        anchors = _means(boxes, weights, labels, anchors)
    return anchors, math.fsum(weights * _assigned(boxes, anchors, distance, scale)[1])


def _means(boxes: Sizes, weights: Sizes, labels: NDArray[np.int32], anchors: Sizes) -> Sizes:
    """The mean of each anchor's boxes; the anchor itself where it lost the box it was given."""
    counts = np.bincount(labels, weights=weights, minlength=len(anchors))
    sums = [np.bincount(labels, weights=weights * side, minlength=len(anchors)) for side in boxes.T]
    means = anchors.copy()
    some = counts > 0
    means[some] = (np.stack(sums, axis=1)[some].T / counts[some]).T
    return means


def _assigned(
    boxes: Sizes, anchors: Sizes, distance: str, scale: Sizes
) -> tuple[NDArray[np.int32], Sizes]:
    """Nearest anchor of each box, the first of equals, and its distance."""
    if distance == "iou":
        labels, overlap = nearest(boxes, anchors)
        return labels, 1 - overlap
    labels = np.zeros(len(boxes), dtype=np.int32)
    least = np.full(len(boxes), np.inf)
    for row, anchor in enumerate(anchors):
        away = _distances(boxes, anchor, distance, scale)
        nearer = away < least
        labels[nearer] = row
        least[nearer] = away[nearer]
    return labels, least


def _distances(boxes: Sizes, anchor: Sizes, distance: str, scale: Sizes) -> Sizes:
    if distance == "cosine":
        along = boxes @ anchor / (np.hypot(boxes[:, 0], boxes[:, 1]) * np.hypot(*anchor))
        cosine: Sizes = np.maximum(1 - along, 0)
        return cosine
    width: Sizes
    height: Sizes
    width, height = np.abs((boxes - anchor) / scale).T
    if distance == "manhattan":
        return width + height
    if distance == "chebyshev":
        return np.maximum(width, height)
    # k-means proper: the mean minimises the squares
    squares: Sizes = width**2 + height**2
    return squares
