"""Every export is read back, and so are the files of models."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.anchors.export import FORMS, export
from anchorkit.anchors.reading import comment_of, said_in_comment
from anchorkit.anchors.text import (
    Statement,
    format_anchors,
    parse_anchors,
    read_anchors,
    statement,
)
from anchorkit.errors import AnchorError
from anchorkit.network_input import NetworkInput, PartialInput

NINE = [
    (10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (156, 198), (373, 326)
]  # fmt: skip
SQUARE = NetworkInput(640, 640, "letterbox")
MADE = comment_of("1.0", 9, size=(640, 640), resize="letterbox", trainer="yolov5")

YOLOV7 = """# parameters
nc: 80  # number of classes
depth_multiple: 1.0

# anchors
anchors:
  - [12,16, 19,36, 40,28]  # P3/8
  - [36,75, 76,55, 72,146]  # P4/16
  - [142,110, 192,243, 459,401]  # P5/32

# yolov7 backbone
backbone:
  # [from, number, module, args]
  [[-1, 1, Conv, [32, 3, 1]],  # 0
  ]
"""


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("strides", [None, (8, 16, 32)])
def test_every_export_is_read_back(name: str, strides: tuple[int, ...] | None) -> None:
    text = export(name, NINE[::-1], strides=strides, network=SQUARE, made=[MADE])
    assert [tuple(pair) for pair in parse_anchors(text).tolist()] == NINE


@given(
    st.sampled_from(sorted(FORMS)),
    st.lists(st.tuples(st.floats(1, 600), st.floats(1, 600)), min_size=9, max_size=9, unique=True),
)
def test_every_export_is_read_back_with_its_decimals(
    name: str, anchors: list[tuple[float, float]]
) -> None:
    text = export(name, anchors, decimals=3, network=SQUARE, made=[MADE])
    found = parse_anchors(text.replace("\n", "\r\n")).tolist()
    by_area = sorted(anchors, key=lambda pair: pair[0] * pair[1])
    assert [tuple(pair) for pair in found] == [
        (float(f"{width:.3f}"), float(f"{height:.3f}")) for width, height in by_area
    ]


def test_our_own_exports_take_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    for name in ("yolov5", "yolov7", "paddle", "hailo"):
        assert len(parse_anchors(export(name, NINE, made=[MADE]))) == 9
    with pytest.raises(AnchorError, match=r'PyYAML: pip install "anchorkit\[yaml\]"'):
        parse_anchors(YOLOV7)


def test_the_yaml_of_a_model_is_read() -> None:
    found = parse_anchors(YOLOV7)
    assert found[0].tolist() == [12, 16]
    assert found.shape == (9, 2)
    assert statement(YOLOV7.encode()) == Statement()


def test_a_model_that_leaves_anchors_to_the_training_has_none() -> None:
    with pytest.raises(AnchorError, match=r"anchors: 3: wanted lists .* find itself"):
        parse_anchors("nc: 80\nanchors: 3\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nc: 1\nanchors:\n  - [1, a]\n", "wanted numbers, found"),
        ("nc: 1\nanchors: none\n", "wanted the key anchors with lists"),
        ("anchors: [\n", "line 1: this is no YAML"),
        ("anchors = [1, 2\n", "found no Python"),
        ("base_sizes = f(1)\n", "wanted base_sizes or anchors with lists of pairs"),
        ("anchors = [f(1)]\n", "wanted base_sizes or anchors with lists of pairs"),
        ("width,height\n1,b\n", "wanted a number, found 'b'"),
        ("width,height\n", "wanted anchors of each level, found none"),
        ('big_anchor_shape: "[]"\n', "wanted anchors of each level, found none"),
        ("anchorBoxes = [1 2 3];", r"wanted rows \[height width\]"),
        ("anchorBoxes = f(1);", "wanted anchors of each level"),
    ],
)
def test_a_file_that_holds_no_anchors_is_told_as_such(text: str, message: str) -> None:
    with pytest.raises(AnchorError, match=message):
        parse_anchors(text)


def test_levels_come_back_by_ascending_size_whichever_way_round_they_stand() -> None:
    coarse_first = "anchors:\n  - [50,60, 70,80]\n  - [5,6, 7,8]\n"
    assert parse_anchors(coarse_first).tolist() == [[5, 6], [7, 8], [50, 60], [70, 80]]
    python = "model = dict(g=dict(base_sizes=[[(50, 60)], [(5, 6)]]))"
    assert parse_anchors(python).tolist() == [[5, 6], [50, 60]]


def test_matlab_rows_may_stand_on_lines_of_their_own() -> None:
    assert parse_anchors("anchorBoxes = [13 10;\n  30 16];\nx = 1;").tolist() == [
        [10, 13],
        [16, 30],
    ]


@pytest.mark.parametrize("text", ["10x13,16x30.5", "10x13 16x30.5", "10X13, 16\u00d730.5"])
def test_pairs_may_be_written_with_a_cross(text: str) -> None:
    assert parse_anchors(text).tolist() == [[10, 13], [16, 30.5]]
    assert read_anchors(text).tolist() == [[10, 13], [16, 30.5]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10,13x16", "number 2: wanted a height, found the pair '13x16'"),
        ("10x13x16", "number 1: wanted a number, found '10x13x16'"),
    ],
)
def test_a_cross_stands_within_a_pair(text: str, message: str) -> None:
    with pytest.raises(AnchorError, match=message):
        parse_anchors(text)


def test_a_name_with_a_size_in_it_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("640x640.txt").write_text("1,2")
    assert read_anchors("640x640.txt").tolist() == [[1, 2]]


@pytest.mark.parametrize("name", [name for name in FORMS if FORMS[name].comment])
def test_an_export_says_what_it_is_for(name: str) -> None:
    text = export(name, NINE, network=SQUARE, made=[MADE, "mean IoU 0.7"])
    said = Statement(PartialInput((640, 640), "letterbox"), "yolov5")
    assert statement(text.encode()) == said
    assert statement(text.replace("\n", "\r\n").encode()) == said


def test_an_export_for_nobody_says_its_input() -> None:
    line = comment_of("1.0", 2, size=(608, 416), resize="stretch", trainer="")
    assert said_in_comment(f"% {line}") == ((608, 416), "stretch", None)
    assert said_in_comment(f"% {line} and more") is None
    assert said_in_comment(f"# {line}".replace("608", "0")) is None


def test_the_json_of_cluster_says_its_trainer() -> None:
    said = statement('{"anchors": [[1, 2]], "input": [640, 640], "trainer": "yolov5"}')
    assert said == Statement(PartialInput((640, 640)), "yolov5")
    assert statement('{"anchors": [[1, 2]], "trainer": 5}').trainer is None


def test_a_side_is_never_written_as_nothing() -> None:
    assert format_anchors([(0.001, 0.4), (10, 13)], 0) == "0.001,0.4,  10,13"
