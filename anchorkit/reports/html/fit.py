"""The anchors, and what they gain.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.anchors.text import format_anchors
from anchorkit.reports.html.cells import (
    EMPTY,
    MOST_ROWS,
    count_cell,
    more_rows,
    number_cell,
    percent_cell,
    side_cell,
    signed_cell,
)
from anchorkit.reports.html.curves import coverage_picture
from anchorkit.reports.html.elements import (
    Cell,
    Html,
    element,
    joined,
    side_by_side,
    sortable_table,
)
from anchorkit.reports.html.frames import frame_pictures

__all__ = ["anchors_section", "gain_section"]

Result = Mapping[str, Any]

FIGURES = (
    ("mean_iou", "mean IoU"),
    ("below_half", "below 0.5"),
    ("best_possible_recall", "recall"),
    ("fitness", "fitness"),
)
"""Keys of the figures as labelled and in training, and what they are called."""


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
            number_cell(one["mean_iou"], 4),
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
    best = results[0]
    title = "How much of the boxes the nearest anchor covers"
    named = [element("li", _swatch(row), one["name"]) for row, one in enumerate(results)]
    fitness = ["fitness"] if "fitness" in best else []
    columns = ["anchors", "k", "mean IoU", "these gain", "IoU of 0.5 or more", "recall", *fitness]
    parts = [
        sortable_table(
            "Sets of anchors",
            columns,
            [
                [
                    Cell(one["name"]),
                    count_cell(one["k"]),
                    number_cell(one["mean_iou"], 4),
                    EMPTY if one is best else signed_cell(best["mean_iou"] - one["mean_iou"]),
                    percent_cell(one["iou_50"], 2),
                    percent_cell(one["best_possible_recall"], 2),
                    *(number_cell(one[key], 4) for key in fitness),
                ]
                for one in results
            ],
            numbers=range(1, len(columns)),
        ),
        _in_training(results),
        element(
            "figure",
            coverage_picture(result["pictures"]["coverage"], title=title),
            element("figcaption", f"{title}: ", element("ul", *named, class_="legend")),
            class_="wide",
        ),
    ]
    parts.append(
        side_by_side(
            _by_group(results, "sizes", "By size at input", "size"),
            _by_group(results, "classes", "By class, worst first", "class"),
        )
    )
    return joined(parts)


def _swatch(row: int) -> Html:
    return element(
        "svg",
        element("path", d="M0 6H28", class_=f"line c{row % 8} l{row % 4}" if row else "bar-line"),
        viewBox="0 0 28 12",
        class_="swatch",
        aria_hidden="true",
    )


def _in_training(results: Sequence[Result]) -> Html:
    """Figures as labelled and in training, where the training is known."""
    known = [one for one in results if "training" in one]
    if not known:
        return Html("")
    training = known[0]["training"]
    columns = [f"{word}, {where}" for _, word in FIGURES for where in ("labelled", "in training")]
    rows = [
        [
            Cell(one["name"]),
            *(
                number_cell(one[of][key], 4)
                for key, _ in FIGURES
                for of in ("labelled", "training")
            ),
        ]
        for one in known
    ]
    return joined(
        [
            sortable_table(
                "As labelled, and as training sees the boxes",
                ["anchors", *columns],
                rows,
                numbers=range(1, len(columns) + 1),
            ),
            element(
                "p",
                f"In training: {training['boxes']:,} boxes drawn as {training['source']} augments "
                f"them, {training['lost']:.0%} of the draws lost.",
                class_="small",
            ),
        ]
    )


def _by_group(results: Sequence[Result], key: str, caption: str, head: str) -> Html:
    """Each group of boxes with the anchors and with what they are compared with, worst first."""
    best, *others = results
    before = [{one["name"]: one["mean_iou"] for one in other[key]} for other in others]
    rows = []
    for one in best[key][:MOST_ROWS]:
        old = [known[one["name"]] for known in before]
        rows.append(
            [
                Cell(one["name"]),
                count_cell(one["boxes"]),
                number_cell(one["mean_iou"], 4),
                *(number_cell(value, 4) for value in old),
                *(signed_cell(one["mean_iou"] - value) for value in old[:1]),
                percent_cell(one["iou_50"], 1),
            ]
        )
    columns = [
        head,
        "boxes",
        "mean IoU",
        *(f"{other['name']}" for other in others),
        *(f"gain over {other['name']}" for other in others[:1]),
        "IoU of 0.5 or more",
    ]
    return sortable_table(
        caption,
        columns,
        rows,
        numbers=range(1, len(columns)),
        left_out=more_rows(len(best[key]), "rows"),
    )
