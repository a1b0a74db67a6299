"""Anchors that well-known networks ship with: what a data set's own anchors are compared with."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.errors import UsageError

__all__ = ["PRESETS", "Preset", "preset"]

CELL = 32
"""Pixels per grid cell of the networks whose anchors are published in cells."""


class Preset(NamedTuple):
    """Anchors as published, and where.

    `published` holds width, height, width, height, ... in pixels of `size`, or in grid cells of 32
    pixels where `cells` is true; `data` is what they were fitted to.
    """

    name: str
    published: tuple[float, ...]
    size: tuple[int, int]
    data: str
    source: str
    cells: bool = False

    @property
    def anchors(self) -> NDArray[np.float64]:
        """(k, 2) float64, columns width and height, pixels at `size`, in the published order."""
        pairs = np.asarray(self.published, dtype=np.float64).reshape(-1, 2)
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
    each.name: each
    for each in (
        Preset("yolov2-voc", _VOC2, (416, 416), "VOC", f"{_DARKNET}/yolov2-voc.cfg", True),
        Preset("yolov2", _COCO2, (608, 608), "COCO", f"{_DARKNET}/yolov2.cfg", True),
        Preset(
            "yolov2-tiny-voc",
            _TINY_VOC2,
            (416, 416),
            "VOC",
            f"{_DARKNET}/yolov2-tiny-voc.cfg",
            True,
        ),
        Preset("yolov2-tiny", _COCO2, (416, 416), "COCO", f"{_DARKNET}/yolov2-tiny.cfg", True),
        Preset("yolov3", _COCO3, (416, 416), "COCO", f"{_DARKNET}/yolov3.cfg"),
        Preset("yolov3-tiny", _TINY3, (416, 416), "COCO", f"{_DARKNET}/yolov3-tiny.cfg"),
        Preset("yolov4", _COCO4, (608, 608), "COCO", f"{_DARKNET}/yolov4.cfg"),
        Preset("yolov4-tiny", _TINY3, (416, 416), "COCO", f"{_DARKNET}/yolov4-tiny.cfg"),
        Preset("yolov4-csp", _COCO4, (512, 512), "COCO", f"{_DARKNET}/yolov4-csp.cfg"),
        Preset("yolov4-p5", _P5, (896, 896), "COCO", f"{_DARKNET}/yolov4-p5.cfg"),
        Preset("yolov4-p6", _P6, (1280, 1280), "COCO", f"{_DARKNET}/yolov4-p6.cfg"),
        Preset("yolov5", _COCO3, (640, 640), "COCO", f"{_YOLOV5}/yolov5s.yaml"),
        Preset("yolov5-p6", _COCO5_P6, (1280, 1280), "COCO", f"{_YOLOV5}/hub/yolov5s6.yaml"),
        Preset("yolov7", _COCO4, (640, 640), "COCO", f"{_YOLOV7}/yolov7.yaml"),
        Preset("yolov7-tiny", _COCO3, (640, 640), "COCO", f"{_YOLOV7}/yolov7-tiny.yaml"),
        Preset("yolov7-w6", _COCO5_P6, (1280, 1280), "COCO", f"{_YOLOV7}/yolov7-w6.yaml"),
    )
}
"""The presets by name, older networks first."""


def preset(name: str) -> Preset:
    """The preset of a name.

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
    if name not in PRESETS:
        raise UsageError(f"preset {name!r}: wanted one of {', '.join(PRESETS)}")
    return PRESETS[name]
