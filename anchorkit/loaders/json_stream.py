"""The members of a large JSON document one at a time, without holding the document."""

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from anchorkit.errors import DataError
from anchorkit.files import open_file
from anchorkit.progress import progress_bar
from anchorkit.terminal import safe_text

__all__ = ["Member", "members"]

CHUNK = 1 << 22
"""Characters read at once."""

LARGEST = 1 << 28
"""Characters above which a single value is not waited for."""

GZIP = b"\x1f\x8b"

NUMBER = 400
"""Characters of the longest number that is waited for."""

_VALUE = json.JSONDecoder().raw_decode
_BLANKS = " \t\n\r"
_CLOSING = frozenset(f"{_BLANKS},]}}")
_ESCAPED = re.compile("[\udc80-\udcff]")
_ENCODINGS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Member(NamedTuple):
    """A value of the document: an element of a list at the top, or a whole value.

    `number` counts the elements of a list from 1; it is None for a value that is no list, and 0
    announces a list, so that an empty one is seen too.
    """

    key: str
    number: int | None
    value: Any


class _Text:
    """A window on the text of a file."""

    def __init__(self, path: Path, size: int, raw: BinaryIO) -> None:
        self.path = path
        self.size = size
        self.read = 0
        self.file = _unpacked(raw)
        if isinstance(self.file, gzip.GzipFile):
            self.size = 0  # nobody knows before the end
        head = self.start()
        self.file.seek(0)
        name = next((name for mark, name in _ENCODINGS if head.startswith(mark)), "utf-8")
        # A name in another encoding must not cost the boxes: its bytes are kept as surrogates.
        errors = "strict" if name == "utf-16" else "surrogateescape"
        self.decode = codecs.getincrementaldecoder(name)(errors).decode
        self.escaped = 0
        self.text = ""
        self.at = 0
        self.ended = False

    def start(self) -> bytes:
        """The first bytes, where a mark of the encoding stands."""
        return self.piece(3)

    def piece(self, count: int) -> bytes:
        """The next bytes of the file, unpacked."""
        try:
            return self.file.read(count)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            said = str(error)[:80]
            raise DataError(
                f"{self.path.as_posix()}: packed by gzip, but damaged: {said}"
            ) from None

    def more(self) -> bool:
        """Drop what was read and append the next chunk; False at the end."""
        if self.ended:
            return False
        data = self.piece(max(CHUNK, len(self.text) - self.at))
        self.read += len(data)
        self.ended = not data
        try:
            new = self.decode(data, self.ended)
        except UnicodeDecodeError:
            raise self.error("bytes that are no UTF-16", 0) from None
        if not new.isascii():
            self.escaped += len(_ESCAPED.findall(new))
        self.text = self.text[self.at :] + new
        self.at = 0
        return True

    def peek(self) -> str:
        """The next character that is no blank, which stays; empty at the end."""
        while True:
            text, at = self.text, self.at
            while at < len(text) and text[at] in _BLANKS:
                at += 1
            self.at = at
            if at < len(text):
                return text[at]
            if not self.more():
                return ""

    def take(self, wanted: str) -> bool:
        """Pass over a character, if it is the next."""
        if self.peek() != wanted:
            return False
        self.at += 1
        return True

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            found = self._parsed()
            if found is not None and (self._closed(found[1]) or not self.more()):
                self.at = found[1]
                return found[0]

    def _closed(self, end: int) -> bool:
        """Whether a value ends where it seems to: a number at the end of the window may go on."""
        return self.text[end : end + 1] in _CLOSING or len(self.text) - end > NUMBER

    def _parsed(self) -> tuple[Any, int] | None:
        """The next value and where it ends; None where more text had to be read first."""
        try:
            return _VALUE(self.text, self.at)
        except json.JSONDecodeError as error:
            cut = _may_be_cut(error, self.text)
            if cut and len(self.text) - self.at > LARGEST:
                raise self.error("a value of more than 256 MB") from None
            if not cut or not self.more():
                raise self.error("ends in the middle" if cut else error.msg, error.pos) from None
        except RecursionError:
            raise self.error("lists within lists") from None
        except ValueError:  # an integer of more digits than Python turns into one
            raise self.error("a number of thousands of digits") from None
        return None

    def error(self, found: str, at: int | None = None) -> DataError:
        """What to raise where the text is not what was wanted."""
        if at is None:
            self.peek()
            # What follows a number that was cut behind its point or its exponent.
            cut = self.ended and set(self.text[self.at :]) <= set(".eE+-")
            found = "ends in the middle" if cut else found
        left = len(self.text) - (self.at if at is None else at)
        return DataError(
            f"{self.path.as_posix()}: not well-formed JSON: {found} "
            f"(about byte {max(0, self.read - left):,}{f' of {self.size:,}' if self.size else ''})"
        )


