"""Pascal VOC: a folder of XML files, one per image."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.accounting import Problem, Report
from anchorkit.boxes import Boxes
from anchorkit.errors import DataError, UsageError
from anchorkit.image_sets import in_image_sets, listed_names, matched
from anchorkit.loaders.listing import Listing, annotation_files
from anchorkit.loaders.parallel import read_in_batches

__all__ = ["load_voc"]


def load_voc(
    folder: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    keep_sets: bool = False,
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

    Raises
    ------
    UsageError
        Where the folder or an image set is missing.
    DataError
        Where the folder holds no XML, or an image set none of its images.
    """
    root = Path(folder)
    if not root.is_dir():
        found = "a file" if root.exists() else "nothing there"
        raise UsageError(f"{root.as_posix()}: wanted a folder of VOC XML, found {found}")
    annotations = root / "Annotations"
    annotations = annotations if annotations.is_dir() else root
    typed = annotations.as_posix()
    listing = annotation_files(os.fspath(annotations), ".xml")
    if not listing.names and not listing.problems:
        hidden = f" ({listing.hidden} hidden ones passed over)" if listing.hidden else ""
        raise DataError(f"{typed}: no XML files found{hidden}")
    files = [f"{typed}/{name}" for name in listing.names]
    batches = read_in_batches(
        "anchorkit.loaders.reading:read_batch", files, jobs=jobs, progress=progress
    )
    boxes = _assembled(typed, listing, list(batches))
    if image_sets or keep_sets:
        wanted = _sets_there(root) if keep_sets else image_sets
        sets = _image_sets(root, typed, listing, wanted)
        boxes = replace(boxes, image_sets=sets)
        boxes = in_image_sets(boxes, image_sets) if image_sets else boxes
        boxes = boxes if keep_sets else replace(boxes, image_sets={})
    return boxes


def _assembled(typed: str, listing: Listing, batches: Sequence[dict[str, Any]]) -> Boxes:
    """Columns of the batches as one set of boxes, its classes sorted by name."""

    def column(name: str, kind: Any) -> NDArray[Any]:
        return np.frombuffer(b"".join(batch[name] for batch in batches), dtype=kind)

    objects, counts = column("objects", np.int32), column("boxes", np.int32)
    read = np.flatnonzero(objects >= 0)
    names = sorted({name for batch in batches for name, _, _ in batch["names"]})
    place = {name: row for row, name in enumerate(names)}
    # Each batch has labels of its own: (class, difficult, truncated) of every box of it.
    labels = np.concatenate(
        [np.empty((0, 3), dtype=np.int32)]
        + [
            np.asarray(
                [(place[name], *flags) for name, *flags in batch["names"]], dtype=np.int32
            ).reshape(-1, 3)[np.frombuffer(batch["labels"], dtype=np.int32)]
            for batch in batches
        ]
    )
    files = [f"{typed}/{name}" for name in listing.names]
    problems = list(listing.problems)
    first = 0
    for batch in batches:
        for row, number, reason, value, kind in batch["faults"]:
            problems.append(Problem(files[first + row], number, reason, value, kind))
        first += len(batch["objects"]) // np.dtype(np.int32).itemsize
    return Boxes(
        sizes=np.column_stack([column("widths", np.float64), column("heights", np.float64)]),
        image_ids=np.repeat(np.arange(len(read), dtype=np.int32), counts[read]),
        class_ids=labels[:, 0].copy(),
        difficult=labels[:, 1].astype(np.bool_),
        truncated=labels[:, 2].astype(np.bool_),
        image_sizes=column("sizes", np.float64).reshape(-1, 2)[read],
        image_names=tuple(listing.names[row][: -len(".xml")] for row in read),
        class_names=tuple(names),
        report=Report(
            files=len(files) + sum(problem.kind == "unreadable" for problem in listing.problems),
            images=len(read),
            objects=int(objects[read].sum()),
            hidden=listing.hidden,
            problems=tuple(problems),
        ),
        image_files=tuple(files[row] for row in read),
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
        try:
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            known = ", ".join(_sets_there(root)) or "none"
            raise UsageError(f"{path.as_posix()}: no such image set; found: {known}") from None
        except OSError as error:
            raise UsageError(f"{path.as_posix()}: {error.strerror}") from None
        listed = listed_names(text.lstrip("\ufeff"), images)
        meant = matched(listed, images)
        sets[name] = tuple(
            dict.fromkeys(
                f"{typed}/{file}"
                for one, found in zip(listed, meant, strict=True)
                for file in ([files[image] for image in found] or [f"{one}.xml"])
            )
        )
    return sets
