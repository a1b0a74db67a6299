"""The detection heads of a cfg as rows: for JSON, for a terminal, for Markdown.

Tested in tests/cli/cfg/test_job.py.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from anchorkit.darknet.heads import Head
from anchorkit.quality import Quality
from anchorkit.reports.fit import short, to_digits
from anchorkit.reports.tables import markdown_table, text_table
from anchorkit.terminal import safe_text

__all__ = ["head_rows", "head_table", "old_and_new", "said_of_changes"]


def head_rows(heads: Sequence[Head], quality: Quality | None = None) -> list[dict[str, Any]]:
    """For each head its place, stride, mask and filters; with data the boxes that fall to it.

    Parameters
    ----------
    heads
        In the order of the file.
    quality
        Of the anchors as the heads list them, over all boxes.

    Returns
    -------
    One object for each head, keys as in the JSON of `anchorkit check`.
    """
    rows: list[dict[str, Any]] = []
    for head in heads:
        used = list(head.used)
        row: dict[str, Any] = {
            "type": head.type,
            "line": head.line,
            "stride": None if head.stride is None else short(head.stride),
            "mask": used,
            "num": head.num,
            "classes": head.classes,
            "filters": head.filters,
            "anchors": [[short(side) for side in pair] for pair in head.used_anchors],
        }
        if quality is not None:
            row |= _share(used, quality)
        rows.append(row)
    return rows


def _share(used: Sequence[int], quality: Quality) -> dict[str, Any]:
    mine = [index for index in dict.fromkeys(used) if 0 <= index < len(quality.counts)]
    counts = quality.counts[mine]
    boxes = int(counts.sum())
    covered = math.fsum(counts[counts > 0] * quality.cluster_mean_iou[mine][counts > 0])
    mean = covered / boxes if boxes else math.nan
    return {
        "boxes": boxes,
        "share": to_digits(boxes / quality.counts.sum()),
        "mean_iou": to_digits(mean),
    }


def head_table(rows: Sequence[Mapping[str, Any]], form: str) -> str:
    """The rows as a table, in text or Markdown.

    Parameters
    ----------
    rows
        From `head_rows`.
    form
        `text` or `markdown`.
    """
    columns = ["line", "head", "stride", "mask", "filters"]
    if rows and "boxes" in rows[0]:
        columns += ["boxes", "share", "mean IoU"]
    table: Callable[..., str] = markdown_table if form == "markdown" else text_table
    shown = table(columns, [_cells(row) for row in rows], left=["head", "mask"])
    return f"{shown}\n\n{TWICE}" if _counted_twice(rows) else shown


TWICE = "boxes of an anchor in two masks count in each, so that the shares exceed 100 %"


def _counted_twice(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a box falls to two heads."""
    indices = [index for row in rows for index in row["mask"]]
    return "boxes" in (rows[0] if rows else {}) and len(set(indices)) < len(indices)


def _cells(row: Mapping[str, Any]) -> list[str]:
    mask = ",".join(str(index) for index in row["mask"])
    cells = [
        str(row["line"]),
        str(row["type"]),
        "?" if row["stride"] is None else f"{row['stride']:g}",
        mask if len(mask) <= 24 else mask[:21] + "...",
        "" if row["filters"] is None else str(row["filters"]),
    ]
    if "boxes" in row:
        mean = row["mean_iou"]
        cells += [f"{row['boxes']:,}", f"{row['share']:.1%}", "" if mean is None else f"{mean:.4f}"]
    return cells


def old_and_new(name: str, old: float | None, new: float) -> str:
    """One line on what the new anchors of a cfg are worth.

    Examples
    --------
    >>> old_and_new("yolov3.cfg", 0.6712, 0.884)
    'yolov3.cfg: mean IoU 0.6712 with its own anchors, 0.8840 with these (+0.2128)'
    """
    name = safe_text(name)
    if old is None:
        return f"{name}: no anchors of its own, mean IoU {new:.4f} with these"
    gain = f"{new - old:+.4f}"
    return f"{name}: mean IoU {old:.4f} with its own anchors, {new:.4f} with these ({gain})"


def said_of_changes(changes: Sequence[tuple[int, str, str, str]]) -> str:
    """What an edit changed, in a line: one part for each key.

    Parameters
    ----------
    changes
        (line, key, old, new) of each change.

    Examples
    --------
    >>> said_of_changes([(9, "anchors", "1,2", "3,4"), (7, "num", "9", "6"), (8, "num", "9", "6")])
    'anchors (line 9), num 9 -> 6 (lines 7, 8)'
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for line, key, old, new in changes:
        said = {"anchors": "", "counters_per_class": ""}.get(key, f" {old or 'none'} -> {new}")
        groups.setdefault((key, said), []).append(line)
    return ", ".join(
        f"{key}{said} ({'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))})"
        for (key, said), lines in groups.items()
    )
