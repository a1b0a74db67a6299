"""A file that cannot be renamed over: written where it is, once a copy of it is safe."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from anchorkit.errors import WriteError

__all__ = ["CANNOT_RENAME", "has_other_names", "write_in_place"]

CANNOT_RENAME = (errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES)
"""What the system says of a file that is mounted by itself, or of a folder that is read-only."""


def has_other_names(target: Path) -> bool:
    """Whether a file has hard links, of which a rename would leave all but one behind."""
    try:
        return target.stat().st_nlink > 1
    except OSError:
        return False


def write_in_place(target: Path, data: bytes, old: bytes) -> Path:
    """Write a file where it is; a copy of it lies beside it, or in the temporary folder, till then.

    Parameters
    ----------
    target
        The file.
    data
        The whole content.
    old
        What it holds.

    Returns
    -------
    Where the copy was.

    Raises
    ------
    OSError
        Where it cannot be opened, or no copy be made; the file is unchanged.
    WriteError
        Where the file could not be written to its end; the message says where the copy is.
    """
    with target.open("r+b") as file:
        copy = _copied(target, old)
        try:
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            reason = error.strerror or str(error)
            raise WriteError(f"{target}: damaged ({reason}); what it held is in {copy}") from None
    with suppress(OSError):
        copy.unlink()
    return copy


def _copied(target: Path, old: bytes) -> Path:
    """A new file that holds the same, synced."""
    name = f".{target.name[:100]}."
    try:
        number, path = tempfile.mkstemp(".before", name, target.parent)
    except OSError:
        number, path = tempfile.mkstemp(".before", name)
    with os.fdopen(number, "wb") as file:
        file.write(old)
        file.flush()
        os.fsync(file.fileno())
    return Path(path)
