"""KITTI's labels, as TAO trains on them: a text file for each image, one line an object."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from anchorkit.boxes import Boxes
from anchorkit.load_report import Problem
from anchorkit.loaders.batches import read_file
from anchorkit.loaders.columns import boxes_of_columns
from anchorkit.loaders.corners import Cornered, corner_columns
from anchorkit.loaders.folders import in_parts, without_predictions
from anchorkit.loaders.image_sizes import ImageFolder, images_beside
from anchorkit.loaders.listing import annotations_of
from anchorkit.loaders.plain_text import utf8
from anchorkit.loaders.voc_file import UnreadableError

__all__ = ["are_kitti", "load_kitti", "read_kitti"]

FEWEST_FIELDS, MOST_FIELDS = 15, 16
"""type truncated occluded alpha, four corners, seven numbers of a box in space, and a score."""

DONT_CARE = "dontcare"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HIDDEN = ("0", "1", "2", "3")
_LOST = re.compile(r"[+-]?(?:nan|inf|infinity|none|null|n/?a)", re.IGNORECASE)
"""What stands for a number that is not known."""

_SIDES = ("xmin", "ymin", "xmax", "ymax")
_TRIED = 20


def load_kitti(
    folder: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    keep_sets: bool = False,
    images: ImageFolder | None = None,
) -> Boxes:
    """Boxes of a folder of KITTI's label files.

    A line is `type truncated occluded alpha xmin ymin xmax ymax` and seven numbers more; corners
    are pixels. What the labels do not tell, the images do: those beside (`image_2`, `images`), if
    no others are named. Regions called DontCare are no objects, and noted.

    Parameters
    ----------
    folder
        A data set with `label_2` or `labels`, or any folder of label files.
    image_sets
        Folders of parts (`training`) that are used. All, where empty.
    jobs, progress
        For the interface of the loaders.
    keep_sets
        Whether to remember which labels belong to which part.
    images
        The images, which tell their sizes.

    Raises
    ------
    UsageError
        Where the folder is missing.
    DataError
        Where it holds no labels, or no such part.
    """
    root = Path(folder)
    inner = "label_2" if (root / "label_2").is_dir() else "labels"
    typed, listing = annotations_of(root, inner, ".txt", wanted="KITTI labels")
    kept, remarks = without_predictions(typed, listing.names)
    files, names, found = [], [], []
    problems = list(listing.problems)
    for name in kept:
        path = f"{typed}/{name}"
        try:
            items, passed_over = read_kitti(read_file(path))
        except UnreadableError as error:
            problems.append(Problem(path, None, error.reason, error.value, "unreadable"))
        except OSError as error:
            value = error.strerror or str(error)
            problems.append(Problem(path, None, "cannot be read", value, "unreadable"))
        else:
            files.append(path)
            names.append(name[: -len(".txt")])
            found.append(items)
            if passed_over:
                value = f"{passed_over:,}"
                problems.append(Problem(path, None, "DontCare regions passed over", value, "note"))
    known = images or images_beside(progress=progress)
    unknown = np.full((len(files), 2), np.nan)
    sizes = unknown if known is None else known.filled(unknown, names, files)
    if known is not None and images is None:
        problems += known.problems
    columns = corner_columns(found, [(width, height) for width, height in sizes.tolist()])
    boxes = boxes_of_columns(
        files, names, [columns], source=typed, problems=problems, hidden=listing.hidden
    )
    report = replace(boxes.report, remarks=(*boxes.report.remarks, *remarks))
    boxes = replace(boxes, report=report)
    return in_parts(boxes, root, typed, image_sets, keep_sets=keep_sets)


def are_kitti(files: Sequence[str]) -> bool:
    """Whether one of some text files reads as KITTI's labels.

    Parameters
    ----------
    files
        Their paths.
    """
    return any(map(_is_kitti, files[:_TRIED]))


def _is_kitti(path: str) -> bool:
    try:
        return bool(read_kitti(read_file(path))[0])
    except (UnreadableError, OSError):
        return False


def read_kitti(data: bytes) -> tuple[list[Cornered], int]:
    """Objects of one label file, and how many regions it does not care for.

    Parameters
    ----------
    data
        The bytes of the file; none at all is an image without objects.

    Raises
    ------
    UnreadableError
        Where no line is like one of KITTI's.

    Examples
    --------
    >>> line = b"Car 0.00 0 1.85 387.6 181.5 423.8 203.1 1.67 1.87 3.69 -16.5 2.39 58.49 1.57"
    >>> read_kitti(line)[0][0].corners
    (387.6, 181.5, 423.8, 203.1)
    """
    items: list[Cornered] = []
    passed_over, alike, first = 0, False, ""
    for line in utf8(data).splitlines():
        # Bytes are parted, as for labels of YOLO: other blanks of Unicode part nothing
        fields = [field.decode("utf-8", "replace") for field in line.split()]
        if not fields:
            continue
        first = first or " ".join(fields)
        # A type may hold blanks in what other programs write
        while len(fields) > FEWEST_FIELDS and (_is_word(fields[1]) or _is_number_of_type(fields)):
            fields[:2] = [" ".join(fields[:2])]
        like = FEWEST_FIELDS <= len(fields) <= MOST_FIELDS and not _NUMBER.fullmatch(fields[0])
        alike = alike or like
        if like and fields[0].lower() == DONT_CARE:
            passed_over += 1
            continue
        items.append(_object(len(items) + 1, fields))
    if items and not alike:
        raise UnreadableError("not a KITTI label", first[:40])
    return items, passed_over


def _is_word(text: str) -> bool:
    """Whether a field is a part of a type, where a number belongs; a lost number is none."""
    return any(map(str.isalpha, text)) and not _LOST.fullmatch(text) and not _NUMBER.fullmatch(text)


def _is_number_of_type(fields: Sequence[str]) -> bool:
    """Whether the second field is of the type, as in `van 2`: no share of an object that is cut.

    What follows is then that share and a whole number of 0 to 3 for what is hidden, and the box is
    one only there.
    """
    if len(fields) != MOST_FIELDS or not all(map(_NUMBER.fullmatch, fields[1:])):
        return False
    cut, then, hidden = float(fields[1]), float(fields[2]), fields[3]
    if not (cut > 1 and 0 <= then <= 1 and hidden in _HIDDEN):
        return False
    # Read as they stand, the last of these is metres of height: no box ends there
    left, top, right, bottom = (float(one) for one in fields[5:9])
    return left < right and top < bottom


def _object(number: int, fields: Sequence[str]) -> Cornered:
    name = fields[0].replace("\0", " ")
    if len(fields) < FEWEST_FIELDS:
        return Cornered(number, name, None, fault=("fewer than 15 fields", " ".join(fields)[:60]))
    if len(fields) > MOST_FIELDS or _is_word(fields[1]):
        # Corners stand in other fields than they should
        found = " ".join(fields)[:60]
        return Cornered(number, name, None, fault=("not a type and 14 or 15 numbers", found))
    corners = []
    for side, text in zip(_SIDES, fields[4:8], strict=True):
        value = float(text) if _NUMBER.fullmatch(text) else float("nan")
        if not abs(value) < float("inf"):
            return Cornered(number, name, None, fault=(f"{side} is not a number", text[:40]))
        corners.append(value)
    truncated = bool(_NUMBER.fullmatch(fields[1])) and float(fields[1]) > 0
    return Cornered(number, name, (corners[0], corners[1], corners[2], corners[3]), truncated)
