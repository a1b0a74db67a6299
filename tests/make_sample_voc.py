"""Write sample_voc: annotations in the layout of Pascal VOC, drawn from a seed.

    python tests/make_sample_voc.py [FOLDER]

Only uniform draws, plain arithmetic and square roots are used: their results are the same on every
machine, while those of exp and log are not.
"""

import math
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["CLASSES", "sample_files"]

SEED = 20
IMAGES = 100
WITHOUT_OBJECTS, CROWDED = 42, 77

IMAGE_SIZES = [(500, 375)] * 11 + [(375, 500)] * 4 + [(500, 333)] * 3 + [(333, 500), (480, 360)]
COUNTS = [1] * 8 + [2] * 5 + [3] * 3 + [4, 5, 7, 11]
POSES = ["Unspecified", "Unspecified", "Frontal", "Rear", "Left", "Right"]

# By class: width over height of its usual views, one drawn for each object.
CLASSES: dict[str, list[float]] = {
    "aeroplane": [2.6, 1.9, 3.4],
    "bicycle": [1.5, 0.7],
    "bird": [1.3, 0.8],
    "boat": [1.7, 0.9],
    "bottle": [0.33, 0.4],
    "bus": [1.3, 1.9],
    "car": [1.7, 2.1, 1.1],
    "cat": [1.1, 0.8],
    "chair": [0.8, 1.0],
    "cow": [1.5, 0.8],
    "diningtable": [1.9, 2.6],
    "dog": [1.1, 0.75],
    "horse": [1.3, 0.8],
    "motorbike": [1.5, 0.7],
    "person": [0.4, 0.45, 0.75, 0.95],
    "pottedplant": [0.75, 0.9],
    "sheep": [1.3, 0.9],
    "sofa": [1.7, 2.1],
    "train": [2.0, 1.2],
    "tvmonitor": [1.15, 1.0],
}

SCENES = [
    ["car", "person", "car", "bus", "bicycle", "motorbike", "person"],
    ["chair", "diningtable", "chair", "bottle", "person", "pottedplant"],
    ["sofa", "tvmonitor", "cat", "person", "pottedplant", "chair"],
    ["sheep", "cow", "horse", "person", "dog"],
    ["person", "dog", "bicycle", "person", "horse"],
    ["boat", "bird", "person"],
    ["aeroplane", "aeroplane", "bird"],
    ["train", "person", "bus"],
    ["cat", "dog", "bird", "bottle"],
]

# Square root of the share of the image that an object takes: close, middle, far, tiny.
DISTANCES = [0.8, 0.62, 0.4, 0.33, 0.24, 0.13, 0.055]


class Box(NamedTuple):
    """Corners in pixels, counted from 1 as VOC does."""

    xmin: int
    ymin: int
    xmax: int
    ymax: int


class Thing(NamedTuple):
    """One object of an annotation."""

    name: str
    pose: str
    truncated: bool
    difficult: bool
    box: Box
    parts: list[tuple[str, Box]]


def sample_files() -> dict[str, str]:
    """Text of every file of sample_voc, by its path in the folder."""
    random = np.random.RandomState(SEED)
    files: dict[str, str] = {}
    found: dict[str, list[Thing]] = {}
    for number in range(1, IMAGES + 1):
        name = f"{number:06}"
        size = IMAGE_SIZES[random.randint(len(IMAGE_SIZES))]
        count = COUNTS[random.randint(len(COUNTS))]
        if number == CROWDED:
            count = 24
        scene = SCENES[random.randint(len(SCENES))]
        things = [_thing(random, scene, size, count) for _ in range(count)]
        found[name] = [] if number == WITHOUT_OBJECTS else things
        files[f"Annotations/{name}.xml"] = _annotation(name, size, found[name])
    train = {name for name in found if random.random_sample() < 0.5}
    sets = {"train": train, "val": set(found) - train, "trainval": set(found)}
    for set_name, members in sets.items():
        files[f"ImageSets/Main/{set_name}.txt"] = "".join(f"{name}\n" for name in sorted(members))
        for label in CLASSES:
            files[f"ImageSets/Main/{label}_{set_name}.txt"] = "".join(
                f"{name} {_presence(found[name], label):2}\n" for name in sorted(members)
            )
    return files


