"""A cfg for other classes, for another length of training, for another input."""

import re

import pytest
from cfgs import GAUSSIAN, NO_MASK, REGION, SHAPES, TINY, V3, V4, anchors_line, yolo

from anchorkit.darknet.checks import check_cfg
from anchorkit.darknet.heads import heads_of
from anchorkit.darknet.listed import anchors_of
from anchorkit.darknet.recipe import recipe
from anchorkit.darknet.replacing import edited, replace_anchors
from anchorkit.darknet.rescaling import rescaled
from anchorkit.darknet.sections import read_cfg
from anchorkit.errors import CfgError, UsageError

NINE = [(10.0 * side, 10.0 * side) for side in range(1, 10)]


def own(text: str) -> list[tuple[float, float]]:
    return list(anchors_of(heads_of(read_cfg(text))))


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "tiny"])
def test_classes_and_the_filters_for_them_change_and_nothing_else(name: str) -> None:
    text = SHAPES[name]
    edit = edited(read_cfg(text), own(text), classes=7)
    assert check_cfg(edit.cfg, told=[("it has", 7)]) == []
    assert {change.key for change in edit.changes} == {"classes", "filters"}
    back = edited(edit.cfg, own(text), classes=heads_of(read_cfg(text))[0].classes)
    assert back.text == text


def test_classes_that_are_missing_are_put_in() -> None:
    edit = edited(read_cfg(V4.replace("classes=2\n", "")), own(V4), classes=3)
    assert edit.text.count("classes = 3\n") == 3
    assert {head.filters for head in edit.heads} == {24}
    assert check_cfg(edit.cfg) == []


def test_filters_that_agree_on_other_classes_than_darknets_are_not_mended() -> None:
    text = V4.replace("classes=2\n", "")
    same = edited(read_cfg(text), own(V4))
    assert same.text == text
    fewer = edited(read_cfg(text), NINE[:6])
    assert {head.filters for head in fewer.heads} == {14}
    assert "classes" not in fewer.text


def test_one_head_without_classes_follows_its_filters() -> None:
    text = V4.replace("classes=2\n", "", 1)
    assert {head.filters for head in edited(read_cfg(text), NINE[:3]).heads} == {7}


def test_classes_that_differ_become_one_number() -> None:
    text = V4.replace("classes=2", "classes=80", 1).replace("filters=21", "filters=255", 1)
    edit = edited(read_cfg(text), own(V4), classes=2)
    assert edit.text == V4


@pytest.mark.parametrize("counters", ["7,8", "1", "1,2,3", '"7,8"'])
def test_counters_become_as_many_as_the_classes(counters: str) -> None:
    text = V4.replace("num=9", f"num=9\ncounters_per_class={counters}")
    edit = edited(read_cfg(text), own(V4), classes=4)
    assert edit.text.count("counters_per_class=1,1,1,1\n") == 3
    assert "each gets 1" in edit.warnings[0]
    counted = edited(read_cfg(text), own(V4), classes=4, counters=[9, 8, 7, 6])
    assert counted.text.count("counters_per_class=9,8,7,6\n") == 3
    assert check_cfg(counted.cfg) == []


def test_counters_of_the_right_length_stay() -> None:
    text = V4.replace("num=9", "num=9\ncounters_per_class=7,8")
    assert edited(read_cfg(text), own(V4), classes=2).text == text


@pytest.mark.parametrize(
    ("classes", "images", "batches", "steps"),
    [
        (1, 0, 6000, "4800,5400"),
        (3, 500, 6000, "4800,5400"),
        (4, 0, 8000, "6400,7200"),
        (80, 0, 160000, "128000,144000"),
        (2, 12880, 12880, "10304,11592"),
        (2, 6001, 6001, "4800,5400"),
    ],
)
def test_the_recipe_is_that_of_darknets_manual(
    classes: int, images: int, batches: int, steps: str
) -> None:
    cfg = read_cfg(V4.replace("channels=3", "channels=3\npolicy=steps\nscales=.1,.1"))
    assert recipe(cfg, classes, images) == ([("max_batches", str(batches)), ("steps", steps)], [])


