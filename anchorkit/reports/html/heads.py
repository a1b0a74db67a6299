"""Heads, who trains where, and how many anchors.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping
from typing import Any

from anchorkit.anchors.text import format_anchors
from anchorkit.reports.html.cells import count_cell, number_cell, percent_cell, signed_cell
from anchorkit.reports.html.curves import sweep_picture
from anchorkit.reports.html.elements import Cell, Html, element, joined, sortable_table

__all__ = ["heads_section", "sweep_section"]

Result = Mapping[str, Any]


def heads_section(result: Result) -> Html:
    """What each head has and trains."""
    heads = result["heads"]
    if not heads["rows"]:
        return Html("")
    table = sortable_table(
        "Heads and the boxes nearest to their anchors"
        + ("" if heads["known"] else " (as known networks divide so many anchors)"),
        ["stride", "anchors", "boxes", "share", "mean IoU", "boxes smaller than a cell"],
        [
            [
                Cell("") if one["stride"] is None else number_cell(one["stride"], 0),
                Cell(", ".join(str(number) for number in one["anchors"])),
                count_cell(one["boxes"]),
                percent_cell(one["share"]),
                Cell("") if one["mean_iou"] is None else number_cell(one["mean_iou"], 4),
                Cell("") if one["below_cell"] is None else percent_cell(one["below_cell"]),
            ]
            for one in heads["rows"]
        ],
        numbers=[0, 2, 3, 4, 5],
    )
    return joined([table, _trained(heads["assignment"])])


def _trained(assignment: Result | None) -> Html:
    if assignment is None:
        return Html("")
    said = (
        f"By the rule of {assignment['trainer']}, {assignment['untrained']:,} boxes are never "
        f"trained, {assignment['dropped']:,} are dropped before, {assignment['overwritten']:,} "
        "truths lose their cell and anchor to another."
    )
    table = sortable_table(
        f"Who trains which box ({assignment['trainer']})",
        ["stride", "positives", "truths", "overwritten"],
        [
            [count_cell(one[key]) for key in ("stride", "positives", "truths", "overwritten")]
            for one in assignment["heads"]
        ],
        numbers=range(4),
    )
    return joined([element("p", said), table])


def sweep_section(result: Result) -> Html:
    """What each number of anchors reaches, and how many to take."""
    sweep = result["sweep"]
    if sweep is None or not sweep["rows"]:
        return Html("")
    title = "Mean IoU against the number of anchors"
    drawn = Html("")
    if len(sweep["rows"]) > 1:
        drawn = element(
            "figure",
            sweep_picture(sweep["rows"], sweep["suggested_k"], title=title),
            element("figcaption", f"{title}; dotted: the k that is suggested."),
            class_="wide",
        )
    return joined(
        [
            element("p", sweep["reason"]),
            drawn,
            sortable_table(
                title,
                ["k", "mean IoU", "gain for each anchor", "best possible recall", "anchors"],
                [
                    [
                        count_cell(row["k"]),
                        number_cell(row["mean_iou"], 4),
                        Cell("") if row["gain"] is None else signed_cell(row["gain"]),
                        percent_cell(row["best_possible_recall"], 2),
                        Cell(format_anchors(row["anchors"])),
                    ]
                    for row in sweep["rows"]
                ],
                numbers=range(4),
            ),
        ]
    )
