"""Parameters and operations of networks, worked by hand or published."""

import os
from math import ceil
from pathlib import Path

import pytest
from cfgs import SHAPES, TINY, V3
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.darknet.cost import CONVENTIONS, Cost, cfg_with_k, network_cost
from anchorkit.darknet.output_size import output_size
from anchorkit.darknet.sections import read_cfg
from anchorkit.errors import CfgError, UsageError

NET = "[net]\nwidth=16\nheight=8\nchannels=4\n"
LENET = (
    "[net]\nwidth=28\nheight=28\nchannels=1\n"
    "[convolutional]\nfilters=6\nsize=3\npad=1\n[maxpool]\nsize=2\nstride=2\n"
    "[convolutional]\nfilters=16\nsize=5\n[maxpool]\nsize=2\nstride=2\n"
    "[connected]\noutput=120\n[dropout]\n[connected]\noutput=84\n[connected]\noutput=10\n[softmax]\n"
)


def counted(text: str, convention: str = "flops", size: tuple[int, int] | None = None) -> Cost:
    return network_cost(read_cfg(text), size=size, convention=convention)


def with_k(text: str, k: int) -> str:
    return cfg_with_k(read_cfg(text), k).text


def vgg16() -> str:
    lines = ["[net]", "width=224", "height=224", "channels=3"]
    for filters, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        lines += ["[convolutional]", f"filters={filters}", "size=3", "pad=1"] * times
        lines += ["[maxpool]", "size=2", "stride=2"]
    for outputs in (4096, 4096, 1000):
        lines += ["[connected]", f"output={outputs}"]
    return "\n".join([*lines, "[softmax]"])


def test_convolution_with_bias_as_paddle_counts_it() -> None:
    cost = counted(
        "[net]\nwidth=320\nheight=320\nchannels=2\n[conv]\nfilters=4\nsize=3\npad=1\n", "paddle"
    )
    assert (cost.parameters, cost.trainable, cost.flops) == (76, 76, 7_782_400)


def test_lenet_as_paddle_counts_it() -> None:
    cost = counted(LENET, "paddle")
    assert [(one.parameters, one.flops) for one in cost.layers if one.parameters] == [
        (60, 47_040),
        (2_416, 241_600),
        (48_120, 48_000),
        (10_164, 10_080),
        (850, 840),
    ]
    assert (cost.parameters, cost.flops) == (61_610, 347_560)
    assert cost.heads == ()


def test_vgg16_has_its_published_parameters_and_multiply_adds() -> None:
    cost = counted(vgg16(), "macs")
    assert (cost.parameters, cost.flops) == (138_357_544, 15_470_264_320)


def test_flops_are_two_for_each_multiply_add() -> None:
    assert counted(vgg16()).flops == 2 * counted(vgg16(), "macs").flops


