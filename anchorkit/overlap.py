"""IoU of box sizes with anchors, both placed at a common corner."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import UsageError

__all__ = ["as_sizes", "as_weights", "iou", "nearest", "nearest_into", "ratios"]

SMALLEST, LARGEST = 1e-30, 1e30
"""Bounds of a side, in any unit: far beyond them its area is no number that floats can hold."""

RECALL_FACTOR = 4.0
"""An anchor can learn a box whose sides differ from its own by less than this factor."""

BLOCK = 16384
"""Boxes handled at a time: a handful of such columns stays in a processor's cache."""


def as_sizes(values: ArrayLike, name: str = "sizes") -> NDArray[np.float64]:
    """Widths and heights as an (n, 2) array of float64, checked to be from 1e-30 to 1e30.

    Parameters
    ----------
    values
        (n, 2), columns width and height.
    name
        What to call the argument in an error.

    Raises
    ------
    UsageError
        Where the shape is not (n, 2), or a value is not a positive number within these bounds.

    Examples
    --------
    >>> as_sizes([(2, 1)])
    array([[2., 1.]])
    """
    sizes = _numbers(values, f"{name}: wanted an (n, 2) array of widths and heights")
    if sizes.ndim != 2 or sizes.shape[1] != 2:
        raise UsageError(f"{name}: wanted shape (n, 2), width and height, found {sizes.shape}")
    if len(sizes) and not (sizes.min() >= SMALLEST and sizes.max() <= LARGEST):
        row = int(np.flatnonzero(~((sizes >= SMALLEST) & (sizes <= LARGEST)).all(axis=1))[0])
        found = tuple(sizes[row].tolist())
        wanted = f"positive numbers from {SMALLEST:g} to {LARGEST:g}"
        raise UsageError(f"{name}: row {row}: wanted {wanted}, found {found}")
    return sizes


def _numbers(values: ArrayLike, wanted: str) -> NDArray[np.float64]:
    try:
        given = np.asarray(values)
        # Text and dates would become numbers, complex ones lose a part
        if given.dtype.kind in "buifO":
            return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    raise UsageError(wanted)


def as_weights(values: ArrayLike | None, count: int) -> NDArray[np.float64]:
    """Weights of boxes as a (count,) array of float64, checked; ones where there are none.

    Parameters
    ----------
    values
        (count,), how many boxes each row stands for, positive; None: each stands for itself.
    count
        How many boxes there are.

    Raises
    ------
    UsageError
        Where the shape is not (count,) or a weight is not a positive, finite number.

    Examples
    --------
    >>> as_weights([3, 1], 2)
    array([3., 1.])
    """
    if values is None:
        return np.ones(count)
    weights = _numbers(values, f"weights: wanted {count} numbers")
    if weights.shape != (count,):
        raise UsageError(f"weights: wanted shape ({count},), found {weights.shape}")
    if count and not (weights.min() > 0 and weights.max() < np.inf):
        row = int(np.flatnonzero(~((weights > 0) & (weights < np.inf)))[0])
        raise UsageError(
            f"weights: row {row}: wanted a positive, finite number, found {weights[row]}"
        )
    return weights


def iou(sizes: ArrayLike, anchors: ArrayLike) -> NDArray[np.float64]:
    """Intersection over union of every box with every anchor, placed at a common corner.

    The intersection is min(width) x min(height), the union the sum of both areas less the
    intersection. `1 - iou` is a metric (the Jaccard distance).

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, positive, in any unit.
    anchors
        (k, 2), width and height of the anchors, in the unit of `sizes`.

    Returns
    -------
    (n, k) float64, in (0, 1].

    Raises
    ------
    UsageError
        Where a shape is not (n, 2) or a value is not a positive, finite number.

    Notes
    -----
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2.

    Examples
    --------
    >>> iou([(200, 200)], [(100, 200), (200, 200)])
    array([[0.5, 1. ]])
    """
    boxes, centres = as_sizes(sizes), as_sizes(anchors, "anchors")
    shared = np.minimum(boxes[:, None], centres).prod(axis=2)
    union = boxes.prod(axis=1)[:, None] + centres.prod(axis=1) - shared
    overlap: NDArray[np.float64] = shared / union
    return overlap


