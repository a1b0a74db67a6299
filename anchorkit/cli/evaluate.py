"""`anchorkit evaluate`: how well given anchors fit, one set in full or several side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.options.anchors import CfgAnchors, given_options, network_for, trainer_for
from anchorkit.cli.options.assignment import (
    Assigned,
    anchor_t_option,
    assigned_to,
    check_untrained_path,
    untrained_option,
    write_untrained,
)
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.groups import DATA, GroupedCommand
from anchorkit.cli.options.shared import format_option, help_text, input_options
from anchorkit.cli.options.trainer import say_too_small, trainer_option
from anchorkit.cli.options.training import augment_option, in_training
from anchorkit.network_input import PartialInput
from anchorkit.training.trainers import TRAINERS, Trainer

if TYPE_CHECKING:
    from anchorkit.boxes import Boxes
    from anchorkit.darknet.sections import Cfg
    from anchorkit.network_input import NetworkInput

__all__ = ["command"]


@click.command(
    cls=GroupedCommand,
    takes=DATA,
    first=("--preset", "--anchors"),
    help=help_text(
        "Say how well given anchors fit a data set: a cfg's, a network's defaults, or your own.",
        "anchorkit evaluate --voc VOCdevkit/VOC2007 --preset yolov3",
        "anchorkit evaluate --voc annotations --preset yolov3 --cfg old.cfg --anchors new.json",
        "anchorkit evaluate --voc annotations --trainer yolov5",
    ),
)
@given_options
@data_options
@trainer_option
@input_options
@augment_option
@anchor_t_option
@untrained_option
@format_option
def command(
    given: tuple[NamedAnchors, ...],
    data: DataOptions,
    trainer: Trainer | None,
    asked: PartialInput,
    augment: str | None,
    anchor_t: float,
    untrained: Path | None,
    form: str,
) -> None:
    """Gather the anchors, load, judge, print."""
    from anchorkit.cli.messages import warn, write_result
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.reports.evaluate import comparison
    from anchorkit.reports.evaluate_text import comparison_markdown, comparison_text
    from anchorkit.reports.tables import json_text

    named, trainer = trainer, trainer_for(given, trainer)
    if untrained:
        _check_rule(trainer)
        check_untrained_path(untrained)
    network, warnings = network_for(given, asked, trainer)
    by_default = not given
    if by_default:
        given = (_default_of(trainer, network),)
    for line in warnings:
        warn(line)
    boxes = load_boxes(data, network)
    say_too_small(trainer, boxes, network)
    result = comparison(
        boxes,
        given,
        network=network,
        trainer=trainer.name if trainer else None,
        anchor_t=anchor_t if trainer and trainer.by_ratio else None,
        by_default=by_default,
    )
    cfg = _single_cfg(given) if trainer in (None, TRAINERS["darknet"]) else None
    for one, keys in zip(
        result["results"],
        _in_training(given, boxes, network, augment, anchor_t, cfg, trainer),
        strict=True,
    ):
        one |= keys
    if trainer is not None:
        asked_for = named is not None or untrained is not None
        found = _assigned(given, boxes, network, trainer, anchor_t, asked_for=asked_for)
        for one, assigned in zip(result["results"], found, strict=True):
            one |= {} if assigned is None else {"assignment": assigned.keys}
        if untrained:
            write_untrained(untrained, found, boxes, network, trainer, anchor_t)
    show = {"text": comparison_text, "json": json_text, "markdown": comparison_markdown}
    write_result(show[form](result))


def _default_of(trainer: Trainer | None, network: "NetworkInput") -> NamedAnchors:
    """The anchors that a trainer starts from where nobody says others, scaled to an input.

    Raises
    ------
    UsageError
        Where it is not known who trains, either.
    """
    from anchorkit.errors import UsageError
    from anchorkit.reports.cluster import defaults_for

    if trainer is not None:
        found = defaults_for(trainer.per_level * len(trainer.strides), network, trainer)
        if found is not None:
            return found
    raise UsageError(
        "no anchors: name some with --anchors, --cfg or --preset, or a --trainer for its default"
    )


def _check_rule(trainer: Trainer | None) -> None:
    """Fail where a list of untrained boxes is wanted, and it is not known who trains."""
    from anchorkit.errors import UsageError

    if trainer is None or trainer.rule is None:
        rules = ", ".join(name for name, one in TRAINERS.items() if one.rule)
        found = "none" if trainer is None else trainer.name
        raise UsageError(f"--untrained: wanted --trainer {rules} or a --cfg, found {found}")


def _assigned(
    given: Sequence[NamedAnchors],
    boxes: "Boxes",
    network: "NetworkInput",
    trainer: Trainer,
    anchor_t: float,
    *,
    asked_for: bool,
) -> "Sequence[Assigned | None]":
    """Who trains which box; where a cfg alone implies the question, a note where nobody knows."""
    from anchorkit.cli.messages import note
    from anchorkit.errors import DataError

    try:
        return assigned_to(given, boxes, network, trainer, anchor_t)
    except DataError as error:
        if asked_for:
            raise
        note(f"no word of who trains which box: {error}")
        return [None for _ in given]


def _single_cfg(given: Sequence[NamedAnchors]) -> "tuple[str, Cfg] | None":
    """The cfg that says how training alters boxes: the only one."""
    cfgs = [one for one in given if isinstance(one, CfgAnchors)]
    return (cfgs[0].file, cfgs[0].cfg) if len(cfgs) == 1 else None


def _in_training(
    given: Sequence[NamedAnchors],
    boxes: "Boxes",
    network: "NetworkInput",
    augment: str | None,
    anchor_t: float,
    cfg: "tuple[str, Cfg] | None",
    trainer: Trainer | None,
) -> list[dict[str, Any]]:
    """For each set of anchors the figures as labelled and in training; nothing where unknown."""
    from anchorkit.cli.messages import note
    from anchorkit.errors import DataError
    from anchorkit.reports.findings import labelled_and_training
    from anchorkit.training.augmentation_figures import measured

    usual = None if trainer is None else trainer.augmentation
    seen = in_training(augment, boxes, network, cfg=cfg, trainer=usual)
    if seen is None:
        return [{} for _ in given]
    sizes = boxes.at_input(network)
    try:
        return [
            labelled_and_training(
                measured(sizes, one.anchors, anchor_t),
                measured(seen.drawn.sizes, one.anchors, anchor_t),
                seen,
                len(boxes),
            )
            for one in given
        ]
    except DataError as error:  # no box outlives the augmentation
        if augment is not None:
            raise
        note(f"no figures in training: {error}")
        return [{} for _ in given]
