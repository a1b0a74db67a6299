"""Lists and folders of images: the labels that trainers find for them."""

from pathlib import Path

import pytest
from command import run

from anchorkit.errors import DataError, UsageError
from anchorkit.loaders.data_file import class_order, load_data
from anchorkit.loaders.guess import guessed_format


def stored(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


LABELS = {f"labels/{name}.txt": f"{row} .5 .5 .5 .25\n" for row, name in enumerate("abc")}
IMAGES = {f"images/{name}.jpg": "" for name in "abcd"}


@pytest.mark.parametrize(
    "line", ["./images/a.jpg", "images/a.jpg", "/elsewhere/set/images/a.jpg", "images\\a.PNG"]
)
def test_a_list_takes_the_labels_of_its_images(line: str, tmp_path: Path) -> None:
    stored(tmp_path, {**LABELS, "train.txt": f"{line}\n"})
    assert guessed_format(tmp_path / "train.txt") == "data"
    boxes = load_data(tmp_path / "train.txt")
    assert (len(boxes), boxes.class_names) == (1, ("0",))


def test_another_list_is_another_part(tmp_path: Path) -> None:
    files = {"train.txt": "./images/a.jpg\n", "val.txt": "./images/b.jpg\n./images/c.jpg\n"}
    stored(tmp_path, {**LABELS, **IMAGES, **files, "classes.txt": "cat\ndog\nfox\n"})
    assert load_data(tmp_path / "train.txt", image_sets=["val"]).class_names == ("dog", "fox")
    both = load_data(tmp_path / "train.txt", besides=["val"], keep_sets=True)
    assert {name: len(files) for name, files in both.image_sets.items()} == {"train": 1, "val": 2}
    assert class_order(tmp_path / "train.txt") == ["cat", "dog", "fox"]
    with pytest.raises(DataError, match="no part test; found: train"):
        load_data(tmp_path / "train.txt", image_sets=["test"])


def test_a_folder_of_images_has_its_labels_in_the_folder_beside(tmp_path: Path) -> None:
    root = stored(tmp_path, {**LABELS, **IMAGES})
    assert guessed_format(root / "images") == "data"
    boxes = load_data(root / "images")
    assert (boxes.images, len(boxes)) == (4, 3)
    ran = run("inspect", root / "images")
    assert ran.out.startswith("4 images, 3 boxes, 3 classes\n")


def test_what_lists_nothing_is_an_error(tmp_path: Path) -> None:
    stored(tmp_path, {"train.txt": "images/a.jpg\n", "images/sub/x.md": ""})
    with pytest.raises(DataError, match=r"none of its 1 images has a label file"):
        load_data(tmp_path / "train.txt")
    with pytest.raises(DataError, match="wanted images, found none"):
        load_data(tmp_path / "images")
    with pytest.raises(UsageError, match="nothing there"):
        load_data(tmp_path / "gone")
