"""The options that say which boxes to use, gathered into one `DataOptions`. Needs no numpy.

Tested in tests/loaders/test_loaders.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from anchorkit.cli.options.types import Number, SomePath, Whole
from anchorkit.loaders import LOADERS

__all__ = ["DataOptions", "data_options"]

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class DataOptions:
    """Which boxes to use, as the user said it."""

    sources: tuple[tuple[str, Path], ...]
    """(format, path) in the order of the formats' options: `("voc", Path("VOC2007"))`."""
    images: tuple[Path, ...]
    polygons: bool
    keypoints: bool
    image_set: tuple[str, ...]
    classes: tuple[str, ...]
    skip_difficult: bool
    min_size: float
    strict: bool
    quiet: bool
    jobs: int | None
    expect_images: int | None = None


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
            "keypoints",
            "image_set",
            "classes",
            "skip_difficult",
            "min_size",
            "strict",
            "quiet",
            "jobs",
            "expect_images",
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
            multiple=True,
            type=SomePath(),
            metavar="DIR",
            help="The images: their headers tell the sizes that annotations do not; may be given "
            "several times.",
        ),
        click.option(
            "--polygons",
            is_flag=True,
            help="Lines of YOLO labels with more than six fields are polygons: take their boxes.",
        ),
        click.option(
            "--keypoints",
            is_flag=True,
            help="Of lines of YOLO labels with more than six fields the first five count.",
        ),
        click.option(
            "--image-set",
            multiple=True,
            metavar="NAME",
            help="Only this part of the data: a list in ImageSets, a key of a data file, a folder.",
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
        click.option(
            "--expect-images",
            type=Whole(min=0),
            metavar="N",
            help="Exit 1 unless there are so many images: where a part of the data is missing.",
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
