"""What holds for the project as a whole: its imports, its help texts, its documentation."""

import ast
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import GenericAlias

import click
import pytest

from anchorkit.cli import COMMANDS, commands

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "anchorkit"
REQUIRED = {"numpy", "xmltodict", "click", "matplotlib", "tqdm"}
OPTIONAL = {"PIL", "tensorboardX", "yaml"}
"""Modules of optional extras: imported where they are used, and never needed."""

GROUND = {"errors", "arguments", "suggestions", "files", "sums", "terminal", "network_input"}
HANDED = {"boxes", "load_report", "image_sets"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "suggestions": set(),
    "arguments": {"errors"},
    "network_input": {"arguments", "errors"},
    "files": {"errors"},
    "sums": set(),
    "terminal": set(),
    "load_report": GROUND,
    "boxes": GROUND | {"load_report"},
    "image_sets": GROUND | HANDED,
    "overlap": GROUND,
    "quality": GROUND | {"overlap"},
    "search": GROUND | {"overlap", "search"},
    "clustering": GROUND | {"overlap", "search"},
    "anchors": GROUND | HANDED | {"overlap", "quality", "anchors"},
    "sweep": GROUND
    | HANDED
    | {"overlap", "quality", "clustering", "distances", "search", "anchors"},
    "darknet": GROUND | {"darknet"},
    "suggested_k": GROUND,
    "training": GROUND | HANDED | {"overlap", "quality", "anchors", "darknet", "training"},
    "loaders": GROUND | HANDED | {"loaders"},
    "guide": set(),
    "plots": GROUND
    | {"suggested_k", "overlap", "quality", "sweep", "training", "darknet", "plots"},
}
"""All that modules and folders may import of ours, by its first name; what is not named here may
import all that is below the command line."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
PUBLIC = [
    name
    for name, path in MODULES.items()
    if not any(part.startswith("_") for part in name.split("."))
    and len(ast.parse(path.read_bytes()).body) > 1  # more than a docstring
]


def imported(node: ast.AST) -> set[str]:
    """Modules imported anywhere below a node, by their full names."""
    found: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            found |= {alias.name for alias in child.names}
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            whole = {f"{child.module}.{alias.name}" for alias in child.names}
            found |= (whole & MODULES.keys()) or {str(child.module)}
    return found


IMPORTS = {name: imported(ast.parse(path.read_bytes())) for name, path in MODULES.items()}


def first_names(name: str) -> set[str]:
    """Of `anchorkit.cli.options.loading`'s imports of ours: `boxes`, `errors`, ..."""
    ours = (other.split(".") for other in IMPORTS[name])
    return {parts[1] for parts in ours if parts[0] == "anchorkit" and len(parts) > 1}


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
