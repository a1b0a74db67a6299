"""Boxes of formats that tell corners in pixels and nothing of their images: KITTI, keras-yolo3.

Tested in tests/loaders/test_kitti.py.
"""

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from anchorkit.loaders.voc_file import FaultyError, check_order, placed, shown_corners

__all__ = ["Cornered", "corner_columns", "packed_corners"]


class Cornered(NamedTuple):
    """One object of a file: its number, class, corners (xmin, ymin, xmax, ymax) and `truncated`.

    `fault` is (reason, value) where it cannot be used; it then has no corners.
    """

    number: int
    name: str
    corners: tuple[float, float, float, float] | None
    truncated: bool = False
    fault: tuple[str, str] = ("", "")


def corner_columns(
    files: Sequence[Sequence[Cornered]], sizes: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    """Columns for `boxes_of_columns` of files with one image each.

    Parameters
    ----------
    files
        The objects of each.
    sizes
        Width and height of each image in pixels, NaN where unknown: its objects are left out.

    Examples
    --------
    >>> one = corner_columns([[Cornered(1, "cat", (0, 0, 4, 2))]], [(8, 8)])
    >>> array("d", one["widths"]).tolist(), array("d", one["heights"]).tolist()
    ([0.5], [0.25])
    """
    widths, heights, lefts, tops, image_sizes = (array("d") for _ in range(5))
    objects, boxes = array("i"), array("i")
    labels: list[tuple[str, bool, bool]] = []
    faults: list[tuple[int, int | None, str, str, str]] = []
    odd: list[tuple[int, int, int, tuple[float, ...]]] = []
    for place, (items, size) in enumerate(zip(files, sizes, strict=True)):
        kept = 0
        for item in items:
            try:
                if item.corners is None:
                    raise FaultyError(*item.fault)
                check_order(item.corners)
                if not (size[0] > 0 and size[1] > 0):
                    raise FaultyError("image size missing", "")
                width, height, left, top, clipped = placed(item.corners, size)
            except FaultyError as fault:
                faults.append((place, item.number, fault.reason, fault.value, "left_out"))
                if fault.reason == "outside the image" and item.corners:
                    odd.append((place, item.number, -1, item.corners))
                continue
            if clipped and item.corners:
                value = shown_corners(item.corners, size)
                faults.append((place, item.number, "clipped to the image", value, "altered"))
                odd.append((place, item.number, kept, item.corners))
            kept += 1
            widths.append(width)
            heights.append(height)
            lefts.append(left)
            tops.append(top)
            labels.append((item.name, False, item.truncated))
        objects.append(len(items))
        boxes.append(kept)
        image_sizes.extend(size)
    return packed_corners(
        (widths, heights, lefts, tops), labels, image_sizes, objects, boxes, faults, odd
    )


def packed_corners(
    sides: "tuple[array[float], array[float], array[float], array[float]]",
    labels: Sequence[tuple[str, bool, bool]],
    image_sizes: "array[float]",
    objects: "array[int]",
    boxes: "array[int]",
    faults: list[tuple[int, int | None, str, str, str]],
    odd: list[tuple[int, int, int, tuple[float, ...]]],
) -> dict[str, Any]:
    """The columns of a batch, as bytes that travel between processes.

    Parameters
    ----------
    sides
        Widths, heights, left and top edges of the boxes in pixels.
    labels
        For each box its class name, and whether it is difficult and truncated.
    image_sizes
        Width and height of each file's image, one behind the other.
    objects, boxes
        For each file, how many objects and how many usable boxes it has.
    faults, odd
        As `boxes_of_columns` takes them.
    """
    widths, heights, lefts, tops = sides
    names = {label: code for code, label in enumerate(dict.fromkeys(labels))}
    return {
        "widths": widths.tobytes(),
        "heights": heights.tobytes(),
        "xs": lefts.tobytes(),
        "ys": tops.tobytes(),
        "form": "corners",
        "labels": array("i", [names[label] for label in labels]).tobytes(),
        "names": list(names),
        "sizes": image_sizes.tobytes(),
        "objects": objects.tobytes(),
        "boxes": boxes.tobytes(),
        "faults": faults,
        "odd": odd,
    }
