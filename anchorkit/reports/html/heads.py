"""Heads, who trains where, and how many anchors.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.anchors.text import format_anchors
from anchorkit.reports.html.cells import (
    MOST_ROWS,
    count_cell,
    more_rows,
    number_cell,
    percent_cell,
    signed_cell,
)
from anchorkit.reports.html.curves import sweep_picture
from anchorkit.reports.html.elements import (
    Cell,
    Html,
    element,
    joined,
    side_by_side,
    sortable_table,
)
from anchorkit.reports.tables import counted

__all__ = ["heads_section", "sweep_section"]

Result = Mapping[str, Any]


def heads_section(result: Result) -> Html:
    """What each head has and trains."""
    heads = result["heads"]
    if not heads["rows"]:
        return Html("")
    usual = "" if heads["known"] else " (as known networks divide so many anchors)"
    table = sortable_table(
        f"Heads, and the boxes nearest to their anchors{usual}",
        [
            "stride",
            "anchors",
            "sides in strides",
            "boxes",
            "share",
            "mean IoU",
            "smaller than a cell",
        ],
        [
            [
                number_cell(one["stride"], 0),
                Cell(", ".join(str(number) for number in one["anchors"])),
                Cell(", ".join(f"{wide:.3g}x{high:.3g}" for wide, high in one["in_strides"])),
                count_cell(one["boxes"]),
                percent_cell(one["share"]),
                number_cell(one["mean_iou"], 4),
                percent_cell(one["below_cell"]),
            ]
            for one in heads["rows"]
        ],
        numbers=[0, 3, 4, 5, 6],
    )
    assignment = heads["assignment"]
    if assignment is not None:
        return joined([table, _trained(assignment)])
    hint = "" if heads["known"] else "--trainer NAME or --cfg FILE says who trains which box."
    return joined([table, element("p", hint, class_="small")] if hint else [table])


def _trained(found: Result) -> Html:
    said = (
        f"By the rule of {found['trainer']}, of {counted(found['boxes'], 'box', 'boxes')} "
        f"{found['untrained']:,} are never trained and {found['dropped']:,} are dropped before for "
        f"their size; {counted(found['overwritten'], 'time')} a box loses its cell and anchor to "
        "another."
    )
    heads = sortable_table(
        f"Who trains which box ({found['trainer']})",
        ["stride", "trained", "positives", "overwritten", "smaller than a cell"],
        [
            [
                *(count_cell(one[key]) for key in ("stride", "truths", "positives", "overwritten")),
                percent_cell(one["share_below_cell"]),
            ]
            for one in found["heads"]
        ],
        numbers=range(5),
    )
    groups = [
        _lost(f"Boxes that are not trained, by {word}", word, found[key])
        for key, word in (("sizes", "size"), ("classes", "class"))
    ]
    return joined([element("p", said), side_by_side(heads, *groups)])


def _lost(caption: str, head: str, groups: Sequence[Result]) -> Html:
    """Groups of boxes of which some are never trained; empty where there are none."""
    lost = [one for one in groups if one["untrained"] or one["dropped"]]
    if not lost:
        return Html("")
    return sortable_table(
        caption,
        [head, "boxes", "never trained", "dropped"],
        [
            [
                Cell(one["name"]),
                *(count_cell(one[key]) for key in ("boxes", "untrained", "dropped")),
            ]
            for one in lost[:MOST_ROWS]
        ],
        numbers=range(1, 4),
        left_out=more_rows(len(lost), "rows"),
    )


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
                ["k", "mean IoU", "gain of each anchor", "recall", "anchors"],
                [
                    [
                        count_cell(row["k"]),
                        number_cell(row["mean_iou"], 4),
                        signed_cell(row["gain"]),
                        percent_cell(row["best_possible_recall"], 2),
                        Cell(format_anchors(row["anchors"])),
                    ]
                    for row in sweep["rows"]
                ],
                numbers=range(4),
            ),
        ]
    )
