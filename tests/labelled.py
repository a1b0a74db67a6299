"""Labelled boxes of VOC annotations with their places, read as plainly as can be."""

import os
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

__all__ = ["Labelled", "bccd", "read_labelled"]


class Labelled(NamedTuple):
    """Boxes with an area, as fractions of their images, in the order of the files."""

    sizes: NDArray[np.float64]
    centres: NDArray[np.float64]
    image_ids: NDArray[np.int64]
    image_sizes: NDArray[np.float64]


def read_labelled(folder: Path) -> Labelled:
    boxes, ids, images = [], [], []
    for path in sorted(folder.glob("*.xml")):
        root = ET.parse(path).getroot()
        side = [float(root.findtext(f"size/{name}", "0")) for name in ("width", "height")] * 2
        images.append(side[:2])
        for box in root.iter("bndbox"):
            edges = [
                min(max(float(box.findtext(name, "nan")), 0), most) / most
                for name, most in zip(("xmin", "ymin", "xmax", "ymax"), side, strict=True)
            ]
            if edges[0] < edges[2] and edges[1] < edges[3]:
                boxes.append(edges)
                ids.append(len(images) - 1)
    table = np.array(boxes)
    return Labelled(
        table[:, 2:] - table[:, :2],
        (table[:, 2:] + table[:, :2]) / 2,
        np.array(ids),
        np.array(images),
    )


def bccd() -> Labelled:
    """The blood cells below ANCHORKIT_DATA."""
    return read_labelled(Path(os.environ["ANCHORKIT_DATA"], "bccd", "Annotations"))
