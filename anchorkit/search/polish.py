"""The last of the way to the best mean IoU nearby, over all points."""

import numpy as np
from numpy.typing import NDArray

from anchorkit.search.ascent import Ascent, pulls
from anchorkit.search.passes import FullScan, blocks
from anchorkit.search.points import Assignment, Floats
from anchorkit.sums import exact

__all__ = ["CLOSE", "FACTORS", "SLIGHT", "approach", "polish", "slopes"]

FACTORS = (0.996, 0.999, 1.001, 1.004)
"""What each side of each anchor is multiplied by, to see whether mean IoU gains."""

CLOSE = (0.999, 1.001)
"""The same where the anchors have been brought close to an optimum before."""

ROOM = 1 << 17
"""Numbers of a block's table of points by anchors."""

APART = 0.05
"""Part of a side by which it is moved to see how the slopes change: over less they are rough."""

STEEPEST = 20
"""How much flatter than the steepest direction any other is taken to be, at most."""

FARTHEST, NEAREST = 0.05, 3e-4
"""Most by which a step of an approach changes a side, as part of it; a smaller one than the second
is the last."""

PARTS = (1.0, 0.5, 0.25)
"""Parts of a step of an approach that are tried, until one gains."""

STEP_GRAIN = 2.0**-24
"""What steps are rounded to, so that it cannot be seen by which routines they were found."""

SLIGHT = 1e-7
"""Mean IoU that a step over very many points has to gain: each costs several passes."""

APPROACHES = 8
"""Most steps of an approach; four or five do as a rule."""


def approach(scan: FullScan, sketch: FullScan, anchors: Floats) -> Ascent:
    """Anchors moved by Newton's method towards the nearest optimum of mean IoU.

    The slopes are those over all points; how they change from place to place is learnt from the
    sketch alone, which has far fewer. The steps are rounded, so that it cannot be seen by which
    routines the equations were solved.

    Parameters
    ----------
    scan
        All points.
    sketch
        Fewer points, which stand for them.
    anchors
        (k, 2), where to begin: close to an optimum of the sketch.
    """
    assignment = scan.assign(anchors)
    history = [assignment.mean_iou]
    values, vectors = np.linalg.eigh(_curvature(sketch, anchors))
    # Where mean IoU is no hill in some direction, it is climbed as if it were one.
    steepness = np.maximum(np.abs(values), np.abs(values).max() / STEEPEST)
    if not steepness.min() > 0:
        return Ascent(history[-1], anchors, history, assignment)
    low, high = scan.points.ends
    for _ in range(APPROACHES):
        towards = vectors @ ((vectors.T @ slopes(scan, anchors, assignment).ravel()) / steepness)
        towards *= FARTHEST / max(FARTHEST, np.abs(towards).max())
        for part in PARTS:
            step = np.rint(part * towards / STEP_GRAIN) * STEP_GRAIN
            moved = np.clip(anchors * (1 + step.reshape(anchors.shape)), low, high)
            after = scan.assign(moved)
            if after.mean_iou > history[-1]:
                break
        else:
            break
        anchors, assignment = moved, after
        history.append(assignment.mean_iou)
        if np.abs(step).max() < NEAREST or history[-1] - history[-2] < SLIGHT:
            break
    return Ascent(history[-1], anchors, history, assignment)


def _curvature(scan: FullScan, anchors: Floats) -> NDArray[np.float64]:
    """(2k, 2k), how the slope by each side changes with each side, symmetric."""
    changes = []
    for side in np.ndindex(anchors.shape):
        ends = []
        for factor in (1 + APART, 1 - APART):
            moved = anchors.copy()
            moved[side] *= factor
            ends.append(slopes(scan, moved, scan.assign(moved)))
        changes.append((ends[0] - ends[1]).ravel() / (2 * APART))
    table = np.stack(changes)
    return (table + table.T) / 2


