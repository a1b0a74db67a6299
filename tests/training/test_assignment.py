import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.errors import DataError, UsageError
from anchorkit.network_input import NetworkInput
from anchorkit.overlap import iou
from anchorkit.training.assignment import (
    TrainedHead,
    darknet_assignment,
    ratio_assignment,
    tao_assignment,
)
from anchorkit.training.assignment_places import PlacedBoxes, placed

HEADS = [TrainedHead(8, (0, 1)), TrainedHead(16, (2, 3))]
ANCHORS = [(10, 10), (20, 20), (40, 40), (60, 20)]


def boxes_at(
    *rows: tuple[float, float, float, float], image_ids: list[int] | None = None
) -> PlacedBoxes:
    """Boxes of x, y, width and height in pixels, all of one image unless said."""
    table = np.array(rows, dtype=float)
    ids = [0] * len(rows) if image_ids is None else image_ids
    return PlacedBoxes(table[:, 2:], table[:, :2], ids, (64, 64))


def test_darknet_gives_a_box_to_the_nearest_of_all_anchors() -> None:
    boxes = boxes_at((5, 5, 11, 11), (30, 30, 38, 44), (60, 60, 21, 19))
    found = darknet_assignment(boxes, ANCHORS, HEADS)
    assert [one.rows.tolist() for one in found.heads] == [[0, 2], [1]]
    assert found.anchor_positives.tolist() == [1, 1, 1, 0]
    assert (found.positives, found.overwritten) == (3, 0)
    assert found.untrained.tolist() == []


def test_a_box_whose_best_anchor_no_head_uses_is_never_trained_by_darknet() -> None:
    boxes = boxes_at((5, 5, 11, 11), (30, 30, 38, 44))
    found = darknet_assignment(boxes, ANCHORS, [TrainedHead(16, (2, 3))])
    assert found.untrained.tolist() == [0]
    assert found.anchor_positives.tolist() == [0, 0, 1, 0]


def test_below_a_threshold_of_one_darknet_trains_others_in_each_head_by_its_own() -> None:
    # IoU of 15x15 with the anchors: 100/225, 225/400, 225/1600, 225/1275 (nearly .18)
    boxes = boxes_at((5, 5, 15, 15))
    heads = [TrainedHead(8, (0, 1), iou_thresh=0.4), TrainedHead(16, (2, 3), iou_thresh=0.15)]
    found = darknet_assignment(boxes, ANCHORS, heads)
    assert found.anchor_positives.tolist() == [1, 1, 0, 1]
    assert [one.positives for one in found.heads] == [2, 1]
    assert [one.truths for one in found.heads] == [1, 1]


def test_an_overlap_of_the_threshold_itself_is_not_above_it() -> None:
    boxes = boxes_at((5, 5, 10, 20))
    heads = [TrainedHead(8, (0, 1), iou_thresh=0.5)]
    assert darknet_assignment(boxes, ANCHORS, heads).positives == 1


def test_of_equal_anchors_darknet_takes_the_first() -> None:
    found = darknet_assignment(
        boxes_at((5, 5, 10, 10)), [(20, 10), (10, 20)], [TrainedHead(8, (0, 1))]
    )
    assert found.anchor_positives.tolist() == [1, 0]


def test_a_place_that_is_taken_is_overwritten() -> None:
    # The same cell of 8 pixels: twice the same anchor; then another anchor; then another image
    rows = [(1, 1, 10, 10), (7, 7, 11, 10), (3, 3, 20, 20), (1, 1, 10, 10), (9, 1, 10, 10)]
    boxes = boxes_at(*rows, image_ids=[0, 0, 0, 1, 0])
    found = darknet_assignment(boxes, ANCHORS, HEADS)
    assert found.overwritten == 1
    assert [one.overwritten for one in found.heads] == [1, 0]


def test_a_centre_on_the_far_border_is_in_the_last_cell() -> None:
    boxes = boxes_at((64, 64, 10, 10), (63, 63, 10, 10))
    assert darknet_assignment(boxes, ANCHORS, HEADS).overwritten == 1


def test_darknet_drops_boxes_below_a_pixel_and_yolov5_up_to_two() -> None:
    boxes = boxes_at((5, 5, 0.99, 9), (5, 5, 1, 9), (5, 5, 9, 2), (5, 5, 9, 2.01))
    anchors = [(3, 3)]
    heads = [TrainedHead(8, (0,))]
    assert darknet_assignment(boxes, anchors, heads).dropped.tolist() == [0]
    found = ratio_assignment(boxes, anchors, heads)
    assert found.dropped.tolist() == [0, 1, 2]
    assert found.untrained.tolist() == []
    assert tao_assignment(boxes, anchors, heads).dropped.tolist() == []


