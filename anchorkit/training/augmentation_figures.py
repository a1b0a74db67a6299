"""How well anchors fit the boxes that training sees."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import BLOCK, as_sizes, nearest, ratios

__all__ = ["TrainingQuality", "measured"]


@dataclass(frozen=True)
class TrainingQuality:
    """Figures of anchors on drawn boxes.

    Attributes
    ----------
    mean_iou
        Mean over the boxes of the IoU with the nearest anchor.
    below_half
        Share of the boxes whose IoU with the nearest anchor is below 0.5.
    best_possible_recall
        Share of the boxes that some anchor can learn: both sides differ by less than the factor.
    fitness
        YOLOv5's: mean over the boxes of the best ratio, 0 where no anchor can learn the box. The
        ratio with an anchor is the smaller of both sides' ratios, each at most 1.
    """

    mean_iou: float
    below_half: float
    best_possible_recall: float
    fitness: float


def measured(sizes: ArrayLike, anchors: ArrayLike, anchor_t: float = 4.0) -> TrainingQuality:
    """Mean IoU, share below 0.5, recall and fitness of anchors on boxes.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, positive, in any unit.
    anchors
        (k, 2), width and height of the anchors, in the unit of `sizes`.
    anchor_t
        By less than this factor both sides of a box may differ from those of an anchor that learns
        it; above 1.

    Raises
    ------
    UsageError
        Where a shape is wrong, a value is not positive, or there are no anchors.
    DataError
        Where there are no boxes.

    Examples
    --------
    IoU 1 and 1/4; the second box is half as wide and half as high as its anchor:

    >>> measured([(10, 20), (5, 10)], [(10, 20)])
    TrainingQuality(mean_iou=0.625, below_half=0.5, best_possible_recall=1.0, fitness=0.75)
    """
    boxes, centres = as_sizes(sizes), as_sizes(anchors, "anchors")
    if not len(centres):
        raise UsageError("anchors: wanted at least one, found none")
    if not len(boxes):
        raise DataError("no boxes are left in training to measure anchors on")
    if not 1 < anchor_t < np.inf:
        raise UsageError(f"anchor_t: wanted a number above 1, found {anchor_t}")
    best = nearest(boxes, centres)[1]
    recalled, fitness = 0, 0.0
    for start in range(0, len(boxes), BLOCK):
        best_ratios = _best_ratios(boxes[start : start + BLOCK], centres)
        learnt = best_ratios[best_ratios > 1 / anchor_t]
        recalled += len(learnt)
        fitness += float(learnt.sum())
    return TrainingQuality(
        mean_iou=float(best.mean()),
        below_half=float((best < 0.5).mean()),
        best_possible_recall=recalled / len(boxes),
        fitness=fitness / len(boxes),
    )


def _best_ratios(boxes: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each box the highest of its ratios with the anchors."""
    wide, high = np.ascontiguousarray(boxes.T)
    best = np.zeros(len(boxes))
    for width, height in centres.tolist():
        np.maximum(best, ratios(wide, high, width, height), out=best)
    return best
