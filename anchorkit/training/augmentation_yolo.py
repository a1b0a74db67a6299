"""What the loaders of YOLOv5 and YOLOv7 make of boxes: letterbox, mosaics, one warp, filters.

Tested in tests/training/test_augmentation.py.
"""

import numpy as np
from numpy.typing import NDArray

from anchorkit.training.augmentation_chunks import (
    CUT,
    KEPT,
    NARROW,
    OUTSIDE,
    SMALL,
    Chunk,
    Drawn,
)
from anchorkit.training.augmentation_settings import FAMILIES, YoloAugmentation

__all__ = ["draw_yolo", "load_shares", "resized"]

SHORTEST = 2.0
"""Sides of up to so many pixels are dropped."""

LEAST_AREA = 0.1
"""Of the area that a box would have if the picture had no border, more must be left."""

SINGLE, FOUR, NINE = range(3)


def resized(images: NDArray[np.float64], side: int, family: str) -> NDArray[np.float64]:
    """Sizes of images after they are resized, ratio kept, to fit a square input.

    Parameters
    ----------
    images
        (m, 2), width and height in pixels.
    side
        Of the input, in pixels.
    family
        One of `FAMILIES`.

    Examples
    --------
    >>> resized(np.array([[500.0, 333.0]]), 640, "yolov5").tolist()
    [[640.0, 427.0]]
    >>> resized(np.array([[500.0, 333.0]]), 640, "yolov7").tolist()
    [[640.0, 426.0]]
    """
    scaled = images * (side / images.max(axis=1))[:, None]
    whole: NDArray[np.float64] = np.ceil(scaled) if FAMILIES[family].rounds_up else np.floor(scaled)
    return np.maximum(whole, 1.0)


def load_shares(settings: YoloAugmentation) -> tuple[float, float, float]:
    """Of all boxes that are loaded: the shares alone, in a mosaic of four, and in one of nine.

    A load that is a mosaic shows four or nine images instead of one, and with mixup those of a
    second mosaic, too.

    Examples
    --------
    >>> load_shares(YoloAugmentation("yolov5", scale=0.5, translate=0.1, mosaic=0.5))
    (0.2, 0.8, 0.0)
    """
    mosaics = settings.mosaic * (1 + settings.mixup)
    nines = FAMILIES[settings.family].nines
    seen = (1 - settings.mosaic, 4 * mosaics * (1 - nines), 9 * mosaics * nines)
    return (seen[0] / sum(seen), seen[1] / sum(seen), seen[2] / sum(seen))


def draw_yolo(
    chunk: Chunk,
    images: NDArray[np.float64],
    settings: YoloAugmentation,
    side: int,
    random: np.random.RandomState,
) -> Drawn:
    """Boxes of a chunk, each by a load of its own.

    Parameters
    ----------
    chunk
        The boxes.
    images
        (m, 2), what `resized` gives for all images of the data set.
    settings
        Of the loader.
    side
        Of the input, in pixels.
    random
        What is drawn from.
    """
    edges = chunk.edges.copy()
    middle = np.full(len(chunk), float(side))
    kinds = np.searchsorted(
        np.cumsum(load_shares(settings))[:2], random.random_sample(len(chunk)), side="right"
    )
    for kind, placed in ((SINGLE, _single), (FOUR, _four), (NINE, _nine)):
        rows = np.flatnonzero(kinds == kind)
        if len(rows):
            edges[:, rows] = placed(chunk.part(rows), images, side, random)
            if kind == SINGLE:
                middle[rows] = side / 2
    return _warped(edges, middle, settings, side, random)


def _single(
    chunk: Chunk, images: NDArray[np.float64], side: int, random: np.random.RandomState
) -> NDArray[np.float64]:
    """Edges in a letterboxed image."""
    sizes = images[chunk.ids].T
    return _shifted(chunk.edges, sizes, (side - sizes) / 2)


def _four(
    chunk: Chunk, images: NDArray[np.float64], side: int, random: np.random.RandomState
) -> NDArray[np.float64]:
    """Edges on a canvas of twice the side, where four images meet in a point."""
    sizes = images[chunk.ids].T
    point = np.floor(random.uniform(side / 2, side * 1.5, (2, len(chunk))))
    before = random.random_sample((2, len(chunk))) < 0.5
    edges = _shifted(chunk.edges, sizes, point - np.where(before, sizes, 0.0))
    return np.clip(edges, 0.0, 2.0 * side, out=edges)


