"""How much of the boxes anchors cover, and what each number of them reaches.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.reports.html.elements import Html, element, joined
from anchorkit.reports.html.svg import COLORS, WIDE, Plane, axes_of, picture

__all__ = ["coverage_picture", "sweep_picture"]

HALF = 0.5
HIGH = 330.0


def coverage_picture(sets: Sequence[Mapping[str, Any]], *, title: str) -> Html:
    """The distribution of IoU with the nearest anchor: bars, and lines for other anchors.

    Parameters
    ----------
    sets
        `name` and `shares` of each set of anchors.
    title
        What it shows.
    """
    most = max(max(one["shares"]) for one in sets)
    plane = Plane(WIDE, HIGH, (0, 1), (0, most * 1.08))
    bins = len(sets[0]["shares"])
    bars = []
    for index, share in enumerate(sets[0]["shares"]):
        low, high = index / bins, (index + 1) / bins
        tips = "; ".join(f"{one['name']} {one['shares'][index]:.2%}" for one in sets)
        left, right = plane.across(low), plane.across(high)
        bars.append(
            element(
                "g",
                element(
                    "rect",
                    x=left,
                    y=plane.top,
                    width=round(right - left, 1),
                    height=plane.high - plane.bottom - plane.top,
                    class_="reach",
                ),
                element(
                    "rect",
                    x=left,
                    y=plane.down(share),
                    width=round(right - left, 1),
                    height=round(plane.down(0) - plane.down(share), 1),
                    class_="bar missed" if high <= HALF else "bar",
                ),
                data_tip=f"IoU {low:.2f} to {high:.2f}: {tips}",
            )
        )
    lines = []
    for number, one in enumerate(sets[1:], 1):
        steps = "".join(
            f"{'V' if index else 'M' + format(plane.across(0), 'g') + ' '}{plane.down(share):g}"
            f"H{plane.across((index + 1) / bins):g}"
            for index, share in enumerate(one["shares"])
        )
        lines.append(element("path", d=steps, class_=f"line c{number % COLORS} l{number % 4}"))
    return picture(
        WIDE,
        HIGH,
        title,
        axes_of(plane, "IoU with the nearest anchor", "boxes", percent=True),
        *bars,
        *lines,
        class_="coverage",
    )


def sweep_picture(rows: Sequence[Mapping[str, Any]], suggested: int | None, *, title: str) -> Html:
    """Mean IoU against the number of anchors.

    Parameters
    ----------
    rows
        Of the sweep.
    suggested
        The k to mark.
    title
        What it shows.
    """
    ks = [row["k"] for row in rows]
    values = [row["mean_iou"] for row in rows]
    low, high = min(values), max(values)
    room = max((high - low) * 0.1, 0.01)
    plane = Plane(
        WIDE, HIGH, (min(ks) - 0.5, max(ks) + 0.5), (max(low - room, 0), min(high + room, 1))
    )
    line = "M" + "L".join(
        f"{plane.across(k):g} {plane.down(value):g}" for k, value in zip(ks, values, strict=True)
    )
    marked = []
    if suggested is not None:
        at = plane.across(suggested)
        marked.append(
            element("line", x1=at, x2=at, y1=plane.top, y2=plane.high - plane.bottom, class_="knee")
        )
    points = []
    for row in rows:
        tip = f"k = {row['k']}: mean IoU {row['mean_iou']:.4f}, recall "
        tip += f"{row['best_possible_recall']:.4f}"
        tip += ", suggested" if row["k"] == suggested else ""
        points.append(
            element(
                "circle",
                cx=plane.across(row["k"]),
                cy=plane.down(row["mean_iou"]),
                r=6,
                data_tip=tip,
                tabindex=0,
                role="img",
                aria_label=tip,
            )
        )
    return picture(
        WIDE,
        HIGH,
        title,
        axes_of(plane, "anchors (k)", "mean IoU"),
        joined(marked),
        element("path", d=line, class_="line c0"),
        element("g", *points, class_="points c0"),
        class_="sweep",
    )
