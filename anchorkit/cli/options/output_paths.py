"""What a command is to write, looked at before it begins to work."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from anchorkit.errors import UsageError, WriteError
from anchorkit.files import found_at, near_path

__all__ = ["Output", "check_folder", "check_output", "check_outputs_differ"]


def check_output(
    path: Path, typed: str, *, ours: Callable[[Path], bool] | None = None, what: str = ""
) -> None:
    """Fail before any work where a file cannot be written, or holds what must not be lost.

    Parameters
    ----------
    path
        The file.
    typed
        What the error begins with: the option and its value.
    ours
        Whether a file that is there may be replaced; None: any may. Empty ones always may.
    what
        What such a file is, for the error.

    Raises
    ------
    UsageError
        Where its folder is missing, or it is a folder.
    WriteError
        Where writing is not permitted, or the file that is there holds something else.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise UsageError(f"{typed}: wanted a file to write, found a folder")
    folder = path.parent if target == path.absolute() else target.parent  # a link leads elsewhere
    found = found_at(folder)
    if found != "a folder":
        near = near_path(folder) if found == "nothing there" else ""
        raise UsageError(f"{typed}: {folder}: wanted a folder to write into, found {found}{near}")
    there = target.exists()
    if there and not target.is_file():  # a pipe or a device: nothing there is lost
        return
    # A file that is there can be written in place
    if not there and not os.access(target.parent, os.W_OK):
        raise WriteError(f"{typed}: cannot be written (the folder is read-only)")
    if not there:
        return
    if not os.access(target, os.W_OK):
        raise WriteError(f"{typed}: cannot be written (the file is read-only)")
    if ours is not None and target.stat().st_size and not ours(target):
        raise WriteError(f"{typed}: holds something else than {what}; name a new file")


class Output(NamedTuple):
    """A file that a command will write: what the user typed for it, and its path, if it has one."""

    typed: str
    path: Path | None


def check_outputs_differ(outputs: Iterable[Output]) -> None:
    """Fail before any work where two outputs would go into one file, the second over the first.

    Parameters
    ----------
    outputs
        All that the command will write.

    Raises
    ------
    UsageError
        Naming both.
    """
    taken: dict[str, str] = {}
    for typed, path in outputs:
        if path is None or (path.exists() and not path.is_file()):  # a pipe or a folder takes both
            continue
        file = os.path.normcase(os.path.realpath(path))
        if file in taken:
            raise UsageError(f"{typed}: wanted a file of its own, found that of {taken[file]}")
        taken[file] = typed


def check_folder(path: Path, typed: str) -> None:
    """Fail before any work where a folder cannot be made, or cannot be written into.

    Parameters
    ----------
    path
        The folder; those above it may be missing as well.
    typed
        What the error begins with: the option and its value.

    Raises
    ------
    UsageError
        Where a file stands in its place.
    WriteError
        Where writing is not permitted.
    """
    there = path
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        above = "" if there == path else f" {there}:"
        raise UsageError(f"{typed}:{above} wanted a folder, found {found_at(there)}")
    if not os.access(there, os.W_OK):
        raise WriteError(f"{typed}: cannot be written (the folder {there.name} is read-only)")
