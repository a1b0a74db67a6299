"""Anchors as rectangles to scale: all of them in the input's frame, and those of each head."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import UsageError
from anchorkit.overlap import as_sizes
from anchorkit.plots.style import GREY, color_of, line_of

__all__ = ["HeadFrame", "draw_anchors", "heads_or_usual", "spread"]

USUAL_STRIDES = {
    5: ((32.0, 5),),
    6: ((16.0, 3), (32.0, 3)),
    9: ((8.0, 3), (16.0, 3), (32.0, 3)),
    12: ((8.0, 3), (16.0, 3), (32.0, 3), (64.0, 3)),
}
"""For a number of anchors, the strides of the heads among which known networks divide it."""

MOST_CELLS = 40
"""Cells along a side of a frame above which its grid is not drawn: it would be a grey area."""

ALIKE = 6.0
"""The quotient of the largest and smallest anchor that one frame still shows both of."""


MOST_LARGE = 20
"""Names beside a frame above which they are written smaller."""

LINE = 1.35
"""Distance of lines of text, in sizes of the font."""


class HeadFrame(NamedTuple):
    """A frame of its own: the stride of a head, or None, and the rows of the anchors in it."""

    stride: float | None
    rows: tuple[int, ...]


def heads_or_usual(
    anchors: ArrayLike, heads: Sequence[HeadFrame] = ()
) -> tuple[list[HeadFrame], bool]:
    """The frames for these anchors, and whether their heads are known or only usual.

    Without heads, anchors by area are divided as the known networks with so many do it. No network
    is known for some numbers: then those of a like size share a frame, without a stride.

    Parameters
    ----------
    anchors
        (k, 2), width and height, any unit.
    heads
        What is known of the heads, in any order.

    Examples
    --------
    >>> heads_or_usual([(1, 1), (2, 2), (3, 3), (9, 9), (8, 8), (7, 7)])
    ([HeadFrame(stride=16.0, rows=(0, 1, 2)), HeadFrame(stride=32.0, rows=(5, 4, 3))], False)
    """
    pairs = as_sizes(anchors, "anchors")
    if heads:
        return sorted(heads, key=lambda head: head.stride or 0), True
    by_area = np.argsort(pairs.prod(axis=1), kind="stable").tolist()
    frames: list[HeadFrame] = []
    if len(pairs) in USUAL_STRIDES:
        for stride, count in USUAL_STRIDES[len(pairs)]:
            taken, by_area = by_area[:count], by_area[count:]
            frames.append(HeadFrame(stride, tuple(taken)))
        return frames, False
    side = pairs.max(axis=1)
    while by_area:
        least = side[by_area[0]]
        taken = [row for row in by_area if side[row] <= ALIKE * least]
        by_area = [row for row in by_area if row not in taken]
        frames.append(HeadFrame(None, tuple(taken)))
    return frames, False


def draw_anchors(
    axes: Axes,
    anchors: ArrayLike,
    rows: Sequence[int],
    *,
    frame: tuple[float, float],
    named: Sequence[int] | None = None,
    whole: tuple[int, int] | None = None,
    stride: float | None = None,
    shape: float = 1.0,
) -> list[Rectangle]:
    """Anchors as rectangles around one centre, to scale, each named beside the frame.

    Parameters
    ----------
    axes
        Where to draw.
    anchors
        (k, 2), width and height, pixels at input.
    rows
        Which of them.
    frame
        Width and height of what is shown, pixels; more where an anchor needs it.
    named
        Which of the rows are named beside the frame; None: all.
    whole
        Width and height of the input, pixels, to draw its border.
    stride
        Draw the grid of a head with such cells, one of them filled.
    shape
        Width / height of the axes on the page.

    Returns
    -------
    The rectangles, in the order of the rows.

    Raises
    ------
    UsageError
        Where an anchor is not a positive, finite number, or a row is none of theirs.
    """
    pairs = as_sizes(anchors, "anchors")
    if any(not 0 <= row < len(pairs) for row in rows):
        raise UsageError(f"rows: wanted rows of {len(pairs)} anchors, found {list(rows)}")
    shown = pairs[list(rows)]
    limit = np.asarray(frame, dtype=np.float64)
    if len(shown):
        limit = np.maximum(limit, shown.max(axis=0) * 1.06)
    limit = np.maximum(limit, limit[::-1] * (shape, 1 / shape))
    axes.set_xlim(-limit[0] / 2, limit[0] / 2)
    axes.set_ylim(-limit[1] / 2, limit[1] / 2)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#c8c8c8")
    if stride:
        _draw_grid(axes, limit, stride)
    if whole:
        axes.add_patch(
            Rectangle(
                (-whole[0] / 2, -whole[1] / 2), *whole, fill=False, edgecolor=GREY, linewidth=1.4
            )
        )
    rectangles = []
    for row, (width, height) in zip(rows, shown.tolist(), strict=True):
        rectangles.append(
            Rectangle(
                (-width / 2, -height / 2),
                width,
                height,
                fill=False,
                edgecolor=color_of(row),
                linestyle=line_of(row),
                linewidth=1.6,
                label=f"{row + 1}: {width:.4g}x{height:.4g}",
            )
        )
        axes.add_patch(rectangles[-1])
    told = rows if named is None else named
    _draw_names(axes, [one for row, one in zip(rows, rectangles, strict=True) if row in told])
    return rectangles


def _draw_grid(axes: Axes, limit: NDArray[np.float64], stride: float) -> None:
    """The cells of a head, one of them filled, its centre that of the anchors."""
    axes.add_patch(
        Rectangle(
            (-stride / 2, -stride / 2), stride, stride, color="#d5dcec", linewidth=0, zorder=0
        )
    )
    for half, draw in zip(limit / 2, (axes.axvline, axes.axhline), strict=True):
        if 2 * half / stride > MOST_CELLS:
            continue
        steps = int(half / stride + 0.5)
        for step in range(-steps, steps + 1):
            for edge in (step - 0.5, step + 0.5):
                draw(edge * stride, color="#e3e3e3", linewidth=0.6, zorder=0)


def _draw_names(axes: Axes, rectangles: Sequence[Rectangle]) -> None:
    """Each rectangle's name to the right of the axes, with a line to its upper right corner."""
    to_axes = axes.transScale + axes.transLimits
    corners = [
        to_axes.transform((one.get_x() + one.get_width(), one.get_y() + one.get_height()))
        for one in rectangles
    ]
    # From the top down; of corners at one height the outer one first, so that no line crosses
    order = sorted(range(len(corners)), key=lambda row: (-corners[row][1], -corners[row][0], row))
    size = 8 if len(order) <= MOST_LARGE else 6
    tall = axes.get_window_extent().height / axes.figure.dpi  # inches
    places = spread([float(corners[row][1]) for row in order], LINE * size / 72 / tall)
    for row, place in zip(order, places, strict=True):
        one = rectangles[row]
        axes.annotate(
            str(one.get_label()),
            xy=(float(corners[row][0]), float(corners[row][1])),
            xycoords="axes fraction",
            xytext=(1.05, place),
            textcoords="axes fraction",
            va="center",
            ha="left",
            fontsize=size,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": one.get_edgecolor(),
                "linewidth": 0.7,
                "shrinkA": 1,
                "shrinkB": 0,
            },
        )


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Heights near those wanted, which descend: at least a gap apart, and in [0, 1] where they fit.

    Examples
    --------
    >>> [round(one, 2) for one in spread([0.9, 0.5, 0.5], 0.1)]
    [0.9, 0.55, 0.45]
    >>> spread([0.5, 0.5, 0.5], 1)
    [1.5, 0.5, -0.5]
    """
    places: list[list[float]] = []  # runs of places: [sum of the middles they want, how many]
    for index, one in enumerate(wanted):
        places.append([one + index * gap, 1])
        while len(places) > 1 and places[-1][0] / places[-1][1] > places[-2][0] / places[-2][1]:
            total, count = places.pop()
            places[-1][0] += total
            places[-1][1] += count
    tops = [total / count for total, count in places for _ in range(int(count))]
    low = (len(wanted) - 1) * gap
    high = max(1.0, (1 + low) / 2)
    return [min(max(top, min(low, high)), high) - index * gap for index, top in enumerate(tops)]
