"""What a check sees in a cfg, each kind in several forms, with its line; and what it lets pass."""

import os
import re
from pathlib import Path

import pytest
from cfgs import GAUSSIAN, NO_MASK, PAIRS, REGION, SHAPES, TINY, V3, V4, anchors_line, yolo

from anchorkit.darknet.checks import check_cfg, strictly
from anchorkit.darknet.heads import heads_of
from anchorkit.darknet.portability import notes_of
from anchorkit.darknet.sections import read_cfg
from anchorkit.errors import CfgError

HEAD = "[convolutional]\nsize=1\nfilters=21\nactivation=linear\n"
V4_512 = yolo(masks=["0,1,2", "3,4,5", "6,7,8"], strides=[8, 16, 32]).replace("416", "512")


def found(text: str, level: str) -> list[tuple[str, int | None]]:
    return [(one.gate, one.line) for one in check_cfg(read_cfg(text)) if one.level == level]


def errors(text: str) -> list[tuple[str, int | None]]:
    return found(text, "error")


def warnings(text: str) -> list[tuple[str, int | None]]:
    return found(text, "warning")


def line_of(text: str, part: str, nth: int = 1) -> int:
    """The number of the nth line that holds a part."""
    lines = [number for number, line in enumerate(text.split("\n"), 1) if part in line]
    return lines[nth - 1]


def listing(*pairs: str) -> str:
    return V4.replace(anchors_line(), "anchors = " + ", ".join(pairs))


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "tiny"])
def test_a_cfg_without_a_fault_has_no_finding(name: str) -> None:
    assert check_cfg(read_cfg(SHAPES[name])) == []


def test_classes_that_differ_between_heads() -> None:
    text = V4.replace("classes=2", "classes=80", 1).replace("filters=21", "filters=255", 1)
    assert errors(text) == [("classes", line_of(text, "classes=2"))]
    (finding,) = check_cfg(read_cfg(text))
    assert "80 (line 41), 2 (line 55), 2 (line 69)" in str(finding)
    last = V4[::-1].replace("2=sessalc", "08=sessalc", 1)[::-1]
    assert ("classes", line_of(last, "classes=80")) in errors(last)


def test_classes_that_are_missing_where_filters_speak_of_others() -> None:
    text = V4.replace("classes=2\n", "")
    heads = [line_of(text, "[yolo]", nth) for nth in (1, 2, 3)]
    assert errors(text) == [("classes", line) for line in heads]
    assert "darknet takes 20, but filters=21 are for 2" in str(check_cfg(read_cfg(text))[0])
    one = V4.replace("classes=2\n", "", 1)
    assert errors(one) == [("classes", line_of(one, "[yolo]"))]
    gaussian = GAUSSIAN.replace("classes=2\n", "")
    assert [gate for gate, _ in errors(gaussian)] == ["classes"] * 3
    region = REGION.replace("classes=5\n", "")
    assert [gate for gate, _ in errors(region)] == ["classes"]


def test_classes_that_are_missing_where_filters_are_for_twenty_are_said_aloud() -> None:
    text = V4.replace("classes=2\n", "").replace("filters=21", "filters=75")
    assert errors(text) == []
    assert warnings(text) == [("classes", line_of(text, "[yolo]", nth)) for nth in (1, 2, 3)]


def test_classes_that_are_missing_where_filters_disagree_are_darknets_twenty() -> None:
    text = V4.replace("classes=2\n", "").replace("filters=21", "filters=24", 1)
    assert [gate for gate, _ in errors(text)] == ["filters"] * 3
    assert [gate for gate, _ in warnings(text)] == ["classes"] * 3
    assert [head.per_anchor for head in heads_of(read_cfg(text))] == [25] * 3


def test_classes_against_what_else_tells_them() -> None:
    told = [("obj.names lists", 3)]
    (finding,) = check_cfg(read_cfg(V4), told=told)
    assert str(finding).startswith("classes: line 41: classes=2, but obj.names lists 3 (wanted")
    assert check_cfg(read_cfg(V4), told=[("obj.names lists", 2)]) == []
    implied = check_cfg(read_cfg(V4.replace("classes=2\n", "")), told=[("the data have", 2)])
    assert not any("the data have" in str(one) for one in implied)


