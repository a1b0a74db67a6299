"""The advice of inspect: each finding has what makes it appear, and what makes it vanish."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit.boxes import Boxes, boxes_of
from anchorkit.load_report import Problem
from anchorkit.network_input import NetworkInput
from anchorkit.reports.inspect_findings import findings_of

INPUT = NetworkInput(400, 400)


def some(count: int = 8, side: float = 0.3) -> Boxes:
    centres = [(0.3 + row / 1000, 0.5) for row in range(count)]
    return boxes_of([(side, side)] * count, centres=centres)


def classed(*names: str, counts: tuple[int, ...] = ()) -> Boxes:
    ids = np.repeat(np.arange(len(names), dtype=np.int32), counts or [4] * len(names))
    return replace(some(len(ids)), class_names=names, class_ids=ids)


def codes(boxes: Boxes) -> list[str]:
    return [finding.code for finding in findings_of(boxes, INPUT)]


def test_nothing_remarkable_is_no_finding() -> None:
    assert codes(some()) == []
    assert codes(boxes_of([])) == []


def test_equal_boxes_of_a_class_in_an_image_are_duplicates() -> None:
    twice = boxes_of([(0.3, 0.3)] * 3)
    (finding,) = findings_of(twice, INPUT)
    assert finding.text.startswith("2 boxes twice in an image, such as in image")
    assert (
        codes(replace(twice, class_ids=np.arange(3, dtype=np.int32), class_names=tuple("abc")))
        == []
    )
    assert codes(replace(twice, centres=None)) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("cat", "Cat", True),
        ("traffic light", "traffic_light", True),
        ("person", "persom", True),
        ("person", "persons", True),
        ("helmet", "helet", True),
        ("cat", "car", False),
        ("class1", "class2", False),
        ("apple", "grape", False),
        ("bus", "buss", False),
    ],
)
def test_names_that_differ_by_case_or_a_letter_may_be_one(
    one: str, other: str, alike: bool
) -> None:
    for names in ((one, other), (other, one)):
        assert (codes(classed(*names)) == ["alike-classes"]) is alike


def test_boxes_below_a_pixel_and_mostly_small_ones_want_a_larger_input() -> None:
    assert codes(some(side=0.039)) == ["small"]
    assert codes(some(side=0.041)) == []
    assert codes(some(side=0.0024)) == ["below-a-pixel", "small"]
    assert "100% of the boxes under 16 pixels at 400x400: raise --input" in [
        finding.text for finding in findings_of(some(side=0.039), INPUT)
    ]


def test_a_class_of_a_handful_is_named_in_a_set_of_many() -> None:
    assert codes(classed("cat", "dog", counts=(100, 9))) == ["rare-classes"]
    assert codes(classed("cat", "dog", counts=(100, 10))) == []
    assert codes(classed("cat", "dog", counts=(40, 9))) == []


def test_unknown_sizes_name_the_option() -> None:
    boxes = replace(some(), image_sizes=np.full((1, 2), np.nan))
    assert codes(boxes) == ["unknown-sizes"]


def test_what_was_lost_comes_first_and_five_lines_are_shown(tmp_path: Path) -> None:
    lost = Problem("a", 1, "no area", "", "left_out")
    boxes = some(side=0.002)
    boxes = replace(boxes, report=replace(boxes.report, problems=(lost,)))
    assert codes(boxes)[0] == "lost"
    objects = [annotation_object((0, 0, 1, 1), name) for name in ("person", "Person")]
    root = voc_folder(
        tmp_path,
        {"a.xml": annotation(*objects, *objects, annotation_object((9, 9, 9, 9)), size=(500, 500))},
    )
    ran = run("inspect", root, "--input", "320", "--class", "person", "--class", "Person")
    assert ran.code == 1  # every number of the file is at most 1
    wide = annotation_object((0, 0, 2, 2), "Person")
    voc_folder(tmp_path, {"a.xml": annotation(*objects, *objects, wide, size=(500, 500))})
    lines = run("inspect", root, "--input", "320").out.splitlines()
    advice = lines[lines.index("Advice") + 1 :]
    levels = [line.split(":")[0] for line in advice if not line.startswith(" ")]
    assert (levels, len(advice)) == (["warning", "warning", "warning", "note"], 5)
    for form in ("json", "markdown"):
        assert "may be one" in run("inspect", root, "--input", "320", "--format", form).out


def test_images_and_annotations_without_each_other_are_noted(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    root = voc_folder(tmp_path, {"a.xml": annotation(annotation_object()), "b.xml": annotation()})
    (tmp_path / "images").mkdir()
    for name in ("a", "c", "d"):
        image.new("L", (8, 8)).save(tmp_path / "images" / f"{name}.png")
    ran = run("inspect", root, "--images", tmp_path / "images")
    assert "images without an annotation" in ran.out
    assert "(2, such as c)" in ran.out
    assert "annotations without an image" in ran.out
    assert "(1, such as b)" in ran.out
