"""Parts of a data set by the names that people give them: train, val, test.

Tested in tests/loaders/test_folders.py.
"""

from collections.abc import Iterable, Sequence

__all__ = ["PARTS", "part_named", "parts_of"]

_ALIKE = (
    frozenset(("train", "training", "trainset")),
    frozenset(("val", "valid", "validation", "dev")),
    frozenset(("test", "testing")),
    frozenset(("trainval",)),
)
PARTS = frozenset().union(*_ALIKE)
"""Names of folders that hold a part of a data set, in lower case."""


def part_named(name: str, known: Iterable[str]) -> str | None:
    """The part that is meant by a name: itself, or another word for it; None where there is none.

    Examples
    --------
    >>> part_named("val", ["train", "valid"]), part_named("test", ["train"])
    ('valid', None)
    """
    parts = list(known)
    if name in parts:
        return name
    kind = _kind(name)
    return next((part for part in parts if kind and _kind(part) == kind), None)


def _kind(name: str) -> frozenset[str]:
    # `train2017` is a train part, too
    lower = name.lower().rstrip("0123456789").rstrip("_-")
    return next((words for words in _ALIKE if lower in words), frozenset())


def parts_of(paths: Sequence[str]) -> dict[str, list[int]]:
    """Rows of paths by the folder of theirs that is a part of a data set.

    Parameters
    ----------
    paths
        Below the data set, with `/`.

    Returns
    -------
    For each part that is there its rows; empty where no folder is called like one.

    Examples
    --------
    >>> parts_of(["train/labels/a.txt", "train/labels/b.txt", "labels/val2017/c.txt", "d.txt"])
    {'train': [0, 1], 'val2017': [2]}
    """
    found: dict[str, list[int]] = {}
    folders: dict[str, str] = {}
    for row, path in enumerate(paths):
        folder = path.rpartition("/")[0]
        if folder not in folders:
            named = (part for part in folder.split("/") if _kind(part))
            folders[folder] = next(named, "")
        if folders[folder]:
            found.setdefault(folders[folder], []).append(row)
    return found
