"""How well anchors cover boxes: IoU with the nearest, and the factor that recall asks for."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import ArrayLike, NDArray

from anchorkit.overlap import BLOCK, as_sizes
from anchorkit.plots.style import COLORS, INK, MISSED
from anchorkit.quality import RECALL_FACTOR

__all__ = ["Coverage", "draw_coverage", "draw_recall", "factors"]

BINS = 50
HALF = 0.5
"""IoU below which a box is told apart."""

HEADROOM = 1.2
"""Height of the axes over the highest bar, before room for names."""

STYLES = ((COLORS[0], "-"), (COLORS[3], "--"))
"""Colour and line of the first set of anchors and of the one beside it."""

WIDEST = 16.0
"""The largest factor that is drawn."""


class Coverage(NamedTuple):
    """How one set of anchors covers boxes: its name, and for each box the best IoU and factor."""

    name: str
    best: NDArray[np.float64]
    factors: NDArray[np.float64]


def factors(sizes: ArrayLike, anchors: ArrayLike) -> NDArray[np.float64]:
    """For each box the factor within which the nearest anchor is of both of its sides.

    The larger of the quotients of widths and of heights, each taken so that it is at least 1; of
    the anchors the one that makes it least. Recall counts boxes for which it is below 4.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, positive, any unit.
    anchors
        (k, 2), in the same unit.

    Examples
    --------
    >>> factors([(10, 10), (20, 80)], [(10, 20), (40, 40)]).tolist()
    [2.0, 2.0]
    """
    boxes, centres = as_sizes(sizes), as_sizes(anchors, "anchors")
    found = np.full(len(boxes), np.inf)
    for start in range(0, len(boxes), BLOCK):
        part = slice(start, start + BLOCK)
        for centre in centres:
            quotient = boxes[part] / centre
            worse = np.maximum(quotient, 1 / quotient).max(axis=1)
            np.minimum(found[part], worse, out=found[part])
    return found


def draw_coverage(axes: Axes, sets: Sequence[Coverage]) -> list[BarContainer]:
    """The distribution of the boxes' IoU with the nearest anchor, of one set of anchors or of two.

    Parameters
    ----------
    axes
        Where to draw.
    sets
        The set that is judged, and perhaps one beside it.

    Returns
    -------
    The bars of the first set, 50 of them: share of the boxes in percent. The other is an outline.
    """
    handles: list[Patch | Line2D] = []
    highest = 0.0
    bars: list[BarContainer] = []
    for (color, line), one in zip(STYLES, sets, strict=False):
        counts, edges = np.histogram(one.best, bins=BINS, range=(0, 1))
        share = 100 * counts / len(one.best)
        highest = max(highest, float(share.max()))
        if not bars:
            colors = [MISSED if edge < HALF else color for edge in edges[:-1]]
            bars.append(
                axes.bar(
                    edges[:-1],
                    share,
                    width=1 / BINS,
                    align="edge",
                    color=colors,
                    linewidth=0,
                    alpha=0.75,
                )
            )
        else:
            axes.stairs(share, edges, color=INK, linewidth=1.3)
        mean = float(one.best.mean())
        axes.axvline(
            mean,
            ymax=1 / (HEADROOM + 0.08 * len(sets)),
            color=color if len(sets) > 1 else INK,
            linestyle="--" if line == "-" else ":",
            linewidth=1.4,
        )
        below = 100 * float(np.mean(one.best < HALF))
        first = len(bars) == 1 and not handles
        handles.append(
            Patch(color=color, alpha=0.75) if first else Line2D([], [], color=INK, linewidth=1.3)
        )
        handles[-1].set_label(f"{one.name}: mean {mean:.4f}, {below:.1f} % below {HALF}")
    handles.insert(1, Patch(color=MISSED, alpha=0.75, label=f"below {HALF}"))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, highest * (HEADROOM + 0.08 * len(sets)))
    axes.set_xlabel("IoU with the nearest anchor")
    axes.set_ylabel("boxes (%)")
    axes.legend(handles=handles, loc="upper left", frameon=False)
    return bars


def draw_recall(axes: Axes, sets: Sequence[Coverage]) -> list[Line2D]:
    """The share of the boxes for which some anchor is within a factor, against that factor.

    Parameters
    ----------
    axes
        Where to draw.
    sets
        As for `draw_coverage`.

    Returns
    -------
    The curves, one for each set; at a factor of 4 they are the best possible recall.
    """
    curves = []
    beyond = RECALL_FACTOR
    for (color, line), one in zip(STYLES, sets, strict=False):
        ordered = np.sort(one.factors)
        missed = int(np.count_nonzero(ordered >= RECALL_FACTOR))
        at = np.union1d(np.geomspace(1, WIDEST, 400), RECALL_FACTOR)
        share = 100 * np.searchsorted(ordered, at, side="left") / len(ordered)
        recall = 1 - missed / len(ordered)
        curves += axes.plot(
            at,
            share,
            color=color,
            linestyle=line,
            linewidth=1.8,
            label=f"{one.name}: recall {recall:.4f}, {missed:,} boxes missed",
        )
        beyond = max(beyond, float(np.percentile(ordered, 99.5)))
        axes.fill_between(
            at, share, 100, where=list(at >= RECALL_FACTOR), color=MISSED, alpha=0.3, linewidth=0
        )
    axes.axvline(RECALL_FACTOR, color=INK, linestyle=":", linewidth=1.2)
    axes.set_xscale("log")
    widest = min(max(2 * RECALL_FACTOR, beyond * 1.1), WIDEST)
    axes.set_xlim(1, widest)
    axes.xaxis.set_major_locator(FixedLocator([1, 1.5, 2, 3, 4, 6, 8, 12, 16]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(0, 103)
    axes.set_xlabel("within this factor of an anchor, in width and in height")
    axes.set_ylabel("boxes (%)")
    axes.text(RECALL_FACTOR * 1.03, 50, "missed: beyond 4", color=MISSED, rotation=90, va="center")
    axes.legend(loc="lower right")
    return curves
