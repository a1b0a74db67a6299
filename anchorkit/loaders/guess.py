"""Which format a path holds, where it tells itself."""

import os
import re
from pathlib import Path

from anchorkit.errors import DataError, UsageError
from anchorkit.files import found_at, near_path
from anchorkit.loaders import LOADERS, Loader
from anchorkit.loaders.coco_parts import coco_files
from anchorkit.loaders.listing import annotation_files
from anchorkit.loaders.sniffed import described, head_of, suffix_of, text_kind
from anchorkit.loaders.suffixes import IMAGE_SUFFIXES
from anchorkit.loaders.worker import named

__all__ = ["guessed_format"]

_TRIED = 20
"""Text files that are looked at."""

_LISTS = {"list of images": "data", "keras list": "keras"}


def guessed_format(path: str | os.PathLike[str]) -> str:
    """The format of a data set, a key of `LOADERS`, by what is there.

    A folder of XML is VOC, one of label files YOLO or KITTI; a .json file is COCO, a .data or .yaml
    file and a list of images a data file, an .npz file extracted boxes.

    Parameters
    ----------
    path
        A folder or a file.

    Raises
    ------
    UsageError
        Where there is nothing, or more than one format fits; the message names the options.
    DataError
        Where a folder holds no annotations, or those of a tool that no trainer reads.
    """
    place = Path(path)
    found = found_at(place)
    if found == "a file":
        return _of_file(place)
    if found != "a folder":
        typed = place.as_posix()
        near = near_path(place) if found == "nothing there" else ""
        if not near and re.fullmatch(r"\d+|\d+[x,]\d+", typed):
            near = ": a number belongs to the option before it, two sides are written 608x416"
        raise UsageError(f"{typed}: wanted a data set, a folder or a file, found {found}{near}")
    return _of_folder(place)


def _of_file(place: Path) -> str:
    typed, suffix = place.as_posix(), suffix_of(place)
    other = described(place)
    if other:
        raise DataError(f"{typed}: {other}")
    for name, loader in _taking("FILE").items():
        if suffix in loader.suffixes:
            return name
    if suffix == ".xml":
        raise UsageError(f"{typed}: a single annotation: give its folder")
    if suffix == ".cfg":
        raise UsageError(f"{typed}: a network: --cfg {typed} takes it; wanted a data set")
    if head_of(place)[:2] == b"\x1f\x8b":
        raise UsageError(f"{typed}: packed by gzip: unpack it, or call it .json.gz")
    kind = text_kind(place)
    if kind in _LISTS:
        return _LISTS[kind]
    if kind in ("labels", "KITTI"):
        raise UsageError(f"{typed}: a single file of {kind}: give its folder")
    if suffix == ".names" or place.name in ("classes.txt", "_darknet.labels"):
        raise UsageError(f"{typed}: names of classes: give the folder of the labels")
    lists = f"; --data {typed} or --keras {typed} takes a list" if suffix == ".txt" else ""
    raise UsageError(f"{typed}: cannot tell its format: wanted a folder or {_suffixes()}{lists}")


def _of_folder(place: Path) -> str:
    typed = place.as_posix()
    below = _below(place)
    fits = [
        name
        for name, loader in _taking("DIR").items()
        if (files := _ending(below, loader))
        and (not loader.told_by or named(loader.told_by)(files))
    ]
    if "yolo" in fits and "kitti" in fits:
        fits.remove("yolo")  # lines without a number for their class read as neither
    if fits == ["voc", "yolo"] and not any(map(head_of, _ending(below, LOADERS["yolo"]))):
        fits.remove("yolo")  # an empty list beside XML
    if fits == ["voc"] or len(fits) == 1:
        return fits[0]
    if fits:
        both = " and ".join(LOADERS[name].holds for name in fits)
        options = " or ".join(f"--{name} {typed}" for name in fits)
        raise UsageError(f"{typed}: holds {both}: say which with {options}")
    if any(file.lower().endswith(IMAGE_SUFFIXES) for file in below) and _has_labels(place):
        return "data"
    if coco_files(place):
        return "coco"
    texts = [file for file in below if file.lower().endswith(LOADERS["yolo"].suffixes)]
    if any(text_kind(file) == "labels" for file in texts[:_TRIED]):
        return "yolo"  # what is wrong with them, their loader tells
    folders = " or ".join(loader.holds for loader in _taking("DIR").values())
    for file in below:
        other = described(file) or _list_named(file)
        if other and not file.lower().endswith(IMAGE_SUFFIXES):
            raise DataError(f"{typed}: wanted {folders}; {Path(file).as_posix()}: {other}")
    for name, loader in _taking("FILE").items():
        files = _ending(below, loader)
        if files:
            first = Path(files[0]).as_posix()
            raise UsageError(
                f"{typed}: holds {loader.holds}, but no {folders}: name the file, as in "
                f"--{name} {first}"
            )
    seen = ""
    if below:
        start = head_of(below[0]).decode("utf-8", "replace").strip().partition("\n")[0]
        holds = f"which begins with {start[:40].rstrip()!r}" if start else "which is empty"
        seen = f"; the first file there is {Path(below[0]).as_posix()}, {holds}"
        if below[0].lower().endswith(".txt"):
            seen += f": if that is a label, --yolo {typed} says what is wrong with it"
    raise DataError(
        f"{typed}: no annotations found: wanted {folders}, or a file {_suffixes()}{seen}"
    )


def _list_named(file: str) -> str:
    """What to do with a file that lists images or boxes."""
    name = _LISTS.get(text_kind(file), "") if file.lower().endswith(".txt") else ""
    return f"a {text_kind(file)}: name it, as in --{name} {Path(file).as_posix()}" if name else ""


def _has_labels(place: Path) -> bool:
    """Whether the labels of a folder of images lie in `labels` in place of `images`."""
    parts = list(place.absolute().parts)
    for images in ("images", "JPEGImages"):
        if images in parts:
            last = len(parts) - 1 - parts[::-1].index(images)
            if Path(*parts[:last], "labels", *parts[last + 1 :]).is_dir():
                return True
    return False


def _taking(what: str) -> dict[str, Loader]:
    return {name: loader for name, loader in LOADERS.items() if loader.takes == what}


def _suffixes() -> str:
    return ", ".join(
        f"{' or '.join(loader.suffixes)} (--{name})"
        for name, loader in _taking("FILE").items()
        if loader.suffixes
    )


def _below(place: Path) -> list[str]:
    """Files below a folder that are not hidden, sorted, links to folders followed."""
    folder = os.fspath(place)
    return [f"{folder}{os.sep}{name}" for name in annotation_files(folder, "").names]


def _ending(files: list[str], loader: Loader) -> list[str]:
    return [file for file in files if file.lower().endswith(loader.suffixes)]
