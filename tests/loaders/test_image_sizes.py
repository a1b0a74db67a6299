import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit.errors import DataError, UsageError
from anchorkit.loaders import load
from anchorkit.network_input import NetworkInput

Image = pytest.importorskip("PIL.Image")

LABEL = "0 0.5 0.5 0.5 0.5\n"


def image(path: Path, size: tuple[int, int], orientation: int | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("L", size)
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    picture.save(path, exif=exif)


def labels(root: Path, *names: str) -> Path:
    for name in names:
        path = root / "labels" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LABEL)
    return root


def test_letterbox_without_image_sizes_is_an_error_that_says_so(tmp_path: Path) -> None:
    boxes = load([("yolo", labels(tmp_path, "a"))])
    assert boxes.at_input(NetworkInput(416, 416)).tolist() == [[208, 208]]
    with pytest.raises(DataError, match=r"a: letterbox needs the size of the image.*--images DIR"):
        boxes.at_input(NetworkInput(416, 416, "letterbox"))
    labels(tmp_path, "b", "c")
    with pytest.raises(DataError, match=r"the size of the image \(and of 2 more\)"):
        load([("yolo", tmp_path)]).at_input(NetworkInput(416, 416, "letterbox"))


def test_inspect_says_why_an_image_has_no_size(tmp_path: Path) -> None:
    labels(tmp_path, "a", "b")
    image(tmp_path / "images" / "a.jpg", (200, 100))
    options = ("inspect", "--yolo", tmp_path, "--images", tmp_path / "images")
    assert "\n1 image 200x100; 1 image without a size\n" in run(*options).out
    failed = run(*options, "--resize", "letterbox")
    assert (failed.code, failed.out) == (1, "")
    assert "no image of that name" in failed.err
    assert failed.err.splitlines()[-1].startswith("anchorkit: error: b: letterbox needs the size")


def test_sizes_come_from_the_headers_of_the_images(tmp_path: Path) -> None:
    labels(tmp_path, "train/a", "train/b", "val/c")
    image(tmp_path / "images" / "train" / "a.JPG", (200, 100))
    image(tmp_path / "images" / "train" / "b.png", (100, 200))
    image(tmp_path / "images" / "elsewhere" / "c.bmp", (50, 50))
    boxes = load([("yolo", tmp_path)], images=[tmp_path / "images"])
    assert boxes.image_sizes.tolist() == [[200, 100], [100, 200], [50, 50]]
    assert boxes.at_input(NetworkInput(400, 400, "letterbox")).tolist() == [
        [200, 100],
        [100, 200],
        [200, 200],
    ]
    assert boxes.report.problems == ()


@pytest.mark.parametrize(("orientation", "turned"), [(1, False), (3, False), (6, True), (8, True)])
def test_an_image_that_is_turned_by_its_exif_is_measured_as_trainers_see_it(
    tmp_path: Path, orientation: int, turned: bool
) -> None:
    labels(tmp_path, "a")
    image(tmp_path / "images" / "a.jpg", (200, 100), orientation)
    boxes = load([("yolo", tmp_path)], images=[tmp_path / "images"])
    assert boxes.image_sizes.tolist() == [[100, 200] if turned else [200, 100]]


def test_headers_are_read_without_decoding(tmp_path: Path) -> None:
    labels(tmp_path, "a")
    path = tmp_path / "images" / "a.png"
    image(path, (2000, 1000))
    path.write_bytes(path.read_bytes()[:60])  # the header alone
    boxes = load([("yolo", tmp_path)], images=[tmp_path / "images"])
    assert boxes.image_sizes.tolist() == [[2000, 1000]]


def test_images_that_are_missing_twice_there_or_damaged_are_named(tmp_path: Path) -> None:
    labels(tmp_path, "missing", "twice", "damaged")
    image(tmp_path / "images" / "x" / "twice.png", (20, 10))
    image(tmp_path / "images" / "y" / "twice.png", (20, 10))
    (tmp_path / "images" / "damaged.jpg").write_bytes(b"no image")
    boxes = load([("yolo", tmp_path)], images=[tmp_path / "images"])
    assert np.isnan(boxes.image_sizes).all()
    assert [(problem.reason, problem.kind) for problem in boxes.report.problems] == [
        ("the image cannot be read", "note"),
        ("no image of that name", "note"),
        ("several images of that name", "note"),
    ]


