"""Anchors into the text of a cfg: what must change does, and nothing else."""

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from cfgs import GAUSSIAN, NO_MASK, ONE_MASK, REGION, SHAPES, TINY, V3, V4, anchors_line, yolo
from hypothesis import given, settings
from hypothesis import strategies as st

from anchorkit.darknet.faults import faults_of
from anchorkit.darknet.heads import Head, heads_of
from anchorkit.darknet.listed import anchors_of
from anchorkit.darknet.replacing import edited, replace_anchors
from anchorkit.darknet.sections import read_cfg
from anchorkit.errors import AnchorError, CfgError, UsageError

Pair = tuple[float, float]
EDITED = {"anchors", "num", "mask", "filters"}
LINE = re.compile(r"([ \t]*(\w+)[ \t]*=[ \t]*)([^#;\r]*?)([ \t]*([#;].*)?\r?)")

sides = st.integers(1, 600)
decimals = st.integers(10, 60000).map(lambda number: number / 100)
whole_anchors = st.lists(st.tuples(sides, sides), min_size=1, max_size=15)
any_anchors = st.lists(st.tuples(decimals, decimals), min_size=1, max_size=15)


def heads(text: str) -> tuple[Head, ...]:
    return heads_of(read_cfg(text))


def masks(text: str) -> dict[float | None, tuple[int, ...] | None]:
    return {head.stride: head.mask for head in heads(text)}


def flat(pairs: Sequence[Pair]) -> list[float]:
    return [side for pair in pairs for side in pair]


def numbered(count: int) -> list[Pair]:
    return [(10.0 * place, 10.0 * place) for place in range(1, count + 1)]


def assert_only_values_differ(old: str, new: str) -> None:
    """Line by line: only the values of the four keys differ, not one byte around them."""
    assert old.count("\n") == new.count("\n")
    for before, after in zip(old.split("\n"), new.split("\n"), strict=True):
        if before != after:
            was, now = LINE.fullmatch(before), LINE.fullmatch(after)
            assert was
            assert now
            assert was[2] in EDITED
            assert (was[1], was[4]) == (now[1], now[4])


def assert_sound(text: str, anchors: Sequence[Pair]) -> None:
    """Every head lists the anchors, and each anchor is in exactly one mask."""
    found = heads(text)
    assert faults_of(found) == ()
    count = len(anchors)
    used = [index for head in found for index in head.mask or range(count)]
    assert sorted(used) == list(range(count))
    for head in found:
        assert head.num == count
        assert head.filters == head.per_anchor * len(head.mask or range(count))
        assert flat(sorted(head.anchors)) == pytest.approx(flat(sorted(anchors)), rel=1e-6)


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "tiny"])
def test_own_anchors_change_no_byte(name: str) -> None:
    text = SHAPES[name]
    shuffled = anchors_of(heads(text))[::-1]
    assert edited(read_cfg(text), shuffled).text == text
    assert edited(read_cfg(text), shuffled).changes == ()


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("count", range(3, 16))
def test_any_number_of_anchors_gives_a_sound_cfg(name: str, count: int) -> None:
    new = replace_anchors(SHAPES[name], numbered(count)[::-1])
    assert_sound(new, numbered(count))
    assert_only_values_differ(SHAPES[name], new)


@pytest.mark.parametrize("name", SHAPES)
def test_second_run_changes_nothing(name: str) -> None:
    for assign in ("shares", "size"):
        anchors: list[Pair] = [(20, 20), (25, 25), (40, 40), (50, 50), (70, 70), (200.5, 90)]
        once = edited(read_cfg(SHAPES[name]), anchors, assign=assign)
        again = edited(read_cfg(once.text), anchors, assign=assign)
        assert once.changes
        assert (again.text, again.changes, again.mended) == (once.text, (), ())


def test_small_anchors_go_to_the_fine_stride_whatever_the_order_of_the_heads() -> None:
    wanted = {8: (0, 1, 2), 16: (3, 4, 5), 32: (6, 7, 8)}
    assert masks(replace_anchors(V3, numbered(9))) == wanted
    assert masks(replace_anchors(V4, numbered(9))) == wanted
    assert masks(replace_anchors(V3.replace("6,7,8", "0,1,2", 1), numbered(9))) == wanted


