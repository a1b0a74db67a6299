"""Parts of a data set that are folders, what lies beside labels and is none, names of classes."""

from pathlib import Path

import pytest
from annotations import annotation, annotation_object
from command import run

from anchorkit.errors import DataError
from anchorkit.loaders.class_names import names_near
from anchorkit.loaders.folders import warned_of_parts, without_predictions
from anchorkit.loaders.kitti import load_kitti
from anchorkit.loaders.parts import part_named, parts_of
from anchorkit.loaders.voc import load_voc
from anchorkit.loaders.yolo import load_yolo


def stored(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


LABEL = "0 .5 .5 .5 .5\n"
ROBOFLOW = {f"{part}/labels/{part}.txt": LABEL for part in ("train", "valid", "test")}
ULTRALYTICS = {f"labels/{part}2017/{part}.txt": LABEL for part in ("train", "val")}


@pytest.mark.parametrize(
    ("name", "known", "part"),
    [
        ("train", ["train", "val"], "train"),
        ("val", ["train", "valid"], "valid"),
        ("valid", ["val2017"], "val2017"),
        ("validation", ["VAL"], "VAL"),
        ("training", ["train"], "train"),
        ("train2017", ["train"], "train"),
        ("trainval", ["train", "val"], None),
        ("extra", ["extra"], "extra"),
        ("extra", ["train"], None),
    ],
)
def test_a_part_goes_by_several_names(name: str, known: list[str], part: str | None) -> None:
    assert part_named(name, known) == part


def test_files_are_parted_by_the_first_folder_that_is_called_so() -> None:
    found = parts_of(["train/a", "x/val/b", "val/test/c", "d", "trained/e", "labels/train2017/f"])
    assert found == {"train": [0], "val": [1, 2], "train2017": [5]}


@pytest.mark.parametrize("files", [ROBOFLOW, ULTRALYTICS])
def test_several_parts_together_are_warned_of_and_one_may_be_chosen(
    files: dict[str, str], tmp_path: Path
) -> None:
    root = stored(tmp_path, files)
    boxes = load_yolo(root)
    assert len(boxes) == len(files)
    (remark,) = boxes.report.remarks
    assert remark.level == "warning"
    assert "--image-set train" in remark.text
    chosen = load_yolo(root, image_sets=["val"])
    assert [Path(file).stem for file in chosen.image_files] == [list(files)[1].split("/")[-1][:-4]]
    assert chosen.report.objects == len(chosen) + chosen.report.filtered["image-set"]
    assert chosen.report.remarks == ()
    with pytest.raises(DataError, match="no part extra of the data set; found: t"):
        load_yolo(root, image_sets=["extra"])


def test_a_list_beside_labels_is_a_part(tmp_path: Path) -> None:
    root = stored(tmp_path, {"labels/a.txt": LABEL, "labels/b.txt": LABEL, "mine.txt": "x/b.jpg\n"})
    assert load_yolo(root, image_sets=["mine"]).image_names == ("b",)


def test_sweep_judges_on_the_folder_of_a_part(tmp_path: Path) -> None:
    ran = run("sweep", stored(tmp_path, ROBOFLOW), "-k", "1", "--val", "val")
    assert ran.code == 0
    assert "held out (--val val): 1 box of 1 image" in ran.out


@pytest.mark.parametrize(
    "place",
    [
        "runs/detect/exp/labels",
        "predictions",
        "predict2/labels",
        "runs/train/x",
        "preds",
        "labels_pred",
        "val_predictions",
    ],
)
def test_predictions_beside_labels_are_passed_over_with_a_warning(
    place: str, tmp_path: Path
) -> None:
    root = stored(tmp_path, {"train/labels/a.txt": LABEL, f"{place}/a.txt": f"{LABEL[:-1]} .9\n"})
    boxes = load_yolo(root)
    assert boxes.image_names == ("train/labels/a",)
    (remark,) = boxes.report.remarks
    assert remark.text.startswith(f"{root.as_posix()}: 1 files of predictions passed over")
    # By themselves they are what is asked for
    assert len(load_yolo(root / place)) == 1
    ran = run("cluster", root, "-k", "1", "--quiet")
    assert ran.err.startswith("anchorkit: warning: ")


def test_predictions_beside_annotations_of_voc_and_kitti_are_passed_over(tmp_path: Path) -> None:
    voc = annotation(annotation_object())
    kitti = "Car 0 0 0 1 1 5 5 0 0 0 0 0 0 0\n"
    for load, end, text in ((load_voc, "xml", voc), (load_kitti, "txt", kitti)):
        files = {f"a/1.{end}": text, f"preds/1.{end}": text}
        boxes = load(stored(tmp_path / end, files))
        assert boxes.image_names == ("a/1",)
        assert "1 files of predictions passed over" in boxes.report.remarks[0].text


def test_a_folder_that_may_hold_results_is_warned_of() -> None:
    for folder in ("detect", "model_output", "pseudo_labels"):
        assert without_predictions("d", [f"{folder}/a.txt", "train/a.txt"])[1]
    names, remarks = without_predictions("d", ["exp3/a.txt", "train/a.txt"])
    assert names == ["exp3/a.txt", "train/a.txt"]
    assert "may be results, not labels" in remarks[0].text
    assert without_predictions("d", ["experience/a.txt", "b.txt"])[1] == []


def test_one_part_alone_needs_no_warning() -> None:
    assert warned_of_parts("d", ["train"]) == warned_of_parts("d", ["train", "train2017"]) == []


@pytest.mark.parametrize(
    ("files", "given"),
    [
        ({"classes.txt": "cat\n"}, ""),
        ({"coins.names": "cat\n"}, ""),
        ({"train/_darknet.labels": "cat\n", "valid/_darknet.labels": "cat\n"}, ""),
        ({"labels/classes.txt": "cat\n"}, ""),
        ({"data.yaml": "names: [cat]\n"}, ""),
        ({"data.yaml": "names: [cat]\n"}, "train"),
        ({"data.yaml": "names: {0: cat}\n"}, "train/labels"),
        ({"classes.txt": "cat\n"}, "labels/train"),
    ],
)
def test_names_are_found_near_labels(files: dict[str, str], given: str, tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    (tmp_path / given).mkdir(parents=True, exist_ok=True)
    assert names_near(stored(tmp_path, files) / given) == ["cat"]


def test_names_of_a_broken_yaml_are_none(tmp_path: Path) -> None:
    assert names_near(stored(tmp_path, {"data.yaml": "names: ["})) == []
    assert names_near(stored(tmp_path / "above" / "other", {"a.txt": ""})) == []
