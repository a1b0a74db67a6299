"""How many anchors: the search for several k, each guarded by the one before."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.anchors.rounding import rounded
from anchorkit.arguments import as_precision, as_seed, as_whole, check_enough_sizes, check_one_of
from anchorkit.clustering import UPDATES, Clustering, cluster
from anchorkit.errors import DataError, TooManyClustersError, UsageError
from anchorkit.overlap import RECALL_FACTOR, as_sizes, nearest
from anchorkit.quality import Quality, evaluate
from anchorkit.search.distances import DISTANCES, cluster_by
from anchorkit.search.points import distinct_sizes

__all__ = ["Row", "grown", "held_out_loss", "holdout", "sweep"]

Sizes = NDArray[np.float64]

DRAWINGS = 8
"""Halves of the images that are drawn for `held_out_loss`."""


class Row(NamedTuple):
    """What a sweep found for one k.

    `exact` (k, 2) are the anchors before rounding and `mean_iou_exact` their mean IoU; `anchors`
    and `quality` are as written; `held_out` is the quality of these on the boxes that were not
    clustered; `others` holds for each distance the mean IoU of the anchors found with it, before
    rounding.
    """

    exact: Sizes
    mean_iou_exact: float
    anchors: Sizes
    quality: Quality
    held_out: Quality | None
    others: dict[str, float]


def sweep(
    sizes: ArrayLike,
    ks: Sequence[int],
    *,
    update: str = "median",
    seed: int = 0,
    precision: int = 0,
    held_out: ArrayLike | None = None,
    distances: Sequence[str] = (),
    known: Mapping[int, Clustering] | None = None,
    step: Callable[[], object] = lambda: None,
    anchor_t: float = RECALL_FACTOR,
) -> list[Row]:
    """The best anchors for each k.

    What `cluster` finds for a k is compared with the anchors of the k before and as many more,
    placed where boxes are covered worst; the better are kept. So mean IoU before rounding never
    falls from one k to the next, and is never below that of `cluster`; with `ratio`, the same holds
    for fitness.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes to cluster, positive, pixels at input.
    ks
        Numbers of anchors, ascending.
    update, seed
        As for `cluster`.
    precision
        Decimals of the anchors as written.
    held_out
        (m, 2), boxes that the anchors of each k are judged on as well.
    distances
        Of `distances.DISTANCES`: k-means with these, for comparison.
    known
        What `cluster` finds for some of the ks with this update and seed; it is not searched again.
    step
        Called after each k and each distance of it.
    anchor_t
        As for `cluster`; recall is within this factor, too.

    Raises
    ------
    UsageError
        Where an argument cannot mean anything.
    DataError
        Where there are no boxes.
    TooManyClustersError
        Where the boxes have fewer distinct sizes than the largest k.

    Examples
    --------
    >>> rows = sweep([(2, 1), (4, 4), (2, 2), (4, 5), (2, 3)], [1, 2])
    >>> [round(row.mean_iou_exact, 4) for row in rows], rows[1].anchors.tolist()
    ([0.535, 0.7911], [[2.0, 2.0], [4.0, 4.0]])
    """
    boxes = as_sizes(sizes)
    ks = [as_whole(k, "ks", 1) for k in ks]
    if not ks or ks != sorted(set(ks)):
        raise UsageError(f"ks: wanted ascending numbers from 1, found {ks}")
    check_one_of(update, "update", UPDATES)
    for distance in distances:
        check_one_of(distance, "distances", DISTANCES)
    seed, precision = as_seed(seed), as_precision(precision)
    rows: list[Row] = []
    before: dict[str, Sizes] = {}
    if not len(boxes):
        raise DataError("no boxes to cluster")
    points = distinct_sizes(boxes, None)
    distinct, counts = points.sizes, points.weight
    check_enough_sizes(ks[-1], len(distinct))

    def judged(anchors: Sizes) -> tuple[float, float]:
        quality = evaluate(distinct, anchors, weights=counts, anchor_t=anchor_t)
        return quality.fitness if update == "ratio" else quality.mean_iou, quality.mean_iou

    def searched(k: int, starts: Sequence[Sizes] = ()) -> Sizes:
        return cluster(
            distinct, k, weights=counts, update=update, seed=seed, starts=starts, anchor_t=anchor_t
        ).anchors

    for k in ks:
        exact = known[k].anchors if known and k in known else searched(k)
        reached = judged(exact)
        if rows:
            guard = grown(distinct, rows[-1].exact, k)
            guarded = judged(guard)
            if guarded > reached:
                again = searched(k, [guard])
                exact, reached = max(
                    (guard, guarded), (again, judged(again)), key=lambda one: one[1]
                )
        kept = anchor_t if update == "ratio" else None
        anchors = rounded(distinct, exact, precision, weights=counts, anchor_t=kept)
        step()
        for distance in distances:
            starts = [grown(distinct, before[distance], k)] if distance in before else []
            before[distance] = cluster_by(
                distinct, k, distance, weights=counts, seed=seed, starts=starts
            )
            step()
        rows.append(
            Row(
                exact,
                reached[1],
                anchors,
                evaluate(boxes, anchors, anchor_t=anchor_t),
                None if held_out is None else evaluate(held_out, anchors, anchor_t=anchor_t),
                {
                    distance: evaluate(distinct, before[distance], weights=counts).mean_iou
                    for distance in distances
                },
            )
        )
    return rows


def grown(sizes: ArrayLike, anchors: ArrayLike, k: int) -> Sizes:
    """Anchors and as many more as it takes to have k, each where a box is then covered worst.

    Parameters
    ----------
    sizes
        (n, 2), the boxes.
    anchors
        (j, 2), j at most k, in the unit of the boxes.
    k
        How many are wanted.

    Returns
    -------
    (k, 2) float64, by ascending area.

    Examples
    --------
    >>> grown([(2, 1), (2, 2), (9, 9)], [(2, 2)], 2).tolist()
    [[2.0, 2.0], [9.0, 9.0]]
    """
    boxes, more, k = as_sizes(sizes), as_sizes(anchors, "anchors"), as_whole(k, "k", 1)
    best = nearest(boxes, more)[1]
    while len(more) < k:
        worst = boxes[[int(np.argmin(best))]]
        more = np.concatenate([more, worst])
        best = np.maximum(best, nearest(boxes, worst)[1])
    by_area: Sizes = more[np.lexsort((more[:, 0], more.prod(axis=1)))]
    return by_area


def holdout(image_ids: ArrayLike, images: int, share: float, seed: int) -> NDArray[np.bool_]:
    """Which boxes to hold out, so that a share of the images has all of its boxes held out.

    Parameters
    ----------
    image_ids
        (n,) whole numbers, the image of each box.
    images
        How many images there are.
    share
        Of the images, above 0 and below 1.
    seed
        Fixes which.

    Returns
    -------
    (n,) bool.

    Examples
    --------
    >>> int(holdout([0, 0, 1, 2, 3], 4, 0.25, 0).sum()) in (1, 2)
    True
    """
    if not 0 < share < 1:
        raise UsageError(f"share: wanted above 0 and below 1, found {share}")
    images, seed = as_whole(images, "images", 0), as_seed(seed)
    chosen = np.zeros(images, dtype=np.bool_)
    chosen[np.random.RandomState(seed).permutation(images)[: round(share * images)]] = True
    mask: NDArray[np.bool_] = chosen[np.asarray(image_ids, dtype=np.int64)]
    return mask


def held_out_loss(
    sizes: ArrayLike, image_ids: ArrayLike, images: int, k: int, *, seed: int = 0
) -> float | None:
    """Mean IoU that anchors lose on images they were not made for, by plain k-means.

    Half of the images is drawn several times; anchors are made for its boxes by k-means with IoU
    distance, which is quick, and judged on the boxes of the other half. The search of `cluster`
    fits its boxes more closely and so loses rather more.

    Parameters
    ----------
    sizes
        (n, 2), positive, pixels at input.
    image_ids
        (n,) whole numbers, the image of each box.
    images
        How many images there are.
    k
        How many anchors.
    seed
        Fixes the halves.

    Returns
    -------
    The mean over the drawings; None where no half has boxes of k sizes, with boxes in the other.

    Examples
    --------
    >>> held_out_loss([(2, 2), (8, 8), (2, 2), (8, 8)], [0, 0, 1, 1], 2, 2)
    0.0
    """
    boxes = as_sizes(sizes)
    losses = []
    for drawing in range(DRAWINGS if images > 1 else 0):
        out = holdout(image_ids, images, 0.5, (seed + drawing) % 2**32)
        if out.all() or not out.any():
            continue
        try:
            anchors = cluster_by(boxes[~out], k, "iou", seed=seed)
        except TooManyClustersError:
            continue
        losses.append(
            evaluate(boxes[~out], anchors).mean_iou - evaluate(boxes[out], anchors).mean_iou
        )
    return float(np.mean(losses)) if losses else None
