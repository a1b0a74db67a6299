import click
import pytest
from click.testing import CliRunner

from anchorkit.cli.options.trainer import trainer_option
from anchorkit.training.trainers import TRAINERS, Trainer


@click.command()
@trainer_option
def show(trainer: Trainer | None) -> None:
    click.echo(trainer.name if trainer else "nobody")


def test_without_the_option_there_is_no_trainer() -> None:
    assert CliRunner().invoke(show).output == "nobody\n"


@pytest.mark.parametrize("name", TRAINERS)
def test_a_trainer_is_found_by_its_name_whatever_the_case(name: str) -> None:
    for typed in (name, name.upper(), name.title()):
        assert CliRunner().invoke(show, ["--trainer", typed]).output == f"{name}\n"


def test_a_trainer_that_is_none_is_bad_usage_and_the_closest_is_named() -> None:
    done = CliRunner().invoke(show, ["--trainer", "yolov55"])
    assert done.exit_code == 2
    assert "--trainer yolov55: no such trainer; did you mean yolov5?" in done.output
