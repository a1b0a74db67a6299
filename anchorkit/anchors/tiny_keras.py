"""The tiny model of keras-yolo3, of whose six anchors the first is never trained.

Its masks are 3,4,5 and 1,2,3, and a box goes to the nearest of all six: where that is the first,
the box has no target. So the first is made too small to be nearest to anything, and five are
fitted.

Tested in tests/anchors/test_export.py.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.overlap import as_sizes

__all__ = ["TINY", "UNUSED_SIDE", "has_unused_first", "with_unused_first"]

TINY = 6
"""So many anchors make keras-yolo3 build its tiny model."""

UNUSED_SIDE = 0.001
"""Pixels. Of two anchors, one of this side has the lower IoU with every box of a pixel and more, as
long as the other lies within an input of 700 x 700."""


def with_unused_first(anchors: ArrayLike) -> NDArray[np.float64]:
    """Anchors behind one that is never used.

    Parameters
    ----------
    anchors
        (k, 2), columns width and height, pixels at input.

    Returns
    -------
    (k + 1, 2) float64.

    Examples
    --------
    >>> with_unused_first([(10, 14)]).tolist()
    [[0.001, 0.001], [10.0, 14.0]]
    """
    return np.vstack([np.full((1, 2), UNUSED_SIDE), as_sizes(anchors, "anchors")])


def has_unused_first(anchors: ArrayLike) -> bool:
    """Whether the first anchor is one that no box can be nearest to.

    Parameters
    ----------
    anchors
        (k, 2), by ascending area, columns width and height, pixels at input.

    Examples
    --------
    >>> has_unused_first([(0.001, 0.001), (10, 14)]), has_unused_first([(10, 14)])
    (True, False)
    """
    first = as_sizes(anchors, "anchors")[0]
    return bool(first.max() <= UNUSED_SIDE)
