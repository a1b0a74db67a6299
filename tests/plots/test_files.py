from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from anchorkit.errors import UsageError, WriteError
from anchorkit.plots import files
from anchorkit.plots.files import Made

MADE = {"boxes": lambda: Figure(figsize=(2, 1)), "coverage": lambda: Figure(figsize=(1, 1))}
MAGIC = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


def test_a_folder_gets_one_file_for_each_picture(tmp_path: Path) -> None:
    written = files.save_pictures(tmp_path / "new" / "plots", MADE, "boxes")
    assert [file.name for file in written] == [f"{name}.png" for name in MADE]
    assert all(file.read_bytes().startswith(MAGIC[".png"]) for file in written)


@pytest.mark.parametrize("suffix", [*files.SUFFIXES, ".PNG"])
def test_a_file_gets_the_one_picture_in_the_form_of_its_extension(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"out{suffix}"
    assert files.save_pictures(path, MADE, "coverage") == [path]
    assert path.read_bytes().startswith(MAGIC[suffix.lower()])
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_extension_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    def never() -> Figure:
        raise AssertionError

    with pytest.raises(UsageError, match=r"out\.jpg: wanted a folder or a name that ends in \.png"):
        files.save_pictures(tmp_path / "out.jpg", {"boxes": never}, "boxes")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot make the folder"):
        files.save_pictures(tmp_path / "file" / "plots", MADE, "boxes")


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_a_file_says_what_it_shows_and_which_command_made_it(suffix: str) -> None:
    made = Made("bccd: 9 boxes", "anchorkit plot --voc bccd")
    content = files.rendered(Figure(), suffix, made=made)
    assert b"bccd: 9 boxes" in content
    assert b"anchorkit plot --voc bccd" in content
    assert files.rendered(Figure(), suffix, made=made) == content


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_what_no_file_can_hold_is_escaped(suffix: str) -> None:
    made = Made("bad \udcff \x00 \x1b name", "anchorkit plot <a&b>")
    assert files.rendered(Figure(), suffix, made=made)


def test_more_dots_per_inch_are_more_pixels(tmp_path: Path) -> None:
    for dpi in (50, 100):
        files.save_pictures(tmp_path / f"{dpi}.png", MADE, "boxes", dpi=dpi)
        assert imread(tmp_path / f"{dpi}.png").shape[:2] == (dpi, 2 * dpi)


def test_pixels_are_those_of_the_picture() -> None:
    figure = Figure(figsize=(2, 1), facecolor="#102030")
    assert files.pixels(figure).shape == (120, 240, 3)
    assert np.unique(files.pixels(figure).reshape(-1, 3), axis=0).tolist() == [[16, 32, 48]]
