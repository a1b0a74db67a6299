"""KITTI's labels, and lists of keras-yolo3: corners in pixels whose images tell their sizes."""

from pathlib import Path

import numpy as np
import pytest
from command import run

from anchorkit.errors import DataError, UsageError
from anchorkit.loaders import load
from anchorkit.loaders.guess import guessed_format
from anchorkit.loaders.kitti import load_kitti, read_kitti

Image = pytest.importorskip("PIL.Image")

REST = "1.67 1.87 3.69 -16.5 2.39 58.49 1.57"


def line(corners: str, name: str = "Car", truncated: str = "0.00") -> str:
    return f"{name} {truncated} 0 1.85 {corners} {REST}\n"


def stored(root: Path, files: dict[str, str], size: tuple[int, int] | None = (100, 50)) -> Path:
    for name, content in files.items():
        path = root / "label_2" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        if size:
            (root / "image_2").mkdir(exist_ok=True)
            Image.new("L", size).save(root / "image_2" / f"{name}.png")
    return root


def test_corners_are_read_and_sizes_come_from_the_images_beside(tmp_path: Path) -> None:
    text = line("10 10 60 35") + line("0 0 20 10", "Van", "0.5") + line("0 0 1 1", "DontCare")
    root = stored(tmp_path, {"000000": text, "000001": ""})
    assert guessed_format(root) == guessed_format(root / "label_2") == "kitti"
    boxes = load_kitti(root)
    assert boxes.sizes.tolist() == [[0.5, 0.5], [0.2, 0.2]]
    assert boxes.placed("this test").tolist() == [[0.35, 0.45], [0.1, 0.1]]
    assert boxes.class_names == ("Car", "Van")
    assert boxes.truncated.tolist() == [False, True]
    assert (boxes.images, boxes.report.objects) == (2, 2)
    assert [(one.reason, one.value) for one in boxes.report.problems] == [
        ("DontCare regions passed over", "1")
    ]


def test_without_images_the_objects_are_left_out_and_named(tmp_path: Path) -> None:
    root = stored(tmp_path, {"a": line("10 10 60 35")}, size=None)
    boxes = load_kitti(root)
    assert (len(boxes), boxes.report.left_out) == (0, 1)
    ran = run("cluster", root, "-k", "1")
    assert ran.code == 1
    assert "--images DIR" in ran.err
    (tmp_path / "pictures").mkdir()
    Image.new("L", (100, 50)).save(tmp_path / "pictures" / "a.jpg")
    found = load([("kitti", root)], images=[tmp_path / "pictures"])
    assert found.sizes.tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (line("10 10 5 35"), "xmin above xmax"),
        (line("10 10 x 35"), "xmax is not a number"),
        (line("10 10 nan 35"), "xmax is not a number"),
        (line("10 10 10 35"), "no area"),
        (line("200 10 300 35"), "outside the image"),
        ("Car 0 0\n", "fewer than 15 fields"),
        ("big " + line("10 10 60 35").replace(" 1.57", ""), "not a type and 14 or 15 numbers"),
        (line("10 10 60 35").strip() + " 1 2\n", "not a type and 14 or 15 numbers"),
    ],
)
def test_a_faulty_line_is_left_out_and_the_others_stay(
    text: str, reason: str, tmp_path: Path
) -> None:
    good = line("10 10 60 35")
    boxes = load_kitti(stored(tmp_path, {"a": good + text + good}))
    assert [(one.object, one.reason) for one in boxes.report.of("left_out")] == [(2, reason)]
    assert (len(boxes), boxes.report.objects) == (2, 3)


def test_a_class_may_hold_blanks_and_a_score_may_follow() -> None:
    (item,), _ = read_kitti((line("1 2 3 4", "traffic light")[:-1] + " 0.98").encode())
    assert (item.name, item.corners) == ("traffic light", (1, 2, 3, 4))


def test_a_class_may_hold_blanks_where_no_score_follows() -> None:
    (item,), _ = read_kitti(line("1 2 3 4", "big traffic light").encode())
    assert (item.name, item.corners) == ("big traffic light", (1, 2, 3, 4))


def test_a_number_that_is_lost_is_no_part_of_a_class() -> None:
    (item,), _ = read_kitti((line("1 2 3 4", truncated="NaN")[:-1] + " 0.98").encode())
    assert (item.name, item.corners) == ("Car", (1, 2, 3, 4))


