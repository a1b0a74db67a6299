"""The VOC loader: what each real surprise becomes, and that nothing is lost."""

import os
from pathlib import Path

import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder

from anchorkit import Boxes, load_voc
from anchorkit.errors import DataError, UsageError


def loaded(root: Path, *objects: str, size: tuple[object, object] | None = (8, 8)) -> Boxes:
    return load_voc(voc_folder(root, {"a.xml": annotation(*objects, size=size)}))


def found(boxes: Boxes) -> list[tuple[int | None, str, str]]:
    return [(problem.object, problem.reason, problem.value) for problem in boxes.report.problems]


def test_sides_are_fractions_of_the_image_without_plus_one(tmp_path: Path) -> None:
    boxes = loaded(tmp_path, annotation_object((0, 2, 4, 4)), annotation_object((1, 1, 3, 8)))
    assert boxes.sizes.tolist() == [[0.5, 0.25], [0.25, 0.875]]
    assert boxes.image_sizes.tolist() == [[8, 8]]
    assert boxes.image_names == ("a",)
    assert boxes.report.problems == ()


def test_image_set_filters_objects_and_names_what_is_missing(tmp_path: Path) -> None:
    cat, bad = annotation_object(), annotation_object((4, 4, 4, 4))
    files: dict[str, str | bytes] = {
        "a.xml": annotation(cat, bad),
        "b.xml": annotation(cat, cat, bad),
        "c.xml": annotation(cat),
        "broken.xml": "<annotation>",
        "img (1).xml": annotation(cat),
    }
    root = voc_folder(tmp_path, files)
    (root / "ImageSets" / "Main").mkdir(parents=True)
    (root / "ImageSets/Main/cat_train.txt").write_text("a  1\nb -1\nimg (1) 0\ngone 1\n")
    boxes = load_voc(root, image_sets=["cat_train"])
    assert boxes.image_names == ("a", "img (1)")
    assert boxes.image_ids.tolist() == [0, 1]
    report = boxes.report
    assert (report.images, report.objects, report.left_out) == (2, 7, 1)
    assert report.filtered == {"image-set": 4}
    assert report.objects == len(boxes) + report.left_out + report.filtered_total
    folder = (root / "Annotations").as_posix()
    assert [problem.file for problem in report.of("missing")] == [f"{folder}/gone.xml"]
    assert report.count("unreadable") == 0
    with pytest.raises(DataError, match=r"ImageSets/Main/dog\.txt: no such .* found: cat_train"):
        load_voc(root, image_sets=["dog"])


def test_the_number_of_processes_does_not_change_what_is_loaded(tmp_path: Path) -> None:
    good, bad = annotation_object((0, 0, 4, 3), name="dog"), annotation_object((4, 4, 4, 8))
    files: dict[str, str | bytes] = {
        f"{row}.xml": annotation(*[annotation_object(name=f"c{row % 7}"), good, bad][: row % 4])
        for row in range(900)
    }
    root = voc_folder(tmp_path, files)
    one, two = load_voc(root, jobs=1), load_voc(root, jobs=2)
    assert one.report == two.report
    assert one.report.left_out == 225
    assert one.class_names == two.class_names == (*(f"c{row}" for row in range(7)), "dog")
    assert one.image_names == two.image_names == tuple(sorted(one.image_names))
    for column in ("sizes", "image_ids", "class_ids", "image_sizes"):
        np.testing.assert_array_equal(getattr(one, column), getattr(two, column))


def test_missing_folder_is_bad_usage_and_empty_folder_bad_data(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing there"):
        load_voc(tmp_path / "gone")
    with pytest.raises(DataError, match=r"wanted VOC XML, found no \.xml files"):
        load_voc(tmp_path)


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")
def test_bccd_has_4886_boxes_and_two_objects_without_area() -> None:
    boxes = load_voc(Path(os.environ["ANCHORKIT_DATA"]) / "bccd")
    assert (boxes.images, len(boxes), boxes.report.objects) == (364, 4886, 4888)
    left_out = boxes.report.of("left_out")
    assert [(Path(problem.file).name, problem.object) for problem in left_out] == [
        ("BloodImage_00338.xml", 13),
        ("BloodImage_00343.xml", 4),
    ]
    assert boxes.class_names == ("Platelets", "RBC", "WBC")