@pytest.mark.parametrize(
    ("old", "new", "gate"),
    [
        ("size=1\nfilters", "batch_normalize=1\nsize=1\nfilters", "batch-normalize"),
        ("size=1\nfilters", "size=1\nbatch_normalize = 1 # as above\nfilters", "batch-normalize"),
        ("size=1\nfilters", "cbn=1\nsize=1\nfilters", "batch-normalize"),
        (
            "activation=linear\n\n[yolo]",
            "activation=linear\n[batchnorm]\n[yolo]",
            "batch-normalize",
        ),
        ("activation=linear", "activation=leaky", "activation"),
        ("activation=linear", "activation=mish", "activation"),
        ("activation=linear", "activation=logistic", "activation"),
        ("activation=linear\n", "", "activation"),
        (
            "activation=linear\n\n[yolo]",
            "activation=linear\n[activation]\nactivation=relu\n[yolo]",
            "activation",
        ),
    ],
)
@pytest.mark.parametrize("which", [1, 2])
def test_what_a_head_takes_must_be_plain(old: str, new: str, gate: str, which: int) -> None:
    text = V4.replace(old, new, which)
    assert errors(text) == []
    assert [found for found, _ in warnings(text)] == [gate] * which
    lines = text.split("\n")
    key = "activation" if gate == "activation" else "b"
    for _, line in warnings(text):
        assert line is not None
        assert any(word in lines[line - 1] for word in (key, "cbn", "[conv"))


@pytest.mark.parametrize("old", ["batch_normalize=0", "batch_normalize=0\ncbn=0"])
def test_normalization_that_is_off_is_none(old: str) -> None:
    assert check_cfg(read_cfg(V4.replace("size=1\nfilters=21", f"{old}\nsize=1\nfilters=21"))) == []


@pytest.mark.parametrize(
    ("net", "said"),
    [
        ('batch="64"', 'batch="64" is 0 to darknet'),
        ("batch=0", "batch=0 is no number of images"),
        (f"batch={'x' * 999}", f"batch={'x' * 40} is 0 to darknet"),
        ("batch=1", ""),
        ("max_batches=6000", ""),
        ("#batch=1\nbatch=64", ""),
        ("batch=2\nsubdivisions=1", ""),
    ],
)
def test_what_is_no_number_of_images_in_a_batch_is_a_warning(net: str, said: str) -> None:
    text = V4.replace("channels=3", f"channels=3\n{net}")
    assert errors(text) == []
    assert [str(one) for one in check_cfg(read_cfg(text))] == [
        f"batch: line 5: {said} (wanted batch=64 for training, subdivisions by its memory)"
    ] * bool(said)


def test_new_coords_take_a_logistic_activation() -> None:
    text = V4.replace("num=9", "num=9\nnew_coords=1")
    assert [gate for gate, _ in warnings(text)] == ["activation"] * 3
    assert warnings(text.replace("=linear", "=logistic")) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (V4.replace("width=416", "width=420").replace("height=416", "height=420"), [2, 3]),
        (V4.replace("width=416", "width=400"), [2]),
        (V4.replace("height=416", "height=417"), [3]),
        (V3.replace("416", "600"), [2, 3]),
        (TINY.replace("mask = 1,2,3", "mask = 0,1,2").replace("416", "404"), [2, 3]),
        (REGION.replace("416", "420"), [2, 3]),
        (NO_MASK.replace("416", "410"), [2, 3]),
    ],
)
def test_an_input_that_is_no_multiple_comes_first(text: str, lines: list[int]) -> None:
    assert errors(text)[: len(lines)] == [("input", line) for line in lines]
    assert [gate for gate, _ in errors(text) if gate != "input"] == []


def test_layers_that_do_not_fit_such_an_input_are_not_told_beside() -> None:
    """A map that was reduced and enlarged again joins the one it came from."""
    text = "[net]\nwidth=420\nheight=416\nchannels=3\n[conv]\nfilters=8\nstride=16\n"
    text += (
        "[conv]\nfilters=8\nsize=3\npad=1\nstride=2\n[upsample]\nstride=2\n[route]\nlayers=-1,0\n"
    )
    text += HEAD + "[yolo]\nmask=0,1,2\nnum=3\nclasses=2\n" + anchors_line(3) + "\n"
    assert errors(text.replace("420", "416")) == []
    assert errors(text) == [("input", 2)]


