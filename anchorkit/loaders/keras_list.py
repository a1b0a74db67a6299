"""The list that keras-yolo3 and its kin train on: `image xmin,ymin,xmax,ymax,class ...` a line.

Tested in tests/loaders/test_kitti.py.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.files import check_file
from anchorkit.load_report import Problem
from anchorkit.loaders.class_names import names_near
from anchorkit.loaders.columns import boxes_of_columns
from anchorkit.loaders.corners import Cornered, corner_columns
from anchorkit.loaders.image_sizes import ImageFolder, images_beside
from anchorkit.loaders.listed_images import Finder, repeated
from anchorkit.loaders.parts import part_named
from anchorkit.loaders.plain_text import lines_of

__all__ = ["load_keras_list"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIDES = ("xmin", "ymin", "xmax", "ymax")


def load_keras_list(
    file: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    images: ImageFolder | None = None,
    besides: Sequence[str] = (),
    keep_sets: bool = False,
) -> Boxes:
    """Boxes of a list of keras-yolo3.

    Each line is the path of an image, then its boxes: corners in pixels and the number of the
    class, with commas between. Sizes come from the images. Names of classes come from `classes.txt`
    beside the list; the number where there is none.

    Parameters
    ----------
    file
        The list.
    image_sets
        Lists beside it whose names end so (`val` of `2007_val.txt`), to use in place of it.
    jobs, progress
        For the interface of the loaders.
    images
        The images, where they lie elsewhere than the list says.
    besides
        More of these lists to load as well.
    keep_sets
        Whether to remember which images belong to which list.

    Raises
    ------
    UsageError
        Where the list is missing.
    DataError
        Where it lists no images.
    """
    path = Path(file)
    check_file(path, "a list of images and boxes")
    lists = {name: _list_named(path, name) for name in dict.fromkeys(image_sets)}
    lists = lists or {path.stem.rpartition("_")[2]: path}
    for name in besides:
        lists.setdefault(name, _list_named(path, name))
    listed: list[str] = []
    found: list[list[Cornered]] = []
    sets: dict[str, tuple[str, ...]] = {}
    classes = names_near(path.parent)
    for name, place in lists.items():
        own = []
        for line in lines_of(place):
            image, items = _read(line, classes)
            own.append(image)
            listed.append(image)
            found.append(items)
        sets[name] = tuple(dict.fromkeys(own))
    if not listed:
        raise DataError(f"{path.as_posix()}: wanted images and their boxes, found none")
    sizes, problems = _sizes(path, listed, images, progress=progress)
    problems += repeated(path.as_posix(), listed)
    columns = corner_columns(found, sizes)
    names = [image.replace("\\", "/").rpartition(".")[0] or image for image in listed]
    boxes = boxes_of_columns(listed, names, [columns], source=path.as_posix(), problems=problems)
    return replace(boxes, image_sets=sets) if keep_sets else boxes


def _list_named(path: Path, name: str) -> Path:
    """The list of a part, beside another: `2007_val.txt` beside `2007_train.txt`."""
    head, line, part = path.stem.rpartition("_")
    if part_named(name, [part]):
        return path
    for there in sorted(path.parent.glob(f"*{path.suffix}")):
        before, _, other = there.stem.rpartition("_")
        if before == head and part_named(name, [other]):
            return there
    raise DataError(f"{path.as_posix()}: no list {head}{line}{name}{path.suffix} beside it")


def _read(line: str, classes: Sequence[str]) -> tuple[str, list[Cornered]]:
    """The image of a line, whose path may hold blanks, and its objects."""
    fields = line.split()
    first = len(fields)
    while first > 1 and fields[first - 1].count(",") >= 3:
        first -= 1
    image = line.rsplit(None, len(fields) - first)[0] if first < len(fields) else line
    return image, [_object(row, text, classes) for row, text in enumerate(fields[first:], 1)]


def _object(number: int, text: str, classes: Sequence[str]) -> Cornered:
    fields = text.split(",")
    if len(fields) != 5:
        return Cornered(number, "", None, fault=("not four corners and a class", text[:60]))
    corners = []
    for side, one in zip(_SIDES, fields[:4], strict=True):
        value = float(one) if _NUMBER.fullmatch(one) else float("nan")
        if not abs(value) < float("inf"):
            return Cornered(number, "", None, fault=(f"{side} is not a number", one[:40]))
        corners.append(value)
    if not (fields[4].isascii() and fields[4].isdigit() and len(fields[4]) < 10):
        fault = ("class is not a number from 0", fields[4][:40])
        return Cornered(number, "", None, fault=fault)
    kind = int(fields[4])
    name = (classes[kind] if kind < len(classes) else "") or str(kind)
    return Cornered(number, name, (corners[0], corners[1], corners[2], corners[3]))


def _sizes(
    path: Path, listed: Sequence[str], images: ImageFolder | None, *, progress: bool
) -> tuple[list[tuple[float, float]], list[Problem]]:
    """Width and height of each image, NaN where unknown, and what is to be said of them."""
    reader = images or images_beside(progress=progress)
    sizes: list[tuple[float, float]] = []
    finder = Finder(path)
    known: dict[str, tuple[float, float] | None] = {}
    for image in listed:
        if image not in known and reader is not None:
            if images is not None:
                stem = image.replace("\\", "/").rpartition(".")[0]
                known[image] = images.size(stem, image.replace("\\", "/"))
            else:
                there = finder.there(image)
                known[image] = None if there is None else reader.read(there.as_posix())
        sizes.append(known.get(image) or (np.nan, np.nan))
    problems = [] if reader is None or images is not None else reader.problems
    return sizes, list(problems)
