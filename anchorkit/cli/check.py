"""`anchorkit check`: the gate for CI."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from anchorkit.cli.cfg_options import CfgOptions, cfg_file_option
from anchorkit.cli.kinds import Number
from anchorkit.cli.options import (
    DataOptions,
    GivenAnchors,
    anchors_option,
    data_options,
    format_option,
    help_text,
    input_options,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from anchorkit.boxes import Boxes
    from anchorkit.checks import Failure
    from anchorkit.cli.cfg_target import Target
    from anchorkit.quality import Quality

__all__ = ["Gates", "command"]

DIGITS = 6


class Gates(NamedTuple):
    """What the figures must reach; None sets no gate."""

    min_iou: float | None
    min_recall: float | None
    max_gain: float | None


class Measured(NamedTuple):
    """What the data say about the anchors."""

    boxes: "Boxes"
    quality: "Quality"
    fresh: "NDArray[np.float64] | None"
    """(k, 2), what clustering afresh finds; None where there are too few distinct sizes."""
    fresh_iou: float | None


@click.command(
    help=help_text(
        "Fail where a cfg contradicts itself, or where anchors do not fit the data.",
        "anchorkit check --cfg yolov3.cfg",
        "anchorkit check --cfg yolov3.cfg --voc annotations --max-gain 0.02 --min-recall 0.99",
        'anchorkit check --anchors "10,13, 16,30, 33,23" --voc annotations --min-iou 0.6',
    )
)
@cfg_file_option("Darknet cfg to check.")
@anchors_option(required=False)
@click.option("--preset", metavar="NAME", help="Anchors of a well-known network, such as yolov3.")
@data_options
@input_options
@click.option(
    "--min-iou",
    type=Number(0, 1),
    metavar="IOU",
    help="Fail where the mean IoU of boxes and anchors is lower.",
)
@click.option(
    "--min-recall",
    type=Number(0, 1),
    metavar="SHARE",
    help="Fail where fewer boxes have an anchor within a factor of 4.",
)
@click.option(
    "--max-gain",
    type=Number(),
    metavar="IOU",
    help="Fail where clustering afresh, with as many anchors, would gain more mean IoU.",
)
@format_option
def command(
    data: DataOptions,
    cfg: Path | None,
    anchors: GivenAnchors | None,
    preset: str | None,
    size: tuple[int, int] | None,
    resize: str | None,
    min_iou: float | None,
    min_recall: float | None,
    max_gain: float | None,
    form: str,
) -> int:
    """Read, measure, judge, print."""
    from anchorkit.checks import consistency
    from anchorkit.cli.cfg_target import input_of, open_cfg
    from anchorkit.cli.data import warn
    from anchorkit.errors import UsageError
    from anchorkit.report import json_text

    gates = Gates(min_iou, min_recall, max_gain)
    if [cfg, anchors, preset].count(None) != 2:
        raise UsageError("wanted one of --cfg FILE, --anchors, --preset")
    target = None if cfg is None else open_cfg(CfgOptions(cfg, force=True))
    if not data.sources:
        given = [name for name in gates._fields if getattr(gates, name) is not None]
        if given or target is None:
            what = f"--{given[0].replace('_', '-')}" if given else "without --cfg"
            raise UsageError(f"{what}: wanted data: name some with --voc DIR or --boxes FILE")
    if target is not None:
        own = input_of(target, size, resize)
        name, pairs = target.name, [list(pair) for pair in target.anchors]
    else:
        name, pairs, usual = _known(anchors, preset)
        own = (size or usual, resize or "stretch")
    failures = consistency(target.heads) if target else []
    measured = _measured(data, pairs, own, gates) if data.sources and pairs else None
    if measured:
        failures += _judged(measured, gates)
    notes = _notes(target, measured)
    result = _result(name, target, pairs, own, measured, failures, notes)
    click.echo(json_text(result) if form == "json" else _shown(result, failures, form))
    if failures:
        gates_failed = ", ".join(dict.fromkeys(failure.gate for failure in failures))
        warn(f"check failed: {gates_failed}")
    return 1 if failures else 0


def _known(
    anchors: GivenAnchors | None, preset: str | None
) -> tuple[str, list[list[float]], tuple[int, int]]:
    """Anchors that stand in no cfg: their name, and the input that they are meant for."""
    from anchorkit.presets import preset as preset_named

    if anchors is not None:
        return anchors.name, anchors.sizes.tolist(), (416, 416)
    found = preset_named(preset or "")
    return found.name, found.anchors.tolist(), found.size


def _measured(
    data: DataOptions,
    pairs: Sequence[Sequence[float]],
    own: tuple[tuple[int, int], str],
    gates: Gates,
) -> Measured:
    from anchorkit.cli.data import load_boxes, show_progress, warn
    from anchorkit.clustering import cluster
    from anchorkit.errors import DataError, TooManyClustersError
    from anchorkit.quality import evaluate
    from anchorkit.rounding import rounded

    boxes = load_boxes(data, *own)
    if not len(boxes):
        raise DataError("no usable boxes")
    sizes = boxes.at_input(*own)
    quality = evaluate(sizes, pairs)
    try:
        found = cluster(sizes, len(pairs), progress=show_progress(data))
    except TooManyClustersError as error:
        if gates.max_gain is not None:
            raise
        warn(f"note: no gain can be told: {error}")
        return Measured(boxes, quality, None, None)
    fresh = rounded(sizes, found.anchors, 0)
    return Measured(boxes, quality, fresh, evaluate(sizes, fresh).mean_iou)


def _gain(measured: Measured) -> float | None:
    """What clustering afresh would gain."""
    fresh = measured.fresh_iou
    return None if fresh is None else fresh - measured.quality.mean_iou


def _judged(measured: Measured, gates: Gates) -> list["Failure"]:
    from anchorkit.checks import quality_failures

    return quality_failures(
        mean_iou=measured.quality.mean_iou,
        recall=measured.quality.best_possible_recall,
        gain=_gain(measured),
        **gates._asdict(),
    )


def _notes(target: "Target | None", measured: Measured | None) -> list[str]:
    from anchorkit.checks import notes_on_size
    from anchorkit.darknet.portability import notes_of
    from anchorkit.report import counted

    if target is None:
        return []
    notes = [str(note) for note in notes_of(target.cfg)]
    notes += notes_on_size(target.cfg, target.heads)
    if measured is None:
        return notes
    classes, found = target.heads[0].classes, len(measured.boxes.class_names)
    if classes != found:
        many = counted(found, "class", "classes")
        notes.append(f"the cfg has classes={classes}, the data {many}")
    masks = [head.mask for head in target.heads if head.mask is not None]
    if len(masks) == len(target.heads):
        used = {index for mask in masks for index in mask}
        counts = measured.quality.counts.tolist()
        lost = int(sum(count for index, count in enumerate(counts) if index not in used))
        if lost:
            notes.append(f"{counted(lost, 'box', 'boxes')} nearest to an anchor in no mask")
    return notes


def _result(
    name: str,
    target: "Target | None",
    pairs: Sequence[Sequence[float]],
    own: tuple[tuple[int, int], str],
    measured: Measured | None,
    failures: Sequence["Failure"],
    notes: list[str],
) -> dict[str, Any]:
    """The JSON object."""
    from anchorkit.cfg_summary import head_rows, short
    from anchorkit.darknet.faults import agree

    result: dict[str, Any] = {
        "ok": not failures,
        "failures": [_figures(failure) for failure in failures],
        "name": name,
        "cfg": None if target is None else target.name,
        "anchors": [[short(side) for side in pair] for pair in pairs],
        "k": len(pairs),
        "input": list(own[0]),
        "resize": own[1],
    }
    quality = measured.quality if measured else None
    if target is not None:
        result["heads"] = head_rows(target.heads, quality if agree(target.heads) else None)
    else:
        result["heads"] = []
    if measured and quality:
        gain = _gain(measured)
        result |= {
            "mean_iou": round(quality.mean_iou, DIGITS),
            "best_possible_recall": round(quality.best_possible_recall, DIGITS),
            "gain": None if gain is None else round(gain, DIGITS),
            "fresh": None
            if measured.fresh is None
            else [[short(side) for side in pair] for pair in measured.fresh.tolist()],
            "images": measured.boxes.images,
            "boxes": len(measured.boxes),
            "skipped": measured.boxes.report.left_out,
        }
    return {**result, "notes": notes}


def _figures(failure: "Failure") -> dict[str, Any]:
    found = failure.found
    return {
        "gate": failure.gate,
        "found": round(found, DIGITS) if isinstance(found, float) else found,
        "wanted": failure.wanted,
    }


def _shown(result: dict[str, Any], failures: Sequence["Failure"], form: str) -> str:
    """The result in text or Markdown."""
    from anchorkit.cfg_summary import head_table
    from anchorkit.report import counted

    bullet = "- " if form == "markdown" else ""
    width, height = result["input"]
    what = f"{counted(result['k'], 'anchor')} for input {width}x{height}, {result['resize']}"
    parts = [f"### {result['name']}: {what}" if form == "markdown" else f"{result['name']}: {what}"]
    if result["heads"]:
        parts.append(head_table(result["heads"], form))
    if "mean_iou" in result:
        parts.append("\n".join(bullet + line for line in _measures(result)))
    if result["notes"]:
        parts.append("\n".join(f"{bullet}note: {note}" for note in result["notes"]))
    mark = "**FAILED**" if form == "markdown" else "FAILED"
    verdict = [f"{bullet}{mark} {failure}" for failure in failures]
    parts.append("\n".join(verdict) or f"{bullet}ok: no fault found")
    return "\n\n".join(parts)


def _measures(result: dict[str, Any]) -> list[str]:
    from anchorkit.report import counted

    boxes = counted(result["boxes"], "box", "boxes")
    lines = [
        f"mean IoU {result['mean_iou']:.4f}, best possible recall "
        f"{result['best_possible_recall']:.4f}, over {boxes}"
    ]
    if result["gain"] is not None:
        fresh = result["mean_iou"] + result["gain"]
        lines.append(f"clustering afresh would reach {fresh:.4f} ({result['gain']:+.4f})")
    return lines
