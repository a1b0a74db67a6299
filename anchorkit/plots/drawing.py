"""Pictures of boxes and anchors: each function draws on the Axes it is given.

Sizes are in pixels at the network's input. Nothing here needs a display or keeps state.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.container import BarContainer
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import UsageError
from anchorkit.overlap import as_sizes
from anchorkit.plots.labels import apart

__all__ = [
    "COLORS",
    "SCALES",
    "SMALL",
    "Curve",
    "draw_anchors",
    "draw_bought",
    "draw_boxes",
    "draw_clusters",
    "draw_coverage",
    "draw_curves",
    "draw_legend",
    "scale_for",
]

COLORS = (
    *("#3ca5ff", "#e12d00", "#69005a", "#e1a596", "#0000e1", "#a51e1e", "#b4b4d2", "#c33cc3"),
    *("#4b0f96", "#4b2d2d", "#b4a55a", "#787896", "#1e69ff", "#965a5a", "#96d22d"),
)
"""Fifteen colours that stay apart for readers without red, green or blue cones, and in grey."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SCALES = ("linear", "log")
FEW = 2000
GREY = "#666666"
CELLS = 90


class Curve(NamedTuple):
    """One line of a picture over k: its name in the legend, and a value for each k."""

    name: str
    ks: Sequence[int]
    values: Sequence[float]


def scale_for(sizes: ArrayLike) -> str:
    """The scale of the axes on which the boxes fill the picture.

    Logarithmic where the widths or heights of the middle 98 % of the boxes differ by a factor above
    20, else linear.

    Parameters
    ----------
    sizes
        (n, 2), width and height, positive, any unit.

    Examples
    --------
    >>> scale_for([(20, 30), (60, 40)]), scale_for([(2, 3), (300, 400)])
    ('linear', 'log')
    """
    low, high = np.percentile(as_sizes(sizes), (1, 99), axis=0)
    return "log" if (high / low).max() > 20 else "linear"


def draw_boxes(axes: Axes, sizes: ArrayLike, *, scale: str = "linear") -> PathCollection | QuadMesh:
    """Boxes before clustering, width against height: points when few, their density when many.

    Parameters
    ----------
    axes
        Where to draw.
    sizes
        (n, 2), width and height, pixels at input.
    scale
        One of `SCALES`, for both axes.

    Returns
    -------
    The points, or above two thousand boxes the cells of a 2-d histogram on a logarithmic colour
    scale.

    Raises
    ------
    UsageError
        Where a size is not a positive, finite number, or the scale is unknown.
    """
    boxes = as_sizes(sizes)
    _frame(axes, boxes, scale)
    axes.set_title(f"{len(boxes):,} boxes")
    if len(boxes) <= FEW:
        return axes.scatter(
            boxes[:, 0],
            boxes[:, 1],
            s=_point(len(boxes)),
            c=COLORS[12],
            alpha=0.6,
            linewidths=0,
        )
    grid = np.geomspace if scale == "log" else np.linspace
    across, up = (grid(low, high, CELLS + 1) for low, high in (axes.get_xlim(), axes.get_ylim()))
    counts = np.histogram2d(boxes[:, 0], boxes[:, 1], bins=(across, up))[0].T
    cells = axes.pcolormesh(
        across,
        up,
        np.where(counts > 0, counts, np.nan),
        norm=LogNorm(1, max(counts.max(), 2)),
        cmap="viridis_r",
        rasterized=True,
    )
    bar = axes.figure.colorbar(cells, ax=axes)
    _plain_ticks(bar.ax.yaxis)
    bar.set_label("boxes per cell")
    return cells


def draw_clusters(
    axes: Axes,
    sizes: ArrayLike,
    labels: ArrayLike,
    anchors: ArrayLike,
    *,
    mean_iou: float,
    scale: str = "linear",
) -> list[PathCollection]:
    """Boxes in the colour of their cluster, with numbered centres and a legend.

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
        One of `SCALES`, for both axes.

    Returns
    -------
    The points of each cluster, in the order of the anchors.

    Raises
    ------
    UsageError
        Where a size is not a positive, finite number, or the scale is unknown.
    """
    boxes, centres = as_sizes(sizes), as_sizes(anchors, "anchors")
    owner = np.asarray(labels)
    _frame(axes, np.concatenate([boxes, centres]), scale)
    counts = np.bincount(owner, minlength=len(centres))
    points = [
        axes.scatter(
            boxes[owner == row, 0],
            boxes[owner == row, 1],
            s=_point(len(boxes)),
            color=_color(row),
            marker=_marker(row, len(boxes)),
            linewidths=0,
            rasterized=len(boxes) > FEW,
            label=f"cluster {row + 1}, N = {counts[row]}, {_named(centre)}",
        )
        for row, centre in enumerate(centres)
    ]
    _number(axes, centres, range(1, len(centres) + 1), boxes if len(boxes) <= FEW else None)
    axes.set_title(f"{len(boxes):,} boxes in {len(centres)} clusters")
    handles = [
        Line2D(
            [],
            [],
            color=_color(row),
            marker=_marker(row, len(boxes)),
            linestyle="",
            label=each.get_label(),
        )
        for row, each in enumerate(points)
    ]
    draw_legend(axes, handles, f"mean IoU {mean_iou:.4f}")
    return points


