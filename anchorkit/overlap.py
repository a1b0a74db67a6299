"""IoU of box sizes with anchors, both placed at a common corner."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import UsageError

__all__ = ["as_sizes", "iou"]


def as_sizes(values: ArrayLike, name: str = "sizes") -> NDArray[np.float64]:
    """Widths and heights as an (n, 2) array of float64, checked to be positive and finite.

    Parameters
    ----------
    values
        (n, 2), columns width and height.
    name
        What to call the argument in an error.

    Raises
    ------
    UsageError
        Where the shape is not (n, 2) or a value is not a positive, finite number.

    Examples
    --------
    >>> as_sizes([(2, 1)])
    array([[2., 1.]])
    """
    try:
        sizes = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise UsageError(f"{name}: wanted an (n, 2) array of widths and heights") from None
    if sizes.ndim != 2 or sizes.shape[1] != 2:
        raise UsageError(f"{name}: wanted shape (n, 2), width and height, found {sizes.shape}")
    if len(sizes) and not (sizes.min() > 0 and sizes.max() < np.inf):
        row = int(np.flatnonzero(~((sizes > 0) & (sizes < np.inf)).all(axis=1))[0])
        found = tuple(sizes[row].tolist())
        raise UsageError(f"{name}: row {row}: wanted positive, finite numbers, found {found}")
    return sizes


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
