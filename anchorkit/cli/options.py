"""Options that several commands share, each spelled in one place.

`data_options` gathers everything that says which boxes to use into one `DataOptions`, handed to the
command as `data`; `input_options` gives it `size` and `resize`, `format_option` gives it `form`,
`anchors_option` gives it `anchors`.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from anchorkit.cli.kinds import Number, SomePath, Whole
from anchorkit.loaders import LOADERS

__all__ = [
    "FINEST",
    "DataOptions",
    "GivenAnchors",
    "InputSize",
    "anchors_option",
    "data_options",
    "format_option",
    "help_text",
    "input_options",
    "search_options",
]

Command = TypeVar("Command", bound=Callable[..., Any])

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    SizeType = click.ParamType[tuple[int, int]]
    AnchorsType = click.ParamType["GivenAnchors"]
else:  # older clicks have no type argument
    SizeType = AnchorsType = click.ParamType

FORMATS = ("text", "json", "markdown")

FINEST = 6
"""Most decimals of an anchor."""


@dataclass(frozen=True)
class DataOptions:
    """Which boxes to use, as the user said it."""

    sources: tuple[tuple[str, Path], ...]
    """(format, path) in the order of the formats' options: `("voc", Path("VOC2007"))`."""
    images: Path | None
    polygons: bool
    image_set: tuple[str, ...]
    classes: tuple[str, ...]
    skip_difficult: bool
    min_size: float
    strict: bool
    quiet: bool
    jobs: int | None


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
            self.fail(f"wanted 416 or 608x416 (width x height), found {value!r}", param, ctx)
        width, height = int(sides[0]), int(sides[-1])
        if not (1 <= width <= 65536 and 1 <= height <= 65536):
            self.fail(f"wanted sides from 1 to 65536 pixels, found {value!r}", param, ctx)
        return width, height


class GivenAnchors(NamedTuple):
    """Anchors that the user gave, and what to call them."""

    name: str
    """The file's name without its extension; `anchors` where they were given as text."""
    sizes: "NDArray[np.float64]"
    """(k, 2), columns width and height, in the order given."""
    size: tuple[int, int] | None = None
    """The input that they were made for, where `cluster`'s JSON tells it."""
    resize: str | None = None
    """The resizing that they were made for, where `cluster`'s JSON tells it."""


class _Anchors(AnchorsType):
    """Anchors as text, as a file of them, or `-` for standard input."""

    name = "ANCHORS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> GivenAnchors:
        """The anchors; fails where the value is neither anchors nor a file."""
        from anchorkit.anchors import is_anchor_text, meant_for, parse_anchors, read_anchors
        from anchorkit.errors import AnchorError, UsageError

        if isinstance(value, GivenAnchors):
            return value
        typed = is_anchor_text(value)
        try:
            if value == "-":
                content = sys.stdin.buffer.read()
                return GivenAnchors("anchors", parse_anchors(content), *meant_for(content))
            sizes = read_anchors(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)
        except AnchorError as error:
            what = "--anchors:" if typed else "--anchors -:" if value == "-" else "--anchors"
            raise AnchorError(f"{what} {error}") from None
        return GivenAnchors("anchors" if typed else Path(value).stem, sizes, *meant_for(value))


def anchors_option(
    *, required: bool = True, multiple: bool = False
) -> Callable[[Command], Command]:
    """`--anchors` as `anchors`: one `GivenAnchors` or None, or with `multiple` a tuple of them."""
    return click.option(
        "--anchors",
        type=_Anchors(),
        required=required,
        multiple=multiple,
        metavar="TEXT|FILE",
        help="Anchors in pixels at input: 10,13,16,30,... or a file of them, or what "
        "`cluster --format json` printed (- for stdin)"
        + ("; may be given several times." if multiple else "."),
    )


