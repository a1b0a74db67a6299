from cfgs import REGION, TINY, V3

from anchorkit.darknet.heads import heads_of
from anchorkit.darknet.sections import read_cfg
from anchorkit.training.assignment import TrainedHead
from anchorkit.training.cfg_heads import trained_heads


def of(text: str) -> tuple[TrainedHead, ...]:
    return trained_heads(heads_of(read_cfg(text)))


def test_heads_come_by_ascending_stride_with_their_masks() -> None:
    found = of(V3)
    assert [head.stride for head in found] == sorted(head.stride for head in found)
    masks = {head.stride: head.mask for head in heads_of(read_cfg(V3))}
    assert all(head.anchors == masks[head.stride] for head in found)


def test_the_threshold_is_that_of_each_head_and_1_where_it_has_none() -> None:
    assert {head.iou_thresh for head in of(TINY)} == {1.0}
    assert {head.iou_thresh for head in of(TINY.replace("mask", "iou_thresh=.213\nmask"))} == {
        0.213
    }


def test_what_is_trained_otherwise_or_cannot_be_told_has_no_heads() -> None:
    assert of(REGION) == ()
    assert trained_heads(()) == ()
    assert of(V3.replace("anchors = 10,13", "anchors = 5,5", 1)) == ()
