"""Anchors that well-known networks ship with: what a data set's own anchors are compared with."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.anchors.named import NamedAnchors
from anchorkit.errors import UsageError
from anchorkit.network_input import NetworkInput, PartialInput
from anchorkit.suggestions import meant_name
from anchorkit.training.anchor_free import NO_ANCHORS, has_no_anchors

__all__ = ["PRESETS", "Published", "at_network", "preset"]

CELL = 32
"""Pixels per grid cell of the networks whose anchors are published in cells."""


class Published(NamedTuple):
    """Anchors as published, and where.

    `numbers` holds width, height, width, height, ... in pixels of an input of `side` by `side`, or
    in grid cells of 32 pixels where `cells` is true; `data` is what they were fitted to, `page`
    where they stand.
    """

    numbers: tuple[float, ...]
    side: int
    data: str
    page: str
    cells: bool = False

    @property
    def anchors(self) -> NDArray[np.float64]:
        """(k, 2) float64, columns width and height, pixels at input, in the published order."""
        pairs = np.asarray(self.numbers, dtype=np.float64).reshape(-1, 2)
        return pairs * CELL if self.cells else pairs


_VOC2 = (1.3221, 1.73145, 3.19275, 4.00944, 5.05587, 8.09892, 9.47112, 4.84053, 11.2364, 10.0071)
_TINY_VOC2 = (1.08, 1.19, 3.42, 4.41, 6.63, 11.38, 9.42, 5.11, 16.62, 10.52)
_COCO2 = (0.57273, 0.677385, 1.87446, 2.06253, 3.33843, 5.47434, 7.88282, 3.52778, 9.77052, 9.16828)
_COCO3 = (10, 13, 16, 30, 33, 23, 30, 61, 62, 45, 59, 119, 116, 90, 156, 198, 373, 326)
_TINY3 = (10, 14, 23, 27, 37, 58, 81, 82, 135, 169, 344, 319)
_COCO4 = (12, 16, 19, 36, 40, 28, 36, 75, 76, 55, 72, 146, 142, 110, 192, 243, 459, 401)
_P5 = (
    *(13, 17, 31, 25, 24, 51, 61, 45, 48, 102, 119, 96),
    *(97, 189, 217, 184, 171, 384, 324, 451, 616, 618, 800, 800),
)
_P6 = (
    *(13, 17, 31, 25, 24, 51, 61, 45, 61, 45, 48, 102, 119, 96, 97, 189),
    *(97, 189, 217, 184, 171, 384, 324, 451, 324, 451, 545, 357, 616, 618, 1024, 1024),
)
_COCO5_P6 = (
    *(19, 27, 44, 40, 38, 94, 96, 68, 86, 152, 180, 137),
    *(140, 301, 303, 264, 238, 542, 436, 615, 739, 380, 925, 792),
)

_DARKNET = "https://github.com/AlexeyAB/darknet/blob/master/cfg"
_YOLOV5 = "https://github.com/ultralytics/yolov5/blob/master/models"
_YOLOV7 = "https://github.com/WongKinYiu/yolov7/blob/main/cfg/training"

PRESETS = {
    "yolov2-voc": Published(_VOC2, 416, "VOC", f"{_DARKNET}/yolov2-voc.cfg", True),
    "yolov2": Published(_COCO2, 608, "COCO", f"{_DARKNET}/yolov2.cfg", True),
    "yolov2-tiny-voc": Published(_TINY_VOC2, 416, "VOC", f"{_DARKNET}/yolov2-tiny-voc.cfg", True),
    "yolov2-tiny": Published(_COCO2, 416, "COCO", f"{_DARKNET}/yolov2-tiny.cfg", True),
    "yolov3": Published(_COCO3, 416, "COCO", f"{_DARKNET}/yolov3.cfg"),
    "yolov3-tiny": Published(_TINY3, 416, "COCO", f"{_DARKNET}/yolov3-tiny.cfg"),
    "yolov4": Published(_COCO4, 608, "COCO", f"{_DARKNET}/yolov4.cfg"),
    "yolov4-tiny": Published(_TINY3, 416, "COCO", f"{_DARKNET}/yolov4-tiny.cfg"),
    "yolov4-csp": Published(_COCO4, 512, "COCO", f"{_DARKNET}/yolov4-csp.cfg"),
    "yolov4-p5": Published(_P5, 896, "COCO", f"{_DARKNET}/yolov4-p5.cfg"),
    "yolov4-p6": Published(_P6, 1280, "COCO", f"{_DARKNET}/yolov4-p6.cfg"),
    "yolov5": Published(_COCO3, 640, "COCO", f"{_YOLOV5}/yolov5s.yaml"),
    "yolov5-p6": Published(_COCO5_P6, 1280, "COCO", f"{_YOLOV5}/hub/yolov5s6.yaml"),
    "yolov7": Published(_COCO4, 640, "COCO", f"{_YOLOV7}/yolov7.yaml"),
    "yolov7-tiny": Published(_COCO3, 640, "COCO", f"{_YOLOV7}/yolov7-tiny.yaml"),
    "yolov7-w6": Published(_COCO5_P6, 1280, "COCO", f"{_YOLOV7}/yolov7-w6.yaml"),
}
"""The presets by name, older networks first."""


def preset(name: str) -> NamedAnchors:
    """The anchors that a network ships with.

    Parameters
    ----------
    name
        A key of `PRESETS`.

    Raises
    ------
    UsageError
        Where there is no preset of that name.

    Examples
    --------
    >>> preset("yolov3").anchors[:2]
    array([[10., 13.],
           [16., 30.]])
    >>> preset("yolov2-voc").anchors[0]
    array([42.3072, 55.4064])
    """
    known = name.strip().casefold()
    if known not in PRESETS:
        if has_no_anchors(known):
            raise UsageError(f"--preset {name}: {NO_ANCHORS}")
        raise UsageError(f"--preset {name}: no such network; {meant_name(known, PRESETS)}")
    found = PRESETS[known]
    return NamedAnchors(known, found.anchors, "preset", PartialInput((found.side, found.side)))


def at_network(given: NamedAnchors, network: NetworkInput) -> NamedAnchors:
    """Anchors scaled to another input than they are meant for, each side by its own ratio.

    Parameters
    ----------
    given
        Anchors whose input is known; else they stay as they are.
    network
        The input to scale them to.

    Examples
    --------
    >>> at_network(preset("yolov3"), NetworkInput(832, 416)).anchors[0].tolist()
    [20.0, 13.0]
    """
    size = given.network.size
    if size is None or size == network.size:
        return given
    ratios = np.asarray(network.size, dtype=np.float64) / np.asarray(size)
    return NamedAnchors(
        given.name, given.anchors * ratios, given.source, PartialInput(network.size)
    )
