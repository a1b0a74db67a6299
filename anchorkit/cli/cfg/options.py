"""Options of every command that reads or writes a cfg, gathered into the argument `cfg_options`.

Tested in tests/cli/cfg/test_job.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from anchorkit.cli.options.output_paths import Output
from anchorkit.cli.options.types import Number, OneOf, SomePath

__all__ = ["CfgOptions", "cfg_file_option", "cfg_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

FIELDS = ("dry_run", "exit_code", "output", "assign", "force", "min_gain", "names")


@dataclass(frozen=True)
class CfgOptions:
    """What is to be done to which cfg, as the user said it."""

    file: Path | None
    dry_run: bool = False
    exit_code: bool = False
    output: Path | None = None
    assign: str | None = None
    force: bool = False
    min_gain: float | None = None
    names: Path | None = None

    def outputs(self) -> list[Output]:
        """The cfg that will be written."""
        if self.output is not None:
            return [Output(f"--cfg-output {self.output}", self.output)]
        return [Output(f"--cfg {self.file}", self.file)]

    def stray(self) -> str | None:
        """An option that means nothing without a cfg, None where there is none."""
        given = [name for name in FIELDS if getattr(self, name) not in (None, False)]
        if self.file is not None or not given:
            return None
        return {"output": "--cfg-output"}.get(given[0], "--" + given[0].replace("_", "-"))


def cfg_file_option(text: str, *, required: bool = False) -> Callable[[Command], Command]:
    """`--cfg` as `cfg`."""
    return click.option(
        "--cfg",
        type=SomePath(),
        required=required,
        metavar="FILE",
        help=text,
    )


def cfg_options(*, required: bool = False, with_data: bool = True) -> Callable[[Command], Command]:
    """Options that say which cfg to edit and how, gathered into the argument `cfg_options`.

    Parameters
    ----------
    required
        Whether the command needs a cfg.
    with_data
        Whether it has boxes, on which a gain can be measured and classes counted.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathered(**given: Any) -> Any:
            fields = {name: given.pop(name) for name in FIELDS if name in given}
            return command(cfg_options=CfgOptions(given.pop("cfg"), **fields), **given)

        options = [
            click.option("--dry-run", is_flag=True, help="Print the difference, write nothing."),
            click.option(
                "--exit-code", is_flag=True, help="Exit 1 where the cfg is not as it would be."
            ),
            click.option(
                "--cfg-output",
                "output",
                type=SomePath(),
                metavar="FILE",
                help="Write there instead of over the cfg.",
            ),
            click.option(
                "--assign",
                type=OneOf(["shares", "size"]),
                help="How heads get anchors: in equal shares by area (masks that fit keep their "
                "lengths), or by the area rule of darknet, 30x30 and 60x60.  [default: shares]",
            ),
            click.option(
                "--force",
                is_flag=True,
                help="Give all heads the same anchors also where they list different ones.",
            ),
        ]
        if with_data:
            options += [
                click.option(
                    "--min-gain",
                    type=Number(min=-1, max=1),
                    metavar="IOU",
                    help="Leave the cfg alone where the mean IoU gains less.  [default: 0]",
                ),
                click.option(
                    "--names",
                    type=SomePath(),
                    metavar="FILE",
                    help="Classes, one a line, to renew counters_per_class in their order.",
                ),
            ]
        wrapped: Any = gathered
        for option in reversed(options):
            wrapped = option(wrapped)
        text = "Darknet cfg to put the anchors into; gives -k, --input and --resize."
        if not with_data:
            text = "Darknet cfg to put the anchors into."
        return cfg_file_option(text, required=required)(wrapped)  # type: ignore[no-any-return]

    return decorate
