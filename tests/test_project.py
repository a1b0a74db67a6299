"""What holds for the project as a whole: its public names, its help texts, its documentation."""

import ast
import re
import shlex
from importlib import import_module
from types import GenericAlias

import click
import pytest
import yaml
from imports import MODULES, PACKAGE, ROOT

from anchorkit._version import __version__
from anchorkit.cli import COMMANDS, commands

PUBLIC = [
    name
    for name, path in MODULES.items()
    if not any(part.startswith("_") for part in name.split("."))
    and len(ast.parse(path.read_bytes()).body) > 1  # more than a docstring
]


@pytest.mark.parametrize("name", PUBLIC)
def test_module_lists_its_public_names(name: str) -> None:
    assert isinstance(getattr(import_module(name), "__all__", None), list)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_have_docstrings(name: str) -> None:
    module = import_module(name)
    assert module.__doc__
    for public in module.__all__:
        value = getattr(module, public)
        if getattr(value, "__module__", None) == name and callable(value):
            assert value.__doc__, public
        if isinstance(value, type) and not isinstance(value, GenericAlias):  # so in Python 3.10
            methods = {k: v for k, v in vars(value).items() if k[0] != "_" and callable(v)}
            assert all(method.__doc__ for method in methods.values()), public


def described(name: str) -> tuple[click.Command, str]:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    with click.Context(command, info_name=f"anchorkit {name}") as context:
        return command, command.get_help(context)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_begins_with_what_the_command_does(name: str) -> None:
    command, _ = described(name)
    first = (command.help or "").splitlines()[0]
    assert first.endswith("."), first
    assert 10 < len(first) <= 100


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_with_real_options(name: str) -> None:
    command, text = described(name)
    examples = [
        line.strip() for line in text.splitlines() if line.strip().startswith(f"anchorkit {name} ")
    ]
    assert examples
    known = {option for parameter in command.params for option in parameter.opts}
    for example in examples:
        words = shlex.split(example, comments=True)[2:]
        assert {word.split("=")[0] for word in words if word.startswith("-")} <= known, example


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_has_help(name: str) -> None:
    command, _ = described(name)
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_manual_shows_every_command(name: str) -> None:
    pages = [ROOT / "README.md", *(PACKAGE / "guide").glob("*.md")]
    assert any(f"anchorkit {name} " in page.read_text(encoding="utf-8") for page in pages)


def test_continuous_integration_runs_the_oldest_and_the_newest_python_promised() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    promised = re.findall(r"Python :: (3\.\d+)", project)
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == [promised[0], promised[-1]]
    assert f'requires-python = ">={promised[0]}"' in project


def test_the_version_stands_in_one_place() -> None:
    texts = [*PACKAGE.rglob("*.py"), ROOT / "pyproject.toml"]
    named = [path.name for path in texts if f'"{__version__}"' in path.read_text(encoding="utf-8")]
    assert named == ["_version.py"]


TESTED_IN = re.compile(r"Tested in (tests/\S+?\.py)")


@pytest.mark.parametrize(
    "name", [name for name, path in MODULES.items() if not path.stem.startswith("_")]
)
def test_module_has_a_test_file_of_its_name_or_says_where_it_is_tested(name: str) -> None:
    path = MODULES[name]
    own = ROOT / "tests" / path.relative_to(PACKAGE).with_name(f"test_{path.name}")
    named = TESTED_IN.findall(ast.get_docstring(ast.parse(path.read_bytes())) or "")
    assert own.exists() or named, (
        f"write {own.relative_to(ROOT).as_posix()}, or end the first lines of {path.name} with "
        "`Tested in tests/....py.`"
    )
    assert [text for text in named if not (ROOT / text).exists()] == []
