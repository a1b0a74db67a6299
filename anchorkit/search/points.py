"""What is searched: distinct sizes with how many boxes have each."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.sums import grain_of

__all__ = ["SKETCHED", "Assignment", "Points", "distinct_sizes", "points_of", "sketch"]

SKETCHED = 1 << 17
"""Above this many distinct sizes the search begins on cells of neighbouring sizes."""

MERGED = 1 << 19
"""Up to this many rows equal sizes are merged without a look at how often sizes repeat."""

SCATTERED = 1 << 20
"""Above this many distinct sizes they are left as they are: merging would cost more than it saves.
"""

SEEN_OF = 10
"""Of all possible sizes, one in 2 to this power is looked at to guess how many are distinct."""

CHUNK = 1 << 16
"""Rows merged at a time: their sort stays in a processor's cache."""

CELL_BITS = 16
"""Bits of a float32 that are left out in a cell, of the 23 of its fraction: a cell spans 1/128 of
an octave."""

TABLE = 1 << 22
"""Cells at most, and rows at a time: 32 MB of weights."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Points:
    """Sizes to cluster, each with its weight.

    Attributes
    ----------
    width, height
        (n,) float64, positive.
    weight
        (n,) float64, how many boxes each point stands for; None: one each.
    total
        Sum of the weights.
    grain
        What is summed over the points is rounded to multiples of this first, so that sums do not
        depend on the order of the boxes, on threads, or on whether equal boxes were merged.
    """

    width: Floats
    height: Floats
    weight: Floats | None
    total: float
    grain: float

    def __len__(self) -> int:
        return len(self.width)

    @property
    def sizes(self) -> Floats:
        """(n, 2), columns width and height."""
        return np.stack([self.width, self.height], axis=1)

    @property
    def ends(self) -> tuple[Floats, Floats]:
        """Least and greatest width and height. An anchor outside overlaps less than one there."""
        sides = (self.width, self.height)
        return np.array([side.min() for side in sides]), np.array([side.max() for side in sides])


class Assignment(NamedTuple):
    """What a set of anchors is to points.

    `mean_iou` is the mean over the points, by weight, of the IoU with the nearest anchor, the first
    of equals; `labels` (n,) are the rows of those anchors, `best` (n,) float64 their IoU with the
    point, multiples of the points' grain.
    """

    mean_iou: float
    labels: NDArray[np.integer[Any]]
    best: Floats


def points_of(width: Floats, height: Floats, weight: Floats | None) -> Points:
    """Points with the grain that their total weight allows."""
    total = float(len(width)) if weight is None else float(weight.sum())
    return Points(width, height, weight, total, grain_of(total))


def distinct_sizes(sizes: Floats, weights: Floats | None) -> Points:
    """Points for boxes: equal sizes merged, unless there are very many and few repeat.

    The order of the rows does not show in what comes out, except where nothing was merged.

    Parameters
    ----------
    sizes
        (n, 2), columns width and height.
    weights
        (n,), or None.
    """
    if len(sizes) > MERGED and _about_distinct(sizes) > SCATTERED:
        width, height = sizes[:, 0], sizes[:, 1]
        if weights is None:
            return points_of(width, height, None)
        return points_of(width, height, weights)
    parts = [
        _merged(
            sizes[start : start + CHUNK],
            None if weights is None else weights[start : start + CHUNK],
        )
        for start in range(0, len(sizes), CHUNK)
    ]
    merged, weight = parts[0]
    if len(parts) > 1:
        merged, weight = _merged(
            np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
        )
    return points_of(np.ascontiguousarray(merged[:, 0]), np.ascontiguousarray(merged[:, 1]), weight)


def _mixed(sizes: Floats) -> NDArray[np.uint64]:
    """A 64-bit mix of each pair of sides: equal pairs have equal mixes."""
    sides = np.ascontiguousarray(sizes).view(np.uint64)
    mixed = sides[:, 0] * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed += sides[:, 1]
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xCA5A826395121157)
    return mixed


def _about_distinct(sizes: Floats) -> int:
    """Roughly how many distinct sizes there are, from those of a few of all possible ones.

    Whether a size is looked at depends on the size alone, so neither the order of the boxes nor how
    often one repeats changes the answer.
    """
    seen = []
    for start in range(0, len(sizes), CHUNK):
        mixed = _mixed(sizes[start : start + CHUNK])
        seen.append(np.unique(mixed[mixed >> np.uint64(64 - SEEN_OF) == 0]))
    return (1 << SEEN_OF) * len(np.unique(np.concatenate(seen)))


def _merged(sizes: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    """Distinct rows by ascending mix, and the weight of each."""
    mixed = _mixed(sizes)
    if (mixed[1:] > mixed[:-1]).all():  # merged before
        return sizes, np.ones(len(sizes)) if weights is None else weights
    order = np.argsort(mixed, kind="stable")
    mixed, rows = mixed[order], sizes[order]
    first = np.empty(len(rows), dtype=np.bool_)
    first[:1] = True
    np.not_equal(mixed[1:], mixed[:-1], out=first[1:])
    changed = (rows[1:] != rows[:-1]).any(axis=1)
    if not np.array_equal(changed, first[1:]):  # two sizes with the same mix
        order = np.lexsort((sizes[:, 1], sizes[:, 0]))
        rows = sizes[order]
        first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    starts = np.flatnonzero(first)
    if weights is None:
        return rows[starts], np.diff(np.append(starts, len(rows))).astype(np.float64)
    return rows[starts], np.add.reduceat(weights[order], starts)


def sketch(points: Points) -> Points:
    """Cells of neighbouring sizes, about 0.5 % apart, as points: what a wide search can begin on.

    The cells are those of the leading bits of float32 numbers, which grow with the number; they are
    wider where sizes span so much that there would be too many cells.
    """
    ends = [
        np.asarray([side.min(), side.max()], dtype=np.float32).view(np.int32)
        for side in (points.width, points.height)
    ]
    bits = CELL_BITS
    while math.prod(int(high >> bits) - int(low >> bits) + 1 for low, high in ends) > TABLE:
        bits += 1
    lowest = [int(low >> bits) for low, _ in ends]
    stride = int(ends[1][1] >> bits) - lowest[1] + 1
    weight = np.zeros((int(ends[0][1] >> bits) - lowest[0] + 1) * stride)
    for start in range(0, len(points), TABLE):
        rows = slice(start, start + TABLE)
        cells = (_leading(points.width[rows], bits) - lowest[0]).astype(np.intp)
        cells *= stride
        cells += _leading(points.height[rows], bits) - lowest[1]
        weights = None if points.weight is None else points.weight[rows]
        weight += np.bincount(cells, weights=weights, minlength=len(weight))
    used = np.flatnonzero(weight)
    centres = [
        (((cells + low) << bits) + (1 << (bits - 1))).astype(np.int32).view(np.float32)
        for cells, low in zip(np.divmod(used, stride), lowest, strict=True)
    ]
    return points_of(centres[0].astype(np.float64), centres[1].astype(np.float64), weight[used])


def _leading(values: Floats, bits: int) -> NDArray[np.int32]:
    """Leading bits of positive values as float32, a whole number that grows with the value."""
    return values.astype(np.float32).view(np.int32) >> np.int32(bits)