def data_options(command: Command) -> Command:
    """Options that say which boxes to use, gathered into the argument `data`."""
    formats = tuple(LOADERS)

    @wraps(command)
    def gathered(**given: Any) -> Any:
        sources = tuple(
            (name, path) for name in formats for path in given.pop(f"source_{name}")
        ) + tuple((_guessed(path), path) for path in given.pop("source_any"))
        fields = (
            "images",
            "polygons",
            "image_set",
            "classes",
            "skip_difficult",
            "min_size",
            "strict",
            "quiet",
            "jobs",
        )
        data = DataOptions(sources=sources, **{name: given.pop(name) for name in fields})
        return command(data=data, **given)

    options = [
        click.argument("source_any", metavar="[DATA]...", nargs=-1, type=SomePath()),
        *(
            click.option(
                f"--{name}",
                f"source_{name}",
                multiple=True,
                type=SomePath(),
                metavar=loader.takes,
                help=loader.help,
            )
            for name, loader in LOADERS.items()
        ),
        click.option(
            "--images",
            type=SomePath(),
            metavar="DIR",
            help="The images: their headers tell the sizes that annotations do not.",
        ),
        click.option(
            "--polygons",
            is_flag=True,
            help="Lines of YOLO labels with more than five fields are polygons: take their boxes.",
        ),
        click.option(
            "--image-set",
            multiple=True,
            metavar="NAME",
            help="Only the images of ImageSets/Main/NAME.txt.",
        ),
        click.option(
            "--class", "classes", multiple=True, metavar="NAME", help="Only boxes of this class."
        ),
        click.option("--skip-difficult", is_flag=True, help="Without objects marked difficult."),
        click.option(
            "--min-size",
            type=Number(min=0),
            default=0.0,
            metavar="PIXELS",
            help="Without boxes whose shorter side at input is below this.",
        ),
        click.option("--strict", is_flag=True, help="Exit 1 if any object or file was left out."),
        click.option("--quiet", is_flag=True, help="No progress, no summary of what was left out."),
        click.option(
            "--jobs",
            type=Whole(min=1),
            metavar="N",
            help="Processes that read files.  [default: the processors this process may use]",
        ),
    ]
    for option in reversed(options):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]  # the same command with other arguments


def _guessed(path: Path) -> str:
    from anchorkit.loaders.guess import guessed_format

    return guessed_format(path)


def input_options(command: Command) -> Command:
    """`--input` as `size` and `--resize` as `resize`; None where not given."""
    for option in (
        click.option(
            "--resize",
            type=click.Choice(["stretch", "letterbox"]),
            help="How training brings images to the input size.  [default: stretch]",
        ),
        click.option(
            "--input",
            "size",
            type=InputSize(),
            metavar="N|WxH",
            help="Network input in pixels, width x height.  [default: 416]",
        ),
    ):
        command = option(command)
    return command


def search_options(command: Command) -> Command:
    """`--update`, `--seed` and `--precision`, under these names."""
    for option in (
        click.option(
            "--precision",
            type=Whole(0, FINEST),
            default=0,
            show_default=True,
            metavar="DECIMALS",
            help="Decimals of the anchors.",
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
            type=click.Choice(["median", "mean", "iou"]),
            default="median",
            show_default=True,
            help="What an anchor becomes: the median of its boxes, their mean (as darknet has it), "
            "or the size of highest mean IoU with them.",
        ),
    ):
        command = option(command)
    return command


def format_option(command: Command) -> Command:
    """`--format` as `form`."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="How the result is written to stdout.",
    )(command)


def help_text(does: str, *examples: str) -> str:
    r"""A command's help: what it does, then lines that can be pasted.

    (A docstring cannot tell click to keep lines apart: that takes a control character.)

    Examples
    --------
    >>> help_text("Do it.", "anchorkit do", "anchorkit do --it").splitlines()
    ['Do it.', '', '\x08', 'anchorkit do', 'anchorkit do --it']
    """
    return "\n".join([does, "", "\b", *examples])
