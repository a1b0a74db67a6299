"""Sizes of images from their headers, for annotations that do not tell them."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.errors import UsageError
from anchorkit.files import check_folder, open_file
from anchorkit.load_report import Problem

__all__ = ["ImageFolder"]

SUFFIXES = (
    ".bmp", ".dib", ".gif", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".mpo", ".pbm",
    ".pgm", ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp",
)  # fmt: skip
"""What the names of images end in, in lower case."""

ORIENTATION = 0x0112
TURNED = (5, 6, 7, 8)
"""EXIF orientations that swap width and height; trainers turn such images before they resize."""


class ImageFolder:
    """The images below a folder, looked up by the names of their annotations."""

    def __init__(self, folder: str | os.PathLike[str], *, progress: bool = False) -> None:
        root = Path(folder)
        check_folder(root, "a folder of images")
        self.folder = root.as_posix()
        self.progress = progress
        self.problems: list[Problem] = []
        self._opened = _opener()
        self._paths: dict[str, str] = {}
        self._stems: dict[str, list[str]] = {}
        self._sizes: dict[str, tuple[float, float] | None] = {}
        for path in sorted(_images(os.fspath(root), "")):
            name = path.rpartition(".")[0]
            self._paths.setdefault(name, path)
            self._stems.setdefault(name.rpartition("/")[2], []).append(path)

    def filled(self, sizes: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
        """Sizes of images, the unknown ones read from the images' headers.

        What could not be found or read is named in `problems`.

        Parameters
        ----------
        sizes
            (m, 2), width and height in pixels; NaN where unknown.
        names
            m names: the annotation's path below its data set, without the extension.

        Returns
        -------
        (m, 2) float64, a copy; still NaN where there is no such image.
        """
        sizes = sizes.copy()
        unknown = np.flatnonzero(~(sizes > 0).all(axis=1))
        for row in _shown(unknown.tolist(), self.progress):
            size = self.size(names[row])
            if size is not None:
                sizes[row] = size
        return sizes

    def size(self, name: str) -> tuple[float, float] | None:
        """Width and height of an image, as trainers see it; None where it cannot be told."""
        if name not in self._sizes:
            self._sizes[name] = self._read(name)
        return self._sizes[name]

    def _read(self, name: str) -> tuple[float, float] | None:
        path = self._paths.get(name)
        if path is None:
            same = self._stems.get(name.rpartition("/")[2], [])
            if len(same) != 1:
                reason = "several images of that name" if same else "no image of that name"
                self._note(f"{self.folder}/{name}", reason, ", ".join(same[:3]))
                return None
            path = same[0]
        try:
            with (
                open_file(f"{self.folder}/{path}", "an image") as file,
                self._opened(file) as image,
            ):
                width, height = image.size
                # A PNG without EXIF before its pixels would be decoded to look behind them.
                looks = image.format != "PNG" or "exif" in image.info
                turned = looks and image.getexif().get(ORIENTATION) in TURNED
        except Exception as error:  # each decoder of Pillow has errors of its own
            self._note(f"{self.folder}/{path}", "the image cannot be read", str(error)[:80])
            return None
        return (height, width) if turned else (width, height)

    def _note(self, file: str, reason: str, value: str) -> None:
        self.problems.append(Problem(file, None, reason, value, "note"))


def _images(folder: str, below: str) -> Iterator[str]:
    with os.scandir(f"{folder}/{below}") as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _images(folder, f"{below}{entry.name}/")
            elif entry.name.lower().endswith(SUFFIXES):
                yield f"{below}{entry.name}"


def _opener() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise UsageError(
            "--images needs Pillow, which reads the headers: pip install 'anchorkit[images]'"
        ) from None
    return Image.open


def _shown(rows: list[int], progress: bool) -> "Iterator[int] | list[int]":
    if not progress:
        return rows
    from tqdm import tqdm

    shown: Iterator[int] = iter(tqdm(rows, desc="image sizes", unit="image", leave=False))
    return shown
