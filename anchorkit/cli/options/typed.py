"""The command as it was typed, for files that say how they were made."""

import shlex
from collections.abc import Sequence

import click

__all__ = ["typed_command", "without_options"]

HOW = ("-o", "--output", "--plot", "--picture", "--tensorboard", "--jobs", "--quiet")
"""Options that say which pictures go where, and how fast: they change nothing of what one shows."""

FLAGS = frozenset({"--quiet"})
"""Those of them that take no value."""


def typed_command() -> str:
    """The command that runs, as a line for a shell, without what changes nothing of its pictures.

    Empty where no command runs.
    """
    context = click.get_current_context(silent=True)
    words = () if context is None else context.find_root().obj or ()
    return shlex.join(["anchorkit", *without_options(words, HOW)]) if words else ""


def without_options(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """The words of a command line without some options and their values.

    Examples
    --------
    >>> without_options(["plot", "--jobs", "2", "-oa.png", "--quiet", "x"], HOW)
    ['plot', 'x']
    """
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            return [*kept, word, *rest]
        name, equals, _ = word.partition("=")
        if name in options and word.startswith("--"):
            if not equals and name not in FLAGS:
                next(rest, None)
        elif word in options:
            next(rest, None)
        elif not any(word.startswith(one) for one in options if not one.startswith("--")):
            kept.append(word)
    return kept
