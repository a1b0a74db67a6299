"""From good anchors to the best nearby, over all points: balance, polish, or medians close by."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.search.passes import Pass, balanced, blocks, medians
from anchorkit.search.points import Floats
from anchorkit.sums import exact

__all__ = ["Iterate", "ascended", "medians_near", "polished", "refilled"]

GAIN = 1e-6
"""A step that gains less mean IoU than this ends an ascent."""

FACTORS = (0.996, 0.999, 0.99975, 1.00025, 1.001, 1.004)
"""What each side of each anchor is multiplied by, to see whether mean IoU gains."""

ROOM = 1 << 17
"""Numbers of a block's table of points by anchors."""


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
    mean_iou, anchors = refilled(scan, anchors)
    history = [mean_iou]
    for _ in range(steps):
        balance = _balanced_iou(scan, anchors)
        # Half as far again beyond balance: anchors that wait for one another arrive in fewer steps
        after, moved = refilled(scan, balance * np.sqrt(balance / anchors))
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
    points, k = scan.points, len(anchors)
    own_areas = anchors.prod(axis=1)
    pull = np.empty(len(points))

    def pulled(part: slice) -> Floats:
        target = np.zeros(k)
        for rows in blocks(part):
            own = own_areas[scan.labels[rows]]
            area = points.width[rows] * points.height[rows]
            best = scan.best[rows]
            share = best * (1 + best) / (own + area)
            upward = exact(share * area, points.grain)
            downward = exact(share * own, points.grain)
            if points.weight is not None:
                upward *= points.weight[rows]
                downward *= points.weight[rows]
            np.add(upward, downward, out=pull[rows])
            target += np.bincount(scan.labels[rows], upward, k)
        return target

    target: Floats = sum(scan.over(pulled), np.zeros(k))
    return balanced(scan, pull, target, k)


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


def polished(scan: Pass, anchors: Floats, mean_iou: float) -> tuple[float, Floats, list[float]]:
    """Anchors of which no single side can be moved by a little to gain mean IoU.

    All moves by `FACTORS` are judged over all points at once; those that gain are made together
    where that gains, else the best of them alone.

    Returns
    -------
    Mean IoU, the anchors, and mean IoU after each step.
    """
    history: list[float] = []
    while True:
        scan.mean_iou(anchors)
        gains = _gains(scan, anchors) / scan.points.total
        choice = gains.argmax(axis=2)
        best = gains.max(axis=2)
        if best.max() <= scan.points.grain:
            return mean_iou, anchors, history
        moves = np.where(best > scan.points.grain, np.asarray(FACTORS)[choice], 1.0)
        together = anchors * moves
        after = scan.mean_iou(together)
        if after < mean_iou + best.max():
            alone = np.unravel_index(int(best.argmax()), best.shape)
            single = anchors.copy()
            single[alone] *= moves[alone]
            reached = scan.mean_iou(single)
            if reached > after:
                together, after = single, reached
        if after <= mean_iou:
            return mean_iou, anchors, history
        mean_iou, anchors = after, together
        history.append(mean_iou)


def _gains(scan: Pass, anchors: Floats) -> NDArray[np.float64]:
    """(k, 2, moves), what each move of one side adds to the sum of best IoUs."""
    points, k = scan.points, len(anchors)
    widest = max(FACTORS)

    def gained(part: slice) -> Floats:
        sums = np.zeros((k, 2, len(FACTORS)))
        for rows in blocks(part, max(256, ROOM // k)):
            width, height = points.width[rows], points.height[rows]
            area = width * height
            labels, best = scan.labels[rows], scan.best[rows]
            weight = None if points.weight is None else points.weight[rows]
            second = np.zeros(len(width))
            overlaps = []
            for row, (wide, high) in enumerate(anchors.tolist()):
                overlap = _overlap(width, height, area, wide, high)
                overlaps.append(overlap)
                np.maximum(second, overlap, out=second, where=labels != row)
            for row, (wide, high) in enumerate(anchors.tolist()):
                # Moving one side by a factor changes no IoU by more than that factor.
                near = np.flatnonzero((labels == row) | (overlaps[row] * widest >= best))
                if not len(near):
                    continue
                own, now = labels[near] == row, best[near]
                rest = np.where(own, second[near], now)
                w, h, a = width[near], height[near], area[near]
                mass = None if weight is None else weight[near]
                for move, factor in enumerate(FACTORS):
                    for side, (x, y) in enumerate(((wide * factor, high), (wide, high * factor))):
                        moved = np.maximum(_overlap(w, h, a, x, y), rest)
                        exact(moved, points.grain)
                        moved -= now
                        sums[row, side, move] += (
                            moved.sum() if mass is None else np.einsum("i,i->", moved, mass)
                        )
        return sums

    total: Floats = sum(scan.over(gained), np.zeros((k, 2, len(FACTORS))))
    return total


def _overlap(width: Floats, height: Floats, area: Floats, wide: float, high: float) -> Floats:
    shared = np.minimum(width, wide)
    shared *= np.minimum(height, high)
    union = area + wide * high
    union -= shared
    shared /= union
    return shared
