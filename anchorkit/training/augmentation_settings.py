"""How a trainer alters boxes before it trains on them, as its settings say.

Tested in tests/training/test_augmentation_reading.py.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

from anchorkit.arguments import check_one_of

__all__ = [
    "FAMILIES",
    "NAMED",
    "Augmentation",
    "DarknetAugmentation",
    "Family",
    "YoloAugmentation",
    "named_augmentation",
]


@dataclass(frozen=True)
class Family:
    """What a trainer's loader has in its code, not in its settings.

    Attributes
    ----------
    extra_scale
        Added to the upper bound of the scale.
    nines
        Share of the mosaics that have nine tiles instead of four.
    aspect_limit
        From here on, the ratio of its sides makes a box too narrow to be kept.
    rounds_up
        Whether the sides of a resized image are rounded up to whole pixels; otherwise down.
    """

    extra_scale: float
    nines: float
    aspect_limit: float
    rounds_up: bool


FAMILIES = MappingProxyType(
    {
        "yolov5": Family(extra_scale=0.0, nines=0.0, aspect_limit=100.0, rounds_up=True),
        "yolov7": Family(extra_scale=0.1, nines=0.2, aspect_limit=20.0, rounds_up=False),
    }
)
"""What the loaders of YOLOv5 and YOLOv7 do in different ways."""


@dataclass(frozen=True)
class YoloAugmentation:
    """Settings of YOLOv5's or YOLOv7's loader, by the names that their hyp files use.

    Flips change no size, colours neither, and pasting needs outlines, which boxes do not have.

    Attributes
    ----------
    family
        One of `FAMILIES`.
    scale
        An image is scaled by 1 - scale to 1 + scale, evenly; from 0 to 1.
    translate
        An image is shifted by up to this share of the input, either way.
    mosaic
        Probability that images are loaded as a mosaic.
    mixup
        Probability that the boxes of a second mosaic are laid over a mosaic.
    degrees, shear
        An image is turned, and each axis is sheared, by up to this many degrees, either way.
    perspective
        Up to this share an image is tilted per pixel, either way.
    """

    family: str
    scale: float
    translate: float
    mosaic: float
    mixup: float = 0.0
    degrees: float = 0.0
    shear: float = 0.0
    perspective: float = 0.0


@dataclass(frozen=True)
class DarknetAugmentation:
    """Settings of AlexeyAB's darknet, by the names that cfg files use, and with its defaults.

    Attributes
    ----------
    jitter
        Each border of an image is moved by up to this share of its side, in or out.
    resize
        An image is made up to this many times as large or as small, besides; 1: it is not.
    random
        0: one input size. Otherwise others, up to this many times as large or small; 1 means 1.4.
    letter_box
        Whether an image keeps its ratio of sides and is padded.
    mosaic
        Whether half of the loads are mosaics of four images.
    mosaic_bound
        Whether a box in a mosaic is cut at its tile, not at the whole picture.
    max_boxes
        No more boxes of an image than these are read: `max` in the head.
    resize_step
        Input sizes are multiples of this many pixels.
    """

    jitter: float = 0.2
    resize: float = 1.0
    random: float = 0.0
    letter_box: bool = False
    mosaic: bool = False
    mosaic_bound: bool = False
    max_boxes: int = 200
    resize_step: int = 32


Augmentation = YoloAugmentation | DarknetAugmentation
"""Settings of one of the loaders."""

_LOW = YoloAugmentation("yolov5", scale=0.5, translate=0.1, mosaic=1.0)

NAMED: MappingProxyType[str, Augmentation] = MappingProxyType(
    {
        "yolov5": _LOW,
        "yolov5-high": replace(_LOW, scale=0.9, mixup=0.1),
        "yolov7": YoloAugmentation("yolov7", scale=0.9, translate=0.2, mosaic=1.0, mixup=0.15),
        "darknet": DarknetAugmentation(jitter=0.3, random=1.0),
    }
)
"""What trainers ship with: YOLOv5's hyp.scratch-low and -high, YOLOv7's hyp.scratch.p5, and the
heads of darknet's yolov3.cfg."""


def named_augmentation(name: str) -> Augmentation:
    """The settings of this name.

    Raises
    ------
    UsageError
        Where `name` is not one of `NAMED`.

    Examples
    --------
    >>> named_augmentation("darknet").jitter
    0.3
    """
    check_one_of(name, "augmentation", list(NAMED))
    return NAMED[name]
