"""Sums that come out the same in any order: what is added is rounded first, so that no sum is."""

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["exact", "grain_of"]


def grain_of(total: float) -> float:
    """A power of two too small to be seen, and large enough that sums of its multiples are exact.

    Values of at most 2, times whole weights that sum to `total`, are multiples of the grain after
    `exact`, and 53 bits hold their sum. Such a sum depends neither on the order in which it is
    taken nor on how it is shared among threads. Past a total of 2**31 it may, in its last digits.

    Examples
    --------
    >>> grain_of(1000) == 2.0**-40, grain_of(2**25) == 2.0**-26
    (True, True)
    """
    return 2.0 ** min(-20, max(-40, math.ceil(math.log2(max(total, 1.0))) + 2 - 53))


def exact(values: NDArray[np.float64], grain: float) -> NDArray[np.float64]:
    """`values`, in place, rounded to multiples of `grain`.

    Examples
    --------
    >>> exact(np.array([0.3, 0.8]), 0.25)
    array([0.25, 0.75])
    """
    shift = 1.5 * 2.0**52 * grain
    values += shift
    values -= shift
    return values
