"""YOLO label files, from their bytes to boxes: one line an object, `class x y width height`.

Nothing here needs numpy, so that the processes that read files start quickly.

Tested in tests/loaders/test_yolo.py.
"""

import re
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from anchorkit.loaders.batches import read_file
from anchorkit.loaders.long_lines import Tally, added, tallied
from anchorkit.loaders.plain_text import utf8
from anchorkit.loaders.voc_file import SMALLEST_AREA, UnreadableError

__all__ = [
    "NAMED",
    "Labels",
    "are_labels",
    "read_first_five",
    "read_labels",
    "read_lines",
    "read_polygons",
]

SLACK = 2e-6
"""Fraction of the image by which a box may stick out without being called clipped: six decimals of
the centre and of the side, rounded."""

_END = 1 + SLACK

PIXELS = 2.0
"""Numbers above this are no fractions of an image, however far a box sticks out of it."""

NAMED = "class is a name, not a number"

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# As numpy writes a table, too: 1.500000e+01 is 15
_CLASS = re.compile(r"[0-9]{1,9}(?:\.0*)?|[0-9]\.[0-9]+e[+]0[0-9]", re.IGNORECASE)
_WHOLE = re.compile(r"[0-9]{1,9}")
_NAMES = ("x", "y", "width", "height")
_TRIED = 20
_NO_SIZE = (float("nan"), float("nan"))
_BLANKS_IN_NAME = 4


class Odd(NamedTuple):
    """An object that reaches out of its image, as it stands in the file.

    `box` is its place among the usable ones of the file, -1 where it is left out.
    """

    object: int
    box: int
    values: tuple[float, float, float, float]


class Labels(NamedTuple):
    """What a label file holds.

    `objects` counts the objects of all lines that are not blank; `widths`, `heights`, `xs`, `ys`
    (the centre) and `classes` (the number as text) are of the usable ones. `faults` are (object,
    reason, value, kind), `odd` the boxes that reach out of the image. `pixels` counts the objects
    that are left out because they are in pixels, `joined` those that share a line with others,
    `confidences` the lines of six numbers, `words` those with something else behind a box, `angles`
    those of six or seven fields whose sixth is no confidence; `long` are the tallies of the lines
    with more.
    """

    objects: int
    widths: list[float]
    heights: list[float]
    xs: list[float]
    ys: list[float]
    classes: list[str]
    faults: list[tuple[int, str, str, str]]
    odd: list[Odd]
    pixels: int = 0
    joined: int = 0
    confidences: int = 0
    words: int = 0
    angles: int = 0
    long: dict[int, Tally] = {}  # noqa: RUF012  # nobody writes into it


class _FaultyError(Exception):
    """What is wrong with one object: reason and value."""


def read_labels(paths: Sequence[str]) -> dict[str, Any]:
    """Boxes of some label files, as columns; long lines are also looked at in other ways."""
    return _read(paths, "unsaid")


def read_first_five(paths: Sequence[str]) -> dict[str, Any]:
    """Boxes of some label files, as columns; of longer lines the first five fields count."""
    return _read(paths, "first five")


def read_polygons(paths: Sequence[str]) -> dict[str, Any]:
    """Boxes of some label files, as columns; lines of more than six fields are polygons."""
    return _read(paths, "polygons")


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
        if found["widths"] or any(fault[2] == NAMED for fault in found["faults"]):
            return True
        seen.update(array("i", found["objects"]))
    return seen == {0}


