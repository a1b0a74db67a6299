"""How well anchors fit boxes: the figures that are reported."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import BLOCK, as_sizes, as_weights, nearest
from anchorkit.sums import exact, grain_of

__all__ = ["RECALL_FACTOR", "Quality", "evaluate"]

RECALL_FACTOR = 4.0
"""An anchor can learn a box whose sides differ from its own by less than this factor."""


@dataclass(frozen=True, eq=False)
class Quality:
    """How well k anchors fit n boxes.

    Attributes
    ----------
    mean_iou
        Mean over the boxes of the IoU with the nearest anchor.
    best_possible_recall
        Share of the boxes for which some anchor is strictly within `RECALL_FACTOR` in both sides.
    labels
        (n,) int32, the row of each box's nearest anchor.
    best
        (n,) float64, IoU of each box with its nearest anchor.
    counts
        (k,) float64, weight of the boxes nearest to each anchor: their number, without weights.
    cluster_mean_iou
        (k,) float64, mean IoU of each anchor with the boxes nearest to it; NaN where it has none.
    """

    mean_iou: float
    best_possible_recall: float
    labels: NDArray[np.int32]
    best: NDArray[np.float64]
    counts: NDArray[np.float64]
    cluster_mean_iou: NDArray[np.float64]


def evaluate(sizes: ArrayLike, anchors: ArrayLike, *, weights: ArrayLike | None = None) -> Quality:
    """Mean IoU, best possible recall and what each anchor covers, over all boxes.

    A box counts for the anchor that overlaps it most, the first of equals, both placed at a common
    corner. It counts as recalled where an anchor is within a factor of 4, strictly, in width and in
    height.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, positive, in any unit.
    anchors
        (k, 2), width and height of the anchors, in the unit of `sizes`.
    weights
        (n,), how many boxes each row stands for; None: each stands for itself.

    Raises
    ------
    UsageError
        Where a shape is wrong, or a value is not a positive, finite number, or k is 0.
    DataError
        Where there are no boxes.

    Notes
    -----
    Mean IoU: Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2. Best
    possible recall: the check that YOLOv5 makes before training, `utils/autoanchor.py`, with its
    `anchor_t` of 4.

    Examples
    --------
    >>> found = evaluate([(200, 200), (100, 200), (10, 100)], [(100, 200), (200, 200)])
    >>> round(found.mean_iou, 4), round(found.best_possible_recall, 4), found.labels.tolist()
    (0.6833, 0.6667, [1, 0, 0])
    """
    boxes, centres = as_sizes(sizes), as_sizes(anchors, "anchors")
    if not len(centres):
        raise UsageError("anchors: wanted at least one, found none")
    if not len(boxes):
        raise DataError("no boxes to evaluate anchors on")
    mass = as_weights(weights, len(boxes))
    labels, best = nearest(boxes, centres)
    counts = np.bincount(labels, weights=mass, minlength=len(centres)).astype(np.float64)
    total = math.fsum(counts)
    shares = exact(best.copy(), grain_of(total))
    covered = np.bincount(labels, weights=mass * shares, minlength=len(centres))
    with np.errstate(invalid="ignore"):
        cluster_mean_iou = covered / counts
    return Quality(
        mean_iou=math.fsum(covered) / total,
        best_possible_recall=_recalled(boxes, centres, labels, mass) / total,
        labels=labels,
        best=best,
        counts=counts,
        cluster_mean_iou=cluster_mean_iou,
    )


def _recalled(
    boxes: NDArray[np.float64],
    centres: NDArray[np.float64],
    labels: NDArray[np.int32],
    mass: NDArray[np.float64],
) -> float:
    """Weight of the boxes that some anchor is within the factor of, strictly."""
    recalled = []
    for start in range(0, len(boxes), BLOCK):
        block = boxes[start : start + BLOCK]
        # Most boxes are near enough to the anchor that overlaps them most; only the rest ask others
        within = _near(block, centres[labels[start : start + BLOCK]])
        rest = np.flatnonzero(~within)
        for centre in centres:
            within[rest] |= _near(block[rest], centre)
        weights = mass[start : start + BLOCK]
        recalled.append(np.bincount(within.astype(np.intp), weights, minlength=2)[1])
    return math.fsum(recalled)


def _near(boxes: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether both sides are within the factor: no quotients, for a factor of 4 is exact."""
    near: NDArray[np.bool_] = (boxes < centres * RECALL_FACTOR) & (boxes * RECALL_FACTOR > centres)
    return near[:, 0] & near[:, 1]
