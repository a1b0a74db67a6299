"""Every export, read back by a parser of its own kind."""

import ast
import csv
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.anchors.export import FORMS, cautions, export
from anchorkit.anchors.text import parse_anchors
from anchorkit.darknet.sections import read_cfg
from anchorkit.errors import UsageError
from anchorkit.network_input import NetworkInput
from anchorkit.training.trainers import TRAINERS

COCO = [
    (10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (156, 198), (373, 326)
]  # fmt: skip
SHUFFLED = [COCO[place] for place in (4, 0, 8, 2, 6, 1, 3, 7, 5)]
MADE = ("anchorkit: 9 anchors for 416x416", "mean IoU 0.75\nover 12 boxes")
SQUARE = NetworkInput(416, 416)
Pair = tuple[float, float]


def python_names(text: str) -> dict[str, Any]:
    """Assignments of literals, of names assigned before, and of dict(...)."""
    names: dict[str, Any] = {}

    def value(node: ast.expr) -> Any:
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            assert node.func.id == "dict"
            return {keyword.arg: value(keyword.value) for keyword in node.keywords}
        return names[node.id] if isinstance(node, ast.Name) else ast.literal_eval(node)

    for statement in ast.parse(text).body:
        assert isinstance(statement, ast.Assign)
        (target,) = statement.targets
        assert isinstance(target, ast.Name)
        names[target.id] = value(statement.value)
    return names


def protobuf_strings(text: str) -> dict[str, str]:
    """String fields of protobuf text, one a line, comments from # to the end of the line."""
    fields = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            found = re.fullmatch(r'\s*([a-z_]+)\s*:\s*"([^"\\]*)"\s*(#.*)?', line)
            assert found, line
            fields[found[1]] = found[2]
    return fields


def matlab_matrix(text: str) -> list[Pair]:
    return [(float(row.split()[0]), float(row.split()[1])) for row in text.split(";")]


def matlab_value(text: str) -> str:
    code = "\n".join(line.split("%")[0] for line in text.splitlines())
    found = re.fullmatch(r"\s*anchorBoxes = (.*);\s*", code, re.DOTALL)
    assert found, code
    return found[1]


def pairs_of(numbers: Sequence[float]) -> list[Pair]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_yolov5_lists_levels_by_ascending_stride() -> None:
    document = yaml.safe_load(export("yolov5", SHUFFLED, made=MADE))
    assert [pairs_of(row) for row in document["anchors"]] == [COCO[:3], COCO[3:6], COCO[6:]]
    assert list(document) == ["anchors"]
    four = export("yolov5", COCO[:8], strides=[64, 32, 16, 8])
    assert [len(row) for row in yaml.safe_load(four)["anchors"]] == [4, 4, 4, 4]
    assert re.findall(r"P\d/\d+", four) == ["P3/8", "P4/16", "P5/32", "P6/64"]


def test_mmdet_lists_levels_from_large_to_small() -> None:
    head = python_names(export("mmdet", SHUFFLED, made=MADE))["model"]["bbox_head"]
    assert head["anchor_generator"] == {
        "type": "YOLOAnchorGenerator",
        "base_sizes": [COCO[6:], COCO[3:6], COCO[:3]],
        "strides": [32, 16, 8],
    }
    assert head["featmap_strides"] == [32, 16, 8]


def test_mmyolo_lists_levels_from_small_to_large() -> None:
    names = python_names(export("mmyolo", SHUFFLED, made=MADE))
    assert names["anchors"] == [COCO[:3], COCO[3:6], COCO[6:]]
    assert names["strides"] == [8, 16, 32]
    assert names["model"]["bbox_head"] == {
        "head_module": {"num_base_priors": 3, "featmap_strides": [8, 16, 32]},
        "prior_generator": {"base_sizes": names["anchors"], "strides": [8, 16, 32]},
    }
    assert python_names(export("mmyolo", COCO[:1], strides=[32]))["anchors"] == [[(10, 13)]]


def test_paddle_masks_begin_with_the_large_level_in_both_copies() -> None:
    document = yaml.safe_load(export("paddle", SHUFFLED, made=MADE))
    head = document["YOLOv3Head"]
    assert [tuple(pair) for pair in head["anchors"]] == COCO
    assert head["anchor_masks"] == [[6, 7, 8], [3, 4, 5], [0, 1, 2]]
    (target,) = document["TrainReader"]["batch_transforms"]
    assert target["Gt2YoloTarget"] == {**head, "downsample_ratios": [32, 16, 8]}


def test_paddle_and_tao_give_the_remainder_to_the_coarse_levels() -> None:
    ten = [*COCO, (400, 400)]
    masks = yaml.safe_load(export("paddle", ten))["YOLOv3Head"]["anchor_masks"]
    assert masks == [[6, 7, 8, 9], [3, 4, 5], [0, 1, 2]]
    rows = protobuf_strings(export("tao", ten))
    assert [len(ast.literal_eval(rows[f"{size}_anchor_shape"])) for size in ("big", "small")] == [
        4,
        3,
    ]


def test_keras_reads_the_first_line_alone() -> None:
    text = export("keras", SHUFFLED, made=MADE)
    first, *rest = text.splitlines()
    assert rest == []
    assert pairs_of([float(number) for number in first.split(",")]) == COCO


def test_tao_has_two_decimals_and_a_row_for_each_size() -> None:
    text = export("tao", SHUFFLED, made=MADE)
    rows = {name: ast.literal_eval(value) for name, value in protobuf_strings(text).items()}
    assert rows == {
        "big_anchor_shape": COCO[6:],
        "mid_anchor_shape": COCO[3:6],
        "small_anchor_shape": COCO[:3],
    }
    assert '"[(10.00, 13.00), (16.00, 30.00), (33.00, 23.00)]"' in text
    tiny = protobuf_strings(export("tao", COCO[:6], strides=[16, 32]))
    assert list(tiny) == ["big_anchor_shape", "mid_anchor_shape"]
    assert ast.literal_eval(tiny["mid_anchor_shape"]) == COCO[:3]


def test_matlab_writes_height_first() -> None:
    value = matlab_value(export("matlab", SHUFFLED, made=MADE))
    assert value[0] + value[-1] == "[]"
    assert matlab_matrix(value[1:-1]) == [(height, width) for width, height in COCO]


def test_matlab_with_strides_is_a_cell_for_each_head_the_coarsest_first() -> None:
    value = matlab_value(export("matlab", SHUFFLED, strides=[8, 16, 32]))
    assert value[0] + value[-1] == "{}"
    cells = [matlab_matrix(cell) for cell in re.findall(r"\[([^]]*)\]", value)]
    assert cells[0] == [(90, 116), (198, 156), (326, 373)]
    assert cells[2][0] == (13, 10)


def test_csv_has_a_header_and_a_row_for_each_anchor() -> None:
    rows = list(csv.DictReader(export("csv", SHUFFLED, made=MADE).splitlines()))
    assert [(float(row["width"]), float(row["height"])) for row in rows] == COCO


def test_darknet_line_is_read_by_the_cfg_reader() -> None:
    text = export("darknet", SHUFFLED, made=MADE)
    assert [tuple(pair) for pair in parse_anchors(text).tolist()] == COCO
    head = read_cfg(f"[net]\n[yolo]\nmask = 0,1,2\n{text}num = 9\n").sections[1]
    numbers = [float(number) for number in head.text("anchors").split(",")]
    assert pairs_of(numbers) == COCO
    assert head.integer("num", 0) == 9


@pytest.mark.parametrize("name", FORMS)
def test_how_it_was_made_stands_in_a_comment_where_there_are_comments(name: str) -> None:
    lines = export(name, COCO, network=SQUARE, made=MADE).splitlines()
    sign = FORMS[name].comment
    expected = [f"{sign} {line}" for line in "\n".join(MADE).splitlines()] if sign else []
    assert lines[: len(expected)] == expected
    assert ("mean IoU" in "\n".join(lines)) == bool(sign)


@given(
    st.sampled_from(sorted(FORMS)),
    st.lists(st.tuples(st.floats(0.5, 2000), st.floats(0.5, 2000)), min_size=9, max_size=9),
    st.integers(0, 3),
)
def test_every_export_holds_every_anchor_to_the_decimals_asked(
    name: str, anchors: list[Pair], decimals: int
) -> None:
    text = export(name, anchors, decimals=decimals, network=SQUARE)
    places = max(decimals, 2) if name == "tao" else decimals
    for pair in anchors:
        for side in pair:
            assert f"{side:.{places}f}" in text


@pytest.mark.parametrize(
    ("name", "k", "strides", "message"),
    [
        ("yolov5", 10, None, "found 10 anchors: 9 or 12 would do"),
        ("mmdet", 11, None, "9 or 12 would do"),
        ("mmyolo", 7, [16, 32], "6 or 8 would do"),
        ("yolov5", 2, None, "wanted an anchor for each of its 3 levels"),
        ("tao", 2, None, "wanted an anchor for each of its 3 levels"),
        ("keras", 12, None, "wanted 9 anchors, or 6 for the tiny model, found 12"),
        ("keras", 7, [16, 32], "6 or 8 would do"),
        ("tao", 9, [4, 8, 16, 32], "wanted 2 or 3 levels, found 4 strides"),
        ("rknn", 8, [16, 32], "wanted 3 levels, found 2 strides"),
        ("luxonis", 9, None, "wanted a square input, by which it names levels, found none"),
        ("yolov5", 9, [8, 8, 16], "wanted distinct numbers above 0"),
        ("yolov5", 9, [0, 8, 16], "wanted distinct numbers above 0"),
        ("yolov5", 9, [], "wanted distinct numbers above 0"),
        ("yolov9", 9, None, "wanted one of darknet, yolov5"),
    ],
)
def test_anchors_that_do_not_share_out_name_the_k_that_would(
    name: str, k: int, strides: list[int] | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        export(name, [(side, side) for side in range(1, k + 1)], strides=strides)


def test_hailo_lists_strides_and_flat_sizes_side_by_side() -> None:
    document = yaml.safe_load(export("hailo", SHUFFLED, made=MADE))
    known = document["postprocessing"]["anchors"]
    assert known["strides"] == [8, 16, 32]
    assert [pairs_of(row) for row in known["sizes"]] == [COCO[:3], COCO[3:6], COCO[6:]]


def test_rknn_is_one_number_a_line_and_nothing_else() -> None:
    numbers = [float(line) for line in export("rknn", SHUFFLED, made=MADE).splitlines()]
    assert pairs_of(numbers) == COCO


def test_openvino_has_flat_anchors_and_the_masks_of_coarse_levels_first() -> None:
    (replacement,) = json.loads(export("openvino", SHUFFLED, made=MADE))
    assert (replacement["id"], replacement["match_kind"]) == ("TFYOLOV3", "general")
    known = replacement["custom_attributes"]
    assert pairs_of(known["anchors"]) == COCO
    assert known["masks"] == [[6, 7, 8], [3, 4, 5], [0, 1, 2]]
    assert (known["num"], known["coords"]) == (9, 4)


def test_luxonis_names_masks_by_the_side_of_the_grid() -> None:
    text = export("luxonis", SHUFFLED, network=SQUARE, made=MADE)
    config = json.loads(text)["nn_config"]
    known = config["NN_specific_metadata"]
    assert config["input_size"] == "416x416"
    assert pairs_of(known["anchors"]) == COCO
    assert known["anchor_masks"] == {"side52": [0, 1, 2], "side26": [3, 4, 5], "side13": [6, 7, 8]}


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (NetworkInput(640, 480), "wanted a square input, by which it names levels, found 640x480"),
        (NetworkInput(400, 400), "multiple of the stride 32, found 400x400"),
    ],
)
def test_a_grid_without_one_side_has_no_name_for_luxonis(
    network: NetworkInput, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        export("luxonis", COCO, network=network)


def flipped_by_yolov5_6_0(levels: list[list[Pair]], strides: Sequence[int]) -> bool:
    """What its check of the order does: it compares the first anchor with the last, in cells."""
    first, last = levels[0][0], levels[-1][-1]
    areas = (first[0] * first[1] / strides[0] ** 2, last[0] * last[1] / strides[-1] ** 2)
    return areas[1] <= areas[0]


@given(
    st.lists(st.tuples(st.integers(4, 600), st.integers(4, 600)), min_size=6, max_size=6),
    st.sampled_from([(8, 16, 32), (8, 16), (8, 16, 32, 64, 128, 256)]),
)
def test_yolov5_is_cautioned_exactly_where_an_old_one_turns_the_levels_round(
    anchors: list[Pair], strides: tuple[int, ...]
) -> None:
    text = export("yolov5", anchors, strides=strides)
    levels = [pairs_of(row) for row in yaml.safe_load(text)["anchors"]]
    flips = flipped_by_yolov5_6_0(levels, strides)
    assert bool(cautions("yolov5", anchors, strides)) == flips
    assert text.startswith("# YOLOv5 6.0 and 6.1 turn the levels round here") == flips
    assert cautions("yolov7", anchors, strides) == []


def test_one_level_cannot_be_turned_round() -> None:
    assert cautions("yolov5", COCO, [32]) == []


def test_six_anchors_for_keras_are_cautioned_of_unless_the_first_is_never_used() -> None:
    (line,) = cautions("keras", COCO[:6])
    assert line.endswith("boxes nearest to 10 x 13 have no target")
    assert cautions("keras", [(0.001, 0.001), *COCO[:5]]) == []
    assert cautions("keras", COCO) == []


@pytest.mark.parametrize("name", [name for name in FORMS if FORMS[name].trainer])
def test_a_form_agrees_with_the_row_of_its_trainer(name: str) -> None:
    form, row = FORMS[name], TRAINERS[str(FORMS[name].trainer)]
    assert form.strides in ((), row.strides)
    assert form.equal != row.unequal
    assert form.decimals == row.precision
    if len(form.strides) > 1:
        levels = parse_anchors_in_file_order(export(name, COCO))
        fine_first = levels.index(COCO[0]) < levels.index(COCO[-1])
        assert fine_first == (row.order == "ascending")


def parse_anchors_in_file_order(text: str) -> list[Pair]:
    """Pairs of numbers as a text has them, comments, strides, masks and the like left out."""
    lines = [line.split("#")[0] for line in text.splitlines()]
    masks = re.search(r"anchor_masks: (\[\[.*?\]\])", text)
    if masks:  # the order of the levels is that of the masks
        pairs = yaml.safe_load(text)["YOLOv3Head"]["anchors"]
        return [tuple(pairs[index]) for mask in yaml.safe_load(masks[1]) for index in mask]
    pairs = re.findall(r"(\d+(?:\.\d+)?), ?(\d+(?:\.\d+)?)", "\n".join(lines))
    return [(float(width), float(height)) for width, height in pairs]
