"""From good anchors to better ones nearby, over all points: by balance, or by medians."""

from typing import NamedTuple

import numpy as np

from anchorkit.search.passes import FullScan, blocks, medians, weighted_quantiles
from anchorkit.search.points import Assignment, Floats
from anchorkit.sums import exact

__all__ = ["Ascent", "Iterate", "Occupied", "ascend", "medians_near", "occupied", "pulls"]

GAIN = 1e-6
"""A step that gains less mean IoU than this ends an ascent."""

IDLE = 4
"""Iterates in a row no better than the best that end the way towards a goal."""


class Ascent(NamedTuple):
    """Where an ascent ended: mean IoU, anchors, and mean IoU after each step kept.

    `assignment` is of all points to these anchors, where that is kept: it spares a pass.
    """

    mean_iou: float
    anchors: Floats
    history: list[float]
    assignment: Assignment | None = None


class Iterate(NamedTuple):
    """Anchors, their mean IoU, and the anchors whose boxes they are the medians of."""

    mean_iou: float
    anchors: Floats
    before: Floats


class Occupied(NamedTuple):
    """Anchors of which each has a point, and what they are to the points."""

    anchors: Floats
    assignment: Assignment


def occupied(scan: FullScan, anchors: Floats) -> Occupied:
    """The anchors, after every anchor without a point was put on the worst covered one."""
    while True:
        assignment = scan.assign(anchors)
        empty = np.flatnonzero(scan.counts(assignment, len(anchors)) == 0)
        if not len(empty):
            return Occupied(anchors, assignment)
        lost = 1 - assignment.best
        if scan.points.weight is not None:
            lost *= scan.points.weight
        worst = int(lost.argmax())
        anchors = anchors.copy()
        anchors[empty[0]] = scan.points.width[worst], scan.points.height[worst]


def ascend(scan: FullScan, anchors: Floats, steps: int) -> Ascent:
    """Anchors balanced over all points while that gains.

    Each step takes every side to where mean IoU over the anchor's own points neither gains nor
    loses, the weights of gain and loss as they are before the step.

    Parameters
    ----------
    scan
        All points.
    anchors
        (k, 2), where to begin.
    steps
        How many steps at most.
    """
    low, high = scan.points.ends
    anchors, assignment = occupied(scan, np.clip(anchors, low, high))
    history = [assignment.mean_iou]
    for _ in range(steps):
        balance = _balance_points(scan, anchors, assignment)
        # Half as far again beyond balance: anchors that wait for one another arrive in fewer steps
        beyond = np.clip(balance * np.sqrt(balance / anchors), low, high)
        moved = occupied(scan, beyond)
        if moved.assignment.mean_iou <= history[-1]:
            moved = occupied(scan, balance)
        if moved.assignment.mean_iou <= history[-1]:
            break
        anchors, assignment = moved
        history.append(assignment.mean_iou)
        if history[-1] - history[-2] < GAIN:
            break
    return Ascent(history[-1], anchors, history)


def _balance_points(scan: FullScan, anchors: Floats, assignment: Assignment) -> Floats:
    k = len(anchors)
    pull = np.empty(len(scan.points))

    def pulled(part: slice) -> Floats:
        target = np.zeros(k)
        for rows in blocks(part):
            upward, downward = pulls(scan, anchors, assignment, rows)
            np.add(upward, downward, out=pull[rows])
            target += np.bincount(assignment.labels[rows], upward, k)
        return target

    target: Floats = sum(scan.over(pulled), np.zeros(k))
    return weighted_quantiles(scan, assignment, pull, target)


def pulls(
    scan: FullScan, anchors: Floats, assignment: Assignment, rows: slice
) -> tuple[Floats, Floats]:
    """What each point adds to the slope of the sum of best IoUs by the log of its anchor's side.

    A point that is wider than its anchor adds IoU x (its area) / union for the width, one that is
    narrower takes IoU x (the anchor's area) / union away; likewise for the height.

    Returns
    -------
    (n,) what each adds, and what each takes away.
    """
    points = scan.points
    own = anchors.prod(axis=1)[assignment.labels[rows]]
    area = points.width[rows] * points.height[rows]
    best = assignment.best[rows]
    share = best * (1 + best) / (own + area)
    upward = exact(share * area, points.grain)
    downward = exact(share * own, points.grain)
    if points.weight is not None:
        upward *= points.weight[rows]
        downward *= points.weight[rows]
    return upward, downward


def medians_near(scan: FullScan, goal: Floats, before: Floats, steps: int) -> list[Iterate]:
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
    idle = 0
    for _ in range(steps):
        before, assignment = occupied(scan, before)
        middle = medians(scan, assignment, len(before))
        del assignment  # of all points: the next one shall not stand beside it
        mean_iou = scan.assign(middle).mean_iou
        idle = 0 if not found or mean_iou > found[0].mean_iou + GAIN else idle + 1
        found.append(Iterate(mean_iou, middle, before))
        found.sort(key=lambda one: -one.mean_iou)
        if idle == IDLE or np.array_equal(middle, goal):
            break
        # The ratio to the power of 0.75, of square roots, which all processors round alike: of the
        # whole way, the medians would swing about the goal
        halfway = np.sqrt(goal / middle)
        before = before * halfway * np.sqrt(halfway)
    return found
