"""Cells in which boxes are counted, so that no cell is narrower than the data's own steps.

Sides of boxes are whole pixels of their images: at the network's input they lie on a lattice, whose
steps are wide beside small boxes. A cell between two of its lines would be a hole that says nothing
of the data, and cells with one line and with two would make stripes. So the edges of cells lie
midway between the lines that hold many boxes, and what is shown of a cell is its density.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import UsageError
from anchorkit.overlap import as_sizes

__all__ = ["SCALES", "Density", "density", "scale_for"]

SCALES = ("linear", "log")

CELLS = (24, 80)
"""Cells along an axis, for few boxes and for many, where the data has lines enough for so many."""

OCTAVES = 20.0
"""The quotient of large and small sides above which logarithmic axes show more."""

HUDDLED = 0.9
"""Share of the boxes that may lie in the lower left ninth of linear axes before those waste it."""

MAJOR = 0.35
"""A line of the lattice counts where it holds this share of what the fullest line nearby holds."""

STEP = 1.05
"""The side of the unit of density on logarithmic axes, a factor: 5 % of width by 5 % of height."""


class Density(NamedTuple):
    """Boxes counted in cells.

    `across` (m + 1,) and `up` (n + 1,) are the edges of the cells, `counts` (n, m) the boxes in
    each, rows by height from the lowest; `values` (n, m) the boxes per `unit`: on logarithmic axes
    a factor of 1.05 in width and in height, on linear ones a square of `unit` pixels.
    """

    across: NDArray[np.float64]
    up: NDArray[np.float64]
    counts: NDArray[np.float64]
    values: NDArray[np.float64]
    unit: float


def scale_for(sizes: ArrayLike, anchors: ArrayLike | None = None) -> str:
    """The scale of the axes on which the boxes fill the picture.

    Logarithmic where the widths or heights of the middle 98 % of the boxes differ by a factor above
    20, and where nine boxes in ten would huddle in the lower left ninth of linear axes; else
    linear.

    Parameters
    ----------
    sizes
        (n, 2), width and height, positive, any unit.
    anchors
        (k, 2), what the axes must show as well.

    Examples
    --------
    >>> scale_for([(20, 30), (60, 40)]), scale_for([(2, 3), (300, 400)])
    ('linear', 'log')
    >>> scale_for([(20, 30), (60, 40)], [(400, 400)])
    'log'
    """
    boxes = as_sizes(sizes)
    low, high = np.percentile(boxes, (1, 99), axis=0)
    if (high / low).max() > OCTAVES:
        return "log"
    shown = boxes if anchors is None else np.concatenate([boxes, as_sizes(anchors, "anchors")])
    huddled = (boxes < shown.max(axis=0) / 3).all(axis=1)
    return "log" if np.mean(huddled) >= HUDDLED else "linear"


def density(
    points: ArrayLike, *, across: str = "log", up: str = "log", cells: int | None = None
) -> Density:
    """Points counted in cells that follow the lattice of the data.

    Parameters
    ----------
    points
        (n, 2), positive: width and height of boxes, or other figures of them.
    across, up
        One of `SCALES` for each axis.
    cells
        How many along an axis at most; None: as many as the number of points can fill.

    Raises
    ------
    UsageError
        Where a scale is unknown or there are no points.

    Examples
    --------
    >>> found = density([(1, 1), (2, 1), (2, 1), (4, 1)], across="log", up="log")
    >>> found.counts.tolist()
    [[1.0, 2.0, 1.0]]
    """
    values = as_sizes(points)
    for scale in (across, up):
        if scale not in SCALES:
            raise UsageError(f"scale: wanted {' or '.join(SCALES)}, found {scale!r}")
    if not len(values):
        raise UsageError("points: wanted at least one, found none")
    if cells is None:
        cells = int(np.clip(3.2 * len(values) ** (1 / 3), *CELLS))
    edges = [_edges(values[:, column], scale, cells) for column, scale in enumerate((across, up))]
    counts = np.histogram2d(values[:, 0], values[:, 1], bins=edges)[0].T
    spans = []
    unit = _round_unit(max(edges[0][-1], edges[1][-1]) / cells)
    for edge, scale in zip(edges, (across, up), strict=True):
        wide = np.diff(np.log(edge)) / np.log(STEP) if scale == "log" else np.diff(edge) / unit
        spans.append(wide)
    return Density(
        edges[0], edges[1], counts, counts / (spans[1][:, None] * spans[0][None, :]), unit
    )


def _edges(values: NDArray[np.float64], scale: str, cells: int) -> NDArray[np.float64]:
    """Edges of at most so many cells, each midway between two lines that hold many boxes."""
    # Rounded, so that a line is one whose values differ in their last digits
    place, counts = np.unique(
        np.round(np.log(values) if scale == "log" else values, 9), return_counts=True
    )
    low, high = place[0], place[-1]
    # A cell has some width where all boxes are alike
    least = float(np.log(STEP)) / 2 if scale == "log" else 1e-6 * float(high)
    step = max(float(high - low) / cells, least)
    kept = place[counts >= MAJOR * _fullest_near(place, counts, 2 * step)]
    middles = (kept[1:] + kept[:-1]) / 2
    wanted = np.arange(low + step, high, step)
    if len(middles):
        right = np.searchsorted(middles, wanted).clip(0, len(middles) - 1)
        left = (right - 1).clip(0)
        nearer = wanted - middles[left] < middles[right] - wanted
        inner = np.unique(np.where(nearer, middles[left], middles[right]))
        # Two edges closer than half a step would make a sliver of a cell
        inner = inner[np.concatenate([[True], np.diff(inner) > step / 2])]
    else:
        inner = np.empty(0)
    # The outermost lines lie as far inside as they would between two others
    first = low - (_half_step(kept, step) if len(inner) else step / 2)
    last = high + (_half_step(-kept[::-1], step) if len(inner) else step / 2)
    if scale == "linear":
        first = max(first, 0.0)
    edges: NDArray[np.float64] = np.concatenate([[first], inner, [last]])
    return np.exp(edges) if scale == "log" else edges


def _half_step(kept: NDArray[np.float64], step: float) -> float:
    return max(float(kept[1] - kept[0]), step) / 2


def _fullest_near(
    place: NDArray[np.float64], counts: NDArray[np.int64], reach: float
) -> NDArray[np.int64]:
    """For each line the most boxes that any line within reach holds."""
    first = np.searchsorted(place, place - reach)
    end = np.searchsorted(place, place + reach, side="right")
    # Maxima of runs from a table of maxima over 1, 2, 4, ... lines
    table = [counts]
    while 2 ** len(table) <= len(counts):
        last, half = table[-1], 2 ** (len(table) - 1)
        table.append(np.maximum(last[:-half], last[half:]))
    level = np.log2(end - first).astype(np.int64)
    found = np.empty(len(place), dtype=np.int64)
    for depth, maxima in enumerate(table):
        mine = level == depth
        found[mine] = np.maximum(maxima[first[mine]], maxima[end[mine] - 2**depth])
    return found


def _round_unit(side: float) -> float:
    """1, 2 or 5 times a power of ten, near a side."""
    power = 10.0 ** np.floor(np.log10(side))
    return float(power * min((1, 2, 5, 10), key=lambda one: abs(np.log(side / power / one))))
