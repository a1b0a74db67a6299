"""Names of classes by their numbers, from the files that lie near labels.

Tested in tests/loaders/test_folders.py.
"""

from collections.abc import Iterator
from pathlib import Path

from anchorkit.errors import AnchorkitError
from anchorkit.files import read_file, text_lines
from anchorkit.loaders.parts import part_named
from anchorkit.loaders.plain_text import decoded
from anchorkit.loaders.yaml_file import names_of, read_data_yaml

__all__ = ["names_near", "read_names"]

LISTS = ("classes.txt", "_darknet.labels", "*.names")
YAMLS = ("data.yaml", "data.yml", "dataset.yaml")
FOLDERS = ("labels", "images", "obj_train_data", "obj")
"""Folders within a data set, whose names may lie above them."""


def read_names(path: Path) -> list[str]:
    """Names of classes, one a line, by their numbers.

    Raises
    ------
    UsageError
        Where the file cannot be read.
    """
    text = decoded(read_file(path, "names of classes"))
    return [line.strip() for line in text_lines(text.replace("\0", " ").rstrip())]


def names_near(root: Path, labels: Path | None = None) -> list[str]:
    """Names of the classes of a data set; none where no file tells them.

    Parameters
    ----------
    root
        The folder that was named.
    labels
        The folder of the labels, where it is another.
    """
    folders = list(dict.fromkeys(_folders(root, labels or root)))
    for folder in folders:
        for path in _lists(folder):
            return read_names(path)
    for folder in folders:
        for name in YAMLS:
            found = _of_yaml(folder / name)
            if found:
                return found
    return []


def _folders(root: Path, labels: Path) -> Iterator[Path]:
    yield root
    yield labels
    above = root
    for _ in range(2):
        # Of `train/labels` or `labels/train`, what is above may be the data set
        name = (above if above.name else above.absolute()).name
        if name not in FOLDERS and part_named(name, ("train", "val", "test")) is None:
            return
        above = above.parent if above.name else above.absolute().parent
        yield above


def _lists(folder: Path) -> Iterator[Path]:
    for pattern in (*LISTS, *(f"*/{name}" for name in LISTS[:2])):
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and not path.name.startswith("."):
                yield path


def _of_yaml(path: Path) -> list[str]:
    """Names that a data.yaml tells; none where it is not there, or nothing reads it."""
    if not path.is_file():
        return []
    try:
        return names_of(read_data_yaml(path))
    except AnchorkitError:
        return []
