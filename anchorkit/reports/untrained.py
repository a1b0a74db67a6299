"""A list of the boxes that training never sees, for whoever wants to look at them.

Tested in tests/cli/test_evaluate_trainer.py.
"""

import csv
import io
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.overlap import nearest
from anchorkit.reports.fit import short
from anchorkit.training.assignment import Assignment

__all__ = ["COLUMNS", "Untrained", "is_untrained_csv", "untrained_csv"]

COLUMNS = ("file", "box of image", "class", "width at input", "height at input", "why", "anchors")
"""The first line. `box of image` counts, from 1, the boxes of the image that are used."""

TOO_SMALL = {
    "darknet": "a side below 1 px",
    "yolov5": "a side of 2 px or less",
    "yolov7": "a side of 2 px or less",
}
"""Why a trainer drops a box before it gives it to anchors, by its rule."""

BY_RATIO = ("yolov5", "yolov7")
"""Rules by which an anchor learns what differs by less than a factor; the others go by IoU."""


class Untrained(NamedTuple):
    """Which boxes a set of anchors leaves untrained, and by whose rule."""

    name: str
    anchors: NDArray[np.float64]
    """(k, 2), pixels at input."""
    assignment: Assignment
    rule: str
    anchor_t: float
    """The factor of YOLOv5 and YOLOv7."""


def untrained_csv(boxes: Boxes, sizes: NDArray[np.float64], found: Iterable[Untrained]) -> bytes:
    """The boxes that a trainer never trains, a line each, as a CSV file in UTF-8.

    Parameters
    ----------
    boxes
        The labelled boxes, each image's in a row.
    sizes
        (n, 2), theirs, pixels at input.
    found
        For each set of anchors.

    Examples
    --------
    >>> from anchorkit.boxes import boxes_of
    >>> from anchorkit.training.assignment import Assignment
    >>> two, none = boxes_of([(0.5, 0.5), (0.1, 0.1)]), np.zeros(0, dtype=np.int64)
    >>> found = Assignment((), none, np.array([1]), none, 2)
    >>> own = Untrained("own", np.array([(9.0, 9.5), (40, 60)]), found, "darknet", 4.0)
    >>> print(untrained_csv(two, two.sizes * 100, [own]).decode(), end="")
    file,box of image,class,width at input,height at input,why,anchors
    image,2,object,10,10,"nearest to 9x9.5, which is in no mask",own
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    number = _numbers(boxes.image_ids)
    files = boxes.image_files or boxes.image_names
    for one in found:
        reasons = dict.fromkeys(one.assignment.dropped.tolist(), TOO_SMALL.get(one.rule, ""))
        reasons |= _unmatched(one, sizes)
        for row, why in sorted(reasons.items()):
            width, height = (short(side) for side in sizes[row].tolist())
            file, kind = files[boxes.image_ids[row]], boxes.class_names[boxes.class_ids[row]]
            writer.writerow([file, number[row], kind, width, height, why, one.name])
    return out.getvalue().encode("utf-8", "surrogateescape")


def is_untrained_csv(head: bytes) -> bool:
    """Whether a file begins as such a list does."""
    return head.startswith(",".join(COLUMNS).encode())


def _unmatched(one: Untrained, sizes: NDArray[np.float64]) -> dict[int, str]:
    """Why no anchor learns a box, by its row."""
    rows = one.assignment.untrained.tolist()
    if one.rule in BY_RATIO:
        return dict.fromkeys(rows, f"no anchor of a head within a factor of {one.anchor_t:g}")
    # By IoU the nearest anchor learns a box in any case, unless no head has it
    labels = nearest(sizes[one.assignment.untrained], one.anchors)[0] if rows else ()
    sides = (one.anchors[label].tolist() for label in labels)
    return {
        row: f"nearest to {short(width)}x{short(height)}, which is in no mask"
        for row, (width, height) in zip(rows, sides, strict=True)
    }


def _numbers(image_ids: NDArray[np.int32]) -> list[int]:
    """For each box which of its image it is, from 1; boxes of an image need not stand together."""
    order = np.argsort(image_ids, kind="stable")
    ordered = image_ids[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    numbers = np.empty(len(image_ids), dtype=np.int64)
    numbers[order] = np.arange(len(image_ids)) - starts + 1
    return [int(number) for number in numbers]
