"""YOLO: a text file of labels beside or apart from each image."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError, UsageError
from anchorkit.files import read_file, text_lines
from anchorkit.load_report import Problem
from anchorkit.loaders.columns import boxes_of_columns
from anchorkit.loaders.listing import annotations_of
from anchorkit.loaders.parallel import read_in_batches

__all__ = ["boxes_of_labels", "load_yolo", "read_names"]

LISTS = ("classes.txt", "predefined_classes.txt", "train.txt", "trainval.txt", "val.txt")
MORE_LISTS = ("valid.txt", "test.txt", "requirements.txt", "notes.txt")
"""Text files that stand among labels and are none."""


def load_yolo(
    folder: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    polygons: bool = False,
) -> Boxes:
    """Boxes of a folder of YOLO label files.

    A line is `class x y width height`, fractions of the image; the box is clipped to the image.
    Further fields are passed over (keypoints). Class names come from `classes.txt` or a `.names`
    file in the folder or, for a folder named `labels`, above it; the number where there is none.

    Parameters
    ----------
    folder
        A data set with `labels/`, or any folder of label files; sub-folders are included.
    image_sets
        Label folders have none: wanted empty.
    jobs
        Processes that read files; None: as many as this process may use.
    progress
        Whether to show a progress bar on stderr.
    polygons
        Whether lines of more than five fields are polygons (`class x y x y ...`) whose box is
        meant.

    Raises
    ------
    UsageError
        Where the folder is missing, or image sets are asked for.
    DataError
        Where the folder holds no labels, or labels in pixels, or polygons that nobody asked for.
    """
    root = Path(folder)
    if image_sets:
        raise UsageError(
            f"{root.as_posix()}: image sets are lists of a VOC folder; use --data for YOLO"
        )
    typed, listing = annotations_of(root, "labels", ".txt", wanted="YOLO labels")
    files = [f"{typed}/{name}" for name in listing.names]
    boxes = boxes_of_labels(
        typed,
        files,
        [name[: -len(".txt")] for name in listing.names],
        names=_names_beside(root, Path(typed)),
        jobs=jobs,
        progress=progress,
        polygons=polygons,
        problems=listing.problems,
    )
    return replace(boxes, report=replace(boxes.report, hidden=listing.hidden))


def boxes_of_labels(
    source: str,
    files: Sequence[str],
    image_names: Sequence[str],
    *,
    names: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    polygons: bool = False,
    problems: Sequence[Problem] = (),
) -> Boxes:
    """Boxes of label files, their classes named.

    Parameters
    ----------
    source
        What an error about the whole set names.
    files
        Paths of the label files.
    image_names
        For each file the name of its image, without the extension.
    names
        Names of the classes by their numbers; the number itself where there are too few.
    jobs, progress, polygons
        As for `load_yolo`.
    problems
        What finding the files brought up.

    Raises
    ------
    DataError
        Where most labels are in pixels, or they are polygons that nobody asked for.
    """
    reader = "read_polygons" if polygons else "read_labels"
    batches = list(
        read_in_batches(
            f"anchorkit.loaders.yolo_file:{reader}", files, jobs=jobs, progress=progress
        )
    )
    boxes = boxes_of_columns(files, image_names, batches, problems=problems)
    lengths = sorted({length for batch in batches for length in batch["lengths"]})
    _refuse_pixels(source, boxes, sum(batch["pixels"] for batch in batches))
    notes = [] if polygons else list(_long_lines(source, lengths))
    boxes = _named(_without_lists(boxes), names, source)
    report = replace(boxes.report, problems=(*boxes.report.problems, *notes))
    return replace(boxes, report=report)


def read_names(path: Path) -> list[str]:
    """Names of classes, one a line, by their numbers.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    """
    text = read_file(path, "names of classes").decode("utf-8-sig", "surrogateescape")
    return [line.strip() for line in text_lines(text.replace("\0", " ").rstrip())]


def _names_beside(root: Path, labels: Path) -> list[str]:
    folders = [root, labels, *([root.parent] if root.name == "labels" else [])]
    for folder in folders:
        for path in [folder / "classes.txt", *sorted(folder.glob("*.names"))]:
            if path.is_file() and not path.name.startswith("."):
                return read_names(path)
    return []


def _refuse_pixels(source: str, boxes: Boxes, pixels: int) -> None:
    if 2 * pixels <= boxes.report.objects:
        return
    first = next(
        problem for problem in boxes.report.problems if problem.reason.startswith("in pixels")
    )
    raise DataError(
        f"{source}: labels in pixels: wanted fractions of the image, found "
        f"{pixels:,} of {boxes.report.objects:,} objects above 1, such as {first.value} "
        f"({first.file}: object {first.object})"
    )


def _long_lines(source: str, lengths: Sequence[int]) -> Iterator[Problem]:
    if not lengths:
        return
    counts = f"{lengths[0]} fields"
    if len(lengths) > 1:
        counts = f"{lengths[0]} to {lengths[-1]} fields"
        # Keypoints are as many for each object; the points of polygons differ.
        if all(length % 2 for length in lengths):
            raise DataError(
                f"{source}: lines of {counts} look like polygons, not boxes: "
                "--polygons takes the box of each"
            )
    yield Problem(source, None, "more than five fields: the first five count", counts, "note")


def _without_lists(boxes: Boxes) -> Boxes:
    """The same, with lists of classes or images told from labels that cannot be read."""

    def judged(problem: Problem) -> Problem:
        name = problem.file.rpartition("/")[2].lower()
        known = name in LISTS or name in MORE_LISTS or name.startswith("readme")
        if not (known and problem.reason == "not a YOLO label"):
            return problem
        return problem._replace(reason="a text file that holds no labels", kind="note")

    problems = tuple(judged(problem) for problem in boxes.report.problems)
    return replace(boxes, report=replace(boxes.report, problems=problems))


def _named(boxes: Boxes, names: Sequence[str], source: str) -> Boxes:
    """Boxes whose classes have names instead of numbers, sorted by name."""
    if not names:
        return boxes
    numbers = [int(name) for name in boxes.class_names]
    given: list[Any] = [names[number] if number < len(names) else "" for number in numbers]
    called = [name or str(number) for name, number in zip(given, numbers, strict=True)]
    found = sorted(set(called))
    place = np.asarray([found.index(name) for name in called], dtype=np.int32)
    nameless = [number for name, number in zip(given, numbers, strict=True) if not name]
    notes = [
        Problem(source, None, "a class without a name", f"{number}, {len(names)} are named", "note")
        for number in sorted(nameless)
    ]
    return replace(
        boxes,
        class_ids=place[boxes.class_ids] if len(place) else boxes.class_ids,
        class_names=tuple(found),
        class_list=tuple(names),
        report=replace(boxes.report, problems=(*boxes.report.problems, *notes)),
    )
