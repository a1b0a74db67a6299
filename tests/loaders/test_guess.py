from pathlib import Path

import pytest
from command import run

from anchorkit.errors import DataError, UsageError
from anchorkit.loaders.guess import guessed_format

SAMPLE = Path(__file__).parents[2] / "sample_voc"
LABEL = "0 .5 .5 .5 .5\n"


def folder(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"Annotations/a.xml": "", "ImageSets/Main/train.txt": "a\n"}, "voc"),
        ({"Annotations/a.xml": "", "ImageSets/Main/cat_train.txt": "000012 -1\n"}, "voc"),
        ({"train/a.xml": "", "train/classes.txt": "cat\n", "x.json": "{}"}, "voc"),
        ({"labels/train/a.txt": LABEL, "images/train/a.jpg": ""}, "yolo"),
        ({"a.txt": LABEL, "classes.txt": "cat\n", ".cache/a.xml": ""}, "yolo"),
        ({"a.txt": "", "b.txt": ""}, "yolo"),
        ({"Annotations/a.xml": "", "ImageSets/Main/train.txt": "", "notes.txt": ""}, "voc"),
        ({**{f"{row:03d}.txt": "" for row in range(50)}, "z.txt": LABEL}, "yolo"),
    ],
)
def test_a_folder_tells_its_format(files: dict[str, str], name: str, tmp_path: Path) -> None:
    assert guessed_format(folder(tmp_path, files)) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.json", "coco"), ("A.JSON", "coco"), ("obj.data", "data"), ("b.npz", "boxes")],
)
def test_a_file_tells_its_format_by_its_suffix(name: str, expected: str, tmp_path: Path) -> None:
    assert guessed_format(folder(tmp_path, {name: ""}) / name) == expected


def test_sample_voc_is_voc() -> None:
    assert guessed_format(SAMPLE) == "voc"


def test_what_is_doubtful_names_the_options(tmp_path: Path) -> None:
    both = folder(tmp_path / "both", {"Annotations/a.xml": "", "labels/a.txt": LABEL})
    with pytest.raises(UsageError, match=r"holds XML and label files: .* --voc \S+both or --yolo "):
        guessed_format(both)
    json = folder(tmp_path / "coco", {"annotations/instances.json": "{}", "images/a.jpg": ""})
    with pytest.raises(UsageError, match=r"--coco \S+coco/annotations/instances\.json"):
        guessed_format(json)
    with pytest.raises(UsageError, match=r"a\.txt: a single file of labels: give its folder"):
        guessed_format(folder(tmp_path, {"a.txt": LABEL}) / "a.txt")
    with pytest.raises(UsageError, match=r"a\.xyz: cannot tell its format: .* \.json or "):
        guessed_format(folder(tmp_path, {"a.xyz": LABEL[:3]}) / "a.xyz")


def test_what_holds_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no annotations found"):
        guessed_format(folder(tmp_path, {"README.txt": "hello\n", "a.jpg": ""}))
    with pytest.raises(UsageError, match="found nothing there"):
        guessed_format(tmp_path / "none")


def test_labels_that_cannot_be_used_are_for_their_loader_to_name(tmp_path: Path) -> None:
    root = folder(tmp_path, {"labels/a.txt": "0 320 240 100 50\n"})
    assert guessed_format(root) == "yolo"
    assert "labels in pixels" in run("cluster", root).err


def test_where_nothing_fits_the_first_file_is_shown(tmp_path: Path) -> None:
    root = folder(tmp_path, {"labels/a.txt": "0,0.5,0.5,0.1,0.1\n1,0.5\n", "labels/b.txt": ""})
    with pytest.raises(
        DataError, match=r"labels/a\.txt, which begins with '0,0\.5,0\.5,0\.1,0\.1'"
    ):
        guessed_format(root)
