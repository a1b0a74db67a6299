"""`--trainer` in every command, what implies it, and what is set against it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from annotations import annotation, annotation_object, voc_folder
from command import Ran, run

from anchorkit.anchors.tiny_keras import UNUSED_SIDE, with_unused_first
from anchorkit.quality import evaluate
from anchorkit.training.trainers import TRAINERS

SAMPLE = Path(__file__).parents[2] / "sample_voc"
CFG = """[net]
width=608
height=320
channels=3
[convolutional]
filters=12
stride=32
size=32
[yolo]
mask = 0,1
anchors = 30,40, 90,80
classes=1
num=2
"""


def boxes_of(folder: Path, *sides: tuple[int, int], image: int = 416) -> Path:
    """A VOC folder whose single image has boxes of these sides."""
    objects = [annotation_object((0, 0, *pair)) for pair in sides]
    return voc_folder(folder, {"a.xml": annotation(*objects, size=(image, image))})


def cfg_file(folder: Path) -> Path:
    path = folder / "wide.cfg"
    path.write_text(CFG)
    return path


def result_of(done: Ran) -> dict[str, Any]:
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def cluster(*arguments: object) -> Ran:
    return run(
        "cluster", "--voc", SAMPLE, "-k", 3, "--augment", "none", *arguments, "--format", "json"
    )


@pytest.mark.parametrize("name", TRAINERS)
def test_a_trainer_sets_what_the_user_has_not(name: str) -> None:
    result = result_of(cluster("--trainer", name))
    row = TRAINERS[name]
    assert result["trainer"] == name
    assert (tuple(result["input"]), result["resize"]) == (row.network.size, row.network.resize)
    assert result["precision"] == row.precision


@pytest.mark.parametrize("command", ["inspect", "evaluate", "sweep", "check"])
def test_every_command_takes_a_trainer(command: str) -> None:
    own = {
        "evaluate": ["--preset", "yolov5"],
        "check": ["--preset", "yolov5"],
        "sweep": ["-k", "3"],
    }
    asked = [command, "--voc", str(SAMPLE), *own.get(command, []), "--trainer", "YOLOv5"]
    result = result_of(run(*asked, "--format", "json"))
    assert (result["trainer"], result["input"], result["resize"]) == (
        "yolov5",
        [640, 640],
        "letterbox",
    )
    line = "for yolov5 at 640x640, letterbox"
    assert line in run(*asked).out


def test_without_a_default_of_as_many_anchors_the_verdict_says_so() -> None:
    given = ["cluster", "--voc", SAMPLE, "--trainer", "yolov5", "--augment", "none"]
    said = (
        "note: no advice: no usual network of yolov5 comes with 6 anchors, only with 9 or 12: "
        "evaluate --trainer yolov5 judges its usual ones"
    )
    lines = run(*given, "-k", "6").out.splitlines()
    assert lines[1:3] == ["6 anchors for yolov5 at 640x640, letterbox; median update, seed 0", said]
    assert "no advice" not in run(*given).out
    alone = run("cluster", "--voc", SAMPLE, "-k", "1").out
    assert "no usual network comes with 1 anchor, only with 5, 6 or 9\n" in alone
    assert "no usual network comes with " in run("sweep", "--voc", SAMPLE, "-k", "1-3").out


def test_plot_takes_a_trainer(tmp_path: Path) -> None:
    done = run("plot", "--voc", SAMPLE, "--trainer", "yolov5", "-o", tmp_path / "a.png")
    assert done.code == 0


def test_what_was_implied_stands_in_the_line_of_the_anchors() -> None:
    done = run("cluster", "--voc", SAMPLE, "--export", "mmyolo")
    assert done.out.splitlines()[1].startswith("9 anchors for mmyolo at 640x640, letterbox; ")


def test_without_a_trainer_nothing_is_implied() -> None:
    done = run("cluster", "--voc", SAMPLE, "-k", 3)
    assert done.out.splitlines()[1] == (
        "3 anchors for input 416x416, stretch; median update, seed 0"
    )
    assert "trainer" not in result_of(cluster())


@pytest.mark.parametrize("name", ["csv", "hailo", "rknn", "openvino", "luxonis"])
def test_tables_and_deployed_networks_imply_nothing(tmp_path: Path, name: str) -> None:
    result = result_of(cluster("--export", f"{name}:{tmp_path / 'file'}"))
    assert "trainer" not in result
    assert (result["input"], result["resize"]) == ([416, 416], "stretch")


def test_a_cfg_means_darknet_with_its_own_values(tmp_path: Path) -> None:
    done = cluster("--cfg", cfg_file(tmp_path), "--dry-run", "--force")
    result = result_of(done)
    assert (result["trainer"], result["input"], result["resize"]) == (
        "darknet",
        [608, 320],
        "stretch",
    )
    assert "usually trains at" not in done.err, "the cfg says what darknet trains at"
    for command in ("evaluate", "check"):
        asked = (command, "--voc", SAMPLE, "--cfg", cfg_file(tmp_path), "--format", "json")
        assert json.loads(run(*asked).out)["trainer"] == "darknet"


@pytest.mark.parametrize(
    ("asked", "warnings"),
    [
        (("--input", 416), ["YOLOv5 usually trains at 640x640"]),
        (("--resize", "stretch"), ["YOLOv5 letterboxes images"]),
        (("--input", 416, "--resize", "stretch"), ["usually trains", "letterboxes images"]),
        (("--input", 640, "--resize", "letterbox"), []),
    ],
)
@pytest.mark.parametrize("by", ["--trainer", "--export"])
def test_what_is_set_against_a_trainer_is_a_warning(
    tmp_path: Path, by: str, asked: tuple[object, ...], warnings: list[str]
) -> None:
    value = "yolov5" if by == "--trainer" else f"yolov5:{tmp_path / 'a.yaml'}"
    done = cluster(by, value, *asked)
    assert done.code == 0
    lines = [line for line in done.err.splitlines() if "warning" in line and "rounding" not in line]
    assert len(lines) == len(warnings)
    assert all(part in line for part, line in zip(warnings, lines, strict=True))


def test_exports_that_imply_different_inputs_are_bad_usage(tmp_path: Path) -> None:
    exports = ("--export", f"yolov5:{tmp_path / 'a'}", "--export", f"paddle:{tmp_path / 'b'}")
    done = cluster(*exports)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "anchorkit: error: --export: wanted --input and --resize, or --trainer, where trainers "
        "differ: yolov5 640x640, letterbox; paddle 608x608, stretch\n"
    )
    assert cluster(*exports, "--input", 608).code == 2, "both are wanted"
    told = result_of(cluster(*exports, "--input", 608, "--resize", "stretch"))
    assert "trainer" not in told
    named = cluster(*exports, "--trainer", "yolov5")
    assert result_of(named)["trainer"] == "yolov5"
    assert "PaddleDetection usually trains at 608x608" in named.err


def test_exports_that_agree_on_the_input_imply_the_first(tmp_path: Path) -> None:
    done = cluster("--export", f"yolov7:{tmp_path / 'a'}", "--export", f"mmyolo:{tmp_path / 'b'}")
    assert result_of(done)["trainer"] == "yolov7"


def test_an_export_beside_a_cfg_is_for_the_input_of_the_cfg(tmp_path: Path) -> None:
    done = cluster(
        "--cfg", cfg_file(tmp_path), "--dry-run", "--force", "--export", f"mmyolo:{tmp_path / 'a'}"
    )
    assert result_of(done)["input"] == [608, 320]
    assert "MMYOLO usually trains at 640x640, these anchors are for 608x320" in done.err


def test_trainers_without_a_usual_input_say_where_it_is_decided() -> None:
    assert "give output_width x output_height of the spec with --input" in (
        cluster("--trainer", "tao").err
    )
    assert "tell" not in cluster("--trainer", "tao", "--input", "960x544").err


@pytest.mark.parametrize(("strides", "k"), [("8,16,32,64", 12), ("16,32", 6)])
def test_k_is_three_for_each_level(strides: str, k: int) -> None:
    asked = ("cluster", "--voc", SAMPLE, "--augment", "none", "--strides", strides)
    assert result_of(run(*asked, "--trainer", "yolov7", "--format", "json"))["k"] == k


@pytest.mark.parametrize("name", ["yolov8", "YOLOv8n-seg", "yolox", "yolov9-c", "rtdetr"])
@pytest.mark.parametrize("command", ["cluster", "inspect", "sweep"])
def test_a_model_without_anchors_is_told_in_one_line(command: str, name: str) -> None:
    done = run(command, "--voc", SAMPLE, "--trainer", name)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "has no anchors" in done.err


def test_a_near_name_is_offered() -> None:
    done = run("cluster", "--voc", SAMPLE, "--trainer", "yolo5")
    assert (done.code, done.err.rstrip()[-20:]) == (2, "did you mean yolov5?")


@pytest.mark.parametrize(
    ("trainer", "count", "way"),
    [("yolov5", 2, "2.01"), ("darknet", 0, ""), ("keras", 1, "1.01"), ("tao", 0, "")],
)
def test_boxes_that_the_trainer_drops_are_counted_and_kept(
    tmp_path: Path, trainer: str, count: int, way: str
) -> None:
    folder = boxes_of(tmp_path, (1, 50), (2, 2), (3, 3), (60, 60), (90, 70))
    asked = ("inspect", "--voc", folder, "--trainer", trainer, "--input", 416, "--format", "json")
    done = run(*asked)
    assert result_of(done)["boxes"] == 5, "never filtered by that"
    assert f"does not train {count} box" in done.err if count else "does not train" not in done.err
    if count:
        assert f"--min-size {way} leaves such out here as well" in done.err
        assert "does not train" not in run(*asked, "--min-size", way).err


# Few sizes


def test_few_sizes_are_filled_up_for_a_trainer(tmp_path: Path) -> None:
    folder = boxes_of(tmp_path, *[(40, 40)] * 5)
    asked = ("cluster", "--voc", folder, "--augment", "none", "--format", "json")
    plain = run(*asked)
    assert (plain.code, plain.out) == (1, "")
    assert "1 distinct size" in plain.err
    for more in (("--trainer", "darknet"), ("--export", f"csv:{tmp_path / 'a.csv'}")):
        done = run(*asked, *more)
        result = result_of(done)
        assert (result["filled"], result["k"], result["mean_iou"]) == (8, 9, 1.0)
        assert len({tuple(pair) for pair in result["anchors"]}) == 9
        assert "the boxes have 1 distinct size, 9 anchors are needed: 8 filled in" in done.err


def test_as_many_sizes_as_anchors_need_no_filling(tmp_path: Path) -> None:
    folder = boxes_of(tmp_path, (40, 40), (60, 80), (90, 90))
    asked = ("cluster", "--voc", folder, "-k", 3, "--trainer", "darknet", "--format", "json")
    assert "filled" not in result_of(run(*asked))


def test_far_more_anchors_than_any_trainer_needs_are_not_filled_in(tmp_path: Path) -> None:
    folder = boxes_of(tmp_path, (40, 40))
    assert run("cluster", "--voc", folder, "-k", 500, "--trainer", "darknet").code == 1


def test_a_cfg_is_filled_up_as_well(tmp_path: Path) -> None:
    folder = boxes_of(tmp_path, (40, 40))
    asked = ("cluster", "--voc", folder, "--cfg", cfg_file(tmp_path), "--format", "json")
    assert result_of(run(*asked))["filled"] == 1


def test_a_sweep_ends_at_the_number_of_sizes(tmp_path: Path) -> None:
    folder = boxes_of(tmp_path, (40, 40), (60, 80), (90, 90))
    done = run("sweep", "--voc", folder, "-k", "1-12", "--format", "json")
    assert [row["k"] for row in result_of(done)["rows"]] == [1, 2, 3]
    assert "the boxes have 3 distinct sizes: the sweep ends at k = 3" in done.err
    assert run("sweep", "--voc", folder, "-k", "4-12").code == 1


# keras-yolo3


def test_six_anchors_for_keras_stand_behind_one_that_is_never_used(tmp_path: Path) -> None:
    path = tmp_path / "tiny_yolo_anchors.txt"
    done = run("cluster", "--voc", SAMPLE, "-k", 6, "--export", f"keras:{path}", "--format", "json")
    result = result_of(done)
    five = result_of(run("cluster", "--voc", SAMPLE, "-k", 5, "--format", "json"))
    assert result["k"] == 6
    assert result["anchors"] == [[0.001, 0.001], *five["anchors"]]
    assert result["mean_iou"] == five["mean_iou"]
    assert result["clusters"][0]["boxes"] == 0
    # As keras-yolo3 reads it
    numbers = [float(number) for number in path.read_text().splitlines()[0].split(",")]
    assert len(numbers) == 12
    assert "five are fitted, behind one that no box is nearest to" in done.err


def test_no_box_of_a_pixel_or_more_is_nearest_to_the_unused_anchor() -> None:
    extreme = [(1.0, 1.0), (1.0, 700.0), (700.0, 1.0), (700.0, 700.0)]
    for fitted in extreme:
        six = with_unused_first([fitted] * 5)
        assert six[0].tolist() == [UNUSED_SIDE] * 2
        assert evaluate(extreme, six).labels.min() > 0


@pytest.mark.parametrize("more", [("--export", "yolov5"), ("--export", "hailo")])
def test_others_would_use_the_unused_anchor(more: tuple[str, str]) -> None:
    asked = ("cluster", "--voc", SAMPLE, "-k", 6, "--export", "keras", *more)
    done = run(*asked, "--input", 416, "--resize", "stretch")
    assert done.code == 2
    assert f"wanted it alone, found --export {more[1]} beside it" in done.err


# Reading exports back


@pytest.mark.parametrize("name", ["yolov5", "mmdet", "paddle", "tao", "matlab"])
def test_an_export_brings_its_input_and_resizing_along(tmp_path: Path, name: str) -> None:
    path = tmp_path / "export.txt"
    frame = ("--input", 320, "--resize", "letterbox")
    found = result_of(cluster("--export", f"{name}:{path}", *frame))
    done = run("evaluate", "--voc", SAMPLE, "--anchors", path, "--format", "json")
    result = result_of(done)
    assert (result["input"], result["resize"], done.err) == ([320, 320], "letterbox", "")
    assert result["results"][0]["anchors"] == found["anchors"]
    assert result["results"][0]["mean_iou"] == found["mean_iou"]
    other = run("evaluate", "--voc", SAMPLE, "--anchors", path, "--input", 416)
    assert "warning: export is meant for input 320x320" in other.err


def test_exports_that_differ_are_bad_usage_unless_an_option_says(tmp_path: Path) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path, side in zip(paths, (320, 640), strict=True):
        cluster("--export", f"yolov5:{path}", "--input", side)
    asked = ("evaluate", "--voc", SAMPLE, "--anchors", paths[0], "--anchors", paths[1])
    done = run(*asked)
    assert (done.code, done.out) == (2, "")
    assert "--anchors: wanted --input, where files differ: a is for 320x320, letterbox" in done.err
    told = run(*asked, "--input", 320)
    assert told.code == 0
    assert "warning: b is meant for input 640x640" in told.err


def test_anchors_for_another_trainer_are_judged_at_the_one_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "paddle.yaml"
    cluster("--export", f"paddle:{path}")
    asked = ("evaluate", "--voc", SAMPLE, "--anchors", path, "--augment", "none")
    done = run(*asked, "--trainer", "yolov5", "--format", "json")
    assert result_of(done)["input"] == [640, 640]
    assert "paddle is meant for input 608x608" in done.err
    own = run(*asked, "--trainer", "paddle", "--format", "json")
    assert result_of(own)["input"] == [608, 608]


def test_the_yaml_of_a_model_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "yolov5s.yaml"
    path.write_text(
        "nc: 1\nanchors:\n  - [10,13, 16,30]  # P3/8\n  - [60,70, 90,80]\nbackbone: []\n"
    )
    done = run("evaluate", "--voc", SAMPLE, "--anchors", path, "--format", "json")
    assert result_of(done)["results"][0]["anchors"] == [[10, 13], [16, 30], [60, 70], [90, 80]]


def test_yolov5_is_warned_of_levels_turned_round_on_stderr_and_in_the_file(tmp_path: Path) -> None:
    folder, path = boxes_of(tmp_path, (40, 40), (50, 50), (60, 60), image=640), tmp_path / "a.yaml"
    done = run("cluster", "--voc", folder, "-k", 3, "--export", f"yolov5:{path}")
    caution = "YOLOv5 6.0 and 6.1 turn the levels round here"
    assert f"anchorkit: warning: {caution}" in done.err
    assert f"\n# {caution}" in path.read_text()
    assert yaml.safe_load(path.read_text())["anchors"] == [[40, 40], [50, 50], [60, 60]]
