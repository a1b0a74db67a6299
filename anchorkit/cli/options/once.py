"""Options that take one value, given twice: click would count the last one in silence.

Tested in tests/cli/options/test_once.py.
"""

from collections.abc import Sequence

import click

__all__ = ["check_once"]


def check_once(command: click.Command, context: click.Context, words: Sequence[str]) -> None:
    """Fail where an option that takes one value is given several that differ.

    Those that may be repeated, and those without a value, are of no concern; nor are values that
    no word of the command line brought.

    Parameters
    ----------
    command
        Whose options they are.
    context
        Of the command.
    words
        Its part of the command line, which is known to be of the right form.

    Raises
    ------
    click.BadParameter
        Naming the option and its values, as typed.
    """
    parser = command.make_parser(context)
    single = [
        one
        for one in command.get_params(context)
        if isinstance(one, click.Option) and not (one.multiple or one.is_flag or one.count)
    ]
    for option in single:
        names = [*option.opts, *option.secondary_opts]
        parser.add_option(option, names, option.name, action="append", nargs=option.nargs)
    given, _, _ = parser.parse_args(args=list(words))
    for option in single:
        values = list(dict.fromkeys(map(str, given.get(option.name or "") or ())))
        if len(values) > 1:
            found = f"{', '.join(values[:-1])} and {values[-1]}"
            raise click.BadParameter(f"wanted one value, found {found}", context, option)
