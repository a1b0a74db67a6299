"""The objects of a VOC annotation, wherever in its XML: none is passed over in silence.

Tested in tests/loaders/test_voc_surprises.py.
"""

from collections.abc import Iterator
from typing import Any

__all__ = ["Elements", "boxes_of_object", "instead_of_box"]

OURS = frozenset(("object", "bndbox", "polygon"))
"""What tells of something that was labelled."""

DEEPEST = 50
"""Elements within elements that are looked into."""

INSTEAD = ("robndbox", "polygon", "points", "point", "segmentation", "mask", "bbox", "box")
"""What objects have in place of a `bndbox`."""


class Elements:
    """What was found in a file below its root.

    `objects` have plain names; `strays` are boxes and polygons that belong to none, as (reason,
    value) like the `notes`.
    """

    def __init__(self) -> None:
        self.objects: list[Any] = []
        self.strays: list[tuple[str, str]] = []
        self.notes: dict[tuple[str, str], None] = {}

    def plain(self, item: Any, prefix: str, depth: int = 0) -> Any:
        """An element, its names in lower case, less the root's prefix and other namespaces."""
        if isinstance(item, list):
            return [self.plain(child, prefix, depth) for child in item]
        if not isinstance(item, dict):
            return item
        if depth > DEEPEST:
            self.notes["elements nested too deep to look into", ""] = None
            return None
        found: dict[str, Any] = {}
        for name, child in item.items():
            if not prefix and name.isidentifier() and name.islower() and name not in found:
                deeper = isinstance(child, (dict, list))
                found[name] = self.plain(child, prefix, depth + 1) if deeper else child
                continue
            before, _, local = name.rpartition(":")
            lower = local.lower()
            if name.startswith("@"):
                continue
            if name.startswith("#"):
                found[name] = child
                continue
            if before != prefix:
                if not depth:
                    count = _foreign_objects(local, child)
                    self.strays += [("an object of another namespace", "")] * count
                elif lower == "object":
                    self.notes["an object of another namespace", name] = None
                continue
            if local != lower and lower in OURS:
                self.notes["elements with capital letters: read all the same", local] = None
            value = self.plain(child, prefix, depth + 1)
            if lower in found:
                value = [*_listed(found[lower]), *_listed(value)]
            found[lower] = value
        return found

    def take(self, name: str, item: Any) -> None:
        """Look through an element of the root for objects, at any depth."""
        for one in _listed(item):
            if name == "object":
                self.objects.append(one)
                self._look_inside(one)
            elif name in OURS:
                self.strays.append(("outside of any object", name))
            elif isinstance(one, dict):
                for below, child in one.items():
                    if below == "part":
                        continue
                    if below == "object":
                        self.notes[f"objects below {name}: read all the same", ""] = None
                    self.take(below, child)

    def _look_inside(self, item: Any) -> None:
        """Objects within an object are objects; boxes deeper than its own are noted."""
        for name, child in _deeper(item):
            if name == "object":
                self._take_inner(child)
            elif name == "bndbox" and "bndbox" in item:
                # Without a box of its own the object is left out, and says so itself
                self.strays += [("a bndbox deeper in an object than its own", "")] * len(
                    _listed(child)
                )

    def _take_inner(self, item: Any) -> None:
        """Objects within an object, those that have a box or an outline of their own."""
        for one in _listed(item):
            if isinstance(one, dict) and ("bndbox" in one or "polygon" in one):
                self.objects.append(one)
            self._look_inside(one)


def _foreign_objects(name: str, item: Any) -> int:
    """How many objects an element of another namespace is or holds; boxes where none."""
    found = [_named(name, item, "object"), _named(name, item, "bndbox")]
    return found[0] or found[1]


def _named(name: str, item: Any, wanted: str, depth: int = 0) -> int:
    if name.rpartition(":")[2].lower() == wanted:
        return len(_listed(item))
    if depth > DEEPEST:
        return 0
    children = (child for one in _listed(item) if isinstance(one, dict) for child in one.items())
    return sum(_named(below, child, wanted, depth + 1) for below, child in children)


def _deeper(item: Any) -> Iterator[tuple[str, Any]]:
    """Elements of ours within an object: objects, and boxes below its own level; not of parts."""
    children = item.items() if isinstance(item, dict) else ()
    for name, child in children:
        if name == "object":
            yield name, child
        elif name not in ("part", "bndbox", "polygon"):
            for one in _listed(child):
                if isinstance(one, dict):
                    if "bndbox" in one:
                        yield "bndbox", one["bndbox"]
                    yield from _deeper(one)


def boxes_of_object(item: Any) -> list[Any]:
    """The `bndbox` elements of an object, at least one: None where it has none."""
    found = item.get("bndbox") if isinstance(item, dict) else None
    return _listed(found) or [None]


def instead_of_box(item: Any) -> str:
    """What an object without a `bndbox` has in its place; empty where nothing."""
    names = item if isinstance(item, dict) else ()
    deeper = ["bndbox deeper in it" for name, _ in _deeper(item) if name == "bndbox"]
    return next((name for name in INSTEAD if name in names), next(iter(deeper), ""))


def _listed(item: Any) -> list[Any]:
    return item if isinstance(item, list) else [item]
