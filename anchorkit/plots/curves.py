"""Curves over the number of anchors: what it buys, and what it costs."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from anchorkit.plots.style import GREY, LINES, MARKERS, color_of

__all__ = ["Curve", "draw_cost", "draw_curves", "short_count"]

LITTLE = 10.0
"""Percent that the axis of costs shows at least, so that two of them are no cliff."""


class Curve(NamedTuple):
    """One line of a picture over k: its name in the legend, and a value for each k."""

    name: str
    ks: Sequence[int]
    values: Sequence[float]


def draw_curves(
    axes: Axes, curves: Sequence[Curve], *, knee: int | None = None, ylabel: str = "mean IoU"
) -> list[Line2D]:
    """Mean IoU, or another figure that grows with the number of anchors, against it.

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
            color=color_of(row),
            marker=MARKERS[row % len(MARKERS)],
            linestyle=LINES[row % len(LINES)],
            label=curve.name,
        )[0]
        for row, curve in enumerate(curves)
    ]
    if knee is not None:
        axes.axvline(knee, color=GREY, linestyle=":", label=f"suggested: k = {knee}")
    _over_k(axes)
    axes.set_ylabel(ylabel)
    axes.legend(loc="lower right")  # such curves rise, and leave that corner free
    return lines


def draw_cost(
    axes: Axes, costs: Sequence[tuple[int, float, float]], *, knee: int | None = None
) -> list[Line2D]:
    """What each k costs a network: percent above the smallest k, from zero.

    Parameters
    ----------
    axes
        Where to draw.
    costs
        k, parameters and operations, by ascending k.
    knee
        The k to mark, if any.

    Returns
    -------
    The lines of parameters and of operations.
    """
    ks = [k for k, _, _ in costs]
    lines = []
    highest = 0.0
    for row, (name, values) in enumerate(
        (
            ("parameters", [one for _, one, _ in costs]),
            ("operations", [one for _, _, one in costs]),
        )
    ):
        more = [100 * (value / values[0] - 1) for value in values]
        highest = max(highest, *more)
        lines += axes.plot(
            ks,
            more,
            color=color_of(row),
            marker=MARKERS[row],
            linestyle=LINES[row],
            label=f"{name}: {short_count(values[0])} with k = {ks[0]}",
        )
    if knee is not None:
        axes.axvline(knee, color=GREY, linestyle=":")
    _over_k(axes)
    axes.set_ylim(0, max(highest * 1.15, LITTLE))
    axes.set_ylabel(f"% above k = {ks[0]}")
    axes.legend(loc="upper left")
    return lines


def _over_k(axes: Axes) -> None:
    axes.set_xlabel("anchors (k)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)


def short_count(value: float) -> str:
    """A count with three digits and its unit.

    Examples
    --------
    >>> short_count(6_820_000_000), short_count(61_523_734), short_count(880)
    ('6.82 G', '61.5 M', '880')
    """
    for power, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= power:
            return f"{value / power:.3g}{unit}"
    return f"{value:.3g}"
