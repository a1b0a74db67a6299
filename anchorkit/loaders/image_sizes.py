"""Sizes of images from their headers, for annotations that do not tell them."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.errors import UsageError
from anchorkit.files import check_folder, open_file
from anchorkit.load_report import Problem
from anchorkit.loaders.listing import annotation_files
from anchorkit.loaders.suffixes import IMAGE_SUFFIXES
from anchorkit.progress import progress_bar

__all__ = ["ImageFolder", "images_beside"]

ORIENTATION = 0x0112
TURNED = (5, 6, 7, 8)
"""EXIF orientations that swap width and height; trainers turn such images before they resize."""

ROLES = frozenset(
    ("images", "labels", "annotations", "jpegimages", "image", "label", "imgs", "img", "xml",
     "xmls", "image_2", "label_2", "obj_train_data")
)  # fmt: skip
"""Folders that part images from annotations, and tell nothing else."""

BESIDE = (
    ("labels", "images"),
    ("Annotations", "JPEGImages"),
    ("labels", "JPEGImages"),
    ("annotations", "images"),
    ("label_2", "image_2"),
)
"""Folders of annotations, and of the images that belong to them."""


class _Images(ABC):
    """Sizes of images that are found by name, each read once."""

    def __init__(self, *, progress: bool) -> None:
        self.progress = progress
        self.problems: list[Problem] = []
        self._opened = _opener()
        self._sizes: dict[tuple[str, str], tuple[float, float] | None] = {}

    def filled(
        self, sizes: NDArray[np.float64], names: Sequence[str], files: Sequence[str] = ()
    ) -> NDArray[np.float64]:
        """Sizes of images, the unknown ones read from the images' headers.

        What could not be found or read is named in `problems`.

        Parameters
        ----------
        sizes
            (m, 2), width and height in pixels; NaN where unknown.
        names
            m names: the annotation's path below its data set, without the extension.
        files
            The paths of the annotations, which tell images of the same name apart.

        Returns
        -------
        (m, 2) float64, a copy; still NaN where there is no such image.
        """
        sizes = sizes.copy()
        unknown = np.flatnonzero(~(sizes > 0).all(axis=1))
        for row in _shown(unknown.tolist(), self.progress):
            size = self.size(names[row], files[row] if files else "")
            if size is not None:
                sizes[row] = size
        return sizes

    def size(self, name: str, file: str = "") -> tuple[float, float] | None:
        """Width and height of an image, as trainers see it; None where it cannot be told."""
        key = (name, file)
        if key not in self._sizes:
            path = self._path(name, file)
            self._sizes[key] = None if path is None else self.read(path)
        return self._sizes[key]

    @abstractmethod
    def _path(self, name: str, file: str) -> str | None:
        """Where the image of a name is; None, and a note, where it is not found."""

    def read(self, path: str) -> tuple[float, float] | None:
        """Width and height of an image file; None, and a note, where it cannot be read."""
        try:
            with open_file(path, "an image") as file, self._opened(file) as image:
                width, height = image.size
                # A PNG without EXIF before its pixels would be decoded to look behind them.
                looks = image.format != "PNG" or "exif" in image.info
                turned = looks and image.getexif().get(ORIENTATION) in TURNED
        except Exception as error:  # each decoder of Pillow has errors of its own
            self.note(path, "the image cannot be read", str(error)[:80])
            return None
        return (height, width) if turned else (width, height)

    def note(self, file: str, reason: str, value: str) -> None:
        """Remember what could not be found or read."""
        self.problems.append(Problem(file, None, reason, value, "note"))


class ImageFolder(_Images):
    """The images below some folders, looked up by the names of their annotations."""

    def __init__(self, *folders: str | os.PathLike[str], progress: bool = False) -> None:
        for folder in folders:
            check_folder(folder, "a folder of images")
        super().__init__(progress=progress)
        self.folder = Path(folders[0]).as_posix()
        self._paths: dict[str, str] = {}
        self._stems: dict[str, list[str]] = {}
        for folder in folders:
            typed = Path(folder).as_posix()
            for path in annotation_files(os.fspath(folder), IMAGE_SUFFIXES).names:
                name = path.rpartition(".")[0]
                self._paths.setdefault(name, f"{typed}/{path}")
                self._stems.setdefault(name.rpartition("/")[2], []).append(f"{typed}/{path}")

    def _path(self, name: str, file: str) -> str | None:
        same = self._stems.get(name.rpartition("/")[2], [])
        # What lies at the same place below its folder, else what lies in the same part of the data
        if name in self._paths and (len(same) < 2 or "/" in name):
            return self._paths[name]
        best = _nearest(file or name, same)
        if len({os.path.realpath(path) for path in best}) > 1:
            self.note(f"{self.folder}/{name}", "several images of that name", ", ".join(same[:3]))
            return None
        if not best:
            self.note(f"{self.folder}/{name}", "no image of that name", "")
            return None
        return best[0]

    def unmatched(self, names: Sequence[str]) -> list[Problem]:
        """Notes of images that no annotation belongs to, and of annotations without an image.

        Parameters
        ----------
        names
            Of the annotations, as for `filled`.
        """
        stems = dict.fromkeys(name.rpartition("/")[2] for name in names)
        known = {problem.file.rpartition("/")[2] for problem in self.problems}
        found = (
            ("images without an annotation", [one for one in self._stems if one not in stems]),
            (
                "annotations without an image",
                [one for one in stems if one not in self._stems and one not in known],
            ),
        )
        return [
            Problem(self.folder, None, reason, f"{len(lone):,}, such as {lone[0]}", "note")
            for reason, lone in found
            if lone
        ]


class _Beside(_Images):
    """The images in the folders that belong to those of their annotations."""

    def __init__(self, *, progress: bool) -> None:
        super().__init__(progress=progress)
        self._folders: dict[str, dict[str, str]] = {}

    def _path(self, name: str, file: str) -> str | None:
        folder, _, last = file.rpartition("/")
        stem = last.rpartition(".")[0] or last
        for place in _folders_beside(folder):
            if place not in self._folders:
                self._folders[place] = _images_in(place)
            if stem in self._folders[place]:
                return self._folders[place][stem]
        return None


def images_beside(*, progress: bool = False) -> _Images | None:
    """The images that lie where those of annotations usually do; None where nothing reads them.

    Labels in `labels` have their images in `images`, those in `Annotations` in `JPEGImages`, and
    any may have them beside.
    """
    try:
        return _Beside(progress=progress)
    except UsageError:
        return None


def _folders_beside(folder: str) -> Iterator[str]:
    parts = folder.split("/")
    for labels, images in BESIDE:
        if labels in parts:
            place = len(parts) - 1 - parts[::-1].index(labels)
            yield "/".join([*parts[:place], images, *parts[place + 1 :]])
    yield folder or "."


def _images_in(folder: str) -> dict[str, str]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208  # names are all that is wanted
    except OSError:
        return {}
    found: dict[str, str] = {}
    for name in names:
        if name.lower().endswith(IMAGE_SUFFIXES) and not name.startswith("."):
            found.setdefault(name.rpartition(".")[0], f"{folder}/{name}")
    return found


def _nearest(file: str, paths: Sequence[str]) -> list[str]:
    """Of images of one name those that share the most folders with an annotation."""
    if len(paths) < 2:
        return list(paths)
    mine = _folders_of(file)
    shared = [_shared(mine, _folders_of(path)) for path in paths]
    return [path for path, count in zip(paths, shared, strict=True) if count == max(shared)]


def _folders_of(path: str) -> list[str]:
    parts = os.path.abspath(path).replace(os.sep, "/").split("/")[:-1]  # noqa: PTH100  # a text
    return [part for part in parts if part.lower() not in ROLES]


def _shared(mine: Sequence[str], others: Sequence[str]) -> int:
    count = 0
    for one, other in zip(reversed(mine), reversed(others), strict=False):
        if one != other:
            break
        count += 1
    return count


def _opener() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise UsageError(
            "--images needs Pillow, which reads the headers: pip install 'anchorkit[images]'"
        ) from None
    return Image.open


def _shown(rows: list[int], progress: bool) -> Iterator[int]:
    if not progress or not rows:
        yield from rows
        return
    with progress_bar("image sizes", total=len(rows), unit="image") as bar:
        for row in rows:
            yield row
            bar.update()
