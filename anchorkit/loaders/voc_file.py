"""One Pascal VOC annotation, from its bytes to boxes: the reference reader.

Nothing here needs numpy, so that the processes that read files start quickly.

Tested in tests/loaders/test_voc_surprises.py.
"""

import re
from typing import Any, NamedTuple

from anchorkit.loaders.voc_elements import Elements, boxes_of_object, instead_of_box

__all__ = [
    "SMALLEST_AREA",
    "Annotation",
    "Fault",
    "FaultyError",
    "UnreadableError",
    "check_order",
    "is_true",
    "placed",
    "read_annotation",
    "shown_corners",
]

SMALLEST_AREA = 1e-20
"""Boxes with less than this fraction of the image have no area: their products would underflow."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TRUE = frozenset(("1", "true", "yes"))
_SIDES = ("xmin", "ymin", "xmax", "ymax")
# expat reads UTF-8, UTF-16 and one-byte charsets by itself; these need a decoder of Python's.
_DECODED = re.compile(
    rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\sencoding\s*=\s*["']"""
    rb"""((?:gb|big5|shift|sjis|cp9|ms9|euc|iso-?2022|hz|johab|utf-?32|utf-?7)[\w.:-]*)["']""",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_ENTITY_USE = re.compile(rb"&(?!#|(?:amp|lt|gt|quot|apos);)")
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


class UnreadableError(Exception):
    """A file that contributes no objects: why (a fixed phrase), and what was found."""

    def __init__(self, reason: str, value: str = "") -> None:
        super().__init__(reason, value)
        self.reason, self.value = reason, value


class Fault(NamedTuple):
    """One thing wrong in a file; `object` counts from 1 (None: the file as a whole)."""

    object: int | None
    reason: str
    value: str
    kind: str


class Annotation(NamedTuple):
    """What a file holds.

    `size` is the image's width and height in pixels (NaN where unknown), `objects` how many the
    file has. For each usable one: its width and height as fractions of the image, its left and top
    edge in pixels, and its label (class name, difficult, truncated). `odd` are the objects that
    reach out of the image, or whose corners are swapped: (object, its place among the usable ones
    or -1, the corners of the file).
    """

    size: tuple[float, float]
    objects: int
    widths: list[float]
    heights: list[float]
    lefts: list[float]
    tops: list[float]
    labels: list[tuple[str, bool, bool]]
    faults: list[Fault]
    odd: list[tuple[int, int, tuple[float, ...]]]


def read_annotation(data: bytes, size: tuple[float, float] | None = None) -> Annotation:
    """Boxes of one VOC annotation, and all that is wrong with it, named.

    A box is (xmax - xmin) / width by (ymax - ymin) / height of the object's own `<bndbox>`, clipped
    to the image. An object of several boxes counts as that many; objects are found at any depth,
    whatever the case of the elements' names.

    Parameters
    ----------
    data
        The bytes of the file, in any encoding it declares.
    size
        Width and height of the image, in pixels, for a file that does not tell them.

    Raises
    ------
    UnreadableError
        Where the file is empty, not well-formed, declares entities, or is not an annotation.

    Examples
    --------
    >>> box = b"<bndbox><xmin>0</xmin><ymin>0</ymin><xmax>4</xmax><ymax>2</ymax></bndbox>"
    >>> size = b"<size><width>8</width><height>8</height></size>"
    >>> cat = b"<object><name>cat</name>" + box + b"</object>"
    >>> found = read_annotation(b"<annotation>" + size + cat + b"</annotation>")
    >>> found.widths, found.heights, found.labels
    ([0.5], [0.25], [('cat', False, False)])
    """
    sizes: list[Any] = []
    found = Elements()

    def take(path: list[tuple[str, Any]], item: Any) -> bool:
        prefix, _, root = path[0][0].rpartition(":")
        if root.lower() != "annotation":
            raise UnreadableError("not a VOC annotation", f"root element {path[0][0]}")
        for name, child in found.plain({path[1][0]: item}, prefix).items():
            if name == "size":
                sizes.append(child)
            else:
                found.take(name, child)
        return True

    _parse(data, take)
    return _assembled(sizes, found, size)


