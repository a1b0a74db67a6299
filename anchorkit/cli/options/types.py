"""What an option takes: click's own kinds of value, held to what anchorkit can use."""

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from anchorkit.suggestions import closest

__all__ = [
    "DISTANCES",
    "Distances",
    "InputSize",
    "Ks",
    "Number",
    "OneOf",
    "SomePath",
    "Whole",
    "Wholes",
    "names_beginning",
]

if TYPE_CHECKING:
    SizeType = click.ParamType[tuple[int, int]]
    KsType = click.ParamType[tuple[int, ...]]
    NamesType = click.ParamType[tuple[str, ...]]
    ChoiceType = click.Choice[str]
else:  # older clicks have no type argument
    SizeType = KsType = NamesType = click.ParamType
    ChoiceType = click.Choice

DISTANCES = ("iou", "euclidean", "seuclidean", "manhattan", "chebyshev", "cosine")
"""The names of `anchorkit.search.distances.DISTANCES`, which are not loaded for a help text."""

MOST = 1000
"""Most numbers of anchors in one range."""


def names_beginning(incomplete: str, names: Iterable[str]) -> list[CompletionItem]:
    """What a shell offers where one of some names is being typed, whatever the case.

    Examples
    --------
    >>> [item.value for item in names_beginning("YOLOv5", ["yolov3", "yolov5", "yolov5-p6"])]
    ['yolov5', 'yolov5-p6']
    """
    begun = incomplete.casefold()
    return [CompletionItem(name) for name in names if name.casefold().startswith(begun)]


class OneOf(ChoiceType):
    """One of some names; an error says which, and the one that is meant."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(tuple(names))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name; fails where it is none of them."""
        names = [str(name) for name in self.choices]
        if value not in names:
            near = closest(str(value), names)
            hint = f"; did you mean {near}?" if near else ""
            self.fail(f"wanted {', '.join(names)}, found {value!r}{hint}", param, ctx)
        return value


class Whole(click.IntRange):
    """A whole number within bounds.

    `several` is what an error says where the value is several numbers, such as `3,6,9` or `1-12`.
    """

    name = "whole number"

    def __init__(self, min: int, max: int | None = None, *, several: str = "") -> None:  # noqa: A002  # as click calls them
        super().__init__(min, max)
        self.several = several

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; fails where it is none, or out of bounds."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            more = self.several if re.fullmatch(r"\d+([-,]\d+)+", str(value)) else ""
            self.fail(f"wanted a whole number{_bounds(self)}, found {value!r}{more}", param, ctx)


class Number(click.FloatRange):
    """A finite number within bounds: no comparison with `nan` holds, so that no bound stops it."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; fails where it is none, not finite or out of bounds."""
        try:
            number = float(super().convert(value, param, ctx))
        except click.BadParameter:
            number = math.nan
        if not math.isfinite(number):
            self.fail(
                f"wanted a number{_bounds(self)}, found {value!r}{self._meant(value)}", param, ctx
            )
        return number

    def _meant(self, value: Any) -> str:
        """The share that percent mean, where a share is wanted."""
        percent = re.fullmatch(r"(\d\d?(?:\.\d+)?) ?%|(\d\d(?:\.\d+)?)", str(value).strip())
        if percent is None or self.max != 1:
            return ""
        return f"; did you mean {float(percent[1] or percent[2]) / 100:g}?"


def _bounds(kind: click.IntRange | click.FloatRange) -> str:
    """The bounds of a range in words: ` from 0 to 9`, ` from 1`, ` above 0 and below 1`."""
    if kind.min_open or kind.max_open:
        return f" above {kind.min:g} and below {kind.max:g}"
    low = "" if kind.min is None else f" from {kind.min:,}"
    return low if kind.max is None else f"{low} to {kind.max:,}"


class SomePath(click.Path):
    """A path that is not empty: to the system, an empty one would be the folder we are in."""

    name = "path"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; fails where it is empty, as a variable that was never set leaves it."""
        if value == "":
            self.fail("wanted a path, found an empty one (a variable that is not set?)", param, ctx)
        if isinstance(value, str) and "://" in value:
            self.fail(f"wanted a path, found an address: {value}: download it first", param, ctx)
        return super().convert(value, param, ctx)


class InputSize(SizeType):
    """A network input: `416` or `608x416` (width x height), in pixels."""

    name = "SIZE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Width and height; fails with what was wanted."""
        if isinstance(value, tuple):
            return value
        sides = str(value).lower().split("x")
        if len(sides) > 2 or not all(side.isascii() and side.isdigit() for side in sides):
            self.fail(
                f"wanted 416 or 608x416 (width x height), found {value!r}{_as_input(str(value))}",
                param,
                ctx,
            )
        width, height = int(sides[0]), int(sides[-1])
        if not (1 <= width <= 65536 and 1 <= height <= 65536):
            self.fail(f"wanted sides from 1 to 65536 pixels, found {value!r}", param, ctx)
        return width, height


def _as_input(value: str) -> str:
    """The two sides of `416,416` or `608*416` as they are wanted."""
    sides = re.fullmatch(r"\s*[\[(]?\s*(\d{1,5})\s*[,;:*/ ]\s*(\d{1,5})\s*[\])]?\s*", value)
    return f"; did you mean {sides[1]}x{sides[2]}?" if sides else ""


class Ks(KsType):
    """Numbers of anchors: `1-12`, `3,6,9` or both mixed."""

    name = "K"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The numbers, ascending; fails with what was wanted."""
        if isinstance(value, tuple):
            return value
        ks: set[int] = set()
        for part in str(value).split(","):
            ends = [end.strip() for end in part.split("-")]
            if len(ends) > 2 or not all(
                end.isascii() and end.isdigit() and len(end) < 7 for end in ends
            ):
                self.fail(f"wanted numbers such as 1-12 or 3,6,9, found {value!r}", param, ctx)
            first, last = int(ends[0]), int(ends[-1])
            if not 1 <= first <= last:
                self.fail(f"wanted ascending numbers from 1, found {part.strip()!r}", param, ctx)
            if last - first >= MOST:
                self.fail(f"wanted at most {MOST} numbers, found {part.strip()!r}", param, ctx)
            ks |= set(range(first, last + 1))
        return tuple(sorted(ks))


class Wholes(KsType):
    """Whole numbers above 0, split by commas, in the order given: `8,16,32`."""

    def __init__(self, name: str, example: str) -> None:
        self.name, self.example = name, example

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The numbers; fails with what was wanted."""
        if isinstance(value, tuple):
            return value
        words = [word.strip() for word in str(value).split(",")]
        if not all(word.isascii() and word.isdigit() and len(word) < 6 for word in words):
            self.fail(f"wanted numbers such as {self.example}, found {value!r}", param, ctx)
        numbers = tuple(int(word) for word in words)
        if min(numbers) < 1:
            self.fail(f"wanted numbers above 0, found {value!r}", param, ctx)
        return numbers


class Distances(NamesType):
    """Names of distances, split by commas."""

    name = "DISTANCE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The names, each once; fails where there is none such."""
        if isinstance(value, tuple):
            return value
        names = tuple(dict.fromkeys(name.strip() for name in str(value).split(",")))
        for name in names:
            if name not in DISTANCES:
                near = closest(name, DISTANCES)
                hint = f"; did you mean {near}?" if near else ""
                self.fail(
                    f"wanted some of {', '.join(DISTANCES)}, found {name!r}{hint}", param, ctx
                )
        return names
