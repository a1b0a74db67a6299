"""`--image-set NAME` on VOC is the part of that name, however it is told."""

from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder

from anchorkit.errors import DataError
from anchorkit.loaders.voc import load_voc

CAT = annotation(annotation_object())


def data(root: Path, *lists: tuple[str, str], names: str = "abcd") -> Path:
    voc_folder(root, {f"{name}.xml": CAT for name in names})
    for place, text in lists:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text)
    return root


def chosen(root: Path, *sets: str) -> list[str]:
    return [name.rpartition("/")[2] for name in load_voc(root, image_sets=sets).image_names]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("ImageSets/Main/train.txt", "a\nc\n"),
        ("ImageSets/train.txt", "a\nc\n"),
        ("ImageSets/Segmentation/train.txt", "a\nc\n"),
        ("ImageSets/Main/train.txt", "a.jpg\nc.PNG\n"),
        ("ImageSets/Main/train.txt", "a.xml\nc.xml\n"),
        ("ImageSets/Main/train.txt", "JPEGImages/a.jpg\n/home/me/VOC/JPEGImages/c.jpg\n"),
        ("ImageSets/Main/train.txt", "..\\JPEGImages\\a.jpg\n.\\c.jpg\n"),
        ("ImageSets/Main/train.txt", "a  1\nb -1\nc  0\n"),
        ("train.txt", "./JPEGImages/a.jpg ./Annotations/a.xml\nx/c.jpg Annotations/c.xml\n"),
        ("train.txt", "a\nc\n"),
    ],
)
def test_lists_are_read_as_people_write_them(place: str, text: str, tmp_path: Path) -> None:
    assert chosen(data(tmp_path, (place, text)), "train") == ["a", "c"]


def test_main_comes_before_other_lists(tmp_path: Path) -> None:
    lists = (("ImageSets/Main/train.txt", "a\n"), ("ImageSets/train.txt", "b\n"))
    assert chosen(data(tmp_path, *lists, ("train.txt", "c\n")), "train") == ["a"]


def test_each_year_of_a_devkit_has_lists_of_its_own(tmp_path: Path) -> None:
    for year, text in (("VOC2007", "a\n"), ("VOC2012", "b\n")):
        data(tmp_path / year, ("ImageSets/Main/train.txt", text), names="ab")
    boxes = load_voc(tmp_path, image_sets=["train"])
    assert boxes.image_names == ("VOC2007/Annotations/a", "VOC2012/Annotations/b")
    assert boxes.report.count("missing") == 0
    kept = load_voc(tmp_path, keep_sets=True)
    assert [len(files) for files in kept.image_sets.values()] == [2]


def test_a_name_that_a_list_has_and_nobody_else_is_missing(tmp_path: Path) -> None:
    root = data(tmp_path, ("ImageSets/Main/train.txt", "a.jpg\nz.jpg\n"))
    (problem,) = load_voc(root, image_sets=["train"]).report.of("missing")
    assert problem.file.endswith("z.jpg.xml")


def test_a_folder_of_that_name_is_a_part(tmp_path: Path) -> None:
    for name in ("train", "valid", "extra"):
        data(tmp_path / name, names=name[0])
    assert chosen(tmp_path, "train") == ["t"]
    assert chosen(tmp_path, "val") == chosen(tmp_path, "valid") == ["v"]
    assert chosen(tmp_path, "extra") == ["e"]


def test_what_was_looked_for_and_what_is_there_is_named(tmp_path: Path) -> None:
    root = data(tmp_path, ("ImageSets/Main/train.txt", "a\n"), ("ImageSets/Main/val.txt", "b\n"))
    with pytest.raises(
        DataError,
        match=r"ImageSets/Main/tran\.txt: no such image set, nor a list or a folder tran; "
        "found: train, val$",
    ):
        load_voc(root, image_sets=["tran"])


def test_a_bare_name_in_two_folders_is_that_of_the_part_or_doubtful(tmp_path: Path) -> None:
    text = annotation(annotation_object())
    files: dict[str, str | bytes] = {
        f"{part}/{name}.xml": text for part in ("train", "val") for name in "ab"
    }
    root = voc_folder(tmp_path, files)
    (root / "ImageSets" / "Main").mkdir(parents=True)
    for name in ("train", "mine"):
        (root / "ImageSets" / "Main" / f"{name}.txt").write_text("a\n")
    assert load_voc(root, image_sets=["train"]).image_names == ("train/a",)
    with pytest.raises(DataError, match=r"mine.txt: a may be train/a.xml, val/a.xml: wanted"):
        load_voc(root, image_sets=["mine"])
    # Nobody asks for it here
    assert len(load_voc(root, image_sets=["train"], keep_sets=True).image_sets["mine"]) == 2
