"""The result of a check, as the JSON object, the text and the Markdown of `anchorkit check`.

Tested in tests/cli/cfg/test_job.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.anchors.named import NamedAnchors
from anchorkit.boxes import Boxes
from anchorkit.darknet.checks import Failure
from anchorkit.darknet.faults import agree
from anchorkit.darknet.heads import Head
from anchorkit.network_input import NetworkInput
from anchorkit.quality import Quality
from anchorkit.reports.fit import (
    account_keys,
    fit_keys,
    network_keys,
    network_text,
    short,
    to_digits,
)
from anchorkit.reports.heads import head_rows, head_table
from anchorkit.reports.tables import counted
from anchorkit.terminal import safe_markdown, safe_text

__all__ = ["Measured", "check_result", "check_shown", "notes_on_data"]


class Measured(NamedTuple):
    """What the data say about the anchors."""

    boxes: Boxes
    quality: Quality
    fresh: NDArray[np.float64] | None
    """(k, 2), what clustering afresh finds; None where there are too few distinct sizes."""
    fresh_iou: float | None

    @property
    def gain(self) -> float | None:
        """Mean IoU that clustering afresh would gain."""
        return None if self.fresh_iou is None else self.fresh_iou - self.quality.mean_iou


def notes_on_data(heads: Sequence[Head], measured: Measured | None) -> list[str]:
    """What the data say of a cfg that is no failure."""
    notes: list[str] = []
    if measured is None or not heads:
        return notes
    classes, found = heads[0].classes, len(np.unique(measured.boxes.class_ids))
    if classes != found:
        has = counted(found, "class", "classes")
        notes.append(f"the cfg has classes={classes}, the data {has}")
    if all(head.mask is not None for head in heads):
        used = {index for head in heads for index in head.mask or ()}
        lost = ~np.isin(measured.quality.labels, list(used))
        if lost.any():
            boxes = counted(int(np.count_nonzero(lost)), "box", "boxes")
            notes.append(f"{boxes} nearest to an anchor in no mask")
    return notes


def check_result(
    named: NamedAnchors,
    network: NetworkInput,
    heads: Sequence[Head],
    measured: Measured | None,
    failures: Sequence[Failure],
    notes: Sequence[str],
    trainer: str | None = None,
) -> dict[str, Any]:
    """The JSON object of `anchorkit check`; without data it has no figures."""
    quality = measured.quality if measured and agree(heads) else None
    result: dict[str, Any] = {
        "ok": not failures,
        "failures": [_figures(failure) for failure in failures],
        "name": named.name,
        "cfg": named.name if named.source == "cfg" else None,
        "anchors": _pairs(named.anchors.tolist()),
        "k": len(named.anchors),
        **network_keys(network, trainer),
        "heads": head_rows(heads, quality),
    }
    if measured:
        gain = measured.gain
        result |= {
            **fit_keys(measured.quality),
            "gain": None if gain is None else to_digits(gain),
            "fresh": None if measured.fresh is None else _pairs(measured.fresh.tolist()),
            **account_keys(
                measured.boxes.report, len(measured.boxes), ("images", "boxes", "skipped")
            ),
        }
    return {**result, "notes": list(notes)}


def _pairs(anchors: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[short(side) for side in pair] for pair in anchors]


def _figures(failure: Failure) -> dict[str, Any]:
    found = failure.found
    return {
        "gate": failure.gate,
        "found": to_digits(found) if isinstance(found, float) else found,
        "wanted": failure.wanted,
    }


def check_shown(result: Mapping[str, Any], failures: Sequence[Failure], form: str) -> str:
    """The object of `check_result` for a person: in `text`, or in `markdown` for a CI run."""
    markdown = form == "markdown"
    bullet, mark = ("- ", "**FAILED**") if markdown else ("", "FAILED")
    what = f"{counted(result['k'], 'anchor')} {network_text(result)}"
    safe = safe_markdown if markdown else safe_text
    parts = [f"{'### ' if markdown else ''}{safe(result['name'])}: {what}"]
    if result["heads"]:
        parts.append(head_table(result["heads"], form))
    verdict = [f"{mark} {safe(str(failure))}" for failure in failures] or ["ok: no fault found"]
    notes = [f"note: {safe(note)}" for note in result["notes"]]
    blocks = [block for block in (_measures(result), notes, verdict) if block]
    parts += ["\n".join(bullet + line for line in block) for block in blocks]
    return "\n\n".join(parts)


def _measures(result: Mapping[str, Any]) -> list[str]:
    if "mean_iou" not in result:
        return []
    mean, recall = result["mean_iou"], result["best_possible_recall"]
    boxes = counted(result["boxes"], "box", "boxes")
    lines = [f"mean IoU {mean:.4f}, best possible recall {recall:.4f}, over {boxes}"]
    if result["gain"] is not None:
        fresh = mean + result["gain"]
        lines.append(f"clustering afresh would reach {fresh:.4f} ({result['gain']:+.4f})")
    return lines
