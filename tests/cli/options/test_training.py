"""`--augment`: where the figures in training come from, and what becomes of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfgs import V3
from command import run

from anchorkit.cli.options.training import NAMED
from anchorkit.training.augmentation_settings import NAMED as KNOWN

SAMPLE = Path(__file__).parents[3] / "sample_voc"
STILL = "scale: 0\ntranslate: 0\nmosaic: 0\n"


def found(*options: object) -> dict[str, Any]:
    done = run("cluster", "--voc", SAMPLE, "-k", 3, "--format", "json", *options)
    assert done.code == 0, done.err
    result: dict[str, Any] = json.loads(done.out)
    return result


def test_names_of_the_option_are_those_of_the_library() -> None:
    assert set(NAMED) == set(KNOWN)


def test_nothing_is_said_of_a_training_that_nobody_named() -> None:
    assert "training" not in found()
    assert "training" not in found("--augment", "none")


def test_boxes_that_training_leaves_alone_fit_as_they_do_labelled(tmp_path: Path) -> None:
    hyp = tmp_path / "still.yaml"
    hyp.write_text(STILL)
    result = found("--resize", "letterbox", "--augment", hyp)
    training, labelled = result["training"], result["labelled"]
    assert (training["source"], training["lost"]) == (str(hyp), 0)
    for key in ("mean_iou", "below_half", "best_possible_recall", "fitness"):
        assert training[key] == pytest.approx(labelled[key], abs=2e-3), key  # whole pixels
    moved = found("--resize", "letterbox", "--augment", "yolov5")
    assert moved["labelled"] == labelled
    assert moved["training"]["mean_iou"] != training["mean_iou"]


def test_a_cfg_that_is_written_to_says_how_it_is_trained(tmp_path: Path) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(V3)
    options = ("--cfg", cfg, "--dry-run")
    assert found(*options)["training"]["source"] == str(cfg)
    assert found(*options, "--augment", "yolov5")["training"]["source"] == "yolov5"
    assert "training" not in found(*options, "--augment", "none")
    # Named beside no cfg to write, it says the same
    again = found("--input", 416, "--augment", cfg)["training"]
    assert again["source"] == str(cfg)


@pytest.mark.parametrize(
    ("name", "content", "code", "message"),
    [
        ("nope", None, 2, "--augment nope: wanted one of yolov5, yolov5-high, yolov7, darknet, "),
        ("none.yaml", None, 2, "none.yaml: "),
        ("bad.yaml", "scale: [", 1, "bad.yaml: "),
        (
            "bad.cfg",
            "[net]\nwidth=416\nheight=416\n",
            1,
            "bad.cfg: no detection head, whose jitter",
        ),
        ("bad.cfg", "width=416\n", 1, "bad.cfg: line 1: "),
    ],
)
def test_a_source_that_says_nothing_is_one_line(
    name: str,
    content: str | None,
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path(name).write_text(content)
    done = run("cluster", "--voc", SAMPLE, "-k", 3, "--augment", name)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("anchorkit: error: ")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_what_a_cfg_implies_and_cannot_be_had_is_a_note_and_asked_for_an_error(
    tmp_path: Path,
) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(V3.replace("[net]", "[net]\nletter_box=1\nmosaic=1"))
    command = ("cluster", "--voc", SAMPLE, "--cfg", cfg, "--dry-run", "--format", "json")
    done = run(*command)
    assert done.code == 0
    assert "training" not in json.loads(done.out)
    (line,) = (line for line in done.err.splitlines() if "no figures in training" in line)
    assert line.startswith(f"anchorkit: note: no figures in training: {cfg}: ")
    asked = run(*command, "--augment", cfg)
    assert (asked.code, asked.out) == (1, "")
    assert asked.err.startswith(f"anchorkit: error: {cfg}: ")
