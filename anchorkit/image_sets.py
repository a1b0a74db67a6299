"""Image sets: lists of images, such as VOC's ImageSets/Main/train.txt, and the boxes of theirs.

Tested in tests/loaders/test_npz.py.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.files import text_lines
from anchorkit.load_report import Problem
from anchorkit.suggestions import names_there

__all__ = ["in_image_sets", "listed_names", "matched"]

_FLAGS = ("1", "0", "-1")
_EXTENSION = re.compile(r"\.(?:xml|jpe?g|png|bmp|gif|tiff?|webp|pgm|ppm)$", re.IGNORECASE)


def listed_names(text: str, known: Iterable[str] = ()) -> list[str]:
    r"""Names that an image set lists, in its order.

    The first column is the name; a second one is the flag of class-specific sets, and lines whose
    flag is -1 are not part of the set. Of an image and its annotation, as PaddleDetection lists
    them, the annotation counts. A name may hold blanks.

    Parameters
    ----------
    text
        The content of the file.
    known
        Names of images: a line that is one of these as a whole has no flag.

    Examples
    --------
    >>> listed_names("000001 -1\n000002  1\n000003 0\nimg (1)\n", ["img (1)"])
    ['000002', '000003', 'img (1)']
    """
    names = []
    whole = set(known)
    for line in text_lines(text):
        columns = line.split()
        if not columns:
            continue
        name = line.strip()
        if len(columns) > 1 and columns[-1].lower().endswith(".xml"):
            half = len(columns) // 2
            name = " ".join(columns[half:]) if len(columns) % 2 == 0 else name
        elif len(columns) > 1 and name not in whole:
            flagged = columns[-1] in _FLAGS
            if flagged and columns[-1] == "-1":
                continue
            name = name.rsplit(None, 1)[0] if flagged else name
            name = name if name in whole else columns[0]
        names.append(name)
    return names


def matched(listed: Sequence[str], images: Sequence[str]) -> list[list[str]]:
    """For each listed name, the images it means: the one of that path, else those of that name.

    A listed path may be that of the picture, with its folders and its extension.

    Examples
    --------
    >>> matched(["a", "train/b", "c"], ["train/a", "train/b", "val/b"])
    [['train/a'], ['train/b'], []]
    >>> matched(["./JPEGImages/a.jpg", "x/val/b.png"], ["train/a", "train/b", "val/b"])
    [['train/a'], ['val/b']]
    """
    paths = set(images)
    stems: dict[str, list[str]] = {}
    for image in images:
        stems.setdefault(image.rpartition("/")[2], []).append(image)
    return [_meant(name, paths, stems) for name in listed]


def _meant(name: str, paths: set[str], stems: Mapping[str, list[str]]) -> list[str]:
    if name in paths:
        return [name]
    plain = name.replace("\\", "/").removeprefix("./").lstrip("/")
    bare = _EXTENSION.sub("", plain)
    for tried in dict.fromkeys((plain, bare)):
        parts = tried.split("/")
        for first in range(len(parts) - 1):
            tail = "/".join(parts[first:])
            if tail in paths:
                return [tail]
        if parts[-1] in stems:
            return stems[parts[-1]]
    return []


def in_image_sets(boxes: Boxes, names: Sequence[str]) -> Boxes:
    """The boxes whose image is in one of the image sets; the objects of others are filtered.

    What was found in other images is no longer among the problems. A listed annotation that is not
    there becomes a problem of the kind `missing`.

    Parameters
    ----------
    boxes
        With `image_sets` that hold the names.
    names
        The sets; an image in any of them is kept.

    Raises
    ------
    DataError
        Where there is no such set, or none of its images.
    """
    listed = _files_of(boxes.image_sets, names)
    keep_image = np.asarray([file in listed for file in boxes.image_files], dtype=np.bool_)
    others = {file for file in boxes.image_files if file not in listed}
    report = boxes.report
    read = set(boxes.image_files)
    kept: list[Problem] = []
    left_out = 0
    for problem in report.problems:
        foreign = problem.file in others or (
            problem.kind in ("unreadable", "missing") and problem.file not in listed
        )
        if not foreign:
            kept.append(problem)
        elif problem.kind == "left_out":
            left_out += 1
    named = read.union(problem.file for problem in kept)
    missing = [
        Problem(file, None, "listed in an image set, but not there", source, "missing")
        for file, source in listed.items()
        if file not in named
    ]
    chosen = boxes.where(keep_image[boxes.image_ids], "image-set")
    filtered = dict(chosen.report.filtered)
    if left_out:
        filtered["image-set"] = filtered.get("image-set", 0) + left_out
    new_index = np.cumsum(keep_image, dtype=np.int32) - 1
    rows = np.flatnonzero(keep_image)
    if not len(rows):
        raise DataError(f"image set {', '.join(names)}: none of its images has an annotation")
    return replace(
        chosen,
        image_ids=new_index[chosen.image_ids].astype(np.int32),
        image_sizes=boxes.image_sizes[rows],
        image_names=tuple(boxes.image_names[row] for row in rows),
        image_files=tuple(boxes.image_files[row] for row in rows),
        report=replace(
            chosen.report,
            images=len(rows),
            filtered=filtered,
            problems=tuple(kept + missing),
        ),
    )


def _files_of(sets: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, str]:
    """Each listed file with the name of the first set that lists it."""
    listed: dict[str, str] = {}
    for name in names:
        if name not in sets:
            raise DataError(f"image set {name}: not there; found: {names_there(name, sets)}")
        for file in sets[name]:
            listed.setdefault(file, name)
    return listed
