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

__all__ = ["verdict_on"]


def verdict_on(
    anchors: "NDArray[np.float64]",
    boxes: "Boxes",
    network: "NetworkInput",
    *,
    defaults: "NamedAnchors | None",
    seen: "InTraining | None",
    heads: "Sequence[TrainedHead]" = (),
    default_heads: "Sequence[TrainedHead]" = (),
    rule: str | None = None,
    trainer: "Trainer | None" = None,
    anchor_t: float = 4.0,
    held_out_loss: float | None = None,
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
    held_out_loss
        Mean IoU lost on images that were not clustered.
    """
    from anchorkit.reports.findings import judged_keys
    from anchorkit.training.judgement import AnchorSet, equal_heads, judged

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
        in_training=seen,
        rule=rule if heads else None,
        anchor_t=anchor_t,
        held_out_loss=held_out_loss,
    )
    return judged_keys(found, seen, len(boxes))
