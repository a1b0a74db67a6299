"""Annotation files read into plain columns, a batch of files at a time.

Nothing here needs numpy, and what `read_batch` returns is made of bytes, numbers and text alone:
processes that only read files start quickly and answer cheaply.

Tested in tests/loaders/test_voc_surprises.py.
"""

import os
from array import array
from collections.abc import Sequence
from typing import Any

from anchorkit.files import open_regular
from anchorkit.loaders.corners import packed_corners
from anchorkit.loaders.voc_file import Annotation, UnreadableError, read_annotation
from anchorkit.loaders.voc_plain import read_plain

__all__ = ["LARGEST_FILE", "read_batch", "read_file"]

LARGEST_FILE = 64 << 20
"""Bytes above which a file is no annotation, and is named instead of read."""

LONGEST_VALUE = 400
"""Characters that are shown of what was found."""


Label = tuple[str, bool, bool]
_NOTHING = Annotation((float("nan"), float("nan")), -1, [], [], [], [], [], [], [])


def read_file(path: str | bytes) -> bytes:
    """The bytes of an annotation file that a listing found.

    Raises
    ------
    OSError
        Where it is no regular file, or the system does not let us read it.
    UnreadableError
        Where it is larger than `LARGEST_FILE`.
    """
    handle, size = open_regular(path, looked_at=True)
    try:
        if size > LARGEST_FILE:
            raise UnreadableError("larger than 64 MB", f"{size} bytes")
        data = os.read(handle, size + 1)
        # A file that grows meanwhile, or a file system that answers in pieces.
        while len(data) != size and len(data) <= LARGEST_FILE:
            more = os.read(handle, 1 << 20)
            if not more:
                break
            data += more
    finally:
        os.close(handle)
    return data


def read_batch(
    paths: Sequence[str | bytes], sizes: Sequence[tuple[float, float]] | None = None
) -> dict[str, Any]:
    """Boxes of some files, as columns.

    Parameters
    ----------
    paths
        The files.
    sizes
        For each file the width and height of its image, for files that do not tell them.

    Returns
    -------
    A dict of columns as bytes of native numbers. For each box: `widths` and `heights` float64, its
    left and top edge in pixels `xs` and `ys` float64 (the `form` "corners"), and `labels` int32,
    the place of its label in the list `names` of (class name, difficult, truncated). For each file:
    `sizes` float64 width and height of its image, `objects` int32 how many it has (-1: could not be
    read), `boxes` int32 how many are usable. `faults` lists (place of the file, object or None,
    reason, value, kind).
    """
    widths, heights, lefts, tops, image_sizes = (array("d") for _ in range(5))
    objects, boxes = array("i"), array("i")
    labels: list[Label] = []
    faults: list[tuple[int, int | None, str, str, str]] = []
    odd: list[tuple[int, int, int, tuple[float, ...]]] = []
    for place, path in enumerate(paths):
        try:
            found = _read(path) if sizes is None else read_annotation(read_file(path), sizes[place])
        except UnreadableError as error:
            faults.append((place, None, error.reason, error.value[:LONGEST_VALUE], "unreadable"))
            found = _NOTHING
        except OSError as error:
            value = error.strerror or str(error)
            faults.append((place, None, "cannot be read", value, "unreadable"))
            found = _NOTHING
        if found.faults:  # most files have none
            faults.extend(
                (place, number, reason, value[:LONGEST_VALUE], kind)
                for number, reason, value, kind in found.faults
            )
            odd.extend((place, *one) for one in found.odd)
        image_sizes.extend(found.size)
        objects.append(found.objects)
        boxes.append(len(found.labels))
        widths.extend(found.widths)
        heights.extend(found.heights)
        lefts.extend(found.lefts)
        tops.extend(found.tops)
        labels.extend(found.labels)
    return packed_corners(
        (widths, heights, lefts, tops), labels, image_sizes, objects, boxes, faults, odd
    )


def _read(path: str | bytes) -> Annotation:
    data = read_file(path)
    return read_plain(data) or read_annotation(data)
