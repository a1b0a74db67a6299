"""Anchors as people hand them round: a line of text, a file, the JSON of `anchorkit cluster`."""

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import AnchorError, UsageError
from anchorkit.files import read_file
from anchorkit.network_input import RESIZES, UNSAID, PartialInput
from anchorkit.overlap import as_sizes

__all__ = [
    "LARGEST_FILE",
    "format_anchors",
    "format_number",
    "is_anchor_text",
    "meant_for",
    "parse_anchors",
    "read_anchors",
]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CFG_LINE = re.compile(r"^[ \t]*anchors[ \t]*=([^#;\r\n]*)", re.MULTILINE)
_CFG_SECTION = re.compile(r"^[ \t]*\[[ \t]*([A-Za-z_]+)[ \t]*\]", re.MULTILINE)
LARGEST_FILE = 16 * 2**20
"""Most bytes of a file of anchors."""
_SMALLEST, _LARGEST = 1e-9, 1e9


def parse_anchors(text: str | bytes) -> NDArray[np.float64]:
    """Anchors written in a text, in the order in which they stand there.

    The text is one of: numbers split by commas, blanks or line ends (`10,13, 16,30`); a cfg's line
    `anchors = 10,13, 16,30`, or several equal ones; the JSON that `anchorkit cluster` prints; a
    JSON list of pairs.

    Parameters
    ----------
    text
        Widths and heights in turn, positive, in any unit; bytes of it in UTF-8, or in UTF-16 with
        a byte order mark.

    Returns
    -------
    (k, 2) float64, columns width and height, k at least 1.

    Raises
    ------
    AnchorError
        Where the text holds no anchors, an odd count of numbers, or something that is not a
        positive, finite number.

    Examples
    --------
    >>> parse_anchors("10,13,  16,30")
    array([[10., 13.],
           [16., 30.]])
    >>> parse_anchors('{"anchors": [[10, 13]], "k": 1}')
    array([[10., 13.]])
    """
    if isinstance(text, bytes):
        text = _decoded(text)
    text = text.removeprefix("\ufeff").strip()
    lines = _CFG_LINE.findall(text)
    if lines:
        return _from_cfg(text, lines)
    if text.startswith(("{", "[")):
        return _from_json(text)
    return _pairs(_numbers(text))


def read_anchors(argument: str) -> NDArray[np.float64]:
    """Anchors from a text, or from the file that the text names.

    Parameters
    ----------
    argument
        What `parse_anchors` reads, or the path of a file of it.

    Returns
    -------
    (k, 2) float64, columns width and height.

    Raises
    ------
    AnchorError
        Where the text or the file holds no anchors; the message begins with the file.
    UsageError
        Where the argument is neither anchors nor a file that can be read.

    Examples
    --------
    >>> read_anchors("10,13, 16,30").tolist()
    [[10.0, 13.0], [16.0, 30.0]]
    """
    if is_anchor_text(argument):
        return parse_anchors(argument)
    content = _content(argument)
    try:
        return parse_anchors(content)
    except AnchorError as error:
        raise AnchorError(f"{argument}: {error}") from None


def meant_for(argument: str | bytes) -> PartialInput:
    """The input, and the way images come to it, for which `anchorkit cluster` made some anchors.

    Parameters
    ----------
    argument
        What `read_anchors` takes, or bytes of what `parse_anchors` reads.

    Returns
    -------
    What the JSON of `anchorkit cluster` says of it; other text says nothing.

    Examples
    --------
    >>> meant_for('{"anchors": [[10, 13]], "input": [608, 416], "resize": "letterbox"}')
    PartialInput(size=(608, 416), resize='letterbox')
    >>> meant_for("10,13")
    PartialInput(size=None, resize=None)
    """
    try:
        if isinstance(argument, str) and not is_anchor_text(argument):
            argument = _content(argument)
        text = _decoded(argument) if isinstance(argument, bytes) else argument
        document = json.loads(text.removeprefix("\ufeff"))
    except (AnchorError, UsageError, ValueError, RecursionError):
        return UNSAID
    if not isinstance(document, dict):
        return UNSAID
    sides, resize = document.get("input"), document.get("resize")
    size = None
    if (
        isinstance(sides, list)
        and len(sides) == 2
        and all(type(side) is int and side > 0 for side in sides)
    ):
        size = sides[0], sides[1]
    return PartialInput(size, resize if resize in RESIZES else None)


def is_anchor_text(argument: str) -> bool:
    """Whether an argument is anchors themselves (right or wrong), not the name of a file of them.

    Examples
    --------
    >>> is_anchor_text("10,13, 16,30"), is_anchor_text("found.json")
    (True, False)
    """
    text = argument.removeprefix("\ufeff").strip()
    if text.startswith(("{", "[")) or _CFG_LINE.search(text):
        return True
    pieces = re.split(r"[,\s]+", text)
    # A lone number is more likely the name of a file, and is no anchor either way.
    return len(pieces) > 1 and any(_NUMBER.fullmatch(piece) for piece in pieces[:2])


