"""Boxes as training sees them: after the trainer's own scaling, cropping, tiling and filters.

A box meets nothing of the other boxes of its image. So each is drawn by itself, with an
augmentation of its own: over many loads that has the distribution of the trainer's loader, and it
needs far fewer draws than whole images do, whose boxes all share one scale.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_seed, as_whole, check_one_of
from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import as_sizes
from anchorkit.training.augmentation_chunks import CAUSES, KEPT, Chunk, Drawn
from anchorkit.training.augmentation_darknet import draw_darknet
from anchorkit.training.augmentation_settings import (
    FAMILIES,
    Augmentation,
    YoloAugmentation,
)
from anchorkit.training.augmentation_yolo import draw_yolo, resized

__all__ = ["WANTED", "DrawnBoxes", "augmented"]

WANTED = 250_000
"""Drawn boxes that are kept. A mean of figures from 0 to 1 over so many independent draws has a
standard error of 0.001 at most; mean IoU, which spreads by about 0.2, one of 0.0004."""

MOST = 8
"""Times as many are drawn at most, however many of them are lost."""

CHUNK = 32768
"""Boxes drawn at a time: some twenty columns of them stay in a processor's cache."""

UNKNOWN = 10_000.0
"""Stands for the side of an image that has no known size, where only rounding depends on it."""


@dataclass(frozen=True, eq=False)
class DrawnBoxes:
    """Boxes after augmentation, in the unit in which the trainer compares them with anchors.

    Attributes
    ----------
    sizes
        (m, 2) float64, columns width and height, pixels of the network's input.
    sources
        (m,) int64, the row of the labelled box that each was drawn from.
    drawn
        How many were drawn, those among them that were lost.
    losses
        How many were lost, by cause: `outside` (nothing of the box is in the picture), `small` (a
        side below the trainer's limit), `cut` (too little of it is left), `narrow` (the ratio of
        its sides), `crowded` (more boxes in its image than are read).
    """

    sizes: NDArray[np.float64]
    sources: NDArray[np.int64]
    drawn: int
    losses: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def lost(self) -> float:
        """Share of the drawn boxes that are not trained on."""
        return 1 - len(self.sizes) / self.drawn


def augmented(
    sizes: ArrayLike,
    centres: ArrayLike,
    image_ids: ArrayLike,
    image_sizes: ArrayLike,
    augmentation: Augmentation,
    *,
    frame: tuple[SupportsIndex, SupportsIndex],
    seed: SupportsIndex = 0,
    wanted: SupportsIndex = WANTED,
) -> DrawnBoxes:
    """Boxes as a trainer's loader hands them to the network, drawn at random.

    All boxes are drawn equally often, to within one; where there are more than are wanted, a random
    part of them is drawn once. The same arguments give the same boxes.

    Parameters
    ----------
    sizes
        (n, 2), width and height of the boxes, fractions of their images.
    centres
        (n, 2), x and y of their centres, fractions of their images.
    image_ids
        (n,), whole numbers, for each box the row of its image in `image_sizes`.
    image_sizes
        (m, 2), width and height of each image in pixels; NaN where unknown, with which darknet can
        deal unless it letterboxes.
    augmentation
        The settings of the loader.
    frame
        Width and height of the network's input in pixels; equal for YOLOv5 and YOLOv7.
    seed
        Fixes the draw.
    wanted
        Draws end when so many boxes are kept, or 8 times as many are drawn.

    Raises
    ------
    UsageError
        Where an array or a setting cannot be meant.
    DataError
        Where there are no boxes, or the size of an image is needed and unknown.

    Examples
    --------
    Without mosaic, scale and shift, YOLOv5 letterboxes and no more:

    >>> still = YoloAugmentation("yolov5", scale=0, translate=0, mosaic=0)
    >>> found = augmented(
    ...     [(0.5, 0.5)], [(0.5, 0.5)], [0], [(800, 400)], still, frame=(640, 640), wanted=2
    ... )
    >>> found.sizes.tolist()[:2], found.lost
    ([[320.0, 160.0], [320.0, 160.0]], 0.0)
    """
    seed, target = as_seed(seed), as_whole(wanted, "wanted", 1)
    width, height = (as_whole(side, "network", 1) for side in frame)
    boxes = _Labelled(sizes, centres, image_ids, image_sizes)
    parts: list[NDArray[np.float64]] = []
    sources: list[NDArray[np.int64]] = []
    fates = np.zeros(len(CAUSES), dtype=np.int64)
    random = np.random.RandomState(seed)
    kept = drawn = 0
    draw = _drawer(augmentation, boxes, (width, height))
    for rows in _rounds(len(boxes), target, random):
        found = draw(boxes.chunk(rows), random)
        keep = found.fates == KEPT
        parts.append(np.stack([found.widths[keep], found.heights[keep]], axis=1))
        sources.append(rows[keep])
        fates += np.bincount(found.fates, minlength=len(CAUSES))
        drawn += len(rows)
        kept += len(parts[-1])
        if kept >= target or drawn >= MOST * target:
            break
    losses = dict(zip(CAUSES, fates.tolist(), strict=True))
    del losses[CAUSES[KEPT]]
    return DrawnBoxes(np.concatenate(parts), np.concatenate(sources), drawn, losses)


