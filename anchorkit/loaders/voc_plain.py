"""The fast route: VOC annotations of plain form, read without building anything of XML.

A file takes it only where every byte is accounted for: the frame around the objects matches a small
grammar all of whose words are well-formed XML, and the text around a box is what ElementTree makes
of it, read once for each distinct text. Every other file is for the reference reader.
"""

import re
from operator import mul
from xml.etree.ElementTree import ParseError, fromstring

from anchorkit.loaders.voc_file import SMALLEST_AREA, Annotation, is_true

__all__ = ["read_plain"]

_GAP = rb"[ \t\r\n]*"
_TEXT = rb"[^<>&\x00-\x08\x0b\x0c\x0e-\x1f]*"
_NUMBER = _GAP + rb"(-?[0-9]{1,15}(?:\.[0-9]{1,25})?)" + _GAP
# What tells of a box must not pass for something else, however it is spelt
_TAG = rb"(?!(?i:object|size|bndbox|polygon))[A-Za-z_][A-Za-z0-9_.-]*"


def _leaf(group: bytes) -> bytes:
    tag = rb"(?P<%s>%s)" % (group, _TAG)
    return rb"<(?:%s>%s</(?P=%s)|%s[ ]?/)>%s" % (tag, _TEXT, group, _TAG, _GAP)


_SECTIONS = rb"(?:%s|<(?P<deep%s>%s)>%s(?:%s)*</(?P=deep%s)>%s)*"


def _sections(group: bytes) -> bytes:
    """Elements that hold text, or elements that hold text."""
    inner = _leaf(b"inner" + group)
    return _SECTIONS % (_leaf(b"leaf" + group), group, _TAG, _GAP, inner, group, _GAP)


_FRAME = re.compile(
    rb"(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?i:utf-8)[\"'])? ?\?>)?"
    + _GAP
    + rb"<annotation(?: [A-Za-z_]+=\"[A-Za-z0-9_ .-]*\")?>"
    + _GAP
    + _sections(b"1")
    + rb"<size>%s<width>%s</width>%s" % (_GAP, _NUMBER.replace(b"(-", b"(?P<width>-"), _GAP)
    + rb"<height>%s</height>%s" % (_NUMBER.replace(b"(-", b"(?P<height>-"), _GAP)
    + rb"(?:<depth>%s</depth>%s|<depth ?/>%s)?</size>%s" % (_TEXT, _GAP, _GAP, _GAP)
    + _sections(b"2")
)
_REST = re.compile(_GAP + _sections(b"3") + rb"</annotation>" + _GAP)


def _box(*sides: bytes) -> re.Pattern[bytes]:
    corners = _GAP.join(rb"<%s>%s([0-9.-]+)%s</%s>" % (side, _GAP, _GAP, side) for side in sides)
    return re.compile(rb"<bndbox>%s%s%s</bndbox>" % (_GAP, corners, _GAP))


# Two orders of the corners are common; with each: where left, top, right and bottom stand.
_BOXES = (
    (_box(b"xmin", b"ymin", b"xmax", b"ymax"), (1, 2, 3, 4)),
    (_box(b"xmin", b"xmax", b"ymin", b"ymax"), (1, 3, 2, 4)),
)
_JOINT = re.compile(rb"(.*)</object>%s<object>(.*)" % _GAP, re.DOTALL)

_OURS = ("object", "bndbox", "polygon")
_READ = ("name", "difficult", "truncated")

_LARGEST = 1 << 20
_LONGEST_JOINT = 2000
_MOST_KEPT = 10_000
# What is around the boxes repeats from object to object, and is looked at once: the text between
# two boxes as the end of one object and the start of the next, and both ends of an object as what
# the reference reader says they are.
_joints: dict[bytes, tuple[bytes, bytes] | None] = {}
_labels: dict[tuple[bytes, bytes], tuple[str, bool, bool] | None] = {}


