"""Boxes drawn one by one, against whole loads: a loader in plain loops, image by image."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from anchorkit.training import augmentation_yolo
from anchorkit.training.augmentation import augmented
from anchorkit.training.augmentation_figures import measured
from anchorkit.training.augmentation_settings import (
    FAMILIES,
    NAMED,
    Augmentation,
    DarknetAugmentation,
    YoloAugmentation,
)

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

ANCHORS = [(10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (200, 300)]


@dataclass
class Image:
    width: int
    height: int
    boxes: list[Box]


def data_set() -> list[Image]:
    """Images wide and high, with large boxes and small ones, most of them near a corner."""
    drawn = random.Random(5)
    images = []
    for number in range(60):
        width, height = ((640, 480), (333, 500), (1000, 300))[number % 3]
        boxes = []
        for _ in range(1 + number % 6):
            wide, high = drawn.uniform(0.02, 0.5), drawn.uniform(0.02, 0.7)
            left, top = drawn.random() ** 2 * (1 - wide), drawn.random() * (1 - high)
            boxes.append((left, top, left + wide, top + high))
        images.append(Image(width, height, boxes))
    return images


def clipped(value: float, most: float) -> float:
    return min(max(value, 0.0), most)


def yolo_load(
    images: list[Image],
    first: int,
    settings: YoloAugmentation,
    side: int,
    drawn: random.Random,
    nines: float,
) -> tuple[int, list[tuple[float, float]]]:
    """How many boxes a load of YOLOv5 or YOLOv7 reads, and the sizes that it hands over."""
    seven = settings.family == "yolov7"

    def picture(first: int) -> tuple[int, list[tuple[float, float]]]:
        nine = seven and drawn.random() < nines
        chosen = [first] + [drawn.randrange(len(images)) for _ in range(8 if nine else 3)]
        if not seven:
            drawn.shuffle(chosen)
        canvas: list[Box] = []
        middle = [int(drawn.uniform(side / 2, side * 1.5)) for _ in range(2)]
        shown = [int(drawn.uniform(0, side)) for _ in range(2)]
        before = 0, 0
        centre = 0, 0
        for tile, number in enumerate(chosen):
            image = images[number]
            ratio = side / max(image.width, image.height)
            rounded: Callable[[float], int] = int if seven else math.ceil
            wide, high = rounded(image.width * ratio), rounded(image.height * ratio)
            if nine:
                centre = (wide, high) if tile == 0 else centre
                right, bottom = side + centre[0], side + centre[1]
                x, y = [
                    (side, side),
                    (side, side - high),
                    (side + before[0], side - high),
                    (right, side),
                    (right, side + before[1]),
                    (right - wide, bottom),
                    (right - before[0] - wide, bottom),
                    (side - wide, bottom - high),
                    (side - wide, bottom - before[1] - high),
                ][tile]
                x, y = x - shown[0], y - shown[1]
                before = wide, high
            else:
                x = middle[0] - wide if tile in (0, 2) else middle[0]
                y = middle[1] - high if tile in (0, 1) else middle[1]
            for left, top, right_, bottom_ in image.boxes:
                canvas.append(
                    (
                        clipped(left * wide + x, 2 * side),
                        clipped(top * high + y, 2 * side),
                        clipped(right_ * wide + x, 2 * side),
                        clipped(bottom_ * high + y, 2 * side),
                    )
                )
        return len(canvas), warped(canvas, side)

    def warped(boxes: list[Box], origin: float) -> list[tuple[float, float]]:
        scale = drawn.uniform(1 - settings.scale, (1.1 if seven else 1) + settings.scale)
        shifts = [
            drawn.uniform(0.5 - settings.translate, 0.5 + settings.translate) * side
            for _ in range(2)
        ]
        kept = []
        for left, top, right, bottom in boxes:
            area = (right - left) * (bottom - top) * scale**2
            x1, x2 = (clipped((x - origin) * scale + shifts[0], side) for x in (left, right))
            y1, y2 = (clipped((y - origin) * scale + shifts[1], side) for y in (top, bottom))
            wide, high = x2 - x1, y2 - y1
            limit = 20 if seven else 100
            large = min(wide, high) > 2 and wide * high > 0.1 * area
            if large and max(wide / high, high / wide) < limit:
                kept.append((wide, high))
        return kept

    if drawn.random() < settings.mosaic:
        count, sizes = picture(first)
        if drawn.random() < settings.mixup:
            more, others = picture(drawn.randrange(len(images)))
            count, sizes = count + more, sizes + others
        return count, sizes
    image = images[first]
    ratio = side / max(image.width, image.height)
    wide, high = math.ceil(image.width * ratio), math.ceil(image.height * ratio)
    x, y = (side - wide) / 2, (side - high) / 2
    boxes = [
        (b[0] * wide + x, b[1] * high + y, b[2] * wide + x, b[3] * high + y) for b in image.boxes
    ]
    return len(boxes), warped(boxes, side / 2)


def darknet_load(
    images: list[Image], first: int, settings: DarknetAugmentation, side: int, drawn: random.Random
) -> tuple[int, list[tuple[float, float]]]:
    """How many boxes a load of darknet reads, and the sizes that it hands over, in pixels."""
    if settings.random:
        factor = drawn.uniform(1, 1.4)
        factor = factor if drawn.random() < 0.5 else 1 / factor
        size = int(factor * side / 32 + 1 + 0.5) * 32
        size = side if factor < 1 and size > side else size
    else:
        size = side
    mosaic = settings.mosaic and drawn.random() < 0.5
    cuts = [drawn.randint(int(size * 0.2), int(size * 0.8)) for _ in range(2)]
    read = 0
    kept = []
    for tile in range(4 if mosaic else 1):
        image = images[first if tile == 0 else drawn.randrange(len(images))]
        sides = image.width, image.height
        low, high = [0, 0], [0, 0]
        resized = drawn.random(), drawn.random()
        for axis in range(2):
            most = int(sides[axis] * settings.jitter)
            low[axis] = int(drawn.uniform(-most, most))
            high[axis] = int(drawn.uniform(-most, most))
            smallest = int(sides[axis] * (1 - settings.resize) / 2)
            largest = int(sides[axis] * (1 - 1 / settings.resize) / 2)
            low[axis] = int(low[axis] + smallest + (largest - smallest) * resized[0])
            high[axis] = int(high[axis] + smallest + (largest - smallest) * resized[1])
        if settings.letter_box:
            padding = abs(sides[0] - sides[1]) / 2
            axis = 1 if sides[0] > sides[1] else 0
            low[axis], high[axis] = int(low[axis] - padding), int(high[axis] - padding)
        second = tile in (1, 3), tile in (2, 3)
        if mosaic and drawn.random() < 0.5:
            for axis in range(2):
                both = low[axis] + high[axis]
                low[axis], high[axis] = (both, 0) if second[axis] else (0, both)
        for box in image.boxes:
            read += 1
            edges = []
            for axis in range(2):
                left = sides[axis] - low[axis] - high[axis]
                ends = [
                    clipped((box[axis + s] * sides[axis] - low[axis]) / left, 1) for s in (0, 2)
                ]
                edges.append(ends)
            if min(one[1] - one[0] for one in edges) < 1 / size:
                continue
            if mosaic:
                for axis in range(2):
                    border_low = max(0, int(-low[axis] * size / sides[axis]))
                    border_high = max(0, int(-high[axis] * size / sides[axis]))
                    cut = cuts[axis]
                    if second[axis]:
                        offset = cut - min(cut, border_low)
                    else:
                        offset = -(size - cut - min(size - cut, border_high))
                    ends = [end + offset / size for end in edges[axis]]
                    if settings.mosaic_bound:
                        bounds = (cut, size) if second[axis] else (0, cut)
                        ends = [
                            min(max(int(end * size), bounds[0]), bounds[1]) / size for end in ends
                        ]
                    edges[axis] = [clipped(end, 1) for end in ends]
                if not all(1 / size < one[1] - one[0] < 1 for one in edges):
                    continue
            kept.append(((edges[0][1] - edges[0][0]) * size, (edges[1][1] - edges[1][0]) * size))
    return read, kept


SETTINGS: dict[str, Augmentation] = {
    "yolov5": NAMED["yolov5"],
    "yolov5 at times without mosaic": YoloAugmentation(
        "yolov5", scale=0.75, translate=0.2, mosaic=0.4, mixup=0.3
    ),
    "yolov7": NAMED["yolov7"],
    "darknet": NAMED["darknet"],
    "darknet with resizing": DarknetAugmentation(jitter=0.2, resize=1.5),
    "darknet with letterbox": DarknetAugmentation(jitter=0.1, random=1, letter_box=True),
    "darknet with mosaic": DarknetAugmentation(jitter=0.3, random=1, mosaic=True),
    "darknet with mosaic cut at its tiles": DarknetAugmentation(
        jitter=0.2, mosaic=True, mosaic_bound=True
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_drawn_boxes_are_those_of_whole_loads(name: str) -> None:
    compare(SETTINGS[name])


def test_mosaics_of_nine_are_laid_as_in_whole_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    families = {"yolov7": replace(FAMILIES["yolov7"], nines=1.0)}
    monkeypatch.setattr(augmentation_yolo, "FAMILIES", families)
    compare(YoloAugmentation("yolov7", scale=0.1, translate=0.1, mosaic=1), nines=1)


def compare(settings: Augmentation, nines: float = 0.2) -> None:
    images, drawn = data_set(), random.Random(1)
    read, sizes = 0, []
    for load in range(4000):
        if isinstance(settings, YoloAugmentation):
            more, kept = yolo_load(images, load % len(images), settings, 416, drawn, nines)
        else:
            more, kept = darknet_load(images, load % len(images), settings, 416, drawn)
        read += more
        sizes += kept
    table = np.array([(*box, row) for row, image in enumerate(images) for box in image.boxes])
    found = augmented(
        table[:, 2:4] - table[:, :2],
        (table[:, 2:4] + table[:, :2]) / 2,
        table[:, 4].astype(int),
        [(image.width, image.height) for image in images],
        settings,
        frame=(416, 416),
        wanted=100_000,
    )
    ours, theirs = measured(found.sizes, ANCHORS), measured(sizes, ANCHORS)
    assert ours.mean_iou == pytest.approx(theirs.mean_iou, abs=0.006)
    assert ours.below_half == pytest.approx(theirs.below_half, abs=0.012)
    assert ours.fitness == pytest.approx(theirs.fitness, abs=0.006)
    assert found.lost == pytest.approx(1 - len(sizes) / read, abs=0.01)
    # Kolmogorov and Smirnov's distance, of widths and of heights
    for axis in range(2):
        mine, other = np.sort(found.sizes[:, axis]), np.sort(np.array(sizes)[:, axis])
        both = np.concatenate([mine, other])
        distance = np.abs(
            np.searchsorted(mine, both, side="right") / len(mine)
            - np.searchsorted(other, both, side="right") / len(other)
        ).max()
        assert distance < 0.015
