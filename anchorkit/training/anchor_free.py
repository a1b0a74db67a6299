"""Models that people look for anchors of, and that have none.

Tested in tests/training/test_trainers.py.
"""

import re

__all__ = ["ANCHOR_FREE", "NO_ANCHORS", "has_no_anchors"]

NO_ANCHORS = (
    "has no anchors: YOLOv2 to v5, v7 and darknet's models have them, YOLOv8 and later do not"
)
"""What is said of such a model."""

ANCHOR_FREE = (
    *("yolov5u", "yolov6", "yolov8", "yolov9", "yolov10", "yolo11", "yolov11", "yolov12", "yolo12"),
    *(
        "yolov13",
        "yolo26",
        "yolox",
        "yolo-nas",
        "ppyoloe",
        "pp-yoloe",
        "rtmdet",
        "rtdetr",
        "rt-detr",
    ),
    *("fcos", "damo-yolo"),
)
"""Models that people look for anchors of, and that have none."""


_VARIANT = re.compile(r"(?:-(?:seg|pose|obb|cls))?$|[-_]?[nsmlxtceb](?:-(?:seg|pose|obb|cls))?$")
"""What a model's name has behind that of its family: its size, and its task."""


def has_no_anchors(name: str) -> bool:
    """Whether a name is that of a model without anchors, in any of its sizes.

    Examples
    --------
    >>> has_no_anchors("YOLOv8n-seg"), has_no_anchors("yolov5")
    (True, False)
    """
    known = name.strip().casefold()
    return known in ANCHOR_FREE or _VARIANT.sub("", known) in ANCHOR_FREE
