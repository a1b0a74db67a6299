"""`anchorkit check`: the gate for CI."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from anchorkit.cli.cfg.options import CfgOptions, cfg_file_option
from anchorkit.cli.options.anchors import GivenAnchors, anchors_option
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.shared import format_option, help_text, input_options
from anchorkit.cli.options.types import Number

if TYPE_CHECKING:
    from anchorkit.reports.check import Measured, Subject

__all__ = ["Gates", "command"]


class Gates(NamedTuple):
    """What the figures must reach; None sets no gate."""

    min_iou: float | None
    min_recall: float | None
    max_gain: float | None


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
    type=Number(min=0),
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
    from anchorkit.cli.cfg.target import input_of, open_cfg
    from anchorkit.cli.options.loading import require_data, warn
    from anchorkit.darknet.checks import consistency, notes_on_size, quality_failures
    from anchorkit.darknet.portability import notes_of
    from anchorkit.errors import UsageError
    from anchorkit.reports.check import Subject, check_result, check_shown, notes_on_data
    from anchorkit.reports.tables import json_text

    gates = Gates(min_iou, min_recall, max_gain)
    if [cfg, anchors, preset].count(None) != 2:
        raise UsageError("wanted one of --cfg FILE, --anchors, --preset")
    target = None if cfg is None else open_cfg(CfgOptions(cfg, force=True))
    if not data.sources:
        given = [name for name in gates._fields if getattr(gates, name) is not None]
        if given or target is None:
            what = f"--{given[0].replace('_', '-')}" if given else "without --cfg"
            require_data(data, f"{what}: wanted data")
    if target is not None:
        own = input_of(target, size, resize)
        subject = Subject(target.name, target.name, target.heads, target.anchors, *own)
    else:
        subject = _without_cfg(anchors, preset, size, resize)
    failures = consistency(subject.heads)
    measured = _measured(data, subject, gates) if data.sources and subject.anchors else None
    if measured:
        failures += quality_failures(
            mean_iou=measured.quality.mean_iou,
            recall=measured.quality.best_possible_recall,
            gain=measured.gain,
            **gates._asdict(),
        )
    notes = [str(note) for note in notes_of(target.cfg)] if target else []
    notes += notes_on_size(subject.heads, subject.size) + notes_on_data(subject, measured)
    result = check_result(subject, measured, failures, notes)
    click.echo(json_text(result) if form == "json" else check_shown(result, failures, form))
    if failures:
        gates_failed = ", ".join(dict.fromkeys(failure.gate for failure in failures))
        warn(f"check failed: {gates_failed}")
    return 1 if failures else 0


def _without_cfg(
    anchors: GivenAnchors | None,
    preset: str | None,
    size: tuple[int, int] | None,
    resize: str | None,
) -> "Subject":
    """Anchors that stand in no cfg, at the input that is asked for, or that they are meant for."""
    from anchorkit.anchors.presets import preset as preset_named
    from anchorkit.cli.options.anchors import Given, frame_of
    from anchorkit.cli.options.loading import warn
    from anchorkit.reports.check import Subject

    if anchors is not None:
        known = Given(anchors.name, anchors.sizes, "anchors", anchors.size, anchors.resize)
    else:
        named = preset_named(preset or "")
        known = Given(named.name, named.anchors, "preset", named.size)
    used, how, warnings = frame_of([known], size or known.size, resize or known.resize)
    for line in warnings:
        warn(f"warning: {line}")
    pairs = [(width, height) for width, height in known.anchors.tolist()]
    return Subject(known.name, None, (), pairs, used, how)


def _measured(data: DataOptions, subject: "Subject", gates: Gates) -> "Measured":
    from anchorkit.anchors.rounding import rounded
    from anchorkit.cli.options.loading import load_boxes, show_progress, warn
    from anchorkit.clustering import cluster
    from anchorkit.errors import DataError, TooManyClustersError
    from anchorkit.quality import evaluate
    from anchorkit.reports.check import Measured

    boxes = load_boxes(data, subject.size, subject.resize)
    if not len(boxes):
        raise DataError("no usable boxes")
    sizes = boxes.at_input(subject.size, subject.resize)
    quality = evaluate(sizes, subject.anchors)
    try:
        found = cluster(sizes, len(subject.anchors), progress=show_progress(data))
    except TooManyClustersError as error:
        if gates.max_gain is not None:
            raise
        warn(f"note: no gain can be told: {error}")
        return Measured(boxes, quality, None, None)
    fresh = rounded(sizes, found.anchors, 0)
    return Measured(boxes, quality, fresh, evaluate(sizes, fresh).mean_iou)
