"""Files that are there to be read, and files that are never half written.

`open_file` and `read_file` are the one way to open a file that a user named: a pipe, a device or a
socket is refused before it is opened, so that nothing waits for a writer who does not come.
"""

import contextlib
import errno
import os
import stat
import sys
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from anchorkit.errors import AnchorkitError, DataError, UsageError, WriteError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "check_file",
    "check_folder",
    "found_at",
    "near_path",
    "open_file",
    "open_regular",
    "read_file",
    "text_lines",
    "write_atomically",
]

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    # What has become a pipe since it was looked at must not be waited for
    | getattr(os, "O_NONBLOCK", 0)
)
_KINDS = (
    (stat.S_ISREG, "a file"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "a device"),
)


def found_at(path: str | os.PathLike[str]) -> str:
    """What is at a path, in the words of an error: `a folder`, `a named pipe`, `nothing there`.

    Examples
    --------
    >>> found_at("."), found_at("not here")
    ('a folder', 'nothing there')
    """
    try:
        return _kind(os.stat(path).st_mode)  # noqa: PTH116  # pathlib loads slowly, for readers
    except (OSError, ValueError) as error:
        return _unopened(error)


def check_file(path: str | os.PathLike[str], wanted: str, *, typed: str | None = None) -> None:
    """Fail where there is no file to read.

    Parameters
    ----------
    path
        The file.
    wanted
        What it should be, for the error: `a COCO file`.
    typed
        What the error begins with; None: the path.

    Raises
    ------
    UsageError
        Saying what is there instead.
    """
    found = found_at(path)
    if found != "a file":
        raise _refused(path, wanted, found, typed)


def check_folder(path: str | os.PathLike[str], wanted: str, *, typed: str | None = None) -> None:
    """Fail where there is no folder to read; arguments and errors as for `check_file`."""
    found = found_at(path)
    if found != "a folder":
        raise _refused(path, wanted, found, typed)


def open_regular(
    path: str | bytes | os.PathLike[str], *, looked_at: bool = False
) -> tuple[int, int]:
    """The descriptor of a regular file, open for reading, and its size in bytes.

    Parameters
    ----------
    path
        The file; nothing else is opened.
    looked_at
        Whether a listing of its folder has just told that it is a file: it is then opened without
        another look, and what became of it since is told from the open file.

    Raises
    ------
    OSError
        Where it cannot be opened, or is no regular file: its `strerror` says what it is.
    """
    # Looked at first: to open a pipe would wake its writer, a tape would be wound back
    if not looked_at:
        _check_regular(os.stat(path))  # noqa: PTH116  # pathlib loads slowly, for readers
    handle = os.open(path, _FLAGS)
    try:
        found = os.fstat(handle)
        _check_regular(found)
    except BaseException:
        os.close(handle)
        raise
    return handle, found.st_size


def open_file(
    path: str | os.PathLike[str], wanted: str = "a file", *, typed: str | None = None
) -> BinaryIO:
    """A file open for reading bytes.

    Parameters
    ----------
    path
        The file; a link to one will do.
    wanted
        What it should be, for the error: `a COCO file`.
    typed
        What the error begins with; None: the path.

    Raises
    ------
    UsageError
        Where it is no regular file, or may not be read; the text says what was found there.
    """
    try:
        return os.fdopen(open_regular(path)[0], "rb")
    except (OSError, ValueError) as error:
        raise _refused(path, wanted, _unopened(error), typed) from None


def read_file(
    path: str | os.PathLike[str],
    wanted: str = "a file",
    *,
    typed: str | None = None,
    most: int | None = None,
    stdin: bool = False,
    too_large: type[AnchorkitError] = DataError,
) -> bytes:
    """The bytes of a file.

    Parameters
    ----------
    path, wanted, typed
        As for `open_file`.
    most
        The most bytes that such a file has; None: any number.
    stdin
        Whether `-` is standard input.
    too_large
        What to raise where there are more.

    Raises
    ------
    UsageError
        Where it is no regular file, or cannot be read.
    AnchorkitError
        `too_large`, where it is.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     said = write_atomically(f"{folder}/anchors.txt", b"10,13")
    ...     read_file(f"{folder}/anchors.txt", "anchors", most=16)
    b'10,13'
    """
    count = -1 if most is None else most + 1
    try:
        if stdin and os.fspath(path) == "-":
            data = sys.stdin.buffer.read(count) if sys.stdin else b""
        else:
            with open_file(path, wanted, typed=typed) as file:
                data = file.read(count)
    except OSError as error:
        raise _refused(path, wanted, _unopened(error), typed) from None
    if most is not None and len(data) > most:
        raise too_large(_said(path, wanted, f"more than {most >> 20} MB", typed))
    return data


def text_lines(text: str) -> list[str]:
    r"""Lines as editors show them: they end with LF, CR LF or CR, and with nothing else.

    Examples
    --------
    >>> text_lines("a\x0cb\r\nc\u2028d\n")
    ['a\x0cb', 'c\u2028d']
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _kind(mode: int) -> str:
    return next((name for holds, name in _KINDS if holds(mode)), "something else than a file")


def _check_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, _kind(found.st_mode))


def _unopened(error: OSError | ValueError) -> str:
    """What was found where something could not be opened."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "nothing there"
    if not isinstance(error, OSError):  # a NUL, or a surrogate that is no byte of a name
        return "a name that no file can have"
    if error.errno == errno.EINVAL and any(error.strerror == name for _, name in _KINDS):
        return str(error.strerror)
    return f"what cannot be read ({error.strerror or error})"


