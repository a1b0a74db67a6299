"""What people type when they come from another tool, and what they are told."""

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
        (["extract", SAMPLE, "-o", "boxes"], "-o boxes: wanted a name that ends in .npz"),
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
