"""Exact passes over all points, in blocks, on several threads: nearest anchors, medians."""

import itertools
import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from anchorkit.overlap import nearest_into
from anchorkit.search.points import Floats, Points
from anchorkit.sums import exact

__all__ = ["Labels", "Pass", "balanced", "blocks", "medians", "processors", "summed"]

BLOCK = 1 << 15
THREADED = 1 << 17  # boxes x anchors below which threads cost more than they save
LEVELS = 2048
Labels = NDArray[np.unsignedinteger]
Result = TypeVar("Result")


def processors() -> int:
    """Processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


class Pass:
    """Points with room for one label and one IoU each; every method reads all points.

    Attributes
    ----------
    points
        What is read.
    labels
        (n,) unsigned, the row of each point's nearest anchor, as of the last `mean_iou`.
    best
        (n,) float64, its IoU with the point, a multiple of the points' grain.
    """

    def __init__(self, points: Points, k: int, threads: int | None = None) -> None:
        self.points = points
        self.labels: Labels = np.empty(len(points), dtype=np.min_scalar_type(k - 1))
        self.best = np.empty(len(points))
        wanted = processors() if threads is None else threads
        self.threads = wanted if len(points) * k >= THREADED else 1

    def mean_iou(self, anchors: Floats) -> float:
        """Mean IoU of all points with their nearest anchors, the first of equals.

        Parameters
        ----------
        anchors
            (k, 2), columns width and height.
        """

        def covered(part: slice) -> float:
            best = self.best[part]
            nearest_into(
                self.points.width[part],
                self.points.height[part],
                anchors,
                self.labels[part],
                best,
            )
            return summed(exact(best, self.points.grain), self.points, part)

        return sum(self.over(covered)) / self.points.total

    def counts(self, k: int) -> Floats:
        """(k,), weight of the points nearest each anchor."""

        def counted(part: slice) -> Floats:
            weight = None if self.points.weight is None else self.points.weight[part]
            return np.bincount(self.labels[part], weight, k).astype(np.float64)

        return sum(self.over(counted), np.zeros(k))

    def over(self, function: Callable[[slice], Result]) -> list[Result]:
        """`function` of consecutive parts of the points, in order; the parts run side by side."""
        count, parts = len(self.points), self.threads
        if parts == 1:
            return [function(slice(0, count))]
        from concurrent.futures import ThreadPoolExecutor  # slow to import, and seldom needed

        ends = [count * part // parts for part in range(parts + 1)]
        slices = [slice(low, high) for low, high in itertools.pairwise(ends)]
        with ThreadPoolExecutor(parts) as pool:
            return list(pool.map(function, slices))


def summed(values: Floats, points: Points, part: slice) -> float:
    """Sum of values, multiples of the points' grain, each times the weight of its point."""
    if points.weight is None:
        return float(values.sum())
    return float(np.einsum("i,i->", values, points.weight[part]))


def blocks(part: slice, size: int = BLOCK) -> Iterator[slice]:
    """Consecutive pieces of a part that stay in cache."""
    for start in range(part.start, part.stop, size):
        yield slice(start, min(start + size, part.stop))


def medians(scan: Pass, k: int) -> Floats:
    """Median width and height of the points nearest each anchor: (k, 2), NaN where it has none."""
    return balanced(scan, scan.points.weight, scan.counts(k) / 2, k)


def balanced(scan: Pass, pull: Floats | None, target: Floats, k: int) -> Floats:
    """For each anchor and side, where the pull of the smaller points reaches the target.

    With a pull of the points' weights and half their sum as target this is the weighted median;
    where the target is met exactly between two values, it is the middle of the two.

    Parameters
    ----------
    scan
        Points with their labels.
    pull
        (n,), at least 0, or None for 1 each.
    target
        (k,), what the pulls of the points up to the balance point sum to.
    k
        How many anchors there are.

    Returns
    -------
    (k, 2), columns width and height; NaN where an anchor has no point.
    """
    found = np.empty((k, 2))
    for column, side in enumerate((scan.points.width, scan.points.height)):
        found[:, column] = _balanced_side(scan, side, pull, target, k)
    return found


def _balanced_side(scan: Pass, side: Floats, pull: Floats | None, target: Floats, k: int) -> Floats:
    # Positive floats are ordered as their bits are, read as whole numbers: the leading bits are a
    # level, the levels' sums tell in which the balance point lies, and only that one is sorted.
    low, high = (int(np.float64(end).view(np.int64)) for end in (side.min(), side.max()))
    shift = max(0, (high - low).bit_length() - (LEVELS.bit_length() - 1))
    base = low >> shift
    levels = (high >> shift) - base + 1

    def cells(rows: slice) -> NDArray[np.intp]:
        bits = np.ascontiguousarray(side[rows]).view(np.int64) >> shift
        bits -= base
        bits += scan.labels[rows].astype(np.int64) * levels
        return bits

    def histogram(part: slice) -> Floats:
        mass = np.zeros(k * levels)
        for rows in blocks(part):
            mass += np.bincount(
                cells(rows), None if pull is None else pull[rows], minlength=len(mass)
            )
        return mass

    mass: Floats = sum(scan.over(histogram), np.zeros(k * levels))
    below = mass.reshape(k, levels).cumsum(axis=1)
    # The level of the first value that reaches the target, and of the first that passes it.
    reaching = np.minimum((below < target[:, None]).sum(axis=1), levels - 1)
    passing = np.minimum((below <= target[:, None]).sum(axis=1), levels - 1)
    wanted = np.zeros(k * levels, dtype=np.bool_)
    for row in range(k):
        wanted[row * levels + reaching[row] : row * levels + passing[row] + 1] = True

    def gathered(part: slice) -> NDArray[np.intp]:
        return np.concatenate(
            [np.flatnonzero(wanted[cells(rows)]) + rows.start for rows in blocks(part)]
        )

    chosen = np.concatenate(scan.over(gathered))
    values, owners = side[chosen], scan.labels[chosen]
    order = np.lexsort((values, owners))
    values, owners = values[order], owners[order]
    pulls = np.ones(len(values)) if pull is None else pull[chosen][order]
    ends = np.searchsorted(owners, np.arange(k), side="right")
    result = np.full(k, np.nan)
    start = 0
    for row, end in enumerate(ends.tolist()):
        if end > start:
            before = below[row, reaching[row] - 1] if reaching[row] else 0.0
            reached = before + np.cumsum(pulls[start:end])
            at = min(int(np.searchsorted(reached, target[row], "left")), end - start - 1)
            past = min(int(np.searchsorted(reached, target[row], "right")), end - start - 1)
            result[row] = (values[start + at] + values[start + past]) / 2
        start = end
    return result
