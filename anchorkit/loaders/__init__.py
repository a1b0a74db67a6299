"""One module per format of annotations, and one table of them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from anchorkit.boxes import Boxes, concatenated
from anchorkit.errors import UsageError

__all__ = ["LOADERS", "load"]

LOADERS: dict[str, Callable[..., Boxes]] = {}
"""For each format: its loader, called as loader(path, image_sets=, jobs=, progress=)."""


def load(
    sources: Sequence[tuple[str, Path]],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
) -> Boxes:
    """Boxes of several sources of any format, in the order given.

    Parameters
    ----------
    sources
        (format, path), the format a key of `LOADERS`.
    image_sets
        Names of image sets; only their images are loaded. All, where empty.
    jobs
        Processes that read files; None: as many as this process may use.
    progress
        Whether to show a progress bar on stderr.

    Raises
    ------
    UsageError
        Where a format is unknown or a path is missing.
    """
    parts = []
    for name, path in sources:
        if name not in LOADERS:
            raise UsageError(f"format {name!r}: wanted one of {', '.join(LOADERS)}")
        parts.append(LOADERS[name](path, image_sets=image_sets, jobs=jobs, progress=progress))
    return concatenated(parts)
