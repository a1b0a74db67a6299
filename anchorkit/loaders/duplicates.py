"""Sources that say the same twice: every box of them would count twice."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from anchorkit.errors import UsageError
from anchorkit.load_report import Problem

__all__ = ["REASON", "check_repeats", "overlaps"]

REASON = "files that an earlier source holds too: their boxes count twice"


def check_repeats(sources: Sequence[tuple[str, Path]]) -> None:
    """Fail where two sources of a format are one place, by whatever path.

    Parameters
    ----------
    sources
        (format, path).

    Raises
    ------
    UsageError
        Naming both.
    """
    seen: dict[tuple[str, object], Path] = {}
    for name, path in sources:
        first = seen.setdefault((name, _place(path)), path)
        if first is not path:
            typed = path.as_posix()
            other = "" if first == path else f" (it is {first.as_posix()})"
            raise UsageError(f"{typed}: given twice{other}: its boxes would count twice")


def _place(path: Path) -> object:
    try:
        there = path.stat()
    except (OSError, ValueError):
        return path  # what is wrong with it, its loader tells better
    return (there.st_dev, there.st_ino) if there.st_ino else os.path.realpath(path)


def overlaps(sources: Sequence[tuple[str, Path]], files: Iterable[Sequence[str]]) -> list[Problem]:
    """A problem for each source that holds annotation files of an earlier one.

    Parameters
    ----------
    sources
        (format, path).
    files
        For each of them the annotation files of its images.
    """
    folders: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    notes = []
    for (name, path), listed in zip(sources, files, strict=True):
        found = set()
        first, count = "", 0
        for file in dict.fromkeys(listed):
            folder, _, last = file.rpartition("/")
            if folder not in folders:
                folders[folder] = os.path.realpath(folder)
            place = (folders[folder], last)
            if place in seen:
                count, first = count + 1, first or file
            found.add(place)
        seen |= found
        if count:
            value = f"--{name}: {count:,}, such as {first}"
            notes.append(Problem(path.as_posix(), None, REASON, value, "repeated"))
    return notes
