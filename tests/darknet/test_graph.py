"""Sizes of layers, worked by hand from darknet's formulas."""

import pytest

from anchorkit.darknet.graph import Layer, layers_of, why_unsized
from anchorkit.darknet.sections import read_cfg
from anchorkit.errors import CfgError

NET = "[net]\nwidth=416\nheight=256\nchannels=3\n"
CONV = "[convolutional]\nfilters=32\nsize=3\nstride=2\npad=1\n"


def built(*sections: str, net: str = NET) -> tuple[Layer, ...]:
    return layers_of(read_cfg(net + "\n".join(sections)))


def last(*sections: str) -> tuple[int, ...] | None:
    return built(*sections)[-1].output


@pytest.mark.parametrize(
    ("section", "output"),
    [
        # before each: a 32-channel map of 208 x 128
        ("[conv]\nfilters=8\nsize=1", (208, 128, 8)),
        ("[convolutional]\nfilters=8\nsize=3", (206, 126, 8)),
        ("[convolutional]\nfilters=8\nsize=3\npadding=2", (210, 130, 8)),
        ("[convolutional]\nfilters=8\nsize=5\npad=1\npadding=7\nstride=2", (104, 64, 8)),
        ("[convolutional]\nfilters=8\nsize=3\npad=1\nstride_x=2\nstride_y=4", (104, 32, 8)),
        ("[convolutional]\nfilters=8\nsize=3\npad=1\nstride=4\nstride_x=2", (104, 32, 8)),
        ("[convolutional]\nfilters=8\nsize=3\npad=1\ndilation=2", (208, 128, 8)),
        ("[convolutional]\nfilters=8\nsize=3\npad=1\nstride=2\nantialiasing=1", (104, 64, 8)),
        ("[convolutional]\nfilters=8\nsize=3\npad=1\nstride=2\nantialiasing=2", (104, 64, 8)),
        ("[deconv]\nfilters=8\nsize=2\nstride=2", (416, 256, 8)),
        ("[maxpool]\nsize=2\nstride=2", (104, 64, 32)),
        ("[max]\nsize=2\nstride=1", (208, 128, 32)),
        ("[maxpool]\nsize=13\nstride=1", (208, 128, 32)),
        ("[maxpool]\nsize=3\nstride=2\npadding=0", (103, 63, 32)),
        ("[maxpool]\nstride=4", (52, 32, 32)),
        ("[maxpool]\nstride=2\nsize=2\nstride_x=1", (208, 64, 32)),
        ("[maxpool]\nmaxpool_depth=1\nout_channels=4\nsize=1\nstride=1", (208, 128, 4)),
        ("[local_avg]\nsize=2\nstride=2", (104, 64, 32)),
        ("[avgpool]", (1, 1, 32)),
        ("[local]\nfilters=4\nsize=3\nstride=1\npad=1", (208, 128, 4)),
        ("[local]\nfilters=4\nsize=3\nstride=1", (206, 126, 4)),
        ("[connected]\noutput=10", (1, 1, 10)),
        ("[conn]", (1, 1, 1)),
        ("[rnn]\noutput=7\nhidden=9", (1, 1, 7)),
        ("[crnn]\noutput=7\nhidden=9\npad=1", (208, 128, 7)),
        ("[crnn]\noutput=7\nhidden=9", (208, 128, 7)),
        ("[crnn]\noutput_filters=7\nhidden_filters=9", (208, 128, 7)),
        ("[conv_lstm]\noutput=7\npad=1", (208, 128, 7)),
        ("[history]\nhistory_size=3", (208, 128, 96)),
        ("[upsample]", (416, 256, 32)),
        ("[upsample]\nstride=-2", (104, 64, 32)),
        ("[reorg]\nstride=2", (104, 64, 128)),
        ("[reorg3d]\nstride=4\nreverse=1", (832, 512, 2)),
        ("[reorg]\nstride=2\nextra=3", (1, 1, 208 * 128 * 32 + 3)),
        ("[reorg3d]\nstride=2\nextra=3", (104, 64, 128)),
        ("[crop]\ncrop_width=100\ncrop_height=90", (100, 90, 32)),
        ("[implicit]\nfilters=64\natoms=2", (1, 2, 64)),
        ("[shortcut]\nfrom=-1", (208, 128, 32)),
        ("[sam]\nfrom=-1", (208, 128, 32)),
        ("[empty]", (208, 128, 32)),
        ("[lrn]", (208, 128, 32)),
        ("[yolo]", (208, 128, 32)),
    ],
)
def test_layer_gives_the_size_that_darknet_computes(
    section: str, output: tuple[int, int, int]
) -> None:
    assert last(CONV, section + "\n") == output


