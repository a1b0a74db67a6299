"""The search for k anchors: k-means with the distance 1 - IoU, and a way out of poor optima.

The stages, in order, and about which share of the time each takes for 159,393 boxes (64,247 sizes)
and k = 9 with the median update:

1. `points.distinct_sizes`: equal sizes become one point with a weight; of very many, `sketch`
   makes cells of similar ones, on which all but the last steps are made: 4 %.
2. `sample.samples_of`: two small samples, which are the halves of a larger one, and a large sample,
   all spread evenly over the points: 3 %.
3. `swaps.explore` on each of the small samples, 1,536 points: a wide search for the best basins. It
   climbs (`climb.climb`) from very many sets of anchors, and moves single sides of the best
   (`sides.move_sides`). The second search begins with the finds of the first: 67 %. Of so few
   points that all are searched the two know nothing of each other; a third follows where they
   differ.
4. `climb.climb` of all finds, and `sides.move_sides` of the best three, on 8,192 points: 6 %.
5. `median`: iterates of the median update close to these, on the large sample, then over all
   points (`ascent.medians_near`): 17 %.
   `iou`: `ascent.ascend` of the best three over all points, `polish.approach` by Newton's method
   where there were cells, and single small moves until none gains, `polish.polish`.
   `ratio`: `fitness.raised` on samples, `fitness.polish_fitness` over all points.

Of more than 48 anchors the finds are what `many.thinned_out` leaves of a sample.

With fewer boxes stage 3 takes nearly all of the time, with 10^7 stages 1 and 5. With whole weights
all sums are exact, so that neither the order of the boxes nor the number of threads shows in the
result.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_factor, as_seed, as_whole, check_enough_sizes, check_one_of
from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import RECALL_FACTOR, as_sizes, as_weights
from anchorkit.progress import progress_bar
from anchorkit.search.ascent import ascend, medians_near
from anchorkit.search.climb import ScoredAnchors, alike, climb
from anchorkit.search.fitness import fitness, polish_fitness, raised
from anchorkit.search.many import MANY, thinned_out
from anchorkit.search.mean_update import mean_iterate
from anchorkit.search.passes import FullScan
from anchorkit.search.points import SKETCHED, Points, distinct_sizes, points_of, sketch
from anchorkit.search.polish import CLOSE, SLIGHT, approach, polish
from anchorkit.search.sample import CLEARLY_MORE, Sample, samples_of
from anchorkit.search.sides import move_sides
from anchorkit.search.swaps import (
    ALONE,
    FIRST,
    KEPT,
    SECOND,
    THIRD,
    WORTH,
    Effort,
    explore,
)

__all__ = ["UPDATES", "Clustering", "cluster"]

UPDATES = ("median", "mean", "iou", "ratio")
"""What becomes of an anchor: the median of its boxes, their mean, their best mean IoU, or their
highest fitness, by which YOLOv5 and YOLOv7 judge anchors."""

SMALL, LARGE = 1536, 8192
"""Points of the sample that is searched, and of the one on which the finds are compared."""

OFFSETS = (0.25, 0.75, 0.5)
"""Which part of each share the samples draw: the two small ones are the halves of a larger one."""

LARGE_STEPS, STEPS = 8, 30
"""Most steps of a climb on the large sample, and of an ascent over all boxes; they end by
themselves long before."""

ASCENDED = 3
"""Finds that ascend over all boxes: the best of the large sample may change places there."""

KEPT_FIT, RAISED, POLISHED = 8, 3, 2
"""Finds of highest fitness that are looked at on the large sample, those raised there, and those
polished."""

TRIAL = 1 << 14
"""Points on which they are polished first, where there are clearly more: the best of them needs but
a few moves more over all."""

UNLIKE = 0.01
"""Mean IoU by which finds may fall short of the best and yet lead to the highest fitness."""

HANDED = 5
"""Finds of each of two searches that end apart which a third begins with."""

OF_EACH, MANY_STEPS = 2, 5
"""Points of a sample for each of very many anchors, and steps of an ascent of these: they stand
well from the beginning."""

RANKED = 1e-4
"""Mean IoU that the large sample may be off by in comparing two finds."""

MEDIANS, LAST_WAYS, LAST_MEDIANS = 10, 2, 3
"""Iterates of the median update that are made close to each find on the large sample, to take the
best; on how many of these ways they go on over all points, and for how many iterates."""

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
        Mean IoU over all boxes after each step that was kept, ascending; with `ratio` the fitness
        that was reached.
    before
        (k, 2) float64: with the median and the mean update, the anchors whose nearest boxes
        `anchors` are the medians or means of, row by row; else the anchors themselves.
    ascended_mean_iou
        Mean IoU that moving the anchors to the best mean IoU reached, at least: what the `iou`
        update would give, or slightly less. NaN with the mean update and with `ratio`.
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
    anchor_t: float = RECALL_FACTOR,
) -> Clustering:
    """K anchors that overlap the boxes best, by k-means with the distance 1 - IoU.

    With the median update each anchor is the median of the boxes nearest to the anchors of the step
    before, and the best such iterate that the search finds is returned. With `iou` no single side
    of an anchor can be changed by 0.1 % to raise mean IoU (up to 48 anchors; by more than 1e-7
    where there are more than 131,072 distinct sizes). With `mean` it is
    plain k-means with the mean update from several starts, the best iterate kept: a baseline. With
    `ratio` it is fitness that no single side can be changed to raise: the mean over the boxes of
    the best ratio min(w / a, a / w, h / b, b / h) of an anchor (a, b), where it is within a factor
    of `anchor_t`; of more than 131,072 distinct sizes, over cells of similar ones.

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
    anchor_t
        With `ratio`: the factor within which an anchor can learn a box, above 1.

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
    anchor_t = as_factor(anchor_t)
    if not all(1 <= len(start) <= k for start in given):
        raise UsageError(f"starts: wanted sets of 1 to {k} anchors")
    if not len(boxes):
        raise DataError("no boxes to cluster")
    points = distinct_sizes(boxes, counts)
    check_enough_sizes(k, len(points))
    if k == len(points):
        found = _ClusterRun(points.sizes, points.sizes, (1.0,), 1.0)
    else:
        found = _searched(points, k, update, seed, given, threads, progress, anchor_t)
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
    anchor_t: float,
) -> _ClusterRun:
    stream = np.random.RandomState(seed)
    # Very many distinct sizes: all but the last steps are made on cells of similar ones.
    base = sketch(points) if len(points) > SKETCHED else points
    counts = (SMALL, SMALL, max(LARGE, OF_EACH * k))
    first, second, large = samples_of(base, counts, OFFSETS)
    scan = FullScan(base, k, threads)
    whole = scan if base is points else FullScan(points, k, threads)
    if update == "mean":
        mean = mean_iterate(large, scan, whole, k, stream)
        return _ClusterRun(mean.anchors, mean.before, tuple(mean.history), float("nan"))
    if k > MANY:
        (some,) = samples_of(base, (max(SMALL, OF_EACH * k),))
        finds = [ScoredAnchors(0.0, thinned_out(some, k) / some.scale)]
    else:
        most, apart = (KEPT, UNLIKE) if update == "ratio" else (ASCENDED, RANKED)
        finds = _finds((first, second), large, k, stream, starts, progress, most, apart)
    finds += [ScoredAnchors(0.0, start) for start in starts if len(start) == k]
    if update == "median":
        return _medians(finds, large, whole, LAST_WAYS if base is points else 1)
    if update == "ratio":
        return _fittest(finds, (second, large), scan, whole, anchor_t, stream)
    steps = STEPS if k <= MANY else MANY_STEPS
    ascents = [ascend(scan, found.anchors, steps) for found in finds]
    best = max(ascents, key=lambda ascent: ascent.mean_iou)
    if k > MANY:
        end = best if base is points else ascend(whole, best.anchors, LAST_MEDIANS)
        return _ClusterRun(end.anchors, end.anchors, tuple(end.history), end.mean_iou)
    if base is points:
        end = polish(whole, best.anchors)
    else:
        best = approach(whole, scan, best.anchors)
        end = polish(whole, best.anchors, CLOSE, least=SLIGHT, assignment=best.assignment)
    return _ClusterRun(end.anchors, end.anchors, (*best.history, *end.history[1:]), end.mean_iou)


