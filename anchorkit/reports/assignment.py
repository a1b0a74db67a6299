"""Who trains which box: as JSON keys, and as a table for a person.

Tested in tests/cli/test_evaluate_trainer.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.reports.evaluate import SIZE_GROUPS
from anchorkit.reports.fit import short, to_digits
from anchorkit.reports.tables import counted, markdown_table, text_table
from anchorkit.terminal import safe_markdown, safe_text
from anchorkit.training.assignment import Assignment, HeadAssignment

__all__ = ["assignment_keys", "assignment_shown"]

Sizes = NDArray[np.float64]

GROUPS = 10
"""Classes that are named to a person; JSON has them all."""

WIDEST = 32
"""Characters of the anchors of a head in a table."""


def assignment_keys(
    boxes: Boxes, sizes: Sizes, anchors: Sizes, found: Assignment, trainer: str
) -> dict[str, Any]:
    """The key `assignment`: what each head and anchor learns, and which boxes none does.

    Parameters
    ----------
    boxes
        The labelled boxes.
    sizes
        (n, 2), theirs, pixels at input.
    anchors
        (k, 2), pixels at input.
    found
        Who trains which of the boxes.
    trainer
        By whose rule.

    Returns
    -------
    Heads come by ascending stride; `anchors` of a head are its pairs, those outside the heads are
    the positives of each anchor in the order given. Classes and groups of sizes come in the order
    of their names and of their sizes, those without boxes left out.
    """
    groups = np.searchsorted([most for _, most in SIZE_GROUPS], sizes.prod(axis=1), side="right")
    return {
        "trainer": trainer,
        "heads": [_head(one, sizes, anchors) for one in found.heads],
        "anchors": found.anchor_positives.tolist(),
        "positives": found.positives,
        "untrained": len(found.untrained),
        "dropped": len(found.dropped),
        "overwritten": found.overwritten,
        "boxes": found.boxes,
        "classes": _by_group(found, boxes.class_ids, boxes.class_names),
        "sizes": _by_group(found, groups, [name for name, _ in SIZE_GROUPS]),
    }


def assignment_shown(name: str, keys: Mapping[str, Any], form: str = "text") -> str:
    """The object of `assignment_keys` for a person.

    Parameters
    ----------
    name
        What the anchors are called.
    keys
        From `assignment_keys`.
    form
        `text` or `markdown`.
    """
    safe = safe_markdown if form == "markdown" else safe_text
    table = markdown_table if form == "markdown" else text_table
    columns = ["stride", "anchors, in strides", "trained", "positives", "overwritten", "below cell"]
    rows = [
        [
            str(head["stride"]),
            _cut(" ".join(_in_strides(pair, head["stride"]) for pair in head["anchors"])),
            f"{head['truths']:,}",
            f"{head['positives']:,}",
            f"{head['overwritten']:,}",
            f"{head['share_below_cell']:.1%}",
        ]
        for head in keys["heads"]
    ]
    total, untrained, dropped = keys["boxes"], keys["untrained"], keys["dropped"]
    lines = [
        f"of {counted(total, 'box', 'boxes')}: {untrained:,} never trained "
        f"({untrained / total:.1%}), {dropped:,} dropped before for their size "
        f"({dropped / total:.1%})"
    ]
    for key, what in (("sizes", ""), ("classes", "class ")):
        touched = [one for one in keys[key] if one["untrained"] or one["dropped"]]
        touched.sort(key=lambda one: -(one["untrained"] + one["dropped"]))
        lines += [_touched(one, what) for one in touched[:GROUPS]]
        if len(touched) > GROUPS:
            lines.append(f"and {len(touched) - GROUPS:,} more classes; --format json has all")
    title = f"{safe(name)}: who trains which box, by the rule of {keys['trainer']}"
    shown = [safe(line) for line in lines]
    if form == "markdown":
        bullets = "\n".join(f"- {line}" for line in shown)
        return f"{title}\n\n{table(columns, rows, left=columns[1:2])}\n\n{bullets}"
    return "\n".join([title, table(columns, rows, left=columns[1:2]), *shown])


def _head(one: HeadAssignment, sizes: Sizes, anchors: Sizes) -> dict[str, Any]:
    """A head; the share below its cell is of the boxes that it trains."""
    shorter = sizes[one.rows].min(axis=1)
    below = float(np.mean(shorter < one.head.stride)) if len(shorter) else 0.0
    return {
        "stride": one.head.stride,
        "anchors": [[short(side) for side in anchors[row].tolist()] for row in one.head.anchors],
        "positives": one.positives,
        "truths": one.truths,
        "overwritten": one.overwritten,
        "share_below_cell": to_digits(below),
    }


def _by_group(
    found: Assignment, group: NDArray[np.integer[Any]], names: Sequence[str]
) -> list[dict[str, Any]]:
    every, untrained, dropped = (
        np.bincount(chosen, minlength=len(names)).tolist()
        for chosen in (group, group[found.untrained], group[found.dropped])
    )
    return [
        {
            "name": name,
            "untrained": untrained[index],
            "dropped": dropped[index],
            "boxes": every[index],
        }
        for index, name in enumerate(names)
        if every[index]
    ]


def _touched(one: Mapping[str, Any], what: str) -> str:
    return (
        f"  {what}{one['name']}: {one['untrained']:,} never trained, {one['dropped']:,} dropped, "
        f"of {one['boxes']:,}"
    )


def _in_strides(pair: Sequence[float], stride: int) -> str:
    return "x".join(f"{side / stride:.3g}" for side in pair)


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."
