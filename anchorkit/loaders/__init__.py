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
    suffixes: tuple[str, ...]
    """How the files in its folder end, or its file."""
    extras: tuple[str, ...] = ()
    """Of `keep_sets`, `besides`, `images`, `polygons` and `keypoints`, what its function takes."""
    told_by: str = ""
    """`module:function`, called with all files of a folder that end so: whether they are of it.
    Empty: the suffix tells."""


LOADERS = {
    "voc": Loader(
        "anchorkit.loaders.voc:load_voc",
        "DIR",
        "VOC root with Annotations/, or any folder of XML; may be given several times.",
        "XML",
        (".xml",),
        extras=("keep_sets", "images"),
    ),
    "boxes": Loader(
        "anchorkit.loaders.npz:load_boxes",
        "FILE",
        "Boxes saved by `anchorkit extract`; may be given several times.",
        "extracted boxes",
        (".npz",),
        extras=("keep_sets",),
    ),
    "yolo": Loader(
        "anchorkit.loaders.yolo:load_yolo",
        "DIR",
        "Folder of YOLO label files; may be given several times.",
        "label files",
        (".txt",),
        extras=("keep_sets", "polygons", "keypoints"),
        told_by="anchorkit.loaders.yolo_file:are_labels",
    ),
    "data": Loader(
        "anchorkit.loaders.data_file:load_data",
        "FILE",
        "The images of a data.yaml, of darknet's obj.data, of a list (train.txt) or of a folder.",
        "data files",
        (".data", ".yaml", ".yml"),
        extras=("keep_sets", "besides", "polygons", "keypoints"),
    ),
    "coco": Loader(
        "anchorkit.loaders.coco:load_coco",
        "FILE",
        "COCO instances JSON, plain or .gz; may be given several times.",
        "JSON",
        (".json", ".json.gz"),
        extras=("keep_sets", "besides", "images"),
    ),
    "kitti": Loader(
        "anchorkit.loaders.kitti:load_kitti",
        "DIR",
        "Folder of KITTI label files, as for TAO; the images tell their sizes.",
        "KITTI labels",
        (".txt",),
        extras=("keep_sets", "images"),
        told_by="anchorkit.loaders.kitti:are_kitti",
    ),
    "keras": Loader(
        "anchorkit.loaders.keras_list:load_keras_list",
        "FILE",
        "List of keras-yolo3 (image x1,y1,x2,y2,class ...); the images tell their sizes.",
        "lists of images and boxes",
        (),
        extras=("keep_sets", "besides", "images"),
    ),
}
"""Each format by its name, which is that of its option: `--voc`."""


def load(
    sources: Sequence[tuple[str, Path]],
    *,
    image_sets: Sequence[str] = (),
    besides: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    keep_sets: bool = False,
    images: Sequence[Path] = (),
    find_images: bool = False,
    polygons: bool = False,
    keypoints: bool = False,
) -> Boxes:
    """Boxes of several sources of any format, in the order given.

    Parameters
    ----------
    sources
        (format, path), the format a key of `LOADERS`.
    image_sets
        Names of parts of a data set; only their images are used. Where empty, all, or what a data
        file calls `train`.
    besides
        Names of parts that are loaded as well.
    jobs
        Processes that read files; None: as many as this process may use.
    progress
        Whether to show a progress bar on stderr.
    keep_sets
        Whether to remember, for saving, which images belong to which image set.
    images
        Folders of the images: their headers tell the sizes that the annotations do not.
    find_images
        Whether sizes that nothing tells are read from the images where these usually lie.
    polygons
        Whether lines of YOLO labels with more than six fields are polygons.
    keypoints
        Whether of such lines the first five fields count.

    Raises
    ------
    UsageError
        Where a format is unknown, a path is missing, or a path is given twice.
    DataError
        Where a source holds no annotations, or no such part.
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
    if images:
        from anchorkit.loaders.image_sizes import ImageFolder

        folder = ImageFolder(*images, progress=progress)
    extras = {
        "keep_sets": keep_sets,
        "besides": besides,
        "images": folder,
        "polygons": polygons,
        "keypoints": keypoints,
    }
    # What takes all where no part is named has what is to be loaded besides among it
    named_sets = [*dict.fromkeys([*image_sets, *besides])] if image_sets else []
    parts = []
    for name, path in sources:
        loader = LOADERS[name]
        options = {key: value for key, value in extras.items() if key in loader.extras}
        sets = image_sets if "besides" in options else named_sets
        parts.append(
            named(loader.function)(path, image_sets=sets, jobs=jobs, progress=progress, **options)
        )
    boxes = concatenated(parts)
    if len(parts) > 1:
        # A file of boxes names annotations as they lay elsewhere, or has but one class of them
        files = [
            () if name in ("boxes", "coco") else part.image_files
            for (name, _), part in zip(sources, parts, strict=True)
        ]
        boxes = _with_repeats(boxes, overlaps(sources, files))
    if folder is not None:
        return _sized(boxes, folder)
    return _with_found(boxes, progress=progress) if find_images else boxes


def _with_repeats(boxes: Boxes, repeats: Sequence[Problem]) -> Boxes:
    """The boxes with notes of what counts twice, and a warning, which nobody may miss."""
    from dataclasses import replace

    from anchorkit.load_report import Remark

    boxes = _with_problems(boxes, repeats)
    remarks = [Remark("warning", f"{one.file}: {one.reason} ({one.value})") for one in repeats]
    report = replace(boxes.report, remarks=(*boxes.report.remarks, *remarks))
    return replace(boxes, report=report)


def _with_problems(boxes: Boxes, more: Sequence[Problem]) -> Boxes:
    from dataclasses import replace

    report = replace(boxes.report, problems=(*boxes.report.problems, *more))
    return replace(boxes, report=report) if more else boxes


def _sized(boxes: Boxes, folder: ImageFolder) -> Boxes:
    from dataclasses import replace

    sizes = folder.filled(boxes.image_sizes, boxes.image_names, boxes.image_files)
    problems = [*folder.problems, *folder.unmatched(boxes.image_names)]
    return _with_problems(replace(boxes, image_sizes=sizes), problems)


def _with_found(boxes: Boxes, *, progress: bool) -> Boxes:
    """Boxes whose images have the sizes of those that lie beside their annotations."""
    from dataclasses import replace

    from anchorkit.load_report import Remark
    from anchorkit.loaders.image_sizes import images_beside

    unknown = ~(boxes.image_sizes > 0).all(axis=1)
    found = images_beside(progress=progress) if unknown.any() and boxes.image_files else None
    if found is None:
        return boxes
    sizes = found.filled(boxes.image_sizes, boxes.image_names, boxes.image_files)
    count = int((unknown & (sizes > 0).all(axis=1)).sum())
    if not count:
        return boxes
    remark = Remark("note", f"sizes of {count:,} images read from the images themselves")
    report = replace(boxes.report, remarks=(*boxes.report.remarks, remark))
    return _with_problems(replace(boxes, image_sizes=sizes, report=report), found.problems)
