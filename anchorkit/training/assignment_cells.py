"""The cells of a head's grid in which a box is trained.

Tested in tests/training/test_assignment.py.
"""

import numpy as np
from numpy.typing import NDArray

from anchorkit.training.assignment_places import PlacedBoxes

__all__ = ["grid_of", "own_cells", "three_cells"]


def grid_of(frame: tuple[int, int], stride: int) -> tuple[int, int]:
    """Cells along x and y of a head's grid.

    Examples
    --------
    >>> grid_of((416, 320), 32)
    (13, 10)
    """
    return max(1, frame[0] // stride), max(1, frame[1] // stride)


def _on_grid(boxes: PlacedBoxes, stride: int) -> NDArray[np.float32]:
    """Centres in units of cells, of the precision of the trainers, (n, 2)."""
    grid = np.array(grid_of(boxes.frame, stride), dtype=np.float32)
    found: NDArray[np.float32] = (boxes.centres / boxes.frame).astype(np.float32) * grid
    return found


def own_cells(boxes: PlacedBoxes, stride: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cell of each box's centre.

    Parameters
    ----------
    boxes
        The boxes.
    stride
        Of the head, in pixels.

    Returns
    -------
    (n,) int64, rows of boxes, and (n,) int64, their cells, counted along x first.

    Examples
    --------
    >>> own_cells(PlacedBoxes([(9, 9)], [(40, 70)], [0], (96, 96)), 32)[1].tolist()
    [7]
    """
    across, down = grid_of(boxes.frame, stride)
    cells = np.floor(_on_grid(boxes, stride)).astype(np.int64)
    x, y = np.clip(cells[:, 0], 0, across - 1), np.clip(cells[:, 1], 0, down - 1)
    return np.arange(len(boxes), dtype=np.int64), np.asarray(y * across + x)


def three_cells(boxes: PlacedBoxes, stride: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cell of each box's centre, and the nearest cell along x and along y, if there is one.

    A centre that is in the middle of its cell has no nearest cell along that axis.

    Parameters
    ----------
    boxes
        The boxes.
    stride
        Of the head, in pixels.

    Returns
    -------
    (c,) int64, rows of boxes, and (c,) int64, their cells, counted along x first.

    Examples
    --------
    Right of the middle and above it, in the uppermost row:

    >>> three_cells(PlacedBoxes([(9, 9)], [(50, 10)], [0], (96, 96)), 32)[1].tolist()
    [1, 2]
    """
    across, down = grid_of(boxes.frame, stride)
    centres = _on_grid(boxes, stride)
    rest = np.array([across, down], dtype=np.float32) - centres
    before = (centres % 1 < 0.5) & (centres > 1)
    after = (rest % 1 < 0.5) & (rest > 1)
    rows, found = [], []
    for wanted, step in (
        (np.ones(len(boxes), dtype=np.bool_), (0.0, 0.0)),
        (before[:, 0], (0.5, 0.0)),
        (before[:, 1], (0.0, 0.5)),
        (after[:, 0], (-0.5, 0.0)),
        (after[:, 1], (0.0, -0.5)),
    ):
        chosen = np.flatnonzero(wanted)
        # Truncated, as there: a centre left of the picture counts as in the first cell
        cells = np.trunc(centres[chosen] - np.array(step, dtype=np.float32)).astype(np.int64)
        x, y = np.clip(cells[:, 0], 0, across - 1), np.clip(cells[:, 1], 0, down - 1)
        rows.append(chosen.astype(np.int64))
        found.append(np.asarray(y * across + x))
    return np.concatenate(rows), np.concatenate(found)
