"""One module per format of annotations, and one table of them.

Adding a format takes a module with its loader and a row in `LOADERS`: the options of the command
line, what tells the format of a path, and the errors that list formats all come from the table.
Nothing is imported before it is used: the processes that read files import this package too, and
must not wait for numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from anchorkit.boxes import Boxes
    from anchorkit.load_report import Problem
    from anchorkit.loaders.image_sizes import ImageFolder

__all__ = ["LOADERS", "Loader", "load"]


class Loader(NamedTuple):
    """A format: what loads it, what its option says, and what tells a path of it."""

    function: str
    """`module:function`, called as function(path, image_sets=, jobs=, progress=)."""
    takes: str
    """`DIR` or `FILE`."""
    help: str
    """What its option takes."""
    holds: str
    """What a folder of it holds, or what its file is."""
    suffix: str
    """How the files in its folder end, or its file."""
    extras: tuple[str, ...] = ()
    """Of `keep_sets`, `images`, `polygons` and `keypoints`, what its function takes besides."""
    told_by: str = ""
    """`module:function`, called with all files of a folder that end so: whether they are of it.
    Empty: the suffix tells."""


LOADERS = {
    "voc": Loader(
        "anchorkit.loaders.voc:load_voc",
        "DIR",
        "VOC root with Annotations/, or any folder of XML; may be given several times.",
        "XML",
        ".xml",
        extras=("keep_sets", "images"),
    ),
    "boxes": Loader(
        "anchorkit.loaders.npz:load_boxes",
        "FILE",
        "Boxes saved by `anchorkit extract`; may be given several times.",
        "extracted boxes",
        ".npz",
        extras=("keep_sets",),
    ),
    "yolo": Loader(
        "anchorkit.loaders.yolo:load_yolo",
        "DIR",
        "Folder of YOLO label files; may be given several times.",
        "label files",
        ".txt",
        extras=("polygons", "keypoints"),
        told_by="anchorkit.loaders.yolo_file:are_labels",
    ),
    "data": Loader(
        "anchorkit.loaders.darknet_data:load_darknet_data",
        "FILE",
        "Darknet's obj.data: the images of its training list.",
        "darknet data files",
        ".data",
        extras=("polygons", "keypoints"),
    ),
    "coco": Loader(
        "anchorkit.loaders.coco:load_coco",
        "FILE",
        "COCO instances JSON; may be given several times.",
        "JSON",
        ".json",
        extras=("images",),
    ),
}
"""Each format by its name, which is that of its option: `--voc`."""


def load(
    sources: Sequence[tuple[str, Path]],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    keep_sets: bool = False,
    images: Path | None = None,
    polygons: bool = False,
    keypoints: bool = False,
) -> Boxes:
    """Boxes of several sources of any format, in the order given.

    Parameters
    ----------
    sources
        (format, path), the format a key of `LOADERS`.
    image_sets
        Names of image sets; only their images are used. All, where empty.
    jobs
        Processes that read files; None: as many as this process may use.
    progress
        Whether to show a progress bar on stderr.
    keep_sets
        Whether to remember, for saving, which images belong to which image set.
    images
        Folder of the images: their headers tell the sizes that the annotations do not.
    polygons
        Whether lines of YOLO labels with more than six fields are polygons.
    keypoints
        Whether of such lines the first five fields count.

    Raises
    ------
    UsageError
        Where a format is unknown, a path or an image set is missing, or a path is given twice.
    DataError
        Where a source holds no annotations.
    """
    from anchorkit.boxes import concatenated
    from anchorkit.errors import UsageError
    from anchorkit.loaders.duplicates import check_repeats, overlaps
    from anchorkit.loaders.worker import named

    if not sources:
        raise UsageError("no data: wanted at least one source")
    for name, _ in sources:
        if name not in LOADERS:
            raise UsageError(f"format {name!r}: wanted one of {', '.join(LOADERS)}")
    check_repeats(sources)
    folder = None
    if images is not None:
        from anchorkit.loaders.image_sizes import ImageFolder

        folder = ImageFolder(images, progress=progress)
    extras = {
        "keep_sets": keep_sets,
        "images": folder,
        "polygons": polygons,
        "keypoints": keypoints,
    }
    parts = []
    for name, path in sources:
        loader = LOADERS[name]
        options = {key: value for key, value in extras.items() if key in loader.extras}
        parts.append(
            named(loader.function)(
                path, image_sets=image_sets, jobs=jobs, progress=progress, **options
            )
        )
    boxes = concatenated(parts)
    if len(parts) > 1:
        # A file of boxes names annotations as they lay elsewhere, or has but one class of them
        files = [
            () if name == "boxes" else part.image_files
            for (name, _), part in zip(sources, parts, strict=True)
        ]
        boxes = _with_problems(boxes, overlaps(sources, files))
    return boxes if folder is None else _sized(boxes, folder)


def _with_problems(boxes: Boxes, more: Sequence[Problem]) -> Boxes:
    from dataclasses import replace

    report = replace(boxes.report, problems=(*boxes.report.problems, *more))
    return replace(boxes, report=report) if more else boxes


def _sized(boxes: Boxes, folder: ImageFolder) -> Boxes:
    from dataclasses import replace

    sizes = folder.filled(boxes.image_sizes, boxes.image_names)
    return _with_problems(replace(boxes, image_sizes=sizes), folder.problems)
