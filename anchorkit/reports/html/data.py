"""What was read, and the boxes of it.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.reports.html.cells import MOST_ROWS, count_cell, more_rows, number_cell, percent_cell
from anchorkit.reports.html.elements import (
    Cell,
    Html,
    element,
    joined,
    side_by_side,
    sortable_table,
)
from anchorkit.reports.html.planes import positions_picture, sizes_picture
from anchorkit.reports.html.verdict import finding_list
from anchorkit.reports.report_pictures import MOST_CLASSES
from anchorkit.reports.tables import counted

__all__ = ["boxes_section", "data_section"]

Result = Mapping[str, Any]


def data_section(result: Result) -> Html:
    """What was read, what is wrong with it, and its classes."""
    found = result["inspect"]
    rows = [
        ("images", found["images"]),
        ("images without boxes", found["images_without_boxes"]),
        ("objects", found["objects"]),
        ("boxes", found["boxes"]),
        ("left out as faulty", found["left_out"]),
        ("filtered by options", found["filtered"]),
        ("clipped to their image", found["altered"]),
        ("files that cannot be read", found["unreadable"]),
        ("files that are missing", found["missing"]),
        ("marked difficult", found["difficult"]),
        ("marked truncated", found["truncated"]),
    ]
    read = sortable_table(
        "What was read",
        ["what", "count"],
        [[Cell(name), count_cell(value)] for name, value in rows if value or name == "boxes"],
        numbers=[1],
    )
    return joined(
        [side_by_side(read, _image_sizes(found["image_sizes"])), _problems(found), _classes(found)]
    )


def _image_sizes(found: Result) -> Html:
    if not found["common"]:
        return Html("")
    return sortable_table(
        f"Most frequent of {found['distinct']:,} image sizes"
        if found["distinct"] > len(found["common"])
        else "Image sizes",
        ["size", "images", "share"],
        [
            [
                Cell(f"{one['width']:g}x{one['height']:g}", one["width"] * one["height"]),
                count_cell(one["images"]),
                percent_cell(one["share"]),
            ]
            for one in found["common"]
        ],
        numbers=[1, 2],
    )


def _classes(found: Result) -> Html:
    columns = ["class", "boxes", "share", "images", "median width", "median height"]
    marked = [name for name in ("difficult", "truncated") if found[name]]
    return sortable_table(
        "Classes",
        columns + marked,
        [
            [
                Cell(one["name"]),
                count_cell(one["boxes"]),
                percent_cell(one["share"]),
                count_cell(one["images"]),
                number_cell(one["median_width"], 1),
                number_cell(one["median_height"], 1),
                *(count_cell(one[name]) for name in marked),
            ]
            for one in found["classes"][:MOST_ROWS]
        ],
        numbers=range(1, len(columns + marked)),
        left_out=more_rows(len(found["classes"]), "classes"),
    )


def _problems(found: Result) -> Html:
    told = finding_list(found.get("findings", ()))
    problems = found["problems"]
    if not problems:
        return joined([told, element("p", "Nothing was left out, clipped or unreadable.")])
    more = found["problems_in_all"] - len(problems)
    return joined(
        [
            told,
            element(
                "details",
                element("summary", f"{counted(found['problems_in_all'], 'fault')}, by file"),
                sortable_table(
                    "What is wrong, by file",
                    ["file", "object", "what", "found", "what became of it"],
                    [
                        [
                            Cell(one["file"]),
                            Cell("") if one["object"] is None else count_cell(one["object"]),
                            Cell(one["reason"]),
                            Cell(one["value"]),
                            Cell(one["kind"].replace("_", " ")),
                        ]
                        for one in problems
                    ],
                    numbers=[1],
                    left_out=f"and {more:,} more, which inspect lists" if more else "",
                ),
            ),
        ]
    )


def boxes_section(result: Result) -> Html:
    """Width against height with the clusters, and where in the image boxes lie."""
    pictures = result["pictures"]
    sizes = pictures["sizes"]
    clusters = result["cluster"]["clusters"]
    title = (
        "Boxes by width and height: the stronger the colour, the more; lines where the nearest "
        "anchor changes, discs at the anchors"
    )
    parts = []
    if len(sizes["cells"]) > 1:
        options = [
            element(
                "option", f"{one['name'] if index else 'all boxes'} ({one['boxes']:,})", value=index
            )
            for index, one in enumerate(sizes["cells"])
        ]
        parts.append(
            element(
                "p",
                element("label", "Boxes of ", for_="class"),
                element("select", *options, id="class"),
                _only(result["inspect"]["classes"]),
                class_="choose",
            )
        )
    parts.append(
        element(
            "figure",
            sizes_picture(sizes, pictures["borders"], clusters, title=title),
            element("figcaption", f"{title}."),
            class_="wide",
        )
    )
    parts.append(side_by_side(_positions(result), _percentiles(result["inspect"])))
    return joined(parts)


def _only(classes: Sequence[Result]) -> Html:
    if len(classes) <= MOST_CLASSES:
        return Html("")
    return element("span", f" the {MOST_CLASSES} classes of most boxes", class_="small")


def _positions(result: Result) -> Html:
    rows = result["pictures"]["positions"]
    if rows is None:
        return Html("")
    title = "Where in the image the centres of boxes lie"
    drawn = positions_picture(rows, result["cluster"]["input"], title=title)
    return element("figure", drawn, element("figcaption", f"{title}."), class_="narrow")


def _percentiles(found: Result) -> Html:
    return sortable_table(
        "Percentiles of the boxes' sides, pixels at input",
        ["percentile", "width", "height", "shorter side", "width / height"],
        [
            [
                count_cell(one["percentile"]),
                number_cell(one["width"], 1),
                number_cell(one["height"], 1),
                number_cell(one["shorter"], 1),
                number_cell(one["ratio"], 2),
            ]
            for one in found["box_sizes"]
        ],
        numbers=range(5),
    )