def read_lines(data: bytes, *, how: str = "unsaid") -> Labels:
    r"""Boxes of one label file, and all that is wrong with it, named: the reference reader.

    Parameters
    ----------
    data
        The bytes of the file; none at all is an image without objects.
    how
        `polygons`: the fields of a line of more than six are points x y behind the class, perhaps
        with a confidence at the end; the box of the points is taken. `first five`: of every line.
        `unsaid`: the same, but two and more boxes in one line are as many objects.

    Raises
    ------
    UnreadableError
        Where no line begins like that of a label.

    Examples
    --------
    >>> labels = read_lines(b"3 0.5 0.5 0.25 0.125\n")
    >>> labels.classes, labels.widths, labels.heights
    (['3'], [0.25], [0.125])
    >>> read_lines(b"0 0 0 .5 0 .5 .25", how="polygons").heights
    [0.25]
    """
    lines = utf8(data).splitlines()
    found = Labels(0, [], [], [], [], [], [], [])
    tallies: dict[int, Tally] = {}
    objects = pixels = joined = confidences = words = angles = 0
    first = b""
    alike = False
    for line in lines:
        # Bytes, as on the fast route: what else Unicode calls blanks or line ends parts nothing
        fields = [field.decode("utf-8", "replace") for field in line.split()]
        if not fields:
            continue
        first = first or line
        alike = alike or _is_like_a_label(fields)
        words += _has_words(fields)
        confidences += len(fields) == 6 and _NUMBER.fullmatch(fields[5]) is not None
        angles += len(fields) in (6, 7) and _is_angle(fields[5], alone=len(fields) == 6)
        parts = _parted(fields) if how == "unsaid" and len(fields) > 9 else []
        if parts:
            joined += len(parts)
        elif len(fields) > 6 and how == "unsaid":
            numbers = _numbers(fields[1:])
            if numbers:
                tallies = added([tallies, {len(fields): tallied(numbers)}])
        for part in parts or [fields]:
            objects += 1
            pixels += _add(found, objects, part, polygons=how == "polygons")
    if objects and not alike:
        raise UnreadableError("not a YOLO label", first.strip().decode("utf-8", "replace")[:40])
    return found._replace(
        objects=objects,
        pixels=pixels,
        joined=joined,
        confidences=confidences,
        words=words,
        angles=angles,
        long=tallies,
    )


def _add(found: Labels, number: int, fields: Sequence[str], *, polygons: bool) -> bool:
    """Add one object to what was found, or what is wrong with it; whether it is in pixels."""
    try:
        values = _values(fields, polygons=polygons)
    except _FaultyError as fault:
        reason, value = fault.args
        found.faults.append((number, reason, value, "left_out"))
        return False
    shown = " ".join(fields[1:5])[:60]
    width, height = values[2:]
    reason, kept = "", values
    if max(map(abs, values)) > PIXELS:
        reason = "in pixels, not fractions"
    elif width <= 0 or height <= 0:
        reason = "no area"
    else:
        kept, clipped = _clipped(values)
        if min(kept[2:]) <= 0:
            reason = "outside the image"
        elif not kept[2] * kept[3] > SMALLEST_AREA:
            reason = "no area"
        elif clipped:
            found.odd.append(Odd(number, len(found.widths), values))
            found.faults.append((number, "clipped to the image", shown, "altered"))
    if reason:
        if reason == "outside the image":
            found.odd.append(Odd(number, -1, values))
        found.faults.append((number, reason, shown, "left_out"))
        return reason.startswith("in pixels")
    for column, side in zip((found.xs, found.ys, found.widths, found.heights), kept, strict=True):
        column.append(side)
    found.classes.append(_class(fields[0]))
    return False


