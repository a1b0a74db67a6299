r"""Boxes in a file: saved once, read by every command, shard by shard if one likes.

The file is an .npz of numpy, without pickles. Its arrays, for n boxes and m images:

    format, version       "anchorkit boxes" and 1
    sizes                 (n, 2) float64, width and height as fractions of the image
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

Text is an array of bytes (uint8): UTF-8, a NUL after each item. numpy alone reads it so:
`bytes(array).decode("utf-8", "surrogatepass").split("\0")[:-1]`.
"""

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast, get_args

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.errors import AnchorkitError, DataError, UsageError
from anchorkit.files import open_file, write_atomically
from anchorkit.image_sets import in_image_sets
from anchorkit.load_report import Kind, Problem, Report

__all__ = ["FORMAT", "VERSION", "is_boxes_file", "load_boxes", "save_boxes"]

FORMAT = "anchorkit boxes"
VERSION = 1

WANTED = "a file of `anchorkit extract`"


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
    return {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "sizes": boxes.sizes,
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
        Where there is no such file, or it knows no such image set.
    DataError
        Where it is damaged, of a newer version, or something else.
    """
    name = Path(path).as_posix()
    try:
        # A file of our own: numpy leaves one open where it fails.
        with open_file(path, WANTED) as file:
            _check_archive(file)
            with np.load(file, allow_pickle=False) as columns:
                _check_format(name, columns)
                boxes = _boxes(columns, with_sets=bool(image_sets) or keep_sets)
    except (AnchorkitError, MemoryError):
        raise
    except Exception as error:  # numpy, zipfile, zlib: each has errors of its own
        raise DataError(f"{name}: damaged, or not made by `anchorkit extract`: {error}") from None
    if image_sets:
        try:
            chosen = in_image_sets(boxes, image_sets)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from None
        boxes = chosen
    return boxes if keep_sets else _without_sets(boxes)


def is_boxes_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file is one that `save_boxes` wrote, of whatever version; its arrays are not read.

    Parameters
    ----------
    path
        The file.
    """
    try:
        with open_file(path, WANTED) as file:
            _check_archive(file)
            with np.load(file, allow_pickle=False) as columns:
                return str(columns["format"]) == FORMAT
    except Exception:  # numpy, zipfile, zlib: each has errors of its own
        return False


def _check_archive(file: BinaryIO) -> None:
    # What is no archive numpy takes for pickles, and tells the user how to load them unsafely.
    if file.read(2) != b"PK":
        raise ValueError("no .npz archive")
    file.seek(0)


def _check_format(name: str, columns: Mapping[str, NDArray[Any]]) -> None:
    if "format" not in columns or str(columns["format"]) != FORMAT:
        raise DataError(f"{name}: not made by `anchorkit extract`")
    version = int(columns["version"])
    if version != VERSION:
        raise DataError(f"{name}: wanted version {VERSION} of {FORMAT}, found {version}")


def _without_sets(boxes: Boxes) -> Boxes:
    return replace(boxes, image_sets={}) if boxes.image_sets else boxes


def _boxes(columns: Mapping[str, NDArray[Any]], *, with_sets: bool) -> Boxes:
    names = _unpacked(columns["image_names"])
    classes = _unpacked(columns["class_names"])
    sizes, image_ids, class_ids = (columns[name] for name in ("sizes", "image_ids", "class_ids"))
    flags = {name: _column(columns[name], len(sizes), np.bool_) for name in _FLAGS}
    _check(sizes.ndim == 2 and sizes.shape[1] == 2 and sizes.dtype == np.float64, "sizes")
    _check(bool((sizes > 0).all() and (sizes <= 1).all()), "sizes")
    for ids, rows, what in ((image_ids, names, "image_ids"), (class_ids, classes, "class_ids")):
        _column(ids, len(sizes), np.int32, what)
        _check(not len(ids) or (ids.min() >= 0 and ids.max() < len(rows)), what)
    counts = _column(columns["image_boxes"], len(names), np.int32, "image_boxes")
    _check(bool((np.bincount(image_ids, minlength=len(names)) == counts).all()), "image_boxes")
    image_sizes = columns["image_sizes"]
    _check(image_sizes.shape == (len(names), 2) and image_sizes.dtype == np.float64, "image_sizes")
    files = _unpacked(columns["image_files"])
    _check(len(files) in (0, len(names)), "image_files")
    report = _report(columns)
    accounted = len(sizes) + report.left_out + report.filtered_total
    _check(report.objects == accounted and report.images == len(names), "counts")
    return Boxes(
        sizes=sizes,
        image_ids=image_ids,
        class_ids=class_ids,
        **flags,
        image_sizes=image_sizes,
        image_names=names,
        class_names=classes,
        report=report,
        image_files=files,
        image_sets=_image_sets(columns) if with_sets else {},
    )


_FLAGS = ("difficult", "truncated")


def _report(columns: Mapping[str, NDArray[Any]]) -> Report:
    texts = [_unpacked(columns[f"problem_{name}"]) for name in ("files", "reasons", "values")]
    kinds = _unpacked(columns["problem_kinds"])
    _check(set(kinds) <= set(get_args(Kind)), "problem_kinds")
    numbers = _column(columns["problem_objects"], len(kinds), np.int32, "problem_objects")
    problems = tuple(
        Problem(file, int(number) or None, reason, value, cast(Kind, kind))
        for file, reason, value, number, kind in zip(*texts, numbers, kinds, strict=True)
    )
    options = _unpacked(columns["filtered_names"])
    filtered = _column(columns["filtered_counts"], len(options), np.int64, "filtered_counts")
    files, images, objects, hidden = map(int, _column(columns["counts"], 4, np.int64, "counts"))
    return Report(
        files=files,
        images=images,
        objects=objects,
        hidden=hidden,
        filtered=dict(zip(options, filtered.tolist(), strict=True)),
        problems=problems,
    )


def _image_sets(columns: Mapping[str, NDArray[Any]]) -> dict[str, tuple[str, ...]]:
    names, files = _unpacked(columns["set_names"]), _unpacked(columns["set_files"])
    ends = np.cumsum(_column(columns["set_counts"], len(names), np.int64, "set_counts")).tolist()
    _check((ends[-1] if ends else 0) == len(files), "set_files")
    return {
        name: files[first:last] for name, first, last in zip(names, [0, *ends], ends, strict=False)
    }


def _unpacked(packed: NDArray[Any]) -> tuple[str, ...]:
    text = _column(packed, packed.size, np.uint8).tobytes().decode("utf-8", "surrogatepass")
    _check(not text or text.endswith("\0"), "text")
    return tuple(text.split("\0")[:-1])


def _column(column: NDArray[Any], count: int, kind: Any, what: str = "column") -> NDArray[Any]:
    _check(column.shape == (count,) and column.dtype == kind, what)
    return column


def _check(fine: bool, what: str) -> None:
    if not fine:
        raise ValueError(f"{what} cannot be right")
