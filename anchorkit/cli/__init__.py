"""The command line: parses, calls one function of the library, prints. Only this imports click."""

import contextlib
import errno
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

import click

from anchorkit._version import __version__
from anchorkit.cli import messages
from anchorkit.cli.options.shared import help_text
from anchorkit.cli.typed import MEANT_COMMANDS, rewritten
from anchorkit.errors import AnchorkitError
from anchorkit.suggestions import closest

__all__ = ["COMMANDS", "commands", "main"]

COMMANDS = {
    "inspect": "say what is in a data set, and everything that is wrong with it",
    "cluster": "find the best anchors for a data set",
    "evaluate": "say how well given anchors fit a data set",
    "sweep": "find the best anchors for several k, and where more add little",
    "plot": "draw the boxes of a data set, and how well anchors fit them",
    "report": "write one HTML page that tells the whole story",
    "apply": "write known anchors into a darknet cfg",
    "check": "fail where a cfg or its anchors are not fit for the data",
    "cost": "count the parameters and operations of a cfg's network, and of its heads",
    "extract": "read a data set once, and keep its boxes in a file",
    "guide": "show a page of the manual",
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        # While a shell completes a line, what is half typed is no error
        if name in COMMANDS or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise click.UsageError(f"no such command {name!r}: {_meant_command(name)}", ctx)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # click would print an empty line first, whether or not a terminal shows ^C
            raise click.exceptions.Abort from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _meant_command(name: str) -> str:
    """What to say of a command that there is not."""
    similar = MEANT_COMMANDS.get(name.casefold()) or closest(name, COMMANDS)
    if similar:
        return f"did you mean {similar}?"
    if Path(name).exists():  # data, or a cfg, without a word of what to do with it
        return (
            f"did you mean cluster {name}?" if Path(name).is_dir() else "name a command before it"
        )
    return f"wanted {', '.join(COMMANDS)}"


@click.group(
    cls=_Commands,
    help=help_text(
        "Find the best anchor boxes for a YOLO detector, and put them where training reads them.",
        "anchorkit cluster --voc VOCdevkit/VOC2007 -k 9 --input 416",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="anchorkit help COMMAND shows the options of a command, "
    "anchorkit guide the pages of the manual.",
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
    # A stream that was closed before we began (`>&-`) is None: what is written to it goes nowhere
    sys.stdout, sys.stderr = (
        stream or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # open to the end
        for stream in (sys.stdout, sys.stderr)
    )
    for stream in (sys.stdout, sys.stderr):
        # A file name that the terminal's encoding cannot show must not end the program.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    code = _run(args)
    sys.exit(code or _flushed(sys.stdout) or _flushed(sys.stderr))


def _run(args: list[str] | None) -> int:
    words = rewritten(sys.argv[1:] if args is None else args)
    try:
        result: Any = commands.main(
            words, prog_name="anchorkit", standalone_mode=False, obj=tuple(words)
        )
    except (click.exceptions.Abort, KeyboardInterrupt):
        if sys.stderr.isatty():
            click.echo(err=True)  # below the ^C
        with contextlib.suppress(OSError):
            click.echo("anchorkit: interrupted", err=True)
        return 130
    except click.ClickException as wrong:
        return _failed(messages.said_of_usage(wrong, words), wrong.exit_code)
    except AnchorkitError as error:
        return _failed(str(error), error.exit_code)
    except MemoryError:
        return _failed("not enough memory for this data", 1)
    except OSError as error:
        return _unwritten(error)
    except SystemExit:
        return 0  # click's way out where the reader of a pipe has gone; all else it raises
    return result if isinstance(result, int) else 0


def _flushed(stream: TextIO) -> int:
    try:
        stream.flush()
    except OSError as error:
        # What is still buffered must not fail once more when the interpreter ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return _unwritten(error)
    return 0


def _unwritten(error: OSError) -> int:
    """The exit code for what the system refused: none where the reader of a pipe has gone."""
    # Windows calls a closed pipe an invalid argument
    if isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL):
        return 0
    where = f"{error.filename}: " if error.filename else "cannot write the result: "
    return _failed(f"{where}{error.strerror or error}", 1)


def _failed(message: str, code: int) -> int:
    with contextlib.suppress(OSError):
        messages.error(message)
    return code
