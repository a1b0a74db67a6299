"""Which COCO file is meant, where several lie together."""

import json
from pathlib import Path

import pytest
from command import run

from anchorkit.errors import DataError, UsageError
from anchorkit.loaders.coco import load_coco


def stored(root: Path, *names: str) -> Path:
    """COCO files, whose number of boxes is their place among the names."""
    for count, name in enumerate(names, start=1):
        document = {
            "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 100}],
            "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 50, 50]}] * count,
            "categories": [{"id": 1, "name": "cat"}],
        }
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(document))
    return root


COCO = [f"annotations/{kind}_{part}2017.json" for part in ("val", "train") for kind in
        ("captions", "person_keypoints", "instances", "stuff")]  # fmt: skip
ROBOFLOW = [f"{part}/_annotations.coco.json" for part in ("test", "train", "valid")]


@pytest.mark.parametrize(
    ("names", "first"),
    [(COCO, "annotations/instances_train2017.json"), (ROBOFLOW, "train/_annotations.coco.json")],
)
def test_a_folder_of_several_names_the_one_to_train_on(
    names: list[str], first: str, tmp_path: Path
) -> None:
    for words in ([stored(tmp_path, *names)], ["--coco", tmp_path]):
        ran = run("cluster", *words, "-k", "1")
        assert (ran.code, ran.out) == (2, "")
        assert f"as in --coco {(tmp_path / first).as_posix()}, or choose" in ran.err


@pytest.mark.parametrize(
    ("names", "part", "boxes"),
    [(COCO, "train", 7), (COCO, "val", 3), (COCO, "train2017", 7), (ROBOFLOW, "val", 3)],
)
def test_a_part_of_a_folder_is_chosen_by_its_name(
    names: list[str], part: str, boxes: int, tmp_path: Path
) -> None:
    assert len(load_coco(stored(tmp_path, *names), image_sets=[part])) == boxes


def test_the_only_file_of_a_folder_is_taken(tmp_path: Path) -> None:
    stored(tmp_path, "a/instances.json")
    (tmp_path / "package.json").write_text('{"name": "x"}')
    assert len(load_coco(tmp_path)) == 1
    assert run("cluster", tmp_path, "-k", "1").code == 0


@pytest.mark.parametrize(
    ("names", "file"),
    [
        (COCO, "annotations/instances_train2017.json"),
        (ROBOFLOW, "train/_annotations.coco.json"),
        (["train.json", "val.json"], "train.json"),
    ],
)
def test_another_part_lies_beside_a_file(names: list[str], file: str, tmp_path: Path) -> None:
    stored(tmp_path, *names)
    whole = load_coco(tmp_path / file, besides=["val"], keep_sets=True)
    (files,) = whole.image_sets.values()
    assert "val" in files[0]
    assert whole.images == 2


def test_a_file_without_parts_has_none(tmp_path: Path) -> None:
    stored(tmp_path, "all.json")
    with pytest.raises(DataError, match=r"all\.json: no part val of the data set; found: none"):
        load_coco(tmp_path / "all.json", image_sets=["val"])
    with pytest.raises(UsageError, match="nothing there"):
        load_coco(tmp_path / "none.json", image_sets=["val"])
