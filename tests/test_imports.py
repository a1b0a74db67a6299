"""What each module may import: one direction, and nothing heavy before it is needed."""

import ast
import subprocess
import sys

import pytest
from imports import IMPORTS, MODULES, ROOT, first_names, layout

from anchorkit.cli import COMMANDS

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
    "progress",
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
    "progress": set(),
    "load_report": GROUND,
    "boxes": GROUND | {"load_report"},
    "image_sets": GROUND | HANDED,
    "overlap": GROUND,
    "quality": GROUND | {"overlap"},
    "search": GROUND | {"overlap", "search"},
    "clustering": GROUND | {"overlap", "search"},
    "anchors": GROUND | HANDED | {"overlap", "quality", "search", "training", "anchors"},
    "sweep": GROUND | HANDED | {"overlap", "quality", "clustering", "search", "anchors"},
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


def importers(package: str) -> set[str]:
    return {name for name, found in IMPORTS.items() if package in {f.split(".")[0] for f in found}}


def loaded_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running some code."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


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


def test_the_layout_that_is_printed_names_every_room_and_goes_one_way() -> None:
    lines = layout().split("imports between them:\n")[1].splitlines()
    rooms: list[str] = []
    for line in lines:
        name, *users = ([""] if line.startswith(" ") else []) + line.split()
        if name:
            rooms.append(name)
        assert {*users} <= {*rooms}, f"{name or rooms[-1]} imports what comes after it"
    assert {*rooms} == {name.split(".")[1] for name in MODULES if "." in name} - {"__main__"}
