"""Boxes know where they are, whatever they were read from and whatever is done to them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder
from stored import Image, images_of, store_coco, store_data, store_yolo

from anchorkit.boxes import Boxes, boxes_of, concatenated
from anchorkit.loaders import load

# Of 8 x 8: one inside, one over the left and the lower edge, one over the upper right corner.
CORNERS = ((1, 2, 5, 3), (-3, 4, 1, 11), (7, -1, 9, 2))
SIDES = [[0.5, 0.125], [0.125, 0.5], [0.125, 0.25]]
CENTRES = [[0.375, 0.3125], [0.0625, 0.75], [0.9375, 0.125]]

STORES: dict[str, Callable[[list[Image], Path], Path]] = {
    "yolo": store_yolo,
    "data": store_data,
    "coco": store_coco,
}


def source(name: str, root: Path) -> tuple[str, Path]:
    objects = [annotation_object(corners) for corners in CORNERS]
    voc = voc_folder(root / "voc", {"a.xml": annotation(*objects)})
    return (name, voc) if name == "voc" else (name, STORES[name](images_of(voc), root / name))


@pytest.mark.parametrize("name", ["voc", *STORES])
def test_centres_are_those_of_the_boxes_as_they_were_clipped(name: str, tmp_path: Path) -> None:
    boxes = load([source(name, tmp_path)])
    order = np.argsort(boxes.placed("this test")[:, 0])[[1, 0, 2]]
    assert boxes.sizes[order].tolist() == SIDES
    assert boxes.placed("this test")[order].tolist() == CENTRES


def test_the_fast_reader_of_voc_and_the_other_place_boxes_alike(tmp_path: Path) -> None:
    plain = annotation(annotation_object((1, 2, 5, 3)), annotation_object((0, 0, 8, 8)))
    odd = plain.replace("<annotation>", "<annotation><!-- by hand -->")
    found = load([("voc", voc_folder(tmp_path, {"a.xml": plain, "b.xml": odd}))])
    assert found.placed("this test").tolist() == [[0.375, 0.3125], [0.5, 0.5]] * 2


def test_the_box_of_a_polygon_is_placed_at_its_middle(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0 0.1 0.2 0.5 0.2 0.5 0.4 0.3 0.9\n", encoding="utf-8")
    found = load([("yolo", tmp_path)], polygons=True)
    np.testing.assert_allclose(found.placed("this test"), [[0.3, 0.55]])


def test_centres_follow_their_boxes_through_filters_and_joins() -> None:
    places = [(0.1, 0.2), (0.3, 0.4), (0.5, 0.6)]
    boxes = boxes_of([(0.2, 0.2), (0.3, 0.3), (0.4, 0.4)], centres=places)
    kept = boxes.where(np.array([True, False, True]), "class")
    assert kept.placed("this test").tolist() == [[0.1, 0.2], [0.5, 0.6]]
    joined = concatenated([kept, boxes_of([(0.5, 0.5)])])
    assert joined.placed("this test").tolist() == [[0.1, 0.2], [0.5, 0.6], [0.5, 0.5]]
    assert joined.report.remarks == ()


def test_a_part_without_boxes_takes_no_positions_from_the_others() -> None:
    none = Boxes(**(vars(boxes_of([])) | {"centres": None}))
    joined = concatenated([none, boxes_of([(0.5, 0.5)])])
    assert joined.placed("this test").tolist() == [[0.5, 0.5]]


def test_positions_take_no_more_memory_than_sizes(tmp_path: Path) -> None:
    boxes = load([source("voc", tmp_path)])
    assert boxes.placed("this test").nbytes == boxes.sizes.nbytes
