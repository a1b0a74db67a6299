"""Boxes at their places in the network's input.

Tested in tests/training/test_assignment.py.
"""

from typing import SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_whole, check_one_of
from anchorkit.errors import DataError, UsageError
from anchorkit.network_input import NetworkInput
from anchorkit.overlap import as_sizes

__all__ = ["PlacedBoxes", "placed"]

WHOLE = {"none": None, "up": np.ceil, "down": np.floor}
"""How the sides of a letterboxed image become whole pixels."""


class PlacedBoxes:
    """Boxes at the network's input.

    Parameters
    ----------
    sizes
        (n, 2), width and height in pixels of the input.
    centres
        (n, 2), x and y of the centres in pixels of the input.
    image_ids
        (n,), whole numbers, equal for boxes of one image.
    frame
        Width and height of the input in pixels.

    Raises
    ------
    UsageError
        Where an array cannot be meant.
    DataError
        Where there are no boxes.
    """

    def __init__(
        self,
        sizes: ArrayLike,
        centres: ArrayLike,
        image_ids: ArrayLike,
        frame: tuple[SupportsIndex, SupportsIndex],
    ) -> None:
        self.sizes = as_sizes(sizes)
        self.centres = np.asarray(centres, dtype=np.float64)
        ids = np.asarray(image_ids)
        if not len(self.sizes):
            raise DataError("no boxes to assign")
        if self.centres.shape != self.sizes.shape or not np.isfinite(self.centres).all():
            raise UsageError(f"centres: wanted {len(self.sizes)} rows of finite x and y")
        if ids.shape != (len(self.sizes),) or ids.dtype.kind not in "iu":
            raise UsageError(f"image_ids: wanted {len(self.sizes)} whole numbers")
        self.image_ids = ids.astype(np.int64)
        self.frame = (as_whole(frame[0], "frame", 1), as_whole(frame[1], "frame", 1))

    def __len__(self) -> int:
        return len(self.sizes)


def placed(
    sizes: ArrayLike,
    centres: ArrayLike,
    image_ids: ArrayLike,
    image_sizes: ArrayLike,
    *,
    network: NetworkInput,
    whole: str = "none",
) -> PlacedBoxes:
    """Boxes of images, at the network's input.

    Parameters
    ----------
    sizes, centres
        (n, 2), width and height, and x and y, fractions of the images.
    image_ids
        (n,), for each box the row of its image in `image_sizes`.
    image_sizes
        (m, 2), width and height of each image in pixels; only letterbox needs them.
    network
        The input, and how training brings images to it.
    whole
        What letterbox does with sides of an image that come to a part of a pixel: `none` keeps
        them; `up` is what YOLOv5 does, `down` YOLOv7.

    Raises
    ------
    UsageError
        Where an argument cannot be meant.
    DataError
        Where there are no boxes, or letterbox needs the size of an image that has none.

    Examples
    --------
    >>> network = NetworkInput(640, 640, "letterbox")
    >>> found = placed([(0.5, 0.5)], [(0.5, 0.5)], [0], [(800, 400)], network=network)
    >>> found.sizes.tolist(), found.centres.tolist()
    ([[320.0, 160.0]], [[320.0, 320.0]])
    """
    check_one_of(whole, "whole", tuple(WHOLE))
    inputs = np.array(network.size, dtype=np.float64)
    fractions = PlacedBoxes(sizes, centres, image_ids, network.size)
    if network.resize == "stretch":
        images = np.tile(inputs, (len(fractions), 1))
    else:
        images = _letterboxed(fractions.image_ids, image_sizes, inputs, whole)
    return PlacedBoxes(
        fractions.sizes * images,
        fractions.centres * images + (inputs - images) / 2,
        image_ids,
        network.size,
    )


def _letterboxed(
    ids: NDArray[np.int64], image_sizes: ArrayLike, inputs: NDArray[np.float64], whole: str
) -> NDArray[np.float64]:
    """For each box the size of its image at the input, (n, 2)."""
    images = np.asarray(image_sizes, dtype=np.float64)
    if images.ndim != 2 or images.shape[1] != 2 or (images <= 0).any():
        raise UsageError("image_sizes: wanted an (m, 2) array of positive widths and heights")
    if ids.min() < 0 or ids.max() >= len(images):
        raise UsageError(f"image_ids: wanted rows of the {len(images)} image sizes")
    own = images[ids]
    unknown = np.flatnonzero(~np.isfinite(own).all(axis=1))
    if len(unknown):
        raise DataError(f"image {ids[unknown[0]]}: letterbox needs the size of the image in pixels")
    scaled: NDArray[np.float64] = own * (inputs / own).min(axis=1)[:, None]
    rounded = WHOLE[whole]
    return scaled if rounded is None else np.maximum(rounded(scaled), 1.0)
