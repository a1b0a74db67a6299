"""How well given anchors fit a data set: as a whole, by class, by size, by anchor."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.anchors.named import NamedAnchors
from anchorkit.anchors.presets import preset
from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.network_input import NetworkInput
from anchorkit.quality import RECALL_FACTOR, Quality, evaluate
from anchorkit.reports.fit import (
    account_keys,
    cluster_rows,
    fit_keys,
    network_keys,
    ratio_keys,
    short,
    to_digits,
)

__all__ = ["SIZE_GROUPS", "comparison"]

SIZE_GROUPS = (("under 32x32", 32.0**2), ("under 96x96", 96.0**2), ("larger", math.inf))
"""Name of each group of sizes, and the area at input below which a box belongs to it (COCO's)."""


def comparison(
    boxes: Boxes,
    named: Sequence[NamedAnchors],
    *,
    network: NetworkInput,
    trainer: str | None = None,
    anchor_t: float | None = None,
    by_default: bool = False,
) -> dict[str, Any]:
    """The JSON object of `anchorkit evaluate`.

    Shares are of the boxes. `iou_50` is the share of boxes whose IoU with the nearest anchor is at
    least 0.5. Classes come worst first, by mean IoU; groups without boxes are not there.

    Parameters
    ----------
    boxes
        What the anchors are judged on.
    named
        Each set of anchors, in pixels at input.
    network
        That input.
    trainer
        For whom, where that is known.
    anchor_t
        The factor within which an anchor can learn a box, where the figures of ratios are to be
        shown.
    by_default
        Whether these are the anchors that the trainer starts from, as none were named.

    Raises
    ------
    DataError
        Where there are no boxes.

    Examples
    --------
    >>> from anchorkit.boxes import boxes_of
    >>> two = boxes_of([(0.5, 0.5), (0.5, 0.25)])
    >>> one = NamedAnchors("one", np.asarray([(208.0, 208.0)]), "anchors")
    >>> result = comparison(two, [one], network=NetworkInput(416, 416))
    >>> result["results"][0]["mean_iou"], result["results"][0]["iou_50"]
    (0.75, 1.0)
    """
    if not len(boxes):
        raise DataError("no usable boxes to judge anchors on")
    sizes = boxes.at_input(network)
    area = sizes.prod(axis=1)
    groups = np.searchsorted([below for _, below in SIZE_GROUPS], area, side="right")
    return {
        "results": [
            {
                "name": one.name,
                **_of_all(sizes, one.anchors, anchor_t),
                "classes": sorted(
                    _by_group(sizes, one.anchors, boxes.class_ids, boxes.class_names, anchor_t),
                    key=lambda row: (row["mean_iou"], row["name"]),
                ),
                "sizes": _by_group(
                    sizes, one.anchors, groups, [group for group, _ in SIZE_GROUPS], anchor_t
                ),
                "kind": one.source,
                **(_default_keys(one, network, trainer) if by_default else {}),
            }
            for one in named
        ],
        **network_keys(network, trainer),
        **account_keys(boxes.report, len(boxes)),
    }


def _default_keys(one: NamedAnchors, network: NetworkInput, trainer: str | None) -> dict[str, Any]:
    """Whose default these are, and from which input they were scaled to this one."""
    size = preset(one.name).network.size
    scaled = {} if size is None or size == network.size else {"scaled_from": list(size)}
    return {"default_of": trainer, **scaled}


def _of_all(
    sizes: NDArray[np.float64], anchors: NDArray[np.float64], anchor_t: float | None
) -> dict[str, Any]:
    quality = evaluate(sizes, anchors, anchor_t=anchor_t or RECALL_FACTOR)
    return {
        "anchors": [[short(side) for side in pair] for pair in anchors.tolist()],
        "k": len(anchors),
        **_figures(quality),
        **ratio_keys(quality, anchor_t),
        "clusters": cluster_rows(anchors, quality),
        "unused": [number for number, count in enumerate(quality.counts, 1) if not count],
    }


def _by_group(
    sizes: NDArray[np.float64],
    anchors: NDArray[np.float64],
    group: NDArray[np.integer[Any]],
    names: Sequence[str],
    anchor_t: float | None,
) -> list[dict[str, Any]]:
    rows = []
    for index, name in enumerate(names):
        mine = group == index
        if mine.any():
            quality = evaluate(sizes[mine], anchors, anchor_t=anchor_t or RECALL_FACTOR)
            rows.append({"name": name, "boxes": int(mine.sum()), **_figures(quality)})
    return rows


def _figures(quality: Quality) -> Mapping[str, float]:
    return {
        **fit_keys(quality),
        "iou_50": to_digits(float(np.mean(quality.best >= 0.5))),
    }
