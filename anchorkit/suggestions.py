"""Names like one that is not there: what an error can say of a long list."""

import difflib
from collections.abc import Iterable

__all__ = ["closest", "names_there"]

FEW = 8
"""Up to this many names are all listed."""

SHOWN = 4
"""As many of more names are shown."""


def names_there(name: str, known: Iterable[str]) -> str:
    """The names that there are, or where they are many, how many and the closest to one.

    Parameters
    ----------
    name
        The one that is not among them.
    known
        The names that are.

    Examples
    --------
    >>> names_there("tran", ["train", "val"])
    'train, val'
    >>> names_there("boat_tran", [f"{name}_train" for name in ("boat", "bus", *"abcdefg")])
    '9, the closest: boat_train, b_train, a_train, bus_train'
    """
    names = list(dict.fromkeys(known))
    if len(names) <= FEW:
        return ", ".join(names) or "none"
    # A cutoff of 0: something is better than nothing, where nothing is close
    close = difflib.get_close_matches(name, names, n=SHOWN, cutoff=0.0)
    return f"{len(names):,}, the closest: {', '.join(close)}"


def closest(name: str, known: Iterable[str]) -> str:
    """The one name that is meant, most likely, whatever its case; empty where none is close.

    Examples
    --------
    >>> closest("Letterbox", ["stretch", "letterbox"]), closest("xyz", ["stretch"])
    ('letterbox', '')
    """
    names = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(name.casefold(), names, n=1)
    return names[close[0]] if close else ""