def test_anchors_are_listed_by_area_not_by_width() -> None:
    new = replace_anchors(NO_MASK, [(100, 10), (30, 30), (10, 100.5), (5, 300)])
    assert "anchors = 30,30,  100,10,  10,100.5,  5,300\n" in new


def test_lengths_of_masks_stay_when_k_stays() -> None:
    uneven = yolo(masks=["4,5,6,7,8", "2,3", "0,1"], strides=[32, 16, 8])
    assert masks(replace_anchors(uneven, numbered(9))) == {
        8: (0, 1),
        16: (2, 3),
        32: (4, 5, 6, 7, 8),
    }


def test_lengths_that_skip_indices_stay_but_indices_do_not() -> None:
    skipping = yolo(masks=["20,21,22,23,24", "12,13", "0,1"], strides=[32, 16, 8])
    assert masks(replace_anchors(skipping, numbered(9)))[32] == (4, 5, 6, 7, 8)


def test_remainder_goes_to_the_coarser_strides() -> None:
    assert {s: len(m or ()) for s, m in masks(replace_anchors(V4, numbered(10))).items()} == {
        8: 3,
        16: 3,
        32: 4,
    }
    assert {s: len(m or ()) for s, m in masks(replace_anchors(V4, numbered(11))).items()} == {
        8: 3,
        16: 4,
        32: 4,
    }


def test_equal_strides_share_in_the_order_of_the_file() -> None:
    twin = yolo(masks=["0", "1", "2"], strides=[16, 8, 16], count=3)
    found = heads(replace_anchors(twin, numbered(5)))
    assert [head.mask for head in found] == [(1, 2), (0,), (3, 4)]


def test_repeated_index_is_mended_and_named() -> None:
    edit = edited(read_cfg(TINY), anchors_of(heads(TINY)))
    assert masks(edit.text) == {16: (0, 1, 2), 32: (3, 4, 5)}
    assert anchors_line(6) in edit.text
    text = " / ".join(str(fault) for fault in edit.mended)
    assert "anchor 0 in no mask" in text
    assert "anchor 3 in two masks" in text
    assert [(change.key, change.old, change.new) for change in edit.changes] == [
        ("mask", "1,2,3", "0,1,2")
    ]


def test_mended_masks_go_by_area_where_the_list_does_not() -> None:
    text = TINY.replace("10,13,  16,30,", "16,30,  10,13,").replace("59,119", "5,5")
    assert masks(replace_anchors(text, anchors_of(heads(text)))) == {16: (0, 1, 5), 32: (2, 3, 4)}


def test_number_of_anchors_is_the_pairs_listed_not_num() -> None:
    text = V4.replace("num=9", "num=6")
    edit = edited(read_cfg(text), anchors_of(heads(text)))
    assert edit.text == V4
    assert any("num=6, but 9 anchors" in str(fault) for fault in edit.mended)
    assert any("6, 7, 8 beyond the 6 anchors" in str(fault) for fault in edit.mended)


def test_missing_comma_is_put_in_and_named() -> None:
    text = V4.replace("30,61,  62", "30,61    62")
    edit = edited(read_cfg(text), anchors_of(heads(V4)))
    assert edit.text == V4.replace("30,61,  62", "30,61,    62")
    assert any("comma is missing" in str(fault) for fault in edit.mended)


def test_trailing_comma_of_a_mask_is_taken_out() -> None:
    text = V4.replace("mask = 3,4,5", "mask = 3,4,5,")
    assert edited(read_cfg(text), anchors_of(heads(V4))).text == V4


def test_wrong_filters_are_mended_and_named() -> None:
    text = V4.replace("filters=21", "filters=255 # 3 * 85", 1)
    edit = edited(read_cfg(text), anchors_of(heads(V4)))
    assert edit.text == V4.replace("filters=21", "filters=21 # 3 * 85", 1)
    assert [fault.kind for fault in edit.mended] == ["filters"]


def test_gaussian_head_needs_four_more_filters_per_anchor() -> None:
    new = replace_anchors(GAUSSIAN, numbered(6))
    assert {head.filters for head in heads(new)} == {2 * (2 + 9)}


