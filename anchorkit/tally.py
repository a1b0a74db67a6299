"""Sizes counted as they come: for more boxes than memory holds, but fewer distinct sizes."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.overlap import as_sizes

__all__ = ["MOST_ERROR", "SizeTally"]

MOST = 2 * 10**7
"""Distinct sizes that are kept exactly: 0.5 GB."""

STEP = 1.99e-4
"""Width and height of a cell, as a ratio: neighbouring sizes past `MOST` become one."""

MOST_ERROR = 2e-4
"""What a mean IoU may be off by where sizes are cells.

No side is further from its cell's than half a step, and moving a side by a small ratio moves an IoU
by no more than that ratio: by exp(STEP) - 1 at most.
"""

Keys = NDArray[Any]
"""complex128, a width and a height, or int64, a cell."""
Counts = NDArray[np.int64]


class SizeTally:
    """Distinct sizes of boxes with their counts, in ascending order, whatever order they come in.

    Parameters
    ----------
    most
        How many distinct sizes are kept exactly; where there are more, neighbouring ones become
        one, of sides that differ by `STEP` / 2 at most.

    Attributes
    ----------
    approximate
        Whether sizes are cells by now.

    Examples
    --------
    >>> tally = SizeTally()
    >>> tally.add([(2, 3), (1, 1), (2, 3)])
    >>> tally.add([(1, 1)])
    >>> sizes, counts = tally.result()
    >>> sizes.tolist(), counts.tolist()
    ([[1.0, 1.0], [2.0, 3.0]], [2, 2])
    """

    def __init__(self, most: int = MOST) -> None:
        self.approximate = False
        self._most = most
        self._parts: list[tuple[Keys, Counts]] = []

    def add(self, sizes: ArrayLike) -> None:
        """Count more boxes.

        Parameters
        ----------
        sizes
            (n, 2), columns width and height, positive, in any unit.

        Raises
        ------
        UsageError
            Where the shape is wrong, or a value is not a positive, finite number.
        """
        new = np.ascontiguousarray(as_sizes(sizes)).view(np.complex128).ravel()
        keys, counts = np.unique(_cells(new) if self.approximate else new, return_counts=True)
        self._parts.append((keys, counts.astype(np.int64)))
        # As many rows at most wait as are merged: each is moved but a few times
        if sum(len(part) for part, _ in self._parts[1:]) > len(self._parts[0][0]):
            self._merge()

    def result(self) -> tuple[NDArray[np.float64], Counts]:
        """The sizes, (d, 2), and how many boxes each stands for, (d,)."""
        if not self._parts:
            return np.empty((0, 2)), np.empty(0, dtype=np.int64)
        self._merge()
        ((keys, counts),) = self._parts
        if keys.dtype == np.complex128:
            return keys.view(np.float64).reshape(-1, 2), counts
        return np.exp(np.column_stack(np.divmod(keys, _ROWS)) * STEP - _OFFSET * STEP), counts

    def _merge(self) -> None:
        self._parts = [_merged(self._parts)]
        keys, counts = self._parts[0]
        if len(keys) > self._most and not self.approximate:
            self.approximate = True
            self._parts = [_merged([(_cells(keys), counts)])]


_ROWS = 1 << 31
_OFFSET = 1 << 30
"""Half of the cells along a side are below 1: by far more than the sides that are allowed."""


def _cells(sizes: Keys) -> NDArray[np.int64]:
    """The cell of each size, as one number."""
    columns, rows = (
        np.rint(np.log(sides) / STEP).astype(np.int64) + _OFFSET
        for sides in (sizes.real, sizes.imag)
    )
    return np.asarray(columns * _ROWS + rows)


def _merged(parts: list[tuple[Keys, Counts]]) -> tuple[Keys, Counts]:
    keys = np.concatenate([part for part, _ in parts])
    counts = np.concatenate([count for _, count in parts])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[first], np.add.reduceat(counts[order], first)
