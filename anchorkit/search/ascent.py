"""From good anchors to better ones nearby, over all points: by balance, or by medians."""

from typing import NamedTuple

import numpy as np

from anchorkit.search.passes import Pass, balanced, blocks, medians
from anchorkit.search.points import Floats
from anchorkit.sums import exact

__all__ = ["Iterate", "ascended", "medians_near", "pulls", "refilled"]

GAIN = 1e-6
"""A step that gains less mean IoU than this ends an ascent."""


class Iterate(NamedTuple):
    """Anchors, their mean IoU, and the anchors whose boxes they are the medians of."""

    mean_iou: float
    anchors: Floats
    before: Floats


def refilled(scan: Pass, anchors: Floats) -> tuple[float, Floats]:
    """Mean IoU of the anchors, after every anchor without a point was put on the worst covered one.

    `scan` holds the labels of the anchors that are returned.
    """
    while True:
        mean_iou = scan.mean_iou(anchors)
        empty = np.flatnonzero(scan.counts(len(anchors)) == 0)
        if not len(empty):
            return mean_iou, anchors
        lost = 1 - scan.best
        if scan.points.weight is not None:
            lost *= scan.points.weight
        worst = int(lost.argmax())
        anchors = anchors.copy()
        anchors[empty[0]] = scan.points.width[worst], scan.points.height[worst]


def ascended(scan: Pass, anchors: Floats, steps: int) -> tuple[float, Floats, list[float]]:
    """Anchors balanced over all points while that gains, and mean IoU after each step kept.

    Each step takes every side to where mean IoU over the anchor's own points neither gains nor
    loses, the weights of gain and loss as they are before the step.
    """
    low, high = scan.points.ends
    mean_iou, anchors = refilled(scan, np.clip(anchors, low, high))
    history = [mean_iou]
    for _ in range(steps):
        balance = _balanced_iou(scan, anchors)
        # Half as far again beyond balance: anchors that wait for one another arrive in fewer steps
        beyond = np.clip(balance * np.sqrt(balance / anchors), low, high)
        after, moved = refilled(scan, beyond)
        if after <= mean_iou:
            after, moved = refilled(scan, balance)
        if after <= mean_iou:
            break
        gain = after - mean_iou
        mean_iou, anchors = after, moved
        history.append(mean_iou)
        if gain < GAIN:
            break
    return mean_iou, anchors, history


def _balanced_iou(scan: Pass, anchors: Floats) -> Floats:
    k = len(anchors)
    pull = np.empty(len(scan.points))

    def pulled(part: slice) -> Floats:
        target = np.zeros(k)
        for rows in blocks(part):
            upward, downward = pulls(scan, anchors, rows)
            np.add(upward, downward, out=pull[rows])
            target += np.bincount(scan.labels[rows], upward, k)
        return target

    target: Floats = sum(scan.over(pulled), np.zeros(k))
    return balanced(scan, pull, target, k)


def pulls(scan: Pass, anchors: Floats, rows: slice) -> tuple[Floats, Floats]:
    """What each point adds to the slope of the sum of best IoUs by the log of its anchor's side.

    A point that is wider than its anchor adds IoU x (its area) / union for the width, one that is
    narrower takes IoU x (the anchor's area) / union away; likewise for the height.

    Returns
    -------
    (n,) what each adds, and what each takes away.
    """
    points = scan.points
    own = anchors.prod(axis=1)[scan.labels[rows]]
    area = points.width[rows] * points.height[rows]
    best = scan.best[rows]
    share = best * (1 + best) / (own + area)
    upward = exact(share * area, points.grain)
    downward = exact(share * own, points.grain)
    if points.weight is not None:
        upward *= points.weight[rows]
        downward *= points.weight[rows]
    return upward, downward


def medians_near(scan: Pass, goal: Floats, before: Floats, steps: int) -> list[Iterate]:
    """Iterates of the median update that come close to a goal, best first.

    Each is the medians of the boxes nearest to `before`, which is moved, step by step, against
    what the medians miss of the goal. The medians of the boxes nearest to the goal itself lie
    somewhat off it, and below it in mean IoU.

    Parameters
    ----------
    scan
        All points.
    goal
        (k, 2), anchors of high mean IoU.
    before
        (k, 2), where to begin.
    steps
        How many iterates to make.
    """
    found: list[Iterate] = []
    since = 0
    for _ in range(steps):
        _, before = refilled(scan, before)
        middle = medians(scan, len(before))
        mean_iou = scan.mean_iou(middle)
        since = 0 if not found or mean_iou > found[0].mean_iou + GAIN else since + 1
        found.append(Iterate(mean_iou, middle, before))
        found.sort(key=lambda one: -one.mean_iou)
        if since == 4 or np.array_equal(middle, goal):
            break
        # The ratio to the power of 0.75, of square roots, which all processors round alike
        halfway = np.sqrt(goal / middle)
        before = before * halfway * np.sqrt(halfway)
    return found
