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

__all__ = ["LOADERS", "load"]


def _of(module: str, function: str) -> Callable[..., Boxes]:
    def loader(path: Path, **options: Any) -> Boxes:
        boxes: Boxes = getattr(import_module(module), function)(path, **options)
        return boxes

    return loader


LOADERS: dict[str, Callable[..., Boxes]] = {
    "voc": _of("anchorkit.loaders.voc", "load_voc"),
}
"""For each format: its loader, called as loader(path, image_sets=, jobs=, progress=)."""

_KEEP_SETS = ("voc",)


def load(
    sources: Sequence[tuple[str, Path]],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    keep_sets: bool = False,
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
    parts = []
    for name, path in sources:
        if name not in LOADERS:
            raise UsageError(f"format {name!r}: wanted one of {', '.join(LOADERS)}")
        options: dict[str, Any] = {"image_sets": image_sets, "jobs": jobs, "progress": progress}
        if keep_sets and name in _KEEP_SETS:
            options["keep_sets"] = True
        parts.append(LOADERS[name](path, **options))
    return concatenated(parts)