@pytest.mark.parametrize("size", [32, 416, 608, 1024])
def test_a_multiple_is_fine(size: int) -> None:
    assert "input" not in [gate for gate, _ in errors(V4.replace("=416", f"={size}"))]


CELLS = ["0.57,0.67", "1.08,1.19", "1.5,2.2", "3.42,4.41", "5.1,4.9", "6.63,11.38"]


@pytest.mark.parametrize(
    "pairs",
    [
        [*CELLS, "9.42,5.11", "12.62,10.52", "13,13"],
        # each in cells of its own head
        [
            *("1.25,1.63", "2,3.75", "4.13,2.88", "1.88,3.81", "3.88,2.81", "3.69,7.44"),
            *("3.63,2.81", "4.88,6.19", "11.66,10.19"),
        ],
        # as fractions of the input
        [
            *("0.02,0.03", "0.04,0.07", "0.08,0.06", "0.07,0.15", "0.15,0.11", "0.14,0.29"),
            *("0.28,0.22", "0.38,0.48", "0.90,1"),
        ],
        [
            *("1.3221,1.73145", "3.19275,4.00944", "5.05587,8.09892", "9.47112,4.84053"),
            *("11.2364,10.0071", "2.5,2.5", "3.5,3.5", "4.5,4.5", "6.5,6.5"),
        ],
    ],
)
def test_anchors_in_cells_are_a_fault_and_nothing_follows_from_them(pairs: list[str]) -> None:
    text = listing(*pairs)
    lines = [line_of(text, "anchors", nth) for nth in (1, 2, 3)]
    assert errors(text) == [("units", line) for line in lines]
    assert warnings(text) == []
    gaussian = GAUSSIAN.replace(anchors_line(), "anchors = " + ", ".join(pairs))
    assert {gate for gate, _ in errors(gaussian)} == {"units"}


def test_small_anchors_in_whole_pixels_are_no_cells() -> None:
    small = ["4,4", "5,7", "7,5", "8,9", "9,11", "10,8", "11,12", "12,10", "13,13"]
    assert errors(listing(*small)) == []
    assert "stride" in [gate for gate, _ in warnings(listing(*small))]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (["10,13", "10,13", *PAIRS[2:]], "anchors 0 and 1 are equal (10x13)"),
        ([*PAIRS[:8], "156,198"], "anchors 7 and 8 are equal (156x198)"),
        (["10,13", "10.5,13.9", *PAIRS[2:]], "anchors 0 and 1 are within one pixel"),
        ([*PAIRS[:8], "157,197"], "anchors 7 and 8 are within one pixel (156x198, 157x197)"),
    ],
)
def test_anchors_that_are_equal_or_nearly(pairs: list[str], said: str) -> None:
    text = listing(*pairs)
    assert errors(text) == []
    assert warnings(text) == [("equal", line_of(text, "anchors"))]
    assert said in str(check_cfg(read_cfg(text))[0])


def test_anchors_of_a_region_may_lie_within_a_pixel() -> None:
    text = re.sub("anchors = .*", "anchors = 1,1, 1.02,1, 5,5, 9,4, 11,10", REGION)
    assert check_cfg(read_cfg(text)) == []
    assert warnings(text.replace("1.02", "1")) == [("equal", line_of(text, "anchors"))]


@pytest.mark.parametrize(
    ("pairs", "strides"),
    [
        ([f"8,{height}" for height in (11, 16, 23, 33, 48, 97, 139, 198, 283)], [16, 32]),
        ([f"{width},7" for width in (8, 16, 23, 33, 48, 97, 139, 198, 283)], [8, 16, 32]),
        ([f"{side},{side + 1}" for side in (9, 10, 11, 17, 19, 21, 23, 27, 31)], [32]),
        (["9,9", "10,11", "12,12", "9,100", "90,10", "15,15", "40,40", "50,50", "90,90"], [16]),
    ],
)
def test_heads_whose_anchors_are_all_below_their_stride(
    pairs: list[str], strides: list[int]
) -> None:
    text = listing(*pairs)
    masks = {8: 1, 16: 2, 32: 3}
    wanted = [("stride", line_of(text, "mask", masks[stride])) for stride in strides]
    assert [one for one in warnings(text) if one[0] == "stride"] == wanted
    assert errors(text) == []


