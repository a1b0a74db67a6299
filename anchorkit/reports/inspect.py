"""What is in a data set: figures of its images, classes and boxes, as they are printed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.load_report import FILTERS, Report
from anchorkit.network_input import NetworkInput
from anchorkit.reports.fit import network_keys
from anchorkit.reports.inspect_findings import findings_of

__all__ = ["RATIO_EDGES", "SMALL", "inspected"]

SMALL = (8, 16, 32)
"""Pixels at input below which boxes are counted, by their shorter side."""

PERCENTILES = (0, 5, 25, 50, 75, 95, 100)

RATIO_EDGES = (1 / 3, 1 / 2, 4 / 5, 5 / 4, 2, 3)
"""Width / height at which the groups of aspect ratios meet."""

MOST_IMAGE_SIZES = 5


def inspected(boxes: Boxes, *, network: NetworkInput, trainer: str | None = None) -> dict[str, Any]:
    """Figures of a data set, as JSON knows values.

    Parameters
    ----------
    boxes
        The data set; it may hold no box.
    network
        The input at which box sizes are meant.
    trainer
        For whom, where that is known.

    Raises
    ------
    DataError
        Where letterboxing needs the size of an image that has none.

    Examples
    --------
    >>> from anchorkit.boxes import boxes_of
    >>> figures = inspected(boxes_of([(0.5, 0.25)]), network=NetworkInput(416, 416))
    >>> figures["classes"][0]["median_width"], figures["small"][0]["boxes"]
    (208.0, 0)
    """
    sizes = boxes.at_input(network)
    return {
        **_accounts(boxes.report, boxes),
        **network_keys(network, trainer),
        "boxes_per_image": _boxes_per_image(boxes),
        "classes": _classes(boxes, sizes),
        "image_sizes": _image_sizes(boxes.image_sizes),
        "box_sizes": _box_sizes(sizes),
        "small": [{"pixels": pixels, **_part(sizes.min(axis=1) < pixels)} for pixels in SMALL],
        "ratios": _ratios(sizes),
        "findings": [finding._asdict() for finding in findings_of(boxes, network)],
        "problems": [
            {
                "file": problem.file,
                "object": problem.object,
                "reason": problem.reason,
                "value": problem.value,
                "kind": problem.kind,
            }
            for problem in boxes.report.problems
        ],
    }


def _accounts(report: Report, boxes: Boxes) -> dict[str, Any]:
    empty = boxes.images - len(np.unique(boxes.image_ids))
    return {
        "files": report.files,
        "images": boxes.images,
        "images_without_boxes": empty,
        "objects": report.objects,
        "boxes": len(boxes),
        "left_out": report.left_out,
        "filtered": report.filtered_total,
        "filtered_by": {name: report.filtered[name] for name in FILTERS if name in report.filtered},
        "altered": report.altered,
        "unreadable": report.count("unreadable"),
        "missing": report.count("missing"),
        "hidden": report.hidden,
        "difficult": int(np.count_nonzero(boxes.difficult)),
        "truncated": int(np.count_nonzero(boxes.truncated)),
    }


def _part(which: NDArray[np.bool_]) -> dict[str, Any]:
    count = int(np.count_nonzero(which))
    return {"boxes": count, "share": _rounded(count / max(len(which), 1), 4)}


def _boxes_per_image(boxes: Boxes) -> dict[str, Any] | None:
    if not boxes.images:
        return None
    counts = np.bincount(boxes.image_ids, minlength=boxes.images)
    return {
        "mean": _rounded(len(boxes) / boxes.images, 2),
        "median": _rounded(float(np.median(counts)), 2),
        "most": int(counts.max()),
    }


def _classes(boxes: Boxes, sizes: NDArray[np.float64]) -> list[dict[str, Any]]:
    rows = []
    for row, name in enumerate(boxes.class_names):
        mine = boxes.class_ids == row
        if not mine.any():
            continue
        width, height = np.median(sizes[mine], axis=0)
        rows.append(
            {
                "name": name,
                **_part(mine),
                "images": len(np.unique(boxes.image_ids[mine])),
                "median_width": _rounded(width, 1),
                "median_height": _rounded(height, 1),
                "difficult": int(np.count_nonzero(boxes.difficult[mine])),
                "truncated": int(np.count_nonzero(boxes.truncated[mine])),
            }
        )
    return sorted(rows, key=lambda found: (-found["boxes"], found["name"]))


def _image_sizes(sizes: NDArray[np.float64]) -> dict[str, Any]:
    known = sizes[np.isfinite(sizes).all(axis=1)]
    distinct, counts = np.unique(known, axis=0, return_counts=True)
    # The most frequent first; of equally frequent ones, the smaller first.
    order = np.argsort(-counts, kind="stable")
    found: dict[str, Any] = {"unknown": len(sizes) - len(known), "distinct": len(distinct)}
    if len(known):
        for name, column in (("width", 0), ("height", 1)):
            side = known[:, column]
            found[name] = {
                "least": _rounded(side.min(), 1),
                "median": _rounded(float(np.median(side)), 1),
                "most": _rounded(side.max(), 1),
            }
    found["common"] = [
        {
            "width": _rounded(distinct[row, 0], 1),
            "height": _rounded(distinct[row, 1], 1),
            "images": int(counts[row]),
            "share": _rounded(counts[row] / len(sizes), 4),
        }
        for row in order[:MOST_IMAGE_SIZES]
    ]
    return found


def _box_sizes(sizes: NDArray[np.float64]) -> list[dict[str, Any]]:
    if not len(sizes):
        return []
    columns = {
        "width": sizes[:, 0],
        "height": sizes[:, 1],
        "shorter": sizes.min(axis=1),
        "ratio": sizes[:, 0] / sizes[:, 1],
    }
    at = {name: np.percentile(column, PERCENTILES) for name, column in columns.items()}
    return [
        {
            "percentile": percentile,
            **{name: _rounded(at[name][row], 2 if name == "ratio" else 1) for name in columns},
        }
        for row, percentile in enumerate(PERCENTILES)
    ]


def _ratios(sizes: NDArray[np.float64]) -> list[dict[str, Any]]:
    group = np.searchsorted(RATIO_EDGES, sizes[:, 0] / sizes[:, 1], side="right")
    edges = [None, *(_rounded(edge, 4) for edge in RATIO_EDGES), None]
    return [
        {"from": edges[row], "below": edges[row + 1], **_part(group == row)}
        for row in range(len(RATIO_EDGES) + 1)
    ]


def _rounded(value: float, digits: int) -> float:
    return round(float(value), digits)