def test_window_too_large_by_less_than_a_stride_is_placed_once() -> None:
    pool = "[avgpool]\n"
    assert last(CONV, pool, "[conv]\nfilters=8\nsize=2\nstride=2\n") == (1, 1, 8)
    assert last(CONV, pool, "[maxpool]\nsize=3\nstride=3\npadding=0\n") == (1, 1, 32)
    assert last(CONV, pool, "[conv]\nfilters=8\nsize=3\nstride=2\n") is None


def test_route_joins_channels_and_takes_the_size_of_its_first_source() -> None:
    half = CONV.replace("filters=32", "filters=16")
    layers = built(CONV, half, "[upsample]\nstride=2\n", "[route]\nlayers = -1, 0 # both\n")
    assert layers[-1].output == (208, 128, 48)
    assert layers[-1].sources == (2, 0)


def test_route_of_a_group_takes_its_share_of_the_channels() -> None:
    assert last(CONV, "[route]\nlayers=-1\ngroups=2\ngroup_id=1\n") == (208, 128, 16)


@pytest.mark.parametrize("keys", ["groups=0", "groups=-2", "groups=2\ngroup_id=2", "group_id=-1"])
def test_route_of_a_group_that_there_is_not_gives_nothing(keys: str) -> None:
    cfg = read_cfg(f"{NET}{CONV}[route]\nlayers=-1\n{keys}\n")
    route = layers_of(cfg)[-1]
    assert route.output is None
    assert why_unsized(cfg, route).endswith("wanted a group_id below groups")


def test_route_of_unequal_sizes_gives_nothing() -> None:
    assert last(CONV, CONV, "[route]\nlayers=0,1\n") is None


def test_scale_channels_takes_the_size_of_the_layer_it_names() -> None:
    layers = built(CONV, "[avgpool]\n", "[conv]\nfilters=32\n", "[scale_channels]\nfrom=0\n")
    assert layers[-1].output == (208, 128, 32)
    assert layers[-1].sources == (2, 0)


def test_layer_that_names_an_antialiased_one_gets_it_before_the_reduction() -> None:
    blurred = CONV + "antialiasing=1\n"
    layers = built(blurred, "[route]\nlayers=0\n")
    assert layers[0].output == (208, 128, 32)
    assert layers[1].output == (416, 256, 32)


def test_unknown_layer_is_named_by_its_line_and_ends_the_sizes() -> None:
    layers = built(CONV, "[warp]\nsize=3\n", "[conv]\nfilters=8\n", "[route]\nlayers=0\n")
    assert [layer.known for layer in layers] == [True, False, True, True]
    assert (layers[1].type, layers[1].line) == ("warp", 11)
    assert [layer.output for layer in layers] == [(208, 128, 32), None, None, (208, 128, 32)]


def test_another_input_size_changes_every_layer() -> None:
    cfg = read_cfg(NET + CONV)
    assert layers_of(cfg, (608, 320))[0].output == (304, 160, 32)


def test_flat_input_stands_for_networks_without_images() -> None:
    layers = built("[rnn]\noutput=12\nhidden=4\n[softmax]\n", net="[net]\ninputs=256\n")
    assert [layer.input for layer in layers] == [(1, 1, 256), (1, 1, 12)]


@pytest.mark.parametrize("layers", ["3", "-2", "1"])
def test_layer_that_names_no_earlier_layer_is_refused_with_its_line(layers: str) -> None:
    with pytest.raises(CfgError, match=r"line 12: layers=.*layer 1"):
        built(CONV, f"[route]\nlayers={layers}\n")


def test_route_without_layers_is_refused_with_its_line() -> None:
    with pytest.raises(CfgError, match=r"line 5: \[route\] without layers="):
        built("[route]\n")
