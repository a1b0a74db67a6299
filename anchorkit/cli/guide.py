"""`anchorkit guide`: the manual in the terminal."""

import click

from anchorkit.cli.options.groups import GroupedCommand
from anchorkit.cli.options.shared import help_text
from anchorkit.cli.options.types import names_beginning
from anchorkit.errors import UsageError
from anchorkit.guide import PAGES, page, title
from anchorkit.suggestions import closest, meant_name

__all__ = ["command"]


@click.command(
    cls=GroupedCommand,
    waits=False,
    help=help_text(
        "Show a page of the manual, or without a name the list of pages.",
        "anchorkit guide",
        "anchorkit guide darknet",
    ),
)
@click.argument(
    "name",
    metavar="[PAGE]",
    required=False,
    shell_complete=lambda _ctx, _param, incomplete: names_beginning(incomplete, PAGES),
)
def command(name: str | None) -> None:
    """Print the list, or a page; page by page on a terminal."""
    if name is None:
        width = max(map(len, PAGES))
        lines = [f"  {one:{width}}  {title(one)}" for one in PAGES]
        click.echo("\n".join(["Pages of the manual (anchorkit guide PAGE):", "", *lines]))
        return
    known = {one.casefold(): one for one in PAGES}
    if name.casefold() not in known:
        raise UsageError(f"no such page {name!r}; {_hint(name)}")
    click.echo_via_pager(page(known[name.casefold()]))


def _hint(name: str) -> str:
    """The page whose name is close, or that speaks most of what was asked for."""
    mentions = {one: page(one).casefold().count(name.casefold()) for one in PAGES}
    most = max(PAGES, key=lambda one: mentions[one])
    if not closest(name, PAGES) and len(name) > 2 and mentions[most]:
        return f"anchorkit guide {most} speaks of it"
    return meant_name(name, PAGES)
