"""What people type when they come from another tool, and what they are told."""

import contextlib
from pathlib import Path

import pytest
from command import run

from anchorkit.cli.typed import rewritten

SAMPLE = str(Path(__file__).parents[2] / "sample_voc")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cluster", "-voc", SAMPLE], "-v: no such option; did you mean --voc?"),
        (["cluster", SAMPLE, "--letterbox"], "did you mean --resize letterbox?"),
        (["cluster", SAMPLE, "-n", "9"], "did you mean -k?"),
        (["cluster", SAMPLE, "--size", "416"], "did you mean --input?"),
        (["cluster", SAMPLE, "--imgsz=640"], "did you mean --input?"),
        (["cluster", SAMPLE, "-width", "416"], "did you mean --input WxH?"),
        (["cluster", "https://example.org/a.zip"], "found an address: https://example.org/a.zip"),
        (["evaluate", SAMPLE, "--preset", "YOLOv33"], "did you mean yolov3?"),
        (["evaluate", SAMPLE, "--preset", "yolov8"], "has no anchors"),
        (["extract", SAMPLE, "-o", "boxes"], "wanted a name that ends in .npz, such as boxes.npz"),
        (["kmeans", SAMPLE], "no such command 'kmeans': did you mean cluster?"),
        ([SAMPLE], f"did you mean cluster {SAMPLE}?"),
        (["--voc", SAMPLE], "wanted behind one, as in anchorkit cluster --voc"),
        (["-v"], "-v: no such option; did you mean --version?"),
        (["inspect", SAMPLE, "--plot", "a.png"], "here; cluster, sweep and cost have it"),
        (
            ["apply", "x.cfg", "--voc", SAMPLE],
            "here; cluster, inspect, evaluate and others have it",
        ),
        (["cluster", SAMPLE, "-o", "a.txt"], "did you mean --export csv:FILE?"),
        (["cluster", SAMPLE, "--input", "608,416"], "did you mean 608x416?"),
        (["cluster", SAMPLE, "--input", "416", "416"], "two sides are written 608x416"),
        (["cluster", SAMPLE, "-k", "3,6,9"], "found '3,6,9'; anchorkit sweep takes several"),
        (["cluster", SAMPLE, "--classes", "dog"], "--class NAME takes only the boxes of a class"),
        (["cluster", SAMPLE, "--trainer", "yolov3"], "did you mean darknet?"),
        (["cluster", SAMPLE, "--trainer", "YOLO"], "did you mean yolov5 or yolov7?"),
        (["cluster", SAMPLE, "--export", "mmdetection"], "did you mean mmdet?"),
        (["cluster", SAMPLE, "--export", "yolov8"], "has no anchors"),
        (["cluster", SAMPLE, "--export", "json"], "--format json writes the result so"),
        (["cluster", SAMPLE, "--augment", "yolov8"], "has no anchors"),
        (["sweep", SAMPLE, "--holdout", "20%"], "found '20%'; did you mean 0.2?"),
        (["check", "x.cfg", SAMPLE, "--min-iou", "70"], "found '70'; did you mean 0.7?"),
        (["sweep", SAMPLE, "--distance", "euclid"], "did you mean euclidean?"),
        (["check", SAMPLE], "found none"),
        (["guide", "yolov5"], "anchorkit guide trainers speaks of it"),
    ],
)
def test_the_answer_says_what_was_meant(words: list[str], told: str) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert done.err.count("\n") == 1


def test_an_option_of_another_command_is_not_proposed() -> None:
    assert "did you mean" not in run("guide", "--letterbox").err


def test_help_and_version_are_words_too() -> None:
    assert run("help").out == run("--help").out
    assert run("help", "cluster").out == run("cluster", "--help").out
    assert run("version").out == run("--version").out
    assert run("help", "clustr").code == 2


def test_pairs_behind_anchors_belong_to_it_unless_a_file_has_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["evaluate", "--anchors", "10x13", "16x30,", "33x23", "data"]
    assert rewritten(words) == ["evaluate", "--anchors", "10x13,16x30,33x23", "data"]
    Path("33x23").mkdir()
    assert rewritten(words) == ["evaluate", "--anchors", "10x13,16x30", "33x23", "data"]
    assert rewritten(["x", "--anchors", "a.txt", "16x30"]) == ["x", "--anchors", "a.txt", "16x30"]


def test_the_case_of_an_export_does_not_matter(tmp_path: Path) -> None:
    upper, lower = (run("cluster", SAMPLE, "-k", 3, "--export", one) for one in ("RKNN", "rknn"))
    assert upper == lower
    assert lower.code == 0


def test_a_path_that_is_not_there_is_answered_with_the_one_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("VOC2007").mkdir()
    Path("bare.cfg").touch()
    assert run("cluster", "VOC207").err.endswith("found nothing there; did you mean VOC2007?\n")
    assert run("cluster", "--voc", "VOC207").err.endswith("; did you mean VOC2007?\n")
    # of another file only the extension is alike, and a link that leads nowhere is not meant
    with contextlib.suppress(OSError):
        Path("old.cfg").symlink_to("gone.txt")
    assert run("check", "old.cfg").err.endswith("wanted a cfg, found nothing there\n")
    assert run("check", "nowhere.cfg").err.endswith("wanted a cfg, found nothing there\n")


def test_what_was_filtered_away_is_said_by_which_option() -> None:
    done = run("cluster", SAMPLE, "--min-size", 1000)
    assert done.err.endswith("292 filtered by --min-size\n")


def test_anchors_that_are_fractions_are_a_warning() -> None:
    done = run("evaluate", SAMPLE, "--anchors", "0.1,0.2, 0.5,1")
    assert "warning: anchors: no side is above 1 pixel of 416x416: if these are fract" in done.err
    assert "warning" not in run("evaluate", SAMPLE, "--anchors", "0.1,0.2, 0.5,1.1").err


def test_anchors_that_may_be_cells_are_a_warning() -> None:
    cells = "1.3221,1.73145, 3.19275,4.00944, 5.05587,8.09892, 9.47112,4.84053, 11.2364,10.0071"
    for command in ("evaluate", "check"):
        done = run(command, SAMPLE, "--anchors", cells)
        assert "warning: anchors: all anchors would fit into the grid of stride 32" in done.err
    for pixels in ("1,2, 3,4, 5.5,6", f"{cells}, 14,14", "1.5,2.5, 3.5,4.5"):
        assert "warning" not in run("evaluate", SAMPLE, "--anchors", pixels).err
    assert "warning" not in run("evaluate", SAMPLE, "--preset", "yolov2-voc").err


def test_data_of_which_nothing_can_be_used_may_be_of_another_format(tmp_path: Path) -> None:
    done = run("cluster", "--yolo", SAMPLE)
    assert done.code == 1
    typed = Path(SAMPLE).as_posix()
    assert f"warning: --yolo {typed}: looks like XML: --voc {typed} reads it\n" in done.err
    labels = tmp_path / "labels"
    labels.mkdir()
    (labels / "a.txt").write_text("0 0.5 0.5 0.2 0.3\n")
    done = run("cluster", "--kitti", labels)
    assert f"looks like label files: --yolo {labels.as_posix()} reads it\n" in done.err
    assert "looks like" not in run("cluster", "--voc", SAMPLE, "--min-size", 1000).err


def test_more_anchors_than_sizes_are_answered_with_what_to_do() -> None:
    done = run("cluster", SAMPLE, "-k", 400)
    assert "the boxes have 290 distinct sizes: take fewer, or --trainer NAME, which" in done.err
