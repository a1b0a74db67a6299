"""Darknet's obj.data: a list of images, whose labels darknet finds by their paths."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError, UsageError
from anchorkit.files import check_file, read_file, text_lines
from anchorkit.load_report import Problem
from anchorkit.loaders.yolo import boxes_of_labels, read_names

__all__ = ["class_order", "load_darknet_data"]

_PLACES = (
    ("/images/train2017/", "/labels/train2017/"),
    ("/images/val2017/", "/labels/val2017/"),
    ("/images/train2014/", "/labels/train2014/"),
    ("/images/val2014/", "/labels/val2014/"),
    ("/JPEGImages/", "/labels/"),
)
"""Where darknet looks for the labels of images in such folders."""


def load_darknet_data(
    file: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    polygons: bool = False,
    keypoints: bool = False,
) -> Boxes:
    """Boxes of the training images that a darknet data file (obj.data) lists.

    Its key `train` names a list of images, one path a line. The labels of an image lie where
    darknet looks for them (`JPEGImages` becomes `labels`), beside it, or in `labels` for `images`.
    Paths hold from the current folder, the data file's own, or one above it. An image that the list
    repeats counts as often.

    Parameters
    ----------
    file
        The data file, with the keys `train`, `names` and `classes`.
    image_sets
        Data files have none: wanted empty.
    jobs, progress, polygons, keypoints
        As for `load_yolo`.

    Raises
    ------
    UsageError
        Where the data file or a file that it names is missing.
    DataError
        Where it lists no images, or none of them has labels.
    """
    path = Path(file)
    if image_sets:
        raise UsageError(f"{path.as_posix()}: image sets are lists of a VOC folder")
    check_file(path, "a darknet data file")
    keys = _keys(path)
    if "train" not in keys:
        found = _found(keys)
        raise DataError(f"{path.as_posix()}: wanted `train = ` and a list of images, found {found}")
    names = class_order(path)
    train = _there(path, keys["train"], "train")
    listed = [line.strip() for line in _lines(train) if line.strip()]
    if not listed:
        raise DataError(f"{train.as_posix()}: wanted a list of images, found none")
    bases = list(_bases(path))
    known: dict[str, str] = {}
    files, missing = [], []
    for image in listed:
        label = known.get(image)
        if label is None:
            label = known[image] = _label(image, bases)
        if label:
            files.append(label)
        else:
            missing.append(Problem(image, None, "an image without a label file", "", "missing"))
    if not files:
        raise DataError(
            f"{train.as_posix()}: none of its {len(listed):,} images has a label file, "
            f"such as {listed[0]}"
        )
    return boxes_of_labels(
        path.as_posix(),
        files,
        [name[: -len(".txt")] for name in files],
        names=names,
        jobs=jobs,
        progress=progress,
        polygons=polygons,
        keypoints=keypoints,
        problems=missing,
    )


def class_order(file: str | os.PathLike[str]) -> list[str]:
    """Names of the classes of a data file by their numbers, the order of `counters_per_class`.

    As many as `classes` says, where it says so: missing names are numbers.

    Parameters
    ----------
    file
        The data file (obj.data).

    Raises
    ------
    UsageError
        Where it or the file of names is missing.
    DataError
        Where `classes` is no number.
    """
    path = Path(file)
    keys = _keys(path)
    names = read_names(_there(path, keys["names"], "names")) if "names" in keys else []
    text = keys.get("classes", str(len(names)))
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise DataError(f"{path.as_posix()}: classes: wanted a number, found {text[:40]!r}")
    return [
        (names[number] if number < len(names) else "") or str(number) for number in range(int(text))
    ]


def _found(keys: Mapping[str, str]) -> str:
    """The keys of a file that is none, which may be a picture or a cfg."""
    if any(not (key.isascii() and key.isprintable()) for key in keys):
        return "another kind of file"
    shown = ", ".join([*keys][:6])
    if len(keys) > 6 or len(shown) > 200:
        return f"{shown[:200]}, ..."
    return shown or "nothing"


def _lines(path: Path) -> list[str]:
    # A path is bytes to most systems: surrogates carry those that are no UTF-8.
    return text_lines(read_file(path, "a text file").decode("utf-8-sig", "surrogateescape"))


def _keys(path: Path) -> dict[str, str]:
    """Keys and values of the file; the first of a key counts, as for darknet."""
    keys: dict[str, str] = {}
    for line in _lines(path):
        key, equals, value = line.partition("=")
        if equals and not key.lstrip().startswith(("#", ";")):
            keys.setdefault(key.strip(), value.strip())
    return keys


def _bases(path: Path) -> Iterator[Path]:
    """Folders from which a path may hold: darknet's is the current one.

    Relative where the data file's own path is, so that what is found is named as it was typed.
    """
    yield Path()
    yield path.parent
    here, above = Path.cwd(), path.absolute().parent.parent
    for folder in (above, above.parent):
        near = not path.is_absolute() and folder.is_relative_to(here)
        yield folder.relative_to(here) if near else folder


def _there(path: Path, value: str, key: str) -> Path:
    for base in _bases(path):
        if (base / value).is_file():
            return base / value
    raise DataError(f"{path.as_posix()}: {key} = {value}: wanted a file, found nothing there")


def _label(image: str, bases: Sequence[Path]) -> str:
    """Path of an image's label file; empty where there is none."""
    plain = image.replace("\\", "/") if os.name == "nt" else image
    for candidate in dict.fromkeys(_candidates(plain)):
        # An absolute path stays what it is below any folder.
        for base in bases:
            if (base / candidate).is_file():
                return (base / candidate).as_posix()
    return ""


def _candidates(image: str) -> Iterator[str]:
    folder, slash, name = image.rpartition("/")
    stem = f"/{folder}{slash}{name.rpartition('.')[0] or name}"
    darknet = stem
    for images, labels in _PLACES:
        darknet = darknet.replace(images, labels, 1)
    yield f"{darknet[1:]}.txt"
    yield f"{stem[1:]}.txt"
    head, images, tail = stem.rpartition("/images/")
    if images:
        yield f"{head}/labels/{tail}.txt"[1:]