def test_an_order_of_masks_against_the_strides() -> None:
    text = V4.replace("mask = 0,1,2", "mask = x").replace("mask = 6,7,8", "mask = 0,1,2")
    text = text.replace("mask = x", "mask = 6,7,8")
    assert errors(text) == []
    assert ("order", line_of(text, "mask", 2)) in warnings(text)
    assert ("order", line_of(text, "mask", 3)) in warnings(text)


def test_one_anchor_at_a_coarser_stride_than_a_larger_one_is_against_the_order() -> None:
    text = V4.replace("mask = 0,1,2", "mask = 0,1,4").replace("mask = 3,4,5", "mask = 2,3,5")
    assert errors(text) == []
    assert ("order", line_of(text, "mask", 2)) in warnings(text)
    assert "stride 16 has an anchor of 33x23, stride 8 a larger one of 62x45" in str(
        check_cfg(read_cfg(text))
    )


@pytest.mark.parametrize(("stride", "found"), [(8, True), (16, True), (32, True), (7, False)])
def test_anchors_in_cells_of_any_head_are_a_fault(stride: int, found: bool) -> None:
    pairs = [[int(side) for side in pair.split(",")] for pair in PAIRS]
    cells = [",".join(f"{side / stride:.5g}" for side in pair) for pair in pairs]
    text = listing(*cells)
    assert (("units", line_of(text, "anchors")) in errors(text)) is found


def test_anchors_of_another_input_by_an_even_ratio_are_pixels() -> None:
    pairs = [",".join(f"{int(side) * 1.25:g}" for side in pair.split(",")) for pair in PAIRS]
    assert not any(gate == "units" for gate, _ in errors(listing(*pairs).replace("=416", "=544")))


def test_heads_of_one_stride_may_have_a_route_that_leads_elsewhere() -> None:
    text = yolo(masks=["3,4,5", "0,1,2"], strides=[32, 32], count=6)
    assert errors(text) == []
    assert ("strides", line_of(text, "[yolo]", 2)) in warnings(text)
    assert "strides" not in [gate for gate, _ in warnings(TINY)]


def test_anchors_that_were_made_for_another_input() -> None:
    big = ["12,16", "19,36", "40,28", "36,75", "76,55", "72,146", "142,110", "192,243", "459,401"]
    text = listing(*big)
    assert warnings(text) == [("larger", line_of(text, "anchors"))]
    assert warnings(text.replace("=416", "=608")) == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("100", "has 1 number for 2 classes"),
        ("1,2,3", "has 3 numbers for 2 classes"),
        ("1,2,", "has 3 numbers for 2 classes"),
        ("1 2,3", "a comma is missing"),
        ("a,b", "wanted numbers, found 'a'"),
    ],
)
def test_counters_of_a_wrong_length(value: str, said: str) -> None:
    text = V4.replace("num=9", f"num=9\ncounters_per_class={value}")
    lines = [line_of(text, "counters", nth) for nth in (1, 2, 3)]
    assert [one for one in errors(text) if one[0] == "counters"] == [
        ("counters", line) for line in lines
    ]
    assert said in str(next(one for one in check_cfg(read_cfg(text)) if one.gate == "counters"))


def test_a_mask_of_one_index_beyond_the_list() -> None:
    text = V4.replace("mask = 0,1,2", "mask = 12")
    said = [str(one) for one in check_cfg(read_cfg(text))]
    assert any("mask=12: anchor 12 beyond the 9 anchors" in one for one in said)
    assert any("wanted 7, 1 anchor of 7 values" in one for one in said)
    assert any("anchors 0, 1, 2 in no mask" in one for one in said)


def test_strictly_every_warning_is_an_error() -> None:
    text = V4.replace("activation=linear", "activation=leaky", 1)
    assert [one.level for one in strictly(check_cfg(read_cfg(text)))] == ["error"]


