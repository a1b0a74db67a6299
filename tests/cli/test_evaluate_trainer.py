import csv
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from annotations import annotation, annotation_object, voc_folder
from cfgs import TINY, yolo
from command import run

from anchorkit.boxes import boxes_of
from anchorkit.loaders.npz import save_boxes

SQUARES = "10,10, 100,100, 300,300"
FIGURES = ["mean_iou", "below_half", "best_possible_recall", "fitness"]


def square(x: int, y: int, width: int, height: int, name: str = "cat") -> str:
    return annotation_object((x, y, x + width, y + height), name)


def data(root: Path, *objects: str, side: int = 640) -> Path:
    return voc_folder(root / "voc", {"a.xml": annotation(*objects, size=(side, side))})


def three(root: Path) -> Path:
    """A box that the first anchor learns, one just beyond its factor of 4, one of two pixels."""
    return data(
        root, square(100, 100, 10, 10), square(300, 300, 41, 10, "dog"), square(0, 0, 2, 50, "dog")
    )


def results(*arguments: object) -> list[dict[str, Any]]:
    done = run("evaluate", *arguments, "--format", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["results"]
    return found


def test_yolov5_trains_a_box_in_three_cells_and_leaves_what_is_beyond_the_factor(
    tmp_path: Path,
) -> None:
    found = results("--voc", three(tmp_path), "--trainer", "yolov5", "--anchors", SQUARES)[0]
    assigned = found["assignment"]
    assert assigned["trainer"] == "yolov5"
    assert [
        (head["stride"], head["anchors"], head["positives"], head["truths"])
        for head in assigned["heads"]
    ] == [(8, [[10, 10]], 3, 1), (16, [[100, 100]], 0, 0), (32, [[300, 300]], 0, 0)]
    assert assigned["anchors"] == [3, 0, 0]
    assert [assigned[key] for key in ("untrained", "dropped", "overwritten")] == [1, 1, 0]
    assert assigned["classes"] == [
        {"name": "cat", "untrained": 0, "dropped": 0, "boxes": 1},
        {"name": "dog", "untrained": 1, "dropped": 1, "boxes": 2},
    ]
    assert assigned["sizes"] == [{"name": "under 32x32", "untrained": 1, "dropped": 1, "boxes": 3}]


def test_a_larger_factor_trains_the_box(tmp_path: Path) -> None:
    given = ["--voc", three(tmp_path), "--trainer", "yolov5", "--anchors", SQUARES]
    assigned = results(*given, "--anchor-t", "4.2")[0]["assignment"]
    assert (assigned["untrained"], assigned["heads"][0]["truths"]) == (0, 2)


def test_the_trainers_input_is_taken_where_none_is_asked_for(tmp_path: Path) -> None:
    given = ["--voc", three(tmp_path), "--trainer", "yolov5", "--anchors", SQUARES]
    result = json.loads(run("evaluate", *given, "--format", "json").out)
    assert (result["input"], result["resize"]) == ([640, 640], "letterbox")
    given += ["--input", "320", "--resize", "stretch"]
    result = json.loads(run("evaluate", *given, "--format", "json").out)
    assert (result["input"], result["resize"]) == ([320, 320], "stretch")


def test_networks_of_four_heads_have_their_own_strides(tmp_path: Path) -> None:
    given = ["--voc", three(tmp_path), "--trainer", "yolov5", "--preset", "yolov5-p6"]
    heads = results(*given)[0]["assignment"]["heads"]
    assert [(head["stride"], len(head["anchors"])) for head in heads] == [
        *((8, 3), (16, 3), (32, 3), (64, 3))
    ]


def test_the_list_names_each_box_that_is_never_trained(tmp_path: Path) -> None:
    path = tmp_path / "untrained.csv"
    given = ["--voc", three(tmp_path), "--trainer", "yolov5", "--anchors", SQUARES]
    more = annotation(square(300, 300, 1, 10), size=(640, 640))
    voc_folder(tmp_path / "voc", {"b.xml": more})
    done = run("evaluate", *given, "--untrained", path)
    assert f"{path}: written, 3 boxes" in done.err
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [Path(row.pop("file")).name for row in rows] == ["a.xml", "a.xml", "b.xml"]
    assert [tuple(row.values()) for row in rows] == [
        ("2", "dog", "41", "10", "no anchor of a head within a factor of 4", "anchors"),
        ("3", "dog", "2", "50", "a side of 2 px or less", "anchors"),
        ("1", "cat", "1", "10", "a side of 2 px or less", "anchors"),
    ]


def test_the_list_says_which_anchor_in_no_mask_a_box_is_nearest_to(tmp_path: Path) -> None:
    cfg, path = tmp_path / "tiny.cfg", tmp_path / "untrained.csv"
    cfg.write_text(TINY)  # anchor 0, 10x13, is in no mask
    boxes = data(tmp_path, square(5, 5, 11, 13), square(9, 9, 16, 30), side=416)
    assert run("evaluate", "--voc", boxes, "--cfg", cfg, "--untrained", path).code == 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["width at input"], row["why"]) for row in csv.DictReader(file)]
    assert rows == [("11", "nearest to 10x13, which is in no mask")]


