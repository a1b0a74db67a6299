"""The picture of a sweep.

Tested in tests/cli/test_sweep.py.
"""

from collections.abc import Sequence

from matplotlib.figure import Figure

from anchorkit.darknet.cost import Cost
from anchorkit.plots.curves import Curve
from anchorkit.plots.figures import curves_figure
from anchorkit.suggested_k import Chosen
from anchorkit.sweep import Row

__all__ = ["sweep_figure"]


def sweep_figure(
    rows: Sequence[Row],
    found: Chosen | None,
    update: str,
    costs: Sequence[Cost | None] | None = None,
    *,
    title: str = "",
) -> Figure:
    """A figure of mean IoU against k, and where costs are known of what they add.

    Parameters
    ----------
    rows
        What was found for each k.
    found
        The k to mark.
    update
        The update that was searched with.
    costs
        For each row, what its network costs.
    title
        What stands above.
    """
    ks = [len(row.anchors) for row in rows]
    others = list(rows[0].others)
    curves = [
        Curve(
            f"anchorkit ({update})" if others else "clustered boxes",
            ks,
            [row.mean_iou_exact for row in rows],
        )
    ]
    held_out = [row.held_out.mean_iou for row in rows if row.held_out]
    if held_out:
        curves.append(Curve("boxes held out", ks, held_out))
    curves += [Curve(f"{name} (mean)", ks, [row.others[name] for row in rows]) for name in others]
    paid = [
        (len(row.anchors), float(cost.parameters), float(cost.flops))
        for row, cost in zip(rows, costs or (), strict=False)
        if cost
    ]
    knee = found.suggestion.k if found else None
    return curves_figure(curves, knee=knee, costs=paid, title=title)