def nearest(
    sizes: NDArray[np.float64], anchors: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """For each box, the anchor that overlaps it most, and their IoU.

    Of anchors that overlap a box equally, the first is taken. The figures are those of `iou`, bit
    for bit, but the memory needed is that of the two results: boxes are taken in blocks.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, already checked by `as_sizes`.
    anchors
        (k, 2), width and height of the anchors, in the unit of `sizes`, checked as well.

    Returns
    -------
    (n,) int32, the row of the nearest anchor, and (n,) float64, its IoU with the box.

    Examples
    --------
    >>> nearest(as_sizes([(200, 200), (90, 210)]), as_sizes([(100, 200), (200, 200)]))[0]
    array([1, 0], dtype=int32)
    """
    labels = np.empty(len(sizes), dtype=np.int32)
    best = np.empty(len(sizes))
    nearest_into(sizes[:, 0], sizes[:, 1], anchors, labels, best)
    return labels, best


def nearest_into(
    width: NDArray[np.float64],
    height: NDArray[np.float64],
    anchors: NDArray[np.float64],
    labels: NDArray[np.integer],
    best: NDArray[np.float64],
) -> None:
    """Write what `nearest` finds into arrays that are there already.

    Parameters
    ----------
    width, height
        (n,), sides of the boxes.
    anchors
        (k, 2), width and height of the anchors.
    labels, best
        (n,), written: the row of the nearest anchor, and its IoU.
    """
    room = min(BLOCK, len(width))
    area: NDArray[np.float64]
    shared: NDArray[np.float64]
    overlap: NDArray[np.float64]
    area, shared, overlap = (np.empty(room) for _ in range(3))
    closer: NDArray[np.bool_] = np.empty(room, dtype=np.bool_)
    for start in range(0, len(width), BLOCK):
        rows = slice(start, start + BLOCK)
        wide, high = np.ascontiguousarray(width[rows]), np.ascontiguousarray(height[rows])
        label, top = labels[rows], best[rows]
        if len(wide) < len(area):
            area, shared, overlap = (part[: len(wide)] for part in (area, shared, overlap))
            closer = closer[: len(wide)]
        np.multiply(wide, high, out=area)
        # An overlap too small for a float is 0, and above no other: the first anchor has the box
        label.fill(0)
        top.fill(0.0)
        for row, (anchor_width, anchor_height) in enumerate(anchors.tolist()):
            np.minimum(wide, anchor_width, out=shared)
            np.minimum(high, anchor_height, out=overlap)
            np.multiply(shared, overlap, out=shared)
            np.add(area, anchor_width * anchor_height, out=overlap)
            np.subtract(overlap, shared, out=overlap)
            np.divide(shared, overlap, out=overlap)
            np.greater(overlap, top, out=closer)
            np.copyto(label, row, where=closer, casting="unsafe")
            np.maximum(top, overlap, out=top)


def ratios(
    width: NDArray[np.float64], height: NDArray[np.float64], wide: float, high: float
) -> NDArray[np.float64]:
    """The smaller of the ratios of both sides with those of one anchor, smaller over larger.

    Parameters
    ----------
    width, height
        (n,), sides of the boxes.
    wide, high
        Those of the anchor.

    Examples
    --------
    >>> ratios(np.array([10.0, 40.0]), np.array([10.0, 20.0]), 20, 20).tolist()
    [0.5, 0.5]
    """
    across = np.minimum(width, wide) / np.maximum(width, wide)
    up = np.minimum(height, high) / np.maximum(height, high)
    smaller: NDArray[np.float64] = np.minimum(across, up, out=across)
    return smaller
