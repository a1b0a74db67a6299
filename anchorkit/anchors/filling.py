"""Anchors for a trainer that needs more of them than the boxes have sizes."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_whole
from anchorkit.errors import UsageError
from anchorkit.overlap import as_sizes, as_weights, iou

__all__ = ["MOST", "filled"]

MOST = 64
"""More anchors than these no trainer needs: a larger k is a mistake, and stays an error."""

STEP = 2 ** (1 / 4)
"""Factor between anchors around a size: the augmentation of trainers makes of one size many."""

SPREAD = 4.0
"""Anchors stay within this factor of a size: one further away could not learn it."""

ALIKE = 1 - 1e-9
"""IoU of anchors that are one and the same."""


def filled(sizes: ArrayLike, k: int, *, weights: ArrayLike | None = None) -> NDArray[np.float64]:
    """The sizes themselves, and smaller and larger ones of the same proportions around them.

    As every size is an anchor, mean IoU is 1. The sizes of most boxes get the most anchors around
    them.

    Parameters
    ----------
    sizes
        (m, 2), distinct, columns width and height, pixels at input.
    k
        How many anchors are wanted, more than m.
    weights
        (m,), how many boxes have each size; None: one each.

    Returns
    -------
    (k, 2) float64, by ascending area.

    Raises
    ------
    UsageError
        Where there are no sizes, or k is no whole number above m.

    Examples
    --------
    >>> filled([(40, 20)], 3).round(1).tolist()
    [[33.6, 16.8], [40.0, 20.0], [47.6, 23.8]]
    """
    known, k = as_sizes(sizes), as_whole(k, "k", 1)
    if not 0 < len(known) < k:
        raise UsageError(f"k: wanted more than the {len(known)} sizes, found {k}")
    order = np.argsort(-as_weights(weights, len(known)), kind="stable")
    rings = math.ceil((k - len(known)) / (2 * len(known)))
    step = min(STEP, SPREAD ** (1 / rings))
    anchors = known
    ring = 0
    while len(anchors) < k:
        ring += 1
        for row in order:
            for factor in (step**ring, step**-ring):
                one = known[[row]] * factor
                if len(anchors) < k and _is_new(one, anchors):
                    anchors = np.concatenate([anchors, one])
    by_area: NDArray[np.float64] = anchors[np.lexsort((anchors[:, 0], anchors.prod(axis=1)))]
    return by_area


def _is_new(one: NDArray[np.float64], anchors: NDArray[np.float64]) -> bool:
    """Whether an anchor of a pixel or more is like none of the others."""
    return bool(one.min() >= 1 and iou(one, anchors).max() < ALIKE)
