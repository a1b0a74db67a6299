"""Whether to train with these anchors: what the figures say, in plain words, worst first.

The rule behind it: the anchors that a network comes with win a tie. New ones are advised where many
boxes lie below an IoU of 0.5 with the defaults in training and the new ones bring that share down:
in trainings that were compared, this share ordered the anchors as their results did, and the mean
IoU on labelled boxes did not. Nothing here promises a result of training.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.overlap import nearest
from anchorkit.training.thresholds import THRESHOLDS
from anchorkit.training.verdict_input import HeadFit, VerdictInput

__all__ = [
    "ADVICE",
    "LEVELS",
    "MOST_FINDINGS",
    "OTHER_FIT",
    "Finding",
    "advice",
    "few_data",
    "gain_interval",
    "verdict",
    "worst_first",
]

LEVELS = ("error", "warning", "note")
"""Levels of findings, the worst first."""

MOST_FINDINGS = 5
"""As many findings are shown as text."""

ADVICE = (
    "keep-defaults-worse",
    "use-new",
    "may-help",
    "use-new-untrained",
    "both-miss",
    "keep-defaults",
    "keep-present",
    "fresh-may-help",
    "use-fresh",
)
"""Codes of the finding that says which anchors to take."""

OTHER_FIT = " (--fit training finds others)"
"""The way out where new anchors fit worse in training."""


class Finding(NamedTuple):
    """One line of the verdict: its level (one of `LEVELS`), a code that stays, and the text."""

    level: str
    code: str
    text: str


def verdict(given: VerdictInput) -> list[Finding]:
    """Whether to train with the anchors, why, and what to do next.

    Parameters
    ----------
    given
        What is known.

    Returns
    -------
    Findings, worst first; among equals the advice itself comes first. Texts are single lines.

    Examples
    --------
    >>> from anchorkit.training.verdict_input import Fit, VerdictInput
    >>> sizes = np.asarray([(20.0, 20.0), (40.0, 40.0)])
    >>> missed, hit = Fit(0.40, 0.80, 0.9), Fit(0.85, 0.05, 1.0)
    >>> found = verdict(
    ...     VerdictInput(
    ...         anchors=sizes,
    ...         default_name="yolov3",
    ...         labelled=hit,
    ...         labelled_defaults=missed,
    ...         training=hit,
    ...         training_defaults=missed,
    ...         images=500,
    ...         boxes=900,
    ...     )
    ... )
    >>> found[0].code, found[0].text[:53]
    ('use-new', 'use these anchors: in training 80% of the boxes are b')
    """
    return worst_first([finding for rule in RULES for finding in rule(given)])


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Findings by level, among equals the advice first, else in their order.

    Examples
    --------
    >>> tiny = Finding("note", "tiny", "20% of the boxes are under 8 pixels at input")
    >>> [one.code for one in worst_first([tiny, Finding("note", "use-new", "use these anchors")])]
    ['use-new', 'tiny']
    """
    return sorted(findings, key=lambda one: (LEVELS.index(one.level), one.code not in ADVICE))


def gain_interval(
    gains: NDArray[np.float64], image_ids: NDArray[np.integer]
) -> tuple[float, tuple[float, float]]:
    """The mean gain of boxes, and where it would lie if the images were drawn again.

    Boxes of one image are not independent, so the images are what is drawn: the standard error of
    a ratio of sums over images, times two to either side.

    Parameters
    ----------
    gains
        (n,), what each box gains in IoU.
    image_ids
        (n,), its image.

    Examples
    --------
    >>> mean, (low, high) = gain_interval(np.asarray([0.1, 0.1, 0.3]), np.asarray([0, 0, 1]))
    >>> round(mean, 4), low < mean < high
    (0.1667, True)
    """
    mean = float(gains.mean())
    sums = np.bincount(image_ids, gains)
    counts = np.bincount(image_ids)
    seen = counts > 0
    images = int(np.count_nonzero(seen))
    if images < 2:
        return mean, (-1.0, 1.0)
    rest = sums[seen] - mean * counts[seen]
    error = math.sqrt(float(rest @ rest) * images / (images - 1)) / len(gains)
    return mean, (mean - 2 * error, mean + 2 * error)


Rule = Callable[[VerdictInput], Iterator[Finding]]


def _at_least(name: str, value: float | None) -> bool:
    return value is not None and value >= THRESHOLDS[name].value


def _share(value: float) -> str:
    """A share as a person says it: never 0 % or 100 % of something that is neither."""
    percent = 100 * value
    if 0 < percent < 1 or 99 < percent < 100:
        return f"{min(max(percent, 0.1), 99.9):.1f}%"
    return f"{percent:.0f}%"


