"""`extract`: what goes into the file. Its format is tested in tests/loaders/test_npz.py."""

from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit.loaders.npz import load_boxes

FOLDERS = {"zebra": (10, 20), "ant": (30, 40), "mole": (50, 60)}
"""Three data sets of a box each, in an order that no sorting gives, and the size of that box."""


def folders(root: Path) -> list[Path]:
    return [
        voc_folder(
            root / name,
            {"a.xml": annotation(annotation_object((0, 0, *sides), name), size=(100, 100))},
        )
        for name, sides in FOLDERS.items()
    ]


@pytest.mark.parametrize("option", [None, "--voc"], ids=["DATA", "--voc"])
def test_data_sets_are_saved_in_the_order_in_which_they_were_named(
    option: str | None, tmp_path: Path
) -> None:
    words = [word for path in folders(tmp_path) for word in ((option, path) if option else (path,))]
    assert run("extract", *words, "-o", tmp_path / "all.npz").code == 0
    sizes = load_boxes(tmp_path / "all.npz").sizes
    assert (100 * sizes).round().tolist() == [list(sides) for sides in FOLDERS.values()], (
        "the data sets changed places: whoever pairs saved boxes with their own lists is misled"
    )


def test_named_formats_come_before_data_that_tells_its_own(tmp_path: Path) -> None:
    zebra, ant, mole = folders(tmp_path)
    assert run("extract", zebra, "--voc", ant, mole, "-o", tmp_path / "all.npz").code == 0
    boxes = load_boxes(tmp_path / "all.npz")
    assert [round(100 * width) for width, _ in boxes.sizes.tolist()] == [30, 10, 50]
