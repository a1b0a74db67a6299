"""Where numbers go in a picture whose points lie close together: geometry, nothing is drawn.

Tested in tests/plots/test_labels.py.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["DISC", "apart"]

DISC = 0.044
"""Width of a numbered disc as a share of the axes, with the space around it."""


FAULT = 4 * DISC
"""How much farther a disc may be from its point to cover or cross one thing less."""


def apart(
    points: NDArray[np.float64], avoid: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Places for numbered discs at points or near them, so that each number can be read.

    No disc lies on another or outside; nor, unless it would have to go far away for that, on a
    point, on what is to be avoided or on the line from another disc to its point; no two such lines
    cross, again unless a disc would have to go far away.

    Parameters
    ----------
    points
        (k, 2), what the discs belong to, as shares of the picture, in [0, 1].
    avoid
        (n, 2), what should not be covered, as shares of the picture.

    Returns
    -------
    (k, 2), the centres of the discs.

    Examples
    --------
    >>> apart(np.array([(0.2, 0.2), (0.8, 0.8)])).tolist()
    [[0.2, 0.2], [0.8, 0.8]]
    """
    turns = np.arange(24) * np.pi / 12 + np.pi / 4
    ring = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    rings = [ring * DISC * (1 + 0.5 * far) for far in range(24)]
    tries = np.concatenate([np.zeros((1, 2)), *rings])
    discs = np.empty((0, 2))
    for row, point in enumerate(points):
        spots = np.clip(point + tries, DISC / 2, 1 - DISC / 2)
        others = np.delete(points, row, axis=0)
        faults = 1.0 * ~_clear(spots, others, 0.6 * DISC)
        if avoid is not None:
            faults += ~_clear(spots, avoid, 0.6 * DISC)
        for other in others:
            faults += _distance(other, point, spots) <= 0.1 * DISC
        for start, end in zip(points[:row], discs, strict=True):
            faults += _crossing(point, spots, start, end)
            faults += _distance(spots, start, end) <= 0.55 * DISC
            faults += _distance(end, point, spots) <= 0.55 * DISC
        # rounded, so that of spots equally far the first is taken, whatever the last digits are
        cost = np.round(np.hypot(*(spots - point).T) + FAULT * faults, 9)
        cost[~_clear(spots, discs, DISC)] = np.inf
        discs = np.concatenate([discs, spots[[int(np.argmin(cost))]]])
    return discs


def _clear(
    spots: NDArray[np.float64], others: NDArray[np.float64], gap: float
) -> NDArray[np.bool_]:
    """For each spot, whether it is farther than the gap from all others."""
    far: NDArray[np.bool_] = (np.hypot(*(spots[:, None] - others).T) > gap).all(axis=0)
    return far


def _crossing(
    point: NDArray[np.float64],
    spots: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """For each spot, whether the line to it from the point crosses that from start to end."""
    split = _side(point, spots, start) != _side(point, spots, end)
    crossing: NDArray[np.bool_] = split & (_side(start, end, point) != _side(start, end, spots))
    return crossing


def _side(
    start: NDArray[np.float64], end: NDArray[np.float64], point: NDArray[np.float64]
) -> NDArray[np.float64]:
    """On which side of the line from start to end the point lies: -1, 0 or 1."""
    along, aside = (end - start).T, (point - start).T
    side: NDArray[np.float64] = np.sign(along[0] * aside[1] - along[1] * aside[0])
    return side


def _distance(
    point: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance of the point from the line between start and end; each one or many, in rows."""
    along = end - start
    length = np.maximum((along**2).sum(axis=-1), 1e-12)
    part = np.clip(((point - start) * along).sum(axis=-1) / length, 0, 1)
    away = point - start - part[..., None] * along
    distance: NDArray[np.float64] = np.hypot(away[..., 0], away[..., 1])
    return distance
