"""A small sample that stands for all points: drawn evenly along a curve that fills the plane."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anchorkit.search.points import Floats, Points, points_of

__all__ = ["SMALLEST", "Sample", "evenly", "samples_of", "thinned"]

CURVE_BITS = 10
"""Bits of each side's position on the curve: 1,024 steps, more than a sample has points across."""

LEVELS, FINE = 256, 1024
"""Levels of a large sample; up to the second number of points, each is a level of its own. Where
points weigh unlike, so that few may matter, there are as many levels as that at least."""

CLEARLY_MORE = 1.5
"""Times as many points as wanted from which on a sample is drawn: of fewer, all are taken."""

SMALLEST = 1e-15  # relative to the largest side: areas stay above float32's smallest


@dataclass(frozen=True, eq=False)
class Sample:
    """A sample in float32, laid out for many quick assignments to anchors.

    Attributes
    ----------
    sizes
        (n, 2) float64, columns width and height, times `scale`.
    scale
        A power of two, which changes no IoU and brings the sides to where float32 is at home.
    width, height, area
        (n,) float32.
    precise_area
        (n,) float64, the same areas: mixing the two kinds of number is slow.
    weight
        (n,) float64; None where all points weigh the same.
    total
        Sum of the weights.
    grain
        Grain to which what is summed is rounded first, so that sums are exact.
    steps
        Number of levels from the smallest side to the largest, each with about as many points.
    levels
        For width and for height: (n,), the level in which a point lies.
    ascending
        For width and for height: (n,) float64, the values in ascending order.
    """

    sizes: Floats
    scale: float
    width: NDArray[np.float32]
    height: NDArray[np.float32]
    area: NDArray[np.float32]
    precise_area: Floats
    weight: Floats | None
    total: float
    grain: float
    steps: int
    levels: tuple[NDArray[np.intp], NDArray[np.intp]]
    ascending: tuple[Floats, Floats]

    def __len__(self) -> int:
        return len(self.sizes)


def samples_of(points: Points, counts: Sequence[int]) -> list[Sample]:
    """For each count, all points, or that many drawn evenly where there are clearly more.

    Parameters
    ----------
    points
        What the samples stand for.
    counts
        How many points are enough.
    """
    drawn = [count for count in counts if len(points) > count * CLEARLY_MORE]
    sizes = dict(zip(drawn, evenly(points, drawn), strict=True)) if drawn else {}
    if len(drawn) == len(counts):
        return [_laid_out(sizes[count], None) for count in counts]
    order = _along_curve(points)
    every = _laid_out(points.sizes[order], None if points.weight is None else points.weight[order])
    return [_laid_out(sizes[count], None) if count in sizes else every for count in counts]


def evenly(points: Points, counts: Sequence[int]) -> list[Floats]:
    """For each count, as many sizes, one for each equal share of the weight along a Hilbert curve.

    The curve runs through the plane of log width and log height, so that each share is a small
    patch of similar sizes. For any anchors the sample's mean IoU is close to that of all points,
    far closer than with a random sample of that size.

    Returns
    -------
    For each count, (count, 2), columns width and height; a size of much weight stands there
    several times.
    """
    order = _along_curve(points)
    weight = np.ones(len(points)) if points.weight is None else points.weight[order]
    reached = np.cumsum(weight)
    found = []
    for count in counts:
        shares = (np.arange(count) + 0.5) * (reached[-1] / count)
        chosen = order[np.minimum(np.searchsorted(reached, shares), len(points) - 1)]
        found.append(np.stack([points.width[chosen], points.height[chosen]], axis=1))
    return found


def _along_curve(points: Points) -> NDArray[np.intp]:
    """The points in the order of a Hilbert curve over the plane of (roughly) log sizes."""
    column, row = (_scaled(side) for side in (points.width, points.height))
    position: NDArray[np.int64] = np.zeros(len(points), dtype=np.int64)
    for bit in range(CURVE_BITS - 1, -1, -1):
        right, above = (column >> bit) & 1, (row >> bit) & 1
        position = (position << 2) | ((3 * right) ^ above)
        mirrored = (above == 0) & (right == 1)
        ones = (1 << CURVE_BITS) - 1
        column, row = np.where(mirrored, ones - column, column), np.where(mirrored, ones - row, row)
        column, row = np.where(above == 0, row, column), np.where(above == 0, column, row)
    order: NDArray[np.intp] = np.lexsort((points.height, points.width, position))
    return order


def _scaled(side: Floats) -> NDArray[np.int64]:
    """The leading bits of each number, a stepwise logarithm, from 0 to 2**CURVE_BITS - 1."""
    bits = side.view(np.int64) if side.flags.c_contiguous else side.copy().view(np.int64)
    bits = bits - bits.min()
    scaled: NDArray[np.int64] = bits >> max(0, int(bits.max()).bit_length() - CURVE_BITS)
    return scaled


def thinned(sample: Sample, count: int) -> Sample:
    """Every second point, in the same unit, while there are more than so many and all weigh 1."""
    sizes = sample.sizes
    while len(sizes) > count and sample.weight is None:
        sizes = sizes[::2]
    return sample if sizes is sample.sizes else _arranged(sizes, None, sample.scale)


def _laid_out(sizes: Floats, weight: Floats | None) -> Sample:
    scale = 2.0 ** -int(np.frexp(sizes.max())[1])
    return _arranged(np.maximum(sizes * scale, SMALLEST), weight, scale)


def _arranged(scaled: Floats, weight: Floats | None, scale: float) -> Sample:
    width, height = np.ascontiguousarray(scaled.T.astype(np.float32))
    points = points_of(scaled[:, 0], scaled[:, 1], weight)
    steps = min(len(scaled), FINE) if len(scaled) <= FINE or weight is not None else LEVELS
    return Sample(
        sizes=scaled,
        scale=scale,
        width=width,
        height=height,
        area=width * height,
        precise_area=(width * height).astype(np.float64),
        weight=weight,
        total=points.total,
        grain=points.grain,
        steps=steps,
        levels=(_levels(scaled[:, 0], steps), _levels(scaled[:, 1], steps)),
        ascending=(np.sort(scaled[:, 0]), np.sort(scaled[:, 1])),
    )


def _levels(side: Floats, steps: int) -> NDArray[np.intp]:
    levels = np.empty(len(side), dtype=np.intp)
    levels[np.argsort(side, kind="stable")] = np.arange(len(side)) * steps // len(side)
    return levels
