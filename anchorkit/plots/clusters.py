"""Boxes by cluster: coloured points where they can be told apart, else density with borders."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.lines import Line2D
from matplotlib.patheffects import Normal, Stroke
from numpy.typing import ArrayLike, NDArray

from anchorkit.overlap import as_sizes, nearest
from anchorkit.plots.axes import (
    draw_density,
    draw_legend,
    frame_sizes,
    number_points,
    point_area,
)
from anchorkit.plots.lattice import density
from anchorkit.plots.style import INK, color_of, marker_of

__all__ = ["MANY", "draw_clusters"]

MANY = 3000
"""Boxes above which points hide one another, and clusters are drawn as density with borders."""

SHAPED = 2000
"""Boxes up to which points are large enough for a shape of their own."""

FINE = 400
"""Steps along each axis at which the nearest anchor is looked up, to draw borders."""


def draw_clusters(
    axes: Axes,
    sizes: ArrayLike,
    labels: ArrayLike,
    anchors: ArrayLike,
    *,
    mean_iou: float,
    scale: str = "linear",
) -> list[PathCollection] | QuadMesh:
    """Boxes by cluster, with numbered centres and a legend.

    Parameters
    ----------
    axes
        Where to draw.
    sizes
        (n, 2), width and height, pixels at input.
    labels
        (n,), for each box the row of its anchor.
    anchors
        (k, 2), the centres, pixels at input.
    mean_iou
        What the legend's title says.
    scale
        One of `lattice.SCALES`, for both axes.

    Returns
    -------
    The points of each cluster in its colour, in the order of the anchors; above three thousand
    boxes the cells of their density, over which lie the borders between the clusters.

    Raises
    ------
    UsageError
        Where a size is not a positive, finite number, or the scale is unknown.
    """
    boxes, centres = as_sizes(sizes), as_sizes(anchors, "anchors")
    owner = np.asarray(labels)
    frame_sizes(axes, np.concatenate([boxes, centres]), scale)
    many = len(boxes) > MANY
    drawn: list[PathCollection] | QuadMesh
    if many:
        drawn = draw_density(axes, density(boxes, across=scale, up=scale), scale, bar=False)
        _draw_borders(axes, centres, scale)
    else:
        drawn = [
            axes.scatter(
                boxes[owner == row, 0],
                boxes[owner == row, 1],
                s=point_area(len(boxes)),
                color=color_of(row),
                marker=_marker(row, len(boxes)),
                linewidths=0,
            )
            for row in range(len(centres))
        ]
    colors = [color_of(row) for row in range(len(centres))]
    avoid = boxes if len(boxes) <= SHAPED else None
    number_points(axes, centres, range(1, len(centres) + 1), avoid, colors=colors)
    counts = np.bincount(owner, minlength=len(centres))
    handles = [
        Line2D(
            [],
            [],
            color=color_of(row),
            marker=_marker(row, len(boxes)) if not many else "o",
            markerfacecolor="white" if many else color_of(row),
            markeredgewidth=1.4 if many else 0,
            linestyle="",
            label=f"cluster {row + 1}, N = {counts[row]}, {'x'.join(f'{s:.4g}' for s in centre)}",
        )
        for row, centre in enumerate(centres)
    ]
    draw_legend(axes, handles, f"mean IoU {mean_iou:.4f}")
    return drawn


def _marker(row: int, count: int) -> str:
    return marker_of(row) if count <= SHAPED else "o"


def _draw_borders(axes: Axes, centres: NDArray[np.float64], scale: str) -> None:
    """Lines between sizes whose nearest anchors differ."""
    spaced = np.geomspace if scale == "log" else np.linspace
    across, up = (
        spaced(max(low, high * 1e-6), high, FINE)
        for low, high in (axes.get_xlim(), axes.get_ylim())
    )
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    owner = nearest(grid.reshape(-1, 2), centres)[0].reshape(FINE, FINE)
    for row in np.unique(owner)[1:].tolist():
        lines = axes.contour(
            across, up, owner == row, levels=[0.5], colors=INK, linewidths=0.8, zorder=3
        )
        lines.set_path_effects([Stroke(linewidth=2.2, foreground="white", alpha=0.7), Normal()])
