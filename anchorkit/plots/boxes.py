"""Boxes before clustering: their sizes, their shapes, where they lie, and those of each class."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import UsageError
from anchorkit.overlap import as_sizes
from anchorkit.plots.axes import (
    FEW,
    draw_density,
    draw_points,
    draw_sizes,
    frame_sizes,
    number_points,
    plain_ticks,
)
from anchorkit.plots.lattice import density
from anchorkit.plots.style import DENSITY, GREY, color_of

__all__ = ["MOST_CLASSES", "draw_boxes", "draw_class", "draw_positions", "draw_ratios", "largest"]

MOST_CLASSES = 8
"""Classes that have a picture of their own."""

PLACES = (8, 32)
"""Cells along each side of the image, of the picture of few positions and of many."""


def draw_boxes(axes: Axes, sizes: ArrayLike, *, scale: str = "linear") -> PathCollection | QuadMesh:
    """Boxes before clustering, width against height: points when few, their density when many.

    Parameters
    ----------
    axes
        Where to draw.
    sizes
        (n, 2), width and height, pixels at input.
    scale
        One of `lattice.SCALES`, for both axes.

    Returns
    -------
    The points, or above two thousand boxes the cells of their density, see `lattice.density`.

    Raises
    ------
    UsageError
        Where a size is not a positive, finite number, or the scale is unknown.
    """
    boxes = as_sizes(sizes)
    frame_sizes(axes, boxes, scale)
    return draw_sizes(axes, boxes, scale)


def draw_ratios(
    axes: Axes, sizes: ArrayLike, anchors: ArrayLike | None = None
) -> PathCollection | QuadMesh:
    """The area of boxes against their aspect ratio, both on logarithmic axes.

    Parameters
    ----------
    axes
        Where to draw.
    sizes
        (n, 2), width and height, pixels at input.
    anchors
        (k, 2), drawn as numbered discs.

    Returns
    -------
    The points or cells, as from `draw_boxes`.
    """
    boxes = as_sizes(sizes)
    shapes = _shapes(boxes)
    if not len(shapes):
        raise UsageError("sizes: wanted at least one box, found none")
    marked = shapes[:0] if anchors is None else _shapes(as_sizes(anchors, "anchors"))
    both = np.concatenate([shapes, marked])
    widest = float(np.abs(np.log(both[:, 0])).max() * 1.08 + 0.1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(np.exp(-widest), np.exp(widest))  # squares in the middle
    axes.set_ylim(both[:, 1].min() / 1.15, both[:, 1].max() * 1.15)
    for axis in (axes.xaxis, axes.yaxis):
        plain_ticks(axis)
    axes.set_xlabel("aspect ratio (width / height)")
    axes.set_ylabel("side of a square of the same area (pixels at input)")
    drawn = (
        draw_points(axes, shapes)
        if len(shapes) <= FEW
        # Counted by width and height, whose lattice they lie on: this plane is that one, turned
        else draw_density(axes, density(boxes), "log", turned=True)
    )
    axes.axvline(1, color=GREY, linestyle=":", linewidth=1, zorder=1)
    if len(marked):
        colors = [color_of(row) for row in range(len(marked))]
        number_points(axes, marked, range(1, len(marked) + 1), colors=colors)
    return drawn


def _shapes(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2), aspect ratio and side of the square of equal area."""
    shapes: NDArray[np.float64] = np.stack(
        [sizes[:, 0] / sizes[:, 1], np.sqrt(sizes[:, 0]) * np.sqrt(sizes[:, 1])], axis=1
    )
    return shapes


def draw_positions(axes: Axes, centres: ArrayLike, frame: tuple[int, int]) -> QuadMesh:
    """Where in the image the centres of boxes lie: a heat map, the top of the image at the top.

    Parameters
    ----------
    axes
        Where to draw.
    centres
        (n, 2), fractions of the image from its upper left corner.
    frame
        Width and height of the input, for the shape of the map.

    Returns
    -------
    The cells, 8 to 32 along each side.
    """
    points = np.asarray(centres, dtype=np.float64)
    places = int(np.clip(np.sqrt(len(points)) / 2, *PLACES))
    edges = np.linspace(0, 1, places + 1)
    counts = np.histogram2d(points[:, 0], points[:, 1], bins=(edges, edges))[0].T
    cells = axes.pcolormesh(
        100 * edges,
        100 * edges,
        np.where(counts > 0, counts, np.nan),
        vmin=0,
        vmax=max(float(counts.max()), 1),
        cmap=DENSITY,
        rasterized=True,
    )
    axes.set_xlim(0, 100)
    axes.set_ylim(100, 0)
    axes.set_aspect(frame[1] / frame[0])
    axes.set_xlabel("centre of the box, % of the image's width")
    axes.set_ylabel("% of the image's height")
    bar = axes.figure.colorbar(cells, ax=axes, pad=0.02, aspect=30)
    bar.ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    bar.set_label(f"boxes per cell (1/{places} of each side)")
    return cells


def largest(class_ids: ArrayLike, names: Sequence[str]) -> list[tuple[int, str, int]]:
    """The classes of most boxes: index, name and number of boxes, at most `MOST_CLASSES`.

    Examples
    --------
    >>> largest([1, 1, 0], ["cat", "dog", "yeti"])
    [(1, 'dog', 2), (0, 'cat', 1)]
    """
    counts = np.bincount(np.asarray(class_ids, dtype=np.int64), minlength=len(names)).tolist()
    rows = [(row, name, count) for row, (name, count) in enumerate(zip(names, counts, strict=True))]
    order = sorted((row for row in rows if row[2]), key=lambda row: (-row[2], row[1]))
    return order[:MOST_CLASSES]


def draw_class(
    axes: Axes,
    sizes: NDArray[np.float64],
    mine: NDArray[np.bool_],
    *,
    scale: str,
    limits: NDArray[np.float64],
    title: str,
) -> PathCollection | QuadMesh:
    """The boxes of one class over those of all, which are faint.

    Parameters
    ----------
    axes
        Where to draw.
    sizes
        (n, 2), all boxes, pixels at input.
    mine
        (n,), which of them are of the class.
    scale
        One of `lattice.SCALES`.
    limits
        (m, 2), sizes that the axes must show, the same for each class.
    title
        What stands above.
    """
    frame_sizes(axes, limits, scale)
    axes.label_outer()
    some = sizes[:: max(1, len(sizes) // FEW)]
    axes.scatter(some[:, 0], some[:, 1], s=3, c="#d9d9d9", linewidths=0, rasterized=True, zorder=0)
    axes.set_title(title)
    return draw_sizes(axes, sizes[mine], scale, bar=False)
