"""Whole pictures of boxes and anchors, each with its title; see the modules that draw their parts.

Sizes are in pixels at the network's input.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from anchorkit.overlap import as_sizes
from anchorkit.plots.axes import LEGEND_LINES
from anchorkit.plots.boxes import (
    MOST_CLASSES,
    draw_boxes,
    draw_class,
    draw_positions,
    draw_ratios,
    largest,
)
from anchorkit.plots.clusters import draw_clusters
from anchorkit.plots.coverage import Coverage, draw_coverage, draw_recall
from anchorkit.plots.curves import Curve, draw_cost, draw_curves
from anchorkit.plots.lattice import scale_for
from anchorkit.plots.style import own_style

__all__ = [
    "MOST_CLASSES",
    "boxes_figure",
    "classes_figure",
    "clusters_figure",
    "coverage_figure",
    "curves_figure",
    "positions_figure",
    "ratios_figure",
]


def boxes_figure(sizes: ArrayLike, *, title: str = "", scale: str | None = None) -> Figure:
    """A figure of the boxes before clustering; see `boxes.draw_boxes`.

    Parameters
    ----------
    sizes
        (n, 2), width and height, pixels at input.
    title
        What stands above.
    scale
        One of `lattice.SCALES`; None: the one that suits the boxes.
    """
    with own_style():
        figure = _figure(7, 5.5, title)
        draw_boxes(figure.subplots(), sizes, scale=scale or scale_for(sizes))
    return figure


def ratios_figure(sizes: ArrayLike, anchors: ArrayLike | None = None, *, title: str = "") -> Figure:
    """A figure of area against aspect ratio; see `boxes.draw_ratios`."""
    with own_style():
        figure = _figure(7, 5.5, title)
        draw_ratios(figure.subplots(), sizes, anchors)
    return figure


def positions_figure(centres: ArrayLike, frame: tuple[int, int], *, title: str = "") -> Figure:
    """A figure of where boxes lie; see `boxes.draw_positions`."""
    tall = float(np.clip(frame[1] / frame[0], 0.4, 1.8))
    with own_style():
        figure = _figure(7, 1.2 + 5 * tall, title)
        draw_positions(figure.subplots(), centres, frame)
    return figure


def classes_figure(
    sizes: ArrayLike,
    class_ids: ArrayLike,
    names: Sequence[str],
    *,
    title: str = "",
    scale: str | None = None,
) -> Figure:
    """A figure with a small picture for each of the largest classes, all on the same axes.

    Parameters
    ----------
    sizes
        (n, 2), width and height, pixels at input.
    class_ids
        (n,), for each box the index of its class.
    names
        Of the classes.
    title
        What stands above.
    scale
        One of `lattice.SCALES`; None: the one that suits the boxes.
    """
    boxes, owner = as_sizes(sizes), np.asarray(class_ids)
    shown = largest(owner, names)
    columns = min(len(shown), 4)
    rows = -(-len(shown) // columns)
    with own_style():
        figure = _figure(max(2.5 * columns, 4.0) + 0.6, 2.5 * rows + 0.9, title)
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, (row, name, count) in zip(grid, shown, strict=False):
            draw_class(
                axes,
                boxes,
                owner == row,
                scale=scale or scale_for(boxes),
                limits=boxes,
                title=f"{_cut(name)}: {count:,}",
            )
        for axes in grid[len(shown) :]:
            axes.set_visible(False)
    return figure


def clusters_figure(
    sizes: ArrayLike,
    labels: ArrayLike,
    anchors: ArrayLike,
    *,
    mean_iou: float,
    title: str = "",
    scale: str | None = None,
) -> Figure:
    """A figure of the boxes by cluster; see `clusters.draw_clusters`.

    Parameters
    ----------
    sizes
        (n, 2), width and height, pixels at input.
    labels
        (n,), for each box the row of its anchor.
    anchors
        (k, 2), pixels at input.
    mean_iou
        What the legend's title says.
    title
        What stands above.
    scale
        One of `lattice.SCALES`; None: the one that suits the boxes.
    """
    with own_style():
        columns = -(-len(as_sizes(anchors, "anchors")) // LEGEND_LINES)
        figure = _figure(7 + 2.4 * columns, 5.5, title)
        draw_clusters(
            figure.subplots(),
            sizes,
            labels,
            anchors,
            mean_iou=mean_iou,
            scale=scale or scale_for(sizes, anchors),
        )
    return figure


def coverage_figure(sets: Sequence[Coverage], *, title: str = "") -> Figure:
    """A figure of how well boxes are covered, by one set of anchors or by two beside each other.

    Parameters
    ----------
    sets
        See `coverage.draw_coverage` and `coverage.draw_recall`.
    title
        What stands above.
    """
    with own_style():
        figure = _figure(10.5, 4.6, title)
        left, right = figure.subplots(1, 2)
        draw_coverage(left, sets)
        draw_recall(right, sets)
    return figure


def curves_figure(
    curves: Sequence[Curve],
    *,
    knee: int | None = None,
    costs: Sequence[tuple[int, float, float]] = (),
    title: str = "",
) -> Figure:
    """A figure of mean IoU against the number of anchors; see `curves.draw_curves`.

    Parameters
    ----------
    curves
        One line each.
    knee
        The k to mark, if any.
    costs
        k, parameters and operations of each k, for a second panel below; see `curves.draw_cost`.
    title
        What stands above.
    """
    with own_style():
        if not costs:
            figure = _figure(7, 4.8, title)
            draw_curves(figure.subplots(), curves, knee=knee)
            return figure
        figure = _figure(7, 7.2, title)
        upper, lower = figure.subplots(2, sharex=True, height_ratios=(3, 2))
        draw_curves(upper, curves, knee=knee)
        draw_cost(lower, costs, knee=knee)
        upper.label_outer()
    return figure


def _figure(wide: float, high: float, title: str) -> Figure:
    figure = Figure(figsize=(wide, high + 0.2 * title.count("\n")), layout="constrained")
    if title:
        figure.suptitle(title)
    return figure


def _cut(name: str, most: int = 22) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