def test_a_header_that_is_that_of_a_head_in_all_but_a_sign_is_refused() -> None:
    with pytest.raises(CfgError, match=r"line 38: wanted \[yolo\]"):
        check_cfg(read_cfg(V4.replace("[yolo]", "[Yolo]", 1)))


shipped = sorted((Path(os.environ.get("ANCHORKIT_DATA", "/nonexistent")) / "cfg").glob("*.cfg"))


@pytest.mark.parametrize("path", shipped, ids=lambda path: path.stem)
def test_shipped_cfgs_are_let_pass_but_for_a_mask_and_noted_where_for_testing(path: Path) -> None:
    cfg = read_cfg(path.read_bytes().decode())
    gates = {"mask"} if path.stem == "yolov4-tiny" else set()
    assert {one.gate for one in check_cfg(cfg)} == gates
    for_testing = path.stem in ("yolo-voc", "yolov3", "yolov3-tiny")
    assert any("for testing" in one.text for one in notes_of(cfg)) == for_testing


@pytest.mark.parametrize(
    ("net", "said"),
    [
        ("batch=1", "line 5: batch=1 is for testing"),
        ("batch = 1 # 64 to train", "line 5: batch=1 is for testing"),
        ("batch=1\nbatch=64", "line 5: batch=1 is for testing"),
        ("max_batches=6000", "line 1: [net] has no batch, darknet takes 1"),
        ("batch=2", None),
        ("batch=0", None),
    ],
)
def test_one_image_in_a_batch_is_noted_as_training_wants_more(net: str, said: str | None) -> None:
    found = notes_of(read_cfg(V4.replace("channels=3", f"channels=3\n{net}")))
    wanted = f"{said}: training wants batch=64, and subdivisions by its memory"
    assert [str(one) for one in found if "training" in one.text] == ([wanted] if said else [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[convolutional]", "[convolutinal]", "darknet drops it: is [convolutional] meant?"),
        ("[convolutional]", "[Convolutional]", "darknet drops it: is [convolutional] meant?"),
        ("[upsample]", "[upsampel]", "darknet drops it: is [upsample] meant?"),
        ("[upsample]", "[up", "no `]` at its end"),
        ("[net]", "[net]\npolicy=steps", "policy=steps without steps"),
        ("[net]", "[net]\npolicy=steps\nsteps=1,2", "policy=steps without scales"),
        ("[net]", "[net]\npolicy=steps\nsteps=1,2\nscales=.1", "2 steps, but only 1 scales"),
        ("[net]", "[net]\npolicy=steps\nsteps=1,\n2\nscales=.1,.1", "ignores line 4"),
        ("[net]", "[net]\npolicy=steps\nsteps=1 ; a, b\nscales=.1", "counts the commas"),
        ("channels=3", "", "[net] has no channels"),
    ],
)
def test_what_keeps_darknet_from_building_the_network(old: str, new: str, said: str) -> None:
    found = check_cfg(read_cfg(V4.replace(old, new, 1)))
    assert any(one.level == "error" and said in str(one.found) for one in found)


@pytest.mark.parametrize(
    "net",
    ["policy=steps\nsteps=1,2\nscales=.1,.1", "policy=poly", "policy=steps\nsteps=1\nscales=.1,.1"],
)
def test_a_schedule_that_darknet_takes_is_no_fault(net: str) -> None:
    assert check_cfg(read_cfg(V4.replace("[net]", f"[net]\n{net}"))) == []


@pytest.mark.parametrize("header", ["[se]", "[depthwise]", "[route_lhalf]", "[route2]"])
def test_a_layer_of_another_trainer_is_a_doubt_said_once(header: str) -> None:
    line = V4.count("\n") + 2
    text = f"{V4}\n{header}\nx=1\n{header}\nx=1\n"
    assert warnings(text) == [("layers", line)]
    assert errors(text) == []


def test_a_head_behind_another_layer_wants_its_channels() -> None:
    text = V4.replace(
        "[convolutional]\nsize=1\nfilters=21\nactivation=linear\n\n[yolo]", "[yolo]", 1
    )
    assert "filters" in {gate for gate, _ in errors(text)}
    assert "[route] of 8 channels before [yolo]: wanted 21" in str(check_cfg(read_cfg(text))[0])
