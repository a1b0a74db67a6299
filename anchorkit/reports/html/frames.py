"""Anchors to scale, in the input and in a frame for each head.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.anchors.text import format_number
from anchorkit.anchors.tiny_keras import UNUSED_SIDE
from anchorkit.reports.html.elements import Html, element
from anchorkit.reports.html.svg import COLORS, picture

__all__ = ["anchor_tip", "frame_pictures", "is_drawn"]


def anchor_tip(row: int, cluster: Mapping[str, Any], boxes: int) -> str:
    """What an anchor says of itself.

    Examples
    --------
    >>> cluster = {"width": 59, "height": 119, "boxes": 12, "mean_iou": 0.8123456}
    >>> anchor_tip(2, cluster, 48)
    'anchor 3: 59x119 px, 12 boxes (25.0%), mean IoU 0.8123'
    """
    mean = "" if cluster["mean_iou"] is None else f", mean IoU {cluster['mean_iou']:.4f}"
    many = f"{cluster['boxes']:,} box{'' if cluster['boxes'] == 1 else 'es'}"
    return f"anchor {row + 1}: {_sides(cluster)} px, {many} ({cluster['boxes'] / boxes:.1%}){mean}"


def is_drawn(cluster: Mapping[str, Any]) -> bool:
    """Whether an anchor is meant to be seen: not where it stands in a place that is never used."""
    return bool(cluster["width"] > UNUSED_SIDE)


def frame_pictures(
    clusters: Sequence[Mapping[str, Any]],
    frame: Sequence[int],
    heads: Sequence[Mapping[str, Any]],
    boxes: int,
) -> Html:
    """Anchors to scale around one centre: in the input, and in a frame for each head.

    Parameters
    ----------
    clusters
        Rows of clusters.
    frame
        Width and height of the input.
    heads
        Rows of heads.
    boxes
        How many there are.
    """
    rows = [row for row, one in enumerate(clusters) if is_drawn(one)]
    shown = [
        _frame(clusters, rows, (frame[0], frame[1]), None, boxes, f"input {frame[0]}x{frame[1]}")
    ]
    for head in heads:
        mine = [number - 1 for number in head["anchors"] if number - 1 in rows]
        stride = head["stride"]
        largest = max(
            (max(clusters[row]["width"], clusters[row]["height"]) for row in mine), default=1
        )
        side = max(largest * 1.1, 3 * (stride or 0))
        name = "" if stride is None else f"stride {stride:g}"
        shown.append(_frame(clusters, mine, (side, side), stride, boxes, name or "a group"))
    return element("div", *shown, class_="frames")


def _frame(
    clusters: Sequence[Mapping[str, Any]],
    rows: Sequence[int],
    frame: tuple[float, float],
    stride: float | None,
    boxes: int,
    name: str,
) -> Html:
    wide = max([frame[0], *(clusters[row]["width"] * 1.04 for row in rows)])
    high = max([frame[1], *(clusters[row]["height"] * 1.04 for row in rows)])
    scale = 300 / max(wide, high)
    parts = []
    if stride:
        cell = round(stride * scale, 2)
        parts.append(_centred(wide, high, scale, stride, stride, class_="cell"))
        tip = f"a cell of the grid: {stride:g}x{stride:g} px"
        parts[-1] = element("g", parts[-1], data_tip=tip) if cell > 2 else parts[-1]
    # The largest below, so that the pointer reaches the small ones
    order = sorted(rows, key=lambda row: -clusters[row]["width"] * clusters[row]["height"])
    for row in order:
        one = clusters[row]
        tip = anchor_tip(row, one, boxes)
        parts.append(
            _centred(
                wide,
                high,
                scale,
                one["width"],
                one["height"],
                class_=f"anchor c{row % COLORS} l{(row + row // COLORS) % 4}",
                data_tip=tip,
                tabindex=0,
                role="img",
                aria_label=tip,
            )
        )
    drawn = picture(
        round(wide * scale + 4, 1),
        round(high * scale + 4, 1),
        f"{name}: {len(rows)} anchors to scale",
        element(
            "rect",
            x=2,
            y=2,
            width=round(wide * scale, 1),
            height=round(high * scale, 1),
            class_="frame",
        ),
        *parts,
    )
    listed = ", ".join(f"{row + 1}: {_sides(clusters[row])}" for row in rows)
    return element(
        "figure", element("figcaption", element("b", name), element("span", f" {listed}")), drawn
    )


def _centred(
    frame_wide: float,
    frame_high: float,
    scale: float,
    wide: float,
    high: float,
    **attributes: object,
) -> Html:
    return element(
        "rect",
        x=round((frame_wide - wide) / 2 * scale + 2, 1),
        y=round((frame_high - high) / 2 * scale + 2, 1),
        width=round(wide * scale, 1),
        height=round(high * scale, 1),
        **attributes,
    )


def _sides(cluster: Mapping[str, Any]) -> str:
    return f"{format_number(cluster['width'])}x{format_number(cluster['height'])}"
