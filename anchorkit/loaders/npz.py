r"""Boxes in a file: saved once, read by every command, shard by shard if one likes.

The file is an .npz of numpy, without pickles. Its arrays, for n boxes and m images:

    format, version       "anchorkit boxes" and 2
    sizes                 (n, 2) float64, width and height as fractions of the image
    centres               (n, 2) float64, x and y as fractions of the image; not there where unknown
    image_ids, class_ids  (n,) int32, rows of the images and of the classes
    difficult, truncated  (n,) bool
    image_sizes           (m, 2) float64, width and height in pixels, NaN where unknown
    image_boxes           (m,) int32, boxes of each image
    image_names, image_files, class_names    text
    counts                (4,) int64: files, images, objects, hidden files
    filtered_names, filtered_counts          text and int64: objects excluded by an option
    problem_files, problem_reasons, problem_values, problem_kinds    text
    problem_objects       int32, from 1; 0: the file as a whole
    set_names, set_counts, set_files         image sets: text, int64, and text, set after set
    remark_levels, remark_texts              text

Text is an array of bytes (uint8): UTF-8, a NUL after each item. numpy alone reads it so:
`bytes(array).decode("utf-8", "surrogatepass").split("\0")[:-1]`.

Version 1 has no centres and no remarks.
"""

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.errors import AnchorkitError, DataError
from anchorkit.files import open_file, write_atomically
from anchorkit.image_sets import in_image_sets
from anchorkit.load_report import Kind, Level, Problem, Remark, Report
from anchorkit.loaders.archive import Archive, Check
from anchorkit.loaders.voc_file import SMALLEST_AREA

__all__ = ["FORMAT", "VERSION", "boxes_in", "is_boxes_file", "load_boxes", "save_boxes"]

FORMAT = "anchorkit boxes"
VERSION = 2
"""The newest that is read, and the one that is written; earlier ones are read."""

WANTED = "a file of `anchorkit extract`"

MOST_REMARKS = 1000
"""More than any load makes."""

SMALLEST = 1e-12
"""Shortest side of a box, as a fraction of its image."""


def save_boxes(path: str | os.PathLike[str], boxes: Boxes) -> None:
    """Write boxes and the report of their load to a file, whole or not at all.

    Equal boxes make equal bytes.

    Parameters
    ----------
    path
        The file; its name should end in .npz.
    boxes
        What to save.

    Raises
    ------
    WriteError
        Where the file could not be written.

    Examples
    --------
    >>> import tempfile
    >>> from anchorkit.boxes import boxes_of
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_boxes(Path(folder, "boxes.npz"), boxes_of([(0.5, 0.25)]))
    ...     load_boxes(Path(folder, "boxes.npz")).sizes
    array([[0.5 , 0.25]])
    """
    content = io.BytesIO()
    columns: dict[str, Any] = _columns(boxes)
    np.savez_compressed(content, **columns)
    write_atomically(path, content.getvalue())


def _columns(boxes: Boxes) -> dict[str, NDArray[Any]]:
    report, problems = boxes.report, boxes.report.problems
    sets = boxes.image_sets
    placed = {} if boxes.centres is None else {"centres": boxes.centres}
    return {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "sizes": boxes.sizes,
        **placed,
        "image_ids": boxes.image_ids,
        "class_ids": boxes.class_ids,
        "difficult": boxes.difficult,
        "truncated": boxes.truncated,
        "image_sizes": boxes.image_sizes,
        "image_boxes": np.bincount(boxes.image_ids, minlength=boxes.images).astype(np.int32),
        "image_names": _packed(boxes.image_names),
        "image_files": _packed(boxes.image_files),
        "class_names": _packed(boxes.class_names),
        "counts": np.array([report.files, report.images, report.objects, report.hidden], np.int64),
        "filtered_names": _packed(report.filtered),
        "filtered_counts": np.array(list(report.filtered.values()), np.int64),
        "problem_files": _packed(problem.file for problem in problems),
        "problem_objects": np.array([problem.object or 0 for problem in problems], np.int32),
        "problem_reasons": _packed(problem.reason for problem in problems),
        "problem_values": _packed(problem.value for problem in problems),
        "problem_kinds": _packed(problem.kind for problem in problems),
        "set_names": _packed(sets),
        "set_counts": np.array([len(files) for files in sets.values()], np.int64),
        "set_files": _packed(file for files in sets.values() for file in files),
        "remark_levels": _packed(remark.level for remark in report.remarks),
        "remark_texts": _packed(remark.text for remark in report.remarks),
    }


