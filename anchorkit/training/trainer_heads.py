"""The heads that a trainer gives to anchors of no cfg.

Tested in tests/cli/test_evaluate_trainer.py.
"""

from anchorkit.training.assignment import TrainedHead
from anchorkit.training.judgement import equal_heads
from anchorkit.training.trainers import Trainer

__all__ = ["heads_of_trainer"]

STRIDES = {
    "yolov3-tiny": (16, 32),
    "yolov4-p6": (8, 16, 32, 64),
    "yolov5-p6": (8, 16, 32, 64),
    "yolov7-w6": (8, 16, 32, 64),
}
"""Strides of the networks that have others than their trainer's usual ones, by their anchors."""


def heads_of_trainer(trainer: Trainer, k: int) -> tuple[TrainedHead, ...]:
    """Heads that share k anchors equally, with the strides of the trainer's network of that size.

    Parameters
    ----------
    trainer
        Who trains.
    k
        How many anchors there are, the smallest first.

    Returns
    -------
    By ascending stride; empty where there are fewer anchors than heads.

    Examples
    --------
    >>> from anchorkit.training.trainers import trainer_named
    >>> [(head.stride, head.anchors) for head in heads_of_trainer(trainer_named("yolov5"), 9)]
    [(8, (0, 1, 2)), (16, (3, 4, 5)), (32, (6, 7, 8))]
    >>> [head.stride for head in heads_of_trainer(trainer_named("yolov5"), 12)]
    [8, 16, 32, 64]
    """
    strides = STRIDES.get(trainer.defaults.get(k, ""), trainer.strides)
    return equal_heads(strides, k) if k >= len(strides) else ()
