"""A small sample that stands for all points: drawn evenly along a curve that fills the plane."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anchorkit.search.points import Floats, Points, points_of

__all__ = ["CLEARLY_MORE", "SMALLEST", "Sample", "evenly", "samples_of", "thinned"]

CURVE_BITS = 10
"""Bits of each side's position on the curve: 1,024 steps, more than a sample has points across."""

LEVELS, FINE = 256, 512
"""Levels of a sample; up to the second number of points, each is a level of its own."""

CLEARLY_MORE = 1.5
"""Times as many points as asked for from which on a sample is drawn: of fewer, all are taken."""

SHARES = 1 << 14
"""Equal shares of the weight that are dealt out to the points at most. As whole weights of that sum
they allow exact sums in float32, which is twice as fast as float64."""

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
        (n,) float64, whole numbers; None where all are 1.
    total
        Sum of the weights, at most `SHARES` or the number of points.
    grain
        Grain to which what is summed is rounded first, so that sums are exact.
    steps
        Number of levels from the smallest side to the largest, each with about as many points and
        as much weight.
    levels
        For width and for height: (n,), the level in which a point lies.
    ascending
        For width and for height: (n,) float64, the values in ascending order.
    starts
        For width and for height: (steps + 1,), how many points lie below each level.
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
    starts: tuple[NDArray[np.intp], NDArray[np.intp]]

    def __len__(self) -> int:
        return len(self.sizes)


def samples_of(
    points: Points, counts: Sequence[int], offsets: Sequence[float] = ()
) -> list[Sample]:
    """For each count, all points, or that many drawn evenly where there are clearly more.

    Parameters
    ----------
    points
        What the samples stand for.
    counts
        How many points are enough.
    offsets
        For each count, which part of each share's points is drawn, 0 to 1; the middle as a rule.
    """
    order = _along_curve(points)
    sizes = np.stack([points.width[order], points.height[order]], axis=1)
    weight = None if points.weight is None else points.weight[order]
    scale = 2.0 ** -int(np.frexp(sizes.max())[1])
    scaled = np.maximum(sizes * scale, SMALLEST)
    found: list[Sample] = []
    for count, offset in zip(counts, offsets or [0.5] * len(counts), strict=True):
        if len(points) > count * CLEARLY_MORE:
            rows, shares = evenly(weight, len(points), count, offset)
            found.append(_arranged(scaled[rows], shares, scale))
        else:
            every = found[-1] if found and len(found[-1]) == len(points) else None
            found.append(every or _arranged(*_all(scaled, weight), scale))
    return found


def _all(sizes: Floats, weight: Floats | None) -> tuple[Floats, Floats | None]:
    """All sizes, with whole weights that sum to `SHARES` at most, none of them 0."""
    if weight is None or weight.max() == weight.min():
        return sizes, None
    if weight.sum() > SHARES or not np.array_equal(weight, np.rint(weight)):
        weight = np.maximum(np.rint(weight * (SHARES / 2 / weight.sum())), 1.0)
    return sizes, weight


def evenly(
    weight: Floats | None, size: int, count: int, offset: float = 0.5
) -> tuple[NDArray[np.intp], Floats | None]:
    """Rows for equal shares of the weight, and how many shares each stands for.

    The rows are taken to be neighbours of each other as `_along_curve` orders them, so that each
    share is a small patch of similar sizes. For any anchors the mean IoU over such a sample is
    close to that over all points, far closer than with a random sample of that size.

    Parameters
    ----------
    weight
        (size,), or None for 1 each.
    size
        How many rows there are.
    count
        How many shares.
    offset
        Which part of each share's rows is taken, 0 to 1.

    Returns
    -------
    The rows, ascending and different, and (n,) float64 shares of each; None where all have one.
    """
    middles = np.arange(count) + offset
    if weight is None:
        return (middles * (size / count)).astype(np.intp), None
    reached = np.cumsum(weight)
    drawn = np.minimum(np.searchsorted(reached, middles * (reached[-1] / count)), size - 1)
    rows, shares = np.unique(drawn, return_counts=True)
    return rows, None if len(rows) == count else shares.astype(np.float64)


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
    """A smaller sample in the same unit, or the sample itself where it has not clearly more."""
    if len(sample) <= count * CLEARLY_MORE:
        return sample
    rows, shares = evenly(sample.weight, len(sample), count)
    return _arranged(sample.sizes[rows], shares, sample.scale)


def _arranged(scaled: Floats, weight: Floats | None, scale: float) -> Sample:
    width, height = np.ascontiguousarray(scaled.T.astype(np.float32))
    points = points_of(scaled[:, 0], scaled[:, 1], weight)
    steps = len(scaled) if len(scaled) <= FINE else LEVELS
    (across, wide, first), (up, high, lowest) = (_levels(side, weight, steps) for side in scaled.T)
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
        levels=(across, up),
        ascending=(wide, high),
        starts=(first, lowest),
    )


def _levels(
    side: Floats, weight: Floats | None, steps: int
) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
    """The level of each point, the sides in ascending order, and where each level starts in it."""
    count = len(side)
    order = np.argsort(side, kind="stable")
    position = np.arange(count) * steps // count
    if weight is not None and steps < count:
        # Half by weight, so that a heavy point has a level of its own
        ends = np.cumsum(weight[order])
        middles = ends - weight[order] / 2
        shares = np.arange(count) / count + middles / ends[-1]
        position = np.minimum((shares * (steps / 2)).astype(np.intp), steps - 1)
    levels = np.empty(count, dtype=np.intp)
    levels[order] = position
    return levels, side[order], np.searchsorted(position, np.arange(steps + 1))