def test_voc_files_without_size_get_it_from_the_images(tmp_path: Path) -> None:
    sized = annotation(annotation_object((0, 0, 4, 2), "cat"))
    objects = (
        annotation_object((0, 0, 10, 20), "dog"),
        annotation_object((3, 3, 3, 9), "cat"),
        annotation_object((90, 0, 110, 20), "ant", "<difficult>1</difficult>"),
    )
    voc_folder(
        tmp_path,
        {
            "a.xml": annotation(*objects, size=None),
            "b.xml": sized,
            "c.xml": annotation(*objects, size=(0, 0)),
            "d.xml": annotation(*objects, size=None),
        },
    )
    image(tmp_path / "images" / "a.png", (100, 200))
    image(tmp_path / "images" / "c.png", (100, 100))
    boxes = load([("voc", tmp_path)], images=[tmp_path / "images"])
    assert boxes.sizes.tolist() == [[0.1, 0.1], [0.1, 0.1], [0.5, 0.25], [0.1, 0.2], [0.1, 0.2]]
    assert boxes.image_ids.tolist() == [0, 0, 1, 2, 2]
    names = [boxes.class_names[row] for row in boxes.class_ids]
    assert names == ["dog", "ant", "cat", "dog", "ant"]
    assert boxes.difficult.tolist() == [False, True, False, False, True]
    assert boxes.image_sizes[:3].tolist() == [[100, 200], [8, 8], [100, 100]]
    found = [
        (problem.file.rpartition("/")[2], problem.object, problem.reason)
        for problem in boxes.report.problems
    ]
    assert found == [
        ("a.xml", 2, "no area"),
        ("a.xml", 3, "clipped to the image"),
        ("c.xml", 2, "no area"),
        ("c.xml", 3, "clipped to the image"),
        ("d.xml", 1, "image size missing"),
        ("d.xml", 2, "no area"),
        ("d.xml", 3, "image size missing"),
        ("d", None, "no image of that name"),
        ("images", None, "annotations without an image"),
    ]
    assert boxes.report.objects == len(boxes) + boxes.report.left_out == 10


def test_coco_images_without_size_get_it_from_the_images(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '{"images": [{"id": 1, "file_name": "a.png"}], "categories": [],'
        ' "annotations": [{"image_id": 1, "category_id": 2, "bbox": [0, 0, 10, 10]}]}'
    )
    image(tmp_path / "images" / "a.png", (100, 200))
    boxes = load([("coco", path)], images=[tmp_path / "images"])
    assert boxes.sizes.tolist() == [[0.1, 0.05]]


def test_without_pillow_the_option_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "PIL":
            raise ImportError(name)
        return plain(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"pip install 'anchorkit\[images\]'"):
        load([("yolo", labels(tmp_path, "a"))], images=[tmp_path])


def test_a_missing_folder_of_images_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="wanted a folder of images, found nothing there"):
        load([("yolo", labels(tmp_path, "a"))], images=[tmp_path / "images"])


def test_several_folders_of_images_are_all_looked_into(tmp_path: Path) -> None:
    labels(tmp_path, "a", "b")
    image(tmp_path / "one" / "a.jpg", (200, 100))
    image(tmp_path / "two" / "b.jpg", (50, 60))
    boxes = load([("yolo", tmp_path)], images=[tmp_path / "one", tmp_path / "two"])
    assert boxes.image_sizes.tolist() == [[200, 100], [50, 60]]
    options = ("--images", tmp_path / "one", "--images", tmp_path / "two")
    assert "without a size" not in run("inspect", "--yolo", tmp_path, *options).out


def test_images_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for part, size in (("train", (200, 100)), ("val", (100, 200))):
        image(tmp_path / part / "images" / "a.jpg", size)
        label = tmp_path / part / "labels" / "a.txt"
        label.parent.mkdir()
        label.write_text(LABEL)
    for source in ([("yolo", tmp_path)], [("yolo", tmp_path / part) for part in ("train", "val")]):
        boxes = load(source, images=[tmp_path])
        assert boxes.image_sizes.tolist() == [[200, 100], [100, 200]]
        assert load(source, find_images=True).image_sizes.tolist() == [[200, 100], [100, 200]]


def test_a_link_to_an_image_is_no_second_image_and_a_loop_no_trouble(tmp_path: Path) -> None:
    labels(tmp_path, "a")
    image(tmp_path / "images" / "a.jpg", (200, 100))
    try:
        (tmp_path / "images" / "again").symlink_to(tmp_path / "images", target_is_directory=True)
        (tmp_path / "images" / "more").mkdir()
        (tmp_path / "images" / "more" / "a.jpg").symlink_to(tmp_path / "images" / "a.jpg")
    except OSError:
        pytest.skip("links are not allowed here")
    boxes = load([("yolo", tmp_path)], images=[tmp_path / "images"])
    assert boxes.image_sizes.tolist() == [[200, 100]]
    assert boxes.report.problems == ()


@pytest.mark.parametrize("size", [None, (0, 0)])
def test_images_beside_voc_files_without_size_are_read_by_themselves(
    size: tuple[int, int] | None, tmp_path: Path
) -> None:
    root = voc_folder(tmp_path, {"a.xml": annotation(annotation_object(), size=size)})
    image(root / "JPEGImages" / "a.png", (8, 4))
    boxes = load([("voc", root)])
    assert boxes.sizes.tolist() == [[0.5, 0.5]]
    assert [remark.level for remark in boxes.report.remarks] == ["note"]


def test_letterbox_finds_the_images_beside_labels(tmp_path: Path) -> None:
    labels(tmp_path, "a")
    image(tmp_path / "images" / "a.jpg", (400, 200))
    ran = run("cluster", "--yolo", tmp_path, "-k", "1", "--resize", "letterbox", "--input", "400")
    assert ran.code == 0
    assert "note: sizes of 1 images read from the images themselves" in ran.err
    assert " 200     100 " in ran.out
