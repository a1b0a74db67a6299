"""Anchors with as many decimals as a cfg shall have, chosen so that they fit best."""

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_precision
from anchorkit.errors import DataError
from anchorkit.overlap import as_sizes, as_weights, iou

__all__ = ["rounded"]

Numbers = NDArray[np.float64]
Point = tuple[int, int]

MOST_BOXES = 1 << 18
"""Above this many, roundings are compared on boxes gathered in cells."""

CELLS = 1024
"""Cells along each side: over ten doublings, boxes in one differ by less than one percent."""

WORTHWHILE = 1e-12
"""A smaller share of mean IoU may be the order in which numbers were added."""


class _Boxes(NamedTuple):
    width: Numbers
    height: Numbers
    area: Numbers
    weight: Numbers


def rounded(
    sizes: ArrayLike, anchors: ArrayLike, precision: int, *, weights: ArrayLike | None = None
) -> Numbers:
    """Anchors rounded to a number of decimals, the way that keeps mean IoU best.

    Each side becomes its nearest value of that precision, or the one above or below, whichever
    together give the highest mean IoU that a local search finds: one anchor is moved at a time,
    until no move helps. No side falls below one unit of the precision, and no two anchors become
    equal.

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
    mass = as_weights(weights, len(boxes))
    precision = as_precision(precision)
    if not len(boxes):
        raise DataError("no boxes to round anchors for")
    if mass.sum() > MOST_BOXES:  # of boxes, not of rows: a row for many rounds alike
        boxes, mass = _gathered(boxes, mass)
    scale = 10**precision
    width, height = np.ascontiguousarray((boxes * scale).T)
    start = _distinct(exact * scale)
    found = _climbed(_Boxes(width, height, width * height, mass), start)
    found.sort(key=lambda point: (point[0] * point[1], point))
    points: Numbers = np.asarray(found, dtype=np.float64) / scale
    return points


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


def _climbed(boxes: _Boxes, start: list[Point]) -> list[Point]:
    """Points from which no move of a single one, to a free neighbour of its start, helps."""
    points, windows = list(start), [_around(point) for point in start]
    total = float(boxes.weight.sum())
    best, second, labels = _two_best(boxes, points)
    row, settled = 0, 0
    while settled < len(points):
        candidates = [point for point in windows[row] if point not in points]
        # What the others cover without this one
        others = np.where(labels == row, second, best)
        own = _overlap(boxes, points[row])
        if candidates:
            # 1 - IoU is a metric: no box gains more than the way the anchor is moved
            way = 1 - iou([points[row]], candidates).min()
            near = own + way * (1 + 1e-9) > others
            part = _Boxes(*(column[near] for column in boxes))
            rest, stays = others[near], own[near]
            covered = [
                float((part.weight * np.maximum(rest, overlap)).sum())
                for overlap in (stays, *(_overlap(part, point) for point in candidates))
            ]
            choice = int(np.argmax(covered))
        if candidates and covered[choice] > covered[0] + WORTHWHILE * total:
            points[row] = candidates[choice - 1]
            best, second, labels = _two_best(boxes, points)
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


def _two_best(boxes: _Boxes, points: list[Point]) -> tuple[Numbers, Numbers, NDArray[np.int32]]:
    """For each box, the IoU with the nearest and the second nearest point, and which is nearest."""
    best, second = np.zeros((2, len(boxes.width)))
    labels = np.zeros(len(boxes.width), dtype=np.int32)
    for row, point in enumerate(points):
        overlap = _overlap(boxes, point)
        np.maximum(second, np.minimum(best, overlap), out=second)
        np.copyto(labels, row, where=overlap > best)
        np.maximum(best, overlap, out=best)
    return best, second, labels


def _gathered(boxes: Numbers, mass: Numbers) -> tuple[Numbers, Numbers]:
    """Boxes of nearly the same size as one, of their mean size and their weight together."""
    lowest = np.log2(boxes.min(axis=0))
    per_octave = (CELLS - 1) / np.maximum(np.log2(boxes.max(axis=0)) - lowest, 1e-9)
    sums = np.zeros((3, CELLS * CELLS))
    for start in range(0, len(boxes), MOST_BOXES):
        block, weight = boxes[start : start + MOST_BOXES], mass[start : start + MOST_BOXES]
        column, row = ((np.log2(block) - lowest) * per_octave).astype(np.intp).T
        cell = row * CELLS + column
        for place, values in enumerate((weight, weight * block[:, 0], weight * block[:, 1])):
            sums[place] += np.bincount(cell, weights=values, minlength=CELLS * CELLS)
    filled = sums[0] > 0
    weight, widths, heights = sums[:, filled]
    return np.column_stack([widths / weight, heights / weight]), weight