def _packed(texts: Iterable[str]) -> NDArray[np.uint8]:
    joined = "".join(text.replace("\0", "\ufffd") + "\0" for text in texts)
    return np.frombuffer(joined.encode("utf-8", "surrogatepass"), dtype=np.uint8)


def load_boxes(
    path: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    keep_sets: bool = False,
) -> Boxes:
    """Boxes from a file that `save_boxes` wrote.

    Parameters
    ----------
    path
        The file.
    image_sets
        Names of image sets that the file knows; only their images are used. All, where empty.
    jobs, progress
        For the interface of the loaders; a file of boxes is read at once.
    keep_sets
        Whether to keep, for saving again, which images belong to which image set.

    Raises
    ------
    UsageError
        Where there is no such file.
    DataError
        Where it is damaged, of a newer version, or something else, or knows no such image set.
    """
    name = Path(path).as_posix()
    with _opened(path) as archive:
        boxes = _boxes(archive, with_sets=bool(image_sets) or keep_sets)
    if image_sets:
        try:
            chosen = in_image_sets(boxes, image_sets)
        except DataError as error:
            raise DataError(f"{name}: {error}") from None
        boxes = chosen
    return boxes if keep_sets else _without_sets(boxes)


def boxes_in(path: str | os.PathLike[str]) -> int:
    """How many boxes a file holds, by its headers: no box is read.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    UsageError
        Where there is no such file.
    DataError
        Where it is damaged, or something else.
    """
    with _opened(path) as archive:
        return archive.length("class_ids")


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[Archive]:
    """The archive of a file of ours; whatever is wrong with it is an error of one line."""
    name = Path(path).as_posix()
    try:
        with open_file(path, WANTED) as file:
            archive = Archive(file)
            _check_format(name, archive)
            yield archive
    except (AnchorkitError, MemoryError):
        raise
    except Exception as error:  # zipfile and zlib have errors of their own
        raise DataError(f"{name}: damaged, or not made by `anchorkit extract`: {error}") from None