def test_yolov5_trains_with_every_anchor_that_is_near_enough_in_three_cells() -> None:
    # 12x12 is within 4 times 10 and 20 and 40, but not of 60x20; its centre lies in the lower right
    # of its cell in both grids
    found = ratio_assignment(boxes_at((30, 30, 12, 12)), ANCHORS, HEADS)
    assert found.anchor_positives.tolist() == [3, 3, 3, 0]
    assert [one.truths for one in found.heads] == [1, 1]


@pytest.mark.parametrize(
    ("x", "y", "cells"),
    [
        (12, 12, 1),  # the middle of a cell
        (10, 12, 2),
        (14, 12, 2),
        (10, 14, 3),
        (2, 2, 1),  # no cell is left of the first
        (62, 62, 1),
        (62, 12, 1),
        (6, 6, 3),
        (8, 8, 1),  # on a line: neither above nor below the middle of what is after it
    ],
)
def test_yolov5_takes_the_nearest_cells_that_there_are(x: float, y: float, cells: int) -> None:
    found = ratio_assignment(boxes_at((x, y, 10, 10)), [(10, 10)], [TrainedHead(8, (0,))])
    # A centre on a line between cells belongs to the lower one, too
    assert found.positives == (3 if (x, y) == (8, 8) else cells)


def test_yolov5_never_trains_what_is_beyond_the_factor() -> None:
    boxes = boxes_at((5, 5, 40, 10), (5, 5, 39.9, 10), (5, 5, 10, 2.5), (5, 5, 10, 2.6))
    found = ratio_assignment(boxes, [(10, 10)], [TrainedHead(8, (0,))])
    assert found.untrained.tolist() == [0, 2]
    near = ratio_assignment(boxes, [(10, 10)], [TrainedHead(8, (0,))], 4.5)
    assert near.untrained.tolist() == []


def test_tao_trains_above_its_overlap_and_the_best_anchor_in_any_case() -> None:
    boxes = boxes_at((5, 5, 10, 10), (30, 30, 2, 2))
    found = tao_assignment(boxes, [(20, 20), (10, 12), (20, 19)], [TrainedHead(8, (0, 1, 2))])
    # 10x10 has an IoU of .25 with the first, .83 with the second, .26 with the third
    assert found.anchor_positives.tolist() == [0, 2, 1]
    assert found.untrained.tolist() == []


def test_heads_come_by_stride_however_they_are_given() -> None:
    boxes = boxes_at((5, 5, 10, 10), (5, 5, 40, 40))
    found = darknet_assignment(boxes, ANCHORS, HEADS[::-1])
    assert [one.head.stride for one in found.heads] == [8, 16]
    assert [one.truths for one in found.heads] == [1, 1]


def test_letterbox_pads_and_rounds_as_it_is_told() -> None:
    given = ([(0.5, 0.5)], [(0.5, 0.25)], [0], [(500, 333)])
    exact = placed(*given, network=NetworkInput(640, 640, "letterbox"))
    assert exact.sizes[0].tolist() == pytest.approx([320, 333 * 1.28 / 2])
    up = placed(*given, network=NetworkInput(640, 640, "letterbox"), whole="up")
    assert up.sizes[0].tolist() == [320, 427 / 2]
    assert up.centres[0].tolist() == [320, 427 / 4 + (640 - 427) / 2]
    down = placed(*given, network=NetworkInput(640, 640, "letterbox"), whole="down")
    assert down.sizes[0].tolist() == [320, 426 / 2]


def test_stretching_needs_no_size_of_an_image() -> None:
    found = placed(
        [(0.5, 0.5)], [(0.5, 0.25)], [0], [(np.nan, np.nan)], network=NetworkInput(640, 320)
    )
    assert found.sizes.tolist() == [[320, 160]]
    assert found.centres.tolist() == [[320, 80]]


