import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError, UsageError
from anchorkit.loaders.coco import load_coco
from anchorkit.network_input import NetworkInput

IMAGES = [
    {"id": 5, "file_name": "train/b.jpg", "width": 200, "height": 100},
    {"id": 3, "file_name": "a.png", "width": 50, "height": 50},
]
CATEGORIES = [{"id": 1, "name": "dog"}, {"id": 9, "name": "cat"}, {"id": 4, "name": "unused"}]
GOOD = {"image_id": 5, "category_id": 9, "bbox": [10, 10, 50, 20]}


def coco(folder: Path, *annotations: Any, **more: Any) -> Path:
    document = {"images": IMAGES, "annotations": annotations, "categories": CATEGORIES, **more}
    path = folder / "instances.json"
    path.write_text(json.dumps(document))
    return path


def faults(boxes: Boxes) -> list[tuple[int | None, str, str, str]]:
    return [
        (problem.object, problem.reason, problem.value, problem.kind)
        for problem in boxes.report.problems
    ]


def test_boxes_are_sides_over_those_of_the_image(tmp_path: Path) -> None:
    other = {"image_id": 3, "category_id": 1, "bbox": [0, 0, 50, 12.5], "iscrowd": 0}
    boxes = load_coco(coco(tmp_path, other, GOOD))
    assert boxes.sizes.tolist() == [[0.25, 0.2], [1.0, 0.25]]
    assert boxes.image_names == ("train/b", "a")
    assert boxes.image_ids.tolist() == [0, 1]
    assert boxes.class_names == ("cat", "dog")
    assert [boxes.class_names[row] for row in boxes.class_ids] == ["cat", "dog"]
    assert boxes.image_sizes.tolist() == [[200, 100], [50, 50]]
    assert (boxes.report.files, boxes.report.images, boxes.report.objects) == (1, 2, 2)
    assert boxes.report.problems == ()
    assert boxes.at_input(NetworkInput(416, 416, "letterbox")).tolist() == [[104, 41.6], [416, 104]]


@pytest.mark.parametrize(
    ("change", "reason", "value"),
    [
        ({"iscrowd": 1}, "crowd annotation", "image 5"),
        ({"image_id": 77}, "an image that is not described", "image 77"),
        ({"image_id": None}, "an image that is not described", "image None"),
        ({"image_id": [5]}, "image_id is no id", "[5]"),
        ({"bbox": [1, 2, 3]}, "bbox is not four numbers", "[1, 2, 3]"),
        ({"bbox": None}, "bbox is not four numbers", "None"),
        ({"bbox": [1, 2, True, 4]}, "bbox is not four numbers", "[1, 2, True, 4]"),
        ({"bbox": [1, 2, "x", 4]}, "bbox is not four numbers", "[1, 2, 'x', 4]"),
        ({"bbox": [1, 2, 10**400, 4]}, "bbox is not four numbers", None),
        ({"bbox": [1, 2, float("nan"), 4]}, "bbox is not four numbers", "1,2,nan,4"),
        ({"bbox": [1, 2, float("inf"), 4]}, "bbox is not four numbers", "1,2,inf,4"),
        ({"bbox": [1, 2, 0, 4]}, "no area", "1,2,0,4"),
        ({"bbox": [1, 2, 5, -4]}, "no area", "1,2,5,-4"),
        ({"bbox": [300, 2, 5, 4]}, "outside the image", "300,2,5,4 in 200 x 100"),
        ({"bbox": [1, 2, 1e-18, 1e-18]}, "no area", "1,2,1e-18,1e-18"),
    ],
)
def test_a_faulty_annotation_is_left_out_and_named(
    change: dict[str, Any], reason: str, value: str | None, tmp_path: Path
) -> None:
    boxes = load_coco(coco(tmp_path, GOOD, {**GOOD, **change}, GOOD))
    ((number, why, found, kind),) = faults(boxes)
    assert (number, why, kind) == (2, reason, "left_out")
    assert value is None or found == value
    assert boxes.sizes.tolist() == [[0.25, 0.2]] * 2
    assert (boxes.report.objects, boxes.report.left_out) == (3, 1)


