"""What a verdict weighs.

Tested in tests/training/test_verdict.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["ClassFit", "Fit", "HeadFit", "VerdictInput"]


class Fit(NamedTuple):
    """How anchors fit boxes: shares of the boxes, as labelled or as training sees them."""

    mean_iou: float
    below_half: float
    best_possible_recall: float


class ClassFit(NamedTuple):
    """A class: its boxes, and their mean IoU with the defaults and with the new anchors."""

    name: str
    boxes: int
    default_mean_iou: float
    mean_iou: float


class HeadFit(NamedTuple):
    """A head: its anchors (k, 2) in pixels at input, and the share of the boxes it trains."""

    stride: int
    anchors: NDArray[np.float64]
    share: float
    below_cell: float
    """Share of these boxes whose shorter side is below the stride."""


@dataclass(frozen=True, kw_only=True)
class VerdictInput:
    """All that a verdict weighs; what is not known is None or empty, and then says nothing.

    Attributes
    ----------
    anchors
        (k, 2), the new anchors as written, pixels at input.
    name
        What to call the new anchors.
    defaults, default_name
        (k, 2), those to beat, pixels at input, and what to call them; None where there are none.
    no_defaults
        Where there are none, why, in words.
    labelled, labelled_defaults
        How both fit the labelled boxes.
    training, training_defaults
        How both fit the boxes as training sees them.
    source
        What the augmentation was taken from.
    gain, interval
        What the new anchors gain over the defaults in mean IoU, in training where that is known,
        else as labelled, and between which values it lies if the images were drawn again.
    images, boxes
        How many were clustered.
    held_out_loss
        Mean IoU that anchors of half of the images lose on the other half.
    left_out
        Share of the objects that were left out.
    tiny
        Share of the boxes whose shorter side is below 8 pixels at input.
    dropped, dropped_why
        Share of the boxes that the trainer itself drops, and by which rule.
    untrained, untrained_defaults
        Share of the boxes that no anchor trains.
    overwritten
        Share of the truths whose cell and anchor another takes.
    classes, heads
        See `ClassFit` and `HeadFit`.
    can_assign
        Whether anchors can be dealt out to the heads by their size instead.
    weights
        (m, 2), the anchors of the weights that training starts from.
    """

    anchors: NDArray[np.float64]
    name: str = "these"
    defaults: NDArray[np.float64] | None = None
    default_name: str = ""
    no_defaults: str = ""
    labelled: Fit
    labelled_defaults: Fit | None = None
    training: Fit | None = None
    training_defaults: Fit | None = None
    source: str = ""
    gain: float | None = None
    interval: tuple[float, float] | None = None
    images: int
    boxes: int
    held_out_loss: float | None = None
    left_out: float = 0.0
    tiny: float = 0.0
    dropped: float = 0.0
    dropped_why: str = ""
    untrained: float | None = None
    untrained_defaults: float | None = None
    overwritten: float | None = None
    classes: Sequence[ClassFit] = ()
    heads: Sequence[HeadFit] = ()
    can_assign: bool = False
    weights: NDArray[np.float64] | None = None
