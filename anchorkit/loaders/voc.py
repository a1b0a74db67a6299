"""Pascal VOC: a folder of XML files, one per image."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from anchorkit.boxes import Boxes, concatenated
from anchorkit.errors import DataError
from anchorkit.image_sets import in_image_sets
from anchorkit.load_report import Problem, Remark
from anchorkit.loaders.batches import read_batch
from anchorkit.loaders.columns import boxes_of_columns
from anchorkit.loaders.folders import warned_of_parts, without_predictions
from anchorkit.loaders.image_sizes import ImageFolder, images_beside
from anchorkit.loaders.listing import annotations_of
from anchorkit.loaders.parallel import read_in_batches
from anchorkit.loaders.parts import parts_of
from anchorkit.loaders.sniffed import EXPORT, described
from anchorkit.loaders.voc_sets import sets_of, sets_there

__all__ = ["load_voc"]


def load_voc(
    folder: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    keep_sets: bool = False,
    images: ImageFolder | None = None,
) -> Boxes:
    """Boxes of a Pascal VOC data set.

    A box is (xmax - xmin) / width by (ymax - ymin) / height of the object's own `<bndbox>`, clipped
    to the image. Faulty objects and files are left out and named in the report.

    Parameters
    ----------
    folder
        A VOC root with Annotations/, or any folder of XML; sub-folders are included.
    image_sets
        Names of lists in ImageSets/Main, or of folders of parts (`train`); only their images are
        used. All, where empty.
    jobs
        Processes that read files; None: as many as this process may use.
    progress
        Whether to show a progress bar on stderr.
    keep_sets
        Whether to keep, for saving, which images belong to which image set.
    images
        The images, for annotations that do not tell their size. Those in JPEGImages and beside the
        annotations are tried without.

    Raises
    ------
    UsageError
        Where the folder is missing.
    DataError
        Where it holds no XML or no such image set, or an image set none of its images.
    """
    root = Path(folder)
    typed, listing = annotations_of(root, "Annotations", ".xml", wanted="VOC XML")
    kept, remarks = without_predictions(typed, listing.names)
    listing = listing._replace(names=kept)
    files = [f"{typed}/{name}" for name in listing.names]
    batches = read_in_batches(
        "anchorkit.loaders.batches:read_batch", files, jobs=jobs, progress=progress
    )
    boxes = boxes_of_columns(
        files,
        [name[: -len(".xml")] for name in listing.names],
        list(batches),
        source=typed,
        problems=listing.problems,
        hidden=listing.hidden,
    )
    _refuse_others(boxes)
    boxes = _with_sizes(boxes, images, progress=progress)
    if image_sets or keep_sets:
        wanted = [*dict.fromkeys([*(sets_there(root, typed) if keep_sets else ()), *image_sets])]
        sets = sets_of(root, typed, listing, wanted, image_sets)
        boxes = replace(boxes, image_sets=sets)
        boxes = in_image_sets(boxes, image_sets) if image_sets else boxes
        boxes = boxes if keep_sets else replace(boxes, image_sets={})
    if not image_sets:
        remarks += warned_of_parts(typed, list(parts_of(listing.names)))
    report = replace(boxes.report, remarks=(*boxes.report.remarks, *remarks))
    return replace(boxes, report=report)


def _refuse_others(boxes: Boxes) -> None:
    """Fail where nothing was read, for it is of another kind."""
    if boxes.images:
        return
    for problem in boxes.report.of("unreadable"):
        other = described(problem.file)
        if other.endswith(EXPORT):
            raise DataError(f"{problem.file}: {other}")


def _with_sizes(boxes: Boxes, given: ImageFolder | None, *, progress: bool) -> Boxes:
    """The same, files that do not tell their image's size read again with that of the image."""
    if (boxes.image_sizes > 0).all():
        return boxes
    images = given or images_beside(progress=progress)
    if images is None:
        return boxes
    sizes = images.filled(boxes.image_sizes, boxes.image_names, boxes.image_files)
    unknown = ~(boxes.image_sizes > 0).all(axis=1)
    rows = np.flatnonzero(unknown & (sizes > 0).all(axis=1))
    if not len(rows):
        return boxes
    files = [boxes.image_files[row] for row in rows.tolist()]
    known = [(width, height) for width, height in sizes[rows].tolist()]
    names = [boxes.image_names[row] for row in rows.tolist()]
    again = boxes_of_columns(
        files, names, [read_batch(files, known)], source=boxes.image_files[rows[0]]
    )
    both = concatenated([boxes, again])
    # What was read again belongs to the image that is there already.
    place = {file: row for row, file in enumerate(boxes.image_files)}
    image_rows = np.asarray([place[file] for file in both.image_files], dtype=np.int32)
    image_ids = image_rows[both.image_ids]
    order = np.argsort(image_ids, kind="stable")
    found: dict[str, list[Problem]] = {file: [] for file in again.image_files}
    for problem in again.report.problems:
        found.get(problem.file, []).append(problem)
    replaced = set(again.image_files)
    remarks = boxes.report.remarks
    if given is None:
        text = f"sizes of {len(files):,} images read from the images themselves"
        remarks = (*remarks, Remark("note", text))
    problems: list[Problem] = []
    for problem in boxes.report.problems:
        # In the place of the first complaint about a file: all that is left of them.
        problems += found.pop(problem.file, []) if problem.file in replaced else [problem]
    problems += [problem for left in found.values() for problem in left]
    return replace(
        boxes,
        sizes=both.sizes[order],
        centres=both.placed("a data set")[order],
        image_ids=image_ids[order],
        class_ids=both.class_ids[order],
        difficult=both.difficult[order],
        truncated=both.truncated[order],
        image_sizes=sizes,
        class_names=both.class_names,
        report=replace(boxes.report, problems=tuple(problems), remarks=remarks),
    )