def test_what_is_missing_in_an_annotation_is_named(tmp_path: Path) -> None:
    boxes = load_coco(coco(tmp_path, {"image_id": 5}, {"bbox": [1, 2, 3, 4]}, "caption", GOOD))
    assert [(number, reason) for number, reason, _, _ in faults(boxes)] == [
        (1, "no bbox"),
        (2, "no image_id"),
        (3, "an annotation that is no object"),
    ]
    assert len(boxes) == 1


def test_a_box_beyond_its_image_is_clipped(tmp_path: Path) -> None:
    boxes = load_coco(coco(tmp_path, {**GOOD, "bbox": [-10, 90, 60, 20]}))
    assert boxes.sizes.tolist() == [[0.25, 0.1]]
    assert faults(boxes) == [(1, "clipped to the image", "-10,90,60,20 in 200 x 100", "altered")]
    rounding = load_coco(coco(tmp_path, {**GOOD, "bbox": [0, 0, 200.0000001, 100]}))
    assert rounding.sizes.tolist() == [[1, 1]]
    assert faults(rounding) == []


def test_a_category_that_is_not_described_is_named_and_its_boxes_stay(tmp_path: Path) -> None:
    boxes = load_coco(coco(tmp_path, GOOD, {**GOOD, "category_id": 6}, {**GOOD, "category_id": 6}))
    assert [boxes.class_names[row] for row in boxes.class_ids] == ["cat", "6", "6"]
    assert faults(boxes) == [(None, "a category that is not described", "6, of 2 boxes", "note")]


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        ({}, "image size missing"),
        ({"width": "wide", "height": 100}, "image size missing"),
        ({"width": 0, "height": 100}, "image size not above zero"),
    ],
)
def test_an_image_without_size_costs_its_boxes_and_names_them(
    size: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    boxes = load_coco(coco(tmp_path, GOOD, images=[{"id": 5, "file_name": "b.jpg", **size}]))
    assert [(number, why) for number, why, _, _ in faults(boxes)] == [(1, reason)]
    assert boxes.images == 1


def test_images_described_twice_or_without_id_are_named(tmp_path: Path) -> None:
    again = {"id": 5, "file_name": "other.jpg", "width": 1, "height": 1}
    boxes = load_coco(coco(tmp_path, GOOD, images=[*IMAGES, again, {"width": 3}, 7]))
    assert [reason for _, reason, _, _ in faults(boxes)] == [
        "an image described twice",
        "an image without an id",
        "an image without an id",
    ]
    assert boxes.sizes.tolist() == [[0.25, 0.2]]


def test_images_without_annotations_count_as_images(tmp_path: Path) -> None:
    boxes = load_coco(coco(tmp_path))
    assert (boxes.images, len(boxes), boxes.class_names) == (2, 0, ())


def test_annotations_before_images_and_ids_of_text_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    images = [{"id": "x", "file_name": "x.jpg", "width": 10, "height": 10}]
    annotation = {"bbox": [0, 0, 5, 5], "image_id": "x", "category_id": "c"}
    path.write_text(json.dumps({"annotations": [annotation], "images": images}))
    boxes = load_coco(path)
    assert boxes.sizes.tolist() == [[0.5, 0.5]]
    assert boxes.class_names == ("c",)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"annotations": []}, "no list of images: .* found annotations"),
        ({"images": []}, "no list of annotations: .* found images"),
        ({"images": {}, "annotations": []}, "no list of images"),
        ({}, "no list of images: .* found nothing"),
        ([], "found a list"),
    ],
)
def test_what_is_no_instances_file_is_an_error(document: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document))
    with pytest.raises(DataError, match=f"a.json: .*{message}"):
        load_coco(path)


