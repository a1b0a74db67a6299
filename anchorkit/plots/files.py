"""Pictures as files: PNG, SVG or PDF, the same bytes every time."""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from anchorkit.errors import UsageError, WriteError
from anchorkit.files import write_atomically
from anchorkit.plots.style import own_style
from anchorkit.terminal import safe_text

__all__ = ["DPI", "SUFFIXES", "Made", "is_folder", "pixels", "rendered", "save_pictures"]

SUFFIXES = (".png", ".svg", ".pdf")

DPI = 120

NO_DATES: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}

NAMES = {
    "png": ("Title", "Description"),
    "svg": ("Title", "Description"),
    "pdf": ("Title", "Subject"),
}
"""What each form calls the title of a picture, and what it shows."""


class Made(NamedTuple):
    """What a picture file says of itself: its title, and the command that draws it."""

    title: str = ""
    command: str = ""


def rendered(
    figure: Figure, suffix: str = ".png", *, dpi: float = DPI, made: Made | None = None
) -> bytes:
    """A figure as the bytes of a file, the same for the same figure.

    Parameters
    ----------
    figure
        What to render.
    suffix
        One of `SUFFIXES`.
    dpi
        Pixels per inch, of what the file holds in pixels.
    made
        What the metadata of the file says.
    """
    form = suffix.removeprefix(".").lower()
    metadata = dict(NO_DATES[form])
    for name, text in zip(NAMES[form], made or (), strict=False):
        if text:
            metadata[name] = safe_text(text)
    stream = BytesIO()
    with own_style():
        figure.savefig(stream, format=form, dpi=dpi, metadata=metadata)
    return stream.getvalue()


def pixels(figure: Figure) -> NDArray[np.uint8]:
    """A figure as an image.

    Parameters
    ----------
    figure
        What to draw.

    Returns
    -------
    (height, width, 3) uint8, red, green and blue.
    """
    stream = BytesIO()
    with own_style():
        figure.savefig(stream, format="rgba", dpi=DPI)
    width = int(figure.get_figwidth() * DPI)
    return np.frombuffer(stream.getvalue(), dtype=np.uint8).reshape(-1, width, 4)[..., :3]


def is_folder(path: Path) -> bool:
    """Whether pictures for this path go into a folder: it is one, or its name has no extension.

    Raises
    ------
    UsageError
        Where the name has an extension that is not one of `SUFFIXES`.

    Examples
    --------
    >>> is_folder(Path("boxes.png")), is_folder(Path("plots"))
    (False, True)
    """
    if path.is_dir() or not path.suffix:
        return True
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: wanted a folder or a name that ends in {', '.join(SUFFIXES)}")
    return False


def save_pictures(
    path: Path,
    pictures: Mapping[str, Callable[[], Figure]],
    single: str,
    *,
    dpi: float = DPI,
    made: Made | None = None,
) -> list[Path]:
    """Pictures into files: all of them into a folder as PNG, or one into the file that is named.

    Parameters
    ----------
    path
        A folder, made if need be, or a file whose name ends in one of `SUFFIXES`.
    pictures
        For each name what makes its figure.
    single
        The name of the picture for a single file.
    dpi
        Pixels per inch.
    made
        What the metadata of the files says.

    Returns
    -------
    The files written.

    Raises
    ------
    UsageError
        Where the extension is not one of `SUFFIXES`.
    WriteError
        Where a file cannot be written.
    """
    if not is_folder(path):
        content = rendered(pictures[single](), path.suffix, dpi=dpi, made=made)
        write_atomically(path, content)
        return [path]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"{path}: cannot make the folder: {error.strerror}") from None
    files = []
    for name, figure in pictures.items():
        files.append(path / f"{name}.png")
        write_atomically(files[-1], rendered(figure(), dpi=dpi, made=made))
    return files