def advice(given: VerdictInput) -> Iterator[Finding]:
    """The first line of a verdict: the new anchors, or the defaults, or why neither.

    Parameters
    ----------
    given
        What is known.
    """
    known = given.training is not None and given.training_defaults is not None
    new, old = (
        (given.training, given.training_defaults)
        if known
        else (given.labelled, given.labelled_defaults)
    )
    if new is None or old is None:
        if given.no_defaults:
            yield Finding("note", "no-defaults", f"no advice: {given.no_defaults}")
        return
    where = "in training" if known else "as labelled"
    name = given.default_name or "the defaults"
    these = "these anchors" if given.name == "these" else given.name
    figures = (
        f"{where} {_share(old.below_half)} of the boxes are below IoU 0.5 with {name}, "
        f"{_share(new.below_half)} with {given.name}"
    )
    misses = old.below_half >= THRESHOLDS["missed"].value
    mended = old.below_half - new.below_half >= THRESHOLDS["mended"].value
    worse = new.below_half - old.below_half >= THRESHOLDS["worse"].value
    untrained = (
        given.untrained is not None
        and given.untrained_defaults is not None
        and given.untrained_defaults - given.untrained >= THRESHOLDS["untrained"].value
    )
    unsure = given.interval is not None and given.interval[0] <= 0 <= given.interval[1]
    if given.held_out_loss is not None and given.gain is not None:
        unsure |= given.held_out_loss >= given.gain
    if worse:
        way = OTHER_FIT if known else ""
        yield Finding("warning", "keep-defaults-worse", f"keep {name}: {figures}{way}")
    elif misses and mended and not unsure:
        yield Finding("note", "use-new", f"use {these}: {figures}")
    elif mended:
        yield Finding("note", "may-help", f"{these} may help: {figures}")
    elif untrained:
        lost, now = given.untrained_defaults or 0.0, given.untrained or 0.0
        yield Finding(
            "note",
            "use-new-untrained",
            f"use {these}: {_share(lost)} of the boxes are never trained with {name}, "
            f"{_share(now)} with {given.name}",
        )
    elif misses and new.below_half >= THRESHOLDS["both_miss"].value:
        yield Finding(
            "warning",
            "both-miss",
            f"neither set fits well: {figures}; try more anchors or another --input",
        )
    else:
        risen = new.mean_iou - old.mean_iou >= THRESHOLDS["overfit"].value
        why = "; a higher mean IoU alone speaks for no change" if risen else ""
        yield Finding("note", "keep-defaults", f"keep {name}: {figures}{why}")
    if not known:
        yield Finding(
            "note",
            "training-unknown",
            "judged on labels alone: --trainer NAME, --cfg FILE or --augment SOURCE shows training",
        )


def _recall(given: VerdictInput) -> Iterator[Finding]:
    new = given.training or given.labelled
    old = given.training_defaults if given.training else given.labelled_defaults
    if old is None:
        return
    if old.best_possible_recall - new.best_possible_recall >= THRESHOLDS["recall"].value:
        yield Finding(
            "warning",
            "recall-falls",
            f"best possible recall falls from {old.best_possible_recall:.4f} to "
            f"{new.best_possible_recall:.4f}: more anchors, or --update iou",
        )


def _classes(given: VerdictInput) -> Iterator[Finding]:
    fallen = [
        one
        for one in given.classes
        if one.boxes >= THRESHOLDS["class_boxes"].value
        and one.default_mean_iou - one.mean_iou >= THRESHOLDS["class"].value
    ]
    if fallen:
        worst = max(fallen, key=lambda one: one.default_mean_iou - one.mean_iou)
        more = f" (and {len(fallen) - 1} more)" if len(fallen) > 1 else ""
        yield Finding(
            "warning",
            "class-worse",
            f"class {worst.name} ({worst.boxes:,} boxes) falls from {worst.default_mean_iou:.3f} "
            f"to {worst.mean_iou:.3f}{more}: a larger k may give it anchors of its own",
        )


def _untrained(given: VerdictInput) -> Iterator[Finding]:
    if _at_least("untrained", given.untrained):
        yield Finding(
            "warning",
            "untrained",
            f"{_share(given.untrained or 0)} of the boxes are never trained, no head has an anchor "
            "for them: evaluate --untrained FILE.csv names each",
        )
    if _at_least("overwritten", given.overwritten):
        yield Finding(
            "warning",
            "overwritten",
            f"{_share(given.overwritten or 0)} of the boxes lose their cell and anchor to another "
            "one: a larger --input or more heads part them",
        )