def read_plain(data: bytes) -> Annotation | None:
    """What `read_annotation` makes of a plain file without faults; None for any other file.

    Examples
    --------
    >>> from anchorkit.loaders.voc_file import read_annotation
    >>> size = b"<size><width>8</width><height>8</height></size>"
    >>> empty = b"<annotation>" + size + b"</annotation>"
    >>> read_plain(empty) == read_annotation(empty)
    True
    >>> read_plain(b"<annotation/>") is None
    True
    """
    if len(data) > _LARGEST or not (data.isascii() or _valid(data)):
        return None
    frame = _FRAME.match(data)
    if frame is None:
        return None
    start, stop = frame.end(), data.rfind(b"</object>") + len(b"</object>")
    rest = _REST.match(data, max(start, stop))
    if rest is None or rest.end() != len(data):
        return None
    width, height = float(frame["width"]), float(frame["height"])
    if not (width > 0 and height > 0):
        return None
    if start >= stop:
        return Annotation((width, height), 0, [], [], [], [], [], [], [])
    pieces, places = _split(data[start:stop])
    labels = _labels_between(pieces[::5]) if places else None
    if labels is None:
        return None
    try:
        left, top, right, bottom = (list(map(float, pieces[place::5])) for place in places)
    except ValueError:
        return None
    widths = [(xmax - xmin) / width for xmin, xmax in zip(left, right, strict=True)]
    heights = [(ymax - ymin) / height for ymin, ymax in zip(top, bottom, strict=True)]
    inside = min(left) >= 0 and min(top) >= 0 and max(right) <= width and max(bottom) <= height
    if not (inside and min(widths) > 0 and min(heights) > 0):
        return None
    if not min(map(mul, widths, heights)) > SMALLEST_AREA:
        return None
    return Annotation((width, height), len(labels), widths, heights, left, top, labels, [], [])


def _split(objects: bytes) -> tuple[list[bytes], tuple[int, ...]]:
    """The text cut at the boxes, each cut leaving four corners; where these stand."""
    for pattern, places in _BOXES:
        pieces: list[bytes] = pattern.split(objects)
        if len(pieces) > 1:
            return pieces, places
    return [objects], ()


def _labels_between(joints: list[bytes]) -> list[tuple[str, bool, bool]] | None:
    """Labels of the objects, from the text before, between and after their boxes."""
    joints[0] = b"</object>" + joints[0]
    joints[-1] += b"<object>"
    labels = []
    before = b""
    for place, joint in enumerate(joints):
        halves = _joints[joint] if joint in _joints else _new_joint(joint)
        if halves is None:
            return None
        if place:
            around = before, halves[0]
            label = _labels[around] if around in _labels else _new_label(around)
            if label is None:
                return None
            labels.append(label)
        before = halves[1]
    return labels


def _new_joint(joint: bytes) -> tuple[bytes, bytes] | None:
    if len(joint) > _LONGEST_JOINT:
        return None
    if len(_joints) >= _MOST_KEPT:
        _joints.clear()
    found = _JOINT.fullmatch(joint)
    single = joint.count(b"<object>") == joint.count(b"</object>") == 1
    halves = (found[1], found[2]) if found and single else None
    _joints[joint] = halves
    return halves


def _new_label(around: tuple[bytes, bytes]) -> tuple[str, bool, bool] | None:
    if len(_labels) >= _MOST_KEPT:
        _labels.clear()
    label = _labels[around] = _label(*around)
    return label


def _label(before: bytes, after: bytes) -> tuple[str, bool, bool] | None:
    """Class, difficult and truncated of an object, from the text before and after its box."""
    if any(mark in part for part in (before, after) for mark in (b"<!", b"<?")):
        return None
    try:
        found = fromstring(b"<object>%b<bndbox>1</bndbox>%b</object>" % (before, after))
    except ParseError:
        return None
    texts: dict[str, str] = {}
    names = [element.tag for element in found.iter()]
    # Of another namespace, or spelt or nested in another way: for the reference reader
    if any("{" in name for name in names) or sum(name.lower() in _OURS for name in names) != 2:
        return None
    if any(child.tag.lower() in _READ and child.tag not in _READ for child in found):
        return None
    for child in found:
        if child.tag.startswith("{"):  # what of a namespace counts is the reference reader's to say
            return None
        if child.tag == "bndbox" and (child.text != "1" or "bndbox" in texts):
            return None
        if child.tag in ("name", "difficult", "truncated") and len(child):
            return None
        texts.setdefault(child.tag, (child.text or "").strip())
    if not texts.get("name") or "bndbox" not in texts:
        return None
    return texts["name"], is_true(texts.get("difficult", "")), is_true(texts.get("truncated", ""))


def _valid(data: bytes) -> bool:
    """Whether the bytes are UTF-8 without the code points that XML forbids."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\ufffe" not in text and "\uffff" not in text
