"""`anchorkit check`: the gate for CI.

Tested in tests/cli/cfg/test_job.py.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.cfg.options import CfgOptions, cfg_file_option
from anchorkit.cli.options.anchors import anchors_option
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.shared import format_option, help_text, input_options
from anchorkit.cli.options.trainer import say_set_against, say_too_small, trainer_option
from anchorkit.cli.options.training_gates import TrainingGates, training_gate_options
from anchorkit.cli.options.types import Number
from anchorkit.network_input import NetworkInput, PartialInput
from anchorkit.training.trainers import TRAINERS, Trainer

if TYPE_CHECKING:
    from anchorkit.reports.check import Measured

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
@trainer_option
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
@training_gate_options
@format_option
def command(
    data: DataOptions,
    cfg: Path | None,
    anchors: NamedAnchors | None,
    preset: str | None,
    trainer: Trainer | None,
    asked: PartialInput,
    min_iou: float | None,
    min_recall: float | None,
    max_gain: float | None,
    training_gates: TrainingGates,
    form: str,
) -> int:
    """Read, measure, judge, print."""
    from anchorkit.cli.cfg.target import network_of, open_cfg
    from anchorkit.cli.messages import error, write_result
    from anchorkit.cli.options.loading import require_data
    from anchorkit.darknet.checks import Failure, consistency, notes_on_size, quality_failures
    from anchorkit.darknet.portability import notes_of
    from anchorkit.errors import UsageError
    from anchorkit.reports.check import check_result, check_shown, notes_on_data
    from anchorkit.reports.fit import to_digits
    from anchorkit.reports.tables import json_text
    from anchorkit.training.cfg_heads import trained_heads

    gates = Gates(min_iou, min_recall, max_gain)
    if [cfg, anchors, preset].count(None) != 2:
        raise UsageError("wanted one of --cfg FILE, --anchors, --preset")
    rule = training_gates.rule(trainer, cfg=cfg is not None)
    target = None if cfg is None else open_cfg(CfgOptions(cfg, force=True))
    if not data.sources:
        names = [name for name in gates._fields if getattr(gates, name) is not None]
        given = [f"--{name.replace('_', '-')}" for name in names] + training_gates.given
        if given or target is None:
            what = given[0] if given else "without --cfg"
            require_data(data, f"{what}: wanted data")
    if target is not None:
        trainer = trainer or TRAINERS["darknet"]
        network, named, heads = network_of(target, asked), target.named, target.heads
        say_set_against(trainer, (), network, cfg=True)
    else:
        network, named = _without_cfg(anchors, preset, asked, trainer)
        heads = ()
    failures = consistency(heads)
    measured = (
        _measured(data, named, network, gates, trainer)
        if data.sources and len(named.anchors)
        else None
    )
    if measured:
        failures += quality_failures(
            mean_iou=measured.quality.mean_iou,
            recall=measured.quality.best_possible_recall,
            gain=measured.gain,
            **gates._asdict(),
        )
    shares = None
    if measured and rule:
        own = None if target is None else trained_heads(heads)
        shares = training_gates.measured(named, own, measured.boxes, network, rule)
        failures += [Failure(*one) for one in training_gates.not_passed(shares)]
    notes = [str(note) for note in notes_of(target.cfg)] if target else []
    notes += [shares.note(rule.name)] if shares and rule else []
    notes += notes_on_size(heads, network.size) + notes_on_data(heads, measured)
    result = check_result(
        named, network, heads, measured, failures, notes, trainer.name if trainer else None
    )
    if shares:
        result |= {name: to_digits(share) for name, share in shares._asdict().items()}
    write_result(json_text(result) if form == "json" else check_shown(result, failures, form))
    if failures:
        gates_failed = ", ".join(dict.fromkeys(failure.gate for failure in failures))
        error(f"check failed: {gates_failed}")
    return 1 if failures else 0


def _without_cfg(
    anchors: NamedAnchors | None,
    preset: str | None,
    asked: PartialInput,
    trainer: Trainer | None,
) -> tuple[NetworkInput, NamedAnchors]:
    """Anchors that stand in no cfg, at the input that is asked for, or that they are meant for."""
    from anchorkit.anchors.presets import preset as preset_named
    from anchorkit.cli.messages import warn
    from anchorkit.cli.options.anchors import network_for

    named = preset_named(preset or "") if anchors is None else anchors
    # A preset's own input counts here, where it is the only one, and no trainer is named
    known = asked if trainer else asked.over(named.network)
    network, warnings = network_for([named], known, trainer)
    for line in warnings:
        warn(line)
    return network, named


def _measured(
    data: DataOptions,
    named: NamedAnchors,
    network: NetworkInput,
    gates: Gates,
    trainer: Trainer | None,
) -> "Measured":
    from anchorkit.anchors.rounding import rounded
    from anchorkit.cli.messages import note, shows_progress
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.clustering import cluster
    from anchorkit.errors import AnchorError, DataError, TooManyClustersError, UsageError
    from anchorkit.quality import evaluate
    from anchorkit.reports.check import Measured

    boxes = load_boxes(data, network)
    if not len(boxes):
        raise DataError("no usable boxes")
    say_too_small(trainer, boxes, network)
    sizes = boxes.at_input(network)
    try:
        quality = evaluate(sizes, named.anchors)
    except UsageError as error:  # a cfg may list what is no size, such as 1e-320
        raise AnchorError(f"{named.name}: {error}") from None
    try:
        found = cluster(sizes, len(named.anchors), progress=shows_progress())
    except TooManyClustersError as error:
        if gates.max_gain is not None:
            raise
        note(f"no gain can be told: {error}")
        return Measured(boxes, quality, None, None)
    fresh = rounded(sizes, found.anchors, 0)
    return Measured(boxes, quality, fresh, evaluate(sizes, fresh).mean_iou)
