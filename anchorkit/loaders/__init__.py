"""One module per format of annotations, and one table of them.

Nothing is imported before it is used: the processes that read files import this package too, and
must not wait for numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from anchorkit.boxes import Boxes
    from anchorkit.loaders.image_sizes import ImageFolder

__all__ = ["LOADERS", "load"]


def _of(module: str, function: str) -> Callable[..., Boxes]:
    def loader(path: Path, **options: Any) -> Boxes:
        boxes: Boxes = getattr(import_module(module), function)(path, **options)
        return boxes

    return loader


LOADERS: dict[str, Callable[..., Boxes]] = {
    "voc": _of("anchorkit.loaders.voc", "load_voc"),
    "boxes": _of("anchorkit.boxfile", "load_boxes"),
    "yolo": _of("anchorkit.loaders.yolo", "load_yolo"),
    "data": _of("anchorkit.loaders.darknet_data", "load_darknet_data"),
    "coco": _of("anchorkit.loaders.coco", "load_coco"),
}
"""For each format: its loader, called as loader(path, image_sets=, jobs=, progress=)."""

_KEEP_SETS = ("voc", "boxes")
_IMAGES = ("voc", "coco")
_POLYGONS = ("yolo", "data")


def load(
    sources: Sequence[tuple[str, Path]],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    keep_sets: bool = False,
    images: Path | None = None,
    polygons: bool = False,
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
        Whether lines of YOLO labels with more than five fields are polygons.

    Raises
    ------
    UsageError
        Where a format is unknown, or a path or an image set is missing.
    DataError
        Where a source holds no annotations.
    """
    from anchorkit.boxes import concatenated
    from anchorkit.errors import UsageError

    if not sources:
        raise UsageError("no data: wanted at least one source")
    folder = None
    if images is not None:
        from anchorkit.loaders.image_sizes import ImageFolder

        folder = ImageFolder(images, progress=progress)
    parts = []
    for name, path in sources:
        if name not in LOADERS:
            raise UsageError(f"format {name!r}: wanted one of {', '.join(LOADERS)}")
        options: dict[str, Any] = {"image_sets": image_sets, "jobs": jobs, "progress": progress}
        if keep_sets and name in _KEEP_SETS:
            options["keep_sets"] = True
        if folder is not None and name in _IMAGES:
            options["images"] = folder
        if polygons and name in _POLYGONS:
            options["polygons"] = True
        parts.append(LOADERS[name](path, **options))
    boxes = concatenated(parts)
    return boxes if folder is None else _sized(boxes, folder)


def _sized(boxes: Boxes, folder: ImageFolder) -> Boxes:
    from dataclasses import replace

    sizes = folder.filled(boxes.image_sizes, boxes.image_names)
    report = replace(boxes.report, problems=(*boxes.report.problems, *folder.problems))
    return replace(boxes, image_sizes=sizes, report=report)
