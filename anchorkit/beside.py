"""The file beside another that is being written: one of a known name, held by one run at a time.

A run that was killed leaves at most this one file, and the next run takes it away. Who holds it is
told by a lock that the system gives back when its process ends, however it ends.
"""

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows: there a file that is open cannot be taken away
    fcntl = None

__all__ = ["held_beside", "path_beside", "rename_over"]

PATIENCE = 10.0
"""Seconds for which another run that writes the same file is waited for."""

STALE = 3600.0
"""Seconds after which, where files cannot be locked, it is no longer one that is being written."""

LONGEST = 200
"""Bytes of a name that are kept, of the 255 that most systems allow."""

_FLAGS = (
    os.O_RDWR
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


def path_beside(target: Path) -> Path:
    """Where the new content of a file is written first.

    Examples
    --------
    >>> path_beside(Path("nets/yolov3.cfg")).as_posix()
    'nets/.yolov3.cfg.anchorkit'
    """
    name = target.name
    while len(os.fsencode(name)) > LONGEST:
        name = name[:-1]
    return target.with_name(f".{name}.anchorkit")


@contextmanager
def held_beside(target: Path) -> Iterator[tuple[Path, int]]:
    """The file beside a target, new, empty and held: its path, and a descriptor to write to.

    It is gone afterwards, unless it was renamed.

    Raises
    ------
    OSError
        Where it cannot be made, or another run holds it for too long.
    """
    path = path_beside(target)
    last = time.monotonic() + PATIENCE
    number = _tried(path)
    while number is None:
        if time.monotonic() > last:
            raise OSError(errno.EAGAIN, "another run is writing it")
        time.sleep(0.01)
        number = _tried(path)
    try:
        yield path, number
    finally:
        # Still held: nobody else's can be in its place
        if _is_at(number, path):
            with contextlib.suppress(OSError):
                path.unlink()
        with contextlib.suppress(OSError):
            os.close(number)


def rename_over(path: Path, number: int, target: Path) -> None:
    """Let the file that is held take the place of the target."""
    if fcntl is None:  # such a system does not rename what is open
        os.close(number)
    try:
        path.replace(target)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _tried(path: Path) -> int | None:
    """A descriptor of the file, new and held; None where that takes another try."""
    try:
        number = os.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        _clear(path)
        return None
    if _lock(number) is not False and _is_at(number, path):
        return number
    os.close(number)  # somebody took it for a leftover before it was held
    return None


def _clear(path: Path) -> None:
    """Take the file away, unless a run holds it."""
    with contextlib.suppress(FileNotFoundError):
        if path.is_symlink():
            path.unlink()
        elif fcntl is None:
            with contextlib.suppress(PermissionError):
                path.unlink()
        else:
            number = os.open(path, _FLAGS)
            try:
                ours = _lock(number)
                if ours is None:
                    ours = time.time() - os.fstat(number).st_mtime > STALE
                if ours and _is_at(number, path):
                    path.unlink()
            finally:
                os.close(number)


def _lock(number: int) -> bool | None:
    """Whether the lock is ours now; None where the file system has none."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_at(number: int, path: Path) -> bool:
    """Whether what is open is what stands at a path."""
    try:
        here, there = os.fstat(number), path.lstat()
    except OSError:
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
