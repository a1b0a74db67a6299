"""The search for k anchors: k-means with the distance 1 - IoU, and a way out of poor optima.

The stages, in order, and their shares of the time for 159,393 boxes (64,247 sizes) and k = 9:

1. `points.distinct_sizes`: equal sizes become one point with a weight; of very many, `sketch`
   makes cells of similar ones, on which all but the last steps are made: 4 %.
2. `sample.samples_of`: two samples, spread evenly over the points: 3 %.
3. `swaps.explore`: a wide search for the best basins, on 4,096 points: 70 %. It climbs
   (`climb.climb`) from very many sets of anchors; with more than nine anchors, short searches hand
   their finds to a last one.
4. `climb.climb` of the eight finds, on 16,384 points: 4 %.
5. `ascent.ascend` of the best two, over all points: 6 %.
6. `median`: iterates of the median update close to the best, `ascent.medians_near`: 13 %.
   `iou`: `polish.approach` by Newton's method where there were cells, and single small moves until
   none gains, `polish.polish`, over all points.

With fewer boxes stage 3 takes nearly all of the time, with 10^7 stages 1 and 6. With whole weights
all sums are exact, so that neither the order of the boxes nor the number of threads shows in the
result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_seed, as_whole, check_enough_sizes, check_one_of
from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import as_sizes, as_weights
from anchorkit.search.ascent import Ascent, ascend, medians_near
from anchorkit.search.climb import climb
from anchorkit.search.mean_update import mean_iterate
from anchorkit.search.passes import FullScan
from anchorkit.search.points import SKETCHED, Points, distinct_sizes, points_of, sketch
from anchorkit.search.polish import CLOSE, FACTORS, approach, polish
from anchorkit.search.sample import Sample, samples_of
from anchorkit.search.swaps import ALONE, FIRST, JOINED, explore

__all__ = ["UPDATES", "Clustering", "cluster"]

UPDATES = ("median", "mean", "iou")
"""What becomes of an anchor: the median of its boxes, their mean, or their best mean IoU."""

SMALL, LARGE = 4096, 16384
"""Points of the sample that is searched, and of the one on which the finds are compared."""

FEW, SEARCHES, HANDED = 9, 3, 2
"""Up to this many anchors one search finds the best basin. For more, so many short ones each hand
their best few finds to a last one."""

LARGE_STEPS, STEPS = 12, 30
"""Most steps of a climb on the large sample, and of an ascent over all boxes; they end by
themselves long before."""

ASCENDED = 2
"""Finds that ascend over all boxes: the best two of the large sample may change places there."""

MEDIANS, LAST_MEDIANS = 10, 4
"""Iterates of the median update that are made close to an optimum, to take the best, and over all
points where cells of them led there."""

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
    counts = None if weights is None else as_weights(weights, len(boxes))
    given = [as_sizes(start, "starts") for start in starts]
    k, seed = as_whole(k, "k", 1), as_seed(seed)
    threads = None if threads is None else as_whole(threads, "threads", 1)
    check_one_of(update, "update", UPDATES)
    if not all(1 <= len(start) <= k for start in given):
        raise UsageError(f"starts: wanted sets of 1 to {k} anchors")
    if not len(boxes):
        raise DataError("no boxes to cluster")
    points = distinct_sizes(boxes, counts)
    check_enough_sizes(k, len(points))
    if k == len(points):
        found = _ClusterRun(points.sizes, points.sizes, (1.0,), 1.0)
    else:
        found = _searched(points, k, update, seed, given, threads, progress)
    order = np.lexsort((found.anchors[:, 0], found.anchors.prod(axis=1)))
    anchors, before = found.anchors[order], found.before[order]
    scan = FullScan(points_of(boxes[:, 0], boxes[:, 1], counts), k, threads)
    assignment = scan.assign(anchors)
    return Clustering(
        anchors=anchors,
        mean_iou=assignment.mean_iou,
        labels=assignment.labels.astype(np.int32),
        history=found.history,
        before=before,
        ascended_mean_iou=found.ascended_mean_iou,
    )


class _ClusterRun(NamedTuple):
    """What a search comes to: the fields of `Clustering` that are not of all boxes."""

    anchors: Sizes
    before: Sizes
    history: tuple[float, ...]
    ascended_mean_iou: float


def _searched(
    points: Points,
    k: int,
    update: str,
    seed: int,
    starts: Sequence[Sizes],
    threads: int | None,
    progress: bool,
) -> _ClusterRun:
    stream = np.random.RandomState(seed)
    # Very many distinct sizes: all but the last steps are made on cells of similar ones.
    base = sketch(points) if len(points) > SKETCHED else points
    small, large = samples_of(base, (SMALL, LARGE))
    scan = FullScan(base, k, threads)
    whole = scan if base is points else FullScan(points, k, threads)
    if update == "mean":
        mean = mean_iterate(large, scan, whole, k, stream)
        return _ClusterRun(mean.anchors, mean.before, tuple(mean.history), float("nan"))
    goal = _basin(small, large, scan, k, stream, starts, progress)
    iterates = medians_near(scan, goal.anchors, goal.anchors, MEDIANS)
    if update == "iou":
        if (
            iterates[0].mean_iou > goal.mean_iou - NEAR
        ):  # they may lead to a better place than it is
            goal = max(goal, ascend(scan, iterates[0].anchors, STEPS), key=lambda one: one.mean_iou)
        if base is not points:
            goal = approach(whole, scan, goal.anchors)
        end = polish(whole, goal.anchors, FACTORS if base is points else CLOSE)
        history = (*goal.history, *end.history[1:])
        return _ClusterRun(end.anchors, end.anchors, history, end.mean_iou)
    reached = goal.mean_iou
    if base is not points:
        reached = whole.assign(goal.anchors).mean_iou
        iterates = medians_near(whole, goal.anchors, iterates[0].before, LAST_MEDIANS)
    best = iterates[0]
    kept = sorted({iterate.mean_iou for iterate in iterates})
    return _ClusterRun(best.anchors, best.before, tuple(kept), max(reached, best.mean_iou))


def _basin(
    small: Sample,
    large: Sample,
    scan: FullScan,
    k: int,
    stream: np.random.RandomState,
    starts: Sequence[Sizes],
    progress: bool,
) -> Ascent:
    """The best anchors of a wide search, ascended over all points."""
    tick, close = _bar(progress)
    try:
        handed, searches = list(starts), SEARCHES + 1 if k > FEW else 1

        def ticked(number: int) -> Callable[[int, int], object]:
            return lambda done, most: tick(number + done / most, searches)

        for number in range(searches - 1):
            finds = explore(small, k, stream, starts=starts, effort=FIRST, tick=ticked(number))
            handed += [found.anchors for found in finds[:HANDED]]
        effort = ALONE if searches == 1 else JOINED
        finds = explore(small, k, stream, starts=handed, effort=effort, tick=ticked(searches - 1))
    finally:
        close()
    climbed = [climb(large, found.anchors * large.scale, LARGE_STEPS) for found in finds]
    climbed.sort(key=lambda found: -found.mean_iou)
    anchors = [found.anchors / large.scale for found in climbed[:ASCENDED]]
    anchors += [start for start in starts if len(start) == k]
    ascents = [ascend(scan, some, STEPS) for some in anchors]
    return max(ascents, key=lambda ascent: ascent.mean_iou)


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
