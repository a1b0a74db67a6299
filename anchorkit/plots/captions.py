"""Titles in words: what data, how many boxes, at which input, and which anchors.

Tested in tests/plots/test_pictures.py.
"""

from collections.abc import Sequence
from pathlib import Path

from anchorkit.network_input import NetworkInput
from anchorkit.terminal import safe_text

__all__ = ["cut", "data_name", "title_of"]

PLAIN = frozenset({"Annotations", "annotations", "labels", "images", "JPEGImages", "train"})
"""Names of folders that say nothing of whose they are: the folder above them does."""

LONGEST = 40
"""Signs of a name that a title has room for."""


def data_name(paths: Sequence[Path]) -> str:
    """What to call the data that was read from these paths.

    Examples
    --------
    >>> data_name([Path("sets/bccd/Annotations")]), data_name([Path("a.npz"), Path("b/labels")])
    ('bccd', 'a.npz, b')
    >>> data_name([Path(name) for name in "abcd"])
    'a, b and 2 more'
    """
    names = []
    for path in paths:
        whole = path if path.name not in ("", "..") else path.resolve()
        while whole.name in PLAIN and whole.parent.name:
            whole = whole.parent
        names.append(cut(safe_text(whole.name)))
    names = list(dict.fromkeys(name for name in names if name))
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more"
    return ", ".join(names)


def cut(name: str, longest: int = LONGEST) -> str:
    """A name, shortened in its middle where it is long.

    Examples
    --------
    >>> cut("abcdefghij", 7)
    'abc…hij'
    """
    if len(name) <= longest:
        return name
    half = (longest - 1) // 2
    return f"{name[: longest - 1 - half]}…{name[-half:]}"


def title_of(data: str, boxes: int, network: NetworkInput, *more: str) -> str:
    """A title: the data and its boxes at the network's input, and below what else is to be said.

    Parameters
    ----------
    data
        What to call the data; empty where it has no name.
    boxes
        How many there are.
    network
        The input at which they are looked at.
    more
        Lines below.

    Examples
    --------
    >>> print(title_of("bccd", 4886, NetworkInput(416, 416), "9 anchors (yolov3)"))
    bccd: 4,886 boxes, input 416x416, stretch
    9 anchors (yolov3)
    """
    named = f"{data}: " if data else ""
    count = f"{boxes:,} box{'' if boxes == 1 else 'es'}"
    return "\n".join([f"{named}{count}, input {network}, {network.resize}", *more])
