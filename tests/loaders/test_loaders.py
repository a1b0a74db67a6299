"""The table of loaders: what it says is all that a format needs."""

import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from command import run

from anchorkit.boxes import Boxes, boxes_of
from anchorkit.cli import COMMANDS, commands
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.loading import load_boxes
from anchorkit.errors import UsageError
from anchorkit.guide import page
from anchorkit.loaders import LOADERS, Loader, load
from anchorkit.loaders.guess import guessed_format
from anchorkit.loaders.worker import named

EXTRAS = {"keep_sets", "images", "polygons", "keypoints", "besides"}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Arguments that reached the loader of a new format, `toy`: one module and one row."""
    found: dict[str, Any] = {}
    # Commands get their options when they are imported: not from this table
    assert all(commands.get_command(click.Context(commands), name) for name in COMMANDS)

    def load_toy(path: Path, **options: Any) -> Boxes:
        found.update(options, path=path)
        return boxes_of([(0.5, 0.25)])

    module = ModuleType("toys")
    module.load_toy = load_toy  # type: ignore[attr-defined]  # that is how a module gets a function
    monkeypatch.setitem(sys.modules, "toys", module)
    row = Loader("toys:load_toy", "FILE", "A toy.", "toys", (".toy",), extras=("polygons",))
    monkeypatch.setitem(LOADERS, "toy", row)
    return found


def test_a_row_of_the_table_makes_an_option_a_guess_and_a_loader(
    taken: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "a.toy").write_text("")
    loaded = []

    @click.command()
    @data_options
    def command(data: DataOptions) -> None:
        loaded.append((data.sources, len(load_boxes(data))))

    assert "--toy FILE" in command.get_help(click.Context(command))
    assert guessed_format(tmp_path / "a.toy") == "toy"
    for words in (["--toy", str(tmp_path / "a.toy")], [str(tmp_path / "a.toy"), "--polygons"]):
        command.main([*words, "--quiet"], standalone_mode=False)
    assert loaded == [((("toy", tmp_path / "a.toy"),), 1)] * 2
    wanted = {"path", "image_sets", "jobs", "progress", "polygons"}
    assert taken.keys() == wanted
    assert taken["polygons"]


def test_errors_list_what_the_table_lists(taken: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"wanted one of {', '.join(LOADERS)}$"):
        load([("nonsense", tmp_path)])
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.toy").write_text("")
    with pytest.raises(UsageError, match=r"holds toys, but no .* --toy \S+/sub/a\.toy$"):
        guessed_format(tmp_path)
    (tmp_path / "x.abc").write_text("")
    with pytest.raises(UsageError, match=r"\.toy \(--toy\)"):
        guessed_format(tmp_path / "x.abc")
    for words in (["cluster"], ["check", "--preset", "yolov3"]):
        for name, loader in LOADERS.items():
            assert f"--{name} {loader.takes}" in run(*words).err
    assert not taken


@pytest.mark.parametrize("name", LOADERS)
def test_a_row_says_what_its_function_takes(name: str) -> None:
    taken = inspect.signature(named(LOADERS[name].function)).parameters.keys()
    assert taken & EXTRAS == set(LOADERS[name].extras)
    assert {"image_sets", "jobs", "progress"} < taken


@pytest.mark.parametrize("name", LOADERS)
def test_the_manual_has_a_row_for_each_format(name: str) -> None:
    assert f"\n| `--{name} {LOADERS[name].takes}` | " in page("annotations")
