"""What callers hand over, checked: one spelling of what was wanted and what was found.

Arrays of sizes and weights are checked in `overlap`, where they are used.
"""

import math
import operator
import os
from collections.abc import Sequence
from typing import SupportsIndex

from anchorkit.errors import TooManyClustersError, UsageError

__all__ = [
    "as_factor",
    "as_precision",
    "as_seed",
    "as_whole",
    "check_enough_sizes",
    "check_one_of",
    "processors",
]


def as_whole(value: SupportsIndex, name: str, least: int, most: int | None = None) -> int:
    """A whole number as an int, whether Python's or numpy's; neither a truth value nor a float.

    Parameters
    ----------
    value
        What was handed over.
    name
        What to call the argument in an error.
    least, most
        The bounds, both included; None: no upper bound.

    Raises
    ------
    UsageError
        Where it is none, or out of bounds.

    Examples
    --------
    >>> as_whole(9, "k", 1)
    9
    """
    # An array's truth value has an index, too: True would mean one cluster
    truth = isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"
    try:
        found = least - 1 if truth else operator.index(value)
    except TypeError:
        found = least - 1
    if found < least or (most is not None and found > most):
        bounds = f"from {least}" if most is None else f"from {least} to {most}"
        raise UsageError(f"{name}: wanted a whole number {bounds}, found {value!s:.60}")
    return found


def as_seed(value: SupportsIndex) -> int:
    """A seed of numpy's frozen stream, 0 to 2**32 - 1, as an int.

    Raises
    ------
    UsageError
        Where it is none.
    """
    return as_whole(value, "seed", 0, 2**32 - 1)


def as_precision(value: SupportsIndex) -> int:
    """A number of decimals, 0 to 9, as an int.

    Raises
    ------
    UsageError
        Where it is none.
    """
    return as_whole(value, "precision", 0, 9)


def as_factor(value: float) -> float:
    """A factor between sides, above 1 and finite, as a float.

    Raises
    ------
    UsageError
        Where it is none.
    """
    try:
        factor = float(value)
    except (TypeError, ValueError):
        factor = math.nan
    if not 1 < factor < math.inf:
        raise UsageError(f"anchor_t: wanted a finite factor above 1, found {value!s:.60}")
    return factor


def check_one_of(value: str, name: str, allowed: Sequence[str]) -> None:
    """Fail where a name is not one of those that are allowed.

    Raises
    ------
    UsageError
        With all of them.
    """
    if value not in allowed:
        raise UsageError(f"{name}: wanted {', '.join(allowed)}, found {value!r}")


def check_enough_sizes(k: int, count: int) -> None:
    """Fail where more clusters are asked for than there are distinct sizes.

    Raises
    ------
    TooManyClustersError
        With both counts.
    """
    if k > count:
        sizes = "size" if count == 1 else "sizes"
        raise TooManyClustersError(
            f"{k:,} clusters were asked for, but the boxes have {count:,} distinct {sizes}"
        )


def processors() -> int:
    """How many processors this process may use: the threads or processes where none are named."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
