"""Very many anchors: every size is one at first, and those that are missed least leave."""

import numpy as np
from numpy.typing import NDArray

from anchorkit.search.points import Floats
from anchorkit.search.sample import Sample

__all__ = ["MANY", "thinned_out"]

MANY = 48
"""Above this many anchors the search by swaps takes ever longer and finds ever less: what is left
over when sizes leave one by one is as good."""

BLOCK = 1 << 20
"""Pairs of sizes that are compared at a time."""


def thinned_out(sample: Sample, k: int) -> Floats:
    """K sizes of the sample: one after another, the one leaves that is missed least.

    Parameters
    ----------
    sample
        At least k points.
    k
        How many stay.

    Returns
    -------
    (k, 2), in the sample's unit.
    """
    sizes, count = sample.sizes, len(sample)
    weight = np.ones(count) if sample.weight is None else sample.weight
    stays = np.ones(count, dtype=np.bool_)
    owners = np.empty((count, 2), dtype=np.intp)
    overlaps = np.empty((count, 2))
    step = max(1, BLOCK // count)
    for start in range(0, count, step):
        part = slice(start, start + step)
        owners[part], overlaps[part] = _two_best(sizes[part], sizes, stays)
    for _ in range(count - k):
        missed = np.bincount(owners[:, 0], weight * (overlaps[:, 0] - overlaps[:, 1]), count)
        missed[~stays] = np.inf
        gone = int(missed.argmin())
        stays[gone] = False
        rows = np.flatnonzero((owners == gone).any(axis=1))
        owners[rows], overlaps[rows] = _two_best(sizes[rows], sizes, stays)
    return sizes[stays]


def _two_best(
    some: Floats, sizes: Floats, stays: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], Floats]:
    """(m, 2), the two rows of those that stay which overlap each size most, and their IoU.

    Where one alone stays, the second overlaps nothing.
    """
    shared = np.minimum(some[:, :1], sizes[:, 0])
    shared *= np.minimum(some[:, 1:], sizes[:, 1])
    union = some.prod(axis=1)[:, None] + sizes.prod(axis=1)
    union -= shared
    shared /= union
    shared[:, ~stays] = 0
    rows = np.arange(len(some))
    owners, overlaps = np.empty((len(some), 2), dtype=np.intp), np.empty((len(some), 2))
    for column in range(2):
        owners[:, column] = shared.argmax(axis=1)
        overlaps[:, column] = shared[rows, owners[:, column]]
        shared[rows, owners[:, column]] = 0
    return owners, overlaps
