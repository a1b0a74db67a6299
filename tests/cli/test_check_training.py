import json
from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder
from cfgs import REGION, TINY
from command import Ran, run


def data(root: Path) -> Path:
    """A box of the anchor in no mask, three of another, of which two share a cell."""
    objects = [
        annotation_object((x, y, x + width, y + height))
        for x, y, width, height in [
            *((5, 5, 10, 13), (100, 100, 16, 30), (101, 100, 16, 30), (200, 200, 16, 30))
        ]
    ]
    return voc_folder(root / "voc", {"a.xml": annotation(*objects, size=(416, 416))})


def check(root: Path, *arguments: object) -> Ran:
    cfg = root / "tiny.cfg"
    cfg.write_text(TINY)
    return run("check", "--cfg", cfg, "--voc", data(root), *arguments, "--format", "json")


def failed(done: Ran) -> list[tuple[str, float, float]]:
    return [
        (one["gate"], one["found"], one["wanted"])
        for one in json.loads(done.out)["failures"]
        if one["gate"].startswith("max-")
    ]


@pytest.mark.parametrize(
    ("gate", "found"), [("max-untrained", 0.25), ("max-overwritten", 0.333333)]
)
def test_a_gate_is_passed_at_its_share_and_not_below(
    tmp_path: Path, gate: str, found: float
) -> None:
    assert failed(check(tmp_path, f"--{gate}", found + 1e-6)) == []
    done = check(tmp_path, f"--{gate}", found - 0.01)
    assert (done.code, failed(done)) == (1, [(gate, found, round(found - 0.01, 6))])
    assert gate in done.err


def test_both_shares_stand_in_json_and_in_a_note(tmp_path: Path) -> None:
    result = json.loads(check(tmp_path, "--max-untrained", "1").out)
    assert (result["untrained"], result["overwritten"]) == (0.25, 0.333333)
    assert (
        "by the rule of darknet 25.00% of the boxes are never trained (0.00% dropped before for "
        "their size), and 33.33% of what anchors are given is overwritten"
    ) in result["notes"]
    assert "untrained" not in json.loads(check(tmp_path).out)


def test_boxes_that_the_trainer_drops_are_never_trained(tmp_path: Path) -> None:
    objects = [annotation_object(corners) for corners in [(0, 0, 2, 9), (50, 50, 60, 60)]]
    boxes = voc_folder(tmp_path / "thin", {"a.xml": annotation(*objects, size=(640, 640))})
    given = ["check", "--voc", boxes, "--anchors", "10,10, 50,50, 99,99", "--trainer", "yolov5"]
    result = json.loads(run(*given, "--max-untrained", "0.4", "--format", "json").out)
    assert result["failures"] == [{"gate": "max-untrained", "found": 0.5, "wanted": 0.4}]
    assert (result["untrained"], result["dropped"]) == (0.5, 0.5)
    assert (result["input"], result["resize"]) == ([640, 640], "letterbox")


@pytest.mark.parametrize("gate", ["--max-untrained", "--max-overwritten"])
def test_anchors_of_no_cfg_need_a_trainer_and_gates_need_data(tmp_path: Path, gate: str) -> None:
    boxes = data(tmp_path)
    for arguments, message in (
        (["--voc", boxes, "--preset", "yolov3"], f"{gate}: wanted --trainer darknet, yolov5"),
        (["--voc", boxes, "--preset", "yolov3", "--trainer", "keras"], "found keras"),
        (
            ["--voc", boxes, "--anchors", "9,9", "--trainer", "tao"],
            "an anchor for each head of tao",
        ),
        (["--preset", "yolov3", "--trainer", "darknet"], f"{gate}: wanted data"),
    ):
        done = run("check", *arguments, gate, "0.5")
        assert (done.code, message in done.err) == (2, True), done.err


def test_a_cfg_that_is_trained_otherwise_cannot_be_held_to_a_gate(tmp_path: Path) -> None:
    cfg = tmp_path / "region.cfg"
    cfg.write_text(REGION)
    done = run("check", "--cfg", cfg, "--voc", data(tmp_path), "--max-untrained", "0.5")
    assert done.code == 1
    assert "region.cfg: --max-untrained: what its heads train is not known" in done.err


def large(root: Path) -> Path:
    """Twelve images of boxes from 120 to 192 pixels."""
    squares = [annotation_object((x, x, x + 120 + x, x + 120 + x)) for x in range(0, 80, 8)]
    image = annotation(*squares, size=(416, 416))
    return voc_folder(root / "large", {f"{number}.xml": image for number in range(12)})


def test_a_check_with_data_says_whether_to_replace_the_anchors(tmp_path: Path) -> None:
    given = ["check", "--voc", large(tmp_path), "--trainer", "yolov5", "--quiet", "--strict"]
    missing = run(*given, "--anchors", "4,4, 5,5, 6,6")
    advice = missing.out.splitlines()[2]
    assert advice.startswith("warning: use fresh ones: in training 99.9% of the boxes are below")
    assert missing.code == 0  # advice fails nothing, with --strict neither
    fitting = json.loads(
        run(*given, "--anchors", "90,90, 160,160, 270,270", "--format", "json").out
    )
    found = next(one for one in fitting["findings"] if one["code"] == "keep-present")
    assert (found["level"], found["line"]) == ("note", None)
    assert found["text"].startswith("keep these: in training")
    assert "use-fresh" not in [one["code"] for one in fitting["findings"]]
    github = run(*given, "--anchors", "4,4, 5,5, 6,6", "--format", "github").out
    assert "::warning title=use-fresh::use fresh ones" in github


def test_without_augmentation_a_check_judges_by_labels(tmp_path: Path) -> None:
    given = ["check", "--voc", large(tmp_path), "--trainer", "yolov5", "--format", "json"]
    for more, unknown in ((["--augment", "none"], True), ([], False)):
        result = json.loads(run(*given, "--anchors", "4,4, 5,5, 6,6", *more).out)
        assert ("training-unknown" in [one["code"] for one in result["findings"]]) is unknown
