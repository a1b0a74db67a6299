"""How many classes there are: what `--classes auto` takes, and what a cfg is held against.

Tested in tests/cli/cfg/test_own_classes.py.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from anchorkit.cli.cfg.options import AUTO, CfgOptions
from anchorkit.cli.options.data import DataOptions
from anchorkit.errors import UsageError
from anchorkit.loaders.class_names import read_names

if TYPE_CHECKING:
    from anchorkit.boxes import Boxes
    from anchorkit.cli.options.shards import CountedBoxes

__all__ = ["ClassCount", "asked_classes", "counted_classes", "named_classes", "order_of_classes"]


class ClassCount(NamedTuple):
    """How many classes there are, and who says so: `obj.names lists`."""

    number: int
    who: str

    def __str__(self) -> str:
        return f"{self.who} {self.number}"


def named_classes(path: Path | None) -> list[str] | None:
    """The classes of `--names`, None without it.

    Raises
    ------
    UsageError
        Where there is no such file.
    """
    if path is None:
        return None
    try:
        return read_names(path)
    except UsageError as error:
        raise UsageError(f"--names {error}") from None


def order_of_classes(data: DataOptions, boxes: "Boxes | CountedBoxes") -> list[str] | None:
    """The classes by their numbers in training, where the data tell them; else None."""
    formats = {name for name, _ in data.sources}
    # Other formats name classes: which number one gets is up to who converts them
    return list(boxes.class_list) or None if formats <= {"data", "yolo"} else None


def counted_classes(
    options: CfgOptions, boxes: "Boxes | CountedBoxes | None" = None
) -> ClassCount | None:
    """How many classes `--names` lists, else the data's own list, else the data have.

    Parameters
    ----------
    options
        For `--names`.
    boxes
        What was loaded.
    """
    names = named_classes(options.names)
    if names is not None:
        return ClassCount(len(names), f"{options.names} lists")
    if boxes is None or not boxes.class_names:
        return None
    if boxes.class_list:
        return ClassCount(len(boxes.class_list), "the list that comes with the data has")
    if all(name.isascii() and name.isdigit() for name in boxes.class_names):
        # Numbers from 0, of which some may have no box here
        most = 1 + max(int(name) for name in boxes.class_names)
        return ClassCount(most, "by their highest number the data have")
    return ClassCount(len(boxes.class_names), "the data have")


def asked_classes(options: CfgOptions, known: ClassCount | None) -> int | None:
    """The number that `--classes` asks for; None without the option.

    Raises
    ------
    UsageError
        Where `auto` finds no list and no data.
    """
    if options.classes != AUTO:
        return options.classes if isinstance(options.classes, int) else None
    if known is None or known.number < 1:
        raise UsageError("--classes auto: wanted --names FILE, or data with classes")
    return known.number
