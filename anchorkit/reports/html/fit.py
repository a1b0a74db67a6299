"""The anchors, and what they gain.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping
from typing import Any

from anchorkit.anchors.text import format_anchors
from anchorkit.reports.html.cells import (
    MOST_ROWS,
    count_cell,
    more_rows,
    number_cell,
    percent_cell,
    side_cell,
    signed_cell,
)
from anchorkit.reports.html.curves import coverage_picture
from anchorkit.reports.html.elements import Cell, Html, element, joined, sortable_table
from anchorkit.reports.html.frames import frame_pictures

__all__ = ["anchors_section", "gain_section"]

Result = Mapping[str, Any]


def anchors_section(result: Result) -> Html:
    """The anchors, to scale and as they are written, with what each covers."""
    found = result["cluster"]
    clusters = found["clusters"]
    heads = result["heads"]
    said = "" if heads["known"] else " The heads are those of known networks with so many anchors."
    rows = [
        [
            count_cell(number),
            side_cell(one["width"]),
            side_cell(one["height"]),
            number_cell(one["ratio"], 2),
            count_cell(one["boxes"]),
            percent_cell(one["boxes"] / found["boxes"]),
            Cell("") if one["mean_iou"] is None else number_cell(one["mean_iou"], 4),
        ]
        for number, one in enumerate(clusters, 1)
    ]
    written = format_anchors([[one["width"], one["height"]] for one in clusters])
    return joined(
        [
            element("p", element("code", f"anchors = {written}", class_="anchors")),
            frame_pictures(clusters, found["input"], heads["rows"], found["boxes"]),
            element(
                "p",
                f"To scale, around one centre; of each head a cell of its grid is filled.{said}",
                class_="small",
            ),
            sortable_table(
                "Anchors and the boxes nearest to them",
                ["#", "width", "height", "ratio", "boxes", "share", "mean IoU"],
                rows,
                numbers=range(7),
            ),
        ]
    )


def gain_section(result: Result) -> Html:
    """The anchors beside others: as a whole, in training, by class and by size."""
    results = result["evaluate"]["results"]
    best, *others = results
    title = "How much of the boxes the nearest anchor covers"
    named = [element("li", _swatch(row), one["name"]) for row, one in enumerate(results)]
    parts = [
        sortable_table(
            "Sets of anchors",
            ["anchors", "k", "mean IoU", "gain", "IoU of 0.5 or more", "best possible recall"],
            [
                [
                    Cell(one["name"]),
                    count_cell(one["k"]),
                    number_cell(one["mean_iou"], 4),
                    Cell("") if one is best else signed_cell(best["mean_iou"] - one["mean_iou"]),
                    percent_cell(one["iou_50"], 2),
                    percent_cell(one["best_possible_recall"], 2),
                ]
                for one in results
            ],
            numbers=range(1, 6),
        ),
        _in_training(result["cluster"]),
        element(
            "figure",
            coverage_picture(result["pictures"]["coverage"], title=title),
            element("figcaption", f"{title}: ", element("ul", *named, class_="legend")),
            class_="wide",
        ),
    ]
    if others:
        parts += [
            _by_group(result, "sizes", "By size at input", "size"),
            _by_group(result, "classes", "By class", "class"),
        ]
    return joined(parts)


def _swatch(row: int) -> Html:
    return element(
        "svg",
        element("path", d="M0 6H28", class_=f"line c{row % 8} l{row % 4}" if row else "bar-line"),
        viewBox="0 0 28 12",
        class_="swatch",
        aria_hidden="true",
    )


def _in_training(found: Result) -> Html:
    """Figures as labelled and in training, where the training is known."""
    if "training" not in found:
        return Html("")
    training, labelled = found["training"], found["labelled"]
    columns = ["", "as labelled", "in training"]
    sets = [(labelled, training)]
    if "defaults" in training:
        name = found.get("defaults", {}).get("name", "defaults")
        columns += [f"{name}, as labelled", f"{name}, in training"]
        sets.append((labelled["defaults"], training["defaults"]))
    rows = [
        [Cell(word), *(number_cell(one[key], 4) for pair in sets for one in pair)]
        for key, word in (
            ("mean_iou", "mean IoU"),
            ("below_half", "IoU below 0.5"),
            ("best_possible_recall", "best possible recall"),
            ("fitness", "fitness"),
        )
    ]
    return sortable_table(
        f"As labelled, and in training ({training['source']})",
        columns,
        rows,
        numbers=range(1, len(columns)),
    )


def _by_group(result: Result, key: str, caption: str, head: str) -> Html:
    """Each group of boxes with the anchors and with what they are compared with, worst first."""
    best, old = result["evaluate"]["results"][:2]
    before = {one["name"]: one for one in old[key]}
    rows = []
    for one in best[key][:MOST_ROWS]:
        other = before[one["name"]]
        rows.append(
            [
                Cell(one["name"]),
                count_cell(one["boxes"]),
                number_cell(other["mean_iou"], 4),
                number_cell(one["mean_iou"], 4),
                signed_cell(one["mean_iou"] - other["mean_iou"]),
                percent_cell(one["iou_50"], 1),
            ]
        )
    return sortable_table(
        caption,
        [head, "boxes", f"mean IoU, {old['name']}", "mean IoU", "gain", "IoU of 0.5 or more"],
        rows,
        numbers=range(1, 6),
        left_out=more_rows(len(best[key]), "rows"),
    )
