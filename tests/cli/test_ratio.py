"""`--update ratio` and `--anchor-t`: the figures by which YOLOv5 judges anchors."""

import json
from pathlib import Path
from typing import Any

import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

SAMPLE = Path(__file__).parents[2] / "sample_voc"


def two_boxes(folder: Path) -> Path:
    """An image of 640 x 640 with boxes of 100 x 100 and 100 x 50."""
    objects = [annotation_object((0, 0, 100, high)) for high in (100, 50)]
    return voc_folder(folder, {"a.xml": annotation(*objects, size=(640, 640))})


def found(*arguments: object) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(run(*arguments, "--format", "json").out)
    return result


@pytest.mark.parametrize(
    ("more", "figures"),
    [
        ((), {"best_possible_recall": 1, "anchors_past_threshold": 1, "fitness": 0.75}),
        # Exactly the factor is not within it
        (
            ("--anchor-t", 2),
            {"best_possible_recall": 0.5, "anchors_past_threshold": 0.5, "fitness": 0.5},
        ),
    ],
)
def test_figures_of_ratios_are_those_worked_by_hand(
    tmp_path: Path, more: tuple[object, ...], figures: dict[str, float]
) -> None:
    asked = ("evaluate", "--voc", two_boxes(tmp_path), "--anchors", "100,100")
    (one,) = found(*asked, "--trainer", "yolov5", "--augment", "none", *more)["results"]
    assert one | figures == one
    text = run(*asked, "--trainer", "yolov7", "--augment", "none", *more).out
    assert f"within a factor of {more[1] if more else 4}\n" in text
    assert f"fitness                 {figures['fitness']:.4f}" in text
    assert "fitness" not in found(*asked, "--trainer", "darknet")["results"][0]


def test_anchors_of_highest_fitness_are_found_and_rounded_to_keep_it() -> None:
    asked = ("cluster", "--voc", SAMPLE, "--trainer", "yolov5", "--augment", "none", "-k", 4)
    by_iou, by_ratio = (found(*asked, "--update", update) for update in ("iou", "ratio"))
    assert by_ratio["fitness"] > by_iou["fitness"] + 0.002
    assert by_ratio["mean_iou"] < by_iou["mean_iou"]
    assert by_ratio["update"] == "ratio"


def test_without_a_trainer_of_that_rule_only_ratio_shows_fitness() -> None:
    asked = ("cluster", "--voc", SAMPLE, "-k", 2)
    assert "fitness" not in found(*asked)
    assert found(*asked, "--update", "ratio", "--anchor-t", 3)["anchor_t"] == 3


def test_the_defaults_have_the_same_figures() -> None:
    defaults = found("cluster", "--voc", SAMPLE, "--trainer", "yolov5", "--augment", "none")[
        "defaults"
    ]
    evaluated = found(
        *("evaluate", "--voc", SAMPLE, "--preset", "yolov5", "--trainer", "yolov5"),
        *("--augment", "none"),
    )["results"][0]
    for key in ("mean_iou", "best_possible_recall", "anchors_past_threshold", "fitness"):
        assert defaults[key] == evaluated[key]


def test_a_sweep_shows_fitness_that_never_falls() -> None:
    asked = ("sweep", "--voc", SAMPLE, "-k", "1-3", "--update", "ratio", "--precision", 3)
    fitness = [row["fitness"] for row in found(*asked)["rows"]]
    assert fitness == sorted(fitness)
    assert "recall  fitness" in run(*asked[:4], "1,2", *asked[5:]).out
