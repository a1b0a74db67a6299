"""What holds for the project as a whole: its imports, its help texts, its documentation."""

import ast
import re
import shlex
import subprocess
import sys
from importlib import import_module
from types import GenericAlias

import click
import pytest
import yaml
from imports import IMPORTS, MODULES, PACKAGE, ROOT, first_names, layout

from anchorkit._version import __version__
from anchorkit.cli import COMMANDS, commands

REQUIRED = {"numpy", "xmltodict", "click", "matplotlib", "tqdm"}
OPTIONAL = {"PIL", "tensorboardX", "yaml"}
"""Modules of optional extras: imported where they are used, and never needed."""

GROUND = {
    "errors",
    "arguments",
    "suggestions",
    "files",
    "beside",
    "in_place",
    "sums",
    "terminal",
    "network_input",
}
HANDED = {"boxes", "load_report", "image_sets"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "suggestions": set(),
    "arguments": {"errors"},
    "network_input": {"arguments", "errors"},
    "beside": set(),
    "in_place": {"errors"},
    "files": {"errors", "suggestions", "beside", "in_place"},
    "sums": set(),
    "terminal": set(),
    "load_report": GROUND,
    "boxes": GROUND | {"load_report"},
    "image_sets": GROUND | HANDED,
    "overlap": GROUND,
    "quality": GROUND | {"overlap"},
    "search": GROUND | {"overlap", "search"},
    "clustering": GROUND | {"overlap", "search"},
    "anchors": GROUND | HANDED | {"overlap", "quality", "training", "anchors"},
    "sweep": GROUND
    | HANDED
    | {"overlap", "quality", "clustering", "distances", "search", "anchors"},
    "darknet": GROUND | {"darknet"},
    "suggested_k": GROUND,
    "training": GROUND | HANDED | {"overlap", "quality", "darknet", "training"},
    "loaders": GROUND | HANDED | {"loaders"},
    "guide": set(),
    "plots": GROUND
    | HANDED
    | {"suggested_k", "overlap", "quality", "sweep", "training", "darknet", "plots"},
}
"""All that modules and folders may import of ours, by its first name; what is not named here may
import all that is below the command line."""


PUBLIC = [
    name
    for name, path in MODULES.items()
    if not any(part.startswith("_") for part in name.split("."))
    and len(ast.parse(path.read_bytes()).body) > 1  # more than a docstring
]


def importers(package: str) -> set[str]:
    return {name for name, found in IMPORTS.items() if package in {f.split(".")[0] for f in found}}


def loaded_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running some code."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


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


def test_only_plots_imports_matplotlib() -> None:
    assert all(name.startswith("anchorkit.plots.") for name in importers("matplotlib"))


def test_only_the_command_line_imports_click() -> None:
    assert all(name.startswith("anchorkit.cli") for name in importers("click"))


def test_nothing_imports_the_command_line() -> None:
    inside = {name for name in MODULES if name.startswith("anchorkit.cli")}
    users = {name for name in MODULES if "cli" in first_names(name)} - inside
    assert users == {"anchorkit.__main__"}


def test_only_the_command_line_brings_loaders_and_computation_together() -> None:
    users = {name for name in MODULES if "loaders" in first_names(name)} - {"anchorkit"}
    assert {name.split(".")[1] for name in users} <= {"cli", "loaders"}


@pytest.mark.parametrize("name", [name for name in MODULES if name != "anchorkit"])
def test_imports_go_one_way(name: str) -> None:
    first = name.split(".")[1]
    if first in ALLOWED:
        assert first_names(name) <= ALLOWED[first]


def test_no_two_modules_import_each_other() -> None:
    def reach(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        for other in IMPORTS[name] & MODULES.keys():
            reach(other, (*path, name))

    for name in MODULES:
        if name != "anchorkit":  # its names are loaded when they are first used
            reach(name, ())


def test_package_imports_nothing_but_its_dependencies() -> None:
    roots = {other.split(".")[0] for found in IMPORTS.values() for other in found}
    assert roots - {"anchorkit"} - sys.stdlib_module_names <= REQUIRED | OPTIONAL


def test_import_loads_neither_matplotlib_nor_click() -> None:
    assert not loaded_after("import anchorkit") & (REQUIRED | OPTIONAL)


def test_little_is_loaded_before_an_interrupt_is_caught() -> None:
    code = (
        f"import sys; before = set(sys.modules); sys.path.insert(0, {str(ROOT)!r})\n"
        "import anchorkit.__main__\n"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    loaded = ast.literal_eval(done.stdout)
    assert {name.split(".")[0] for name in loaded} <= {
        "anchorkit",
        "importlib",
        "__future__",
        "warnings",
    }
    assert {"anchorkit._version"} < set(loaded)


def test_importing_every_public_name_loads_neither_matplotlib_nor_click() -> None:
    assert not loaded_after("from anchorkit import *") & {"matplotlib", "click"}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_group_option_loads_no_numpy(option: str) -> None:
    loaded = loaded_after(f"from anchorkit.cli import main; main(['{option}'])")
    assert "click" in loaded
    assert not loaded & {"numpy", "matplotlib", "xmltodict", "tqdm"}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_command_loads_no_numpy(name: str) -> None:
    loaded = loaded_after(f"from anchorkit.cli import main; main(['{name}', '--help'])")
    assert not loaded & {"numpy", "matplotlib", "xmltodict", "tqdm"}


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


def test_the_layout_that_is_printed_names_every_room_and_goes_one_way() -> None:
    lines = layout().split("imports between them:\n")[1].splitlines()
    rooms: list[str] = []
    for line in lines:
        name, *users = ([""] if line.startswith(" ") else []) + line.split()
        if name:
            rooms.append(name)
        assert {*users} <= {*rooms}, f"{name or rooms[-1]} imports what comes after it"
    assert {*rooms} == {name.split(".")[1] for name in MODULES if "." in name} - {"__main__"}


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
