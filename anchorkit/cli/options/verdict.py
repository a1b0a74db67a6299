"""The verdict of every command that has boxes and anchors: measured, as keys of its result.

Tested in tests/training/test_trainers.py.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from anchorkit.anchors.named import NamedAnchors
    from anchorkit.boxes import Boxes
    from anchorkit.network_input import NetworkInput
    from anchorkit.training.assignment import TrainedHead
    from anchorkit.training.judgement import InTraining
    from anchorkit.training.trainers import Trainer
    from anchorkit.training.verdict import Finding

__all__ = ["verdict_on", "verdict_on_present"]


def verdict_on(
    anchors: "NDArray[np.float64]",
    boxes: "Boxes",
    network: "NetworkInput",
    *,
    defaults: "NamedAnchors | None",
    no_defaults: str = "",
    seen: "InTraining | None",
    heads: "Sequence[TrainedHead]" = (),
    default_heads: "Sequence[TrainedHead]" = (),
    rule: str | None = None,
    trainer: "Trainer | None" = None,
    anchor_t: float = 4.0,
    can_assign: bool = False,
) -> dict[str, Any]:
    """The keys `findings`, `labelled` and `training` of a result.

    Parameters
    ----------
    anchors
        (k, 2), as written, pixels at input.
    boxes, network
        The labelled boxes, and the input.
    defaults
        The anchors to beat.
    no_defaults
        Where there are none, why, in words.
    seen
        The boxes as training sees them.
    heads, default_heads
        Of a cfg, where there is one.
    rule
        By which boxes are given to anchors; None: as the trainer does.
    trainer
        Without a cfg, its levels share the anchors equally.
    anchor_t
        The factor of YOLOv5 and YOLOv7.
    can_assign
        Whether `--assign size` would do something.
    """
    from anchorkit.reports.findings import judged_keys
    from anchorkit.sweep import held_out_loss
    from anchorkit.training.judgement import AnchorSet, equal_heads, judged
    from anchorkit.training.verdict import few_data

    lost = None
    if few_data(boxes.report.images, len(boxes), len(anchors)):
        sizes = boxes.at_input(network)
        lost = held_out_loss(sizes, boxes.image_ids, boxes.images, len(anchors))
    if trainer is not None and not heads and len(anchors) >= len(trainer.strides):
        heads, rule = equal_heads(trainer.strides, len(anchors)), rule or trainer.rule
        if defaults is not None and len(defaults.anchors) >= len(trainer.strides):
            default_heads = equal_heads(trainer.strides, len(defaults.anchors))
    found = judged(
        boxes,
        network,
        AnchorSet(anchors, tuple(heads)),
        defaults=None if defaults is None else AnchorSet(defaults.anchors, tuple(default_heads)),
        default_name="" if defaults is None else defaults.name,
        no_defaults=no_defaults,
        in_training=seen,
        rule=rule if heads else None,
        anchor_t=anchor_t,
        held_out_loss=lost,
        can_assign=can_assign,
        weights=None if trainer is None or defaults is None else defaults.anchors,
    )
    return judged_keys(found, seen, len(boxes))


def verdict_on_present(
    named: "NamedAnchors",
    fresh: "NDArray[np.float64] | None",
    boxes: "Boxes",
    network: "NetworkInput",
    *,
    seen: "InTraining | None",
    heads: "Sequence[TrainedHead]",
    trainer: "Trainer | None",
) -> "list[Finding]":
    """Whether the anchors that are there should be replaced by fresh ones, and what is wrong.

    Parameters
    ----------
    named
        The anchors that are there.
    fresh
        (k, 2), what clustering afresh finds; None where that is not known.
    boxes, network
        The labelled boxes, and the input.
    seen
        The boxes as training sees them.
    heads
        Of the cfg; empty without one: the levels of the trainer share the anchors equally.
    trainer
        Who trains.
    """
    from anchorkit.training.judgement import AnchorSet, present_findings
    from anchorkit.training.trainer_heads import heads_of_trainer

    of_cfg = bool(heads)
    if trainer is not None and not heads:
        heads = heads_of_trainer(trainer, len(named.anchors))
    return present_findings(
        boxes,
        network,
        AnchorSet(named.anchors, tuple(heads)),
        fresh,
        in_training=seen,
        rule=trainer.rule if trainer is not None and heads else None,
        can_assign=of_cfg,
    )
