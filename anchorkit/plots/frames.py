"""The picture of anchors: the whole input, and a frame for each head beside or below it.

Tested in tests/plots/test_anchors.py.
"""

from collections.abc import Sequence, Set
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from anchorkit.overlap import as_sizes
from anchorkit.plots.anchors import LINE, MOST_LARGE, HeadFrame, draw_anchors, heads_or_usual
from anchorkit.plots.style import own_style

__all__ = ["anchors_figure"]

SIDE = 2.6
"""Inches along a side of a square frame."""

WIDE = 1.8
"""Width / height of an input from which its frame gets a row of its own."""

WIDEST = 11.2
"""Inches across the figure before frames go into another row."""

ABOVE, EDGE, TITLE = 0.3, 0.15, 0.22
"""Inches above a frame for its name, around it, and for a line of the title."""

ROOM = 1.1
"""How much more than its largest anchor a frame shows."""

SMALL = 0.06
"""Share of the input's sides below which an anchor is named in the frame of its head alone."""


class _Panel(NamedTuple):
    """One frame: inches of its axes, what it shows, and the inches that it takes in all."""

    wide: float
    high: float
    rows: tuple[int, ...]
    named: tuple[int, ...]
    shown: tuple[float, float]
    stride: float | None
    whole: tuple[int, int] | None
    name: str
    room: tuple[float, float]


def anchors_figure(
    anchors: ArrayLike,
    frame: tuple[int, int],
    *,
    heads: Sequence[HeadFrame] = (),
    title: str = "",
) -> Figure:
    """A figure of the anchors to scale, in the input and in a frame for each head.

    Parameters
    ----------
    anchors
        (k, 2), pixels at input.
    frame
        Width and height of the input, pixels.
    heads
        The heads; without them those that known networks with so many anchors have.
    title
        What stands above.
    """
    pairs = as_sizes(anchors, "anchors")
    known, _ = heads_or_usual(pairs, heads)
    elsewhere = {row for head in known for row in head.rows}
    panels = [_whole(pairs, frame, elsewhere), *(_of_head(pairs, head) for head in known)]
    scale = panels[0].wide / panels[0].shown[0]
    panels = [
        panel
        if panel.whole
        else panel._replace(name=_named(panel, panel.wide / panel.shown[0] / scale))
        for panel in panels
    ]
    lines = _in_lines(panels, alone=frame[0] / frame[1] >= WIDE)
    across = max(sum(panel.room[0] for panel in line) for line in lines) + EDGE
    heights = [max(panel.room[1] for panel in line) for line in lines]
    top = TITLE * (1 + title.count("\n")) + EDGE if title else 0.0
    down = sum(heights) + top + EDGE
    with own_style():
        figure = Figure(figsize=(max(across, 6.4), down))
        if title:
            figure.suptitle(title, y=1 - 0.12 / down, va="top")
        above = down - top
        for line, high in zip(lines, heights, strict=True):
            left = EDGE
            for panel in line:
                low = above - ABOVE - panel.high - _spare(panel)
                wide = figure.get_figwidth()
                axes = figure.add_axes(
                    (left / wide, low / down, panel.wide / wide, panel.high / down)
                )
                draw_anchors(
                    axes,
                    pairs,
                    panel.rows,
                    named=panel.named,
                    frame=panel.shown,
                    whole=panel.whole,
                    stride=panel.stride,
                    shape=panel.wide / panel.high,
                )
                axes.set_title(panel.name, loc="left", pad=4 + 72 * _spare(panel))
                left += panel.room[0]
            above -= high
    return figure


def _whole(anchors: NDArray[np.float64], frame: tuple[int, int], elsewhere: Set[int]) -> _Panel:
    """The input with all anchors; those that are small there are named elsewhere."""
    limit = np.maximum(frame, anchors.max(axis=0)) * 1.02
    shape = float(np.clip(limit[0] / limit[1], 0.25, 6))
    wide = SIDE * min(shape, 1.3) if shape < WIDE else min(2 * SIDE + 1.4, SIDE * shape)
    rows = tuple(range(len(anchors)))
    large = (anchors / limit).max(axis=1) >= SMALL
    named = tuple(row for row in rows if large[row] or row not in elsewhere)
    return _sized(
        _Panel(
            wide,
            wide / shape,
            rows,
            named,
            (float(limit[0]), float(limit[1])),
            None,
            frame,
            f"input {frame[0]}x{frame[1]}",
            (0, 0),
        ),
        anchors,
    )


def _of_head(anchors: NDArray[np.float64], head: HeadFrame) -> _Panel:
    mine = anchors[list(head.rows)]
    largest = float(mine.max()) if len(mine) else 0.0
    side = max(largest * ROOM, 3 * (head.stride or 0.0)) or 1.0
    name = "" if head.stride is None else f"stride {head.stride:g}, "
    return _sized(
        _Panel(SIDE, SIDE, head.rows, head.rows, (side, side), head.stride, None, name, (0, 0)),
        anchors,
    )


def _named(panel: _Panel, zoom: float) -> str:
    many = f"{zoom:.0f}" if zoom >= 10 else f"{zoom:.2g}"
    return panel.name + ("same scale" if many == "1" else f"{many} times as large")


def _sized(panel: _Panel, anchors: NDArray[np.float64]) -> _Panel:
    """With the inches that the frame, its name and the names of its anchors take."""
    longest = max((len(f"{row + 1}: {_pair(anchors[row])}") for row in panel.named), default=0)
    names = 0.3 + 0.068 * longest
    return panel._replace(
        room=(EDGE + panel.wide + names, ABOVE + EDGE + panel.high + 2 * _spare(panel))
    )


def _spare(panel: _Panel) -> float:
    """Inches by which the names of its anchors reach above and below a frame."""
    size = 8 if len(panel.named) <= MOST_LARGE else 6
    return max(0.0, (len(panel.named) * LINE * size / 72 - panel.high) / 2)


def _pair(anchor: NDArray[np.float64]) -> str:
    return "x".join(f"{side:.4g}" for side in anchor)


def _in_lines(panels: list[_Panel], *, alone: bool) -> list[list[_Panel]]:
    """Panels in lines of like length, the first by itself where it is wide."""
    first, rest = ([panels[:1]], panels[1:]) if alone else ([], panels)
    across = sum(panel.room[0] for panel in rest)
    lines = max(1, int(np.ceil(across / WIDEST)))
    each = -(-len(rest) // lines)
    return first + [rest[start : start + each] for start in range(0, len(rest), each)]
