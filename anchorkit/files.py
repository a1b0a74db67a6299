"""Files that are never half written."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from anchorkit.errors import WriteError

__all__ = ["write_atomically"]


def write_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file as a whole or not at all: beside it, synced, then renamed over it.

    What a link points to is written, the mode bits of a file that is there stay, and what is not a
    regular file (a pipe, /dev/stdout) is written to.

    Parameters
    ----------
    path
        The file; its folder must be there.
    data
        The whole content.

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
        _replace(target, data, mode)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WriteError(f"{os.fspath(path)}: cannot be written ({reason})") from None


def _mode(target: Path) -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes, mode: int | None) -> None:
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.tmp")
    # Not tempfile: its files can be read by their owner alone, whatever the umask says.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    number = os.open(beside, flags, 0o666)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            beside.chmod(stat.S_IMODE(mode))
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
