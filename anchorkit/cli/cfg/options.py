"""Options of every command that reads or writes a cfg, gathered into the argument `cfg_options`.

Tested in tests/cli/cfg/test_job.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from anchorkit.cli.options.output_paths import Output
from anchorkit.cli.options.types import Number, OneOf, SomePath, Wholes

if TYPE_CHECKING:
    ClassesType = click.ParamType["int | str"]
else:  # older clicks have no type argument
    ClassesType = click.ParamType

__all__ = ["AUTO", "STDOUT", "CfgOptions", "cfg_file_option", "cfg_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

AUTO = "auto"
"""What `--classes` takes in place of a number."""

STDOUT = Path("-")
"""What `--cfg-output` takes in place of a file."""

MOST_CLASSES = 1_000_000

NAMES = {
    "dry_run": "--dry-run",
    "exit_code": "--exit-code",
    "output": "--cfg-output",
    "assign": "--assign",
    "shares": "--shares",
    "force": "--force",
    "classes": "--classes",
    "recipe": "--recipe",
    "names": "--names",
    "min_gain": "--min-gain",
}
"""The options beside `--cfg`, by their fields."""


@dataclass(frozen=True)
class CfgOptions:
    """What is to be done to which cfg, as the user said it."""

    file: Path | None
    dry_run: bool = False
    exit_code: bool = False
    output: Path | None = None
    assign: str | None = None
    shares: tuple[int, ...] | None = None
    force: bool = False
    classes: int | str | None = None
    recipe: bool = False
    names: Path | None = None
    min_gain: float | None = None
    strides: tuple[int, ...] | None = None
    """Of `--strides`, which other options take as well."""
    by_option: bool = True
    """Whether the file was named by `--cfg`, not as an argument."""

    @property
    def typed(self) -> str:
        """The file as the user typed it."""
        return f"--cfg {self.file}" if self.by_option else str(self.file)

    @property
    def to_stdout(self) -> bool:
        """Whether the cfg itself goes to standard output."""
        return self.output == STDOUT

    def outputs(self) -> list[Output]:
        """The cfg that will be written."""
        if self.output is not None:
            return [Output(f"--cfg-output {self.output}", None if self.to_stdout else self.output)]
        return [Output(self.typed, self.file)]

    def changes_heads(self) -> bool:
        """Whether anything is asked of the heads beside their anchors."""
        return self.recipe or (self.classes, self.shares, self.assign) != (None, None, None)

    def check(self, form: str) -> None:
        """Fail where the options contradict one another.

        Raises
        ------
        UsageError
            Saying which.
        """
        from anchorkit.errors import UsageError

        if self.to_stdout and form == "json":
            raise UsageError("--cfg-output -: wanted a file with --format json")
        if self.shares is not None and self.assign == "size":
            raise UsageError("--shares: wanted without --assign size, which counts itself")
        given = [name for name in NAMES if getattr(self, name) not in (None, False)]
        if self.file is None and given:
            raise UsageError(f"{NAMES[given[0]]}: wanted with --cfg FILE")


class _Classes(ClassesType):
    """A number of classes, or `auto`."""

    name = "N|auto"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        if isinstance(value, int) or value == AUTO:
            return value  # type: ignore[no-any-return]
        if not (value.isascii() and value.isdigit() and 0 < len(value) < 8):
            hint = "" if value[:1].isdigit() else "; --class NAME takes only the boxes of a class"
            self.fail(f"wanted a number of classes or auto, found {value!r}{hint}", param, ctx)
        if not 1 <= int(value) <= MOST_CLASSES:
            self.fail(f"wanted 1 to {MOST_CLASSES:,} classes, found {value!r}", param, ctx)
        return int(value)


def cfg_file_option(text: str, *, required: bool = False) -> Callable[[Command], Command]:
    """`--cfg` as `cfg`."""
    return click.option(
        "--cfg",
        type=SomePath(),
        required=required,
        metavar="FILE",
        help=text,
    )


def cfg_options(*, with_data: bool = True) -> Callable[[Command], Command]:
    """Options that say which cfg to edit and how, gathered into the argument `cfg_options`.

    Parameters
    ----------
    with_data
        Whether the command has boxes, on which a gain can be measured and classes counted.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathered(**given: Any) -> Any:
            fields = {name: given.pop(f"cfg_{name}", None) for name in NAMES}
            return command(cfg_options=CfgOptions(given.pop("cfg"), **fields), **given)

        wrapped: Any = gathered
        for option in reversed(_options(with_data=with_data)):
            wrapped = option(wrapped)
        text = "Darknet cfg to put the anchors into; gives -k, --input and --resize."
        if not with_data:
            text = "Darknet cfg to put the anchors into."
        return cfg_file_option(text)(wrapped)  # type: ignore[no-any-return]

    return decorate


def _options(*, with_data: bool) -> Sequence[Callable[[Any], Any]]:
    auto = (
        "auto takes as many as --names lists, else as the data list, else as they have."
        if with_data
        else "auto takes as many as --names lists."
    )
    options = [
        click.option(
            "--dry-run", "cfg_dry_run", is_flag=True, help="Print the difference, write nothing."
        ),
        click.option(
            "--exit-code",
            "cfg_exit_code",
            is_flag=True,
            help="Exit 1 where the cfg is not as it would be.",
        ),
        click.option(
            "--cfg-output",
            "cfg_output",
            type=SomePath(),
            metavar="FILE",
            help="Write there instead of over the cfg; - is standard output, the result then goes "
            "to stderr.",
        ),
        click.option(
            "--assign",
            "cfg_assign",
            type=OneOf(["shares", "size"]),
            help="How heads get anchors: in equal shares by area (masks that fit keep their "
            "lengths), or by the area rule of darknet, 30x30 and 60x60.  [default: shares]",
        ),
        click.option(
            "--shares",
            "cfg_shares",
            type=Wholes("SHARES", "4,3,2"),
            metavar="4,3,2",
            help="How many anchors each head gets, by ascending stride.",
        ),
        click.option(
            "--force",
            "cfg_force",
            is_flag=True,
            help="Give all heads the same anchors also where they list different ones.",
        ),
        click.option(
            "--classes",
            "cfg_classes",
            type=_Classes(),
            metavar="N|auto",
            help=f"Also write classes, and filters for them; {auto}",
        ),
        click.option(
            "--recipe",
            "cfg_recipe",
            is_flag=True,
            help="Also write max_batches and steps as darknet's manual advises for so many "
            "classes" + (" and images." if with_data else "."),
        ),
        click.option(
            "--names",
            "cfg_names",
            type=SomePath(),
            metavar="FILE",
            help="Classes, one a line"
            + (", to renew counters_per_class in their order." if with_data else "."),
        ),
    ]
    if with_data:
        options.append(
            click.option(
                "--min-gain",
                "cfg_min_gain",
                type=Number(min=-1, max=1),
                metavar="IOU",
                help="Leave the cfg alone where the mean IoU gains less.  [default: 0]",
            )
        )
    return options