def _thing(
    random: np.random.RandomState, scene: list[str], image: tuple[int, int], count: int
) -> Thing:
    name = scene[random.randint(len(scene))]
    ratio = CLASSES[name][random.randint(len(CLASSES[name]))] * _factor(random, 0.12)
    # Where there are many objects, they are far away.
    nearest = min(math.isqrt(count), len(DISTANCES) - 2) if count > 1 else 0
    distance = DISTANCES[random.randint(nearest, len(DISTANCES))] * _factor(random, 0.15)
    width, height = image
    area = width * height * distance * distance
    box_width, box_height = math.sqrt(area * ratio), math.sqrt(area / ratio)
    left = random.random_sample() * width - box_width / 2
    top = random.random_sample() * height - box_height / 2
    if random.random_sample() < 0.6:  # most photographers keep their subject in the picture
        left = min(max(left, 0.0), max(width - box_width, 0.0))
        top = min(max(top, 0.0), max(height - box_height, 0.0))
    xmin, ymin = max(1, round(left) + 1), max(1, round(top) + 1)
    xmax, ymax = min(width, round(left + box_width)), min(height, round(top + box_height))
    box = Box(min(xmin, width - 5), min(ymin, height - 5), max(xmax, 6), max(ymax, 6))
    cut = left < -1 or top < -1 or left + box_width > width + 1 or top + box_height > height + 1
    chance = 0.3 if distance < 0.08 else 0.03
    difficult = bool(random.random_sample() < chance)
    shown = name == "person" and distance > 0.3 and random.random_sample() < 0.5
    parts = _parts(random, box) if shown else []
    return Thing(name, POSES[random.randint(len(POSES))], bool(cut), difficult, box, parts)


def _factor(random: np.random.RandomState, spread: float) -> float:
    """A factor around 1, as often x as 1 / x; `spread` is its standard deviation."""
    bell = float(random.random_sample(3).sum()) - 1.5
    return (1 + spread * bell) / (1 - spread * bell)


def _parts(random: np.random.RandomState, box: Box) -> list[tuple[str, Box]]:
    width, height = box.xmax - box.xmin, box.ymax - box.ymin
    left = box.xmin + int(width * 0.3)
    head = Box(left, box.ymin, left + max(width // 3, 2), box.ymin + max(height // 6, 2))
    low = box.ymin + height // 2
    hand = Box(box.xmin, low, box.xmin + max(width // 6, 2), low + max(height // 12, 2))
    return [("head", head), ("hand", hand)][: random.randint(1, 3)]


def _presence(things: list[Thing], label: str) -> int:
    """1 for an image with an object of the class, 0 where all are difficult, -1 for none."""
    difficult = [thing.difficult for thing in things if thing.name == label]
    return -1 if not difficult else int(not all(difficult))


def _annotation(name: str, size: tuple[int, int], things: list[Thing]) -> str:
    lines = [
        "<annotation>",
        "\t<folder>sample_voc</folder>",
        f"\t<filename>{name}.jpg</filename>",
        "\t<source>",
        "\t\t<database>anchorkit sample</database>",
        "\t\t<annotation>anchorkit sample</annotation>",
        "\t\t<image>none</image>",
        "\t</source>",
        "\t<size>",
        f"\t\t<width>{size[0]}</width>",
        f"\t\t<height>{size[1]}</height>",
        "\t\t<depth>3</depth>",
        "\t</size>",
        "\t<segmented>0</segmented>",
    ]
    for thing in things:
        lines += [
            "\t<object>",
            f"\t\t<name>{thing.name}</name>",
            f"\t\t<pose>{thing.pose}</pose>",
            f"\t\t<truncated>{thing.truncated:d}</truncated>",
            f"\t\t<difficult>{thing.difficult:d}</difficult>",
        ]
        for part, box in thing.parts:
            lines += ["\t\t<part>", f"\t\t\t<name>{part}</name>", *_bndbox(box, 3), "\t\t</part>"]
        lines += [*_bndbox(thing.box, 2), "\t</object>"]
    return "\n".join([*lines, "</annotation>", ""])


def _bndbox(box: Box, depth: int) -> list[str]:
    tabs = "\t" * depth
    corners = [f"{tabs}\t<{side}>{value}</{side}>" for side, value in box._asdict().items()]
    return [f"{tabs}<bndbox>", *corners, f"{tabs}</bndbox>"]


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent.parent / "sample_voc"
    for path, text in sample_files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
