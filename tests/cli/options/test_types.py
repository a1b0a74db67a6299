from typing import TYPE_CHECKING, Any

import click
import pytest

from anchorkit.cli import COMMANDS, commands
from anchorkit.cli.options.types import Number, OneOf, SomePath, Whole

if TYPE_CHECKING:
    AnyKind = click.ParamType[Any]
else:  # older clicks have no type argument
    AnyKind = click.ParamType


@pytest.mark.parametrize(
    ("kind", "typed", "found"),
    [
        (Whole(min=1), "nine", "wanted a whole number from 1, found 'nine'"),
        (Whole(min=1), "0", "wanted a whole number from 1, found '0'"),
        (Whole(0, 9), "1.5", "wanted a whole number from 0 to 9, found '1.5'"),
        (OneOf(["iou", "mean"]), "Iou", "wanted iou, mean, found 'Iou'; did you mean iou?"),
        (OneOf(["iou", "mean"]), "x", "wanted iou, mean, found 'x'"),
        (Number(min=0), "much", "wanted a number from 0, found 'much'"),
        (Number(min=0), "nan", "wanted a number from 0, found 'nan'"),
        (Number(min=0), "inf", "wanted a number from 0, found 'inf'"),
        (Number(min=0), "-0.5", "wanted a number from 0, found '-0.5'"),
        (SomePath(), "", "wanted a path, found an empty one"),
    ],
)
def test_value_that_is_none_of_its_kind_is_refused(kind: AnyKind, typed: str, found: str) -> None:
    with pytest.raises(click.BadParameter) as error:
        kind.convert(typed, None, None)
    assert error.value.message.startswith(found)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_of_a_command_takes_an_empty_path_or_what_is_no_number(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    for option in command.params:
        kinds: tuple[tuple[Any, str], ...] = (
            (click.Path, ""),
            (click.File, ""),
            (click.types.FloatParamType, "nan"),
        )
        for kind, typed in kinds:
            if isinstance(option.type, kind):
                with pytest.raises(click.BadParameter):
                    option.type(typed)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_range_in_a_help_ends_in_none(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    # click writes the range of a number without bounds as x<=None
    assert "None" not in command.get_help(click.Context(command))
