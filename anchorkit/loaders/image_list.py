"""Images whose labels are wanted, as a list of their paths (train.txt) or as their folder."""

import os
from collections.abc import Sequence
from pathlib import Path

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.files import found_at
from anchorkit.loaders.class_names import names_near
from anchorkit.loaders.listed_images import Finder, boxes_of_parts, images_below
from anchorkit.loaders.parts import part_named, parts_of
from anchorkit.loaders.plain_text import lines_of
from anchorkit.loaders.suffixes import IMAGE_SUFFIXES

__all__ = ["load_images"]


def load_images(
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
    """Boxes of the images of a list (train.txt of YOLOv5 and YOLOv7) or of a folder.

    The label of an image lies in `labels` in place of `images`, or beside it; an image without one
    is an image without objects.

    Parameters
    ----------
    file
        The list, one path a line, or the folder.
    image_sets
        Lists beside it by their names (`val`), or folders below it, to use in place of it.
    jobs, progress, polygons, keypoints
        As for `load_yolo`.
    keep_sets
        Whether to remember which labels belong to which of them.
    besides
        More of them to load as well.

    Raises
    ------
    UsageError
        Where there is nothing.
    DataError
        Where no image is listed, or none has labels.
    """
    path = Path(file)
    folder = found_at(path) == "a folder"
    parts: dict[str, Sequence[str]] = _parts_below(path) if folder else {path.stem: _listed(path)}
    if image_sets:
        parts = {name: _chosen(path, parts, name) for name in dict.fromkeys(image_sets)}
    for name in besides:
        parts.setdefault(name, _chosen(path, parts, name))
    if not any(parts.values()):
        raise DataError(f"{path.as_posix()}: wanted images, found none")
    return boxes_of_parts(
        path.as_posix(),
        parts,
        Finder(path / "list" if folder else path, labels_first=True),
        names=names_near(path if folder else path.parent),
        without_label="note",
        jobs=jobs,
        progress=progress,
        polygons=polygons,
        keypoints=keypoints,
        keep_sets=keep_sets,
    )


def _listed(path: Path) -> list[str]:
    here = path.parent.as_posix()
    # As YOLOv5 and YOLOv7 have it: `./` is the list's own folder
    return [f"{here}/{line[2:]}" if line.startswith("./") else line for line in lines_of(path)]


def _parts_below(folder: Path) -> dict[str, Sequence[str]]:
    images = images_below(folder, IMAGE_SUFFIXES)
    below = [image[len(folder.as_posix()) + 1 :] for image in images]
    parts = parts_of(below)
    if not parts:
        return {folder.name: images}
    return {name: [images[row] for row in rows] for name, rows in parts.items()}


def _chosen(path: Path, parts: dict[str, Sequence[str]], name: str) -> Sequence[str]:
    known = part_named(name, parts)
    if known is not None:
        return parts[known]
    beside = path.parent / f"{name}.txt"
    if beside.is_file():
        return _listed(beside)
    raise DataError(f"{path.as_posix()}: no part {name}; found: {', '.join(parts)}")