def test_single_mask_is_written_whole() -> None:
    new = replace_anchors(ONE_MASK, numbered(4))
    assert masks(new) == {8: (0, 1, 2, 3)}


def test_single_head_without_mask_gets_none() -> None:
    new = replace_anchors(NO_MASK, numbered(7))
    assert "mask" not in new
    assert "filters=49" in new
    assert "num=7" in new


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_missing_num_and_mask_follow_anchors_in_the_style_of_the_line(ending: str) -> None:
    text = V4.replace("num=9\n", "").replace("mask = 0,1,2\n", "").replace("\n", ending)
    new = replace_anchors(text, anchors_of(heads(V4)))
    assert f"{anchors_line()}{ending}num = 9{ending}mask = 0,1,2{ending}classes=2{ending}" in new
    assert f"{anchors_line()}{ending}num = 9{ending}classes=2{ending}" in new
    assert_sound(new, anchors_of(heads(V4)))


def test_key_inserted_after_the_last_line_leaves_no_final_newline() -> None:
    text = NO_MASK.replace("num=4\n", "").replace("classes=2\n", "").rstrip("\n")
    assert text.endswith("30,61")
    new = replace_anchors(text, [(2, 3)])
    assert new.endswith("anchors = 2,3\nnum = 1")


def test_missing_filters_follow_the_header() -> None:
    text = NO_MASK.replace("size=1\nfilters=28\n", "size=1\n")
    assert "[convolutional]\nfilters=28\nsize=1\nactivation" in replace_anchors(text, numbered(4))


def test_missing_anchors_are_inserted() -> None:
    text = V4.replace(anchors_line() + "\n", "", 1)
    new = replace_anchors(text, numbered(9))
    assert_sound(new, numbered(9))


def test_region_gets_cells_that_give_back_the_pixels() -> None:
    new = replace_anchors(REGION, [(42, 55.5), (161, 300)])
    assert "anchors =  1.3125, 1.734375, 5.03125, 9.375\n" in new
    assert "filters=20\n" in new
    assert "num=2\n" in new


def test_region_of_a_grid_that_does_not_divide_the_input_gets_few_decimals() -> None:
    text = REGION.replace("width=416", "width=400").replace("size=1\n", "size=1\npad=0\n")
    text = text.replace("stride=32", "stride=32\npadding=10\nsize=20")
    (head,) = heads(replace_anchors(text, [(42, 55)]))
    assert head.cell == (400 / 13, 416 / 14)
    assert head.anchors[0] == pytest.approx((42, 55), rel=2**-24)


def test_area_rule_parts_strides_at_30_and_60() -> None:
    anchors: list[Pair] = [(30, 29), (30, 30), (36, 99), (36, 100), (10, 400), (300, 300)]
    assert masks(replace_anchors(V4, anchors, assign="size")) == {
        8: (0,),
        16: (1, 2),
        32: (3, 4, 5),
    }


@pytest.mark.parametrize(
    ("sides", "lengths", "said"),
    [
        ([31, 62, 90], [1, 1, 1], ["stride 8 takes anchors below 30x30", "the nearest, 31x31"]),
        ([40, 50, 70, 90], [1, 1, 2], ["below 30x30"]),
        ([3, 62, 90], [1, 1, 1], ["stride 16 takes anchors from 30x30 to 60x60", "62x62"]),
        ([3, 29, 70, 900], [1, 1, 2], ["the nearest, 29x29"]),
        ([3, 4, 5, 6], [2, 1, 1], ["from 30x30", "of 60x60 or more"]),
        ([70, 80, 90, 100], [1, 1, 2], ["below 30x30", "from 30x30"]),
    ],
)
def test_area_rule_gives_an_empty_head_the_nearest_of_its_neighbour(
    sides: list[int], lengths: list[int], said: list[str]
) -> None:
    edit = edited(read_cfg(V4), [(side, side) for side in sides], assign="size")
    assert [len(masks(edit.text)[stride] or ()) for stride in (8, 16, 32)] == lengths
    assert all(any(text in note for note in edit.notes) for text in said)
    assert_sound(edit.text, [(side, side) for side in sides])


