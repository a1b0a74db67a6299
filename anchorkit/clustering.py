"""The search for k anchors: k-means with the distance 1 - IoU, and a way out of poor optima.

A wide search on a small sample finds the best basins (`search.swaps`), a larger sample tells which
of them is best, and the rest is done on all boxes (`search.ascent`). With whole weights all sums
are exact, so that neither the order of the boxes nor the number of threads shows in the result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_seed, as_whole, check_enough_sizes, check_one_of
from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import as_sizes, as_weights
from anchorkit.search.ascent import ascended, medians_near
from anchorkit.search.means import mean_iterate
from anchorkit.search.passes import Pass
from anchorkit.search.points import SKETCHED, Points, distinct_sizes, points_of, sketch
from anchorkit.search.polish import CLOSE, FACTORS, approached, polished
from anchorkit.search.sample import Sample, samples_of
from anchorkit.search.swaps import ALONE, FIRST, JOINED, climb, explore

__all__ = ["UPDATES", "Clustering", "cluster"]

UPDATES = ("median", "mean", "iou")
"""What becomes of an anchor: the median of its boxes, their mean, or their best mean IoU."""

SMALL, LARGE = 4096, 16384
"""Points of the sample that is searched, and of the one on which the finds are compared."""

FEW, SEARCHES, HANDED = 9, 3, 2
"""Up to this many anchors one search finds the best basin. For more, so many short ones each hand
their best few finds to a last one."""

STEPS = 30
"""Most steps of an ascent over all boxes; it ends by itself long before."""

MEDIANS = 10
"""Iterates of the median update that are made close to an optimum, to take the best."""

NEAR = 1e-5
"""Mean IoU by which medians may be below an optimum and yet lead above it."""

Sizes = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Clustering:
    """Anchors found for boxes.

    Attributes
    ----------
    anchors
        (k, 2) float64, width and height, by ascending area, in the unit of the boxes.
    labels
        (n,) int32, the row of each box's nearest anchor.
    mean_iou
        Mean over the boxes of the IoU with the nearest anchor.
    history
        Mean IoU over all boxes after each step that was kept, ascending.
    before
        (k, 2) float64: with the median and the mean update, the anchors whose nearest boxes
        `anchors` are the medians or means of, row by row; with `iou`, the anchors themselves.
    ascended_mean_iou
        Mean IoU that moving the anchors to the best mean IoU reached, at least: what the `iou`
        update would give, or slightly less. NaN with the mean update.
    """

    anchors: Sizes
    labels: NDArray[np.int32]
    mean_iou: float
    history: tuple[float, ...]
    before: Sizes
    ascended_mean_iou: float


def cluster(
    sizes: ArrayLike,
    k: int,
    *,
    weights: ArrayLike | None = None,
    update: str = "median",
    seed: int = 0,
    starts: Sequence[ArrayLike] = (),
    threads: int | None = None,
    progress: bool = False,
) -> Clustering:
    """K anchors that overlap the boxes best, by k-means with the distance 1 - IoU.

    With the median update each anchor is the median of the boxes nearest to the anchors of the step
    before, and the best such iterate that the search finds is returned. With `iou` no single side
    of an anchor can be changed by 0.1 % to raise mean IoU. With `mean` it is plain k-means with the
    mean update from several starts, the best iterate kept: a baseline.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, positive, in any unit.
    k
        How many anchors are wanted, at least 1.
    weights
        (n,), how many boxes each row stands for; None: each stands for itself.
    update
        One of `UPDATES`.
    seed
        Fixes everything that is left to chance, 0 to 2**32 - 1.
    starts
        Sets of at most k anchors, in the unit of the boxes, from which to search as well.
    threads
        How many threads read the boxes; None: one for each processor this process may use. The
        result does not depend on it, save for rounding where weights are not whole numbers.
    progress
        Whether to show a bar on stderr where the search takes longer than a second.

    Raises
    ------
    UsageError
        Where an argument cannot mean anything.
    DataError
        Where there are no boxes.
    TooManyClustersError
        Where the boxes have fewer than k distinct sizes.

    Examples
    --------
    >>> cluster([(2, 1), (4, 4), (2, 2), (4, 5), (2, 3)], 2).anchors
    array([[2. , 2. ],
           [4. , 4.5]])
    """
    boxes = as_sizes(sizes)
    mass = None if weights is None else as_weights(weights, len(boxes))
    begun = [as_sizes(start, "starts") for start in starts]
    k, seed = as_whole(k, "k", 1), as_seed(seed)
    threads = None if threads is None else as_whole(threads, "threads", 1)
    check_one_of(update, "update", UPDATES)
    if not all(1 <= len(start) <= k for start in begun):
        raise UsageError(f"starts: wanted sets of 1 to {k} anchors")
    if not len(boxes):
        raise DataError("no boxes to cluster")
    points = distinct_sizes(boxes, mass)
    check_enough_sizes(k, len(points))
    if k == len(points):
        found = _Found(points.sizes, points.sizes, (1.0,), 1.0)
    else:
        found = _searched(points, k, update, seed, begun, threads, progress)
    order = np.lexsort((found.anchors[:, 0], found.anchors.prod(axis=1)))
    anchors, before = found.anchors[order], found.before[order]
    scan = Pass(points_of(boxes[:, 0], boxes[:, 1], mass), k, threads)
    return Clustering(
        anchors=anchors,
        mean_iou=scan.mean_iou(anchors),
        labels=scan.labels.astype(np.int32),
        history=found.history,
        before=before,
        ascended_mean_iou=found.ascended_mean_iou,
    )


class _Found(NamedTuple):
    anchors: Sizes
    before: Sizes
    history: tuple[float, ...]
    ascended_mean_iou: float


def _searched(
    points: Points,
    k: int,
    update: str,
    seed: int,
    begun: Sequence[Sizes],
    threads: int | None,
    progress: bool,
) -> _Found:
    stream = np.random.RandomState(seed)
    # Very many distinct sizes: all but the last steps are made on cells of similar ones.
    base = sketch(points) if len(points) > SKETCHED else points
    small, large = samples_of(base, (SMALL, LARGE))
    scan = Pass(base, k, threads)
    whole = scan if base is points else Pass(points, k, threads)
    if update == "mean":
        mean_iou, anchors, before, history = mean_iterate(large, scan, whole, k, stream)
        return _Found(anchors, before, tuple(history), float("nan"))
    goal, history = _basin(small, large, scan, k, stream, begun, progress)
    iterates = medians_near(scan, goal, goal, MEDIANS)
    if update == "iou":
        if iterates[0].mean_iou > history[-1] - NEAR:  # they may lead to a better place than it is
            other = ascended(scan, iterates[0].anchors, STEPS)
            if other[0] > history[-1]:
                _, goal, history = other
        if base is not points:
            _, goal, history = approached(whole, scan, goal)
        moves = FACTORS if base is points else CLOSE
        mean_iou, goal, more = polished(whole, goal, history[-1], moves)
        return _Found(goal, goal, (*history, *more), mean_iou)
    if base is not points:
        history = [whole.mean_iou(goal)]
        iterates = medians_near(whole, goal, iterates[0].before, 4)
    best = iterates[0]
    kept = sorted({iterate.mean_iou for iterate in iterates})
    return _Found(best.anchors, best.before, tuple(kept), max(history[-1], best.mean_iou))


def _basin(
    small: Sample,
    large: Sample,
    scan: Pass,
    k: int,
    stream: np.random.RandomState,
    begun: Sequence[Sizes],
    progress: bool,
) -> tuple[Sizes, list[float]]:
    """The best anchors of a wide search, ascended over all points, and mean IoU on that way."""
    tick, close = _bar(progress)
    try:
        begins, searches = list(begun), SEARCHES + 1 if k > FEW else 1

        def ticked(number: int) -> Callable[[int, int], object]:
            return lambda done, most: tick(number + done / most, searches)

        for number in range(searches - 1):
            finds = explore(small, k, stream, starts=begun, effort=FIRST, tick=ticked(number))
            begins += [found.anchors for found in finds[:HANDED]]
        effort = ALONE if searches == 1 else JOINED
        finds = explore(small, k, stream, starts=begins, effort=effort, tick=ticked(searches - 1))
    finally:
        close()
    climbed = [climb(large, found.anchors * large.scale, 12) for found in finds]
    climbed.sort(key=lambda found: -found.mean_iou)
    anchors = [found.anchors / large.scale for found in climbed[:2]]
    anchors += [start for start in begun if len(start) == k]
    results = [ascended(scan, some, STEPS) for some in anchors]
    _, best, history = max(results, key=lambda result: result[0])
    return best, history


def _bar(progress: bool) -> tuple[Callable[[float, int], object], Callable[[], object]]:
    """What shows how far the search is, and what ends that."""
    if not progress:
        return (lambda done, whole: None), (lambda: None)
    from tqdm import tqdm  # seldom needed, and it costs time to import

    shown = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}"
    bar = tqdm(desc="searching", delay=1.0, leave=False, bar_format=shown)

    def tick(done: float, whole: int) -> None:
        bar.total = whole
        bar.update(done - bar.n)

    return tick, bar.close