def is_boxes_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file is one that `save_boxes` wrote, of whatever version; its arrays are not read.

    Parameters
    ----------
    path
        The file.
    """
    try:
        with open_file(path, WANTED) as file:
            return str(Archive(file).scalar("format")) == FORMAT
    except Exception:  # zipfile and zlib have errors of their own
        return False


def _check_format(name: str, archive: Archive) -> None:
    if "format" not in archive or str(archive.scalar("format")) != FORMAT:
        raise DataError(f"{name}: not made by `anchorkit extract`")
    version = int(archive.scalar("version"))
    if not 1 <= version <= VERSION:
        newer = ", which a newer anchorkit made" if version > VERSION else ""
        raise DataError(
            f"{name}: wanted version 1 to {VERSION} of {FORMAT}, found {version}{newer}"
        )


def _without_sets(boxes: Boxes) -> Boxes:
    return replace(boxes, image_sets={}) if boxes.image_sets else boxes


def _boxes(archive: Archive, *, with_sets: bool) -> Boxes:
    report = _report(archive)
    # Of two columns that tell how many there are, one says it, and all others must agree
    boxes, images = archive.length("class_ids"), archive.length("image_boxes")
    accounted = boxes + report.left_out + report.filtered_total
    if (report.images, report.objects) != (images, accounted):
        raise ValueError("counts: wanted as many images and objects as there are")
    classes = archive.texts("class_names", most=report.objects)
    _check_once("class_names", classes)
    sizes = archive.array("sizes", np.float64, (boxes, 2), _is_side, f"sides from {SMALLEST} to 1")
    if not (sizes.prod(axis=1) > SMALLEST_AREA).all():
        raise ValueError(f"sizes: wanted areas above {SMALLEST_AREA}")
    image_ids = archive.array("image_ids", np.int32, (boxes,), _below(images), "rows of images")
    counts = archive.array("image_boxes", np.int32, (images,))
    if not np.array_equal(np.bincount(image_ids, minlength=images), counts):
        raise ValueError("image_boxes: wanted how many boxes each image has")
    centres = None
    if "centres" in archive:
        centres = archive.array("centres", np.float64, (boxes, 2), _is_fraction, "0 to 1")
    return Boxes(
        sizes=sizes,
        centres=centres,
        image_ids=image_ids,
        class_ids=archive.array(
            "class_ids", np.int32, (boxes,), _below(len(classes)), "rows of classes"
        ),
        difficult=archive.array("difficult", np.bool_, (boxes,), wanted="truth values"),
        truncated=archive.array("truncated", np.bool_, (boxes,), wanted="truth values"),
        image_sizes=archive.array(
            "image_sizes", np.float64, (images, 2), _is_image_side, "sides above 0, or NaN"
        ),
        image_names=archive.texts("image_names", images),
        class_names=classes,
        report=report,
        image_files=archive.texts("image_files", images if archive.length("image_files") else 0),
        image_sets=_image_sets(archive) if with_sets else {},
    )


def _report(archive: Archive) -> Report:
    number = archive.length("problem_objects")
    texts = [archive.texts(f"problem_{name}", number) for name in ("files", "reasons", "values")]
    kinds = archive.texts("problem_kinds", number)
    if not set(kinds) <= set(get_args(Kind)):
        raise ValueError("problem_kinds: wanted those that there are")
    objects = archive.array("problem_objects", np.int32, (number,), _is_count, "numbers from 0")
    problems = tuple(
        Problem(file, one or None, reason, value, cast(Kind, kind))
        for file, reason, value, one, kind in zip(*texts, objects.tolist(), kinds, strict=True)
    )
    number = archive.length("filtered_counts")
    options = archive.texts("filtered_names", number)
    _check_once("filtered_names", options)
    filtered = archive.array("filtered_counts", np.int64, (number,), _is_count, "counts from 0")
    counts = archive.array("counts", np.int64, (4,), _is_count, "counts from 0").tolist()
    return Report(
        **dict(zip(("files", "images", "objects", "hidden"), counts, strict=True)),
        filtered=dict(zip(options, filtered.tolist(), strict=True)),
        problems=problems,
        remarks=_remarks(archive),
    )


def _remarks(archive: Archive) -> tuple[Remark, ...]:
    if "remark_levels" not in archive:
        return ()
    levels = archive.texts("remark_levels", most=MOST_REMARKS)
    if not set(levels) <= set(get_args(Level)):
        raise ValueError("remark_levels: wanted those that there are")
    texts = archive.texts("remark_texts", len(levels))
    return tuple(
        Remark(cast(Level, level), text) for level, text in zip(levels, texts, strict=True)
    )


def _image_sets(archive: Archive) -> dict[str, tuple[str, ...]]:
    number = archive.length("set_counts")
    names = archive.texts("set_names", number)
    _check_once("set_names", names)
    counts = archive.array("set_counts", np.int64, (number,), _is_count, "counts from 0").tolist()
    files = archive.texts("set_files", sum(counts))
    ends = list(accumulate(counts))
    return {
        name: files[first:last] for name, first, last in zip(names, [0, *ends], ends, strict=False)
    }


def _check_once(what: str, names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        raise ValueError(f"{what}: wanted each once")


def _is_side(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray((values >= SMALLEST) & (values <= 1))


def _is_fraction(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray((values >= 0) & (values <= 1))


def _is_image_side(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(np.isnan(values) | ((values > 0) & (values < np.inf)))


def _is_count(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(values >= 0)


def _below(rows: int) -> Check:
    return lambda values: np.asarray((values >= 0) & (values < rows))
