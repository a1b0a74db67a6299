"""YOLO label files, from their bytes to boxes: one line an object, `class x y width height`.

Nothing here needs numpy, so that the processes that read files start quickly.
"""

import re
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from anchorkit.loaders.batches import read_file
from anchorkit.loaders.voc_file import SMALLEST_AREA, UnreadableError

__all__ = ["Labels", "are_labels", "read_labels", "read_lines", "read_polygons"]

SLACK = 2e-6
"""Fraction of the image by which a box may stick out without being called clipped: six decimals of
the centre and of the side, rounded."""

_END = 1 + SLACK

PIXELS = 2.0
"""Numbers above this are no fractions of an image, however far a box sticks out of it."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CLASS = re.compile(r"([0-9]{1,9})(?:\.0*)?")
_NAMES = ("x", "y", "width", "height")
_MARK = b"\xef\xbb\xbf"
_TRIED = 20
_NO_SIZE = (float("nan"), float("nan"))


class Labels(NamedTuple):
    """What a label file holds.

    `objects` counts the lines that are not blank; `widths`, `heights`, `xs`, `ys` (the centre) and
    `classes` (the number as text) are of the usable ones. `faults` are (object, reason, value,
    kind). `pixels` counts the objects that are left out because they are in pixels; `lengths` are
    the numbers of fields above five that were seen.
    """

    objects: int
    widths: list[float]
    heights: list[float]
    xs: list[float]
    ys: list[float]
    classes: list[str]
    faults: list[tuple[int, str, str, str]]
    pixels: int = 0
    lengths: tuple[int, ...] = ()


class _FaultyError(Exception):
    """What is wrong with one object: reason and value."""


def read_labels(paths: Sequence[str]) -> dict[str, Any]:
    """Boxes of some label files, as columns; further fields of a line are passed over."""
    return _read(paths, polygons=False)


def are_labels(files: Sequence[str]) -> bool:
    """Whether one of some text files reads as labels, or all are empty.

    Parameters
    ----------
    files
        Their paths.
    """
    seen: set[int] = set()
    for first in range(0, len(files), _TRIED):
        found = read_labels(files[first : first + _TRIED])
        if found["widths"]:
            return True
        seen.update(array("i", found["objects"]))
    return seen == {0}


def read_polygons(paths: Sequence[str]) -> dict[str, Any]:
    """Boxes of some label files, as columns; lines of more than five fields are polygons."""
    return _read(paths, polygons=True)


def read_lines(data: bytes, *, polygons: bool = False) -> Labels:
    r"""Boxes of one label file, and all that is wrong with it, named: the reference reader.

    Parameters
    ----------
    data
        The bytes of the file; none at all is an image without objects.
    polygons
        Whether the fields of a line after the class are points x y of a polygon, where there are
        more than four: its box is taken. Otherwise the first five fields count.

    Raises
    ------
    UnreadableError
        Where no line begins like that of a label.

    Examples
    --------
    >>> labels = read_lines(b"3 0.5 0.5 0.25 0.125\n")
    >>> labels.classes, labels.widths, labels.heights
    (['3'], [0.25], [0.125])
    >>> read_lines(b"0 0 0 .5 0 .5 .25", polygons=True).heights
    [0.25]
    """
    lines = data.removeprefix(_MARK).splitlines()
    found = Labels(0, [], [], [], [], [], [])
    objects = pixels = 0
    first = b""
    seen: list[int] = []
    alike = False
    for line in lines:
        # Bytes, as on the fast route: what else Unicode calls blanks or line ends parts nothing
        fields = [field.decode("utf-8", "replace") for field in line.split()]
        if not fields:
            continue
        first = first or line
        objects += 1
        alike = alike or _is_like_a_label(fields)
        if len(fields) > 5:
            seen.append(len(fields))
        try:
            width, height, x, y, clipped = _box(fields, polygons)
        except _FaultyError as fault:
            reason, value = fault.args
            pixels += reason == "in pixels, not fractions"
            found.faults.append((objects, reason, value, "left_out"))
            continue
        if clipped:
            value = " ".join(fields[1:5])
            found.faults.append((objects, "clipped to the image", value, "altered"))
        found.widths.append(width)
        found.heights.append(height)
        found.xs.append(x)
        found.ys.append(y)
        found.classes.append(_class(fields[0]))
    if objects and not alike:
        raise UnreadableError("not a YOLO label", first.strip().decode("utf-8", "replace")[:40])
    return found._replace(objects=objects, pixels=pixels, lengths=tuple(sorted(set(seen))))


def _read(paths: Sequence[str], *, polygons: bool) -> dict[str, Any]:
    widths, heights, xs, ys = (array("d") for _ in range(4))
    objects, boxes = array("i"), array("i")
    classes: list[Any] = []
    faults: list[tuple[int, int | None, str, str, str]] = []
    pixels = 0
    lengths: set[int] = set()
    for place, path in enumerate(paths):
        try:
            data = read_file(path)
            count = _plain(data, (widths, heights, xs, ys), classes)
            if count >= 0:
                objects.append(count)
                boxes.append(count)
                continue
            found = read_lines(data, polygons=polygons)
        except UnreadableError as error:
            faults.append((place, None, error.reason, error.value, "unreadable"))
        except OSError as error:
            value = error.strerror or str(error)
            faults.append((place, None, "cannot be read", value, "unreadable"))
        else:
            objects.append(found.objects)
            boxes.append(len(found.classes))
            widths.extend(found.widths)
            heights.extend(found.heights)
            xs.extend(found.xs)
            ys.extend(found.ys)
            classes.extend(found.classes)
            faults.extend((place, *fault) for fault in found.faults)
            pixels += found.pixels
            lengths.update(found.lengths)
            continue
        objects.append(-1)
        boxes.append(0)
    codes = {name: code for code, name in enumerate(dict.fromkeys(classes))}
    return {
        "widths": widths.tobytes(),
        "heights": heights.tobytes(),
        "xs": xs.tobytes(),
        "ys": ys.tobytes(),
        "edges": False,
        "labels": array("i", [codes[name] for name in classes]).tobytes(),
        "names": [(str(int(name)), False, False) for name in codes],
        "sizes": array("d", _NO_SIZE * len(paths)).tobytes(),
        "objects": objects.tobytes(),
        "boxes": boxes.tobytes(),
        "faults": faults,
        "pixels": pixels,
        "lengths": sorted(lengths),
    }


def _plain(
    data: bytes,
    columns: "tuple[array[float], ...]",
    classes: list[Any],
) -> int:
    """How many boxes of a file were added; -1, and none, where anything is to be said about it."""
    if b"_" in data:  # float("1_0") is 10
        return -1
    names, widths, heights, xs, ys = [], [], [], [], []
    try:
        for line in data.splitlines():
            name, x_text, y_text, width_text, height_text = line.split()
            x, y, width, height = (
                float(x_text),
                float(y_text),
                float(width_text),
                float(height_text),
            )
            half, tall = width / 2, height / 2
            # Written so that a NaN fails.
            if not (
                0 < width <= 1
                and 0 < height <= 1
                and x - half >= -SLACK
                and y - tall >= -SLACK
                and x + half <= _END
                and y + tall <= _END
                and width * height > SMALLEST_AREA
                and name.isdigit()
                and len(name) < 10
            ):
                return -1
            names.append(name)
            widths.append(width)
            heights.append(height)
            xs.append(x)
            ys.append(y)
    except ValueError:  # not five fields, or no number
        return -1
    classes += names
    for column, own in zip(columns, (widths, heights, xs, ys), strict=True):
        column.extend(own)
    return len(names)


def _is_like_a_label(fields: Sequence[str]) -> bool:
    return (
        len(fields) > 1
        and _CLASS.fullmatch(fields[0]) is not None
        and _NUMBER.fullmatch(fields[1]) is not None
    )


def _class(text: str) -> str:
    found = _CLASS.fullmatch(text)
    if not found:
        raise _FaultyError("class is not a number from 0", text[:40])
    return str(int(found[1]))


def _box(fields: Sequence[str], polygons: bool) -> tuple[float, float, float, float, bool]:
    """Width, height and centre inside the image, and whether the box had to be clipped."""
    _class(fields[0])
    if len(fields) < 5:
        raise _FaultyError("fewer than five fields", " ".join(fields)[:60])
    polygon = polygons and len(fields) > 5
    taken = fields[1:] if polygon else fields[1:5]
    values = []
    for place, text in enumerate(taken):
        value = float(text) if _NUMBER.fullmatch(text) else float("nan")
        if not abs(value) < float("inf"):
            name = _NAMES[place % 2] if polygon else _NAMES[place]
            raise _FaultyError(f"{name} is not a number", text[:40])
        values.append(value)
    if max(map(abs, values)) > PIXELS:
        raise _FaultyError("in pixels, not fractions", " ".join(taken[:4])[:60])
    if polygon:
        if len(values) % 2:
            raise _FaultyError("a polygon that ends in half a point", f"{len(fields)} fields")
        left, right = min(values[::2]), max(values[::2])
        top, bottom = min(values[1::2]), max(values[1::2])
        width, height = right - left, bottom - top
        x, y = (left + right) / 2, (top + bottom) / 2
    else:
        x, y, width, height = values
        left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    if width <= 0 or height <= 0:
        raise _FaultyError("no area", " ".join(taken[:4]))
    beyond = max(-left, -top, right - 1, bottom - 1)
    if beyond > SLACK:
        left, right, top, bottom = max(left, 0.0), min(right, 1.0), max(top, 0.0), min(bottom, 1.0)
        width, height = right - left, bottom - top
        x, y = (left + right) / 2, (top + bottom) / 2
        if width <= 0 or height <= 0:
            raise _FaultyError("outside the image", " ".join(taken[:4]))
    width, height = min(width, 1.0), min(height, 1.0)
    if not width * height > SMALLEST_AREA:
        raise _FaultyError("no area", " ".join(taken[:4]))
    return width, height, x, y, beyond > SLACK
