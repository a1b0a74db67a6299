"""The best mean IoU that any k anchors can have, proven by branch and bound.

A cell is a range of log width and log height for each anchor. No anchor of a range overlaps a box
more than the box itself does once its sides are brought into the range, for IoU falls with the
distance of each side from the box's. So the mean over the boxes of the best of these is above every
mean IoU in the cell. Cells that may hold better anchors than those known are halved.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["above_any"]

Floats = NDArray[np.float64]


def above_any(sizes: Floats, k: int, known: float, tolerance: float, most: int = 400_000) -> float:
    """A bound that no k anchors pass: `known` + `tolerance` where that is one.

    Parameters
    ----------
    sizes
        (n, 2), the boxes.
    k
        1 or 2.
    known
        Mean IoU that some anchors have.
    tolerance
        How close to it to come.
    most
        Cells to look at, after which the bound that is reached is returned.
    """
    low, high = np.log(sizes.min(axis=0)), np.log(sizes.max(axis=0))
    # (m, k, 2 sides, 2 ends)
    cells = np.broadcast_to(np.stack([low, high], axis=1), (1, k, 2, 2)).copy()
    looked = 0
    while True:
        bounds = _bounds(sizes, cells)
        open_ = bounds > known + tolerance
        if not open_.any():
            return known + tolerance
        looked += len(cells)
        if looked > most:
            return float(bounds.max())
        cells = cells[open_]
        widths = (cells[..., 1] - cells[..., 0]).reshape(len(cells), -1)
        widest = widths.argmax(axis=1)
        rows, anchors, sides = np.arange(len(cells)), widest // 2, widest % 2
        middles = cells[rows, anchors, sides].mean(axis=1)
        lower, upper = cells.copy(), cells
        lower[rows, anchors, sides, 1] = middles
        upper[rows, anchors, sides, 0] = middles
        cells = np.concatenate([lower, upper])
        if k == 2:  # the second anchor is the wider one: the other way round is the same pair
            cells = cells[cells[:, 1, 0, 1] >= cells[:, 0, 0, 0]]


def _bounds(sizes: Floats, cells: Floats) -> Floats:
    found = []
    area = sizes.prod(axis=1)
    for some in np.array_split(cells, max(1, len(cells) * len(sizes) // 10**6)):
        ends = np.exp(some)[:, :, None]
        nearest = np.clip(sizes, ends[..., 0], ends[..., 1])
        shared = np.minimum(nearest, sizes).prod(axis=-1)
        overlap = shared / (nearest.prod(axis=-1) + area - shared)
        found.append(overlap.max(axis=1).mean(axis=1))
    return np.concatenate(found)