def _parse(data: bytes, take: Any) -> None:
    """Hand every child of the root to `take` and forget it, so that memory stays small."""
    import xmltodict

    if not data.strip():
        raise UnreadableError("empty file")
    encoding = None
    declared = _DECODED.match(data)
    if declared:
        data, encoding = _decoded(data, declared[1].decode("ascii")), "utf-8"
    _refuse_entities(data)
    seen = False

    def noticed(path: list[tuple[str, Any]], item: Any) -> bool:
        nonlocal seen
        seen = True
        return bool(take(path, item))

    try:
        xmltodict.parse(data, encoding=encoding, item_depth=2, item_callback=noticed)
        if not seen:
            (root,) = xmltodict.parse(data, encoding=encoding)
            take([(root, None), ("", None)], None)
    except UnreadableError:
        raise
    except (LookupError, UnicodeError) as error:
        raise UnreadableError("encoding not supported", str(error)) from None
    except Exception as error:  # expat has errors of its own, and ValueError for charsets
        reason = "encoding not supported" if "encoding" in str(error) else "not well-formed XML"
        raise UnreadableError(reason, str(error)) from None


def _decoded(data: bytes, name: str) -> bytes:
    try:
        text = data.decode(name)
    except LookupError:
        raise UnreadableError("encoding not supported", name) from None
    except UnicodeError as error:
        raise UnreadableError("not well-formed XML", str(error)) from None
    return _DECLARATION.sub("", text).encode("utf-8", "replace")


def _refuse_entities(data: bytes) -> None:
    plain = data.replace(b"\0", b"") if data[:2] in _UTF_16_MARKS else data
    if b"<!DOCTYPE" not in plain:
        return
    if b"<!ENTITY" in plain:
        raise UnreadableError("declares entities", "<!ENTITY")
    # With a DTD elsewhere expat skips entities it does not know: text would vanish silently.
    used = _ENTITY_USE.search(plain)
    if used:
        found = plain[used.start() : used.start() + 20].split(b";")[0]
        raise UnreadableError("uses entities", found.decode("ascii", "replace"))


def _text(item: Any) -> str:
    if isinstance(item, dict):
        item = item.get("#text")
    return item.strip() if isinstance(item, str) else ""


def _child(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, dict) else None


class FaultyError(Exception):
    """What is wrong with one object: reason and value."""

    def __init__(self, reason: str, value: str) -> None:
        super().__init__(reason, value)
        self.reason, self.value = reason, value


def _number(item: Any, name: str) -> float:
    if isinstance(item, list):
        raise FaultyError(f"{name} given more than once", str(len(item)))
    text = _text(item)
    if not text:
        raise FaultyError(f"{name} missing", "")
    value = float(text) if _NUMBER.fullmatch(text) else float("nan")
    if not abs(value) < float("inf"):
        raise FaultyError(f"{name} is not a number", text)
    return value


def _image_size(sizes: list[Any]) -> tuple[float, float]:
    if not sizes:
        raise FaultyError("image size missing", "")
    if len(sizes) > 1:
        raise FaultyError("image size given more than once", str(len(sizes)))
    width, height = (_number(_child(sizes[0], side), f"image {side}") for side in _IMAGE_SIDES)
    if not (width > 0 and height > 0):
        raise FaultyError("image size not above zero", f"{width:g} x {height:g}")
    return width, height


_IMAGE_SIDES = ("width", "height")


