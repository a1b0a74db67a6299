"""The options of a command in groups: a help of thirty lines is read by its headings.

Tested in tests/cli/test_help.py.
"""

from collections.abc import Sequence
from typing import Any

import click

from anchorkit.cli.messages import shows_progress
from anchorkit.cli.options.once import check_once
from anchorkit.cli.waiting import waiting
from anchorkit.loaders import LOADERS

__all__ = ["DATA", "FIRST", "GROUPS", "GroupedCommand", "group_of"]

FIRST = "Needed first"
"""The heading of what everyone needs of a command."""

DATA = "A folder or file of annotations that shows its own format; else name it, as below."
"""What the argument of a command that takes boxes is."""

GROUPS: dict[str, tuple[str, ...]] = {
    "Data": (
        *(f"--{name}" for name in LOADERS),
        *("--images", "--polygons", "--keypoints", "--image-set", "--class", "--skip-difficult"),
        *("--min-size", "--expect-images", "--strict", "--jobs"),
    ),
    "Anchors": ("--anchors", "--preset", "--compare"),
    "Network": ("--trainer", "--input", "--resize", "--strides", "--augment", "--anchor-t"),
    "Search": (
        *("--clusters", "--fit", "--update", "--seed", "--precision"),
        *("--val", "--holdout", "--distance"),
    ),
    "Gates": (
        *("--min-iou", "--min-recall", "--max-gain", "--max-left-out"),
        *("--max-untrained", "--max-overwritten"),
    ),
    "Output": (
        *("--output", "--format", "--export", "--untrained", "--plot", "--picture", "--scale"),
        *("--title", "--dpi", "--tensorboard", "--convention", "--quiet", "--help"),
    ),
    "Darknet cfg": (
        *("--cfg", "--rescale", "--dry-run", "--exit-code", "--cfg-output", "--assign"),
        *("--shares", "--force", "--classes", "--recipe", "--names", "--min-gain"),
    ),
}
"""Headings in their order, and below each the options in theirs, by their long names."""


class GroupedCommand(click.Command):
    """A command whose help begins with what everyone needs, and has the rest in groups.

    Parameters
    ----------
    takes
        What its argument is, in words; empty where it has none.
    first
        Long names of the options that everyone needs, in their order.
    waits
        Whether it may take long, so that a terminal shows signs of life.
    """

    def __init__(
        self,
        *args: Any,
        takes: str = "",
        first: Sequence[str] = (),
        waits: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.takes = takes
        self.first = tuple(first)
        self.waits = waits

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words, and see that no option of one value has two."""
        words = list(args)
        rest = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:  # while a shell completes a line, what is typed is no error
            check_once(self, ctx, words)
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, with signs of life on a terminal."""
        with waiting(self.waits and shows_progress()):
            return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the groups, each with its heading."""
        records: dict[str, tuple[str, str]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                records[_long_name(param)] = record
        arguments = [one for one in self.params if isinstance(one, click.Argument)]
        first = [(_bare(one), self.takes) for one in arguments if self.takes]
        first += [records.pop(name) for name in self.first]
        if first:
            with formatter.section(FIRST):
                formatter.write_dl(first)
        for heading, names in GROUPS.items():
            found = [records.pop(name) for name in names if name in records]
            if found:
                with formatter.section(heading):
                    formatter.write_dl(found)


def group_of(param: click.Parameter) -> str:
    """The heading under which an option stands; empty where it has none."""
    name = _long_name(param)
    return next((heading for heading, names in GROUPS.items() if name in names), "")


def _long_name(param: click.Parameter) -> str:
    return max(param.opts, key=len)


def _bare(argument: click.Argument) -> str:
    return (argument.metavar or argument.human_readable_name).strip("[].").upper()
