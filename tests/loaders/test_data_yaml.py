"""What a data.yaml names, and what else `--data` takes."""

import builtins
from pathlib import Path
from typing import Any

import pytest
from command import run

from anchorkit.errors import DataError, UsageError
from anchorkit.loaders.data_file import class_order, load_data

pytest.importorskip("yaml")


def project(root: Path, text: str, *labels: str, images: bool = True) -> Path:
    """A data.yaml, and label files whose boxes are told apart by their class."""
    (root / "data.yaml").parent.mkdir(parents=True, exist_ok=True)
    (root / "data.yaml").write_text(text, encoding="utf-8")
    for row, label in enumerate(labels):
        path = root / label
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{row} .5 .5 .5 .25\n")
        if images:
            image = root / label.replace("labels", "images").replace(".txt", ".jpg")
            image.parent.mkdir(parents=True, exist_ok=True)
            image.write_bytes(b"")
    return root / "data.yaml"


SPLITS = ("train/labels/a.txt", "valid/labels/b.txt", "test/labels/c.txt")
ROBOFLOW = "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n"
NAMES = "nc: 3\nnames: ['car', 'bus', 'van']\n"


def classes(path: Path, **options: Any) -> list[str]:
    boxes = load_data(path, **options)
    return [boxes.class_names[row] for row in boxes.class_ids]


def test_train_alone_is_taken_unless_another_part_is_named(tmp_path: Path) -> None:
    path = project(tmp_path, ROBOFLOW + NAMES, *SPLITS)
    assert classes(path) == ["car"]
    assert classes(path, image_sets=["val"]) == classes(path, image_sets=["valid"]) == ["bus"]
    assert classes(path, image_sets=["test", "train"]) == ["van", "car"]
    with pytest.raises(DataError, match="wanted the key extra, found train, val, test, nc, names"):
        load_data(path, image_sets=["extra"])


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("path: .\ntrain: images/train\n", "labels/train/a.txt"),
        ("path: ../datasets/coco128\ntrain: images/train2017\n", "labels/train2017/a.txt"),
        ("path: /content/datasets/x\ntrain: train/images\n", "train/labels/a.txt"),
        ("train: ./images/\n", "labels/a.txt"),
        ("train: [images/one, images/two]\n", "labels/two/a.txt"),
        ("train: images\\train\n", "labels/train/a.txt"),
        ("train: /kaggle/working/set/train/images\n", "train/labels/a.txt"),
    ],
)
def test_paths_are_found_wherever_the_set_came_from(text: str, labels: str, tmp_path: Path) -> None:
    if "one" in text:
        project(tmp_path, "", "labels/one/z.txt")
    assert classes(project(tmp_path, text + NAMES, labels))[-1] == "car"


def test_a_path_beside_the_folder_of_the_file_is_found(tmp_path: Path) -> None:
    path = project(tmp_path / "cfg", "path: ../coins\ntrain: images\n")
    project(tmp_path / "coins", "", "labels/a.txt")
    assert classes(path) == ["0"]


def test_a_list_of_images_is_taken_as_seen_from_its_own_folder(tmp_path: Path) -> None:
    path = project(
        tmp_path, "train: lists/train.txt\n" + NAMES, "lists/labels/a.txt", "labels/b.txt"
    )
    (tmp_path / "lists" / "train.txt").write_text("./images/a.jpg\n")
    assert classes(path) == ["car"]
    (tmp_path / "lists" / "train.txt").write_text("images/b.jpg\n")
    assert classes(path) == ["bus"]


@pytest.mark.parametrize(
    "names",
    ["names: [car, bus]", "names:\n  0: car\n  1: bus", "names:\n  '0': car\n  '1': bus"],
)
def test_names_are_a_list_or_a_mapping(names: str, tmp_path: Path) -> None:
    path = project(tmp_path, f"train: images\n{names}\n", "labels/a.txt", "labels/b.txt")
    assert classes(path) == ["car", "bus"]
    assert class_order(path) == ["car", "bus"]
    ran = run("cluster", path, "--class", "bus", "-k", "1")
    assert (ran.code, "1 filtered" in ran.out) == (0, True)