def test_a_list_replaces_a_list_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "untrained.csv"
    given = ["--voc", three(tmp_path), "--trainer", "yolov5", "--anchors", SQUARES]
    for _ in range(2):
        assert run("evaluate", *given, "--untrained", path).code == 0
    path.write_text("file,notes\n")
    done = run("evaluate", *given, "--untrained", path)
    assert (done.code, path.read_text()) == (1, "file,notes\n")
    assert "holds something else than a list of untrained boxes" in done.err


def test_darknet_trains_as_the_cfg_has_its_heads(tmp_path: Path) -> None:
    cfg = tmp_path / "tiny.cfg"
    cfg.write_text(TINY)  # anchor 0, 10x13, is in no mask
    boxes = data(
        *(tmp_path, square(5, 5, 10, 13), square(100, 100, 16, 30), square(101, 100, 16, 30)),
        square(200, 200, 59, 119),
        side=416,
    )
    assigned = results("--voc", boxes, "--cfg", cfg, "--trainer", "darknet")[0]["assignment"]
    assert [
        (head["stride"], head["anchors"], head["positives"], head["overwritten"])
        for head in assigned["heads"]
    ] == [(16, [[16, 30], [33, 23], [30, 61]], 2, 1), (32, [[30, 61], [62, 45], [59, 119]], 1, 0)]
    assert (assigned["untrained"], assigned["dropped"], assigned["overwritten"]) == (1, 0, 1)


def test_a_trainer_alone_is_judged_by_its_default_anchors(tmp_path: Path) -> None:
    given = ["--voc", three(tmp_path), "--trainer", "yolov7"]
    alone, named = results(*given)[0], results(*given, "--preset", "yolov7")[0]
    assert alone.pop("default_of") == "yolov7"
    assert alone == named
    given += ["--augment", "none"]
    shown = run("evaluate", *given)
    assert "\nyolov7, 9 anchors, the default of yolov7\n" in shown.out
    assert "the default of" not in run("evaluate", *given, "--preset", "yolov7").out
    markdown = run("evaluate", *given, "--format", "markdown").out
    assert markdown.startswith("### yolov7, the default of yolov7: mean IoU ")


def test_default_anchors_are_scaled_to_the_input_and_say_so(tmp_path: Path) -> None:
    given = ["--voc", three(tmp_path), "--trainer", "yolov5", "--input", "1280x640"]
    found = results(*given)[0]
    assert found["scaled_from"] == [640, 640]
    assert found["anchors"][:2] == [[20, 13], [32, 30]]
    done = run("evaluate", *given)
    assert "yolov5, 9 anchors, the default of yolov5 scaled from 640x640\n" in done.out
    assert "taken as they are" not in done.err


def test_a_cfg_alone_means_darknet_and_shows_who_trains_which_box(tmp_path: Path) -> None:
    cfg = tmp_path / "tiny.cfg"
    cfg.write_text(TINY)
    given = ["--voc", data(tmp_path, square(5, 5, 10, 13), side=416), "--cfg", cfg]
    alone = run("evaluate", *given)
    assert "tiny: who trains which box, by the rule of darknet\n" in alone.out
    assert alone == run("evaluate", *given, "--trainer", "darknet")


