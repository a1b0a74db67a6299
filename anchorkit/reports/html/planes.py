"""Boxes by width and height with their clusters, and where in the image they lie.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.reports.html.elements import Html, element
from anchorkit.reports.html.frames import anchor_tip, is_drawn
from anchorkit.reports.html.svg import COLORS, WIDE, Plane, axes_of, cell_paths, picture

__all__ = ["positions_picture", "sizes_picture"]

HIGH = 520.0


def sizes_picture(
    sizes: Mapping[str, Any],
    borders: Sequence[Sequence[float]],
    clusters: Sequence[Mapping[str, Any]],
    *,
    title: str,
) -> Html:
    """The density of boxes by width and height, with the borders of clusters and their anchors.

    Parameters
    ----------
    sizes, borders
        From `report_pictures.picture_keys`.
    clusters
        Rows of clusters.
    title
        What it shows.
    """
    across, up, every = sizes["across"], sizes["up"], sizes["cells"][0]
    log = sizes["scale"] == "log"
    plane = Plane(WIDE, HIGH, (across[0], across[-1]), (up[0], up[-1]), log)
    lines = "".join(
        f"M{plane.across(x1):g} {plane.down(y1):g}L{plane.across(x2):g} {plane.down(y2):g}"
        for x1, y1, x2, y2 in borders
    )
    marks = [
        _mark(plane, row, one, every["boxes"]) for row, one in enumerate(clusters) if is_drawn(one)
    ]
    return picture(
        WIDE,
        HIGH,
        title,
        element("g", cell_paths(plane, across, up, every["cells"]), class_="cells"),
        element("path", d=lines, class_="border"),
        axes_of(plane, "box width (pixels at input)", "box height (pixels at input)"),
        element("g", *marks, class_="marks"),
        class_="sizes",
        data_left=plane.left,
        data_right=plane.right,
        data_top=plane.top,
        data_bottom=plane.bottom,
    )


def _mark(plane: Plane, row: int, cluster: Mapping[str, Any], boxes: int) -> Html:
    at, down = plane.across(cluster["width"]), plane.down(cluster["height"])
    tip = anchor_tip(row, cluster, boxes)
    return element(
        "g",
        element("circle", cx=at, cy=down, r=9, class_=f"disc c{row % COLORS}"),
        element("text", str(row + 1), x=at, y=down + 3.5, text_anchor="middle", class_="number"),
        tabindex=0,
        role="img",
        aria_label=tip,
        data_tip=tip,
        data_row=row,
        class_="mark",
    )


def positions_picture(rows: Sequence[Sequence[int]], frame: Sequence[int], *, title: str) -> Html:
    """Where in the image the centres of boxes lie, its top at the top."""
    side = len(rows)
    wide = 360.0
    high = round(wide * min(max(frame[1] / frame[0], 0.3), 1.6), 1)
    most = max(max(row) for row in rows)
    cells = []
    for down, row in enumerate(rows):
        for across, count in enumerate(row):
            if not count:
                continue
            level = min(int(10 * count / (most + 1e-9)), 9)
            cells.append(
                element(
                    "rect",
                    x=round(across * wide / side, 1),
                    y=round(down * high / side, 1),
                    width=round(wide / side + 0.2, 1),
                    height=round(high / side + 0.2, 1),
                    class_=f"d{level}",
                    data_tip=(
                        f"{100 * across / side:.0f} to {100 * (across + 1) / side:.0f}% across, "
                        f"{100 * down / side:.0f} to {100 * (down + 1) / side:.0f}% down: "
                        f"{count:,} box{'' if count == 1 else 'es'}"
                    ),
                )
            )
    frame_drawn = element("rect", x=0, y=0, width=wide, height=high, class_="frame")
    return picture(wide, high, title, *cells, frame_drawn, class_="positions")
