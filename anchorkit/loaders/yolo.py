"""YOLO: a text file of labels beside or apart from each image."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError, UsageError
from anchorkit.load_report import Problem
from anchorkit.loaders.class_names import names_near
from anchorkit.loaders.columns import boxes_of_columns
from anchorkit.loaders.folders import in_parts, without_predictions
from anchorkit.loaders.listing import annotations_of
from anchorkit.loaders.long_lines import Tally, added, judged
from anchorkit.loaders.parallel import read_in_batches
from anchorkit.loaders.sniffed import EXPORT, described, text_kind
from anchorkit.loaders.yolo_file import NAMED

__all__ = ["boxes_of_labels", "load_yolo"]

LOOKED_AT = 20
"""Problems of a set without boxes whose files are looked at for what they are."""

ANGLES, FEWEST_ANGLES = 0.05, 2
"""Share of the boxes, and how many, from which on what cannot be a confidence is an angle."""

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
    keypoints: bool = False,
    keep_sets: bool = False,
) -> Boxes:
    """Boxes of a folder of YOLO label files.

    A line is `class x y width height`, fractions of the image; the box is clipped to the image.
    A sixth field is a confidence; lines of more are polygons or boxes with keypoints behind,
    whichever their numbers fit. Class names come from a list or a data.yaml beside or above the
    labels; the number where there is none. Predictions (`runs/`) are passed over beside labels.

    Parameters
    ----------
    folder
        A data set with `labels/`, or any folder of label files; sub-folders are included.
    image_sets
        Folders of parts (`train`), or lists of images (`train.txt`), that are used. All, where
        empty.
    jobs
        Processes that read files; None: as many as this process may use.
    progress
        Whether to show a progress bar on stderr.
    polygons
        Whether lines of more than six fields are polygons (`class x y x y ...`) whose box is
        meant.
    keypoints
        Whether of longer lines the first five fields count.
    keep_sets
        Whether to remember which labels belong to which part.

    Raises
    ------
    UsageError
        Where the folder is missing.
    DataError
        Where it holds no labels or no such part, or as for `boxes_of_labels`.
    """
    root = Path(folder)
    typed, listing = annotations_of(root, "labels", ".txt", wanted="YOLO labels")
    names, remarks = without_predictions(typed, listing.names)
    files = [f"{typed}/{name}" for name in names]
    boxes = boxes_of_labels(
        typed,
        files,
        [name[: -len(".txt")] for name in names],
        names=names_near(root, Path(typed)),
        jobs=jobs,
        progress=progress,
        polygons=polygons,
        keypoints=keypoints,
        problems=listing.problems,
    )
    _refuse_others(boxes)
    report = replace(boxes.report, hidden=listing.hidden, remarks=(*boxes.report.remarks, *remarks))
    return in_parts(replace(boxes, report=report), root, typed, image_sets, keep_sets=keep_sets)


def _refuse_others(boxes: Boxes) -> None:
    """Fail where nothing was read, for it is of another kind."""
    problems = () if len(boxes) else boxes.report.of("unreadable", "left_out")
    for problem in problems[:LOOKED_AT]:
        if text_kind(problem.file) == "KITTI":
            raise DataError(f"{problem.file}: KITTI's labels: --kitti reads their folder")
        other = described(problem.file)
        if other.endswith(EXPORT):
            raise DataError(f"{problem.file}: {other}")


def boxes_of_labels(
    source: str,
    files: Sequence[str],
    image_names: Sequence[str],
    *,
    names: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    polygons: bool = False,
    keypoints: bool = False,
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
    jobs, progress, polygons, keypoints
        As for `load_yolo`.
    problems
        What finding the files brought up.

    Raises
    ------
    UsageError
        Where both polygons and keypoints are asked for.
    DataError
        Where most labels are in pixels, or out of their images, or have names for classes, or where
        long lines may be polygons as well as keypoints.
    """
    if polygons and keypoints:
        raise UsageError("--polygons and --keypoints: wanted one of them")

    def read(reader: str) -> list[dict[str, Any]]:
        function = f"anchorkit.loaders.yolo_file:{reader}"
        return list(read_in_batches(function, files, jobs=jobs, progress=progress))

    batches = read(
        "read_polygons" if polygons else "read_first_five" if keypoints else "read_labels"
    )
    tallies = added(
        {length: Tally(*found) for length, found in batch["long"].items()} for batch in batches
    )
    notes = _notes(source, batches)
    verdict = ""
    if tallies:
        verdict, note = _long_lines(source, batches, tallies)
        notes.append(note)
        batches = read("read_polygons") if verdict == "polygon" else batches
    if not (polygons or keypoints or verdict == "polygon"):
        _refuse_angles(source, batches)
    _refuse_pixels(source, files, batches)
    _refuse_names(source, files, batches)
    boxes = boxes_of_columns(files, image_names, batches, source=source, problems=problems)
    boxes = _named(_without_lists(boxes), names, source)
    report = replace(boxes.report, problems=(*boxes.report.problems, *notes))
    return replace(boxes, report=report)