def _heads(given: VerdictInput) -> Iterator[Finding]:
    known = [head for head in given.heads if len(head.anchors)]
    coarse = [head for head in known if _strides(head)[1] < THRESHOLDS["below_stride"].value]
    if coarse:
        low, high = (
            min(_strides(head)[0] for head in coarse),
            max(_strides(head)[1] for head in coarse),
        )
        below = max(head.below_cell for head in coarse)
        yield Finding(
            "warning",
            "head-too-coarse",
            f"the anchors of {_named(coarse)} have {low:.1f} to {high:.1f} strides, up to "
            f"{_share(below)} of {'its' if len(coarse) == 1 else 'their'} boxes are smaller than a "
            f"cell: {_by_size(given)}a larger --input, or a network with finer heads",
        )
    finest = min(known, key=lambda head: head.stride, default=None)
    if finest is not None and _strides(finest)[0] > THRESHOLDS["above_stride"].value:
        yield Finding(
            "warning",
            "head-too-fine",
            f"the anchors of {_named([finest])} have {_strides(finest)[0]:.0f} strides and more: "
            f"{_by_size(given)}a smaller --input, or a network with coarser heads",
        )
    sizes = np.sqrt(given.anchors.prod(axis=1))
    if len(sizes) > 2 and sizes.max() < THRESHOLDS["crowded"].value * sizes.min():
        yield Finding(
            "warning",
            "crowded",
            f"all anchors lie within a factor of {float(sizes.max() / sizes.min()):.1f} of one "
            "another, yet heads of every stride get some: fewer anchors, or the defaults",
        )
    if len(given.heads) > 1:
        idle = [head for head in given.heads if head.share < THRESHOLDS["idle"].value]
        if idle:
            yield Finding(
                "warning",
                "head-idle",
                f"hardly a box for {_named(idle)}: {_by_size(given)}"
                f"{'or ' if given.can_assign else ''}a network without that head",
            )


def _by_size(given: VerdictInput) -> str:
    return "--assign size, " if given.can_assign else ""


def _strides(head: HeadFit) -> tuple[float, float]:
    """The smallest and the largest of its anchors, in strides."""
    sides = np.sqrt(head.anchors.prod(axis=1)) / head.stride
    return float(sides.min()), float(sides.max())


def _named(heads: Sequence[HeadFit]) -> str:
    strides = sorted(head.stride for head in heads)
    return f"stride{'s' if len(strides) > 1 else ''} {', '.join(map(str, strides))}"


def _data(given: VerdictInput) -> Iterator[Finding]:
    if _at_least("left_out", given.left_out):
        yield Finding(
            "warning",
            "left-out",
            f"{_share(given.left_out)} of the objects were left out: these anchors are of the rest "
            "(inspect says why)",
        )
    if _at_least("filtered", given.dropped):
        yield Finding(
            "warning",
            "dropped",
            f"{_share(given.dropped)} of the boxes are dropped by the trainer "
            f"({given.dropped_why}): --min-size leaves them out, a larger --input keeps them",
        )
    if _at_least("tiny", given.tiny):
        yield Finding(
            "note",
            "tiny",
            f"{_share(given.tiny)} of the boxes are under 8 pixels at input: a larger --input "
            "helps them most",
        )


def few_data(images: int, boxes: int, k: int) -> bool:
    """Whether k anchors depend on which images happened to be taken.

    Examples
    --------
    >>> few_data(99, 10_000, 9), few_data(100, 10_000, 9), few_data(100, 200, 9)
    (True, False, True)
    """
    per_anchor = boxes / k
    return images < THRESHOLDS["images"].value or per_anchor < THRESHOLDS["boxes_per_anchor"].value


def _sureness(given: VerdictInput) -> Iterator[Finding]:
    per_anchor = given.boxes / len(given.anchors)
    if few_data(given.images, given.boxes, len(given.anchors)):
        text = f"few data: {given.images:,} images, {per_anchor:.0f} boxes for each anchor"
        if given.held_out_loss is None:
            text += "; sweep --holdout 0.5 says how they fit other images"
        else:
            text += (
                f"; made for half of the images, anchors lose {max(given.held_out_loss, 0):.3f} "
                "of mean IoU on the others"
            )
        serious = _at_least("overfit", given.held_out_loss)
        way = ": fewer anchors, or more images" if serious else ""
        yield Finding("warning" if serious else "note", "few-data", text + way)
    if given.gain is not None and given.interval is not None:
        low, high = given.interval
        if low <= 0 <= high:
            yield Finding(
                "note",
                "gain-unsure",
                f"the gain of {given.gain:+.3f} in mean IoU may be chance: with other images it "
                f"lies between {low:+.3f} and {high:+.3f}",
            )


def _weights(given: VerdictInput) -> Iterator[Finding]:
    if given.weights is None:
        return
    _, best = nearest(given.anchors, given.weights)
    if float(best.mean()) < THRESHOLDS["far"].value:
        yield Finding(
            "note",
            "far-from-weights",
            "far from the anchors of the pretrained weights: their heads are learnt anew, which "
            "takes training time",
        )


RULES: tuple[Rule, ...] = (
    advice,
    _recall,
    _classes,
    _untrained,
    _heads,
    _data,
    _sureness,
    _weights,
)
"""In the order in which findings of one level are shown."""
