"""Exact passes over all points, in blocks, on several threads: nearest anchors, medians."""

import itertools
from collections.abc import Callable, Iterator
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from anchorkit.arguments import processors
from anchorkit.overlap import nearest_into
from anchorkit.search.points import Assignment, Floats, Points
from anchorkit.sums import exact

__all__ = ["FullScan", "blocks", "medians", "summed", "weighted_quantiles"]

BLOCK = 1 << 15
"""Points handled at a time: a handful of such columns stays in a processor's cache."""

THREADED = 1 << 21
"""Points x anchors below which threads cost more than they save."""

LEVELS = 2048
"""Levels at most into which sides are sorted before the one with the quantile is."""

CELLS, FEWEST = 1 << 18, 16
"""Levels of all anchors together at most, but for so many of each."""

Result = TypeVar("Result")


class FullScan:
    """What reads all points, in parts that run side by side; it keeps nothing of what it found.

    Attributes
    ----------
    points
        What is read.
    threads
        How many parts run side by side.
    """

    def __init__(self, points: Points, k: int, threads: int | None = None) -> None:
        self.points = points
        self.threads = (threads or processors()) if len(points) * k >= THREADED else 1

    counted: ClassVar[Callable[[int], object] | None] = None
    """Called, where it is set, with the number of points of each exact pass: one evaluation of all
    points against all anchors."""

    def count(self) -> None:
        """Tell whoever counts that all points are evaluated against all anchors once."""
        if FullScan.counted is not None:
            FullScan.counted(len(self.points))

    def assign(self, anchors: Floats) -> Assignment:
        """Nearest anchors of all points, best IoU and its mean.

        Parameters
        ----------
        anchors
            (k, 2), columns width and height.
        """
        self.count()
        points = self.points
        labels = np.empty(len(points), dtype=np.min_scalar_type(len(anchors) - 1))
        best = np.empty(len(points))

        def covered(part: slice) -> float:
            nearest_into(points.width[part], points.height[part], anchors, labels[part], best[part])
            return summed(exact(best[part], points.grain), points, part)

        return Assignment(sum(self.over(covered)) / points.total, labels, best)

    def counts(self, assignment: Assignment, k: int) -> Floats:
        """(k,), weight of the points nearest each anchor."""

        def counted(part: slice) -> Floats:
            found = np.zeros(k)
            for rows in blocks(part):  # all labels at once would be copied as wide numbers
                weight = None if self.points.weight is None else self.points.weight[rows]
                found += np.bincount(assignment.labels[rows], weight, k)
            return found

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


def medians(scan: FullScan, assignment: Assignment, k: int) -> Floats:
    """Median width and height of the points nearest each anchor: (k, 2), NaN where it has none."""
    half = scan.counts(assignment, k) / 2
    return weighted_quantiles(scan, assignment, scan.points.weight, half)


def weighted_quantiles(
    scan: FullScan, assignment: Assignment, weights: Floats | None, target: Floats
) -> Floats:
    """For each anchor and side, where the weights of the smaller points reach the target.

    With half of the weights' sum as target this is the weighted median; where the target is met
    exactly between two values, it is the middle of the two.

    Parameters
    ----------
    scan
        All points.
    assignment
        Of these to the anchors.
    weights
        (n,), at least 0, or None for 1 each.
    target
        (k,), what the weights of the points up to the quantile sum to.

    Returns
    -------
    (k, 2), columns width and height; NaN where an anchor has no point.
    """
    found = np.empty((len(target), 2))
    for column, side in enumerate((scan.points.width, scan.points.height)):
        found[:, column] = _quantiles(scan, assignment, side, weights, target)
    return found


def _quantiles(
    scan: FullScan, assignment: Assignment, side: Floats, weights: Floats | None, target: Floats
) -> Floats:
    k = len(target)
    # Positive floats are ordered as their bits are, read as whole numbers: the leading bits are a
    # level, the levels' sums tell in which the quantile lies, and only that one is sorted.
    most = min(LEVELS, max(FEWEST, CELLS // k))
    low, high = (int(np.float64(end).view(np.int64)) for end in (side.min(), side.max()))
    shift = max(0, (high - low).bit_length() - (most.bit_length() - 1))
    base = low >> shift
    levels = (high >> shift) - base + 1

    def cells(rows: slice) -> NDArray[np.intp]:
        bits = np.ascontiguousarray(side[rows]).view(np.int64) >> shift
        bits -= base
        bits += assignment.labels[rows].astype(np.int64) * levels
        return bits

    def histogram(part: slice) -> Floats:
        sums = np.zeros(k * levels)
        for rows in blocks(part):
            some = None if weights is None else weights[rows]
            sums += np.bincount(cells(rows), some, minlength=len(sums))
        return sums

    sums: Floats = sum(scan.over(histogram), np.zeros(k * levels))
    below = sums.reshape(k, levels).cumsum(axis=1)
    # The level of the first value that reaches the target, and of the first that passes it.
    reaching = np.minimum((below < target[:, None]).sum(axis=1), levels - 1)
    passing = np.minimum((below <= target[:, None]).sum(axis=1), levels - 1)
    needed = np.zeros(k * levels, dtype=np.bool_)
    for row in range(k):
        needed[row * levels + reaching[row] : row * levels + passing[row] + 1] = True

    def gathered(part: slice) -> NDArray[np.intp]:
        return np.concatenate(
            [np.flatnonzero(needed[cells(rows)]) + rows.start for rows in blocks(part)]
        )

    chosen = np.concatenate(scan.over(gathered))
    values, owners = side[chosen], assignment.labels[chosen]
    order = np.lexsort((values, owners))
    values, owners = values[order], owners[order]
    steps = np.ones(len(values)) if weights is None else weights[chosen][order]
    ends = np.searchsorted(owners, np.arange(k), side="right")
    result = np.full(k, np.nan)
    start = 0
    for row, end in enumerate(ends.tolist()):
        if end > start:
            before = below[row, reaching[row] - 1] if reaching[row] else 0.0
            reached = before + np.cumsum(steps[start:end])
            at = min(int(np.searchsorted(reached, target[row], "left")), end - start - 1)
            past = min(int(np.searchsorted(reached, target[row], "right")), end - start - 1)
            result[row] = (values[start + at] + values[start + past]) / 2
        start = end
    return result
