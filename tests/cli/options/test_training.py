"""`--augment` and `--fit`, as users of `cluster` run them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from annotations import annotation, annotation_object, voc_folder
from cfgs import V3
from command import run

from anchorkit.cli.options.training import NAMED
from anchorkit.training import augmentation_settings

SAMPLE = Path(__file__).parents[3] / "sample_voc"
SQUARE = ("--input", "640", "--resize", "letterbox")


def clustered(*words: object) -> Any:
    ran = run("cluster", "--voc", SAMPLE, "-k", 6, *words, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_the_names_are_those_of_the_library() -> None:
    assert tuple(augmentation_settings.NAMED) == NAMED


def test_without_a_source_there_is_no_figure_of_training() -> None:
    assert "training" not in clustered()
    assert "training-unknown" in {one["code"] for one in clustered()["findings"]}


def test_figures_as_labelled_and_in_training_stand_side_by_side() -> None:
    result = clustered("--augment", "yolov5", *SQUARE)
    training = result["training"]
    assert {
        "source",
        "mean_iou",
        "below_half",
        "best_possible_recall",
        "fitness",
        "lost",
        "boxes",
    } <= (training.keys())
    assert training["source"] == "yolov5"
    assert (
        training["mean_iou"] < result["labelled"]["mean_iou"] == pytest.approx(result["mean_iou"])
    )
    assert 0 < training["lost"] < 1
    shown = run("cluster", "--voc", SAMPLE, "-k", 6, "--augment", "yolov5", *SQUARE).out
    assert f"{training['mean_iou']:.4f}" in shown
    assert "as labelled  in training" in shown


def test_fitted_to_training_anchors_fit_better_there_and_worse_on_labels() -> None:
    labels, training = (
        clustered("--augment", "yolov5", "--fit", fit, *SQUARE) for fit in ("labels", "training")
    )
    assert (labels["fit"], training["fit"]) == ("labels", "training")
    assert training["training"]["mean_iou"] > labels["training"]["mean_iou"]
    assert training["mean_iou"] < labels["mean_iou"]


def test_what_rounding_costs_is_told_of_the_boxes_that_are_fitted() -> None:
    given = ("--fit", "training", "--augment", "darknet", "--input", "32", "-k", "3")
    done = run("cluster", "--voc", SAMPLE, *given)
    said = r"costs 0\.\d{4} of mean IoU in training; --precision 1 keeps it at (0\.\d{4}) or more\n"
    message = re.search(said, done.err)
    assert message
    finer = json.loads(
        run("cluster", "--voc", SAMPLE, *given, "--precision", 1, "--format", "json").out
    )
    assert finer["training"]["mean_iou"] == pytest.approx(float(message[1]), abs=2e-4)
    assert abs(finer["mean_iou"] - float(message[1])) > 0.005


def test_the_seed_fixes_the_draw() -> None:
    first, again, other = (
        clustered("--augment", "darknet", "--seed", seed)["training"] for seed in (3, 3, 4)
    )
    assert first == again != other


def test_a_cfg_implies_its_own_augmentation_and_none_turns_it_off(tmp_path: Path) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(V3)
    implied = clustered("--cfg", cfg, "--dry-run")
    assert implied["training"]["source"] == str(cfg)
    assert "training" not in clustered("--cfg", cfg, "--dry-run", "--augment", "none")
    wild = tmp_path / "wild.cfg"
    wild.write_text(V3.replace("num=9", "num=9\njitter=.9"))
    wilder = clustered("--augment", wild)
    assert wilder["training"]["lost"] > implied["training"]["lost"]


def test_a_hyp_file_is_a_source(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    hyp = tmp_path / "hyp.yaml"
    hyp.write_text("scale: 0.0\ntranslate: 0.0\nmosaic: 0.0\n")
    result = clustered("--augment", hyp, *SQUARE)
    assert result["training"]["mean_iou"] == pytest.approx(result["mean_iou"], abs=0.005)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--augment", "middle"], 2, "--augment middle: wanted one of yolov5"),
        (["--augment", "gone.cfg"], 2, "gone.cfg"),
        (["--augment", "yolov5", "--input", "640x416"], 2, "square"),
        (["--fit", "training"], 2, "--fit training: wanted to know the training"),
        (["--fit", "training", "--augment", "none"], 2, "--fit training"),
    ],
)
def test_what_was_asked_for_and_cannot_be_had_is_an_error(
    words: list[str], code: int, message: str
) -> None:
    ran = run("cluster", "--voc", SAMPLE, *words)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_what_was_implied_and_cannot_be_had_is_a_note(tmp_path: Path) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(V3.replace("[net]", "[net]\nletter_box=1\nmosaic=1"))
    ran = run("cluster", "--voc", SAMPLE, "--cfg", cfg, "--dry-run", "--format", "json")
    assert ran.code == 0
    assert "note: no figures in training: " in ran.err
    assert "training" not in json.loads(ran.out)


def test_sizes_of_images_that_are_not_known_are_asked_for_where_they_are_needed(
    tmp_path: Path,
) -> None:
    text = annotation(annotation_object((1, 1, 9, 9)), size=None)
    root = voc_folder(tmp_path, {"a.xml": text})
    ran = run("cluster", "--voc", root, "-k", 1, "--augment", "yolov5", "--input", "640")
    assert ran.code == 1
    assert ran.err.count("error: ") == 1
