"""Text files as people save them: UTF-8, or UTF-16 as some shells and editors of Windows write.

Tested in tests/loaders/test_yolo.py.

Tested in tests/loaders/test_listed_images.py.
"""

from typing import TYPE_CHECKING

from anchorkit.files import read_file, text_lines

if TYPE_CHECKING:
    from pathlib import Path  # processes that read files start without it

__all__ = ["decoded", "lines_of", "unquoted", "utf8"]

MARK = b"\xef\xbb\xbf"
_LOOKED_AT = 200


def utf8(data: bytes) -> bytes:
    r"""The bytes of a text file without a mark, and in UTF-8 where it was UTF-16.

    Parameters
    ----------
    data
        The bytes of the file; UTF-16 is told by its mark, or by every second byte being 0.

    Examples
    --------
    >>> utf8("0 .5".encode("utf-16")), utf8("0 .5".encode("utf-16-le")), utf8(b"0 .5")
    (b'0 .5', b'0 .5', b'0 .5')
    """
    name = _utf16(data)
    if not name:
        return data.removeprefix(MARK)
    return data.decode(name, "replace").removeprefix("\ufeff").encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """The text of a file; bytes that are no text are kept as surrogates, as in paths."""
    return utf8(data).decode("utf-8", "surrogateescape")


def lines_of(path: "Path") -> list[str]:
    """Lines of a text file that are not blank, without blanks at both ends, and without quotes."""
    text = decoded(read_file(path, "a text file"))
    return [found for line in text_lines(text) if (found := unquoted(line))]


def unquoted(text: str) -> str:
    """A value without blanks and without a pair of quotes around it."""
    text = text.strip()
    for quote in ("'", '"'):
        if len(text) > 1 and text.startswith(quote) and text.endswith(quote):
            return text[1:-1].strip()
    return text


def _utf16(data: bytes) -> str:
    """The charset of a text in UTF-16; empty for any other."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    head = data[: min(_LOOKED_AT, len(data) & ~1)]
    for name, zero in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(head) > 3 and not any(head[zero::2]) and all(head[1 - zero :: 2]):
            return name
    return ""
