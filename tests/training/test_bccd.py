"""What the trainers themselves make of bccd, measured with their own code, against ours."""

import os

import pytest
from labelled import bccd

from anchorkit.network_input import NetworkInput
from anchorkit.training.assignment import TrainedHead, darknet_assignment, ratio_assignment
from anchorkit.training.assignment_places import placed
from anchorkit.training.augmentation import augmented
from anchorkit.training.augmentation_figures import measured
from anchorkit.training.augmentation_settings import NAMED, Augmentation, DarknetAugmentation

pytestmark = pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")

YOLOV5 = [(10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119)]
YOLOV5 += [(116, 90), (156, 198), (373, 326)]
YOLOV7 = [(12, 16), (19, 36), (40, 28), (36, 75), (76, 55), (72, 146)]
YOLOV7 += [(142, 110), (192, 243), (459, 401)]
TINY = [(10, 14), (23, 27), (37, 58), (81, 82), (135, 169), (344, 319)]
YOLOV4 = DarknetAugmentation(jitter=0.3, random=1, mosaic=True)
V4_TINY = DarknetAugmentation(jitter=0.3, resize=1.5)


@pytest.mark.parametrize(
    ("settings", "side", "anchors", "mean_iou", "below_half", "fitness"),
    [
        (NAMED["yolov5"], 640, YOLOV5, 0.670, 0.068, 0.738),
        (NAMED["yolov5-high"], 640, YOLOV5, 0.659, 0.079, 0.728),
        (NAMED["yolov7"], 640, YOLOV7, 0.648, 0.094, 0.717),
        (NAMED["darknet"], 416, YOLOV5, 0.660, 0.065, 0.731),
        (YOLOV4, 608, YOLOV7, 0.631, 0.128, 0.700),
        (V4_TINY, 416, TINY, 0.642, 0.126, 0.714),
    ],
    ids=["yolov5", "yolov5-high", "yolov7", "yolov3", "yolov4", "yolov4-tiny"],
)
def test_default_anchors_fit_drawn_boxes_as_they_fit_the_loaders(
    settings: Augmentation,
    side: int,
    anchors: list[tuple[int, int]],
    mean_iou: float,
    below_half: float,
    fitness: float,
) -> None:
    drawn = augmented(*bccd(), settings, frame=(side, side))
    found = measured(drawn.sizes, anchors)
    assert found.mean_iou == pytest.approx(mean_iou, abs=0.003)
    assert found.below_half == pytest.approx(below_half, abs=0.006)
    assert found.fitness == pytest.approx(fitness, abs=0.003)


@pytest.mark.parametrize(
    ("settings", "side", "lost"),
    [(NAMED["yolov5"], 640, 0.563), (NAMED["darknet"], 416, 0.11), (YOLOV4, 608, 0.46)],
    ids=["yolov5", "yolov3", "yolov4"],
)
def test_as_many_boxes_are_lost_as_the_loaders_lose(
    settings: Augmentation, side: int, lost: float
) -> None:
    assert augmented(*bccd(), settings, frame=(side, side)).lost == pytest.approx(lost, abs=0.01)


@pytest.mark.parametrize("name", NAMED)
def test_mean_iou_is_good_to_a_thousandth_from_any_seed(name: str) -> None:
    side = 416 if name == "darknet" else 640
    boxes = bccd()
    found = [
        measured(augmented(*boxes, NAMED[name], frame=(side, side), seed=seed).sizes, YOLOV5)
        for seed in range(3)
    ]
    figures = [one.mean_iou for one in found]
    assert max(figures) - min(figures) < 0.001


@pytest.mark.parametrize(
    ("iou_thresh", "positives", "overwritten"), [(1.0, [533, 4353], 21), (0.213, [5004, 8361], 42)]
)
def test_darknets_own_counts(iou_thresh: float, positives: list[int], overwritten: int) -> None:
    heads = [TrainedHead(32, (3, 4, 5), iou_thresh), TrainedHead(16, (0, 1, 2), iou_thresh)]
    found = darknet_assignment(placed(*bccd(), network=NetworkInput(416, 416)), TINY, heads)
    assert [one.positives for one in found.heads] == positives
    assert found.overwritten == overwritten
    assert len(found.untrained) == len(found.dropped) == 0


@pytest.mark.parametrize(
    ("anchor_t", "positives", "truths"),
    [
        (4.0, [5662, 40277, 38451], [1344, 4833, 4866]),
        (3.3744, [2845, 33715, 32062], [553, 4698, 4808]),
    ],
)
def test_yolov5s_own_counts(anchor_t: float, positives: list[int], truths: list[int]) -> None:
    heads = [TrainedHead(8, (0, 1, 2)), TrainedHead(16, (3, 4, 5)), TrainedHead(32, (6, 7, 8))]
    boxes = placed(*bccd(), network=NetworkInput(640, 640, "letterbox"), whole="up")
    found = ratio_assignment(boxes, YOLOV5, heads, anchor_t)
    assert [one.positives for one in found.heads] == positives
    assert [one.truths for one in found.heads] == truths
    assert len(found.untrained) == len(found.dropped) == 0
