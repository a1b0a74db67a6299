"""From the columns that reading processes answer with to boxes.

Tested in tests/loaders/test_formats_agree.py.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.load_report import Problem, Report
from anchorkit.loaders.plausible import Form, Odd, plausible

__all__ = ["boxes_of_columns"]


def boxes_of_columns(
    files: Sequence[str],
    names: Sequence[str],
    batches: Sequence[dict[str, Any]],
    *,
    source: str,
    problems: Sequence[Problem] = (),
    hidden: int = 0,
) -> Boxes:
    """Boxes of files with one image each, the classes sorted by name.

    Parameters
    ----------
    files
        Paths of the files, as problems name them.
    names
        For each file the name of its image.
    batches
        Columns of consecutive files: for each box `widths`, `heights`, `xs`, `ys` (float64: its
        centre, or where the `form` is "corners", its left and top edge in pixels) and `labels`
        (int32, places in the list `names` of (class name, difficult, truncated)); for each file
        `sizes` (float64 width and height of the image), `objects` and `boxes` (int32; -1 objects
        where it could not be read); `faults`: (place of the file, object, reason, value, kind);
        `odd`: (place of the file, object, place among the boxes of the file or -1, the four numbers
        of the file) of what reaches out of its image. All batches have the same `form`.
    source
        What errors about the whole set name.
    problems
        What listing the files brought up.
    hidden
        Hidden files passed over.
    """

    def column(name: str, kind: Any) -> NDArray[Any]:
        return np.frombuffer(b"".join(batch[name] for batch in batches), dtype=kind)

    objects, counts = column("objects", np.int32), column("boxes", np.int32)
    read = np.flatnonzero(objects >= 0)
    rows = read.tolist()
    classes = sorted({name for batch in batches for name, _, _ in batch["names"]})
    place = {name: row for row, name in enumerate(classes)}
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
    sides = np.column_stack([column("widths", np.float64), column("heights", np.float64)])
    centres = np.column_stack([column("xs", np.float64), column("ys", np.float64)])
    image_sizes = column("sizes", np.float64).reshape(-1, 2)
    form: Form = batches[0]["form"] if batches else "centre"
    if form == "corners":
        centres /= np.repeat(image_sizes, counts, axis=0)
        centres += sides / 2
    # Rounding may leave one of a box at the edge a hair outside
    np.clip(centres, 0, 1, out=centres)
    found = list(problems)
    first = 0
    odd: list[tuple[int, int, int, Sequence[float]]] = []
    for batch in batches:
        odd += [(first + row, *one) for row, *one in batch["odd"]]
        for row, number, reason, value, kind in batch["faults"]:
            found.append(Problem(files[first + row], number, reason, value, kind))
        first += len(batch["objects"]) // np.dtype(np.int32).itemsize
    boxes = Boxes(
        sizes=sides,
        centres=centres,
        image_ids=np.repeat(np.arange(len(read), dtype=np.int32), counts[read]),
        class_ids=labels[:, 0].copy(),
        difficult=labels[:, 1].astype(np.bool_),
        truncated=labels[:, 2].astype(np.bool_),
        image_sizes=image_sizes[read],
        image_names=tuple(names[row] for row in rows),
        class_names=tuple(classes),
        report=Report(
            files=len(files) + sum(problem.kind == "unreadable" for problem in problems),
            images=len(read),
            objects=int(objects[read].sum()),
            hidden=hidden,
            problems=tuple(found),
        ),
        image_files=tuple(files[row] for row in rows),
    )
    return plausible(boxes, _odd(odd, objects, counts), form, source)


def _odd(
    found: Sequence[tuple[int, int, int, Sequence[float]]],
    objects: NDArray[np.int32],
    counts: NDArray[np.int32],
) -> Odd:
    """What reaches out of its image, by the rows of boxes and images."""
    table = np.asarray([one[:3] for one in found], dtype=np.int64).reshape(-1, 3)
    image_rows = np.cumsum(objects >= 0) - 1
    first_boxes = np.cumsum(counts) - counts
    files, numbers, boxes = table.T
    return Odd(
        images=image_rows[files].astype(np.int64),
        boxes=np.where(boxes >= 0, first_boxes[files] + boxes, -1),
        objects=numbers,
        values=np.asarray([one[3] for one in found], dtype=np.float64).reshape(-1, 4),
    )
