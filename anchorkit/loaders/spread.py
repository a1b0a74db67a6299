"""What the spread of boxes over their images says against the way they were read.

Here no single box is wrong, all of them lie in their images; but no set of boxes lies so that was
read as it was meant.

Tested in tests/loaders/test_plausible.py.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes

__all__ = ["doubt"]

FEWEST_FOR_CORNERS = 20
FEWEST_FOR_CORNER = 50
"""Boxes from which on a rule that all of them keep is no chance."""

ALIKE = 0.5
"""Correlation of a left edge and a width from which on the width may be a right edge: those of a
large object, whose width is above its left edge, too, are the smaller the larger the others are."""

REACHED = 0.7
"""Fraction of the width and of the height of their images beyond which some box reaches."""

BEGUN = 0.1
"""Fraction before which one begins, where the boxes do not lie in the middle of their images."""


def doubt(boxes: Boxes, form: Literal["corners", "edges", "centre"]) -> str:
    """What speaks against the reading of some boxes; empty where nothing does.

    Parameters
    ----------
    boxes
        With centres.
    form
        How their format tells a box, as for `plausible`.
    """
    count = len(boxes)
    if count < FEWEST_FOR_CORNERS:
        return ""
    centres, sizes = boxes.placed("a check of the numbers"), boxes.sizes
    first = centres if form == "centre" else centres - sizes / 2
    if form != "corners" and (sizes > first).all() and _grow_alike(first, sizes):
        return (
            f"each of {count:,} boxes is wider than its first number and higher than its second, "
            "and the more so the larger these are: are they corners x1 y1 x2 y2, not sizes?"
        )
    ends = (centres + sizes / 2).max(axis=0)
    begun = (centres - sizes / 2).min(axis=0)
    if count >= FEWEST_FOR_CORNER and (ends <= REACHED).all() and (begun <= BEGUN).all():
        return (
            f"none of {count:,} boxes reaches beyond {ends[0]:.0%} of the width and {ends[1]:.0%} "
            "of the height of its image: are these the sizes of the images that were labelled?"
        )
    return ""


def _grow_alike(first: NDArray[np.float64], second: NDArray[np.float64]) -> bool:
    if not (first.std(axis=0) > 0).all() or not (second.std(axis=0) > 0).all():
        return False
    return all(
        np.corrcoef(one, other)[0, 1] > ALIKE for one, other in zip(first.T, second.T, strict=True)
    )