def test_the_recipe_writes_as_many_scales_as_steps() -> None:
    net = "channels=3\nmax_batches = 45000\npolicy=steps\nsteps=100,25000,35000\nscales=10,.1,.1"
    text = V4.replace("channels=3", net)
    edit = edited(read_cfg(text), own(V4), net=recipe(read_cfg(text), 3)[0])
    wanted = "channels=3\nmax_batches = 6000\npolicy=steps\nsteps=4800,5400\nscales=.1,.1"
    assert edit.text == V4.replace("channels=3", wanted)
    keys, notes = recipe(read_cfg(V4.replace("channels=3", "channels=3\npolicy=sgdr")), 3)
    assert keys == [("max_batches", "6000")]
    assert "policy=sgdr has no steps" in notes[0]


@pytest.mark.parametrize(
    "scales",
    ["scales=.1,\n.1", 'scales=".1,.1"', "scales .1,.1", "scales=.1 .1", "scales=.1;.1", "scales="],
)
def test_the_recipe_leaves_no_scales_that_darknet_reads_otherwise(scales: str) -> None:
    net = f"channels=3\nbatch=64\npolicy=steps\nsteps=100,200\n{scales}"
    text = V4.replace("channels=3", net)
    edit = edited(read_cfg(text), own(V4), net=recipe(read_cfg(text), 3)[0])
    plain = edit.text.replace(" ", "").replace("max_batches=6000\n", "")
    wanted = "channels=3\nbatch=64\npolicy=steps\nsteps=4800,5400\nscales=.1,.1"
    assert plain == V4.replace("channels=3", wanted).replace(" ", "")
    assert check_cfg(edit.cfg) == []


def test_keys_that_are_missing_in_net_are_put_at_its_end() -> None:
    text = V4.replace("channels=3", "channels=3\npolicy=steps\n# so far")
    edit = edited(read_cfg(text), own(V4), net=[("max_batches", "6000"), ("steps", "1,2")])
    assert "policy=steps\nmax_batches=6000\nsteps=1,2\n# so far\n" in edit.text


@pytest.mark.parametrize("name", ["v3", "v4", "gaussian", "no mask"])
def test_another_input_scales_each_side_by_its_own_ratio(name: str) -> None:
    text = SHAPES[name]
    edit = rescaled(read_cfg(text), (832, 416))
    assert edit.cfg.size == (832, 416)
    assert own(edit.text) == [(2 * width, height) for width, height in own(text)]
    assert {change.key for change in edit.changes} == {"width", "anchors"}
    assert edited(edit.cfg, own(edit.text)).changes == ()
    assert rescaled(edit.cfg, (416, 416)).text == text


def test_decimals_stay_as_many_as_there_are() -> None:
    text = NO_MASK.replace("10,13", "10.25,13.5")
    assert "anchors = 15.77,20.77,  24.62,46.15,  50.77,35.38,  46.15,93.85" in (
        rescaled(read_cfg(text), (640, 640)).text
    )
    whole = rescaled(read_cfg(NO_MASK), (640, 640)).text
    assert "anchors = 15,20,  25,46,  51,35,  46,94" in whole
    tiny = rescaled(read_cfg(NO_MASK.replace("10,13", "1,2")), (32, 32)).text
    assert "anchors = 1,1," in tiny


def test_cells_of_a_region_stay() -> None:
    edit = rescaled(read_cfg(REGION), (608, 608))
    assert edit.text == REGION.replace("=416", "=608")


def test_lists_that_differ_are_scaled_each() -> None:
    text = V4.replace("373,326", "300,300", 1)
    new = rescaled(read_cfg(text), (832, 832)).text
    assert new.count("746,652") == 2
    assert new.count("600,600") == 1


@pytest.mark.parametrize("size", [(420, 416), (416, 400), (16, 16)])
def test_no_multiple_of_the_stride_is_bad_usage(size: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="wanted multiples of 32, found "):
        rescaled(read_cfg(V3), size)


def test_what_cannot_be_scaled_is_refused_with_the_line() -> None:
    with pytest.raises(CfgError, match="line 40: anchors: wanted positive numbers, found 0"):
        rescaled(read_cfg(V4.replace("10,13", "0,13")), (608, 608))
    with pytest.raises(CfgError, match="no width and height"):
        rescaled(read_cfg(V4.replace("width=416", "width=0")), (608, 608))


