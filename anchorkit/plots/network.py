"""What a network costs, drawn layer by layer."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from anchorkit.darknet.cost import Cost
from anchorkit.darknet.heads import HEADS
from anchorkit.plots.curves import short_count
from anchorkit.plots.style import ACCENT, GREY, MISSED, own_style

__all__ = ["draw_layers", "network_figure"]


def network_figure(cost: Cost, *, title: str = "") -> Figure:
    """A figure of parameters and operations layer by layer, heads marked.

    Parameters
    ----------
    cost
        Of the network.
    title
        What stands above.
    """
    with own_style():
        figure = Figure(figsize=(9, 5.6), layout="constrained")
        if title:
            figure.suptitle(title)
        upper, lower = figure.subplots(2, sharex=True)
        draw_layers(upper, cost, "parameters")
        draw_layers(lower, cost, "flops")
        upper.label_outer()
    return figure


def draw_layers(axes: Axes, cost: Cost, figure: str) -> BarContainer:
    """One figure of each layer as a bar; those of the heads in another colour, and hatched.

    Parameters
    ----------
    axes
        Where to draw.
    cost
        Of the network.
    figure
        `parameters` or `flops`.

    Returns
    -------
    The bars, in the order of the layers.
    """
    values = np.asarray([getattr(one, figure) for one in cost.layers], dtype=np.float64)
    index = np.asarray([one.layer.index for one in cost.layers])
    ours = {one.layer.index for one in cost.heads}
    unit = "MACs" if cost.convention == "macs" else "FLOPs"
    name = "parameters" if figure == "parameters" else unit
    bars = axes.bar(index, values, width=0.9, color=ACCENT, linewidth=0)
    for bar, layer in zip(bars, index.tolist(), strict=True):
        if layer in ours:
            bar.set_facecolor(MISSED)
            bar.set_hatch("////")
    heads = float(sum(getattr(one, figure) for one in cost.heads))
    total = float(values.sum())
    handles = [bar for bar, layer in zip(bars, index.tolist(), strict=True) if layer in ours][:1]
    if handles:
        share = f" ({heads / total:.2%})" if total else ""
        axes.legend(handles, [f"heads: {short_count(heads)}{share}"], loc="upper left")
    for one in cost.layers:
        if one.layer.type in HEADS:
            axes.axvline(one.layer.index, color=GREY, linestyle=":", linewidth=0.9, zorder=0)
    axes.set_xlim(index.min() - 1, index.max() + 1)
    axes.set_ylim(0, max(float(values.max()) * 1.18, 1))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short_count(value)))
    axes.set_xlabel("layer (dotted: where a head detects)")
    axes.set_ylabel(name)
    return bars
