"""Anchors with as many decimals as a cfg shall have, chosen so that they fit best."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_factor, as_precision
from anchorkit.errors import DataError
from anchorkit.overlap import RECALL_FACTOR, as_sizes, as_weights, iou, ratios
from anchorkit.quality import evaluate
from anchorkit.search.points import distinct_sizes

__all__ = ["precision_that_keeps", "rounded"]

Numbers = NDArray[np.float64]
Point = tuple[int, int]

MOST_BOXES = 1 << 18
"""Above this many, roundings are compared on boxes gathered in cells."""

CELLS = 1024
"""Cells along each side: over ten doublings, boxes in one differ by less than one percent."""

WORTHWHILE = 1e-12
"""A smaller share of mean IoU may be the order in which numbers were added."""


FEW = 4
"""Up to this many anchors all combinations of floor and ceiling are tried: 256."""


class _Boxes(NamedTuple):
    width: Numbers
    height: Numbers
    area: Numbers
    weight: Numbers


Measure = Callable[[_Boxes, Point], Numbers]
"""How well each box and a point fit, 0 to 1."""


def rounded(
    sizes: ArrayLike,
    anchors: ArrayLike,
    precision: int,
    *,
    weights: ArrayLike | None = None,
    anchor_t: float | None = None,
) -> Numbers:
    """Anchors rounded to a number of decimals, the way that keeps mean IoU best.

    Each side becomes its nearest value of that precision, or the one above or below, whichever
    together give the highest mean IoU that a local search finds: one anchor is moved at a time,
    until no move helps; with up to four anchors, no combination of floor and ceiling is better. No
    side falls below one unit of the precision, and no two anchors become equal.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, positive, in the unit of the anchors (pixels at
        input).
    anchors
        (k, 2), width and height of the anchors before rounding.
    precision
        Decimals: 0 for whole pixels, 1 for tenths.
    weights
        (n,), how many boxes each row stands for; None: each stands for itself.
    anchor_t
        Where it is given, fitness within this factor is kept best instead of mean IoU.

    Returns
    -------
    (k, 2) float64, by ascending area.

    Raises
    ------
    UsageError
        Where a shape is wrong, a value is not a positive, finite number, or the precision is not
        from 0 to 9.
    DataError
        Where there are no boxes.

    Examples
    --------
    >>> boxes = [(3, 3), (3, 4), (5, 5)]
    >>> rounded(boxes, [(3.4, 3.4), (4.6, 5.2)], 0)
    array([[3., 3.],
           [5., 5.]])
    >>> rounded(boxes, [(3.4, 3.4), (3.1, 3.2)], 0)
    array([[3., 3.],
           [4., 5.]])
    """
    boxes, exact = as_sizes(sizes), as_sizes(anchors, "anchors")
    weight = as_weights(weights, len(boxes))
    precision = as_precision(precision)
    if not len(boxes):
        raise DataError("no boxes to round anchors for")
    merged = distinct_sizes(boxes, weight)
    boxes = merged.sizes
    if merged.weight is not None:
        weight = merged.weight
    if len(boxes) > MOST_BOXES:
        boxes, weight = _gathered(boxes, weight)
    scale = 10**precision
    width, height = np.ascontiguousarray((boxes * scale).T)
    scaled = _Boxes(width, height, width * height, weight)
    measure = _overlap if anchor_t is None else _ratio_within(as_factor(anchor_t))
    starts = [_distinct(exact * scale)]
    if len(exact) <= FEW:
        starts += _best_of_all(scaled, (exact * scale).tolist(), measure)
    windows = [_around(point) for point in starts[0]]
    ends = [_climbed(scaled, start, windows, measure) for start in starts]
    found = max(ends, key=lambda points: _covered(scaled, points, measure))
    found.sort(key=lambda point: (point[0] * point[1], point))
    points: Numbers = np.asarray(found, dtype=np.float64) / scale
    return points


def precision_that_keeps(
    sizes: ArrayLike,
    anchors: ArrayLike,
    least: float,
    precisions: Sequence[int],
    *,
    weights: ArrayLike | None = None,
    anchor_t: float | None = None,
) -> tuple[int, float] | None:
    """The first of some precisions at which rounded anchors keep a mean IoU, and what they keep.

    That is the mean IoU of the nearest anchors where these keep enough, which `rounded` may raise,
    else that of `rounded`. With a factor it is fitness that is kept.

    Parameters
    ----------
    sizes, anchors, weights, anchor_t
        As for `rounded`.
    least
        Mean IoU to keep, or fitness.
    precisions
        Decimals to try, in order.

    Returns
    -------
    None where none of them does.

    Examples
    --------
    >>> precision_that_keeps([(0.5, 0.5)], [(0.5, 0.5)], 0.999, [0, 1, 2])
    (1, 1.0)
    """
    boxes, exact = as_sizes(sizes), as_sizes(anchors, "anchors")
    merged = distinct_sizes(boxes, as_weights(weights, len(boxes)))
    boxes, weight = merged.sizes, merged.weight

    def kept_by(points: Numbers) -> float:
        quality = evaluate(boxes, points, weights=weight, anchor_t=anchor_t or RECALL_FACTOR)
        return quality.mean_iou if anchor_t is None else quality.fitness

    for precision in precisions:
        # The nearest ones will do where the precision is fine: a search is dear
        scale = 10 ** as_precision(precision)
        kept = kept_by(np.asarray(_distinct(exact * scale), dtype=np.float64) / scale)
        if kept < least:
            kept = kept_by(rounded(boxes, exact, precision, weights=weight, anchor_t=anchor_t))
        if kept >= least:
            return precision, kept
    return None


def _around(point: Point) -> list[Point]:
    """The point itself, then its neighbours of at least one unit."""
    steps = sorted(itertools.product((-1, 0, 1), repeat=2), key=lambda step: step != (0, 0))
    moved = [(point[0] + right, point[1] + up) for right, up in steps]
    return [one for one in moved if min(one) >= 1]


def _distinct(exact: Numbers) -> list[Point]:
    """The nearest points of at least one unit; where one is taken, the most similar free one."""
    points: list[Point] = []
    for width, height in exact.tolist():
        nearest = (max(round(width), 1), max(round(height), 1))
        # Each ring of neighbours is larger than the one before: a free point is found
        free, ring = [nearest], {nearest}
        while not (free := sorted(ring.difference(points))):
            ring = {other for point in ring for other in _around(point)}
        similar = iou([(max(width, 1), max(height, 1))], free)[0]
        points.append(free[int(similar.argmax())])
    return points


def _covered(boxes: _Boxes, points: list[Point], measure: Measure) -> float:
    """Sum of the best of the measure."""
    best = np.maximum.reduce([measure(boxes, point) for point in points])
    return float((boxes.weight * best).sum())


def _best_of_all(boxes: _Boxes, exact: list[list[float]], measure: Measure) -> list[list[Point]]:
    """Of all ways to take floor or ceiling of each side, the best without equal points, if any."""
    choices = [
        [(w, h) for w in _floor_and_ceiling(width) for h in _floor_and_ceiling(height)]
        for width, height in exact
    ]
    overlaps = {point: measure(boxes, point) for points in choices for point in points}
    best: list[tuple[float, list[Point]]] = []

    def tried(points: list[Point], covered: Numbers) -> None:
        if len(points) == len(choices):
            best.append((float((boxes.weight * covered).sum()), points))
            best[:] = [max(best, key=lambda one: one[0])]
            return
        for point in choices[len(points)]:
            if point not in points:
                tried([*points, point], np.maximum(covered, overlaps[point]))

    tried([], np.zeros(len(boxes.width)))
    return [points for _, points in best]


def _floor_and_ceiling(side: float) -> list[int]:
    """Both, ascending; of at least one unit, and one alone where they are equal."""
    return sorted({max(math.floor(side), 1), max(math.ceil(side), 1)})


def _climbed(
    boxes: _Boxes, start: list[Point], windows: list[list[Point]], measure: Measure
) -> list[Point]:
    """Points from which no move of a single one, to a free one of its window, helps."""
    points = list(start)
    total = float(boxes.weight.sum())
    best, second, labels = _two_best(boxes, points, measure)
    row, settled = 0, 0
    while settled < len(points):
        candidates = [point for point in windows[row] if point not in points]
        # What the others cover without this one
        others = np.where(labels == row, second, best)
        own = measure(boxes, points[row])
        if candidates:
            # 1 - IoU is a metric: no box gains more than the way the anchor is moved
            way = 1 - iou([points[row]], candidates).min() if measure is _overlap else 1.0
            near = own + way * (1 + 1e-9) > others
            part = _Boxes(*(column[near] for column in boxes))
            rest, stays = others[near], own[near]
            covered = [
                float((part.weight * np.maximum(rest, overlap)).sum())
                for overlap in (stays, *(measure(part, point) for point in candidates))
            ]
            choice = int(np.argmax(covered))
        if candidates and covered[choice] > covered[0] + WORTHWHILE * total:
            points[row] = candidates[choice - 1]
            moved = measure(boxes, points[row])
            # The third best is known to nobody: where the anchor was one of two, all are asked
            lost = own >= second
            np.copyto(second, np.minimum(best, moved), where=moved > second)
            np.copyto(labels, row, where=moved > best)
            np.maximum(best, moved, out=best)
            some = _Boxes(*(column[lost] for column in boxes))
            best[lost], second[lost], labels[lost] = _two_best(some, points, measure)
            settled = 0
        else:
            settled += 1
        row = (row + 1) % len(points)
    return points


def _overlap(boxes: _Boxes, point: Point) -> Numbers:
    """IoU of each box with one point."""
    # As floats: an int beyond 64 bits would make an array of objects of what it meets
    width, height = float(point[0]), float(point[1])
    shared = np.minimum(boxes.width, width) * np.minimum(boxes.height, height)
    overlap: Numbers = shared / (boxes.area + width * height - shared)
    return overlap


def _ratio_within(anchor_t: float) -> Measure:
    """The ratio of each box with one point, 0 where it is not within the factor."""

    def ratio(boxes: _Boxes, point: Point) -> Numbers:
        found = ratios(boxes.width, boxes.height, float(point[0]), float(point[1]))
        found[found <= 1 / anchor_t] = 0
        return found

    return ratio


def _two_best(
    boxes: _Boxes, points: list[Point], measure: Measure
) -> tuple[Numbers, Numbers, NDArray[np.int32]]:
    """For each box, the measure of the nearest and the second nearest point; which is nearest."""
    best, second = np.zeros((2, len(boxes.width)))
    labels = np.zeros(len(boxes.width), dtype=np.int32)
    for row, point in enumerate(points):
        overlap = measure(boxes, point)
        np.maximum(second, np.minimum(best, overlap), out=second)
        np.copyto(labels, row, where=overlap > best)
        np.maximum(best, overlap, out=best)
    return best, second, labels


def _gathered(boxes: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
    """Boxes of nearly the same size as one, of their mean size and their weight together."""
    lowest = np.log2(boxes.min(axis=0))
    per_octave = (CELLS - 1) / np.maximum(np.log2(boxes.max(axis=0)) - lowest, 1e-9)
    sums = np.zeros((3, CELLS * CELLS))
    for start in range(0, len(boxes), MOST_BOXES):
        block, weight = boxes[start : start + MOST_BOXES], weights[start : start + MOST_BOXES]
        column, row = ((np.log2(block) - lowest) * per_octave).astype(np.intp).T
        cell = row * CELLS + column
        for part, values in enumerate((weight, weight * block[:, 0], weight * block[:, 1])):
            sums[part] += np.bincount(cell, weights=values, minlength=CELLS * CELLS)
    filled = sums[0] > 0
    weight, widths, heights = sums[:, filled]
    return np.column_stack([widths / weight, heights / weight]), weight