def draw_anchors(
    axes: Axes, anchors: ArrayLike, size: tuple[int, int], *, zoom: float = 1.0
) -> list[Rectangle]:
    """Anchors as rectangles from a common corner, to scale, in the input's frame.

    Parameters
    ----------
    axes
        Where to draw.
    anchors
        (k, 2), width and height, pixels at input.
    size
        Width and height of the input, pixels.
    zoom
        How much of the frame to show: above 1, the corner of `size` / `zoom`; anchors that reach
        beyond it are left out.

    Returns
    -------
    The rectangles drawn, in the order of the anchors.

    Raises
    ------
    UsageError
        Where an anchor is not a positive, finite number.
    """
    centres = as_sizes(anchors, "anchors")
    limit = np.asarray(size) / zoom
    if zoom == 1:
        limit = np.maximum(limit, centres.max(axis=0))
    shown = np.flatnonzero((centres <= limit).all(axis=1)).tolist()
    rectangles = [
        Rectangle(
            (0, 0),
            *centres[row].tolist(),
            fill=False,
            edgecolor=_color(row),
            linewidth=1.6,
            label=f"{row + 1}: {_named(centres[row])}",
        )
        for row in shown
    ]
    for rectangle in rectangles:
        axes.add_patch(rectangle)
    axes.set_xlim(0, limit[0] * 1.04)
    axes.set_ylim(0, limit[1] * 1.04)
    axes.set_aspect("equal")
    axes.add_patch(Rectangle((0, 0), *size, fill=False, edgecolor=GREY, linestyle=":"))
    whole = f"anchors in the {size[0]}x{size[1]} input"
    axes.set_title(whole if zoom == 1 else f"its corner, {zoom:g} times as large")
    axes.set_xlabel("width (pixels at input)")
    axes.set_ylabel("height (pixels at input)")
    numbered = [row for row in shown if (centres[row] / limit).max() > SMALL]
    if numbered:
        _number(axes, centres[numbered], [row + 1 for row in numbered])
    return rectangles


SMALL = 0.06
"""Share of the frame below which an anchor is too small to be numbered in it."""


def draw_coverage(axes: Axes, best: ArrayLike) -> BarContainer:
    """How well boxes are covered: the distribution of their IoU with the nearest anchor.

    Parameters
    ----------
    axes
        Where to draw.
    best
        (n,), for each box its IoU with the nearest anchor, in (0, 1].

    Returns
    -------
    The bars, 50 of them: share of the boxes in percent.
    """
    values = np.asarray(best, dtype=np.float64)
    counts, edges = np.histogram(values, bins=50, range=(0, 1))
    share = 100 * counts / len(values)
    colors = [COLORS[1] if edge < 0.5 else COLORS[0] for edge in edges[:-1]]
    bars = axes.bar(edges[:-1], share, width=0.02, align="edge", color=colors, linewidth=0)
    mean = axes.axvline(
        float(values.mean()), color="black", linestyle="--", linewidth=1.2, ymax=0.88
    )
    under = Rectangle((0, 0), 1, 1, color=COLORS[1])
    axes.set_xlim(0, 1)
    axes.set_ylim(0, share.max() * 1.16)
    axes.set_xlabel("IoU with the nearest anchor")
    axes.set_ylabel("boxes (%)")
    axes.set_title(f"cover of {len(values):,} boxes")
    axes.legend(
        [mean, under],
        [
            f"mean {values.mean():.4f}",
            f"under 0.5: {100 * np.mean(values < 0.5):.1f} % of the boxes",
        ],
        loc="upper left",
        ncol=2,
        frameon=False,
    )
    return bars


def draw_curves(
    axes: Axes, curves: Sequence[Curve], *, knee: int | None = None, ylabel: str = "mean IoU"
) -> list[Line2D]:
    """Mean IoU, or another figure, against the number of anchors.

    Parameters
    ----------
    axes
        Where to draw.
    curves
        One line each, in the order of the legend.
    knee
        The k to mark, if any.
    ylabel
        What the values are.

    Returns
    -------
    The lines, in the order of the curves.
    """
    lines = [
        axes.plot(
            curve.ks,
            curve.values,
            color=COLORS[(0, 1, 2, 10, 7, 11, 9)[row % 7]],
            marker=MARKERS[row % len(MARKERS)],
            linestyle=("-", "--", "-.", ":")[row % 4],
            label=curve.name,
        )[0]
        for row, curve in enumerate(curves)
    ]
    if knee is not None:
        marked = axes.axvline(knee, color=GREY, linestyle=":", label=f"suggested: k = {knee}")
    axes.set_xlabel("anchors (k)")
    axes.set_ylabel(ylabel)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    draw_legend(axes, lines if knee is None else [*lines, marked])
    return lines


