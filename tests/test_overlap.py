import numpy as np
import pytest
from generated_sizes import Floats, boxes
from hypothesis import given

from anchorkit.errors import UsageError
from anchorkit.overlap import iou, nearest, nearest_into


def test_iou_of_worked_sizes() -> None:
    assert iou([(200, 200)], [(100, 200), (200, 200), (400, 100)]).tolist() == [[0.5, 1.0, 1 / 3]]


@pytest.mark.parametrize("bad", [[(0, 1)], [(1, np.nan)], [(1, np.inf)], [(-1, 1)], [1, 2], "ab"])
def test_iou_refuses_what_is_no_size(bad: object) -> None:
    with pytest.raises(UsageError, match="sizes: "):
        iou(bad, [(1, 1)])  # type: ignore[arg-type]  # what a user may hand over


def test_a_box_that_overlaps_no_anchor_a_float_can_tell_has_the_first() -> None:
    width, height = np.full((2, 3), 1e-170)
    labels, best = np.full(3, 7), np.empty(3)
    nearest_into(width, height, np.array([(1.0, 1.0), (2.0, 2.0)]), labels, best)
    assert labels.tolist() == [0, 0, 0]
    assert best.tolist() == [0, 0, 0]


@given(boxes, boxes)
def test_nearest_is_the_first_of_the_highest_iou(sizes: Floats, anchors: Floats) -> None:
    table = iou(sizes, anchors)
    labels, best = nearest(sizes, anchors)
    assert labels.tolist() == table.argmax(axis=1).tolist()
    assert best.tolist() == table.max(axis=1).tolist()
