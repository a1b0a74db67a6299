"""Which format a path holds, where it tells itself."""

import os
from array import array
from pathlib import Path

from anchorkit.errors import DataError, UsageError

__all__ = ["guessed_format"]

_FILES = {".json": "coco", ".data": "data", ".npz": "boxes"}
_TRIED = 20


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
    if not place.exists():
        raise UsageError(f"{typed}: no such file or folder")
    if not place.is_dir():
        found = _FILES.get(place.suffix.lower())
        if found is None:
            wanted = ", ".join(f"{suffix} (--{name})" for suffix, name in _FILES.items())
            raise UsageError(f"{typed}: cannot tell its format: wanted a folder or {wanted}")
        return found
    found_below = _below(place)
    fits = []
    if found_below[".xml"]:
        fits.append(("voc", "XML"))
    if _are_labels(found_below[".txt"]):
        fits.append(("yolo", "label files"))
    if len(fits) == 1:
        return fits[0][0]
    if fits:
        both = " and ".join(what for _, what in fits)
        options = " or ".join(f"--{name} {typed}" for name, _ in fits)
        raise UsageError(f"{typed}: holds {both}: say which with {options}")
    if found_below[".json"]:
        first = Path(found_below[".json"][0]).as_posix()
        raise UsageError(
            f"{typed}: holds JSON, but no XML or label files: name the file, as in --coco {first}"
        )
    raise DataError(f"{typed}: no annotations found (XML, YOLO label files or COCO JSON)")


def _below(place: Path) -> dict[str, list[str]]:
    """Files below a folder that are not hidden, sorted, by their suffix."""
    found: dict[str, list[str]] = {".xml": [], ".txt": [], ".json": []}
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            suffix = name[name.rfind(".") :].lower()
            if suffix in found and not name.startswith("."):
                found[suffix].append(f"{folder}{os.sep}{name}")
    return {suffix: sorted(files) for suffix, files in found.items()}


def _are_labels(files: list[str]) -> bool:
    """Whether one of the text files reads as labels, or all are empty."""
    from anchorkit.loaders.yolo_file import read_labels

    seen: set[int] = set()
    for first in range(0, len(files), _TRIED):
        found = read_labels(files[first : first + _TRIED])
        if found["widths"]:
            return True
        seen.update(array("i", found["objects"]))
    return seen == {0}
