"""What an option takes: click's own kinds of value, held to what anchorkit can use."""

import math
from pathlib import Path
from typing import Any

import click

__all__ = ["Number", "SomePath", "Whole"]


class Whole(click.IntRange):
    """A whole number within bounds."""

    name = "whole number"


class Number(click.FloatRange):
    """A finite number within bounds: no comparison with `nan` holds, so that no bound stops it."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; fails where it is none, not finite or out of bounds."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a valid number.", param, ctx)
        return number


class SomePath(click.Path):
    """A path that is not empty: to the system, an empty one would be the folder we are in."""

    name = "path"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; fails where it is empty, as a variable that was never set leaves it."""
        if value == "":
            self.fail("wanted a path, found an empty one (a variable that is not set?)", param, ctx)
        return super().convert(value, param, ctx)
