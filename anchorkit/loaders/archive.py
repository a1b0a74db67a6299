"""Arrays of an .npz file, held to what they should be before memory is taken for them.

numpy would take the memory that a header names, whatever follows it, and a few bytes can name any
number. Here a member is read in pieces; each is looked at before the next.

Tested in tests/loaders/test_npz.py.
"""

import math
import re
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Archive", "Check"]

PIECE = 1 << 22
"""Bytes read at once."""

MOST_GROWTH = 1032
"""Deflate makes at most so many bytes of one."""

LONGEST = 1 << 20
"""Bytes of the longest text of a list."""

_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([<>|][a-zA-Z][0-9]+)', 'fortran_order': (True|False), "
    rb"'shape': \(((?:[0-9]+,? ?)*)\), \} *\n"
)

Check = Callable[[NDArray[Any]], NDArray[np.bool_]]
"""Which values of a piece are what they should be."""


class _Header(NamedTuple):
    """What a member says it holds."""

    kind: str
    columns_first: bool
    shape: tuple[int, ...]
    start: int


class Archive:
    """The members of an .npz file that is open for reading.

    All methods raise ValueError, saying which member is not as it should be, or what zipfile does.
    """

    def __init__(self, file: BinaryIO) -> None:
        # What is no archive would be an error about zip files that nobody knows of
        if file.read(2) != b"PK":
            raise ValueError("no .npz archive")
        file.seek(0)
        self._zip = zipfile.ZipFile(file)
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = info.filename.removesuffix(".npy")
            stored = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            if name in self._members or not stored or info.flag_bits & 1:
                raise ValueError(f"member {name[:40]!r} is there twice, or packed in another way")
            self._members[name] = info

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def length(self, name: str) -> int:
        """How many rows an array has, by its header."""
        shape = self._header(name).shape
        if not shape:
            raise ValueError(f"{name}: wanted rows, found a single value")
        return shape[0]

    def scalar(self, name: str) -> Any:
        """A single small value: a number or a text."""
        header = self._header(name)
        kind = np.dtype(header.kind)
        if header.shape != () or kind.itemsize > 1000 or kind.hasobject:
            raise ValueError(f"{name}: wanted a single value")
        return np.frombuffer(self._bytes(name, header), dtype=kind)[0]

    def array(
        self,
        name: str,
        kind: Any,
        shape: tuple[int, ...],
        check: Check | None = None,
        wanted: str = "",
    ) -> NDArray[Any]:
        """An array of a shape and a kind.

        Parameters
        ----------
        name
            Of the member.
        kind
            numpy's type of its values.
        shape
            What its shape must be.
        check
            Which values are as they should be.
        wanted
            How they should be, for the error.
        """
        header = self._header(name)
        if header.kind != np.dtype(kind).str or header.shape != shape:
            found = f"{_sides(header.shape)} of {header.kind}"
            raise ValueError(
                f"{name}: wanted {_sides(shape)} of {np.dtype(kind).str}, found {found}"
            )

        def look(piece: bytes) -> None:
            values = np.frombuffer(piece, dtype=kind)
            fine = values.view(np.uint8) < 2 if kind is np.bool_ else None
            fine = check(values) if check is not None else fine
            if fine is not None and not fine.all():
                raise ValueError(f"{name}: wanted {wanted}, found {values[~fine][0]!s}")

        data = self._bytes(name, header, look)
        values = np.frombuffer(data, dtype=kind)
        return values.reshape(shape, order="F" if header.columns_first else "C")

    def texts(
        self, name: str, count: int | None = None, most: int | None = None
    ) -> tuple[str, ...]:
        """A list of texts.

        Parameters
        ----------
        name
            Of the member.
        count, most
            How many there must be, or may be.
        """
        header = self._header(name)
        if header.kind != "|u1" or len(header.shape) != 1:
            raise ValueError(f"{name}: wanted text, found {header.kind}")
        limit = count if count is not None else most
        seen = since = 0

        def look(piece: bytes) -> None:
            nonlocal seen, since
            seen += piece.count(b"\0")
            last = piece.rfind(b"\0")
            since = len(piece) - last - 1 if last >= 0 else since + len(piece)
            if since > LONGEST or (limit is not None and seen > limit):
                raise ValueError(f"{name}: more text than belongs there")

        data = self._bytes(name, header, look)
        if data and data[-1]:
            raise ValueError(f"{name}: text that is cut off")
        found = tuple(data.decode("utf-8", "surrogatepass").split("\0")[:-1])
        if count is not None and len(found) != count:
            raise ValueError(f"{name}: wanted {count:,} texts, found {len(found):,}")
        return found

    def _header(self, name: str) -> _Header:
        if name not in self._members:
            raise ValueError(f"no {name}")
        info = self._members[name]
        with self._zip.open(info) as member:
            begin = member.read(10)
            text = member.read(int.from_bytes(begin[8:], "little"))
        found = _HEADER.fullmatch(text)
        if begin[:8] != _MAGIC or found is None:
            raise ValueError(f"{name}: no array, or one of Python objects")
        shape = tuple(int(side) for side in re.findall(rb"[0-9]+", found[3]))
        header = _Header(found[1].decode(), found[2] == b"True", shape, len(begin) + len(text))
        size = header.start + math.prod(shape) * np.dtype(header.kind).itemsize
        if size != info.file_size or size > MOST_GROWTH * (info.compress_size + 1):
            raise ValueError(f"{name}: wanted {size:,} bytes, as it says, found others")
        return header

    def _bytes(
        self, name: str, header: _Header, look: Callable[[bytes], None] = lambda _: None
    ) -> bytearray:
        """The content of a member, each piece looked at before the next is read."""
        data = bytearray()
        with self._zip.open(self._members[name]) as member:
            member.read(header.start)
            while piece := member.read(PIECE):
                look(piece)
                data += piece
        return data


def _sides(shape: tuple[int, ...]) -> str:
    return " x ".join(f"{side:,}" for side in shape) or "1"
