"""The help of each command: groups in one order, and what everyone needs at the head of them."""

import re

import click
import pytest
from command import run
from imports import ROOT

from anchorkit.cli import COMMANDS, commands
from anchorkit.cli.options.groups import FIRST, GROUPS, GroupedCommand, group_of

HEADING = re.compile(r"^(\S.*):$", re.MULTILINE)
OPTION = re.compile(r"^  (-\S.*?)(?:  |$)", re.MULTILINE)


def command_of(name: str) -> GroupedCommand:
    command = commands.get_command(click.Context(commands), name)
    assert isinstance(command, GroupedCommand)
    return command


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_stands_in_exactly_one_group(name: str) -> None:
    command = command_of(name)
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.opts for one in options if not group_of(one)] == []
    shown = OPTION.findall(run(name, "--help").out)
    assert len(shown) == len(set(shown)) == len(options) + 1  # and --help


@pytest.mark.parametrize("name", COMMANDS)
def test_groups_stand_in_one_order(name: str) -> None:
    found = HEADING.findall(run(name, "--help").out)
    assert found == [one for one in (FIRST, *GROUPS) if one in found]


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "guide"])
def test_what_everyone_needs_is_its_argument_and_two_options(name: str) -> None:
    head = run(name, "--help").out.split(f"{FIRST}:\n")[1].split("\n\n")[0]
    assert len(OPTION.findall(head)) == 2
    assert re.match(r"  (DATA|FILE) +\w", head)


def test_no_option_is_in_two_groups() -> None:
    names = [name for group in GROUPS.values() for name in group]
    assert len(names) == len(set(names))


def test_commands_stand_in_one_order_in_the_help_and_in_the_readme() -> None:
    shown = re.findall(
        r"^  (\w+) ", run("--help").out.split("Commands:\n")[1].split("\n\n")[0], re.MULTILINE
    )
    assert shown == list(COMMANDS)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[?`(\w+)`", readme, re.MULTILINE)
    assert [row for row in rows if row in COMMANDS] == list(COMMANDS)