def test_a_file_of_another_kind_is_unreadable(tmp_path: Path) -> None:
    root = stored(tmp_path, {"a": line("10 10 60 35"), "b": "hello there\n"})
    (problem,) = load_kitti(root).report.of("unreadable")
    assert problem.reason == "not a KITTI label"


def test_labels_read_as_yolo_are_named(tmp_path: Path) -> None:
    ran = run("cluster", "--yolo", stored(tmp_path, {"a": line("1 2 3 4")}) / "label_2")
    assert (ran.code, "KITTI's labels: --kitti" in ran.err) == (1, True)


KERAS = "pictures/a b.jpg 10,10,60,35,0 0,0,20,10,1\npictures/empty.jpg\n"


def keras(root: Path, text: str = KERAS) -> Path:
    (root / "pictures").mkdir(exist_ok=True)
    for name in ("a b", "empty"):
        Image.new("L", (100, 50)).save(root / "pictures" / f"{name}.jpg")
    (root / "2007_train.txt").write_text(text)
    (root / "classes.txt").write_text("cat\n")
    return root / "2007_train.txt"


def test_a_list_of_keras_is_read_with_the_sizes_of_its_images(tmp_path: Path) -> None:
    path = keras(tmp_path)
    assert guessed_format(path) == "keras"
    boxes = load([("keras", path)])
    assert boxes.sizes.tolist() == [[0.5, 0.5], [0.2, 0.2]]
    np.testing.assert_allclose(boxes.placed("this test"), [[0.35, 0.45], [0.1, 0.1]])
    assert [boxes.class_names[row] for row in boxes.class_ids] == ["cat", "1"]
    assert (boxes.images, boxes.report.objects) == (2, 2)


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ("1,2,3,4", "not four corners and a class"),
        ("1,2,x,4,0", "xmax is not a number"),
        ("1,2,3,4,cat", "class is not a number from 0"),
        ("9,2,3,4,0", "xmin above xmax"),
    ],
)
def test_a_faulty_box_of_a_list_is_left_out(box: str, reason: str, tmp_path: Path) -> None:
    boxes = load([("keras", keras(tmp_path, f"pictures/a b.jpg 10,10,60,35,0 {box}\n"))])
    assert [(one.object, one.reason) for one in boxes.report.problems] == [(2, reason)]
    assert len(boxes) == 1


def test_an_image_on_several_lines_of_a_list_is_noted(tmp_path: Path) -> None:
    boxes = load([("keras", keras(tmp_path, KERAS + KERAS))])
    assert len(boxes) == 4
    assert [(one.value, one.kind) for one in boxes.report.problems if "listed" in one.reason] == [
        ("2 more, such as pictures/a b.jpg", "note")
    ]


def test_the_list_of_another_part_lies_beside(tmp_path: Path) -> None:
    path = keras(tmp_path)
    (tmp_path / "2007_val.txt").write_text("pictures/a b.jpg 0,0,50,50,0\n")
    boxes = load([("keras", path)], image_sets=["val"])
    assert boxes.sizes.tolist() == [[0.5, 1.0]]
    with pytest.raises(DataError, match=r"no list 2007_test\.txt beside it"):
        load([("keras", path)], image_sets=["test"])


def test_images_that_moved_are_named_or_given(tmp_path: Path) -> None:
    path = keras(tmp_path, "/gone/far/a b.jpg 10,10,60,35,0\n")
    assert load([("keras", path)], images=[tmp_path / "pictures"]).sizes.tolist() == [[0.5, 0.5]]
    with pytest.raises(UsageError, match="nothing there"):
        load([("keras", tmp_path / "none.txt")])


def test_a_number_may_end_a_class_where_it_cannot_be_anything_else() -> None:
    (item,), _ = read_kitti(line("10 20 30 40", "van 2").encode())
    assert (item.name, item.corners) == ("van 2", (10, 20, 30, 40))
    # With a score behind, a 2 may be what a tracker says of an object that is cut
    scored = line("10 20 30 40", "van", "2")[:-1] + " 0.9"
    (item,), _ = read_kitti(scored.encode())
    assert (item.name, item.corners) == ("van", (10, 20, 30, 40))
