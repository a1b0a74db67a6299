"""The data.yaml of YOLOv5, YOLOv7, Ultralytics and Roboflow: parts of images, names of classes."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.load_report import Problem
from anchorkit.loaders.listed_images import Finder, boxes_of_parts, images_below
from anchorkit.loaders.parts import part_named
from anchorkit.loaders.plain_text import lines_of
from anchorkit.loaders.suffixes import IMAGE_SUFFIXES
from anchorkit.loaders.yaml_file import doubts_of_names, names_of, read_data_yaml

__all__ = ["load_data_yaml"]

KEYS = ("train", "val", "valid", "test")
"""Keys that name the images of a part."""

DEFAULT = "train"


def load_data_yaml(
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
    """Boxes of the training images of a data.yaml.

    `train`, `val` and `test` are a folder of images, a list of images (.txt), or several of these,
    below `path` where there is one. The label of an image lies in `labels` in place of the last
    `images` of its path, or beside it; an image without one is an image without objects. Paths hold
    from the file's own folder, or where training would look.

    Parameters
    ----------
    file
        The YAML file. PyYAML reads it.
    image_sets
        Keys whose images are used: `val` in place of `train`, where empty.
    jobs, progress, polygons, keypoints
        As for `load_yolo`.
    keep_sets
        Whether to remember which labels belong to which key.
    besides
        Keys whose images are loaded as well.

    Raises
    ------
    UsageError
        Where the file is missing, or PyYAML.
    DataError
        Where it is no such file, a part is missing, or no image has labels.
    """
    path = Path(file)
    content = read_data_yaml(path)
    typed = path.as_posix()
    known = [key for key in KEYS if content.get(key)]
    finder = _finder(path, content)
    doubts = doubts_of_names(content)
    problems = [Problem(typed, None, reason, value, "note") for reason, value in doubts]
    parts: dict[str, Sequence[str]] = {}
    for name in dict.fromkeys([*(image_sets or (DEFAULT,)), *besides]):
        key = part_named(name, known)
        if key is None:
            hint = "; --anchors takes the file of a model" if "anchors" in content else ""
            raise DataError(
                f"{typed}: wanted the key {name}, found {', '.join(content) or 'none'}{hint}"
            )
        parts[name] = _images(typed, key, content[key], finder, problems)
    return boxes_of_parts(
        typed,
        parts,
        finder,
        names=names_of(content),
        without_label="note",
        jobs=jobs,
        progress=progress,
        polygons=polygons,
        keypoints=keypoints,
        keep_sets=keep_sets,
        problems=problems,
    )


def _finder(path: Path, content: Mapping[str, Any]) -> Finder:
    """What finds the paths of a file: below its `path` first, wherever that is meant from."""
    plain = Finder(path, labels_first=True)
    root = content.get("path")
    if not isinstance(root, str) or not root.strip():
        return Finder(path, [path.parent], labels_first=True)
    found = plain.there(root, os.path.isdir)
    bases = [base / root for base in plain.bases]
    first = [*([found] if found else []), *bases, path.parent]
    return Finder(path, first, labels_first=True)


def _images(typed: str, key: str, value: Any, finder: Finder, problems: list[Problem]) -> list[str]:
    """Paths of the images of a part, in the order of its folders and lists."""
    values = value if isinstance(value, list) else [value]
    images: list[str] = []
    for one in values:
        if not isinstance(one, str):
            raise DataError(f"{typed}: {key}: wanted a path, found {str(one)[:60]!r}")
        found = _there(one, finder)
        if found is None:
            raise DataError(f"{typed}: {key} = {one}: wanted images or a list, found nothing there")
        if found.is_dir():
            below = images_below(found, IMAGE_SUFFIXES)
            images += below or _by_labels(found, problems)
        else:
            images += _listed(found)
    if not images:
        raise DataError(f"{typed}: {key}: wanted images, found none in {values[0]}")
    return images


def _there(value: str, finder: Finder) -> Path | None:
    """The folder or list that is meant; Roboflow's `../train` is seen from beside the file, too."""
    for tried in dict.fromkeys((value, value.removeprefix("../"))):
        found = finder.there(tried, os.path.exists)
        if found is not None:
            return found
    # Labels without their images are enough
    labels = value.replace("\\", "/").rstrip("/")
    head, images, tail = f"/{labels}".rpartition("/images")
    if images and (not tail or tail.startswith("/")):
        found = finder.there(f"{head}/labels{tail}"[1:], os.path.isdir)
        return None if found is None else found
    return None


def _by_labels(folder: Path, problems: list[Problem]) -> list[str]:
    """Paths of images that are not there, found by their labels."""
    parts = list(folder.parts)
    if "images" in parts:
        place = len(parts) - 1 - parts[::-1].index("images")
        folder = Path(*parts[:place], "labels", *parts[place + 1 :])
    if not folder.is_dir():
        return []
    labels = images_below(folder, (".txt",))
    if labels:
        reason = "no images there: found by their labels"
        problems.append(Problem(folder.as_posix(), None, reason, f"{len(labels):,}", "note"))
    return [f"{label[: -len('.txt')]}.jpg" for label in labels]


def _listed(path: Path) -> list[str]:
    """Images of a list, those that begin with ./ as seen from the list's own folder."""
    here = path.parent.as_posix()
    return [f"{here}/{line[2:]}" if line.startswith("./") else line for line in lines_of(path)]
