"""Moves of single sides of anchors to sides that boxes have, on a sample.

Where sizes repeat or lie on a lattice, mean IoU has a kink at every side of a box, and anchors that
climb by balance stop at one of them. A side that may go to any of the sides next to it, and to some
farther ones, gets past.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from anchorkit.search.climb import ALIKE, ScoredAnchors, iou_table
from anchorkit.search.points import Floats
from anchorkit.search.sample import Sample

__all__ = ["move_sides"]

REACH = np.array([1, 2, 4, 10, 30, 90])
"""How many sides of the sample further up and down a side is tried at."""

SUM_BITS, MOST_BITS = 30, 16
"""Bits of a sum of IoUs as whole numbers, so that it is exact in 32; and of an IoU at most."""

CYCLES = 3
"""Times that all anchors are tried at most: later ones gain next to nothing."""

Wholes = NDArray[np.int32]


def move_sides(
    sample: Sample,
    found: ScoredAnchors,
    cycles: int = CYCLES,
    table_of: Callable[[Sample, Floats], NDArray[np.float32]] = iou_table,
) -> ScoredAnchors:
    """The anchors after every move of one side that raises mean IoU, one anchor after another.

    Parameters
    ----------
    sample
        What mean IoU is of.
    found
        (k, 2) anchors in the sample's unit, and their mean IoU.
    cycles
        How many times to try all anchors.
    table_of
        Which measure of anchors and points is raised, 0 to 1, instead of IoU.
    """
    k = len(found.anchors)
    unit = 2.0 ** min(MOST_BITS, SUM_BITS - (int(sample.total) - 1).bit_length())
    weight = None if sample.weight is None else sample.weight.astype(np.int32)
    anchors = found.anchors.copy()
    table = _wholes(table_of(sample, anchors), unit)
    least = max(1, int(ALIKE * sample.total * unit))
    sides = [np.unique(side) for side in sample.ascending]
    reached, idle, tried = None, 0, 0
    while idle < k and tried < cycles * k:
        row = tried % k
        tried += 1
        own = table[row].copy()
        table[row] = 0
        rest = table.max(axis=0)
        table[row] = own
        candidates = _candidates(anchors[row], sides)
        overlaps = _wholes(table_of(sample, candidates), unit)
        covered = np.maximum(overlaps, rest)
        if weight is not None:
            covered *= weight
        sums = covered.sum(axis=1, dtype=np.int32)
        # The first candidate is the anchor as it stands
        choice = int(sums.argmax())
        reached = sums[0]
        if sums[choice] - reached >= least:
            anchors[row], table[row], reached = candidates[choice], overlaps[choice], sums[choice]
            idle = 0
        else:
            idle += 1
    if reached is None:
        return found
    return ScoredAnchors(float(reached) / unit / sample.total, anchors)


def _candidates(anchor: Floats, sides: list[Floats]) -> Floats:
    """(m, 2), the anchor itself, and with either side at others nearby."""
    found = [anchor[None]]
    for column, values in enumerate(sides):
        rows = np.concatenate(
            [
                values.searchsorted(anchor[column], "left") - REACH,
                values.searchsorted(anchor[column], "right") - 1 + REACH,
            ]
        )
        rows = rows[(rows >= 0) & (rows < len(values))]
        moved = anchor[None].repeat(len(rows), axis=0)
        moved[:, column] = values[rows]
        found.append(moved)
    return np.concatenate(found)


def _wholes(table: NDArray[np.float32], unit: float) -> Wholes:
    """A table as whole numbers, of parts of one `unit`."""
    table *= np.float32(unit)
    wholes: Wholes = np.rint(table, out=table).astype(np.int32)
    return wholes
