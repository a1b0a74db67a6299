"""The bounds of the verdict, each with the reason why it lies there.

Tested in tests/training/test_verdict.py.
"""

from typing import NamedTuple

__all__ = ["THRESHOLDS", "Threshold"]


class Threshold(NamedTuple):
    """A bound of the verdict, and why it lies there."""

    value: float
    reason: str


THRESHOLDS = {
    "missed": Threshold(
        0.20,
        "share of boxes below 0.5 with the defaults from which on they miss the data; in compared "
        "trainings it was .07 where new anchors gained nothing, .89 where they doubled the result",
    ),
    "mended": Threshold(
        0.10,
        "share of all boxes that new anchors must bring above 0.5: a tenth of the boxes is more "
        "than what two drawings of augmentation, or two seeds, differ by",
    ),
    "both_miss": Threshold(
        0.30,
        "share below 0.5 that new anchors leave too, from which on other anchors alone will not "
        "do; everyday photographs keep .20 with six anchors whatever they are",
    ),
    "worse": Threshold(
        0.03,
        "rise of the share below 0.5 that counts as worse: in the compared training a rise of .16 "
        "cost, one of .01 did not",
    ),
    "recall": Threshold(
        0.01, "fall of best possible recall that counts: YOLOv5 itself acts on 0.02"
    ),
    "class": Threshold(
        0.05, "fall of a class's mean IoU that counts: about what one anchor of nine is worth"
    ),
    "class_boxes": Threshold(30, "boxes below which the mean IoU of a class is left to chance"),
    "left_out": Threshold(0.05, "share of objects left out from which on the rest may mislead"),
    "tiny": Threshold(0.10, "share of boxes under 8 pixels that is worth a larger input"),
    "tiny_side": Threshold(8, "pixels: the stride of the finest head of most networks"),
    "filtered": Threshold(0.01, "share of boxes that the trainer itself drops before training"),
    "untrained": Threshold(
        0.01, "share of boxes that no anchor trains from which on they are missed for good"
    ),
    "overwritten": Threshold(
        0.05, "share of truths that lose their cell to another; one in twenty shows in recall"
    ),
    "images": Threshold(
        100, "images below which the best anchors depend on which images were taken"
    ),
    "boxes_per_anchor": Threshold(
        30, "boxes behind an anchor below which its size is left to chance"
    ),
    "overfit": Threshold(
        0.02, "mean IoU that anchors lose on images that were not clustered, from which on it shows"
    ),
    "crowded": Threshold(
        2.0, "factor between the sides of the largest and the smallest anchor: shipped sets span 20"
    ),
    "below_stride": Threshold(
        1.0, "strides: an anchor smaller than its head's cell; shipped anchors have 1.25 and more"
    ),
    "above_stride": Threshold(
        16.0, "strides: an anchor far above its head's field; shipped anchors have 12 and less"
    ),
    "idle": Threshold(0.01, "share of the boxes below which a head has hardly any to train"),
    "far": Threshold(
        0.5, "mean IoU of new anchors with the weights' own below which heads start over"
    ),
}
"""Every bound that decides about a finding, in one place."""