def test_a_cfg_alone_asks_for_no_positions_that_saved_boxes_lack(tmp_path: Path) -> None:
    cfg, saved = tmp_path / "tiny.cfg", tmp_path / "old.npz"
    cfg.write_text(TINY)
    save_boxes(saved, replace(boxes_of([(0.1, 0.2)]), centres=None))
    given = ["evaluate", "--boxes", saved, "--cfg", cfg, "--augment", "none"]
    done = run(*given)
    assert (done.code, "who trains which box" in done.out) == (0, False)
    assert "note: no word of who trains which box: " in done.err
    for asked in (["--trainer", "darknet"], ["--untrained", tmp_path / "list.csv"]):
        assert run(*given, *asked).code == 1


def test_anchors_beside_a_cfg_are_judged_by_its_iou_thresh(tmp_path: Path) -> None:
    boxes, cfg = data(tmp_path, square(100, 100, 16, 30), side=416), tmp_path / "own.cfg"
    positives = []
    for extra in ([], ["iou_thresh=0.4"]):
        cfg.write_text(yolo(masks=["0,1,2"], strides=[8], count=3, extra=extra))
        found = results("--voc", boxes, "--cfg", cfg, "--anchors", "10,13, 16,30, 33,23")
        positives.append([one["assignment"]["anchors"] for one in found])
    assert positives == [[[0, 1, 0]] * 2, [[0, 1, 1]] * 2]


def test_iou_thresh_of_the_cfg_trains_further_anchors(tmp_path: Path) -> None:
    boxes = data(tmp_path, square(100, 100, 16, 30), side=416)
    positives = []
    for number, extra in enumerate(([], ["iou_thresh=0.4"])):
        cfg = tmp_path / f"{number}.cfg"
        cfg.write_text(yolo(masks=["0,1,2"], strides=[8], count=3, extra=extra))
        given = ("--voc", boxes, "--cfg", cfg, "--trainer", "darknet")
        positives.append(results(*given)[0]["assignment"]["anchors"])
    # IoU of 16x30 with 10x13 is 130/480, with 33x23 368/871
    assert positives == [[0, 1, 0], [0, 1, 1]]


def test_the_share_below_its_cell_is_of_the_boxes_that_a_head_trains(tmp_path: Path) -> None:
    boxes = data(tmp_path, square(50, 50, 9, 9), square(150, 50, 7, 9), square(250, 50, 200, 200))
    given = ["--voc", boxes, "--trainer", "yolov5", "--anchors", SQUARES]
    heads = results(*given)[0]["assignment"]["heads"]
    assert [head["share_below_cell"] for head in heads] == [0.5, 0, 0]


def test_a_table_says_who_trains_which_box(tmp_path: Path) -> None:
    given = ["--voc", three(tmp_path), "--trainer", "yolov5", "--anchors", SQUARES]
    lines = run("evaluate", *given, "--augment", "none").out.splitlines()
    start = lines.index("anchors: who trains which box, by the rule of yolov5")
    assert lines[start + 2].split() == ["8", "1.25x1.25", "1", "3", "0", "0.0%"]
    assert lines[-3:] == [
        "of 3 boxes: 1 never trained (33.3%), 1 dropped before for their size (33.3%)",
        "  under 32x32: 1 never trained, 1 dropped, of 3",
        "  class dog: 1 never trained, 1 dropped, of 2",
    ]
    shown = run("evaluate", *given, "--format", "markdown").out
    assert "| 8 | 1.25x1.25 | 1 | 3 | 0 | 0.0% |" in shown


def test_what_is_not_modelled_is_a_note_and_no_list(tmp_path: Path) -> None:
    given = ["evaluate", "--voc", three(tmp_path), "--trainer", "mmdet", "--anchors", SQUARES]
    done = run(*given, "--format", "json")
    assert "assignment" not in json.loads(done.out)["results"][0]
    assert "--trainer mmdet: its rule of who trains which box is not modelled" in done.err
    assert run(*given, "--untrained", tmp_path / "list.csv").code == 2
    assert run(*given[:3], "--preset", "yolov3", "--untrained", tmp_path / "a.csv").code == 2


