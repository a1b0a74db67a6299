"""What the loader of AlexeyAB's darknet makes of boxes: a crop, mosaics, several input sizes.

Tested in tests/training/test_augmentation.py.
"""

import numpy as np
from numpy.typing import NDArray

from anchorkit.training.augmentation_chunks import (
    CROWDED,
    KEPT,
    OUTSIDE,
    SMALL,
    Chunk,
    Drawn,
)
from anchorkit.training.augmentation_settings import DarknetAugmentation

__all__ = ["MOSAICS", "draw_darknet", "input_sizes"]

MOSAICS = 0.8
"""Of all boxes that are loaded with mosaic, the share in mosaics: half of the loads show four
images instead of one."""

USUAL_RANDOM = 1.4
"""What random=1 stands for."""

LEAST_TILE = 0.2
"""A mosaic is divided no nearer to a border than this share of the input."""

Pair = NDArray[np.float64]
"""(2, c): a figure along x and along y, or before and after."""


def input_sizes(
    frame: tuple[int, int],
    settings: DarknetAugmentation,
    count: int,
    random: np.random.RandomState,
) -> Pair:
    """Width and height of the network's input for so many boxes, (2, count), in pixels.

    Darknet takes a new size every ten iterations. Of a size below the cfg's it adds one step, too,
    but never goes above the cfg's.

    Examples
    --------
    >>> sizes = input_sizes(
    ...     (416, 416), DarknetAugmentation(random=1), 1000, np.random.RandomState(0)
    ... )
    >>> np.unique(sizes).tolist()[::9]
    [320.0, 608.0]
    """
    given = np.array(frame, dtype=np.float64)[:, None]
    if not settings.random:
        return np.repeat(given, count, axis=1)
    most = USUAL_RANDOM if settings.random == 1 else settings.random
    factor = random.uniform(min(1.0, most), max(1.0, most), count)
    factor = np.where(random.random_sample(count) < 0.5, factor, 1 / factor)
    step = settings.resize_step
    # C's round, halves away from zero
    sizes: Pair = np.floor(factor * given / step + 1.5) * step
    beyond = (factor < 1) & (sizes > given).any(axis=0)
    found: Pair = np.maximum(np.where(beyond, given, sizes), step)
    return found


def draw_darknet(
    chunk: Chunk,
    images: NDArray[np.float64],
    settings: DarknetAugmentation,
    frame: tuple[int, int],
    random: np.random.RandomState,
    *,
    counts: NDArray[np.int64],
) -> Drawn:
    """Boxes of a chunk, each by a load of its own.

    Parameters
    ----------
    chunk
        The boxes.
    images
        (m, 2), width and height of all images in pixels.
    settings
        Of the loader.
    frame
        Width and height of the input that the cfg names, in pixels.
    random
        What is drawn from.
    counts
        (m,), how many boxes each image has.
    """
    count = len(chunk)
    inputs = input_sizes(frame, settings, count, random)
    sides = images[chunk.ids].T
    before, after = _crops(sides, inputs, settings, random)
    tiles: NDArray[np.bool_] = np.zeros((2, count), dtype=np.bool_)
    if settings.mosaic:
        in_mosaic = random.random_sample(count) < MOSAICS
        # The second tile along an axis, and whether its crop is moved into the corner
        tiles = random.random_sample((2, count)) < 0.5
        cornered = in_mosaic & (random.random_sample(count) < 0.5)
        before, after = _cornered(before, after, tiles, cornered)
    left = sides - before - after
    invalid = ((left <= 0) | (sides - before <= 0)).any(axis=0)
    left, before = np.where(invalid, sides, left), np.where(invalid, 0.0, before)
    edges = chunk.edges * np.repeat(sides, 2, axis=0)
    edges -= np.repeat(before, 2, axis=0)
    edges /= np.repeat(left, 2, axis=0)
    np.clip(edges, 0.0, 1.0, out=edges)
    fates = _fates(edges, inputs)
    if (counts > settings.max_boxes).any():
        read = settings.max_boxes / np.maximum(counts, settings.max_boxes)
        fates[random.random_sample(count) >= read[chunk.ids]] = CROWDED
    if settings.mosaic:
        rows = np.flatnonzero(in_mosaic & (fates == KEPT))
        borders = -np.stack([before, after]) * inputs / sides
        edges[:, rows] = _tiled(
            edges[:, rows], inputs[:, rows], borders[:, :, rows], tiles[:, rows], settings, random
        )
        fates[rows] = _fates(edges[:, rows], inputs[:, rows], mosaic=True)
    return Drawn((edges[1] - edges[0]) * inputs[0], (edges[3] - edges[2]) * inputs[1], fates)