def _medians(
    finds: Sequence[ScoredAnchors], large: Sample, scan: FullScan, most: int
) -> _ClusterRun:
    """The best iterate of the median update close to any of the finds.

    So many at most of the ways that led there on the large sample go on over all points.
    """
    k = len(finds[0].anchors)
    trial = _scan_of(large, k, scan.threads)
    ways = []
    for found in finds:
        if k > MANY:
            ways.append((0.0, found.anchors, found.anchors))
            continue
        near = medians_near(trial, found.anchors, found.anchors, MEDIANS)
        ways.append((near[0].mean_iou, found.anchors, near[0].before))
    ways.sort(key=lambda way: -way[0])
    chosen = [way for way in ways[:most] if way[0] > ways[0][0] - RANKED]
    iterates = [
        iterate
        for _, goal, before in chosen
        for iterate in medians_near(scan, goal, before, LAST_MEDIANS)
    ]
    best = max(iterates, key=lambda iterate: iterate.mean_iou)
    reached = max(scan.assign(goal).mean_iou for _, goal, _ in chosen)
    kept = tuple(sorted({iterate.mean_iou for iterate in iterates}))
    return _ClusterRun(best.anchors, best.before, kept, max(reached, best.mean_iou))


def _scan_of(sample: Sample, k: int, threads: int) -> FullScan:
    """What reads a sample as if it were all points, in the boxes' unit."""
    sizes = sample.sizes / sample.scale
    return FullScan(points_of(sizes[:, 0], sizes[:, 1], sample.weight), k, threads)


