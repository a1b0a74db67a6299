"""Options that several commands share, each spelled in one place.

`input_options` gives a command `asked`, `search_options` gives it `update`, `seed` and `precision`,
`format_option` gives it `form`.

Tested in tests/test_project.py.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import click

from anchorkit.cli.options.types import InputSize, OneOf, Whole
from anchorkit.network_input import RESIZES, PartialInput

__all__ = [
    "FINEST",
    "FORMATS",
    "form_option",
    "format_option",
    "help_text",
    "input_options",
    "search_options",
]

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("text", "json", "markdown")

FINEST = 6
"""Most decimals of an anchor."""


def input_options(command: Command) -> Command:
    """`--input` and `--resize`, gathered into the argument `asked`, a `PartialInput`."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        asked = PartialInput(given.pop("input_size"), given.pop("input_resize"))
        return command(asked=asked, **given)

    for option in (
        click.option(
            "--resize",
            "input_resize",
            type=OneOf(RESIZES),
            help="How training brings images to the input size.  [default: the trainer's, else "
            "stretch]",
        ),
        click.option(
            "--input",
            "input_size",
            type=InputSize(),
            metavar="N|WxH",
            help="Network input in pixels, width x height.  [default: the trainer's, else 416]",
        ),
    ):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]  # the same command with other arguments


def search_options(command: Command) -> Command:
    """`--update`, `--seed` and `--precision`, under these names."""
    for option in (
        click.option(
            "--precision",
            type=Whole(0, FINEST),
            metavar="DECIMALS",
            help="Decimals of the anchors.  [default: 0, or as many as the trainer's files have]",
        ),
        click.option(
            "--seed",
            type=Whole(0, 2**32 - 1),
            default=0,
            show_default=True,
            metavar="N",
            help="Fixes everything that is left to chance.",
        ),
        click.option(
            "--update",
            type=OneOf(["median", "mean", "iou", "ratio"]),
            default="median",
            show_default=True,
            help="What an anchor becomes: the median of its boxes, their mean (as darknet has it), "
            "the size of highest mean IoU with them, or that of highest fitness, by which YOLOv5 "
            "judges.",
        ),
    ):
        command = option(command)
    return command


def format_option(command: Command) -> Command:
    """`--format` as `form`."""
    return form_option(FORMATS)(command)


def form_option(forms: Sequence[str]) -> Callable[[Command], Command]:
    """The same for a command that knows other forms as well."""
    return click.option(
        "--format",
        "form",
        type=OneOf(forms),
        default="text",
        show_default=True,
        help="How the result is written to stdout.",
    )


def help_text(does: str, *examples: str) -> str:
    r"""A command's help: what it does, then lines that can be pasted.

    (A docstring cannot tell click to keep lines apart: that takes a control character.)

    Examples
    --------
    >>> help_text("Do it.", "anchorkit do", "anchorkit do --it").splitlines()
    ['Do it.', '', '\x08', 'anchorkit do', 'anchorkit do --it']
    """
    return "\n".join([does, "", "\b", *examples])
