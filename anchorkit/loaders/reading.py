"""Annotation files read into plain columns, a batch of files at a time.

Nothing here needs numpy, and what `read_batch` returns is made of bytes, numbers and text alone:
processes that only read files start quickly and answer cheaply.
"""

import os
import stat
from array import array
from collections.abc import Sequence
from typing import Any

from anchorkit.loaders.voc_file import Annotation, UnreadableError, read_annotation

# Non-blocking: a named pipe that nobody writes to must not be waited for.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

__all__ = ["LARGEST_FILE", "read_batch", "read_file"]

LARGEST_FILE = 64 << 20
"""Bytes above which a file is no annotation, and is named instead of read."""


def read_file(path: str | bytes) -> bytes:
    """The bytes of an annotation file.

    Raises
    ------
    OSError
        Where the system does not let us read it.
    UnreadableError
        Where it is larger than `LARGEST_FILE`.
    """
    handle = os.open(path, _FLAGS)
    try:
        found = os.fstat(handle)
        if found.st_size > LARGEST_FILE:
            raise UnreadableError("larger than 64 MB", f"{found.st_size} bytes")
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableError("cannot be read", "not a file")
        data = os.read(handle, found.st_size + 1)
        # A file that grows meanwhile, or a file system that answers in pieces.
        while len(data) != found.st_size and len(data) <= LARGEST_FILE:
            more = os.read(handle, 1 << 20)
            if not more:
                break
            data += more
    finally:
        os.close(handle)
    return data


def read_batch(paths: Sequence[str | bytes]) -> dict[str, Any]:
    """Boxes of some files, as columns.

    Returns
    -------
    A dict of columns as bytes of native numbers: `sides` float64 width and height of each box,
    `classes` int32 place of each box's class in the list `names`, `flags` int8 (1: difficult,
    2: truncated); for each file `sizes` float64 width and height of its image, `objects` int32 how
    many it has (-1: could not be read), `boxes` int32 how many are usable. `faults` lists (place of
    the file, object or None, reason, value, kind).
    """
    sides, sizes = array("d"), array("d")
    classes, objects, boxes = array("i"), array("i"), array("i")
    flags = bytearray()
    names: dict[str, int] = {}
    faults: list[tuple[int, int | None, str, str, str]] = []
    for place, path in enumerate(paths):
        try:
            found = _read(path)
        except UnreadableError as error:
            fault = (error.reason, error.value)
        except OSError as error:
            fault = ("cannot be read", error.strerror or str(error))
        else:
            sizes.extend(found.size)
            objects.append(found.objects)
            boxes.append(len(found.boxes))
            for width, height, name, difficult, truncated in found.boxes:
                sides.append(width)
                sides.append(height)
                classes.append(names.setdefault(name, len(names)))
                flags.append(difficult + 2 * truncated)
            for number, reason, value, kind in found.faults:
                faults.append((place, number, reason, value, kind))
            continue
        sizes.extend((float("nan"), float("nan")))
        objects.append(-1)
        boxes.append(0)
        faults.append((place, None, *fault, "unreadable"))
    return {
        "sides": sides.tobytes(),
        "classes": classes.tobytes(),
        "flags": bytes(flags),
        "names": list(names),
        "sizes": sizes.tobytes(),
        "objects": objects.tobytes(),
        "boxes": boxes.tobytes(),
        "faults": faults,
    }


def _read(path: str | bytes) -> Annotation:
    return read_annotation(read_file(path))