def _drawer(
    augmentation: Augmentation, boxes: "_Labelled", frame: tuple[int, int]
) -> Callable[[Chunk, np.random.RandomState], Drawn]:
    """What draws a chunk of boxes."""
    if isinstance(augmentation, YoloAugmentation):
        check_one_of(augmentation.family, "family", list(FAMILIES))
        side = frame[0]
        if frame[1] != side:
            raise UsageError(
                f"network: {augmentation.family} trains on squares, found {side}x{frame[1]}"
            )
        fitted = resized(boxes.known_images(augmentation.family), side, augmentation.family)
        return lambda chunk, random: draw_yolo(chunk, fitted, augmentation, side, random)
    images = (
        boxes.known_images("letter_box")
        if augmentation.letter_box
        else np.where(np.isfinite(boxes.images), boxes.images, UNKNOWN)
    )
    return lambda chunk, random: draw_darknet(
        chunk, images, augmentation, frame, random, counts=boxes.counts
    )


class _Labelled:
    """The boxes that are given, checked, in the shape that is drawn from."""

    def __init__(
        self, sizes: ArrayLike, centres: ArrayLike, image_ids: ArrayLike, image_sizes: ArrayLike
    ) -> None:
        sides = as_sizes(sizes)
        if not len(sides):
            raise DataError("no boxes to augment")
        middles = np.asarray(centres, dtype=np.float64)
        if middles.shape != sides.shape or not np.isfinite(middles).all():
            raise UsageError(f"centres: wanted {len(sides)} rows of finite x and y")
        self.images = np.asarray(image_sizes, dtype=np.float64)
        if self.images.ndim != 2 or self.images.shape[1] != 2 or (self.images <= 0).any():
            raise UsageError("image_sizes: wanted an (m, 2) array of positive widths and heights")
        ids = np.asarray(image_ids)
        if ids.shape != (len(sides),) or ids.dtype.kind not in "iu":
            raise UsageError(f"image_ids: wanted {len(sides)} whole numbers")
        if ids.min() < 0 or ids.max() >= len(self.images):
            raise UsageError(f"image_ids: wanted rows of the {len(self.images)} image sizes")
        self.ids = ids.astype(np.intp)
        # Rows left, right, top, bottom
        halves, centred = sides.T / 2, middles.T
        self.edges = np.stack(
            [
                centred[0] - halves[0],
                centred[0] + halves[0],
                centred[1] - halves[1],
                centred[1] + halves[1],
            ]
        )
        self.counts = np.bincount(self.ids, minlength=len(self.images))

    def __len__(self) -> int:
        return len(self.ids)

    def chunk(self, rows: NDArray[np.int64]) -> Chunk:
        """The boxes of these rows, to be drawn together."""
        return Chunk(self.edges[:, rows], self.ids[rows])

    def known_images(self, needed_by: str) -> NDArray[np.float64]:
        """Sizes of all images; those without boxes may be unknown, and are left out."""
        unknown: NDArray[np.bool_] = np.asarray(~np.isfinite(self.images).all(axis=1))
        if (unknown & (self.counts > 0)).any():
            row = int(np.flatnonzero(unknown & (self.counts > 0))[0])
            raise DataError(f"image {row}: {needed_by} needs the size of the image in pixels")
        return np.where(unknown[:, None], 1.0, self.images)


def _rounds(count: int, wanted: int, random: np.random.RandomState) -> Iterator[NDArray[np.int64]]:
    """Rows of boxes, in chunks without an end: every box as often as any other, to within one."""
    order = random.permutation(count).astype(np.int64)
    # A small draw in small chunks: the last one is seldom needed whole
    step = min(CHUNK, max(1, wanted))
    start = 0
    while True:
        yield order[np.arange(start, start + step) % count]
        start = (start + step) % count
