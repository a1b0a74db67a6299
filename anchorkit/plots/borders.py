"""Where the nearest anchor changes: lines in the plane of width and height.

Tested in tests/reports/test_report_pictures.py.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.overlap import as_sizes, iou

__all__ = ["borders"]


def borders(
    anchors: ArrayLike, across: NDArray[np.float64], up: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Short lines that part the sizes nearest to different anchors.

    Parameters
    ----------
    anchors
        (k, 2), width and height.
    across, up
        Ascending widths (m,) and heights (n,) at which the nearest anchor is looked up.

    Returns
    -------
    (lines, 4): width and height of one end, and of the other, between the neighbours in the grid.

    Notes
    -----
    Marching squares on how much more one anchor overlaps a size than all others do: Lorensen and
    Cline, "Marching Cubes", 1987, in two dimensions.

    Examples
    --------
    >>> found = borders([(1, 1), (4, 1)], np.asarray([1.0, 2.0, 4.0]), np.asarray([1.0, 1.1]))
    >>> [round(side, 1) for side in found[0].tolist()]
    [2.0, 1.0, 2.0, 1.1]
    """
    centres = as_sizes(anchors, "anchors")
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    shape = grid.shape[:2]
    found = iou(grid.reshape(-1, 2), centres).reshape(*shape, len(centres))
    owner = found.argmax(axis=2)
    lines = []
    for one in np.unique(owner).tolist():
        others = np.delete(found, one, axis=2)
        if others.shape[2]:
            lines.append(_zero_lines(found[:, :, one] - others.max(axis=2), grid))
    return np.unique(np.concatenate(lines), axis=0) if lines else np.empty((0, 4))


def _zero_lines(values: NDArray[np.float64], grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where values over a grid are 0, one line or two for each square that they cross."""
    corners = [
        (values[:-1, :-1], grid[:-1, :-1]),
        (values[:-1, 1:], grid[:-1, 1:]),
        (values[1:, 1:], grid[1:, 1:]),
        (values[1:, :-1], grid[1:, :-1]),
    ]
    points, crossed = [], []
    for side in range(4):
        (first, start), (second, end) = corners[side], corners[(side + 1) % 4]
        cross = (first > 0) != (second > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(cross, first / (first - second), 0.0)
        points.append(start + part[..., None] * (end - start))
        crossed.append(cross)
    sides = np.stack(crossed, axis=-1)
    ends = np.stack(points, axis=-2)
    count = sides.sum(axis=-1)
    lines = []
    for row, column in np.argwhere(count >= 2).tolist():
        found = ends[row, column][sides[row, column]]
        lines += [found[index : index + 2].ravel() for index in range(0, len(found), 2)]
    return np.asarray(lines).reshape(-1, 4)