@pytest.mark.parametrize(
    ("section", "parameters", "trainable", "macs", "darknet", "paddle"),
    [
        # a 4-channel map of 16 x 8: 128 positions, 512 values
        ("[conv]\nfilters=8\nsize=3\npad=1", 296, 296, 36864, 73728, 37888),
        ("[conv]\nbatch_normalize=1\nfilters=8\nsize=3\npad=1", 320, 304, 36864, 73728, 38912),
        ("[conv]\ncbn=1\nfilters=8\nsize=3\npad=1", 320, 304, 36864, 73728, 38912),
        ("[conv]\nfilters=8\nsize=3\npad=1\ngroups=2", 152, 152, 18432, 73728, 19456),
        ("[conv]\nfilters=8\nsize=3\npad=1\nstride=2", 296, 296, 9216, 18432, 9472),
        # the convolution at full size, then 9 taps for each of 8 x 8 x 4 values
        ("[conv]\nfilters=8\nstride=2\nantialiasing=1", 40, 40, 4096 + 2304, 8192, 5120 + 2304),
        ("[deconv]\nfilters=2\nsize=2\nstride=2", 34, 34, 4096, 0, 17408),
        ("[local]\nfilters=2\nsize=3\npad=1", 9472, 9472, 9216, 0, 9472),
        ("[connected]\noutput=10", 5130, 5130, 5120, 10240, 5120),
        ("[connected]\noutput=10\nbatch_normalize=1", 5160, 5140, 5120, 10240, 5140),
        ("[rnn]\noutput=3\nhidden=5", 2613, 2613, 2600, 5200, 2600),
        # without hidden=, as pjreddie's darknet writes them: as many as outputs; 3x3 windows
        ("[rnn]\noutput=3", 1563, 1563, 1554, 3108, 1554),
        ("[crnn]\noutput_filters=3\nhidden_filters=5", 553, 553, 540 * 128, 0, 553 * 128),
        ("[gru]\noutput=3", 4653, 4653, 4635, 9270, 4635),
        ("[lstm]\noutput=3", 6204, 6204, 6180, 12360, 6180),
        ("[crnn]\noutput=3\nhidden=5\nsize=1", 73, 73, 60 * 128, 0, 73 * 128),
        ("[conv_lstm]\noutput=3\nsize=1", 108, 108, 84 * 128, 0, 108 * 128),
        ("[conv_lstm]\noutput=3\nsize=1\npeephole=1", 144, 144, 111 * 128, 0, 144 * 128),
        ("[conv_lstm]\noutput=3\nsize=1\nbottleneck=1", 81, 81, 66 * 128, 0, 81 * 128),
        ("[batchnorm]", 16, 8, 512, 0, 1024),
        ("[implicit]\nfilters=7\natoms=2", 14, 14, 0, 0, 0),
        ("[maxpool]\nsize=2\nstride=2", 0, 0, 0, 0, 0),
        ("[avgpool]", 0, 0, 0, 0, 0),
        ("[upsample]", 0, 0, 0, 0, 0),
        ("[reorg]\nstride=2", 0, 0, 0, 0, 0),
        ("[softmax]\n[cost]", 0, 0, 0, 0, 0),
    ],
)
def test_layer_costs_what_its_formula_says(
    section: str, parameters: int, trainable: int, macs: int, darknet: int, paddle: int
) -> None:
    costs = {name: counted(NET + section + "\n", name) for name in CONVENTIONS}
    assert {name: cost.flops for name, cost in costs.items()} == {
        "flops": 2 * macs,
        "darknet": darknet,
        "macs": macs,
        "paddle": paddle,
    }
    assert {(cost.parameters, cost.trainable) for cost in costs.values()} == {
        (parameters, trainable)
    }
    assert costs["darknet"].layers[0].omitted == (macs > 0 and not darknet)
    assert not costs["flops"].layers[0].omitted


@pytest.mark.parametrize(("kind", "weights"), [("per_feature", 2), ("per_channel", 8)])
def test_weighted_shortcut_stores_a_weight_for_each_input(kind: str, weights: int) -> None:
    text = f"{NET}[maxpool]\n[maxpool]\n[shortcut]\nfrom=-2\nweights_type={kind}\n"
    cost = counted(text, "macs")
    assert (cost.parameters, cost.flops) == (weights, 2 * 512)
    assert counted(text.replace(kind, "none")).parameters == 0


def test_layer_that_shares_weights_stores_none_and_computes_all() -> None:
    conv = "[conv]\nfilters=4\nsize=3\npad=1\n"
    own, shared = counted(f"{NET}{conv}{conv}share_index=0\n").layers
    assert (own.parameters, shared.parameters, shared.trainable) == (148, 0, 0)
    assert shared.flops == own.flops


def test_another_input_changes_operations_and_not_convolutions() -> None:
    conv = NET + "[conv]\nfilters=8\nsize=3\npad=1\n"
    small, large = counted(conv), counted(conv, size=(32, 16))
    assert (large.parameters, large.flops) == (small.parameters, 4 * small.flops)
    assert large.size == (32, 16)
    assert counted(conv + "[connected]\n", size=(32, 16)).parameters == 296 + 8 * 512 + 1


def test_heads_are_the_layers_before_detection_layers() -> None:
    cost = counted(V3)
    assert [one.layer.section.text("filters") for one in cost.heads] == ["21"] * 3
    assert [one.parameters for one in cost.heads] == [9 * 21] * 3


@pytest.mark.parametrize("name", SHAPES)
def test_another_k_changes_the_heads_and_nothing_else(name: str) -> None:
    text = SHAPES[name]
    old, new = counted(text), counted(with_k(text, 12))
    changed = [
        one.layer.index
        for one, other in zip(old.layers, new.layers, strict=True)
        if (one.parameters, one.flops) != (other.parameters, other.flops)
    ]
    assert changed == [one.layer.index for one in old.heads]


def test_k_of_the_cfg_changes_nothing() -> None:
    for text, k in ((V3, 9), (TINY, 6)):
        assert counted(with_k(text, k)).parameters == counted(text).parameters


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("[warp]\nsize=3\n", r"line 5: \[warp\]: wanted a type"),
        ("[conv] # 1\n", r"line 5: \[conv\]#1: wanted a type"),
        ("[conv]\nsize=9\n", r"line 5: \[conv\]: gives nothing.*16x8x4"),
        ("[maxpool]\nstride=2\n[route]\nlayers=0,-1\n", None),
        ("[maxpool]\nstride=2\n[max]\nstride=2\n[route]\nlayers=0,1\n", r"line 9: \[route\]: want"),
    ],
)
def test_layer_that_cannot_be_counted_is_refused_by_name_and_line(
    section: str, message: str | None
) -> None:
    if message is None:
        assert counted(NET + section).flops == 0
        return
    with pytest.raises(CfgError, match=message):
        counted(NET + section)