def _unpacked(raw: BinaryIO) -> "BinaryIO | gzip.GzipFile":
    packed = raw.read(len(GZIP)) == GZIP
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if packed else raw


def _may_be_cut(error: json.JSONDecodeError, text: str) -> bool:
    """Whether more text could mend an error: it stands at the end, or a string is not closed."""
    return len(text) - error.pos < NUMBER or error.msg.startswith("Unterminated string")


def members(
    path: Path, *, progress: bool = False, escaped: Callable[[int], object] = lambda _: None
) -> Iterator[Member]:
    """All members of the object that a JSON file holds, in its order.

    Parameters
    ----------
    path
        The file, in UTF-8, or UTF-16 with a byte order mark.
    progress
        Whether to show a progress bar on stderr.
    escaped
        Called at the end with the number of bytes that are no UTF-8; the strings have them as
        surrogates, as `surrogateescape` makes them.

    Raises
    ------
    UsageError
        Where there is no file that can be read.
    DataError
        Where it is not JSON, ends in the middle, or is not an object.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.json")
    ...     _ = path.write_text('{"info": 3, "images": [{"id": 7}]}')
    ...     [tuple(member) for member in members(path)]
    [('info', None, 3), ('images', 0, None), ('images', 1, {'id': 7})]
    """
    size = path.stat().st_size
    with open_file(path, "a JSON file") as raw:
        text = _Text(path, size, raw)
        if progress:
            yield from _shown(text)
        else:
            yield from _members(text)
    if text.escaped:
        escaped(text.escaped)


def _members(text: _Text) -> Iterator[Member]:
    first = text.peek()
    if first != "{":
        found = {"": "an empty file", "[": "a list"}.get(first, f"text that begins with {first!r}")
        raise DataError(f"{text.path.as_posix()}: wanted a JSON object, found {found}")
    text.at += 1
    if not text.take("}"):
        yield from _pairs(text)
    if text.peek():
        raise text.error("more text after the end of the object")


def _pairs(text: _Text) -> Iterator[Member]:
    while True:
        if text.peek() != '"':
            raise text.error("wanted a key")
        key = str(text.value())
        if not text.take(":"):
            raise text.error(f"wanted a colon after {key[:40]!r}")
        if text.take("["):
            yield Member(key, 0, None)
            yield from _elements(text, key)
        else:
            yield Member(key, None, text.value())
        if text.take("}"):
            return
        if not text.take(","):
            raise text.error(f"wanted a comma after the value of {key[:40]!r}")


def _elements(text: _Text, key: str) -> Iterator[Member]:
    if text.take("]"):
        return
    number = 0
    while True:
        number += 1
        yield Member(key, number, text.value())
        if text.take(","):
            continue
        if text.take("]"):
            return
        raise text.error(f"wanted a comma after element {number} of {key[:40]!r}")


def _shown(text: _Text) -> Iterator[Member]:
    name = safe_text(text.path.name)
    with progress_bar(name, total=text.size or None, unit="B", unit_scale=True) as bar:
        for count, member in enumerate(_members(text)):
            if count % 5000 == 0:
                bar.update(text.read - bar.n)
            yield member
