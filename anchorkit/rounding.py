"""Anchors with as many decimals as a cfg shall have."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.overlap import as_sizes

__all__ = ["rounded"]


def rounded(
    sizes: ArrayLike, anchors: ArrayLike, precision: int, *, weights: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Anchors rounded to a number of decimals.

    Examples
    --------
    >>> rounded([(3, 4)], [(3.1, 4.2)], 0)
    array([[3., 4.]])
    """
    units = np.maximum(np.rint(as_sizes(anchors, "anchors") * 10**precision), 1)
    units = units[np.lexsort((units[:, 0], units.prod(axis=1)))]
    return np.asarray(units / 10**precision)