def test_network_without_an_input_size_is_refused() -> None:
    with pytest.raises(CfgError, match=r"line 2: \[conv\]: its input has no size"):
        counted("[net]\n[conv]\n")


def test_unknown_convention_is_bad_usage() -> None:
    with pytest.raises(UsageError, match="'mads'"):
        counted(NET, "mads")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((416, 3, 1, 1), 416),
        ((416, 3, 2, 1), 208),
        ((13, 2, 1, (1, 0)), 13),
        ((5, 2, 2), 2),
        ((5, 7, 1), 0),
        ((224, 7, 2, "same"), 112),
        ((224, 7, 2, "VALID"), 109),
    ],
)
def test_output_size_by_hand(arguments: tuple[int, int, int], expected: int) -> None:
    assert output_size(*arguments) == expected


def test_ceil_keeps_a_last_window_that_begins_inside_the_input() -> None:
    assert output_size(5, 2, 2, rounding="ceil") == 3
    # a third window would begin at 4 - 1 = 3, past the 3 values: it would see padding alone
    assert output_size(3, 2, 2, 1, rounding="ceil") == 2
    assert output_size(7, 3, 2, dilation=2) == 2


@given(
    *(st.integers(1, 40), st.integers(1, 9), st.integers(1, 5), st.integers(0, 4)),
    *(st.integers(0, 4), st.integers(1, 3), st.sampled_from(["floor", "ceil"])),
)
def test_output_size_is_the_number_of_windows_that_can_be_placed(
    length: int, size: int, stride: int, before: int, after: int, dilation: int, rounding: str
) -> None:
    reach = dilation * (size - 1) + 1
    end = length + before + after
    placed = 0
    for start in range(0, end, stride):
        whole = start + reach <= end
        # with ceil, one window more that begins before the end of the input
        partly = rounding == "ceil" and start < length + before and start - stride + reach < end
        placed += whole or (partly and placed > 0)
    found = output_size(length, size, stride, (before, after), dilation=dilation, rounding=rounding)
    assert found == placed
    assert output_size(length, size, stride, "same") == ceil(length / stride)
    assert output_size(length, size, stride, "valid") == output_size(length, size, stride)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "length"),
        ((9, 0), "size"),
        ((9, 3, 0), "stride"),
        ((9, 3, 1, -1), "padding"),
        ((9, 3, 1, "full"), "padding"),
    ],
)
def test_output_size_refuses_what_means_nothing(arguments: tuple[int, int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        output_size(*arguments)


def test_output_size_refuses_other_keywords() -> None:
    with pytest.raises(UsageError, match="dilation"):
        output_size(9, 3, dilation=0)
    with pytest.raises(UsageError, match="rounding"):
        output_size(9, 3, rounding="up")


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")
@pytest.mark.parametrize(
    ("name", "operations", "parameters", "trainable"),
    [
        ("yolov3", 65_864_075_264, 62_001_757, 61_949_149),
        ("yolov4-tiny", 6_907_876_352, 6_062_814, 6_056_606),
        ("yolo-voc", 29_360_334_848, 50_676_061, 50_655_389),
        ("Gaussian_yolov3_BDD", 99_043_770_368, 61_646_347, 61_593_739),
    ],
)
def test_shipped_network_costs_what_darknet_prints(
    name: str, operations: int, parameters: int, trainable: int
) -> None:
    text = Path(os.environ["ANCHORKIT_DATA"], "cfg", f"{name}.cfg").read_text()
    cost = counted(text, "darknet")
    assert (cost.flops, cost.parameters, cost.trainable) == (operations, parameters, trainable)


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")
def test_twelve_anchors_change_exactly_the_three_heads_of_yolov3() -> None:
    text = Path(os.environ["ANCHORKIT_DATA"], "cfg", "yolov3.cfg").read_text()
    old, new = counted(text), counted(with_k(text, 12))
    changes = {
        one.layer.index: other.parameters - one.parameters
        for one, other in zip(old.layers, new.layers, strict=True)
        if (one.parameters, one.flops) != (other.parameters, other.flops)
    }
    assert changes == {81: 85 * 1025, 93: 85 * 513, 105: 85 * 257}
    assert new.flops - old.flops == 2 * 85 * (1024 * 13**2 + 512 * 26**2 + 256 * 52**2)