def test_letterbox_says_which_image_has_no_size() -> None:
    sizes = [(10, 10), (np.nan, np.nan)]
    with pytest.raises(DataError, match="image 1: letterbox needs the size of the image"):
        placed([(1, 1)], [(0.5, 0.5)], [1], sizes, network=NetworkInput(64, 64, "letterbox"))


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        ([], "heads: wanted at least one"),
        ([TrainedHead(0, (0,))], "wanted a stride of a pixel or more, found 0"),
        ([TrainedHead(8, (4,))], "wanted rows of the 4 anchors, found 4"),
        ([TrainedHead(8, ())], "wanted rows of the 4 anchors, found none"),
    ],
)
def test_heads_that_cannot_be_meant_are_told(heads: list[TrainedHead], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        darknet_assignment(boxes_at((5, 5, 10, 10)), ANCHORS, heads)


def test_no_boxes_are_told() -> None:
    with pytest.raises(DataError, match="no boxes to assign"):
        PlacedBoxes(np.empty((0, 2)), np.empty((0, 2)), np.empty(0, dtype=int), (64, 64))


pixel = st.integers(1, 64).map(float)
some_boxes = st.lists(
    st.tuples(st.floats(0, 64), st.floats(0, 64), pixel, pixel, st.integers(0, 1)),
    min_size=1,
    max_size=12,
)
some_anchors = st.lists(st.tuples(pixel, pixel), min_size=4, max_size=4)


def split(rows: list[tuple[float, float, float, float, int]]) -> PlacedBoxes:
    return boxes_at(*(row[:4] for row in rows), image_ids=[row[4] for row in rows])


@given(some_boxes, some_anchors, st.sampled_from([1.0, 0.2]))
def test_darknets_counts_are_those_of_a_double_loop(
    rows: list[tuple[float, float, float, float, int]],
    anchors: list[tuple[float, float]],
    thresh: float,
) -> None:
    # The last anchor is in no mask
    heads = [TrainedHead(32, (1, 2), thresh), TrainedHead(16, (0,), thresh)]
    taken: dict[tuple[int, int, int, int, int], int] = {}
    positives = [0] * 4
    untrained = []
    for number, (x, y, width, height, image) in enumerate(rows):
        overlaps = iou([(width, height)], anchors)[0].tolist()
        learnt = False
        for head in heads:
            cells = 64 // head.stride
            column, row = (
                min(int(np.float32(v / 64) * np.float32(cells)), cells - 1) for v in (x, y)
            )
            for anchor in head.anchors:
                best = overlaps.index(max(overlaps)) == anchor
                if best or (thresh < 1 and overlaps[anchor] > thresh):
                    learnt = True
                    positives[anchor] += 1
                    place = (head.stride, image, anchor, column, row)
                    taken[place] = taken.get(place, 0) + 1
        if not learnt:
            untrained.append(number)
    found = darknet_assignment(split(rows), anchors, heads)
    assert found.anchor_positives.tolist() == positives
    assert found.overwritten == sum(taken.values()) - len(taken)
    assert found.untrained.tolist() == untrained


@given(some_boxes, some_anchors, st.sampled_from([2.0, 4.0]))
def test_yolov5s_counts_are_those_of_a_double_loop(
    rows: list[tuple[float, float, float, float, int]],
    anchors: list[tuple[float, float]],
    anchor_t: float,
) -> None:
    taken = set()
    positives = [0] * 4
    for x, y, width, height, image in rows:
        if min(width, height) <= 2:
            continue
        for head in HEADS:
            cells = 64 // head.stride
            across, down = (np.float32(v / 64) * np.float32(cells) for v in (x, y))
            spots = [(across, down)]
            for axis, at in ((0, across), (1, down)):
                for centre, sign in ((at, -0.5), (np.float32(cells) - at, 0.5)):
                    if centre > 1 and centre % 1 < 0.5:
                        moved = [across, down]
                        moved[axis] += np.float32(sign)
                        spots.append((moved[0], moved[1]))
            for anchor in head.anchors:
                wide, high = anchors[anchor]
                ratios = (width / wide, wide / width, height / high, high / height)
                if max(ratios) >= anchor_t * (1 - 1e-6):
                    # Of sides that differ by the factor exactly, single precision decides
                    continue
                positives[anchor] += len(spots)
                for column, row in spots:
                    cell = (min(int(column), cells - 1), min(int(row), cells - 1))
                    taken.add((head.stride, image, anchor, *cell))
    found = ratio_assignment(split(rows), anchors, HEADS, anchor_t * (1 - 2e-6))
    assert found.anchor_positives.tolist() == positives
    assert found.overwritten == sum(positives) - len(taken)
