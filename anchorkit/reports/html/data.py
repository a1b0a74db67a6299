"""What was read, and the boxes of it.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping
from typing import Any

from anchorkit.reports.html.cells import MOST_ROWS, count_cell, more_rows, number_cell, percent_cell
from anchorkit.reports.html.elements import Cell, Html, element, joined, sortable_table
from anchorkit.reports.html.planes import positions_picture, sizes_picture

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
    parts = [
        sortable_table(
            "What was read",
            ["", "count"],
            [[Cell(name), count_cell(value)] for name, value in rows if value or name == "boxes"],
            numbers=[1],
        ),
        _problems(found),
        sortable_table(
            "Classes",
            ["class", "boxes", "share", "images", "median width", "median height", "difficult"],
            [
                [
                    Cell(one["name"]),
                    count_cell(one["boxes"]),
                    percent_cell(one["share"]),
                    count_cell(one["images"]),
                    number_cell(one["median_width"], 1),
                    number_cell(one["median_height"], 1),
                    count_cell(one["difficult"]),
                ]
                for one in found["classes"][:MOST_ROWS]
            ],
            numbers=range(1, 7),
            left_out=more_rows(len(found["classes"]), "classes"),
        ),
    ]
    if found["image_sizes"]["common"]:
        parts.append(
            sortable_table(
                "Most frequent image sizes",
                ["size", "images", "share"],
                [
                    [
                        Cell(f"{one['width']:g}x{one['height']:g}", one["width"] * one["height"]),
                        count_cell(one["images"]),
                        percent_cell(one["share"]),
                    ]
                    for one in found["image_sizes"]["common"]
                ],
                numbers=[1, 2],
            )
        )
    return joined(parts)


def _problems(found: Result) -> Html:
    remarks = [element("li", f"{one['level']}: {one['text']}") for one in found.get("findings", ())]
    told = element("ul", *remarks) if remarks else Html("")
    problems = found["problems"]
    if not problems:
        return joined([told, element("p", "Nothing was left out, clipped or unreadable.")])
    more = found["problems_in_all"] - len(problems)
    return joined(
        [
            told,
            element(
                "details",
                element("summary", f"{found['problems_in_all']:,} things that are wrong, by file"),
                sortable_table(
                    "What is wrong, by file",
                    ["file", "object", "what", "found", "became"],
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
        "Boxes by width and height: darker where there are more; lines where the nearest anchor "
        "changes, discs at the anchors"
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
    if pictures["positions"] is not None:
        where = "Where in the image the centres of boxes lie"
        drawn = positions_picture(pictures["positions"], result["cluster"]["input"], title=where)
        parts.append(element("figure", drawn, element("figcaption", f"{where}."), class_="narrow"))
    found = result["inspect"]
    parts.append(
        sortable_table(
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
    )
    return joined(parts)