@given(
    st.lists(st.integers(1, 120), min_size=3, max_size=9, unique=True),
    st.sampled_from([[8, 16, 32], [8, 16, 16], [8, 8, 32], [16, 16, 16]]),
)
@settings(deadline=None)
def test_area_rule_moves_as_little_as_can_be(sides: list[int], strides: list[int]) -> None:
    """Against all ways to part the anchors, tried one by one."""
    text = yolo(masks=["0", "1", "2"], strides=strides, count=3)
    own = masks_by_line(replace_anchors(text, [(s, s) for s in sides], assign="size"))
    ranked = sorted(sides)

    def cost(parts: Sequence[Sequence[int]]) -> float:
        total = 0.0
        for part, stride in zip(parts, strides, strict=True):
            finer = [one for one in strides if one < stride]
            low = (3.75 * max(finer)) ** 2 if finer else 0.0
            high = (3.75 * stride) ** 2 if stride < max(strides) else float("inf")
            for side in part:
                total += max(0.0, math.log(low / side**2) if low else 0.0)
                total += max(0.0, math.log(side**2 / high)) if high < float("inf") else 0.0
        return total

    count = len(sides)
    least = min(
        cost([ranked[:one], ranked[one:two], ranked[two:]])
        for one in range(1, count - 1)
        for two in range(one + 1, count)
    )
    assert cost([[ranked[index] for index in mask] for mask in own]) == pytest.approx(least)


def masks_by_line(text: str) -> list[tuple[int, ...]]:
    return [head.mask or () for head in heads(text)]


def test_unknown_assignment_is_bad_usage() -> None:
    with pytest.raises(UsageError, match="shares or size"):
        replace_anchors(V4, numbered(9), assign="width")


def test_too_few_anchors_name_the_smallest_k() -> None:
    with pytest.raises(CfgError, match="smallest k is 3"):
        replace_anchors(V4, numbered(2))


@pytest.mark.parametrize(
    "anchor", [(0.0, 3.0), (-1.0, 3.0), (float("nan"), 3.0), (1.0,), (1, 2, 3)]
)
def test_anchor_without_area_is_refused(anchor: tuple[float, ...]) -> None:
    with pytest.raises(AnchorError, match="anchor 2"):
        replace_anchors(NO_MASK, [(3, 3), anchor])


def test_different_lists_need_force() -> None:
    text = V4.replace("373,326", "300,300", 1)
    with pytest.raises(CfgError, match="different anchors"):
        replace_anchors(text, numbered(9))
    assert_sound(replace_anchors(text, numbered(9), force=True), numbered(9))


def test_counters_are_updated_where_the_head_has_them() -> None:
    text = yolo(masks=["0,1"], strides=[8], count=2, extra=["counters_per_class = 7, 8 # old"])
    assert "counters_per_class = 100, 2 # old" in replace_anchors(
        text, numbered(2), counters=[100, 2]
    )
    left = edited(read_cfg(text), numbered(2))
    assert "counters_per_class = 7, 8 # old" in left.text
    assert "counters_per_class is left" in left.warnings[0]
    with pytest.raises(CfgError, match="wanted 2 classes, found 3"):
        replace_anchors(text, numbered(2), counters=[1, 2, 3])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[net]\nwidth=1\n", "no detection head"),
        (
            V4.replace("[upsample]", "[warp]").replace("mask = 3,4,5", "mask = 0,1"),
            "line 11: .warp.: .* so the stride of .yolo. ",
        ),
        (
            V4.replace("size=", "size=-", 1).replace("mask = 3,4,5\n", ""),
            r"line \d+: .convolutional.: gives nothing: .* stride of",
        ),
        ("[net]\n[detection]\nclasses=3\n", r"line 2: \[detection\] is the head of YOLOv1"),
        (V4.replace("[yolo]", "[YOLO]", 1), r"line 38: .*found \[YOLO\]"),
        (V4.replace("[yolo]", "[yolo] # first", 1), r"line 38: .*found \[yolo\]#first"),
        (REGION + "\n[route]\nlayers=1\n" + REGION[REGION.index("[region]") :], "no other head"),
        (V4.replace("\n", "\r"), "^line 1: lines end with CR alone, where darknet wants LF$"),
        (V4.replace("[net]", "[" + "n" * 999, 1), r"^line 1: .* found \[n{39}$"),
        ("\ufeff" + V4, "line 1: a byte order mark"),
        (V4.replace("\n", "\0\n"), "line 1: the file is UTF-16"),
        ("width=3\n" + V4, r"line 1: wanted \[net\] before the first key"),
        (V4[V4.index("[conv") :], r"wanted \[net\] as the first section"),
        ("# nothing\n", "no section"),
    ],
)
def test_cfg_that_cannot_be_edited_safely_is_refused_with_the_line(text: str, message: str) -> None:
    with pytest.raises(CfgError, match=message):
        replace_anchors(text, numbered(9))


