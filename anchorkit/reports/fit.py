"""What several results say alike: how anchors fit, at which input, over which images and boxes.

The keys of JSON, and the words and cells made of them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.load_report import Report
from anchorkit.network_input import NetworkInput
from anchorkit.quality import Quality

__all__ = [
    "ACCOUNTS",
    "CLUSTER_COLUMNS",
    "DIGITS",
    "account_keys",
    "cluster_cells",
    "cluster_rows",
    "fit_keys",
    "network_keys",
    "network_text",
    "ratio_keys",
    "short",
    "to_digits",
]

DIGITS = 6
"""Decimals of what is measured: the same on every machine, and more than anybody needs."""

ACCOUNTS = ("images", "boxes", "skipped", "filtered", "altered")
"""The keys with which most results end."""

CLUSTER_COLUMNS = ("#", "width", "height", "ratio", "boxes", "share", "mean IoU")


def to_digits(value: float) -> float | None:
    """A measured value with `DIGITS` decimals; None for NaN, which JSON does not have.

    Examples
    --------
    >>> to_digits(2 / 3), to_digits(float("nan"))
    (0.666667, None)
    """
    return None if math.isnan(value) else round(value, DIGITS)


def short(number: float) -> float:
    """A number with few digits, an integer where it is one.

    Examples
    --------
    >>> short(32.0), short(1 / 3)
    (32, 0.333333)
    """
    rounded = round(number, DIGITS)
    return int(rounded) if rounded == int(rounded) else rounded


def fit_keys(quality: Quality) -> dict[str, Any]:
    """How well anchors fit, in the two figures that every result has."""
    return {
        "mean_iou": to_digits(quality.mean_iou),
        "best_possible_recall": to_digits(quality.best_possible_recall),
    }


def ratio_keys(quality: Quality, anchor_t: float | None) -> dict[str, Any]:
    """The figures beside recall by which YOLOv5 and YOLOv7 judge anchors.

    Parameters
    ----------
    quality
        Found with this factor.
    anchor_t
        The factor within which an anchor can learn a box; None where these are not asked for.
    """
    if anchor_t is None:
        return {}
    return {
        "anchor_t": short(anchor_t),
        "anchors_past_threshold": to_digits(quality.anchors_past_threshold),
        "fitness": to_digits(quality.fitness),
    }


def cluster_rows(
    anchors: NDArray[np.float64], quality: Quality, shown: Callable[[float], float] = short
) -> list[dict[str, Any]]:
    """The key `clusters`: each anchor, and the boxes that are nearest to it.

    Parameters
    ----------
    anchors
        (k, 2), columns width and height, pixels at input.
    quality
        Of these anchors.
    shown
        What becomes of a side.
    """
    return [
        {
            "width": shown(width),
            "height": shown(height),
            "ratio": round(width / height, 4),
            "boxes": int(count),
            "mean_iou": to_digits(mean),
        }
        for (width, height), count, mean in zip(
            anchors.tolist(), quality.counts, quality.cluster_mean_iou.tolist(), strict=True
        )
    ]


def cluster_cells(
    rows: Sequence[Mapping[str, Any]], boxes: int, *, side: Callable[[float], str], unused: str = ""
) -> list[Sequence[str]]:
    """Rows of `cluster_rows` as cells below `CLUSTER_COLUMNS`.

    Parameters
    ----------
    rows
        The rows to show, from the first on.
    boxes
        How many boxes there are in all.
    side
        How a side is written.
    unused
        What stands in place of the mean IoU where an anchor has no boxes.
    """
    return [
        (
            str(number),
            side(row["width"]),
            side(row["height"]),
            f"{row['ratio']:.2f}",
            f"{row['boxes']:,}",
            f"{row['boxes'] / boxes:.1%}",
            unused if row["mean_iou"] is None else f"{row['mean_iou']:.4f}",
        )
        for number, row in enumerate(rows, 1)
    ]


def network_keys(network: NetworkInput, trainer: str | None = None) -> dict[str, Any]:
    """The keys `input` and `resize`, and where it is known for whom `trainer`."""
    keys = {"input": list(network.size), "resize": network.resize}
    return keys if trainer is None else {"trainer": trainer, **keys}


def network_text(result: Mapping[str, Any], before: str = "for") -> str:
    """These keys in words.

    Parameters
    ----------
    result
        With these keys.
    before
        What stands before the input where no trainer is known.

    Examples
    --------
    >>> network_text(network_keys(NetworkInput(608, 416, "letterbox")), "at")
    'at input 608x416, letterbox'
    >>> network_text(network_keys(NetworkInput(640, 640, "letterbox"), "yolov5"), "at")
    'for yolov5 at 640x640, letterbox'
    """
    width, height = result["input"]
    network = f"{width}x{height}, {result['resize']}"
    if "trainer" in result:
        return f"for {result['trainer']} at {network}"
    return f"{before} input {network}"


def account_keys(report: Report, boxes: int, keys: Sequence[str] = ACCOUNTS) -> dict[str, Any]:
    """What was read, and what became of it.

    Parameters
    ----------
    report
        What was loaded.
    boxes
        How many boxes are left of it.
    keys
        Which keys, in their order.
    """
    known = {
        "images": report.images,
        "objects": report.objects,
        "boxes": boxes,
        "skipped": report.left_out,
        "filtered": report.filtered_total,
        "altered": report.altered,
    }
    return {key: known[key] for key in keys}