def _nine(
    chunk: Chunk, images: NDArray[np.float64], side: int, random: np.random.RandomState
) -> NDArray[np.float64]:
    """Edges in a part of a canvas of three times the side, eight images laid around a ninth.

    Each lies against the one in the middle or the one that was laid before it.
    """
    count = len(chunk)
    (wide, high) = images[chunk.ids].T
    tile = random.randint(0, 9, count)
    (mid_wide, mid_high) = images[random.randint(0, len(images), count)].T
    (last_wide, last_high) = images[random.randint(0, len(images), count)].T
    right, bottom = side + mid_wide, side + mid_high
    edge = np.full(count, float(side))
    # The middle, then clockwise from the top
    left = [edge, edge, edge + last_wide, right, right, right - wide]
    left += [right - last_wide - wide, edge - wide, edge - wide]
    top = [edge, edge - high, edge - high, edge, edge + last_high, bottom]
    top += [bottom, bottom - high, bottom - last_high - high]
    shown = np.floor(random.uniform(0, side, (2, count)))
    offsets = np.stack([np.choose(tile, left), np.choose(tile, top)]) - shown
    edges = _shifted(chunk.edges, np.stack([wide, high]), offsets)
    return np.clip(edges, 0.0, 2.0 * side, out=edges)


def _shifted(
    edges: NDArray[np.float64], sizes: NDArray[np.float64], offsets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Edges in pixels, of images of these sizes (2, c) at these offsets (2, c)."""
    moved: NDArray[np.float64] = edges * np.repeat(sizes, 2, axis=0)
    moved += np.repeat(offsets, 2, axis=0)
    return moved


def _warped(
    edges: NDArray[np.float64],
    middle: NDArray[np.float64],
    settings: YoloAugmentation,
    side: int,
    random: np.random.RandomState,
) -> Drawn:
    """Boxes after the one warp of their picture, clipped to the input, and filtered."""
    count, family = len(middle), FAMILIES[settings.family]
    low, high = 1 - settings.scale, 1 + settings.scale + family.extra_scale
    scale = random.uniform(low, high, count)
    shift = random.uniform(-settings.translate, settings.translate, (2, count))
    shift += 0.5
    shift *= side
    before = (edges[1] - edges[0]) * (edges[3] - edges[2]) * scale * scale
    edges -= middle
    if settings.degrees or settings.shear or settings.perspective:
        edges = _tilted(edges, scale, settings, random)
    else:
        edges *= scale
    edges += np.repeat(shift, 2, axis=0)
    np.clip(edges, 0.0, float(side), out=edges)
    widths, heights = edges[1] - edges[0], edges[3] - edges[2]
    fates = np.full(count, KEPT, dtype=np.int64)
    narrow = np.maximum(widths, heights) >= family.aspect_limit * np.minimum(widths, heights)
    fates[narrow] = NARROW
    fates[widths * heights <= LEAST_AREA * before] = CUT
    shortest = np.minimum(widths, heights)
    fates[shortest <= SHORTEST] = SMALL
    fates[shortest <= 0] = OUTSIDE
    return Drawn(widths, heights, fates)


def _tilted(
    edges: NDArray[np.float64],
    scale: NDArray[np.float64],
    settings: YoloAugmentation,
    random: np.random.RandomState,
) -> NDArray[np.float64]:
    """Edges around the four corners of boxes that were tilted, turned, scaled and sheared."""
    count = len(scale)
    angle = np.radians(random.uniform(-settings.degrees, settings.degrees, count))
    shear = np.tan(np.radians(random.uniform(-settings.shear, settings.shear, (2, count))))
    tilt = random.uniform(-settings.perspective, settings.perspective, (2, count))
    along, across = scale * np.cos(angle), scale * np.sin(angle)
    corners_x, corners_y = [], []
    for x in edges[:2]:
        for y in edges[2:]:
            depth = 1 + tilt[0] * x + tilt[1] * y
            turned_x, turned_y = along * x + across * y, along * y - across * x
            corners_x.append((turned_x + shear[0] * turned_y) / depth)
            corners_y.append((turned_y + shear[1] * turned_x) / depth)
    found: NDArray[np.float64] = np.stack(
        [
            np.minimum.reduce(corners_x),
            np.maximum.reduce(corners_x),
            np.minimum.reduce(corners_y),
            np.maximum.reduce(corners_y),
        ]
    )
    return found
