import json
import os
from pathlib import Path

import pytest
from command import run

from anchorkit.anchors.named import NamedAnchors
from anchorkit.anchors.presets import preset
from anchorkit.cli.options.anchors import network_for
from anchorkit.network_input import NetworkInput, PartialInput

SAMPLE = Path(__file__).parents[2] / "sample_voc"
CFG = """[net]
width={width}
height=320
channels=3
letter_box={letter_box}
[convolutional]
filters=12
stride=32
size=32
[{head}]
anchors = 1,2, 3,4
classes=1
num=2
"""


def cfg(folder: Path, *, width: int = 608, letter_box: int = 0, head: str = "yolo") -> Path:
    path = folder / f"{head}{width}.cfg"
    path.write_text(CFG.format(width=width, letter_box=letter_box, head=head))
    return path


def test_presets_cfgs_and_anchors_stand_side_by_side_in_that_order(tmp_path: Path) -> None:
    done = run(
        "evaluate", "--voc", SAMPLE, "--anchors", "10,13,16,30", "--cfg", cfg(tmp_path, width=320),
        "--preset", "yolov3", "--input", "416", "--format", "json",
    )  # fmt: skip
    results = json.loads(done.out)["results"]
    assert [(one["name"], one["kind"], one["k"]) for one in results] == [
        ("yolov3", "preset", 9),
        ("yolo320", "cfg", 2),
        ("anchors", "anchors", 2),
    ]
    assert results[2]["anchors"] == [[10, 13], [16, 30]]
    assert json.loads(done.out)["boxes"] == 292


def test_the_anchors_that_cluster_printed_are_judged_as_it_judged_them(tmp_path: Path) -> None:
    found = run("cluster", "--voc", SAMPLE, "-k", "4", "--format", "json").out
    (tmp_path / "new.json").write_text(found)
    text = run(
        "evaluate", "--voc", SAMPLE, "--anchors", tmp_path / "new.json", "--format", "json"
    ).out
    one, clustered = json.loads(text)["results"][0], json.loads(found)
    assert one["name"] == "new"
    for key in ("anchors", "mean_iou", "best_possible_recall", "clusters"):
        assert one[key] == clustered[key]


def test_region_anchors_of_a_cfg_are_cells(tmp_path: Path) -> None:
    path = cfg(tmp_path, width=320, head="region")
    done = run("evaluate", "--voc", SAMPLE, "--cfg", path, "--format", "json")
    assert json.loads(done.out)["results"][0]["anchors"] == [[32, 64], [96, 128]]


def test_input_and_resize_come_from_the_cfg(tmp_path: Path) -> None:
    done = run(
        "evaluate", "--voc", SAMPLE, "--cfg", cfg(tmp_path, letter_box=1), "--format", "json"
    )
    result = json.loads(done.out)
    assert (result["input"], result["resize"], done.err) == ([608, 320], "letterbox", "")


@pytest.mark.parametrize(
    ("asked", "used", "warnings"),
    [
        ((416, 416), (416, 416), ["wide"]),
        (None, (608, 320), ["yolov3"]),
        ((512, 512), (512, 512), ["wide", "yolov3"]),
    ],
)
def test_a_set_meant_for_another_input_is_warned_of(
    asked: tuple[int, int] | None, used: tuple[int, int], warnings: list[str]
) -> None:
    three = preset("yolov3")
    given = [
        NamedAnchors("wide", three.anchors, "cfg", PartialInput((608, 320), "stretch")),
        three,
        NamedAnchors("own", three.anchors, "anchors"),
    ]
    network, lines = network_for(given, PartialInput(asked))
    assert network == NetworkInput(*used, "stretch")
    assert [line.split()[0] for line in lines] == warnings
    assert all("its pixels are taken as they are" in line for line in lines)


