"""Anchors as people hand them round: a line of text, a file, the JSON of `anchorkit cluster`."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.anchors.reading import deployed_anchors, numbers_of_file, said_in_comment
from anchorkit.errors import AnchorError, UsageError
from anchorkit.files import read_file
from anchorkit.network_input import RESIZES, UNSAID, PartialInput
from anchorkit.overlap import as_sizes

__all__ = [
    "LARGEST_FILE",
    "Statement",
    "format_anchors",
    "format_number",
    "is_anchor_text",
    "parse_anchors",
    "read_anchors",
    "statement",
]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_TIMES = re.compile(r"(?<=[\d.])[xX\u00d7](?=[\d.])")
_CFG_LINE = re.compile(r"^[ \t]*anchors[ \t]*=([^#;\r\n]*)", re.MULTILINE)
_CFG_SECTION = re.compile(r"^[ \t]*\[[ \t]*([A-Za-z_]+)[ \t]*\]", re.MULTILINE)
LARGEST_FILE = 16 * 2**20
"""Most bytes of a file of anchors."""
_SMALLEST, _LARGEST = 1e-9, 1e9


def parse_anchors(text: str | bytes) -> NDArray[np.float64]:
    """Anchors written in a text, in the order in which they stand there.

    The text is one of: numbers split by commas, blanks or line ends (`10,13, 16,30`); pairs
    (`10x13, 16x30`); a cfg's line `anchors = 10,13, 16,30`, or several equal ones; the JSON that
    `anchorkit cluster` prints; a JSON list of pairs; what `anchorkit.anchors.export` writes, whose
    levels come back by ascending size; the YAML of a YOLOv5 or YOLOv7 model.

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
    exported = numbers_of_file(text)
    if exported is not None:
        return _pairs(exported)
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


class Statement(NamedTuple):
    """What a text says of its anchors: their input, as far as it is told, and their trainer."""

    network: PartialInput = UNSAID
    trainer: str | None = None


def statement(argument: str | bytes) -> Statement:
    """What `anchorkit cluster` wrote of some anchors: the input they are for, and the trainer.

    Parameters
    ----------
    argument
        What `read_anchors` takes, or bytes of what `parse_anchors` reads.

    Returns
    -------
    What the JSON of `anchorkit cluster`, or the comment of an export, says; other text says
    nothing.

    Examples
    --------
    >>> statement('{"anchors": [[10, 13]], "input": [608, 416], "resize": "letterbox"}').network
    PartialInput(size=(608, 416), resize='letterbox')
    >>> statement("10,13").network
    PartialInput(size=None, resize=None)
    """
    try:
        if isinstance(argument, str) and not is_anchor_text(argument):
            argument = _content(argument)
        text = _decoded(argument) if isinstance(argument, bytes) else argument
        said = said_in_comment(text)
        if said is not None:
            size, resize, trainer = said
            return Statement(PartialInput(size, resize), trainer)
        document = json.loads(text.removeprefix("\ufeff"))
    except (AnchorError, UsageError, ValueError, RecursionError):
        return Statement()
    if not isinstance(document, dict):
        return Statement()
    network = PartialInput(_size(document.get("input")), document.get("resize"))
    trainer = document.get("trainer")
    return Statement(
        network if network.resize in RESIZES else PartialInput(network.size),
        trainer if isinstance(trainer, str) else None,
    )


def _size(sides: Any) -> tuple[int, int] | None:
    """The key `input` of `anchorkit cluster`; None for anything else."""
    if (
        isinstance(sides, list)
        and len(sides) == 2
        and all(type(side) is int and side > 0 for side in sides)
    ):
        return sides[0], sides[1]
    return None


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
    if _is_pair(pieces[0]):
        return True
    # A lone number is more likely the name of a file, and is no anchor either way.
    return len(pieces) > 1 and any(_NUMBER.fullmatch(piece) for piece in pieces[:2])


def _is_pair(word: str) -> bool:
    """Whether a word is `10x13`."""
    sides = _TIMES.split(word)
    return len(sides) == 2 and all(map(_NUMBER.fullmatch, sides))


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
        Places after the point; None, and where these would make it 0: the shortest text that reads
        back as the same number.

    Examples
    --------
    >>> format_number(10.0), format_number(1e-05), format_number(2.5, 3), format_number(0.001, 0)
    ('10', '0.00001', '2.500', '0.001')
    """
    rounded = None if decimals is None else f"{value:.{decimals}f}"
    # A side above 0 is never written as 0, which no reader takes
    if rounded is None or (value and not float(rounded)):
        return np.format_float_positional(value, trim="-")
    return rounded


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
    document = deployed_anchors(document)
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
            sides = [word] if glued else _TIMES.split(word)
            if len(sides) > 2 or not all(map(_NUMBER.fullmatch, sides)):
                raise AnchorError(f"{where}: wanted a number, found {_shown(word)!r}")
            if len(sides) == 2 and len(numbers) % 2:
                raise AnchorError(f"{where}: wanted a height, found the pair {_shown(word)!r}")
            numbers += map(float, sides)
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
