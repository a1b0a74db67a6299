"""Names like one that is not there: what an error can say of a long list."""

import difflib
from collections.abc import Iterable, Mapping

__all__ = ["closest", "meant_name", "names_there"]

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


def meant_name(name: str, known: Iterable[str], also: Mapping[str, str] | None = None) -> str:
    """What to say of a name that there is not: which is meant, or else which there are.

    Parameters
    ----------
    name
        The one that is not among them; its case does not matter.
    known
        The names that are.
    also
        What others call some of them.

    Examples
    --------
    >>> meant_name("yolo", ["keras", "yolov5", "yolov7"])
    'did you mean yolov5 or yolov7?'
    >>> meant_name("yolov3", ["darknet", "yolov7"], {"yolov3": "darknet"})
    'did you mean darknet?'
    >>> meant_name("xyz", ["darknet", "yolov7"])
    'wanted one of darknet, yolov7'
    """
    names = list(known)
    typed = name.strip().casefold()
    alias = (also or {}).get(typed)
    begun = [one for one in names if typed and one.casefold().startswith(typed)]
    near = [alias] if alias else begun if len(begun) in (1, 2, 3) else []
    one = closest(typed, names)
    if not near and one and len(begun) <= 1:
        near = [one]
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"wanted one of {', '.join(names)}"
