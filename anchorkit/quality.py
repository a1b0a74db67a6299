"""How well anchors fit boxes: the figures that are reported."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_factor
from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import BLOCK, RECALL_FACTOR, as_sizes, as_weights, nearest, ratios
from anchorkit.sums import exact, grain_of

__all__ = ["RECALL_FACTOR", "Quality", "evaluate"]


@dataclass(frozen=True, eq=False)
class Quality:
    """How well k anchors fit n boxes.

    Attributes
    ----------
    mean_iou
        Mean over the boxes of the IoU with the nearest anchor.
    best_possible_recall
        Share of the boxes for which some anchor is strictly within a factor of `anchor_t` in both
        sides.
    anchors_past_threshold
        How many anchors are within that factor of a box, on average.
    fitness
        Mean over the boxes of the best ratio min(w / a, a / w, h / b, b / h) of an anchor (a, b)
        with the box, where it is within that factor, else 0: what YOLOv5 raises.
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
    anchors_past_threshold: float
    fitness: float
    labels: NDArray[np.int32]
    best: NDArray[np.float64]
    counts: NDArray[np.float64]
    cluster_mean_iou: NDArray[np.float64]


def evaluate(
    sizes: ArrayLike,
    anchors: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    anchor_t: float = RECALL_FACTOR,
) -> Quality:
    """Mean IoU, best possible recall and what each anchor covers, over all boxes.

    A box counts for the anchor that overlaps it most, the first of equals, both placed at a common
    corner. It counts as recalled where an anchor is within a factor of `anchor_t`, strictly, in
    width and in height.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, positive, in any unit.
    anchors
        (k, 2), width and height of the anchors, in the unit of `sizes`.
    weights
        (n,), how many boxes each row stands for; None: each stands for itself.
    anchor_t
        The factor within which an anchor can learn a box, above 1.

    Raises
    ------
    UsageError
        Where a shape is wrong, or a value is not a positive, finite number, or k is 0.
    DataError
        Where there are no boxes.

    Notes
    -----
    Mean IoU: Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2. Best
    possible recall, anchors past threshold and fitness: what YOLOv5 prints and raises before
    training, `utils/autoanchor.py`, with its `anchor_t` of 4.

    Examples
    --------
    >>> found = evaluate([(200, 200), (100, 200), (10, 100)], [(100, 200), (200, 200)])
    >>> round(found.mean_iou, 4), round(found.best_possible_recall, 4), found.labels.tolist()
    (0.6833, 0.6667, [1, 0, 0])
    >>> round(found.fitness, 4), round(found.anchors_past_threshold, 4)
    (0.6667, 1.3333)
    """
    boxes, centres = as_sizes(sizes), as_sizes(anchors, "anchors")
    if not len(centres):
        raise UsageError("anchors: wanted at least one, found none")
    if not len(boxes):
        raise DataError("no boxes to evaluate anchors on")
    weight = as_weights(weights, len(boxes))
    anchor_t = as_factor(anchor_t)
    labels, best = nearest(boxes, centres)
    counts = np.bincount(labels, weights=weight, minlength=len(centres)).astype(np.float64)
    total = math.fsum(counts)
    shares = exact(best.copy(), grain_of(total))
    covered = np.bincount(labels, weights=weight * shares, minlength=len(centres))
    with np.errstate(invalid="ignore"):
        cluster_mean_iou = covered / counts
    figures = _ratio_figures(boxes, centres, weight, anchor_t)
    return Quality(
        mean_iou=math.fsum(covered) / total,
        best_possible_recall=figures.recalled / total,
        anchors_past_threshold=figures.past / total,
        fitness=figures.fitness / total,
        labels=labels,
        best=best,
        counts=counts,
        cluster_mean_iou=cluster_mean_iou,
    )


class _RatioFigures(NamedTuple):
    """Sums over boxes, by weight: those recalled, anchors within the factor, best ratios."""

    recalled: float
    past: float
    fitness: float


def _ratio_figures(
    boxes: NDArray[np.float64],
    centres: NDArray[np.float64],
    weight: NDArray[np.float64],
    anchor_t: float,
) -> _RatioFigures:
    grain = grain_of(float(weight.sum()))
    sums = []
    for start in range(0, len(boxes), BLOCK):
        wide, high = np.ascontiguousarray(boxes[start : start + BLOCK].T)
        past, best = np.zeros(len(wide)), np.zeros(len(wide))
        for a, b in centres.tolist():
            # Products, no quotients: so a box at exactly a whole factor is not within it
            near = (wide < a * anchor_t) & (wide * anchor_t > a)
            near &= (high < b * anchor_t) & (high * anchor_t > b)
            past += near
            ratio = ratios(wide, high, a, b)
            np.maximum(best, ratio, out=best, where=near)
        times = weight[start : start + BLOCK]
        exact(best, grain)
        sums.append([(times * (past > 0)).sum(), (times * past).sum(), (times * best).sum()])
    recalled, total_past, fitness = (math.fsum(column) for column in zip(*sums, strict=True))
    return _RatioFigures(recalled, total_past, fitness)
