"""`anchorkit inspect`: the figures of a data set, and every problem of it."""

import json
import os
from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit import load_voc
from anchorkit.network_input import NetworkInput
from anchorkit.reports.inspect import inspected
from anchorkit.reports.inspect_text import inspection_markdown, inspection_text

HARD = "<difficult>1</difficult><truncated>1</truncated>"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files: dict[str, str | bytes] = {
        "a.xml": annotation(
            annotation_object((0, 0, 10, 10), "cat"),
            annotation_object((0, 0, 100, 50), "dog", HARD),
            annotation_object((0, 0, 20, 100), "dog"),
            annotation_object((5, 5, 5, 9), "dog"),
            size=(100, 100),
        ),
        "b.xml": annotation(annotation_object((10, 10, 60, 60), "dog"), size=(50, 100)),
        "c.xml": annotation(size=None),
        "broken.xml": "<annotation>",
        "._a.xml": b"\0",
    }
    return voc_folder(tmp_path, files)


def test_figures_are_those_worked_by_hand(root: Path) -> None:
    found = inspected(load_voc(root), network=NetworkInput(200, 100))
    assert [found[name] for name in ("images", "objects", "boxes", "left_out", "altered")] == [
        3, 5, 4, 1, 1,
    ]  # fmt: skip
    assert (found["files"], found["hidden"], found["unreadable"]) == (4, 1, 1)
    assert found["boxes_per_image"] == {"mean": 1.33, "median": 1.0, "most": 3}
    assert (found["images_without_boxes"], found["difficult"], found["truncated"]) == (1, 1, 1)
    dog, cat = found["classes"]
    assert (dog["name"], dog["boxes"], dog["share"], dog["images"]) == ("dog", 3, 0.75, 2)
    # Dogs at 200x100: 200x50, 40x100 and, clipped to 40x50 of 50x100, 160x50.
    assert (dog["median_width"], dog["median_height"], dog["difficult"]) == (160.0, 50.0, 1)
    assert (cat["name"], cat["median_width"], cat["median_height"]) == ("cat", 20.0, 10.0)
    assert [row["boxes"] for row in found["small"]] == [0, 1, 1]
    assert [row["boxes"] for row in found["ratios"]] == [0, 1, 0, 0, 0, 1, 2]
    assert found["box_sizes"][3] == {
        "percentile": 50, "width": 100.0, "height": 50.0, "shorter": 45.0, "ratio": 2.6,
    }  # fmt: skip
    assert found["image_sizes"]["unknown"] == 1
    assert found["image_sizes"]["common"][0]["images"] == 1
    assert found["image_sizes"]["width"] == {"least": 50.0, "median": 75.0, "most": 100.0}


def test_json_names_every_problem_and_accounts_for_every_object(root: Path) -> None:
    ran = run("inspect", "--voc", root, "--format", "json", "--class", "dog")
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out)
    assert found["objects"] == found["boxes"] + found["left_out"] + found["filtered"]
    assert found["filtered_by"] == {"class": 1}
    folder = (root / "Annotations").as_posix()
    problems = [(row["file"], row["object"], row["reason"]) for row in found["problems"]]
    assert problems == [
        (f"{folder}/a.xml", 4, "no area"),
        (f"{folder}/b.xml", 1, "clipped to the image"),
        (f"{folder}/broken.xml", None, "not well-formed XML"),
    ]
    assert found["problems"][0]["value"] == "5,5,5,9"


def test_strict_prints_the_same_and_fails(root: Path) -> None:
    plain = run("inspect", "--voc", root)
    strict = run("inspect", "--voc", root, "--strict")
    assert (plain.code, plain.err) == (0, "")
    assert (strict.code, strict.out) == (1, plain.out)
    assert strict.err == "anchorkit: error: --strict: 1 object left out, 1 file unreadable\n"


def test_text_fits_80_columns_and_markdown_has_the_same_tables(root: Path) -> None:
    boxes = load_voc(root)
    found = inspected(boxes, network=NetworkInput(416, 416))
    text, markdown = inspection_text(found, boxes.report), inspection_markdown(found, boxes.report)
    folder = (root / "Annotations").as_posix()
    assert max(len(line) for line in text.splitlines() if folder not in line) <= 80
    assert "| dog | 3 | 75.0% | 2 |" in markdown
    assert markdown.count("```") == 2
    assert text.splitlines()[0] == "3 images, 4 boxes, 2 classes"
    assert "clipped to the image" in text
    assert "clipped to the image" in markdown


def test_one_size_of_all_images_is_a_line_and_several_are_a_table(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.xml": annotation(annotation_object())}
    root = voc_folder(tmp_path, files)
    shown = run("inspect", "--voc", root).out
    assert "at most 1; no image without\nevery image 8x8\n" in shown
    assert "1 object = 1 box + 0 left out" in shown
    assert "Image sizes" not in shown
    voc_folder(tmp_path, {"b.xml": annotation(size=(16, 8))})
    shown = run("inspect", "--voc", root).out
    assert "at most 1; 1 image without\nimages 8 to 16 wide, 8 to 8 high\n" in shown
    assert "Image sizes: 2 distinct" in shown


def test_a_data_set_without_a_box_is_inspected_all_the_same(tmp_path: Path) -> None:
    flat = annotation_object((4, 4, 4, 8))
    root = voc_folder(tmp_path, {"a.xml": annotation(flat), "b.xml": ""})
    for form in ("text", "markdown", "json"):
        ran = run("inspect", "--voc", root, "--format", form)
        assert (ran.code, ran.err) == (0, "")
        assert "no area" in ran.out
    nothing = voc_folder(tmp_path / "nothing", {"b.xml": ""})
    assert run("inspect", "--voc", nothing).out.startswith("0 images, 0 boxes, 0 classes\n")


def test_saved_boxes_are_inspected_to_the_same_bytes(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "boxes.npz"
    assert run("extract", "--voc", root, "-o", path).code == 0
    for form in ("text", "markdown", "json"):
        direct = run("inspect", "--voc", root, "--format", form)
        assert run("inspect", "--boxes", path, "--format", form) == direct


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")
def test_counts_of_real_data_are_exact() -> None:
    data = Path(os.environ["ANCHORKIT_DATA"])
    keys = ("files", "images", "objects", "boxes", "left_out", "altered", "hidden", "unreadable")
    expected = {"bccd": (364, 364, 4888, 4886, 2, 0, 0, 0), "wild": (11, 11, 56, 46, 10, 0, 1, 0)}
    for name, counts in expected.items():
        found = json.loads(run("inspect", "--voc", data / name, "--format", "json").out)
        assert tuple(found[key] for key in keys) == counts
    wild = [(Path(row["file"]).name, row["object"], row["reason"]) for row in found["problems"]]
    assert wild == [
        ("54_Rescue_rescuepeople_54_29.xml", 28, "xmin above xmax"),
        *[("no_size.xml", number, "image size missing") for number in range(1, 6)],
        *[("size_zero.xml", number, "image size not above zero") for number in range(1, 4)],
        ("zero_area.xml", 5, "no area"),
    ]
