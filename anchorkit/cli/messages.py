"""What the command line says: the result on stdout, all else on stderr in three levels.

An error ends the command; a warning says that something may not be meant so; a note is worth
knowing. `--quiet` hides notes and summaries, never the others. Whatever users and files supplied
passes `terminal` on its way out.
"""

import os
import re
import sys
from collections.abc import Sequence
from typing import Literal

import click

from anchorkit.cli.typed import meant_option
from anchorkit.cli.waiting import clear
from anchorkit.suggestions import closest
from anchorkit.terminal import safe_lines, safe_text

__all__ = ["error", "note", "said_of_usage", "shows_progress", "summary", "warn", "write_result"]

Level = Literal["error", "warning", "note"]

COLOURS: dict[Level, str] = {"error": "red", "warning": "yellow", "note": "cyan"}

_EXTRA = re.compile(r"Got unexpected extra arguments? \((?P<found>.*)\)\.?", re.DOTALL)


def error(text: str) -> None:
    """Say why the command ends without a result."""
    _say("error", text)


def warn(text: str) -> None:
    """Say what may not be meant so."""
    _say("warning", text)


def note(text: str) -> None:
    """Say what is worth knowing, unless `--quiet` was given."""
    if not _quiet():
        _say("note", text)


def summary(lines: Sequence[str]) -> None:
    """Say something in lines, unless `--quiet` was given; those that belong to others are indented.

    Parameters
    ----------
    lines
        The first, and each that is not indented, begins as a note does.
    """
    if _quiet():
        return
    for line in lines:
        if line.startswith(" "):
            clear()
            click.echo(safe_text(line), err=True)
        else:
            _say("note", line)


def write_result(text: str, *, nl: bool = True, err: bool = False) -> None:
    r"""Write the result to stdout, or to stderr where stdout is for a file.

    Parameters
    ----------
    text
        Its line ends are meant. Those of a diff may be `\r\n`, which stay where no terminal is.
    nl
        Whether to end with a line end.
    err
        Whether to write to stderr.
    """
    end = "" if (sys.stderr if err else sys.stdout).isatty() else "\r"
    clear()
    click.echo("\n".join(_shown(line, end) for line in text.split("\n")), nl=nl, err=err)


def shows_progress() -> bool:
    """Whether progress bars are wanted: on a terminal that moves its cursor, without `--quiet`."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not _quiet()


def said_of_usage(wrong: click.ClickException, words: Sequence[str] = ()) -> str:
    """A sentence of click's in our form: where, what was found, what was wanted.

    Parameters
    ----------
    wrong
        What click found.
    words
        The command line, in which a word tells more than click says of it.
    """
    if isinstance(wrong, click.NoSuchOption):
        return f"{wrong.option_name}: no such option{_hint(wrong, words)}"
    if isinstance(wrong, click.MissingParameter):
        return f"wanted {_named(wrong.param, with_value=True)}, found none"
    if isinstance(wrong, click.BadParameter):
        return f"{_named(wrong.param)}: {wrong.message}" if wrong.param else wrong.message
    if isinstance(wrong, click.BadOptionUsage):
        # It knows no more than its sentence: "requires an argument", or "does not take a value"
        needs = "requires" in wrong.message
        return f"{wrong.option_name}: wanted {'a value, found none' if needs else 'no value'}"
    extra = _EXTRA.fullmatch(wrong.message)
    if extra:
        return f"{extra['found']}: wanted no argument here"
    return wrong.format_message()


def _hint(wrong: click.NoSuchOption, words: Sequence[str]) -> str:
    """The option that is meant, or the commands that have it."""
    known, name = _options(wrong.ctx), wrong.option_name
    near = meant_option(name, words, known)
    having = [] if near else _commands_with(name, wrong.ctx)
    if having:
        if wrong.ctx is not None and wrong.ctx.parent is None:
            return f" before a command: wanted behind one, as in anchorkit {having[0]} {name}"
        return f" here; {_listed(having)} {'has' if len(having) == 1 else 'have'} it"
    near = near or closest(name, known)
    return f"; did you mean {near}?" if near else ""


def _listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and others`."""
    shown = [*names[:3], "others"] if len(names) > 3 else list(names)
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)


def _commands_with(name: str, context: click.Context | None) -> list[str]:
    """The commands that have an option."""
    if context is None:
        return []
    group = context.find_root().command
    if not isinstance(group, click.Group):
        return []
    found = []
    for command in group.list_commands(context):
        known = group.get_command(context, command)
        if known and any(name in option.opts for option in known.params):
            found.append(command)
    return sorted(found, key=lambda one: one != "cluster")


def _say(level: Level, text: str) -> None:
    coloured = (
        sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    word = click.style(level, fg=COLOURS[level], bold=True) if coloured else level
    clear()
    click.echo(f"anchorkit: {word}: {safe_text(text)}", err=True, color=coloured)


def _shown(line: str, end: str) -> str:
    own = line.removesuffix("\r")
    return safe_lines(own) + (end if own != line else "")


def _quiet() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.params.get("quiet"))


def _options(context: click.Context | None) -> list[str]:
    if context is None:
        return []
    known = context.command.get_params(context)
    return [name for option in known if isinstance(option, click.Option) for name in option.opts]


def _named(param: click.Parameter | None, *, with_value: bool = False) -> str:
    if isinstance(param, click.Option):
        return f"{param.opts[0]} {_value_of(param)}" if with_value else param.opts[0]
    return (param.human_readable_name if param else "").strip("[].")


def _value_of(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    return option.metavar or option.type.name.upper()
