"""Files that are there to be read, and files that are never half written."""

import contextlib
import os
import re
import secrets
import stat
import time
from pathlib import Path

from anchorkit.errors import UsageError, WriteError

__all__ = ["check_file", "write_atomically"]

STALE = 3600.0
"""Seconds after which a file beside the target is no longer one that is being written."""

_LEFTOVER = re.compile(r"[0-9a-f]{16}\.tmp")


def check_file(path: Path, wanted: str) -> None:
    """Fail where there is no file to read.

    Parameters
    ----------
    path
        The file.
    wanted
        What it should be, for the error: `a COCO file`.

    Raises
    ------
    UsageError
        Saying what is there instead.
    """
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing there"
        raise UsageError(f"{path.as_posix()}: wanted {wanted}, found {found}")


def write_atomically(
    path: str | os.PathLike[str], data: bytes, *, expected: bytes | None = None
) -> None:
    """Write a file as a whole or not at all: beside it, synced, then renamed over it.

    What a link points to is written; the mode bits of a file that is there stay, and its owner
    where that is permitted; what is not a regular file (a pipe, /dev/stdout) is written to. What a
    killed run left beside the file is cleared away after an hour.

    Parameters
    ----------
    path
        The file; its folder must be there.
    data
        The whole content.
    expected
        What the file held when it was read; it is not written where it holds something else by now.

    Raises
    ------
    WriteError
        Where the file could not be written; what stood there is unchanged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder, "anchors.txt"), b"10,13")
    ...     Path(folder, "anchors.txt").read_bytes()
    b'10,13'
    """
    try:
        target = Path(os.path.realpath(path))
        mode = _mode(target)
        if mode is not None and stat.S_ISDIR(mode):
            raise WriteError(f"{os.fspath(path)}: wanted a file to write, found a folder")
        if mode is not None and not stat.S_ISREG(mode):
            target.write_bytes(data)
            return
        if mode is not None and not os.access(target, os.W_OK):
            raise WriteError(f"{os.fspath(path)}: cannot be written (the file is read-only)")
        _clear_leftovers(target)
        _replace(target, data, expected)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WriteError(f"{os.fspath(path)}: cannot be written ({reason})") from None


def _mode(target: Path) -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes, expected: bytes | None) -> None:
    beside = target.with_name(f"{_prefix(target)}{secrets.token_hex(8)}.tmp")
    # Not tempfile: its files can be read by their owner alone, whatever the umask says.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    number = os.open(beside, flags, 0o666)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _keep_rights(target, beside)
        if expected is not None and target.read_bytes() != expected:
            raise WriteError(f"{target}: changed since it was read; it is left as it is now")
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(target.parent)


def _keep_rights(target: Path, beside: Path) -> None:
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


def _prefix(target: Path) -> str:
    return f".{target.name[:100]}."


def _clear_leftovers(target: Path) -> None:
    """Take away what runs left that were killed; not what a run may be writing now."""
    long_ago = time.time() - STALE
    prefix = _prefix(target)
    with contextlib.suppress(OSError):
        for path in target.parent.iterdir():
            name = path.name
            if not name.startswith(prefix) or not _LEFTOVER.fullmatch(name[len(prefix) :]):
                continue
            with contextlib.suppress(OSError):
                if path.lstat().st_mtime < long_ago:
                    path.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