def _read(paths: Sequence[str], how: str) -> dict[str, Any]:
    widths, heights, xs, ys = (array("d") for _ in range(4))
    objects, boxes = array("i"), array("i")
    classes: list[Any] = []
    faults: list[tuple[int, int | None, str, str, str]] = []
    odd: list[tuple[int, int, int, tuple[float, ...]]] = []
    counts = dict.fromkeys(("pixels", "joined", "confidences", "words", "angles"), 0)
    tallies: list[dict[int, Tally]] = []
    for place, path in enumerate(paths):
        try:
            data = read_file(path)
            count = _plain(data, (widths, heights, xs, ys), classes)
            if count >= 0:
                objects.append(count)
                boxes.append(count)
                continue
            found = read_lines(data, how=how)
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
            odd.extend((place, *one) for one in found.odd)
            for name in counts:
                counts[name] += getattr(found, name)
            tallies.append(found.long)
            continue
        objects.append(-1)
        boxes.append(0)
    codes = {name: code for code, name in enumerate(dict.fromkeys(classes))}
    return {
        "widths": widths.tobytes(),
        "heights": heights.tobytes(),
        "xs": xs.tobytes(),
        "ys": ys.tobytes(),
        "form": "centre",
        "labels": array("i", [codes[name] for name in classes]).tobytes(),
        "names": [(str(int(name)), False, False) for name in codes],
        "sizes": array("d", _NO_SIZE * len(paths)).tobytes(),
        "objects": objects.tobytes(),
        "boxes": boxes.tobytes(),
        "faults": faults,
        "odd": odd,
        **counts,
        "long": {length: tuple(tally) for length, tally in added(tallies).items()},
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
    if len(fields) < 2:
        return False
    if _CLASS.fullmatch(fields[0]):
        return _NUMBER.fullmatch(fields[1]) is not None
    return _has_named_class(fields)


def _has_named_class(fields: Sequence[str]) -> bool:
    """Whether a name, which may hold blanks, stands before the numbers of a box."""
    return (
        5 <= len(fields) <= 5 + _BLANKS_IN_NAME
        and _NUMBER.fullmatch(fields[0]) is None
        and len(_numbers(fields[-4:])) == 4
    )


def _has_words(fields: Sequence[str]) -> bool:
    """Whether something else than numbers stands behind a class and the four numbers of a box."""
    plain = [_NUMBER.fullmatch(field) is not None for field in fields]
    return all(plain[:5]) and not all(plain[5:])


def _is_angle(text: str, *, alone: bool) -> bool:
    """Whether a sixth field is no confidence, nor, before a seventh, a keypoint's missing -1."""
    for value in _numbers([text]):
        return not 0 <= value <= 1 and (alone or value != int(value))
    return False


def _numbers(texts: Sequence[str]) -> list[float]:
    """The numbers of some texts; none where one of them is no finite number."""
    if not all(map(_NUMBER.fullmatch, texts)):
        return []
    values = list(map(float, texts))
    return values if max(map(abs, values)) < float("inf") else []


def _class(text: str) -> str:
    number = float(text) if _CLASS.fullmatch(text) else 0.5
    if number != int(number):
        raise _FaultyError("class is not a number from 0", text[:40])
    return str(int(number))


def _parted(fields: Sequence[str]) -> list[Sequence[str]]:
    """The objects of a line that holds several, each `class x y width height`; none where not."""
    parts = [fields[first : first + 5] for first in range(0, len(fields), 5)]
    for part in parts:
        if len(part) != 5 or not _WHOLE.fullmatch(part[0]):
            return []
        values = _numbers(part[1:])
        # A whole number among fractions is a class, and no box of it would lie elsewhere
        if not values or max(values) > 1 or min(values[2:]) <= 0 or _clipped(values)[1]:
            return []
    return parts


def _values(fields: Sequence[str], *, polygons: bool) -> tuple[float, float, float, float]:
    """Centre and sides as a line tells them."""
    if _has_named_class(fields) and not _CLASS.fullmatch(fields[0]):
        raise _FaultyError(NAMED, " ".join(fields[:-4])[:40])
    _class(fields[0])
    if len(fields) < 5:
        raise _FaultyError("fewer than five fields", " ".join(fields)[:60])
    polygon = polygons and len(fields) > 6
    values = []
    for place, text in enumerate(fields[1:] if polygon else fields[1:5]):
        value = float(text) if _NUMBER.fullmatch(text) else float("nan")
        if not abs(value) < float("inf"):
            name = _NAMES[place % 2] if polygon else _NAMES[place]
            raise _FaultyError(f"{name} is not a number", text[:40])
        values.append(value)
    if not polygon:
        x, y, width, height = values
        return x, y, width, height
    if len(values) % 2:
        if not 0 <= values[-1] <= 1 or len(values) < 7:
            raise _FaultyError("a polygon that ends in half a point", f"{len(fields)} fields")
        values.pop()
    left, right = min(values[::2]), max(values[::2])
    top, bottom = min(values[1::2]), max(values[1::2])
    return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top


def _clipped(values: Sequence[float]) -> tuple[tuple[float, float, float, float], bool]:
    """Centre and sides inside the image, and whether the box had to be clipped."""
    x, y, width, height = values
    left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    clipped = max(-left, -top, right - 1, bottom - 1) > SLACK
    if clipped:
        left, right, top, bottom = max(left, 0.0), min(right, 1.0), max(top, 0.0), min(bottom, 1.0)
        width, height = right - left, bottom - top
        x, y = (left + right) / 2, (top + bottom) / 2
    return (x, y, min(width, 1.0), min(height, 1.0)), clipped
