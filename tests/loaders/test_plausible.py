"""Numbers that were meant in another way are named; what only looks odd stays a box."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.loaders.coco import load_coco
from anchorkit.loaders.voc import load_voc
from anchorkit.loaders.yolo import load_yolo

Corners = tuple[float, float, float, float]

SOME: list[list[Corners]] = [
    [(10, 20, 110, 220), (300, 100, 620, 400)],
    [(200, 50, 260, 300), (450, 200, 600, 470)],
    [(400, 30, 630, 90), (20, 200, 200, 440)],
    [(350, 250, 500, 350), (100, 300, 160, 460)],
]
"""Corners of the boxes of four images of 640 x 480."""


def voc(
    root: Path, images: Sequence[Sequence[Corners]], size: tuple[int, int] = (640, 480)
) -> Path:
    files: dict[str, str | bytes] = {
        f"{row}.xml": annotation(*map(annotation_object, boxes), size=size)
        for row, boxes in enumerate(images)
    }
    return voc_folder(root, files)


def coco(root: Path, images: Sequence[Sequence[Corners]]) -> Path:
    document = {
        "images": [{"id": row, "width": 640, "height": 480} for row in range(len(images))],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"image_id": row, "category_id": 1, "bbox": box}
            for row, boxes in enumerate(images)
            for box in boxes
        ],
    }
    root.mkdir(exist_ok=True, parents=True)
    (root / "a.json").write_text(json.dumps(document))
    return root / "a.json"


def yolo(root: Path, images: Sequence[Sequence[Corners]]) -> Path:
    (root / "labels").mkdir(parents=True)
    for row, boxes in enumerate(images):
        lines = [" ".join(map(str, (0, *box))) for box in boxes]
        (root / "labels" / f"{row}.txt").write_text("\n".join(lines))
    return root


def scaled(images: Sequence[Sequence[Corners]], across: float, down: float) -> list[list[Corners]]:
    return [
        [(x0 / across, y0 / down, x1 / across, y1 / down) for x0, y0, x1, y1 in boxes]
        for boxes in images
    ]


def sides(images: Sequence[Sequence[Corners]]) -> list[list[Corners]]:
    return [[(x0, y0, x1 - x0, y1 - y0) for x0, y0, x1, y1 in boxes] for boxes in images]


def accounted(boxes: Boxes) -> None:
    assert boxes.report.objects == len(boxes) + boxes.report.left_out


def test_all_formats_take_what_is_meant_as_it_is_read(tmp_path: Path) -> None:
    fractions = scaled(SOME, 640, 480)
    centred = [
        [((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0) for x0, y0, x1, y1 in boxes]
        for boxes in fractions
    ]
    for boxes in (
        load_voc(voc(tmp_path / "voc", SOME)),
        load_coco(coco(tmp_path / "coco", sides(SOME))),
        load_yolo(yolo(tmp_path / "yolo", centred)),
    ):
        assert len(boxes) == 8
        assert (boxes.report.problems, boxes.report.remarks) == ((), ())


@pytest.mark.parametrize("form", ["voc", "coco"])
def test_fractions_in_place_of_pixels_are_an_error(form: str, tmp_path: Path) -> None:
    fractions = scaled(SOME, 640, 480)
    load = {
        "voc": lambda: load_voc(voc(tmp_path, fractions)),
        "coco": lambda: load_coco(coco(tmp_path, sides(fractions))),
    }
    with pytest.raises(DataError, match=r"8 of 8 boxes are numbers of at most 1.*as fractions"):
        load[form]()


def test_a_file_of_fractions_among_files_of_pixels_is_left_out_and_named(tmp_path: Path) -> None:
    images = [*SOME * 6, scaled(SOME[:1], 640, 480)[0]]
    boxes = load_voc(voc(tmp_path, images))
    assert len(boxes) == 48
    accounted(boxes)
    reason = "numbers of at most 1: fractions of the image, not pixels"
    found = [(one.file[-6:], one.object, one.reason) for one in boxes.report.problems]
    assert found == [("24.xml", 1, reason), ("24.xml", 2, reason)]
    assert boxes.report.remarks == ()
    more = load_voc(voc(tmp_path, [*images, *scaled(SOME[:2], 640, 480)]))
    (remark,) = more.report.remarks
    assert remark.level == "warning"
    assert "6 of 54 boxes are numbers of at most 1" in remark.text


def test_fractions_that_reach_the_very_edge_are_fractions_in_images_of_any_size(
    tmp_path: Path,
) -> None:
    voc(tmp_path, SOME * 25)
    for side in range(300, 400):
        box = (side / 999, 0.1, 1, 1)
        content = annotation(annotation_object(box), size=(side, side))
        voc_folder(tmp_path, {f"edge{side}.xml": content})
    boxes = load_voc(tmp_path)
    assert (len(boxes), boxes.report.left_out) == (200, 100)


def test_an_image_of_a_few_pixels_may_have_boxes_of_one(tmp_path: Path) -> None:
    boxes = load_voc(voc(tmp_path, [[(0, 0, 1, 1)]], size=(8, 8)))
    assert boxes.sizes.tolist() == [[0.125, 0.125]]


def test_swapped_sides_of_images_are_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"reach out of their image.*width and height of the images"
    ):
        load_voc(voc(tmp_path, SOME, size=(480, 640)))


def test_files_with_swapped_sides_among_others_are_left_out(tmp_path: Path) -> None:
    for row, boxes in enumerate(SOME * 5):
        voc_folder(
            tmp_path, {f"{row:02}.xml": annotation(*map(annotation_object, boxes), size=(640, 480))}
        )
    voc_folder(
        tmp_path,
        {
            f"turned{row}.xml": annotation(*map(annotation_object, SOME[row]), size=(480, 640))
            for row in (0, 1)
        },
    )
    found = load_voc(tmp_path)
    assert len(found) == 40
    accounted(found)
    assert {one.file.rpartition("/")[2] for one in found.report.problems} == {
        "turned0.xml",
        "turned1.xml",
    }
    assert found.report.altered == 0


def test_a_box_out_of_its_image_alone_proves_nothing(tmp_path: Path) -> None:
    # Inside, were the sides swapped: but one box may lie anywhere
    images: list[list[Corners]] = [*SOME * 3, [(100, 100, 200, 600)]]
    boxes = load_voc(voc(tmp_path, images))
    assert (len(boxes), boxes.report.altered) == (25, 1)
    assert boxes.report.remarks == ()


@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_corners_in_place_of_sides_are_an_error_that_says_so(form: str, tmp_path: Path) -> None:
    load = {
        "coco": lambda: load_coco(coco(tmp_path, SOME)),
        "yolo": lambda: load_yolo(yolo(tmp_path, scaled(SOME, 640, 480))),
    }
    with pytest.raises(DataError, match=r"reach out of their image.*as corners x1 y1 x2 y2"):
        load[form]()


def test_a_corner_in_place_of_the_centre_is_an_error_that_says_so(tmp_path: Path) -> None:
    near = [[(0.5, 0.1, 0.3 + row / 99, 0.3), (0.01, 0.1, 0.3, 0.2)] for row in range(4)]
    with pytest.raises(DataError, match="they fit as x y as the upper left corner"):
        load_yolo(yolo(tmp_path, near))


def test_sides_in_place_of_corners_are_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="they fit as x y width height in place of corners"):
        load_voc(voc(tmp_path, sides([boxes[::-1] for boxes in SOME])))


def test_percent_of_images_are_an_error_that_says_so(tmp_path: Path) -> None:
    percent = [*scaled(SOME, 6.4, 4.8)] * 3
    with pytest.raises(DataError, match=r"no number of 24 boxes is above 100.*percent"):
        load_voc(voc(tmp_path / "voc", percent))
    with pytest.raises(DataError, match="percent"):
        load_coco(coco(tmp_path, sides(percent)))


def test_percent_may_end_a_pixel_beyond_the_edge_in_images_of_any_size(tmp_path: Path) -> None:
    for side in range(300, 400):
        box = (side / 9, 10, 101, 101)
        content = annotation(annotation_object(box), size=(side, side))
        voc_folder(tmp_path, {f"edge{side}.xml": content})
    with pytest.raises(DataError, match="no number of 100 boxes is above 100"):
        load_voc(tmp_path)


def test_boxes_mostly_out_of_their_images_are_an_error(tmp_path: Path) -> None:
    far = [[(x0 * 3, y0 * 3, x1 * 3, y1 * 3) for x0, y0, x1, y1 in boxes] for boxes in SOME * 2]
    with pytest.raises(DataError, match="no other reading fits: are these the sizes"):
        load_voc(voc(tmp_path, far))


def test_boxes_of_no_pixel_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="8 of 8 boxes are smaller than a pixel"):
        load_yolo(yolo(tmp_path, [[(0.5, 0.5, 1e-4, 2e-4)] * 2] * 4))


def test_crowds_and_other_faults_of_coco_keep_their_numbers(tmp_path: Path) -> None:
    path = coco(tmp_path, [*sides(SOME * 12), *sides(scaled(SOME[:1], 640, 480))])
    document = json.loads(path.read_text())
    document["annotations"].insert(0, {"image_id": 0, "bbox": [0, 0, 9, 9], "iscrowd": 1})
    path.write_text(json.dumps(document))
    boxes = load_coco(path)
    accounted(boxes)
    assert [one.object for one in boxes.report.of("left_out")] == [1, 98, 99]


def test_a_part_of_the_boxes_below_a_pixel_is_warned_of(tmp_path: Path) -> None:
    mixed = [[*boxes, (0.1, 0.2, 0.4, 0.9)] for boxes in SOME]
    (remark,) = load_voc(voc(tmp_path, mixed)).report.remarks
    assert remark.level == "warning"
    assert "4 of 12 boxes are smaller than a pixel" in remark.text


@pytest.mark.parametrize("form", ["voc", "coco"])
def test_a_single_box_below_a_pixel_is_noted_and_named(form: str, tmp_path: Path) -> None:
    images = [[*SOME[0], (0.25, 0.5, 0.75, 0.75)], *SOME[1:]]
    if form == "voc":
        boxes = load_voc(voc(tmp_path, images), jobs=1)
    else:
        boxes = load_coco(coco(tmp_path, sides(images)))
    assert len(boxes) == 9
    assert boxes.report.remarks == ()
    (note,) = boxes.report.problems
    assert (note.reason, note.value, note.kind) == (
        "a box smaller than a pixel",
        "0.5 x 0.25",
        "note",
    )
    assert note.file.endswith("0.xml" if form == "voc" else "a.json")


def test_a_few_boxes_in_percent_are_warned_of(tmp_path: Path) -> None:
    (remark,) = load_voc(voc(tmp_path, scaled(SOME, 6.4, 4.8))).report.remarks
    assert "no number of 8 boxes is above 100" in remark.text


MANY: list[list[Corners]] = [
    [(7 * row, 6 * row, 7 * row + 30 + row % 5 * 9, 6 * row + 20 + row % 7 * 8)]
    for row in range(60)
]
"""Boxes all over images of 640 x 480."""


def test_boxes_all_over_their_images_are_not_doubted(tmp_path: Path) -> None:
    assert load_voc(voc(tmp_path / "a", MANY)).report.remarks == ()
    assert load_coco(coco(tmp_path / "b", sides(MANY))).report.remarks == ()


def test_images_that_no_box_reaches_far_into_are_warned_of(tmp_path: Path) -> None:
    (remark,) = load_voc(voc(tmp_path, scaled(MANY, 2, 2))).report.remarks
    assert "none of 60 boxes reaches beyond 37% of the width and 41%" in remark.text


def test_corners_that_would_fit_as_sizes_are_warned_of(tmp_path: Path) -> None:
    # In the first third of the images no width ends outside
    (remark,) = load_coco(coco(tmp_path, scaled(MANY, 3, 3))).report.remarks
    assert "are they corners x1 y1 x2 y2, not sizes?" in remark.text


def test_large_boxes_in_the_middle_are_not_corners(tmp_path: Path) -> None:
    # Wider than their left edge, too
    large: list[list[Corners]] = [
        [(20 + row, 15 + row, 620 - row, 470 - row)] for row in range(0, 120, 2)
    ]
    assert load_coco(coco(tmp_path, sides(large))).report.remarks == ()
