"""`--plot` for every command that can show what it found: checked early, drawn last."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anchorkit.cli.options.types import SomePath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from anchorkit.quality import Quality

__all__ = ["PICTURES", "board_option", "check_picture_path", "draw", "pictures_of", "plot_option"]

PICTURES = ("boxes", "clusters", "anchors", "coverage")

plot_option = click.option(
    "--plot",
    type=SomePath(),
    metavar="FILE",
    help="Also draw the clusters into a .png, .svg or .pdf, or all pictures into a folder.",
)
"""`--plot` as `plot`, a path or None."""

board_option = click.option(
    "--tensorboard",
    "board",
    type=SomePath(),
    metavar="DIR",
    help="Also write mean IoU and pictures where TensorBoard shows them; needs the extra "
    "anchorkit[tensorboard].",
)
"""`--tensorboard` as `board`, a path or None."""


def check_picture_path(
    path: Path, option: str = "--plot", *, pictures: Sequence[str] = PICTURES
) -> None:
    """Fail before any work where pictures cannot be written to a path.

    Parameters
    ----------
    path
        A file, or a folder for all pictures.
    option
        What the user typed before it.
    pictures
        The names of those that go into a folder.

    Raises
    ------
    UsageError
        Where the extension is not one of a picture's, or the folder of a file is not there.
    WriteError
        Where writing is not permitted, or a file holds something else than such a picture.
    """
    from anchorkit.cli.options.output_paths import check_folder, check_output
    from anchorkit.plots.figures import is_folder

    if is_folder(path):
        check_folder(path, f"{option} {path}")
    files = [path / f"{name}.png" for name in pictures] if is_folder(path) else [path]
    for file in files:
        if file.parent.is_dir() or file == path:
            form = file.suffix[1:].upper()
            check_output(file, f"{option} {file}", ours=_is_picture, what=f"a picture ({form})")


def _is_picture(path: Path) -> bool:
    """Whether a file holds what its name says it does."""
    from anchorkit.files import open_file

    with open_file(path) as file:
        head = file.read(4096)
    if path.suffix.lower() == ".svg":
        return b"<svg" in head
    return head.startswith({".png": b"\x89PNG\r\n", ".pdf": b"%PDF-"}[path.suffix.lower()])


def draw(
    path: Path,
    sizes: "NDArray[np.float64]",
    frame: tuple[int, int],
    *,
    anchors: "NDArray[np.float64] | None" = None,
    quality: "Quality | None" = None,
    picture: str | None = None,
    scale: str | None = None,
) -> list[Path]:
    """Write pictures of boxes, and of anchors where there are some.

    Parameters
    ----------
    path
        A file for one picture, or a folder for all.
    sizes
        (n, 2), the boxes, pixels at input.
    frame
        Width and height of the input, pixels.
    anchors, quality
        (k, 2), pixels at input, and how they fit the boxes.
    picture
        The one of `PICTURES` for a file; None: the clusters, or without anchors the boxes.
    scale
        One of `plots.drawing.SCALES`; None: the one that suits the boxes.

    Returns
    -------
    The files written.
    """
    from anchorkit.plots import figures

    pictures = pictures_of(sizes, frame, anchors=anchors, quality=quality, scale=scale)
    if picture and figures.is_folder(path):
        pictures = {picture: pictures[picture]}
    single = picture or ("boxes" if anchors is None else "clusters")
    return figures.save_pictures(path, pictures, single)


def pictures_of(
    sizes: "NDArray[np.float64]",
    frame: tuple[int, int],
    *,
    anchors: "NDArray[np.float64] | None" = None,
    quality: "Quality | None" = None,
    scale: str | None = None,
) -> "dict[str, Callable[[], Any]]":
    """What makes each picture of these boxes and anchors; arguments as for `draw`."""
    from anchorkit.plots import figures

    pictures: dict[str, Callable[[], Any]] = {
        "boxes": lambda: figures.boxes_figure(sizes, scale=scale)
    }
    if anchors is not None and quality is not None:
        pictures |= {
            "clusters": lambda: figures.clusters_figure(
                sizes, quality.labels, anchors, mean_iou=quality.mean_iou, scale=scale
            ),
            "anchors": lambda: figures.anchors_figure(anchors, frame),
            "coverage": lambda: figures.coverage_figure(quality.best),
        }
    return pictures
