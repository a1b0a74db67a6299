"""Which format a path holds, where it tells itself."""

import os
from pathlib import Path

from anchorkit.errors import DataError, UsageError
from anchorkit.files import found_at
from anchorkit.loaders import LOADERS, Loader
from anchorkit.loaders.worker import named

__all__ = ["guessed_format"]


def guessed_format(path: str | os.PathLike[str]) -> str:
    """The format of a data set, a key of `LOADERS`, by what is there.

    A folder of XML is VOC, one of label files YOLO; a .json file is COCO, a .data file darknet's
    list, an .npz file extracted boxes.

    Parameters
    ----------
    path
        A folder or a file.

    Raises
    ------
    UsageError
        Where there is nothing, or more than one format fits; the message names the options.
    DataError
        Where a folder holds no annotations.
    """
    place = Path(path)
    typed = place.as_posix()
    found = found_at(place)
    if found not in ("a file", "a folder"):
        raise UsageError(f"{typed}: wanted a data set, a folder or a file, found {found}")
    if found == "a file":
        for name, loader in _taking("FILE").items():
            if place.suffix.lower() == loader.suffix:
                return name
        raise UsageError(f"{typed}: cannot tell its format: wanted a folder or {_suffixes()}")
    below = _below(place)
    fits = [
        name
        for name, loader in _taking("DIR").items()
        if below[loader.suffix]
        and (not loader.told_by or named(loader.told_by)(below[loader.suffix]))
    ]
    if len(fits) == 1:
        return fits[0]
    if fits:
        both = " and ".join(LOADERS[name].holds for name in fits)
        options = " or ".join(f"--{name} {typed}" for name in fits)
        raise UsageError(f"{typed}: holds {both}: say which with {options}")
    folders = " or ".join(loader.holds for loader in _taking("DIR").values())
    for name, loader in _taking("FILE").items():
        if below[loader.suffix]:
            first = Path(below[loader.suffix][0]).as_posix()
            raise UsageError(
                f"{typed}: holds {loader.holds}, but no {folders}: name the file, as in "
                f"--{name} {first}"
            )
    raise DataError(f"{typed}: no annotations found: wanted {folders}, or a file {_suffixes()}")


def _taking(what: str) -> dict[str, Loader]:
    return {name: loader for name, loader in LOADERS.items() if loader.takes == what}


def _suffixes() -> str:
    return ", ".join(f"{loader.suffix} (--{name})" for name, loader in _taking("FILE").items())


def _below(place: Path) -> dict[str, list[str]]:
    """Files below a folder that are not hidden, sorted, by their suffix."""
    found: dict[str, list[str]] = {loader.suffix: [] for loader in LOADERS.values()}
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            suffix = name[name.rfind(".") :].lower()
            if suffix in found and not name.startswith("."):
                found[suffix].append(f"{folder}{os.sep}{name}")
    return {suffix: sorted(files) for suffix, files in found.items()}