def _assembled(
    sizes: list[Any], elements: Elements, known: tuple[float, float] | None
) -> Annotation:
    size, sizeless = known or (float("nan"), float("nan")), None
    try:
        size = _image_size(sizes)
    except FaultyError as fault:
        sizeless = None if known else fault
    boxes = [(item, box) for item in elements.objects for box in boxes_of_object(item)]
    found = Annotation(size, len(boxes) + len(elements.strays), [], [], [], [], [], [], [])
    for number, (item, box) in enumerate(boxes, start=1):
        corners: tuple[float, float, float, float] | None = None
        try:
            corners = _corners(item, box)
            check_order(corners)
            if sizeless is not None:
                raise sizeless
            width, height, left, top, clipped = placed(corners, size)
        except FaultyError as fault:
            found.faults.append(Fault(number, fault.reason, fault.value, "left_out"))
            if corners is not None and sizeless is None and fault.reason != "no area":
                found.odd.append((number, -1, corners))
            continue
        if clipped:
            value = shown_corners(corners, size)
            found.faults.append(Fault(number, "clipped to the image", value, "altered"))
            found.odd.append((number, len(found.labels), corners))
        name = _text(_first(_child(item, "name")))
        if not name:
            found.faults.append(Fault(number, "name missing", "", "note"))
        found.widths.append(width)
        found.heights.append(height)
        found.lefts.append(left)
        found.tops.append(top)
        found.labels.append((name, _flag(item, "difficult"), _flag(item, "truncated")))
    for number, (reason, value) in enumerate(elements.strays, start=len(boxes) + 1):
        found.faults.append(Fault(number, reason, value, "left_out"))
    found.faults.extend(Fault(None, reason, value, "note") for reason, value in elements.notes)
    return found


def _flag(item: Any, name: str) -> bool:
    return is_true(_text(_first(_child(item, name))))


def is_true(text: str) -> bool:
    """Whether the text of a flag, such as difficult, says that it holds."""
    return text.lower() in _TRUE


def _first(item: Any) -> Any:
    return item[0] if isinstance(item, list) else item


def _corners(item: Any, box: Any) -> tuple[float, float, float, float]:
    if box is None:
        raise FaultyError("bndbox missing", instead_of_box(item))
    xmin, ymin, xmax, ymax = (_number(_child(box, side), side) for side in _SIDES)
    return xmin, ymin, xmax, ymax


def check_order(corners: tuple[float, float, float, float]) -> None:
    """Fail where corners xmin, ymin, xmax, ymax are no box.

    Raises
    ------
    FaultyError
        Where two are swapped, or there is no area between them.
    """
    xmin, ymin, xmax, ymax = corners
    if xmax < xmin:
        raise FaultyError("xmin above xmax", f"xmin {xmin:g}, xmax {xmax:g}")
    if ymax < ymin:
        raise FaultyError("ymin above ymax", f"ymin {ymin:g}, ymax {ymax:g}")
    if xmax == xmin or ymax == ymin:
        raise FaultyError("no area", shown_corners(corners))


def placed(
    corners: tuple[float, float, float, float], size: tuple[float, float]
) -> tuple[float, float, float, float, bool]:
    """Sides as fractions of the image, left and top in pixels, and whether it had to be clipped.

    Parameters
    ----------
    corners
        xmin, ymin, xmax, ymax in pixels.
    size
        Width and height of the image in pixels.

    Raises
    ------
    FaultyError
        Where nothing of the box is in the image.
    """
    xmin, ymin, xmax, ymax = corners
    left, top = max(xmin, 0.0), max(ymin, 0.0)
    right, bottom = min(xmax, size[0]), min(ymax, size[1])
    if not (left < right and top < bottom):
        raise FaultyError("outside the image", shown_corners(corners, size))
    width, height = (right - left) / size[0], (bottom - top) / size[1]
    if not width * height > SMALLEST_AREA:
        raise FaultyError("no area", shown_corners(corners))
    return width, height, left, top, (left, top, right, bottom) != corners


def shown_corners(corners: tuple[float, ...], size: tuple[float, float] | None = None) -> str:
    """Corners as the value of a problem, with the size of their image where it matters."""
    shown = ",".join(f"{corner:g}" for corner in corners)
    return shown if size is None else f"{shown} in {size[0]:g} x {size[1]:g}"