def _faults(
    files: Sequence[str], batches: Sequence[dict[str, Any]], reason: str
) -> Iterator[Problem]:
    first = 0
    for batch in batches:
        for row, number, why, value, kind in batch["faults"]:
            if why == reason:
                yield Problem(files[first + row], number, why, value, kind)
        first += _count(batch["objects"])


def _count(column: bytes) -> int:
    return len(column) // np.dtype(np.int32).itemsize


def _objects(batches: Sequence[dict[str, Any]]) -> int:
    columns = (np.frombuffer(batch["objects"], dtype=np.int32) for batch in batches)
    return sum(int(np.maximum(column, 0).sum()) for column in columns)


def _refuse_pixels(source: str, files: Sequence[str], batches: Sequence[dict[str, Any]]) -> None:
    objects, pixels = _objects(batches), sum(batch["pixels"] for batch in batches)
    if 2 * pixels <= objects:
        return
    found = list(_faults(files, batches, "in pixels, not fractions"))
    other = described(found[0].file)
    if other.endswith(EXPORT):
        raise DataError(f"{found[0].file}: {other}")
    numbers = [float(text) for one in found for text in one.value.split()[:4] if _is_number(text)]
    unit = "in percent" if max(numbers, default=101) <= 100 else "in pixels"
    raise DataError(
        f"{source}: labels {unit}: wanted fractions of the image, found "
        f"{pixels:,} of {objects:,} objects above 1, such as {found[0].value} "
        f"({found[0].file}: object {found[0].object})"
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refuse_angles(source: str, batches: Sequence[dict[str, Any]]) -> None:
    """Fail where boxes are turned: what their sides are is not what is wanted."""
    objects, angles = _objects(batches), sum(batch["angles"] for batch in batches)
    if angles >= max(FEWEST_ANGLES, ANGLES * objects):
        raise DataError(
            f"{source}: {angles:,} of {objects:,} boxes have a sixth field that is no confidence "
            "(0 to 1): an angle, of a box that is turned? --keypoints takes the first five fields"
        )


def _refuse_names(source: str, files: Sequence[str], batches: Sequence[dict[str, Any]]) -> None:
    objects, found = _objects(batches), list(_faults(files, batches, NAMED))
    if 2 * len(found) <= objects:
        return
    called = list(dict.fromkeys(one.value for one in found))
    raise DataError(
        f"{source}: {len(found):,} of {objects:,} labels begin with the name of a class "
        f"({', '.join(called[:3])}): wanted its number, as training does "
        f"({found[0].file}: object {found[0].object})"
    )


def _notes(source: str, batches: Sequence[dict[str, Any]]) -> list[Problem]:
    """What is to be said of what stands behind a box, and of several objects in a line."""
    joined = sum(batch["joined"] for batch in batches)
    scored = sum(batch["confidences"] for batch in batches)
    worded = sum(batch["words"] for batch in batches)
    found = (
        (joined, "several objects in a line: each counts"),
        (scored, "six fields: a box with a confidence, as of predictions"),
        (worded, "words behind a box: passed over, training may refuse the line"),
    )
    return [
        Problem(source, None, reason, f"{count:,} of {_objects(batches):,} objects", "note")
        for count, reason in found
        if count
    ]


def _long_lines(
    source: str, batches: Sequence[dict[str, Any]], tallies: Mapping[int, Tally]
) -> tuple[str, Problem]:
    """How long lines are read, and the note that says so.

    Raises
    ------
    DataError
        Where their numbers fit more than one reading, or none.
    """
    lengths, lines = list(tallies), sum(tally.lines for tally in tallies.values())
    counts = f"{lengths[0]} fields"
    if len(lengths) > 1:
        counts = f"{lengths[0]} to {lengths[-1]} fields"
    verdict = judged(tallies, _objects(batches) - lines)
    if verdict.reading == "unknown":
        raise DataError(
            f"{source}: lines of {counts} may be polygons, or boxes with keypoints behind: "
            "--polygons takes the box of the points, --keypoints the first five fields"
        )
    taken = "more than six fields: polygons, whose boxes count"
    if verdict.reading == "box":
        taken = "more than five fields: the first five count"
    value = f"{lines:,} of {counts}; {verdict.why}"
    return verdict.reading, Problem(source, None, taken, value, "note")


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