def draw_bought(
    axes: Axes, bought: Sequence[tuple[int, float, float]], *, knee: int | None = None
) -> Line2D:
    """Mean IoU bought against operations paid, each point numbered with its k.

    Parameters
    ----------
    axes
        Where to draw.
    bought
        k, GFLOPs and mean IoU, by ascending k; drawn in MFLOPs where all are below 1.
    knee
        The k to mark, if any.

    Returns
    -------
    The line through the points.
    """
    ks, billions, values = zip(*bought, strict=True)
    unit, factor = ("GFLOPs", 1) if max(billions) >= 1 else ("MFLOPs", 1000)
    paid = [factor * one for one in billions]
    line = axes.plot(paid, values, color=COLORS[0], marker=MARKERS[0])[0]
    for k, across, up in zip(ks, paid, values, strict=True):
        axes.annotate(str(k), (across, up), xytext=(4, -14), textcoords="offset points", ha="left")
        if k == knee:
            axes.axvline(across, color=GREY, linestyle=":")
    axes.margins(y=0.12)
    axes.set_xlabel(f"{unit} of the network, for each k")
    axes.set_ylabel("mean IoU")
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.grid(alpha=0.3)
    return line


def draw_legend(axes: Axes, handles: Sequence[Artist], title: str | None = None) -> Legend:
    """A legend beside the axes, where it hides no box; long ones in several columns.

    Parameters
    ----------
    axes
        Beside which.
    handles
        What is listed, by its label.
    title
        What stands above.
    """
    return axes.legend(
        handles=handles,
        title=title,
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),
        borderaxespad=0,
        fontsize=9 if len(handles) <= 20 else 7,
        ncol=-(-len(handles) // LINES),
    )


LINES = 30
"""Lines of a legend before it gets another column."""


def _frame(axes: Axes, sizes: NDArray[np.float64], scale: str) -> None:
    if scale not in SCALES:
        raise UsageError(f"scale: wanted {' or '.join(SCALES)}, found {scale!r}")
    if not len(sizes):
        raise UsageError("sizes: wanted at least one box, found none")
    low, high = sizes.min(axis=0), sizes.max(axis=0)
    if scale == "log":
        axes.set_xscale("log")
        axes.set_yscale("log")
        limits = low / 1.15, high * 1.15
        for axis in (axes.xaxis, axes.yaxis):
            _plain_ticks(axis)
    else:
        limits = np.zeros(2), high * 1.04
    axes.set_xlim(limits[0][0], limits[1][0])
    axes.set_ylim(limits[0][1], limits[1][1])
    axes.set_xlabel("box width (pixels at input)")
    axes.set_ylabel("box height (pixels at input)")


def _number(
    axes: Axes,
    points: NDArray[np.float64],
    numbers: Sequence[int],
    avoid: NDArray[np.float64] | None = None,
) -> None:
    """Numbered discs at the points; where they would overlap, beside them with a line."""
    to_axes = axes.transScale + axes.transLimits
    places = apart(to_axes.transform(points), None if avoid is None else to_axes.transform(avoid))
    for number, point, place in zip(numbers, points, places, strict=True):
        axes.annotate(
            str(number),
            xy=(point[0], point[1]),
            xytext=(place[0], place[1]),
            textcoords=axes.transAxes,
            ha="center",
            va="center",
            fontsize=7,
            zorder=5,
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": "black"},
            arrowprops={"arrowstyle": "-", "color": "black", "linewidth": 0.8, "shrinkA": 0},
            annotation_clip=False,
        )
    axes.scatter(points[:, 0], points[:, 1], s=14, c="black", marker="x", linewidths=1.2, zorder=4)


def _color(row: int) -> str:
    return COLORS[row % len(COLORS)]


def _marker(row: int, count: int) -> str:
    """A shape of its own for each cluster, where the points are large enough to show one."""
    return MARKERS[row % len(MARKERS)] if count <= FEW else "o"


def _point(count: int) -> float:
    """Area of a point in square points: 50 boxes are seen, 150,000 do not merge into one blot."""
    return float(np.clip(30000 / count, 2, 30))


def _named(pair: NDArray[np.float64]) -> str:
    return "x".join(f"{side:.4g}" for side in pair)


def _plain_ticks(axis: Axis) -> None:
    """1, 2, 5, 10, 20, ... on a logarithmic axis, instead of powers of ten."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=20))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())