def test_unknown_layer_that_no_size_hangs_on_does_not_matter() -> None:
    text = V4.replace("[route]", "[warp]\nstrength=3\n\n[route]", 1)
    assert_sound(replace_anchors(text, numbered(9)), numbered(9))


def test_unknown_layer_does_not_matter_to_a_single_head() -> None:
    text = NO_MASK.replace("[route]\nlayers = 0", "[warp]\nstrength=3")
    assert "anchors = 10,10,  20,20\n" in replace_anchors(text, numbered(2))


def test_filters_that_no_convolution_holds_are_refused() -> None:
    text = NO_MASK.replace("activation=linear\n", "activation=linear\n[dropout]\n")
    assert edited(read_cfg(text), anchors_of(heads(text))).changes == ()
    with pytest.raises(CfgError, match=r"filters must become 14, found \[dropout\]"):
        replace_anchors(text, numbered(2))


def test_first_of_repeated_keys_is_edited_and_no_other_value_stays() -> None:
    text = NO_MASK.replace("num=4", "num=4\nnum=12")
    new = replace_anchors(text, numbered(5))
    assert "num=5\n" in new
    assert "num=12" not in new


@st.composite
def noisy_cfgs(draw: st.DrawFn) -> str:
    """A cfg of ours with the noise that real files have."""
    text = draw(st.sampled_from([V3, V4, TINY, GAUSSIAN, ONE_MASK, NO_MASK, REGION]))
    blanks = st.sampled_from(["", " ", "\t", "  "])
    comments = st.sampled_from(["", "# a, b", " # was 18", "\t; so, so", "#x=1", " #é ü"])
    lines: list[str] = []
    for line in text.split("\n"):
        if "=" in line:
            key, value = (part.strip() for part in line.split("="))
            gap = draw(blanks) if key in EDITED else ""
            comment = draw(comments)
            if key in ("mask", "anchors"):  # where darknet counts commas, some cannot stay
                comment = comment.replace("," if "[Gaussian" in text else "so,", "")
            line = f"{draw(blanks)}{key}{gap}={draw(blanks)}{value}{comment}{draw(blanks)}"
        lines.append(line)
        if draw(st.integers(0, 9)) == 0:
            lines.append(
                draw(st.sampled_from(["", "  ", "# mask = 1,2", ";num=3", "odd_key=7", "\t#"]))
            )
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    return ending.join(lines).rstrip("\r\n") + draw(st.sampled_from(["", ending, ending * 2]))


@settings(deadline=None)
@given(text=noisy_cfgs(), anchors=any_anchors | whole_anchors)
def test_all_bytes_outside_the_edited_values_stay(text: str, anchors: list[Pair]) -> None:
    if len(anchors) < len(heads(text)):
        return
    new = replace_anchors(text, anchors)
    assert_sound(new, anchors)
    assert_only_values_differ(text, new)
    assert replace_anchors(new, anchors) == new


SIXTEEN = "13,17,  31,25,   24,51, 61,45    61,45,  48,102,  119,96, 97,189,    97,189,  " + (
    "217,184,  171,384, 324,451,    324,451, 545,357, 616,618, 800,800"
)


def test_five_heads_with_repeated_indices_and_a_missing_comma_are_mended() -> None:
    text = yolo(
        masks=["0,1", "1,2,3", "4,5,6,7", "8,9,10,11", "12,13,14,15"], strides=[8, 16, 32, 64, 128]
    )
    text = text.replace(anchors_line(), f"anchors = {SIXTEEN}").replace("num=9", "num=16")
    own = anchors_of(heads(text))
    assert len(own) == 16
    edit = edited(read_cfg(text), own)
    assert_sound(edit.text, own)
    assert_only_values_differ(text, edit.text)
    assert edit.text.count(SIXTEEN.replace("45    61", "45,    61")) == 5
    assert [len(head.mask or ()) for head in heads(edit.text)] == [3, 3, 3, 3, 4]


