"""Pascal VOC: a folder of XML files, one per image."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from anchorkit.boxes import Boxes, concatenated
from anchorkit.errors import DataError
from anchorkit.files import found_at, read_file
from anchorkit.image_sets import in_image_sets, listed_names, matched
from anchorkit.load_report import Problem
from anchorkit.loaders.batches import read_batch
from anchorkit.loaders.columns import boxes_of_columns
from anchorkit.loaders.image_sizes import ImageFolder
from anchorkit.loaders.listing import Listing, annotations_of
from anchorkit.loaders.parallel import read_in_batches
from anchorkit.suggestions import names_there

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
        Names of lists in ImageSets/Main; only their images are used. All, where empty.
    jobs
        Processes that read files; None: as many as this process may use.
    progress
        Whether to show a progress bar on stderr.
    keep_sets
        Whether to keep, for saving, which images belong to which image set.
    images
        The images, for annotations that do not tell their size.

    Raises
    ------
    UsageError
        Where the folder is missing.
    DataError
        Where it holds no XML or no such image set, or an image set none of its images.
    """
    root = Path(folder)
    typed, listing = annotations_of(root, "Annotations", ".xml", wanted="VOC XML")
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
    if images is not None:
        boxes = _with_sizes(boxes, images)
    if image_sets or keep_sets:
        wanted = _sets_there(root) if keep_sets else image_sets
        sets = _image_sets(root, typed, listing, wanted)
        boxes = replace(boxes, image_sets=sets)
        boxes = in_image_sets(boxes, image_sets) if image_sets else boxes
        boxes = boxes if keep_sets else replace(boxes, image_sets={})
    return boxes


def _with_sizes(boxes: Boxes, images: ImageFolder) -> Boxes:
    """The same, files that do not tell their image's size read again with that of the image."""
    sizes = images.filled(boxes.image_sizes, boxes.image_names)
    unknown = ~(boxes.image_sizes > 0).all(axis=1)
    rows = np.flatnonzero(unknown & (sizes > 0).all(axis=1))
    if not len(rows):
        return boxes
    files = [boxes.image_files[row] for row in rows.tolist()]
    known = [(width, height) for width, height in sizes[rows].tolist()]
    names = [boxes.image_names[row] for row in rows.tolist()]
    again = boxes_of_columns(files, names, [read_batch(files, known)], source=images.folder)
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
        report=replace(boxes.report, problems=tuple(problems)),
    )


def _sets_folder(root: Path) -> Path:
    here = root / "ImageSets" / "Main"
    if not here.is_dir() and root.name == "Annotations":
        return root.parent / "ImageSets" / "Main"
    return here


def _sets_there(root: Path) -> list[str]:
    folder = _sets_folder(root)
    return sorted(path.stem for path in folder.glob("*.txt") if not path.name.startswith("."))


def _image_sets(
    root: Path, typed: str, listing: Listing, names: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """For each named set, the paths of the annotations it lists, those not there among them."""
    there = [problem.file for problem in listing.problems if problem.kind == "unreadable"]
    below = [file[len(typed) + 1 :] for file in there if file.startswith(f"{typed}/")]
    files = {name[: -len(".xml")]: name for name in [*listing.names, *below]}
    images = list(files)
    sets = {}
    for name in dict.fromkeys(names):
        path = _sets_folder(root) / f"{name}.txt"
        if found_at(path) == "nothing there":
            known = names_there(name, _sets_there(root))
            raise DataError(f"{path.as_posix()}: no such image set; found: {known}")
        text = read_file(path, "an image set").decode("utf-8-sig", "surrogateescape")
        listed = listed_names(text, images)
        meant = matched(listed, images)
        sets[name] = tuple(
            dict.fromkeys(
                f"{typed}/{file}"
                for one, found in zip(listed, meant, strict=True)
                for file in ([files[image] for image in found] or [f"{one}.xml"])
            )
        )
    return sets
