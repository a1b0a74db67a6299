"""Axes of width and height, their density cells and their legends.

Tested in tests/plots/test_boxes.py.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.legend import Legend
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from anchorkit.errors import UsageError
from anchorkit.plots.labels import apart
from anchorkit.plots.lattice import SCALES, Density, density
from anchorkit.plots.style import ACCENT, DENSITY

__all__ = [
    "FEW",
    "LEGEND_LINES",
    "draw_density",
    "draw_legend",
    "draw_points",
    "draw_sizes",
    "frame_sizes",
    "number_points",
    "plain_ticks",
    "point_area",
]

FEW = 2000
"""Boxes up to which each is a point of its own."""

LEGEND_LINES = 30
"""Lines of a legend before it gets another column."""

CLOSE = 1.001
"""Factor beyond the ends of an axis within which ticks are kept: rounding may put one there."""


def frame_sizes(axes: Axes, sizes: NDArray[np.float64], scale: str) -> None:
    """Set scale, limits and labels of the axes so that all sizes lie inside.

    Parameters
    ----------
    axes
        Whose.
    sizes
        (n, 2), width and height, pixels at input.
    scale
        One of `lattice.SCALES`, for both axes.

    Raises
    ------
    UsageError
        Where the scale is unknown or there are no sizes.
    """
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
            plain_ticks(axis)
    else:
        limits = np.zeros(2), high * 1.04
    axes.set_xlim(limits[0][0], limits[1][0])
    axes.set_ylim(limits[0][1], limits[1][1])
    axes.set_xlabel("box width (pixels at input)")
    axes.set_ylabel("box height (pixels at input)")


def draw_sizes(
    axes: Axes, sizes: NDArray[np.float64], scale: str, *, bar: bool = True
) -> PathCollection | QuadMesh:
    """Points where boxes are few, their density where they are many, on axes that are framed."""
    if len(sizes) <= FEW:
        return draw_points(axes, sizes)
    return draw_density(axes, density(sizes, across=scale, up=scale), scale, bar=bar)


def draw_points(axes: Axes, points: NDArray[np.float64]) -> PathCollection:
    """Each box as a point."""
    return axes.scatter(
        points[:, 0], points[:, 1], s=point_area(len(points)), c=ACCENT, alpha=0.55, linewidths=0
    )


def draw_density(
    axes: Axes, found: Density, scale: str, *, bar: bool = True, turned: bool = False
) -> QuadMesh:
    """Cells of a density, faint where boxes are rare; with a bar that says how many they are.

    Parameters
    ----------
    axes
        Where to draw.
    found
        What to draw.
    scale
        That of both axes, for the words of the bar.
    bar
        Whether to draw one.
    turned
        Whether the axes are those of width / height and of the square root of the area.
    """
    filled = found.values[found.counts > 0]
    # A lone box in a wide cell is as faint as one in a cell of common width
    least = float(
        np.percentile(found.values[found.counts == found.counts[found.counts > 0].min()], 50)
    )
    across, up = np.meshgrid(found.across, found.up)
    if turned:
        across, up = across / up, np.sqrt(across * up)
    cells = axes.pcolormesh(
        across,
        up,
        np.where(found.counts > 0, found.values, np.nan),
        norm=LogNorm(least, max(float(filled.max()), least * 2)),
        cmap=DENSITY,
        rasterized=True,
    )
    if bar:
        drawn = axes.figure.colorbar(cells, ax=axes, pad=0.02, aspect=30)
        plain_ticks(drawn.ax.yaxis)
        drawn.outline.set_visible(False)  # type: ignore[operator]  # a Spine
        unit = "5 % x 5 % of size" if scale == "log" else f"{found.unit:g} x {found.unit:g} pixels"
        drawn.set_label(f"boxes per {unit}")
    return cells


def number_points(
    axes: Axes,
    points: NDArray[np.float64],
    numbers: Sequence[int],
    avoid: NDArray[np.float64] | None = None,
    *,
    colors: Sequence[str] | None = None,
) -> None:
    """Numbered discs at the points; where they would overlap, beside them with a line."""
    to_axes = axes.transScale + axes.transLimits
    places = apart(to_axes.transform(points), None if avoid is None else to_axes.transform(avoid))
    edges = colors or ["black"] * len(points)
    for number, point, place, edge in zip(numbers, points, places, edges, strict=True):
        axes.annotate(
            str(number),
            xy=(point[0], point[1]),
            xytext=(place[0], place[1]),
            textcoords=axes.transAxes,
            ha="center",
            va="center",
            fontsize=7,
            zorder=5,
            bbox={
                "boxstyle": "circle,pad=0.15",
                "facecolor": "white",
                "edgecolor": edge,
                "linewidth": 1.3,
            },
            arrowprops={"arrowstyle": "-", "color": "black", "linewidth": 0.8, "shrinkA": 0},
            annotation_clip=False,
        )
    axes.scatter(points[:, 0], points[:, 1], s=14, c="black", marker="x", linewidths=1.2, zorder=4)


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
        ncol=-(-len(handles) // LEGEND_LINES),
    )


def plain_ticks(axis: Axis) -> None:
    """1, 2, 5, 10, 20, ... on a logarithmic axis, instead of powers of ten."""
    axis.set_major_locator(_LogTicks(subs=(1, 2, 5), numticks=20))
    axis.set_minor_locator(_LogTicks(subs="auto"))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


class _LogTicks(LogLocator):
    """As matplotlib's, without the ticks beyond the ends of the axis: half of all, never drawn."""

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        low, high = min(vmin, vmax) / CLOSE, max(vmin, vmax) * CLOSE
        return [tick for tick in super().tick_values(vmin, vmax) if low <= tick <= high]


def point_area(count: int) -> float:
    """Area of a point in square points: 50 boxes are seen, 150,000 do not merge into one blot."""
    return float(np.clip(30000 / count, 2, 30))
