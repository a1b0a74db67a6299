"""Darknet's obj.data: lists of images, whose labels darknet finds by their paths."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.files import check_file
from anchorkit.load_report import Problem
from anchorkit.loaders.class_names import read_names
from anchorkit.loaders.listed_images import Finder, boxes_of_parts
from anchorkit.loaders.parts import part_named
from anchorkit.loaders.plain_text import lines_of, unquoted

__all__ = ["darknet_classes", "load_darknet_data"]

PARTS = ("train", "valid", "val", "test")
"""Keys that name lists of images."""

NO_NAMES = "no file of names: classes are numbers"
NOT_AS_MANY = "classes is not the number of names"


def load_darknet_data(
    file: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    polygons: bool = False,
    keypoints: bool = False,
    keep_sets: bool = False,
    besides: Sequence[str] = (),
) -> Boxes:
    """Boxes of the training images that a darknet data file (obj.data) lists.

    Its key `train` names a list of images, one path a line. The labels of an image lie where
    darknet looks for them (`JPEGImages` becomes `labels`), beside it, or in `labels` for `images`.
    Paths hold from the current folder, the data file's own, or one above it; those of another
    machine by their ends. An image that the list repeats counts as often.

    Parameters
    ----------
    file
        The data file, with the keys `train`, `names` and `classes`.
    image_sets
        Keys whose images are used: `valid` in place of `train`, where empty.
    jobs, progress, polygons, keypoints
        As for `load_yolo`.
    keep_sets
        Whether to remember which labels belong to which key.
    besides
        Keys whose images are loaded as well.

    Raises
    ------
    UsageError
        Where the data file is missing.
    DataError
        Where it lists no images, a list is missing, or no image has labels.
    """
    path = Path(file)
    check_file(path, "a darknet data file")
    keys = _keys(path)
    finder = Finder(path)
    if not any(part in keys for part in PARTS):
        raise _unfit(path, keys, "train")
    names, notes = _names(path, keys, finder)
    parts: dict[str, Sequence[str]] = {}
    for name in dict.fromkeys([*(image_sets or ("train",)), *besides]):
        key = part_named(name, [part for part in PARTS if part in keys])
        if key is None:
            raise _unfit(path, keys, name)
        train = finder.there(keys[key])
        if train is None:
            raise DataError(
                f"{path.as_posix()}: {key} = {keys[key]}: wanted a file, found nothing there"
            )
        parts[name] = lines_of(train)
        if not parts[name]:
            raise DataError(f"{train.as_posix()}: wanted a list of images, found none")
    return boxes_of_parts(
        path.as_posix(),
        parts,
        finder,
        names=names,
        without_label="missing",
        jobs=jobs,
        progress=progress,
        polygons=polygons,
        keypoints=keypoints,
        keep_sets=keep_sets,
        problems=notes,
    )


def darknet_classes(path: Path) -> list[str]:
    """Names of the classes of a data file by their numbers, the order of `counters_per_class`.

    As many as `classes` says, where it says so: missing names are numbers.

    Parameters
    ----------
    path
        The data file (obj.data).

    Raises
    ------
    UsageError
        Where it is missing.
    DataError
        Where `classes` is no number.
    """
    keys = _keys(path)
    return _names(path, keys, Finder(path))[0]


def _names(path: Path, keys: Mapping[str, str], finder: Finder) -> tuple[list[str], list[Problem]]:
    """Names of the classes, and a note where their file is not there."""
    found = finder.there(keys["names"]) if "names" in keys else None
    notes = []
    if "names" in keys and found is None:
        notes.append(Problem(path.as_posix(), None, NO_NAMES, f"names = {keys['names']}", "note"))
    names = read_names(found) if found else []
    text = keys.get("classes", str(len(names)))
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise DataError(f"{path.as_posix()}: classes: wanted a number, found {text[:40]!r}")
    if names and len(names) != int(text):
        value = f"{text}, {len(names):,} names"
        notes.append(Problem(path.as_posix(), None, NOT_AS_MANY, value, "note"))
    given = [
        (names[number] if number < len(names) else "") or str(number) for number in range(int(text))
    ]
    return given, notes


def _unfit(path: Path, keys: Mapping[str, str], name: str) -> DataError:
    wanted = "`train = ` and a list of images" if name == "train" else f"the key {name}"
    return DataError(f"{path.as_posix()}: wanted {wanted}, found {_found(keys)}")


def _found(keys: Mapping[str, str]) -> str:
    """The keys of a file that is none, which may be a picture or a cfg."""
    if any(not (key.isascii() and key.isprintable()) for key in keys):
        return "another kind of file"
    shown = ", ".join([*keys][:6])
    if len(keys) > 6 or len(shown) > 200:
        return f"{shown[:200]}, ..."
    return shown or "nothing"


def _keys(path: Path) -> dict[str, str]:
    """Keys and values of the file; the first of a key counts, as for darknet."""
    keys: dict[str, str] = {}
    for line in lines_of(path):
        key, equals, value = line.partition("=")
        if equals and not key.startswith(("#", ";")):
            keys.setdefault(key.strip(), unquoted(value))
    return keys