def _refused(
    path: str | os.PathLike[str], wanted: str, found: str, typed: str | None
) -> UsageError:
    if os.fspath(path) == "-" and found == "nothing there":
        found = "standard input, which is not taken here"
    elif found == "nothing there":
        found += near_path(path)
    return UsageError(_said(path, wanted, found, typed))


def near_path(path: str | os.PathLike[str]) -> str:
    """The end of an error about a path where nothing is: what beside it may be meant, if anything.

    Returns
    -------
    `; did you mean VOC2007?`, with the folder as it was typed, or an empty text.
    """
    from anchorkit.suggestions import closest

    folder, name = os.path.split(os.fspath(path).rstrip(os.sep + "/"))
    try:
        with os.scandir(folder or ".") as entries:
            names = sorted(entry.name for entry in islice(entries, MOST_BESIDE))
    except (OSError, ValueError):
        return ""
    # One extension would make all of its files alike
    likely = [one for one in names if one != name and closest(_stem(name), [_stem(one)])]
    near = closest(name, likely)
    return f"; did you mean {os.path.join(folder, near).replace(os.sep, '/')}?" if near else ""  # noqa: PTH118  # pathlib loads slowly, for readers


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]  # noqa: PTH122  # pathlib loads slowly, for readers


MOST_BESIDE = 10_000
"""As many names of a folder are looked at for one that is near."""


def _said(path: str | os.PathLike[str], wanted: str, found: str, typed: str | None) -> str:
    return f"{typed or os.fspath(path).replace(os.sep, '/')}: wanted {wanted}, found {found}"


def write_atomically(
    path: str | os.PathLike[str], data: bytes, *, expected: bytes | None = None
) -> str:
    """Write a file as a whole or not at all: beside it, synced, then renamed over it.

    What a link points to is written; the mode bits of a file that is there stay, and its owner
    where that is permitted; what is not a regular file (a pipe, /dev/stdout) is written to. A run
    that is killed leaves at most one file beside it, `.NAME.anchorkit`, which the next takes away.
    Where a rename cannot be, or would part the file from its other names, it is written in place.

    Parameters
    ----------
    path
        The file; its folder must be there.
    data
        The whole content.
    expected
        What the file held when it was read; it is not written where it holds something else by now.

    Returns
    -------
    Why and how it was written in place; empty where it was not.

    Raises
    ------
    WriteError
        Where the file could not be written; what stood there is unchanged, or the message says
        where a copy is.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     said = write_atomically(f"{folder}/anchors.txt", b"10,13")
    ...     read_file(f"{folder}/anchors.txt")
    b'10,13'
    """
    from pathlib import Path  # processes that only read start without it

    try:
        target = Path(os.path.realpath(path))
        mode = _mode(target)
        if mode is not None and stat.S_ISDIR(mode):
            raise WriteError(f"{os.fspath(path)}: wanted a file to write, found a folder")
        if mode is not None and not stat.S_ISREG(mode):
            target.write_bytes(data)
            return ""
        if mode is not None and not os.access(target, os.W_OK):
            raise WriteError(f"{os.fspath(path)}: cannot be written (the file is read-only)")
        return _replace(target, data, expected)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WriteError(f"{os.fspath(path)}: cannot be written ({reason})") from None


def _mode(target: "Path") -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: "Path", data: bytes, expected: bytes | None) -> str:
    from anchorkit.beside import held_beside, rename_over
    from anchorkit.in_place import CANNOT_RENAME, has_other_names

    if has_other_names(target):
        return _in_place(target, data, expected, "it has other names (hard links)")
    try:
        with held_beside(target) as (beside, number):
            with os.fdopen(number, "wb", closefd=False) as file:
                file.write(data)
                file.flush()
                os.fsync(number)
            _keep_rights(target, beside)
            _check_unchanged(target, expected)
            rename_over(beside, number, target)
    except OSError as error:
        if error.errno not in CANNOT_RENAME or _mode(target) is None:
            raise
        return _in_place(target, data, expected, f"it cannot be replaced ({error.strerror})")
    _sync_folder(target.parent)
    return ""


def _in_place(target: "Path", data: bytes, expected: bytes | None, why: str) -> str:
    from anchorkit.in_place import write_in_place

    _check_unchanged(target, expected)
    copy = write_in_place(target, data, read_file(target))
    return f"written in place, as {why}; until then a copy lay in {copy.parent}"


def _check_unchanged(target: "Path", expected: bytes | None) -> None:
    if expected is not None and read_file(target) != expected:
        raise WriteError(f"{target}: changed since it was read; it is left as it is now")


def _keep_rights(target: "Path", beside: "Path") -> None:
    """Owner, where that is permitted, and mode bits of the file that is there."""
    try:
        there = target.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(beside, there.st_uid, there.st_gid)
    # After the owner, whose change takes bits away.
    beside.chmod(stat.S_IMODE(there.st_mode))


def _sync_folder(folder: "Path") -> None:
    """Make the new name last through a power cut, where the system can."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
