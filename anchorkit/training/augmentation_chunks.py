"""A chunk of boxes on its way through an augmentation, and what becomes of each.

Tested in tests/training/test_augmentation.py.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CAUSES",
    "CROWDED",
    "CUT",
    "KEPT",
    "NARROW",
    "OUTSIDE",
    "SMALL",
    "Chunk",
    "Drawn",
]

CAUSES = ("kept", "outside", "small", "cut", "narrow", "crowded")
"""What may become of a box, in the order in which the codes count."""

KEPT, OUTSIDE, SMALL, CUT, NARROW, CROWDED = range(len(CAUSES))


@dataclass(frozen=True, eq=False)
class Chunk:
    """Labelled boxes that are drawn together.

    Attributes
    ----------
    edges
        (4, c) float64, rows left, right, top and bottom, fractions of the image.
    ids
        (c,) the row of each box's image.
    """

    edges: NDArray[np.float64]
    ids: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, rows: NDArray[np.intp]) -> "Chunk":
        """The boxes of these rows."""
        return Chunk(self.edges[:, rows], self.ids[rows])


@dataclass(frozen=True, eq=False)
class Drawn:
    """Boxes of a chunk after augmentation.

    Attributes
    ----------
    widths, heights
        (c,) float64, pixels of the network's input, of any value where the box is lost.
    fates
        (c,) int64, an index of `CAUSES`.
    """

    widths: NDArray[np.float64]
    heights: NDArray[np.float64]
    fates: NDArray[np.int64]
