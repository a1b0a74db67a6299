"""`--plot` for every command that can show what it found: checked early, drawn last.

Tested in tests/cli/test_plot.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from anchorkit.cli.options.types import SomePath, Whole

if TYPE_CHECKING:
    from anchorkit.darknet.heads import Head
    from anchorkit.plots.anchors import HeadFrame
    from anchorkit.plots.pictures import Subject

__all__ = [
    "PICTURES",
    "Look",
    "board_option",
    "check_picture_path",
    "draw",
    "head_frames",
    "look_options",
    "name_written",
    "plot_option",
    "save",
]

Command = TypeVar("Command", bound=Callable[..., Any])

PICTURES = ("boxes", "ratios", "positions", "classes", "clusters", "anchors", "coverage")
"""Names of the pictures of boxes and anchors."""

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


@dataclass(frozen=True)
class Look:
    """How the user wants pictures: the title (None: in words what they show), dots per inch."""

    title: str | None
    dpi: int


def look_options(command: Command) -> Command:
    """`--title` and `--dpi`, gathered into the argument `look`."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        return command(look=Look(given.pop("picture_title"), given.pop("picture_dpi")), **given)

    for option in (
        click.option(
            "--dpi",
            "picture_dpi",
            type=Whole(20, 1200),
            default=120,
            show_default=True,
            metavar="N",
            help="Pixels per inch of pictures.",
        ),
        click.option(
            "--title",
            "picture_title",
            metavar="TEXT",
            help="Title of pictures.  [default: the data, its boxes, the input and the anchors]",
        ),
    ):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]  # the same command with other arguments


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
    from anchorkit.plots.files import is_folder

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


def head_frames(heads: "Sequence[Head]", count: int) -> "list[HeadFrame]":
    """For each head of a cfg its stride, and which of so many anchors it uses."""
    from anchorkit.plots.anchors import HeadFrame

    every = range(count)
    return [
        HeadFrame(
            head.stride,
            tuple(row for row in (every if head.mask is None else head.mask) if row in every),
        )
        for head in heads
    ]


def draw(path: Path, subject: "Subject", look: Look, *, picture: str | None = None) -> list[Path]:
    """Write pictures of boxes, and of anchors where there are some; say which.

    Parameters
    ----------
    path
        A file for one picture, or a folder for all.
    subject
        What they show.
    look
        How.
    picture
        The one of `PICTURES` for a file; None: the clusters, or without anchors the boxes.

    Returns
    -------
    The files written.
    """
    from anchorkit.cli.waiting import doing
    from anchorkit.plots.files import is_folder
    from anchorkit.plots.pictures import pictures_of

    doing("drawing")
    pictures = pictures_of(subject)
    if picture and is_folder(path):
        pictures = {picture: pictures[picture]}
    single = picture or ("boxes" if subject.anchors is None else "clusters")
    return save(path, pictures, single, look, title=subject.titled())


def save(
    path: Path,
    pictures: dict[str, Callable[[], Any]],
    single: str,
    look: Look,
    *,
    title: str,
) -> list[Path]:
    """Write pictures with what made them in their metadata, and say which.

    Parameters
    ----------
    path
        A file for one picture, or a folder for all.
    pictures
        For each name what makes its figure.
    single
        The name of the picture for a single file.
    look
        Of which the dots per inch count here.
    title
        For the metadata.
    """
    from anchorkit.cli.options.typed import typed_command
    from anchorkit.cli.waiting import doing
    from anchorkit.plots.files import Made, save_pictures

    doing("drawing")
    made = Made(title.partition("\n")[0], typed_command())
    files = save_pictures(path, pictures, single, dpi=look.dpi, made=made)
    name_written(path, files)
    return files


def name_written(path: Path, files: Sequence[Path]) -> None:
    """Say what was written: a file, or a folder and what was put into it."""
    from anchorkit.cli.messages import note

    names = ", ".join(file.name for file in files)
    note(f"{path}: written" if list(files) == [path] else f"{path}: {names} written")
