"""What a verdict weighs, by hand; the verdict itself is tried in test_verdict.py."""

import numpy as np
import pytest

from anchorkit.boxes import Boxes, boxes_of, concatenated
from anchorkit.network_input import NetworkInput
from anchorkit.training.augmentation_settings import YoloAugmentation
from anchorkit.training.judgement import (
    AnchorSet,
    assigned,
    drawn_in_training,
    equal_heads,
    judged,
    present_findings,
)

NETWORK = NetworkInput(100, 100)
STILL = YoloAugmentation("yolov5", scale=0, translate=0, mosaic=0)
HALF = YoloAugmentation("yolov5", scale=0.5, translate=0, mosaic=0)


def boxes(*sides: float) -> Boxes:
    """One image of 100 x 100 pixels for each square box, in its middle."""
    return concatenated([boxes_of([(side, side)], image_size=(100, 100)) for side in sides])


def anchors(*sides: float) -> AnchorSet:
    return AnchorSet(np.asarray([(side, side) for side in sides]))


def test_without_augmentation_training_sees_what_is_labelled() -> None:
    data = boxes(0.2, 0.4)
    seen = drawn_in_training(data, NETWORK, STILL, source="still")
    found = judged(data, NETWORK, anchors(20, 40), defaults=anchors(10), in_training=seen)
    assert found.training == found.labelled
    assert found.training_defaults is not None
    assert found.labelled_defaults is not None
    # 10 x 10 covers a quarter of 20 x 20 and a sixteenth of 40 x 40
    assert found.labelled_defaults.mean_iou == pytest.approx((1 / 4 + 1 / 16) / 2)
    assert found.training_defaults.mean_iou == pytest.approx((1 / 4 + 1 / 16) / 2, abs=1e-3)
    assert found.training_defaults.below_half == 1


def test_augmented_boxes_fit_worse_than_labelled_ones() -> None:
    data = boxes(0.2, 0.4)
    seen = drawn_in_training(data, NETWORK, HALF, source="half")
    found = judged(data, NETWORK, anchors(20, 40), in_training=seen)
    assert found.training is not None
    assert found.labelled.mean_iou == 1
    assert found.training.mean_iou < 0.85


def test_anchors_are_shared_out_with_the_remainder_to_the_coarse_heads() -> None:
    heads = equal_heads([8, 16, 32], 8)
    assert [head.anchors for head in heads] == [(0, 1), (2, 3, 4), (5, 6, 7)]
    assert [head.stride for head in heads] == [8, 16, 32]


@pytest.mark.parametrize("rule", ["darknet", "yolov5", "yolov7", "tao"])
def test_every_rule_trains_a_box_that_is_an_anchor(rule: str) -> None:
    given = AnchorSet(np.asarray([(20.0, 20.0), (40.0, 40.0)]), equal_heads([10, 20], 2))
    found = assigned(boxes(0.2, 0.4), NETWORK, given, rule)
    assert len(found.untrained) == 0
    assert [one.head.stride for one in found.heads] == [10, 20]
    assert all(one.truths >= 1 for one in found.heads)


def test_a_box_beyond_the_factor_is_untrained_by_yolov5_and_told_in_the_verdict() -> None:
    data = boxes(*[0.05] * 40, *[0.8] * 60)
    given = AnchorSet(np.asarray([(80.0, 80.0)]), equal_heads([10], 1))
    found = judged(data, NETWORK, given, rule="yolov5")
    told = {finding.code: finding.text for finding in found.findings}
    assert "40% of the boxes are never trained" in told["untrained"]
    near = judged(data, NETWORK, given, rule="yolov5", anchor_t=17)
    assert "untrained" not in {finding.code for finding in near.findings}


def test_the_trainers_own_filter_is_told() -> None:
    data = boxes(*[0.015] * 10, *[0.5] * 90)
    given = AnchorSet(np.asarray([(2.0, 2.0), (50.0, 50.0)]), equal_heads([10], 2))
    told = {one.code: one.text for one in judged(data, NETWORK, given, rule="yolov5").findings}
    assert "10% of the boxes are dropped by the trainer" in told["dropped"]
    assert "dropped" not in {
        one.code for one in judged(data, NETWORK, given, rule="darknet").findings
    }


def test_classes_are_judged_by_what_training_sees_of_them() -> None:
    small = boxes(*[0.1] * 40)
    large = boxes(*[0.6] * 40)
    both = concatenated([small, large])
    named = Boxes(
        **{
            **vars(both),
            "class_names": ("small", "large"),
            "class_ids": np.repeat([0, 1], 40).astype(np.int32),
        }
    )
    found = judged(named, NETWORK, anchors(60), defaults=anchors(10, 60))
    told = [one.text for one in found.findings if one.code == "class-worse"]
    assert len(told) == 1
    assert told[0].startswith("class small (40 boxes) falls from 1.000 to 0.028")


def test_old_files_of_boxes_without_positions_are_judged_by_their_labels() -> None:
    data = boxes(0.2, 0.4)
    placeless = Boxes(**{**vars(data), "centres": None})
    given = AnchorSet(np.asarray([(20.0, 20.0), (40.0, 40.0)]), equal_heads([10], 2))
    found = judged(placeless, NETWORK, given, rule="yolov5")
    assert found.labelled.mean_iou == 1
    assert "untrained" not in {one.code for one in found.findings}


def codes(present: float, fresh: float | None, *sides: float) -> list[tuple[str, str]]:
    new = None if fresh is None else anchors(fresh).anchors
    found = present_findings(boxes(*sides), NETWORK, anchors(present), new)
    return [(one.level, one.code) for one in found if one.code.endswith(("present", "fresh"))]


def test_anchors_that_are_there_win_a_tie() -> None:
    assert codes(20, 21, 0.2, 0.2) == [("note", "keep-present")]
    assert codes(20, 60, 0.2, 0.2) == [("note", "keep-present")]


def test_fresh_anchors_are_asked_for_where_those_that_are_there_miss() -> None:
    assert codes(60, 20, 0.2, 0.2) == [("warning", "use-fresh")]
    assert codes(60, None, 0.2, 0.2) == []


def test_advice_on_anchors_that_are_there_names_neither_a_default_nor_another_fit() -> None:
    seen = drawn_in_training(boxes(0.2, 0.4), NETWORK, HALF, source="half")
    found = present_findings(
        boxes(0.2, 0.4), NETWORK, anchors(20, 40), anchors(90).anchors, in_training=seen
    )
    text = next(one.text for one in found if one.code == "keep-present")
    assert text.startswith("keep these: in training")
    assert text.endswith("with fresh ones")


def test_drawn_boxes_keep_the_class_and_image_of_those_they_were_drawn_from() -> None:
    data = boxes(0.2, 0.4)
    seen = drawn_in_training(data, NETWORK, HALF, source="half")
    over = seen.over(data, NETWORK)
    assert np.allclose(over.at_input(NETWORK), seen.drawn.sizes)
    assert np.allclose(over.at_input(NetworkInput(100, 100, "letterbox")), seen.drawn.sizes)
    assert (over.image_ids == seen.drawn.sources).all()  # one box for each image
    assert over.centres is None