def format_anchors(anchors: ArrayLike, decimals: int | None = None) -> str:
    """Anchors as the value of a cfg's `anchors =` line: `10,13,  16,30`.

    Parameters
    ----------
    anchors
        (k, 2), columns width and height.
    decimals
        Places after the point; None: as many as are needed to read the same numbers back.

    Raises
    ------
    UsageError
        Where the shape is not (k, 2) or a value is not a positive, finite number.

    Examples
    --------
    >>> format_anchors([(10, 13), (16, 30.5)])
    '10,13,  16,30.5'
    >>> format_anchors([(10, 13), (16, 30.5)], 2)
    '10.00,13.00,  16.00,30.50'
    """
    pairs = as_sizes(anchors, "anchors").tolist()
    return ",  ".join(
        f"{format_number(width, decimals)},{format_number(height, decimals)}"
        for width, height in pairs
    )


def format_number(value: float, decimals: int | None = None) -> str:
    """A number as a plain decimal, never with an exponent, which not every cfg parser reads.

    Parameters
    ----------
    value
        Any finite number.
    decimals
        Places after the point; None: the shortest text that reads back as the same number.

    Examples
    --------
    >>> format_number(10.0), format_number(1e-05), format_number(2.5, 3)
    ('10', '0.00001', '2.500')
    """
    if decimals is None:
        return np.format_float_positional(value, trim="-")
    return f"{value:.{decimals}f}"


def _content(name: str) -> bytes:
    """Bytes of a file of anchors."""
    wanted = "anchors such as 10,13,16,30 or a file of them"
    if not name.strip():
        raise UsageError(f"wanted {wanted}, found nothing")
    return read_file(name, wanted, typed=_shown(name), most=LARGEST_FILE, too_large=AnchorError)


def _decoded(content: bytes) -> str:
    # PowerShell's `>` writes UTF-16 with a byte order mark.
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise AnchorError("wanted a text file of anchors, found binary data") from None


def _from_cfg(text: str, lines: list[str]) -> NDArray[np.float64]:
    if "region" in _CFG_SECTION.findall(text):
        raise AnchorError("anchors of a [region] are grid cells: wanted pixels at input")
    found = [_pairs(_numbers(line, glued=True)) for line in lines]
    for other in found[1:]:
        if not np.array_equal(found[0], other):
            raise AnchorError("wanted one list of anchors, found lines `anchors =` that differ")
    return found[0]


def _from_json(text: str) -> NDArray[np.float64]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AnchorError(f"wanted JSON of anchors: {error}") from None
    if isinstance(document, dict):
        if "anchors" not in document:
            keys = ", ".join(list(document)[:5]) or "nothing"
            raise AnchorError(f"JSON: wanted the key `anchors`, found {_shown(keys)}")
        document = document["anchors"]
    if not isinstance(document, list):
        raise AnchorError(f"JSON: wanted a list of pairs, found {_shown(json.dumps(document))}")
    try:
        return _pairs(list(_flat(document)))
    except RecursionError:
        raise AnchorError("JSON: wanted a list of pairs, found lists within lists") from None


def _flat(items: list[Any]) -> Iterator[float]:
    """Numbers of nested lists; an innermost list holds whole pairs."""
    if items and len(items) % 2 and not any(isinstance(item, list) for item in items):
        raise AnchorError(f"JSON: wanted pairs [w, h], found {_shown(json.dumps(items))}")
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        elif isinstance(item, bool) or not isinstance(item, (int, float)):
            raise AnchorError(f"JSON: wanted numbers, found {_shown(json.dumps(item))}")
        else:
            yield item


def _numbers(text: str, *, glued: bool = False) -> list[float]:
    """Numbers of a text; `glued` where blanks do not part numbers, as in a cfg."""
    numbers: list[float] = []
    pieces = text.split(",")
    if not pieces[-1].strip():
        pieces.pop()
    for piece in pieces:
        where = f"number {len(numbers) + 1:,}"
        words = piece.split()
        if not words:
            raise AnchorError(f"{where}: wanted a number before the comma, found none")
        if glued and len(words) > 1:
            raise AnchorError(f"{where}: wanted a comma in {_shown(piece.strip())!r}")
        for word in words:
            if not _NUMBER.fullmatch(word):
                raise AnchorError(f"{where}: wanted a number, found {_shown(word)!r}")
            numbers.append(float(word))
    return numbers


def _pairs(numbers: list[float]) -> NDArray[np.float64]:
    if not numbers:
        raise AnchorError("wanted anchors such as 10,13,16,30, found none")
    for index, number in enumerate(numbers):
        if not _SMALLEST <= number < _LARGEST:
            raise AnchorError(
                f"anchor {index // 2 + 1:,}: wanted a {('width', 'height')[index % 2]} "
                f"above 0 and below 1e9, found {_shown(f'{number:g}')}"
            )
    if len(numbers) % 2:
        found = f"{len(numbers):,} numbers" if len(numbers) > 1 else "one number"
        raise AnchorError(f"wanted pairs of width and height, found {found}")
    return np.asarray(numbers, dtype=np.float64).reshape(-1, 2)


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
