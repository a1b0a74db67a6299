"""`anchorkit apply` without a cfg: known anchors from one form to another."""

import json
from pathlib import Path

import pytest
from command import run

SAMPLE = Path(__file__).parents[2] / "sample_voc"


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    done = run("cluster", SAMPLE, "--export", "yolov5:found.yaml", "--augment", "none")
    assert done.code == 0
    return Path("found.yaml")


def test_known_anchors_go_to_stdout_in_another_form(found: Path) -> None:
    done = run("apply", "--anchors", found, "--export", "csv")
    assert (done.code, done.err) == (0, "")
    pairs = [line.split(",") for line in done.out.splitlines()[1:]]
    rknn = run("apply", "--anchors", found, "--export", "rknn").out.split()
    assert [float(side) for pair in pairs for side in pair] == [float(side) for side in rknn]
    assert len(pairs) == 9


def test_the_input_is_the_one_that_the_file_says(found: Path) -> None:
    text = run("apply", "--anchors", found, "--export", "hailo").out
    assert "for yolov5 in pixels of the input, 640x640, images letterboxed" in text


def test_anchors_of_another_input_than_the_trainer_has_are_a_warning(found: Path) -> None:
    Path("found.json").write_text(run("cluster", SAMPLE, "-k", 3, "--format", "json").out)
    done = run("apply", "--anchors", "found.json", "--export", "yolov5")
    assert "usually trains at 640x640, these anchors are for 416x416" in done.err
    assert "416x416, images stretched" in done.out


def test_a_file_is_written_and_named_and_json_has_the_anchors(found: Path) -> None:
    words = ["--anchors", "10,13, 16,30, 33,23", "--export", "yolov7:a.yaml", "--format", "json"]
    done = run("apply", *words)
    assert (done.code, done.err) == (0, "anchorkit: note: a.yaml: written\n")
    assert json.loads(done.out)["anchors"] == [[10, 13], [16, 30], [33, 23]]
    assert "[10,13]" in Path("a.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dry-run"], "--dry-run: wanted with --cfg FILE"),
        (["--export", "keras:nodir/a.txt"], "nodir: wanted a folder to write into"),
        (["--export", "keras:a.txt", "--export", "csv:a.txt"], "found a.txt twice"),
    ],
)
def test_what_cannot_be_is_bad_usage(found: Path, words: list[str], said: str) -> None:
    done = run("apply", "--anchors", found, "--export", "csv", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
