"""How many anchors, for a report: what `sweep` says, for those numbers that a reader may choose.

Tested in tests/cli/test_report.py.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from anchorkit.boxes import Boxes
from anchorkit.clustering import Clustering
from anchorkit.darknet.cost import Cost
from anchorkit.network_input import NetworkInput
from anchorkit.overlap import nearest
from anchorkit.quality import RECALL_FACTOR
from anchorkit.reports.sweep import sweep_summary
from anchorkit.suggested_k import chosen_k
from anchorkit.sweep import sweep

__all__ = ["ks_around", "sweep_keys"]

MOST_KS = 9
"""Numbers of anchors up to the one that was asked for."""


def ks_around(k: int, *, heads: int = 1, most: int) -> list[int]:
    """Numbers of anchors to compare: up to the one that was asked for, and a third beyond it.

    Parameters
    ----------
    k
        How many were asked for.
    heads
        How many heads share them: only multiples of it beside k itself.
    most
        How many there can be at all.

    Examples
    --------
    >>> ks_around(9, most=1000), ks_around(9, heads=3, most=1000), ks_around(2, most=2)
    ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3, 6, 9, 12], [1, 2])
    >>> ks_around(9, heads=3, most=8), ks_around(9, heads=3, most=2)
    ([3, 6], [2])
    >>> ks_around(25, most=1000)
    [3, 6, 9, 12, 15, 18, 21, 24, 25, 27, 30, 33]
    """
    step = -(-k // (heads * MOST_KS)) * heads
    last = min(k + max(step, k // 3), most)
    ks = {*range(step, last + 1, step)} | ({k} if k <= most else set())
    return sorted(ks) or [most]


def sweep_keys(
    boxes: Boxes,
    ks: Sequence[int],
    *,
    network: NetworkInput,
    known: Mapping[int, Clustering],
    trainer: str | None,
    update: str,
    seed: int,
    precision: int,
    heads: int,
    costs: Sequence[Cost | None] | None,
    anchor_t: float | None,
    step: Callable[[], object],
) -> dict[str, Any]:
    """The object of `anchorkit sweep` over these numbers of anchors.

    Parameters
    ----------
    boxes
        At least one.
    ks
        Ascending.
    network, trainer, update, seed, precision
        As for `sweep_summary`.
    known
        What the search found for some of them already.
    heads
        How many share the anchors: only multiples of it are suggested.
    costs
        With a cfg, what its network costs with each; None where that is not known.
    anchor_t
        The factor within which an anchor can learn a box; None: ratios are of no interest.
    step
        Called after each.
    """
    sizes = boxes.at_input(network)
    rows = sweep(
        sizes,
        ks,
        update=update,
        seed=seed,
        precision=precision,
        known=known,
        anchor_t=anchor_t or RECALL_FACTOR,
        step=step,
    )
    found = chosen_k(
        np.stack([nearest(sizes, row.exact)[1] for row in rows], axis=1),
        boxes.image_ids,
        ks,
        multiple=heads,
        costs=None if costs is None else [float(cost.flops) if cost else None for cost in costs],
        seed=seed,
    )
    return sweep_summary(
        boxes,
        rows,
        found,
        network=network,
        trainer=trainer,
        update=update,
        seed=seed,
        precision=precision,
        costs=costs,
        heads=heads,
        anchor_t=anchor_t,
    )