def test_fewer_anchors_than_heads_are_told(tmp_path: Path) -> None:
    done = run("evaluate", "--voc", three(tmp_path), "--trainer", "tao", "--anchors", "10,10")
    assert "anchors: no word of who trains which box: too few for the heads" in done.err
    assert done.code == 0


def test_each_set_of_anchors_has_figures_as_labelled_and_in_training(tmp_path: Path) -> None:
    given = ["--voc", three(tmp_path), "--anchors", SQUARES, "--preset", "yolov5"]
    given += ["--input", "640", "--augment", "yolov5"]
    found = results(*given)
    for one in found:
        assert list(one["training"]) == ["source", *FIGURES, "lost", "boxes"]
        assert list(one["labelled"]) == FIGURES
        assert one["labelled"]["mean_iou"] == one["mean_iou"]
    assert found[0]["training"]["source"] == "yolov5"
    assert found[0]["training"]["mean_iou"] != found[1]["training"]["mean_iou"]
    lines = [line.split() for line in run("evaluate", *given).out.splitlines()]
    start = lines.index(["as", "labelled", "in", "training"])
    row = [f"{found[1][of]['mean_iou']:.4f}" for of in ("labelled", "training")]
    assert lines[start + 1 : start + 4 : 2] == [["mean", "IoU"], ["anchors", *row]]


def test_one_cfg_or_a_trainer_implies_its_augmentation_and_none_turns_it_off(
    tmp_path: Path,
) -> None:
    cfg = tmp_path / "tiny.cfg"
    cfg.write_text(TINY)
    given = ("--voc", data(tmp_path, square(100, 100, 40, 60), side=416), "--cfg", cfg)
    assert results(*given)[0]["training"]["source"] == str(cfg)
    assert "training" not in results(*given, "--augment", "none")[0]
    assert "training" not in results(*given, "--cfg", cfg)[0]
    by_trainer = results(*given, "--trainer", "yolov7")[0]
    assert by_trainer["training"]["source"] == "yolov7"
    assert results(*given, "--augment", "darknet")[0]["training"]["source"] == "darknet"


def test_what_was_asked_for_and_cannot_be_had_fails(tmp_path: Path) -> None:
    given = ["evaluate", "--voc", three(tmp_path), "--anchors", SQUARES]
    assert run(*given, "--augment", tmp_path / "no.cfg").code == 2
    assert run(*given, "--anchor-t", "1").code == 2


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")
@pytest.mark.parametrize(
    ("factor", "positives", "truths", "untrained"),
    [
        ("4", [5662, 40277, 38451], [1344, 4833, 4866], 0),
        ("3.3744", [2845, 33715, 32062], [553, 4698, 4808], 0),
    ],
)
def test_yolov5s_own_counts_on_bccd(
    factor: str, positives: list[int], truths: list[int], untrained: int
) -> None:
    bccd = Path(os.environ["ANCHORKIT_DATA"], "bccd")
    given = ["--voc", bccd, "--trainer", "yolov5", "--preset", "yolov5", "--augment", "none"]
    found = results(*given, "--anchor-t", factor)[0]["assignment"]
    assert [head["positives"] for head in found["heads"]] == positives
    assert [head["truths"] for head in found["heads"]] == truths
    assert found["untrained"] == untrained


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")
@pytest.mark.parametrize(
    ("extra", "positives", "overwritten"),
    [([], [533, 4353], 21), (["iou_thresh=0.213"], [5004, 8361], 42)],
)
def test_darknets_own_counts_on_bccd(
    tmp_path: Path, extra: list[str], positives: list[int], overwritten: int
) -> None:
    cfg = tmp_path / "tiny.cfg"
    text = yolo(masks=["3,4,5", "0,1,2"], strides=[32, 16], count=6, extra=extra)
    line = next(line for line in text.splitlines() if line.startswith("anchors"))
    cfg.write_text(text.replace(line, "anchors = 10,14, 23,27, 37,58, 81,82, 135,169, 344,319"))
    given = ("--voc", Path(os.environ["ANCHORKIT_DATA"], "bccd"), "--cfg", cfg)
    found = results(*given, "--trainer", "darknet", "--augment", "none")[0]["assignment"]
    assert [head["positives"] for head in found["heads"]] == positives
    assert found["overwritten"] == overwritten