def test_a_file_cut_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = coco(tmp_path, *[GOOD] * 50)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"instances\.json: not well-formed JSON: ends in the mid"):
        load_coco(path)


def test_a_missing_file_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing there"):
        load_coco(tmp_path / "none.json")
    with pytest.raises(DataError, match="wanted COCO's JSON, found none"):
        load_coco(tmp_path)
    with pytest.raises(DataError, match="no part train of the data set"):
        load_coco(coco(tmp_path), image_sets=["train"])


def test_columns_agree_with_a_plain_loop(tmp_path: Path) -> None:
    draw = np.random.RandomState(0)
    annotations: list[dict[str, Any]] = [
        {
            "image_id": int(draw.choice([3, 5, 6])),
            "category_id": int(draw.choice([1, 9])),
            "bbox": [float(value) for value in draw.uniform(-30, 60, 4).round(2)],
            "iscrowd": int(draw.uniform() < 0.05),
        }
        for _ in range(600)
    ]
    boxes = load_coco(coco(tmp_path, *annotations))
    expected = []
    for image in IMAGES:
        width, height = float(str(image["width"])), float(str(image["height"]))
        for item in annotations:
            x, y, w, h = item["bbox"]
            if item["image_id"] != image["id"] or item["iscrowd"] or w <= 0 or h <= 0:
                continue
            inside = min(x + w, width) - max(x, 0), min(y + h, height) - max(y, 0)
            if min(inside) > 0:
                expected.append((inside[0] / width, inside[1] / height))
    assert 100 < len(expected) < 500
    assert np.allclose(boxes.sizes, expected, rtol=0, atol=1e-12)
    assert boxes.report.objects == len(boxes) + boxes.report.left_out == 600


def test_bytes_that_are_no_utf_8_are_kept_and_told(tmp_path: Path) -> None:
    path = coco(tmp_path, GOOD, GOOD | {"category_id": 1})
    path.write_bytes(path.read_bytes().replace(b'"cat"', b'"caf\xe9"').replace(b"dog", b"caf\xe8"))
    boxes = load_coco(path)
    assert boxes.class_names == ("caf\udce8", "caf\udce9")
    reason = "text that is no UTF-8: its bytes are shown as escapes"
    assert faults(boxes) == [(None, reason, "2 bytes", "note")]


def test_utf_16_that_ends_within_a_sign_is_an_error(tmp_path: Path) -> None:
    path = coco(tmp_path, GOOD)
    path.write_bytes(path.read_text().encode("utf-16") + b"\x00\xd8")
    with pytest.raises(DataError, match="bytes that are no UTF-16"):
        load_coco(path)


def test_ids_and_numbers_may_be_text(tmp_path: Path) -> None:
    path = coco(
        tmp_path,
        {"image_id": "5", "category_id": "9", "bbox": ["0", "10", "100.0", "50"]},
        images=[{"id": 5, "file_name": "b.jpg", "width": "200", "height": "100"}],
    )
    boxes = load_coco(path)
    assert boxes.sizes.tolist() == [[0.5, 0.5]]
    assert boxes.class_names == ("cat",)
    notes = [(reason, value) for _, reason, value, _ in faults(boxes)]
    same = "that are text in one place, numbers in another: taken as the same"
    assert notes == [
        ("numbers written as text: read all the same", "2"),
        (f"ids of image {same}", "'5' and 5"),
        (f"ids of category {same}", "'9' and 9"),
    ]


@pytest.mark.parametrize("name", ["a.json.gz", "a.json"])
def test_a_file_packed_by_gzip_is_read_whatever_its_name(name: str, tmp_path: Path) -> None:
    plain = coco(tmp_path, GOOD, GOOD)
    packed = tmp_path / "packed" / name
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert load_coco(packed).sizes.tolist() == load_coco(plain).sizes.tolist()
    packed.write_bytes(packed.read_bytes()[:-30])
    with pytest.raises(DataError, match="packed by gzip, but damaged"):
        load_coco(packed)