def slopes(scan: FullScan, anchors: Floats, assignment: Assignment) -> Floats:
    """(k, 2), change of the sum of best IoUs with the log of each side.

    Parameters
    ----------
    scan
        All points.
    anchors
        (k, 2), columns width and height.
    assignment
        Of the points to these anchors.
    """
    points, k = scan.points, len(anchors)

    def sloped(part: slice) -> Floats:
        sums = np.zeros((k, 2))
        for rows in blocks(part):
            labels = assignment.labels[rows]
            upward, downward = pulls(scan, anchors, assignment, rows)
            for column, side in enumerate((points.width, points.height)):
                own = anchors[:, column][labels]
                slope = np.where(side[rows] > own, upward, 0.0)
                np.subtract(slope, downward, out=slope, where=side[rows] < own)
                sums[:, column] += np.bincount(labels, slope, k)
        return sums

    total: Floats = sum(scan.over(sloped), np.zeros((k, 2)))
    return total


def polish(
    scan: FullScan,
    anchors: Floats,
    factors: tuple[float, ...] = FACTORS,
    *,
    least: float = 0.0,
    assignment: Assignment | None = None,
) -> Ascent:
    """Anchors of which no single side can be moved by a little to gain mean IoU.

    All moves by the factors are judged over all points at once; those that gain are made together
    where that gains, else the best of them alone.

    Parameters
    ----------
    scan
        All points.
    anchors
        (k, 2), where to begin.
    factors
        What a side may be multiplied by.
    least
        Mean IoU that a move has to gain.
    assignment
        Of all points to the anchors, where that is known.
    """
    if assignment is None:
        assignment = scan.assign(anchors)
    history = [assignment.mean_iou]
    least = max(least, scan.points.grain)
    while True:
        gains = _gains(scan, anchors, assignment, factors) / scan.points.total
        choice = gains.argmax(axis=2)
        best = gains.max(axis=2)
        if best.max() <= least:
            break
        moves = np.where(best > least, np.asarray(factors)[choice], 1.0)
        moved = anchors * moves
        after = scan.assign(moved)
        if after.mean_iou < history[-1] + best.max():
            alone = np.unravel_index(int(best.argmax()), best.shape)
            single = anchors.copy()
            single[alone] *= moves[alone]
            reached = scan.assign(single)
            if reached.mean_iou > after.mean_iou:
                moved, after = single, reached
        if after.mean_iou <= history[-1]:
            break
        anchors, assignment = moved, after
        history.append(assignment.mean_iou)
    return Ascent(history[-1], anchors, history)


def _gains(
    scan: FullScan, anchors: Floats, assignment: Assignment, factors: tuple[float, ...]
) -> NDArray[np.float64]:
    """(k, 2, moves), what each move of one side adds to the sum of best IoUs."""
    scan.count()
    points, k = scan.points, len(anchors)
    widest = max(*factors, *(1 / factor for factor in factors))

    def gained(part: slice) -> Floats:
        sums = np.zeros((k, 2, len(factors)))
        for rows in blocks(part, max(256, ROOM // k)):
            width, height = points.width[rows], points.height[rows]
            area = width * height
            labels, best = assignment.labels[rows], assignment.best[rows]
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
                times = None if weight is None else weight[near]
                for move, factor in enumerate(factors):
                    for side, (x, y) in enumerate(((wide * factor, high), (wide, high * factor))):
                        moved = np.maximum(_overlap(w, h, a, x, y), rest)
                        exact(moved, points.grain)
                        moved -= now
                        sums[row, side, move] += (
                            moved.sum() if times is None else np.einsum("i,i->", moved, times)
                        )
        return sums

    total: Floats = sum(scan.over(gained), np.zeros((k, 2, len(factors))))
    return total


def _overlap(width: Floats, height: Floats, area: Floats, wide: float, high: float) -> Floats:
    shared = np.minimum(width, wide)
    shared *= np.minimum(height, high)
    union = area + wide * high
    union -= shared
    shared /= union
    return shared
