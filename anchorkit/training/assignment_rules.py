"""Which anchors of a head match which boxes, by each trainer's rule.

Tested in tests/training/test_assignment.py.
"""

import numpy as np
from numpy.typing import NDArray

from anchorkit.overlap import BLOCK, iou, nearest
from anchorkit.training.assignment_places import PlacedBoxes

__all__ = ["overlap_matches", "ratio_matches"]


def overlap_matches(
    sizes: NDArray[np.float64],
    anchors: NDArray[np.float64],
    own: tuple[int, ...],
    above: float,
) -> NDArray[np.bool_]:
    """The anchor of highest IoU among all, the first of equals, and those of higher IoU than this.

    Parameters
    ----------
    sizes
        (n, 2), of the boxes.
    anchors
        (k, 2), of all heads and of none.
    own
        Rows of the head's anchors.
    above
        An IoU; at 1 and above, there are no others.

    Returns
    -------
    (n, len(own)) bool.

    Examples
    --------
    >>> overlap_matches(np.ones((1, 2)), np.array([[1.0, 1], [2, 1]]), (0, 1), 0.5).tolist()
    [[True, False]]
    """
    rows = np.array(own, dtype=np.intp)
    found = np.equal(nearest(sizes, anchors)[0][:, None], rows)
    if above < 1:
        for start in range(0, len(sizes), BLOCK):
            block = slice(start, start + BLOCK)
            found[block] |= iou(sizes[block], anchors[rows]) > above
    return np.asarray(found)


def ratio_matches(
    boxes: PlacedBoxes, anchors: NDArray[np.float64], stride: int, anchor_t: float
) -> NDArray[np.bool_]:
    """YOLOv5's: anchors of which both sides differ by less than a factor from the box's.

    In single precision and in units of the grid, as YOLOv5 does it: of sides that differ by the
    factor exactly, rounding decides.

    Parameters
    ----------
    boxes
        The boxes.
    anchors
        (k, 2), of the head, in pixels of the input.
    stride
        Of the head, in pixels.
    anchor_t
        The factor.

    Returns
    -------
    (n, k) bool.

    Examples
    --------
    >>> boxes = PlacedBoxes([(10, 10)], [(5, 5)], [0], (64, 64))
    >>> ratio_matches(boxes, np.array([[39.0, 10], [40, 10], [10, 2.6]]), 8, 4.0).tolist()
    [[True, False, True]]
    """
    grid = np.array([side // stride for side in boxes.frame], dtype=np.float32)
    sides = (boxes.sizes / boxes.frame).astype(np.float32) * grid
    own = anchors.astype(np.float32) / np.float32(stride)
    found = np.empty((len(boxes), len(anchors)), dtype=np.bool_)
    for column, anchor in enumerate(own):
        ratio = sides / anchor
        found[:, column] = np.maximum(ratio, 1 / ratio).max(axis=1) < np.float32(anchor_t)
    return found