def test_more_pairs_than_num_keep_the_masks_that_fit_the_pairs() -> None:
    text = V4.replace("num=9", "num=6")
    assert masks(replace_anchors(text, numbered(9))) == masks(V4)


def test_equal_anchors_in_one_list_stay_two() -> None:
    text = V4.replace("116,90", "59,119")
    assert edited(read_cfg(text), anchors_of(heads(text))).text == text


def test_lists_that_differ_become_one_when_forced() -> None:
    other = anchors_line().replace("59,119,  116,90", "64,64,  59,119")
    text = V3.replace(anchors_line(), other, 1)
    edit = edited(read_cfg(text), numbered(9), force=True)
    assert_sound(edit.text, numbered(9))
    assert any(fault.kind == "lists" for fault in edit.mended)


def test_embedding_that_the_anchors_do_not_divide_is_warned_of() -> None:
    text = ONE_MASK.replace("num=9", "num=9\nembedding_layer = -2").replace(
        "[route]\nlayers = 0", "[convolutional]\nfilters=18"
    )
    assert "embedding_layer" not in str(edited(read_cfg(text), numbered(6)).warnings)
    assert (
        "18 filters (line 14) are not a multiple of 4"
        in edited(read_cfg(text), numbered(4)).warnings[0]
    )


@settings(deadline=None)
@given(data=st.data())
def test_damaged_cfgs_are_edited_or_refused_never_more(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(sorted(SHAPES.values())))
    bits = st.sampled_from(
        [
            "",
            "=",
            ",",
            "#",
            ";",
            "[",
            "\n",
            "\r",
            " ",
            "-",
            "9" * 5000,
            "1e999",
            "nan",
            "mask=",
            ".",
        ]
    )
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        text = text[:start] + data.draw(bits) + text[start + data.draw(st.integers(0, 9)) :]
    try:
        found = edited(read_cfg(text), numbered(9), force=True)
    except CfgError:
        return
    assert edited(read_cfg(found.text), numbered(9), force=True).changes == ()


shipped = sorted((Path(os.environ.get("ANCHORKIT_DATA", "/nonexistent")) / "cfg").glob("*.cfg"))
STRIDES = {
    "Gaussian_yolov3_BDD": [32, 16, 8],
    "yolo-voc": [32],
    "yolov3": [32, 16, 8],
    "yolov3-tiny": [32, 16],
    "yolov4": [8, 16, 32],
    "yolov4-csp": [8, 16, 32],
    "yolov4-tiny": [32, 16],
    "yolov7-tiny": [8, 16, 32],
}


def test_a_head_that_lives_on_the_filters_of_an_earlier_one_is_not_spoilt() -> None:
    # 21 filters are wrong for the first head, and what the second, behind it, needs
    head = "[yolo]\nmask=0,1,2\nnum=3\nanchors=1,1, 2,2, 3,3\nclasses="
    text = "[net]\nwidth=64\nheight=64\nchannels=3\n[conv]\nfilters=21\nstride=8\n"
    with pytest.raises(CfgError, match=r"line 8: wanted \[convolutional\] before \[yolo\]"):
        replace_anchors(f"{text}{head}1\n{head}2\n", [(4, 4), (5, 5), (6, 6)])


@pytest.mark.parametrize("path", shipped, ids=lambda path: path.stem)
def test_shipped_cfg(path: Path) -> None:
    text = path.read_bytes().decode()
    found = heads(text)
    if path.stem in STRIDES:
        assert [head.stride for head in found] == STRIDES[path.stem]
    own = edited(read_cfg(text), anchors_of(found))
    assert own.text == text or own.mended
    if path.stem == "yolov4-tiny":
        assert own.text == text.replace("mask = 1,2,3", "mask = 0,1,2")
    for count in range(len(found), 16):
        anchors: list[Pair] = [
            (float(7 * place), float(9 * place)) for place in range(count, 0, -1)
        ]
        new = replace_anchors(text, anchors)
        assert_sound(new, anchors)
        assert_only_values_differ(text, new)
