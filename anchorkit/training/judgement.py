"""From boxes and anchors to a verdict: what it weighs, measured."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.network_input import NetworkInput
from anchorkit.overlap import nearest
from anchorkit.training.augmentation_figures import TrainingQuality, measured
from anchorkit.training.thresholds import THRESHOLDS
from anchorkit.training.verdict import (
    OTHER_FIT,
    Finding,
    advice,
    gain_interval,
    verdict,
    worst_first,
)
from anchorkit.training.verdict_input import ClassFit, Fit, HeadFit, VerdictInput

if TYPE_CHECKING:  # what draws boxes and deals them out is seldom asked for, and slow to import
    from anchorkit.training.assignment import Assignment, TrainedHead
    from anchorkit.training.augmentation import DrawnBoxes
    from anchorkit.training.augmentation_settings import Augmentation

__all__ = [
    "RULES",
    "AnchorSet",
    "InTraining",
    "Judged",
    "assigned",
    "drawn_in_training",
    "equal_heads",
    "judged",
    "present_findings",
]

Sizes = NDArray[np.float64]

RULES = ("darknet", "yolov5", "yolov7", "tao")
"""By which rule a trainer gives boxes to anchors."""

ON_PRESENT = {
    "keep-defaults-worse": ("note", "keep-present"),
    "keep-defaults": ("note", "keep-present"),
    "may-help": ("note", "fresh-may-help"),
    "use-new": ("warning", "use-fresh"),
    "use-new-untrained": ("warning", "use-fresh"),
}
"""Level and code of advice, where the anchors to beat are those that are trained with already."""

WHOLE = {"yolov5": "up", "yolov7": "down"}
"""What becomes of the sides of a letterboxed image."""


@dataclass(frozen=True, eq=False)
class AnchorSet:
    """Anchors, and the heads that are trained with them.

    Attributes
    ----------
    anchors
        (k, 2), columns width and height, pixels at input.
    heads
        Which of them each head has; empty where that is not known.
    """

    anchors: Sizes
    heads: "tuple[TrainedHead, ...]" = ()


class InTraining(NamedTuple):
    """Boxes as training sees them, and what said how."""

    source: str
    drawn: "DrawnBoxes"

    def over(self, boxes: Boxes, network: NetworkInput) -> Boxes:
        """The drawn boxes with the classes and images of those they were drawn from.

        Parameters
        ----------
        boxes
            The labelled boxes.
        network
            The input for which they were drawn.

        Returns
        -------
        Without positions; every image has the size of the input, as training has resized it.
        """
        rows = self.drawn.sources
        frame = np.asarray(network.size, dtype=np.float64)
        return replace(
            boxes,
            sizes=self.drawn.sizes / frame,
            image_ids=boxes.image_ids[rows],
            class_ids=boxes.class_ids[rows],
            difficult=boxes.difficult[rows],
            truncated=boxes.truncated[rows],
            image_sizes=np.broadcast_to(frame, boxes.image_sizes.shape),
            centres=None,
        )


class Judged(NamedTuple):
    """The verdict, and the figures in training of the anchors and of the defaults."""

    findings: list[Finding]
    """Worst first."""
    advice: list[Finding]
    """Those among them that say which anchors to take; none where there are no defaults."""
    training: TrainingQuality | None
    training_defaults: TrainingQuality | None
    labelled: TrainingQuality
    labelled_defaults: TrainingQuality | None


def drawn_in_training(
    boxes: Boxes, network: NetworkInput, augmentation: "Augmentation", *, source: str, seed: int = 0
) -> InTraining:
    """The boxes of a data set as a trainer's loader hands them to the network.

    Parameters
    ----------
    boxes
        With their centres.
    network
        The network's input; `augmentation` says how images come to it.
    augmentation
        The settings of the loader.
    source
        What they were taken from.
    seed
        Fixes the draw.

    Raises
    ------
    DataError
        Where there are no boxes, no centres, or the size of an image is needed and not known.
    """
    from anchorkit.training.augmentation import augmented
    from anchorkit.training.augmentation_settings import YoloAugmentation

    if isinstance(augmentation, YoloAugmentation) or augmentation.letter_box:
        boxes.at_input(replace(network, resize="letterbox"))  # names an image of unknown size
    drawn = augmented(
        boxes.sizes,
        boxes.placed("augmentation"),
        boxes.image_ids,
        boxes.image_sizes,
        augmentation,
        frame=network.size,
        seed=seed,
    )
    return InTraining(source, drawn)


def equal_heads(
    strides: Sequence[int], k: int, *, iou_thresh: float = 1.0
) -> "tuple[TrainedHead, ...]":
    """Heads that share k anchors equally, the finest stride taking the smallest.

    Parameters
    ----------
    strides
        Of the heads, ascending.
    k
        How many anchors there are; where they do not come out even, coarser heads get more.
    iou_thresh
        As `TrainedHead` has it.

    Examples
    --------
    >>> [head.anchors for head in equal_heads([8, 16, 32], 7)]
    [(0, 1), (2, 3), (4, 5, 6)]
    """
    from anchorkit.training.assignment import TrainedHead

    least, more = divmod(k, len(strides))
    ends = np.cumsum([least + (index >= len(strides) - more) for index in range(len(strides))])
    starts = [0, *ends[:-1].tolist()]
    return tuple(
        TrainedHead(stride, tuple(range(start, end)), iou_thresh)
        for stride, start, end in zip(strides, starts, ends.tolist(), strict=True)
    )


def assigned(
    boxes: Boxes, network: NetworkInput, given: AnchorSet, rule: str, *, anchor_t: float = 4.0
) -> "Assignment":
    """Who trains which of the labelled boxes.

    Parameters
    ----------
    boxes
        With their centres.
    network
        The network's input.
    given
        The anchors and their heads.
    rule
        One of `RULES`.
    anchor_t
        The factor of YOLOv5 and YOLOv7.

    Raises
    ------
    DataError
        Where there are no boxes, no centres, or letterbox needs the size of an image that has none.
    """
    from anchorkit.training.assignment import (
        darknet_assignment,
        ratio_assignment,
        tao_assignment,
    )
    from anchorkit.training.assignment_places import placed

    at_places = placed(
        boxes.sizes,
        boxes.placed("assignment"),
        boxes.image_ids,
        boxes.image_sizes,
        network=network,
        whole=WHOLE.get(rule, "none"),
    )
    if rule == "darknet":
        return darknet_assignment(at_places, given.anchors, given.heads)
    if rule == "tao":
        return tao_assignment(at_places, given.anchors, given.heads)
    return ratio_assignment(at_places, given.anchors, given.heads, anchor_t)


def judged(
    boxes: Boxes,
    network: NetworkInput,
    given: AnchorSet,
    *,
    name: str = "these",
    defaults: AnchorSet | None = None,
    default_name: str = "",
    no_defaults: str = "",
    in_training: InTraining | None = None,
    rule: str | None = None,
    anchor_t: float = 4.0,
    held_out_loss: float | None = None,
    can_assign: bool = False,
    weights: Sizes | None = None,
) -> Judged:
    """What a verdict weighs, measured on the boxes, and the verdict.

    Parameters
    ----------
    boxes
        The labelled boxes.
    network
        The network's input.
    given, name
        The anchors in question, and what to call them.
    defaults, default_name
        Those to beat, and what to call them.
    no_defaults
        Where there are none, why, in words.
    in_training
        The boxes as training sees them; None: not known.
    rule
        One of `RULES`, where the heads are known.
    anchor_t
        The factor of YOLOv5 and YOLOv7.
    held_out_loss
        Mean IoU that anchors of half of the images lose on the other half.
    can_assign
        Whether anchors can be dealt out to the heads by their size instead.
    weights
        (m, 2), the anchors of the weights that training starts from.

    Raises
    ------
    DataError
        Where there are no boxes.
    """
    sizes = boxes.at_input(network)
    new = measured(sizes, given.anchors, anchor_t)
    old = None if defaults is None else measured(sizes, defaults.anchors, anchor_t)
    seen: Sizes = sizes
    owners: NDArray[np.int64] = np.arange(len(boxes), dtype=np.int64)
    new_seen = old_seen = None
    if in_training is not None and len(in_training.drawn):
        seen, owners = in_training.drawn.sizes, in_training.drawn.sources
        new_seen = measured(seen, given.anchors, anchor_t)
        old_seen = None if defaults is None else measured(seen, defaults.anchors, anchor_t)
    report = boxes.report
    weighed = VerdictInput(
        anchors=given.anchors,
        name=name,
        defaults=None if defaults is None else defaults.anchors,
        default_name=default_name,
        no_defaults=no_defaults,
        labelled=_fit(new),
        labelled_defaults=None if old is None else _fit(old),
        training=None if new_seen is None else _fit(new_seen),
        training_defaults=None if old_seen is None else _fit(old_seen),
        source="" if in_training is None else in_training.source,
        images=report.images,
        boxes=len(boxes),
        held_out_loss=held_out_loss,
        can_assign=can_assign,
        left_out=report.left_out / report.objects if report.objects else 0.0,
        tiny=float(np.mean(sizes.min(axis=1) < THRESHOLDS["tiny_side"].value)),
        weights=weights,
    )
    if defaults is not None:
        weighed = _compared(weighed, boxes, seen, owners, given, defaults)
    if given.heads:
        weighed = replace(weighed, heads=_heads(sizes, given))
    if rule is not None:
        weighed = _trained(weighed, boxes, network, given, defaults, rule, anchor_t)
    return Judged(verdict(weighed), list(advice(weighed)), new_seen, old_seen, new, old)


def present_findings(
    boxes: Boxes,
    network: NetworkInput,
    present: AnchorSet,
    fresh: Sizes | None,
    *,
    in_training: InTraining | None = None,
    rule: str | None = None,
    anchor_t: float = 4.0,
    can_assign: bool = False,
) -> list[Finding]:
    """Whether anchors that are trained with already should be replaced, and what is wrong there.

    Parameters
    ----------
    boxes, network
        The labelled boxes, and the network's input.
    present
        The anchors and their heads.
    fresh
        (k, 2), what would replace them, pixels at input; None where nothing would.
    in_training, rule, anchor_t, can_assign
        As for `judged`.

    Returns
    -------
    As from `verdict`. The advice compares the fresh anchors with the present ones, which win a tie;
    everything else is of the present ones.
    """
    found = judged(
        boxes,
        network,
        present,
        in_training=in_training,
        rule=rule,
        anchor_t=anchor_t,
        can_assign=can_assign,
    ).findings
    if fresh is not None and len(fresh):
        compared = judged(
            boxes,
            network,
            AnchorSet(fresh),
            name="fresh ones",
            defaults=present,
            default_name="these",
            in_training=in_training,
            anchor_t=anchor_t,
        )
        found = found + [_on_present(finding) for finding in compared.advice]
    codes = [finding.code for finding in found]
    return worst_first([one for row, one in enumerate(found) if one.code not in codes[:row]])


def _on_present(advice: Finding) -> Finding:
    """Advice on fresh anchors, as advice on the present ones."""
    level, code = ON_PRESENT.get(advice.code, (advice.level, advice.code))
    return Finding(level, code, advice.text.removesuffix(OTHER_FIT))


def _fit(quality: TrainingQuality) -> Fit:
    return Fit(quality.mean_iou, quality.below_half, quality.best_possible_recall)


def _compared(
    weighed: VerdictInput,
    boxes: Boxes,
    seen: Sizes,
    owners: NDArray[np.int64],
    given: AnchorSet,
    defaults: AnchorSet,
) -> VerdictInput:
    """What the anchors gain over the defaults, how surely, and for which classes."""
    new, old = nearest(seen, given.anchors)[1], nearest(seen, defaults.anchors)[1]
    gain, interval = gain_interval(new - old, boxes.image_ids[owners])
    classes = boxes.class_ids[owners]
    labelled = np.bincount(boxes.class_ids, minlength=len(boxes.class_names))
    counts = np.bincount(classes, minlength=len(boxes.class_names))
    sums = [np.bincount(classes, best, len(boxes.class_names)) for best in (old, new)]
    fits = [
        ClassFit(name, int(labelled[row]), *(float(each[row] / counts[row]) for each in sums))
        for row, name in enumerate(boxes.class_names)
        if counts[row]
    ]
    return replace(weighed, gain=gain, interval=interval, classes=fits)


def _heads(sizes: Sizes, given: AnchorSet) -> list[HeadFit]:
    """For each head: its anchors, the boxes nearest to them, and those smaller than its cell."""
    labels = nearest(sizes, given.anchors)[0]
    shorter = sizes.min(axis=1)
    fits = []
    for head in given.heads:
        mine = np.isin(labels, head.anchors)
        below = float(np.mean(shorter[mine] < head.stride)) if mine.any() else 0.0
        fits.append(
            HeadFit(head.stride, given.anchors[list(head.anchors)], float(mine.mean()), below)
        )
    return fits


def _trained(
    weighed: VerdictInput,
    boxes: Boxes,
    network: NetworkInput,
    given: AnchorSet,
    defaults: AnchorSet | None,
    rule: str,
    anchor_t: float,
) -> VerdictInput:
    """Who trains which box, by the rule of the trainer; nothing where boxes have no positions."""
    if boxes.centres is None or not given.heads:
        return weighed
    from anchorkit.training.assignment import DROPPED

    new = assigned(boxes, network, given, rule, anchor_t=anchor_t)
    old = None
    if defaults is not None and defaults.heads:
        old = assigned(boxes, network, defaults, rule, anchor_t=anchor_t)
    # YOLOv5 and YOLOv7 train a box at several places: one that is taken does not lose it
    shares = new.overwritten / new.positives if rule == "darknet" and new.positives else None
    limit = f"{rule} wants sides of {'more than ' if rule != 'darknet' else ''}{DROPPED[rule]:g} px"
    return replace(
        weighed,
        untrained=len(new.untrained) / len(boxes),
        untrained_defaults=None if old is None else len(old.untrained) / len(boxes),
        dropped=len(new.dropped) / len(boxes),
        dropped_why=limit,
        overwritten=shares,
    )