@pytest.mark.parametrize(
    ("names", "reason", "value"),
    [
        ("nc: 80\nnames: [car, bus]\n", "nc is not the number of names", "80, 2 names"),
        ("nc: 2\nnames: {1: car}\n", "nc is not the number of names", "2, 1 names"),
        ("names: car, bus\n", "names is no list: classes are numbers", "car, bus"),
    ],
)
def test_names_that_training_would_refuse_are_noted(
    names: str, reason: str, value: str, tmp_path: Path
) -> None:
    path = project(tmp_path, f"train: images\n{names}", "labels/a.txt")
    found = load_data(path).report.problems
    assert [(one.reason, one.value) for one in found if "named" not in one.value] == [
        (reason, value)
    ]


def test_an_image_without_a_label_is_an_image_without_objects(tmp_path: Path) -> None:
    path = project(tmp_path, "train: images\n", "labels/a.txt")
    (tmp_path / "images" / "empty.png").write_bytes(b"")
    boxes = load_data(path)
    assert (boxes.images, boxes.report.images, len(boxes)) == (2, 2, 1)
    assert [problem.kind for problem in boxes.report.problems] == ["note"]


def test_labels_without_their_images_are_enough(tmp_path: Path) -> None:
    path = project(tmp_path, ROBOFLOW, *SPLITS, images=False)
    boxes = load_data(path)
    assert len(boxes) == 1
    assert boxes.report.problems[0].reason == "no images there: found by their labels"


def test_sweep_judges_on_another_key(tmp_path: Path) -> None:
    path = project(tmp_path, ROBOFLOW, *SPLITS)
    (tmp_path / "train" / "labels" / "a.txt").write_text("0 .5 .5 .5 .25\n0 .5 .5 .2 .25\n")
    ran = run("sweep", path, "-k", "1", "--val", "val")
    assert ran.code == 0
    assert "held out (--val val): 1 box of 1 image" in ran.out
    failed = run("sweep", path, "-k", "1", "--val", "extra")
    assert (failed.code, "wanted the key extra" in failed.err) == (1, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "wanted the keys of a data set .* found nothing"),
        ("- a\n- b\n", "found a list"),
        ("train: [", r"line \d: no YAML"),
        ("train: a: b: c", "line 1: no YAML"),
        ("\x00", "no YAML"),
        ("val: images\n", "wanted the key train, found val"),
        ("train: images/none\n", "train = images/none: wanted images or a list"),
        ("train: {a: 1}\n", "train: wanted a path, found"),
        ("!!python/object/apply:os.system ['true']", "no YAML"),
        ("[" * 1000, "no YAML"),
    ],
)
def test_what_is_no_data_yaml_is_an_error_of_one_line(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        load_data(project(tmp_path, text, "labels/a.txt"))
    assert "\n" not in str(caught.value)
    ran = run("inspect", tmp_path / "data.yaml")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)


def test_without_pyyaml_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "yaml":
            raise ImportError(name)
        return plain(name, *arguments, **more)

    path = project(tmp_path, ROBOFLOW, *SPLITS)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"PyYAML reads it: pip install 'anchorkit\[yaml\]'"):
        load_data(path)


def test_a_missing_file_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.yaml: wanted a data\.yaml, found nothing there"):
        load_data(tmp_path / "none.yaml")


def test_labels_in_place_of_images_come_before_those_beside_as_in_training(tmp_path: Path) -> None:
    path = project(tmp_path, "train: images/train\n" + NAMES, "labels/train/a.txt")
    (tmp_path / "images" / "train" / "a.txt").write_text("2 .5 .5 .9 .9\n")
    (tmp_path / "train.txt").write_text("images/train/a.jpg\n")
    assert classes(path) == ["car"]
    assert classes(tmp_path / "train.txt") == ["car"]
    # Darknet takes the one beside
    (tmp_path / "obj.data").write_text("classes = 3\ntrain = train.txt\n")
    assert classes(tmp_path / "obj.data") == ["2"]