def _fates(edges: NDArray[np.float64], inputs: Pair, *, mosaic: bool = False) -> NDArray[np.int64]:
    """Which boxes have a side below a pixel, or nothing left."""
    sides = np.stack([edges[1] - edges[0], edges[3] - edges[2]])
    fates = np.full(sides.shape[1], KEPT, dtype=np.int64)
    outside = sides <= 0
    small = sides * inputs < 1
    if mosaic:
        middles = np.stack([edges[0] + edges[1], edges[2] + edges[3]]) / 2
        outside |= (middles <= 0) | (middles >= 1)
        # More than a pixel here; whole pixels are off by rounding
        small |= sides * inputs < 1 + 1e-9
    fates[small.any(axis=0)] = SMALL
    fates[outside.any(axis=0)] = OUTSIDE
    return fates


def _crops(
    sides: Pair, inputs: Pair, settings: DarknetAugmentation, random: np.random.RandomState
) -> tuple[Pair, Pair]:
    """How many pixels of an image are cut off before and after what is shown, along both axes.

    Whole numbers, as darknet's are; below zero where a border is added.
    """
    jitter = np.trunc(sides * settings.jitter)
    before = np.trunc(random.uniform(-1, 1, sides.shape) * jitter)
    after = np.trunc(random.uniform(-1, 1, sides.shape) * jitter)
    if settings.resize != 1:
        larger = max(settings.resize, 1 / settings.resize)
        least = np.trunc(sides * (1 - larger) / 2)
        # Below 1 darknet resizes in one direction only
        most = np.trunc(sides * (1 - 1 / larger) / 2) if settings.resize > 1 else 0.0
        # One number for left and top, one for right and bottom
        for cut in (before, after):
            cut += least + (most - least) * random.random_sample(sides.shape[1])
            np.trunc(cut, out=cut)
    if settings.letter_box:
        wanted = inputs[0] / inputs[1]
        padding = np.stack([sides[1] * wanted - sides[0], sides[0] / wanted - sides[1]])
        # Only one of both is added to, the other would be cut
        for cut in (before, after):
            np.trunc(cut - np.maximum(padding, 0.0) / 2, out=cut)
    return before, after


def _cornered(
    before: Pair, after: Pair, second: NDArray[np.bool_], moved: NDArray[np.bool_]
) -> tuple[Pair, Pair]:
    """Crops that are moved so that a tile shows its image from the corner of the mosaic on."""
    both = before + after
    return (
        np.where(moved, np.where(second, both, 0.0), before),
        np.where(moved, np.where(second, 0.0, both), after),
    )


def _tiled(
    edges: NDArray[np.float64],
    inputs: Pair,
    borders: NDArray[np.float64],
    second: NDArray[np.bool_],
    settings: DarknetAugmentation,
    random: np.random.RandomState,
) -> NDArray[np.float64]:
    """Edges in a mosaic, fractions of it.

    `borders` are (2, 2, c), what the crop has added before and after, in pixels of the input;
    `second` tells for each axis whether a box is in the second tile.
    """
    low, high = np.trunc(inputs * LEAST_TILE), np.trunc(inputs * (1 - LEAST_TILE))
    cut = low + np.floor(random.random_sample(inputs.shape) * (high - low + 1))
    borders = np.trunc(np.maximum(borders, 0.0))
    first_by = inputs - cut - np.minimum(inputs - cut, borders[1])
    second_by = cut - np.minimum(cut, borders[0])
    offsets = np.where(second, second_by, -first_by) / inputs
    edges = edges + np.repeat(offsets, 2, axis=0)
    wide = np.repeat(inputs, 2, axis=0)
    pixels = np.trunc(edges * wide)
    if settings.mosaic_bound:
        # Darknet takes whole pixels here
        least, most = np.where(second, cut, 0.0), np.where(second, inputs, cut)
        np.clip(pixels, np.repeat(least, 2, axis=0), np.repeat(most, 2, axis=0), out=pixels)
        return np.asarray(pixels / wide)
    # It takes no note of what sticks out by less than a pixel
    edges -= (np.minimum(pixels, 0.0) + np.maximum(pixels - wide, 0.0)) / wide
    return edges
