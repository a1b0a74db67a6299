"""The file of a cfg: read in one place, its errors beginning with its path.

Tested in tests/cli/cfg/test_job.py.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from anchorkit.darknet.sections import ALIASES, Cfg, read_cfg
from anchorkit.darknet.shapes import KNOWN
from anchorkit.errors import AnchorkitError, CfgError, UsageError
from anchorkit.files import open_file, read_file
from anchorkit.network_input import PartialInput

__all__ = [
    "CfgFile",
    "content_of",
    "input_of",
    "is_foreign",
    "looks_like_cfg",
    "naming",
    "read_cfg_file",
]

LARGEST = 16 * 2**20
"""Most bytes of a cfg."""

ENCODING = {"encoding": "utf-8", "errors": "surrogateescape"}
"""Bytes that are no UTF-8, in comments, come back as they were."""


@dataclass(frozen=True)
class CfgFile:
    """A cfg with its file: `name` is the path as it was given, `content` its bytes."""

    name: str
    content: bytes
    cfg: Cfg


def read_cfg_file(path: str | os.PathLike[str], *, typed: str | None = None) -> CfgFile:
    """A cfg from a file.

    Parameters
    ----------
    path
        The file.
    typed
        What the error begins with where there is no such file; None: the path.

    Raises
    ------
    UsageError
        Where there is no such file.
    CfgError
        Where it is no cfg; the message begins with the path.
    """
    name = os.fspath(path)
    content = read_file(path, "a cfg", typed=typed, most=LARGEST, too_large=CfgError)
    with naming(name):
        return CfgFile(name, content, read_cfg(content.decode(**ENCODING)))


def content_of(cfg: Cfg) -> bytes:
    """The bytes of a cfg, as they are written to a file."""
    return cfg.text.encode(**ENCODING)


def input_of(cfg: Cfg) -> PartialInput:
    """The network's input, as far as a cfg tells it."""
    return PartialInput(cfg.size if min(cfg.size) > 0 else None, cfg.resize)


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Errors of what a cfg holds begin with its name, and stay what they are.

    Examples
    --------
    >>> with naming("yolov3.cfg"):
    ...     raise CfgError("line 3: wanted a number")
    Traceback (most recent call last):
    ...
    anchorkit.errors.CfgError: yolov3.cfg: line 3: wanted a number
    """
    try:
        yield
    except AnchorkitError as error:
        raise type(error)(f"{name}: {error}") from None


def looks_like_cfg(path: str | os.PathLike[str]) -> bool:
    """Whether a path is to be taken for a cfg: by its ending, or by `[net]` in its first line."""
    if os.fspath(path).lower().endswith(".cfg"):
        return not os.path.isdir(path)  # noqa: PTH112  # no path type of its own
    try:
        with open_file(path) as file:
            head = file.read(4096)
    except UsageError:
        return False
    lines = (line.strip() for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    first = next((line for line in lines if line and line[:1] not in b"#;"), b"")
    return b"".join(first.split()).startswith((b"[net]", b"[network]"))


def is_foreign(path: str | os.PathLike[str]) -> bool:
    """Whether a file is the cfg of another program: it has sections, and none that darknet has."""
    lines = read_file(path, "a cfg", most=LARGEST, too_large=CfgError).split(b"\n")
    bare = (b"".join(line.split()) for line in lines)
    names = [
        line[1:].partition(b"]")[0].decode("ascii", "replace") for line in bare if line[:1] == b"["
    ]
    known = {*ALIASES, *KNOWN, "net"}
    return bool(names) and not known & set(names)