def test_cfgs_that_disagree_about_their_input_leave_it_at_the_default(tmp_path: Path) -> None:
    wide = cfg(tmp_path, width=608, letter_box=1)
    square = cfg(tmp_path, width=320, letter_box=1)
    for pair in ((wide, square), (square, wide)):
        done = run(
            "evaluate", "--voc", SAMPLE, "--cfg", pair[0], "--cfg", pair[1], "--format", "json"
        )
        result = json.loads(done.out)
        assert result["input"] == [416, 416], f"{pair[0].name} and {pair[1].name} disagree"
        assert result["resize"] == "letterbox", "in this they agree"
        assert done.err.count(": its pixels are taken as they are at 416x416\n") == 2
        assert "yolo608 is meant for input 608x320" in done.err
        assert "yolo320 is meant for input 320x320" in done.err


def test_cfgs_that_disagree_about_resizing_leave_it_at_the_default(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    boxed, plain = cfg(tmp_path, letter_box=1), cfg(tmp_path / "other")
    for pair in ((boxed, plain), (plain, boxed)):
        done = run(
            "evaluate", "--voc", SAMPLE, "--cfg", pair[0], "--cfg", pair[1], "--format", "json"
        )
        result = json.loads(done.out)
        assert (result["input"], result["resize"]) == ([608, 320], "stretch"), "only the size is"
        assert done.err == ("anchorkit: warning: yolo608 is meant for letterbox, not for stretch\n")


def test_json_of_cluster_brings_its_input_and_resize(tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    frame = ("--input", "608x416", "--resize", "letterbox")
    path.write_text(run("cluster", "--voc", SAMPLE, "-k", 3, *frame, "--format", "json").out)
    judged = ("evaluate", "--voc", SAMPLE, "--anchors", path, "--format", "json")
    done = run(*judged)
    found, result = json.loads(path.read_text()), json.loads(done.out)
    assert (result["input"], result["resize"], done.err) == ([608, 416], "letterbox", "")
    assert result["results"][0]["mean_iou"] == found["mean_iou"]
    other = run(*judged, "--input", 416, "--resize", "stretch")
    assert json.loads(other.out)["input"] == [416, 416]
    assert "found is meant for input 608x416" in other.err
    assert "found is meant for letterbox, not for stretch" in other.err


def test_without_a_cfg_the_input_is_416_whatever_the_preset() -> None:
    done = run("evaluate", "--voc", SAMPLE, "--preset", "yolov4", "--format", "json")
    assert json.loads(done.out)["input"] == [416, 416]
    assert done.err == (
        "anchorkit: warning: yolov4 is meant for input 608x608: its pixels are taken as they are "
        "at 416x416\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--preset", "yolo3"], 2, "--preset yolo3: no such network; did you mean yolov3?"),
        ([], 2, "no anchors: name some with --anchors, --cfg or --preset, or a --trainer for its"),
        (["--cfg", "missing.cfg"], 2, "missing.cfg: wanted a cfg, found nothing there"),
        (["--cfg", str(SAMPLE / "README.md")], 1, "README.md: line "),
        (["--anchors", "1,2,3"], 1, "wanted pairs of width and height, found 3"),
    ],
)
def test_what_the_user_may_get_wrong_is_one_line(
    arguments: list[str], code: int, message: str
) -> None:
    done = run("evaluate", "--voc", SAMPLE, *arguments)
    assert done.code == code
    assert done.out == ""
    assert done.err.startswith("anchorkit: error: ")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_cfg_without_anchors_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "none.cfg"
    path.write_text("[net]\nwidth=416\nheight=416\n[convolutional]\nfilters=1\n")
    done = run("evaluate", "--voc", SAMPLE, "--cfg", path)
    assert (done.code, done.err) == (
        1,
        f"anchorkit: error: {path}: no detection head with anchors\n",
    )


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="ANCHORKIT_DATA is not set")
def test_figures_of_real_data_are_those_known() -> None:
    folder = Path(os.environ["ANCHORKIT_DATA"], "bccd")
    done = run("evaluate", "--voc", folder, "--preset", "yolov3", "--format", "json")
    assert round(json.loads(done.out)["results"][0]["mean_iou"], 4) == 0.6712