def _fittest(
    finds: Sequence[ScoredAnchors],
    samples: tuple[Sample, Sample],
    scan: FullScan,
    whole: FullScan,
    anchor_t: float,
    stream: np.random.RandomState,
) -> _ClusterRun:
    """The anchors of highest fitness that the finds lead to."""
    small, large = samples
    k = len(finds[0].anchors)
    if k > MANY:
        ends = [found.anchors for found in finds]
    else:
        starts = [found.anchors * small.scale for found in finds]
        ends = [found.anchors / small.scale for found in raised(small, starts, anchor_t, stream)]
        starts = [anchors * large.scale for anchors in ends[:KEPT_FIT]]
        best = raised(large, starts, anchor_t, stream, swaps=0, most=RAISED)[:POLISHED]
        ends = [found.anchors / large.scale for found in best]
        if len(scan.points) > TRIAL * CLEARLY_MORE:
            trial = _scan_of(samples_of(scan.points, (TRIAL,))[0], k, scan.threads)
            ends = [polish_fitness(trial, anchors, anchor_t).anchors for anchors in ends]
            ends.sort(key=lambda anchors: -fitness(scan, anchors, anchor_t))
            del ends[1:]
        polished = [polish_fitness(scan, anchors, anchor_t) for anchors in ends]
        ends = [max(polished, key=lambda fit: fit.fitness).anchors]
    fittest = max(ends, key=lambda anchors: fitness(whole, anchors, anchor_t))
    history = (fitness(whole, fittest, anchor_t),)
    return _ClusterRun(fittest, fittest, history, float("nan"))


def _finds(
    smalls: tuple[Sample, Sample],
    large: Sample,
    k: int,
    stream: np.random.RandomState,
    starts: Sequence[Sizes],
    progress: bool,
    most: int,
    apart: float,
) -> list[ScoredAnchors]:
    """The best anchors of a wide search, by mean IoU over the large sample, in the boxes' unit.

    They are so many at most, and less than `apart` below the best of them.
    """
    first, second = smalls
    with _bar(progress) as tick:
        searches, reached = 0, 0.0

        def searched(small: Sample, handed: Sequence[Sizes], effort: Effort) -> list[ScoredAnchors]:
            nonlocal searches
            searches += 1

            def ticked(done: int, most: int) -> None:
                nonlocal reached
                # A third search goes on from where the bar is
                reached = max(reached, min(searches, 2) - 1 + done / most)
                tick(reached, 2)

            return explore(small, k, stream, starts=handed, effort=effort, tick=ticked)

        if first is second:
            finds = _agreed(searched, first, starts)
        else:
            finds = searched(first, starts, FIRST)
            handed = [*starts, *(found.anchors for found in finds)]
            more = searched(second, handed, SECOND)
            finds = more + _unlike(finds, more)
    climbed = [climb(large, found.anchors * large.scale, LARGE_STEPS) for found in finds]
    climbed.sort(key=lambda found: -found.mean_iou)
    best: list[ScoredAnchors] = []
    for found in climbed:
        if len(best) < most and found.mean_iou > climbed[0].mean_iou - apart:
            best += _unlike([found], best)
    moved = [move_sides(large, found, 1) for found in best]
    return [ScoredAnchors(found.mean_iou, found.anchors / large.scale) for found in moved]


def _agreed(
    searched: Callable[[Sample, Sequence[Sizes], Effort], list[ScoredAnchors]],
    points: Sample,
    starts: Sequence[Sizes],
) -> list[ScoredAnchors]:
    """The finds of two searches that know nothing of each other, over all of few points.

    Where they end apart, a third and longer one begins with the finds of both.
    """
    one, other = searched(points, starts, ALONE), searched(points, (), ALONE)
    if abs(one[0].mean_iou - other[0].mean_iou) <= WORTH:
        last: list[ScoredAnchors] = []
    else:
        handed = [found.anchors for found in (*one[:HANDED], *other[:HANDED])]
        last = searched(points, [*starts, *handed], THIRD)
    for more in sorted((one, other), key=lambda finds: -finds[0].mean_iou):
        last += _unlike(more, last)
    return last


def _unlike(finds: Sequence[ScoredAnchors], others: Sequence[ScoredAnchors]) -> list[ScoredAnchors]:
    """Those of the finds that are like none of the others."""
    return [
        found for found in finds if not any(alike(found.anchors, other.anchors) for other in others)
    ]


@contextmanager
def _bar(progress: bool) -> Iterator[Callable[[float, int], object]]:
    """What shows how far the search is, of how much."""
    if not progress:
        yield lambda done, whole: None
        return
    shown = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}"
    with progress_bar("searching", delay=1.0, bar_format=shown) as bar:

        def tick(done: float, whole: int) -> None:
            bar.total = whole
            bar.update(done - bar.n)

        yield tick
