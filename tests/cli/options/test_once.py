import json
from pathlib import Path

import click
import pytest
from cfgs import V3
from command import run

from anchorkit.cli import COMMANDS, commands
from anchorkit.cli.options.once import check_once


@pytest.mark.parametrize("name", COMMANDS)
def test_two_values_are_refused_of_every_option_that_takes_one(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    for option in command.params:
        if not isinstance(option, click.Option) or option.is_flag:
            continue
        words = [f"{option.opts[-1]}=some", "beside", option.opts[0], "other"]
        context = click.Context(command)
        if option.multiple:
            check_once(command, context, words)
            continue
        with pytest.raises(click.BadParameter, match="one value, found some and other") as refused:
            check_once(command, context, words)
        assert refused.value.param is option


@pytest.fixture
def cfg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "net.cfg").write_text(V3)
    monkeypatch.chdir(tmp_path)
    return "net.cfg"


def test_the_option_is_named_with_its_values_in_their_order(cfg: str) -> None:
    done = run("cost", cfg, "--input", "608", "--input=416")
    said = "anchorkit: error: --input: wanted one value, found 608 and 416\n"
    assert (done.code, done.out, done.err) == (2, "", said)


def test_a_short_and_a_long_name_are_one_option() -> None:
    done = run("cluster", "data", "-k", "9", "--clusters", "6", "-k3")
    assert done.code == 2
    assert "-k: wanted one value, found 9, 6 and 3" in done.err


def test_the_same_value_again_and_flags_again_change_nothing(cfg: str) -> None:
    once = run("cost", cfg, "--input", "608", "--quiet", "--format", "json")
    again = run("cost", cfg, *["--input", "608", "--quiet", "--format", "json"] * 2)
    assert again == once
    assert json.loads(once.out)["input"] == [608, 608]


def test_help_is_shown_whatever_else_is_wrong() -> None:
    assert run("cluster", "-k", "9", "-k", "6", "--help").code == 0
