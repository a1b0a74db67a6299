"""The command line: parses, calls one function of the library, prints. Only this imports click."""

import os
import sys
from importlib import import_module
from typing import Any

import click

from anchorkit._version import __version__
from anchorkit.cli.options import help_text
from anchorkit.errors import AnchorkitError

__all__ = ["COMMANDS", "commands", "main"]

COMMANDS = {
    "cluster": "find the best anchors for a data set",
    "evaluate": "say how well given anchors fit a data set",
    "plot": "draw the boxes of a data set, and how well anchors fit them",
}
"""Name of each command, and its one line in `anchorkit --help`.

The module `anchorkit.cli.NAME` holds the command as `command`; it is imported when it is called, so
that `anchorkit --help` loads no numpy.
"""


class _Commands(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"anchorkit.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    help=help_text(
        "Find the best anchor boxes for a YOLO detector, and put them where training reads them.",
        "anchorkit cluster --voc VOCdevkit/VOC2007 -k 9 --input 416",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.version_option(__version__, "--version", message="anchorkit %(version)s")
@click.pass_context
def commands(ctx: click.Context) -> None:
    """Show the help where no command was named."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; every error is turned into one here.

    0: fine (a closed pipe too). 1: what was found in the content. 2: bad usage. 130: Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        # A file name that the terminal's encoding cannot show must not end the program.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        code = _run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered has no reader: let the interpreter flush it into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _run(args: list[str] | None) -> int:
    try:
        result: Any = commands.main(args, prog_name="anchorkit", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("anchorkit: interrupted", err=True)
        return 130
    except KeyboardInterrupt:
        click.echo("anchorkit: interrupted", err=True)
        return 130
    except click.ClickException as error:
        return _failed(error.format_message(), error.exit_code)
    except AnchorkitError as error:
        return _failed(str(error), error.exit_code)
    except MemoryError:
        return _failed("not enough memory for this data", 1)
    return result if isinstance(result, int) else 0


def _failed(message: str, code: int) -> int:
    click.echo(f"anchorkit: error: {' '.join(message.split())}", err=True)
    return code
