"""A list of the boxes that training never sees, for whoever wants to look at them.

Tested in tests/cli/test_evaluate_trainer.py.
"""

import csv
import io
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.reports.fit import short
from anchorkit.training.assignment import Assignment

__all__ = ["COLUMNS", "is_untrained_csv", "untrained_csv"]

COLUMNS = ("file", "box of image", "class", "width at input", "height at input", "why", "anchors")
"""The first line. `box of image` counts, from 1, the boxes of the image that are used."""


def untrained_csv(
    boxes: Boxes, sizes: NDArray[np.float64], found: Iterable[tuple[str, Assignment, str]]
) -> bytes:
    """The boxes that a trainer never trains, a line each, as a CSV file in UTF-8.

    Parameters
    ----------
    boxes
        The labelled boxes, each image's in a row.
    sizes
        (n, 2), theirs, pixels at input.
    found
        For each set of anchors: its name, who trains which box, and why boxes are dropped before.

    Examples
    --------
    >>> from anchorkit.boxes import boxes_of
    >>> from anchorkit.training.assignment import Assignment
    >>> two, none = boxes_of([(0.5, 0.5), (0.1, 0.1)]), np.zeros(0, dtype=np.int64)
    >>> found = Assignment((), none, np.array([1]), none, 2)
    >>> print(untrained_csv(two, two.sizes * 100, [("own", found, "too small")]).decode(), end="")
    file,box of image,class,width at input,height at input,why,anchors
    image,2,object,10,10,no anchor learns it,own
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    number = _numbers(boxes.image_ids)
    files = boxes.image_files or boxes.image_names
    for name, assignment, too_small in found:
        dropped = np.isin(np.arange(len(boxes)), assignment.dropped)
        for row in np.union1d(assignment.untrained, assignment.dropped).tolist():
            why = too_small if dropped[row] else "no anchor learns it"
            width, height = (short(side) for side in sizes[row].tolist())
            file, kind = files[boxes.image_ids[row]], boxes.class_names[boxes.class_ids[row]]
            writer.writerow([file, number[row], kind, width, height, why, name])
    return out.getvalue().encode("utf-8", "surrogateescape")


def is_untrained_csv(head: bytes) -> bool:
    """Whether a file begins as such a list does."""
    return head.startswith(",".join(COLUMNS).encode())


def _numbers(image_ids: NDArray[np.int32]) -> list[int]:
    """For each box which of its image it is, from 1; boxes of an image need not stand together."""
    order = np.argsort(image_ids, kind="stable")
    ordered = image_ids[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    numbers = np.empty(len(image_ids), dtype=np.int64)
    numbers[order] = np.arange(len(image_ids)) - starts + 1
    return [int(number) for number in numbers]
