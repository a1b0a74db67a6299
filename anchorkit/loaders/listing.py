"""Which annotation files a folder holds, in an order that does not hang on the file system.

Tested in tests/loaders/test_voc_surprises.py.
"""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from anchorkit.errors import DataError, UsageError
from anchorkit.files import check_folder, found_at
from anchorkit.load_report import Problem

__all__ = ["Listing", "annotation_files", "annotations_of"]


LINKED = "a link to a file that is read as well: its boxes count twice"


class Listing(NamedTuple):
    """Files below a folder: `names` are paths below it with `/`, sorted."""

    names: list[str]
    hidden: int
    problems: list[Problem]


def annotations_of(root: Path, inner: str, suffix: str, *, wanted: str) -> tuple[str, Listing]:
    """The folder of a data set's annotations, with `/`, and the files below it.

    Parameters
    ----------
    root
        The data set, or the folder of annotations itself.
    inner
        What that folder is called in a data set.
    suffix
        With its dot and in lower case: `.xml`.
    wanted
        What the folder is to hold, for the errors: `VOC XML`.

    Raises
    ------
    UsageError
        Where there is no such folder.
    DataError
        Where it holds no such files.
    """
    if found_at(root) == "a file":
        raise UsageError(
            f"{root.as_posix()}: wanted a folder of {wanted}, found a file: give its folder"
        )
    check_folder(root, f"a folder of {wanted}")
    folder = root / inner if (root / inner).is_dir() else root
    typed = folder.as_posix()
    listing = annotation_files(os.fspath(folder), suffix)
    if not listing.names and not listing.problems:
        hidden = f" ({listing.hidden:,} hidden ones passed over)" if listing.hidden else ""
        raise DataError(f"{typed}: wanted {wanted}, found no {suffix} files{hidden}")
    return typed, listing


class _Found:
    def __init__(self) -> None:
        self.names: list[str] = []
        self.hidden = 0
        self.problems: list[Problem] = []
        self.folders: list[tuple[str, bool]] = [("", False)]
        self.linked: list[tuple[str, bool]] = []
        self.links: list[str] = []


def annotation_files(folder: str, suffix: str | tuple[str, ...]) -> Listing:
    """All files below a folder whose name ends in `suffix`, or one of several, whatever its case.

    Links to folders are followed, and each folder is read once. Hidden files (a dot first, so
    AppleDouble's `._name` too) and files in hidden folders are only counted.

    Parameters
    ----------
    folder
        Where to look, sub-folders included.
    suffix
        With its dot and in lower case: `.xml`.
    """
    found = _Found()
    seen: set[tuple[int, int]] = set()
    while found.folders or found.linked:
        # Real folders before linked ones: which of two ways into a folder is taken must not
        # depend on the order in which the file system lists them.
        if not found.folders:
            found.linked.sort(reverse=True)
            found.folders.append(found.linked.pop())
        below, concealed = found.folders.pop()
        path = f"{folder}/{below}"
        try:
            here = Path(path).stat()
            if here.st_ino and (here.st_dev, here.st_ino) in seen:
                found.problems.append(
                    Problem(_typed(path), None, "linked folder already read", "", "note")
                )
                continue
            seen.add((here.st_dev, here.st_ino))
            with os.scandir(path) as entries:
                for entry in entries:
                    _sort_in(entry, below, concealed, suffix, found)
        except OSError as error:
            found.problems.append(unreadable(_typed(path), error))
    problems = [*found.problems, *_twice(folder, found)]
    return Listing(sorted(found.names), found.hidden, sorted(problems, key=str))


def _twice(folder: str, found: _Found) -> list[Problem]:
    """Notes of links to files that are among those found, or that another link leads to."""
    if not found.links:
        return []
    links = set(found.links)
    folders: dict[str, str] = {}
    seen: dict[str, str] = {}
    notes = []
    for name in sorted(found.names, key=lambda name: (name in links, name)):
        inner, _, last = name.rpartition("/")
        if inner not in folders:
            folders[inner] = os.path.realpath(f"{folder}/{inner}")
        there = os.path.join(folders[inner], last)  # noqa: PTH118  # one text for each file
        if name in links:
            there = os.path.realpath(there)
        first = seen.setdefault(there, name)
        if first != name:
            notes.append(Problem(_typed(f"{folder}/{name}"), None, LINKED, first, "note"))
    return notes


def _sort_in(
    entry: os.DirEntry[str],
    below: str,
    concealed: bool,
    suffix: str | tuple[str, ...],
    found: _Found,
) -> None:
    concealed = concealed or entry.name.startswith(".")
    fits = entry.name.lower().endswith(suffix)
    try:
        folder = entry.is_dir()
    except OSError:
        folder = False
    if folder:
        if fits and not concealed and isinstance(suffix, str):
            reason = f"a folder named like a {suffix} file"
            found.problems.append(Problem(_typed(entry.path), None, reason, "", "note"))
        if not entry.is_symlink():
            found.folders.append((f"{below}{entry.name}/", concealed))
        elif not concealed:
            found.linked.append((f"{below}{entry.name}/", concealed))
    elif fits and concealed:
        found.hidden += 1
    elif fits:
        try:
            # A pipe or a device would be read for ever.
            regular = entry.is_file() or stat.S_ISREG(entry.stat().st_mode)
        except OSError as error:
            found.problems.append(unreadable(_typed(entry.path), error))
            return
        if regular:
            found.names.append(f"{below}{entry.name}")
            if entry.is_symlink():
                found.links.append(found.names[-1])
        else:
            found.problems.append(
                Problem(
                    _typed(entry.path), None, "cannot be read", found_at(entry.path), "unreadable"
                )
            )


def unreadable(file: str, error: OSError) -> Problem:
    """The problem of a file or folder that the system does not let us read."""
    return Problem(file, None, "cannot be read", error.strerror or str(error), "unreadable")


def _typed(path: str) -> str:
    return path.replace(os.sep, "/").rstrip("/")