def test_shares_go_by_ascending_stride_whatever_the_order_of_the_file() -> None:
    for text in (V3, V4):
        heads = heads_of(read_cfg(replace_anchors(text, NINE, shares=(4, 3, 2))))
        assert {head.stride: head.mask for head in heads} == {
            8.0: (0, 1, 2, 3),
            16.0: (4, 5, 6),
            32.0: (7, 8),
        }
        assert {head.stride: head.filters for head in heads} == {8.0: 28, 16.0: 21, 32.0: 14}


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((4, 3), "wanted one for each of 3 heads"),
        ((4, 3, 3), "wanted 9 anchors together, found 10"),
        ((9, 0, 0), "wanted at least 1"),
    ],
)
def test_shares_that_cannot_be_are_bad_usage(shares: tuple[int, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        replace_anchors(V4, NINE, shares=shares)


@pytest.mark.parametrize(
    ("masks", "own_masks"),
    [
        (["3,4,5", "0,1,2"], [(3, 4, 5), (0, 1, 2)]),
        (["0,1,2", "3,4,5"], [(0, 1, 2), (3, 4, 5)]),
        (["2,3,4,5", "0,1"], [(2, 3, 4, 5), (0, 1)]),
    ],
)
def test_heads_of_one_stride_keep_their_masks(
    masks: list[str], own_masks: list[tuple[int, ...]]
) -> None:
    text = yolo(masks=masks, strides=[32, 32], count=6)
    six = [(7.0 * side, 9.0 * side) for side in range(1, 7)]
    assert [head.mask for head in edited(read_cfg(text), six).heads] == own_masks
    seven = edited(read_cfg(text), NINE[:7]).heads
    small = min(range(2), key=lambda at: own_masks[at])
    assert seven[small].mask == (0, 1, 2)


UNKNOWN = V4.replace("[upsample]", "[depthwise]", 1)


@pytest.mark.parametrize("layer", ["[se]", "[depthwise]", "[route_lhalf]", "[warp]"])
def test_behind_an_unknown_layer_heads_keep_the_order_of_their_masks(layer: str) -> None:
    text = V4.replace("[upsample]", layer, 1)
    edit = edited(read_cfg(text), NINE)
    assert [head.mask for head in edit.heads] == [(0, 1, 2), (3, 4, 5), (6, 7, 8)]
    assert "heads keep the order of their masks" in edit.notes[0]
    assert f"line 11: {layer}: a type of layer that darknet does not know" in edit.notes[0]
    turned = edited(read_cfg(V3.replace("[upsample]", layer, 1)), NINE)
    assert [head.mask for head in turned.heads] == [(6, 7, 8), (3, 4, 5), (0, 1, 2)]


def test_strides_in_the_order_of_the_file_settle_what_layers_do_not_tell() -> None:
    text = UNKNOWN.replace("mask = 0,1,2", "mask = 3,4").replace("mask = 6,7,8", "mask = 3")
    with pytest.raises(CfgError, match="is not known"):
        edited(read_cfg(text), NINE)
    edit = edited(read_cfg(text), NINE, strides=(8, 16, 32))
    assert [head.mask for head in edit.heads] == [(0, 1, 2), (3, 4, 5), (6, 7, 8)]
    assert edit.notes == ()
    by_size = edited(read_cfg(UNKNOWN), NINE, strides=(8, 16, 32), assign="size")
    assert [head.mask for head in by_size.heads] == [(0, 1), (2, 3, 4), (5, 6, 7, 8)]


def test_a_stride_against_one_that_is_known_is_bad_usage() -> None:
    with pytest.raises(UsageError, match=r"line 38: \[yolo\] has stride 8 .* found 16"):
        edited(read_cfg(V4), NINE, strides=(16, 8, 32))
    with pytest.raises(UsageError, match="one stride for each of 3 heads, found 2"):
        edited(read_cfg(V4), NINE, strides=(8, 16))


def test_a_region_behind_an_unknown_layer_is_written_by_its_stride() -> None:
    text = REGION.replace("[conv]\n", "[warp]\n")
    new = replace_anchors(text, [(42, 55.5)], strides=(32,))
    assert "anchors =  1.3125, 1.734375\n" in new


def test_masks_that_overlap_tell_no_order() -> None:
    text = TINY.replace("[upsample]", "[warp]").replace("mask = 1,2,3", "mask = 3,4")
    with pytest.raises(CfgError, match="so the stride of"):
        edited(read_cfg(text), NINE[:6])


def test_gaussian_heads_get_four_values_more() -> None:
    edit = edited(read_cfg(GAUSSIAN), own(GAUSSIAN), classes=3)
    assert {head.filters for head in edit.heads} == {36}
    assert re.sub("classes=.|filters=..", "", edit.text) == re.sub(
        "classes=.|filters=..", "", GAUSSIAN
    )
    assert anchors_line() in edit.text
