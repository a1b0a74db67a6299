"""Keys however people write them: read as they are meant, and nothing left when written anew."""

import re

import pytest
from cfgs import NO_MASK, ONE_MASK, PAIRS, REGION, TINY, V3, V4, anchors_line, yolo

from anchorkit.darknet.faults import faults_of
from anchorkit.darknet.heads import heads_of
from anchorkit.darknet.listed import anchors_of, count_of
from anchorkit.darknet.replacing import edited, replace_anchors
from anchorkit.darknet.sections import read_cfg
from anchorkit.darknet.written import plainly, written

OWN = [(float(pair.split(",")[0]), float(pair.split(",")[1])) for pair in PAIRS]
NEW = [(20.0 * side, 20.0 * side) for side in range(1, 10)]
LINE = anchors_line()
LIST = LINE.removeprefix("anchors = ")
HALVES = ",  ".join(PAIRS[:4]), ",  ".join(PAIRS[4:])
WAYS = {
    "double quotes": f'anchors = "{LIST}"',
    "single quotes": f"anchors = '{LIST}'",
    "curly quotes": f"anchors = \u201c{LIST}\u201d",
    "brackets": f"anchors = [{LIST}]",
    "a pair of brackets each": "anchors = " + ", ".join(f"({pair})" for pair in PAIRS),
    "brackets in brackets": "anchors = [" + ", ".join(f"[{pair}]" for pair in PAIRS) + "]",
    "brackets alone": "anchors = " + " ".join(f"[{pair}]" for pair in PAIRS),
    "a wide comma": LINE.replace("13,  16", "13\uff0c  16"),
    "wide commas everywhere": LINE.replace(",", "\uff0c"),
    "an ideographic comma": LINE.replace("13,  16", "13\u3001 16"),
    "wide digits": LINE.replace("10,13", "\uff11\uff10,13"),
    "a wide blank": LINE.replace("13,  16", "13,\u300016"),
    "a no-break space": LINE.replace("13,  16", "13,\u00a016"),
    "a comma of GBK": LINE.replace("13,  16", "13\udca3\udcac 16"),
    "semicolons": "anchors = " + "; ".join(PAIRS),
    "semicolons without blanks": "anchors=" + ";".join(PAIRS),
    "a comma and a semicolon": "anchors = " + ",; ".join(PAIRS),
    "semicolons in quotes": 'anchors = "' + "; ".join(PAIRS) + '"',
    "semicolons and a comment": "anchors = " + "; ".join(PAIRS) + "; # COCO",
    "bars": "anchors = " + " | ".join(PAIRS),
    "slashes": "anchors = " + "/".join(PAIRS),
    "by": "anchors = " + ", ".join(pair.replace(",", "x") for pair in PAIRS),
    "two lines": f"anchors = {HALVES[0]},\n   {HALVES[1]}",
    "two lines and no comma": f"anchors = {HALVES[0]}\n   , {HALVES[1]}",
    "a backslash": f"anchors = {HALVES[0]}, \\\n   {HALVES[1]}",
    "a comment between": f"anchors = {HALVES[0]},\n# medium\n\n {HALVES[1]}  # large",
    "a line each": "anchors =\n" + ",\n".join(f"  {pair}" for pair in PAIRS),
    "a bracket each line": "anchors = [\n" + ",\n".join(f"[{pair}]" for pair in PAIRS) + "\n]",
    "all behind the line": f"anchors =\n{LIST}",
    "no equals sign": f"anchors {LIST}",
    "a colon": f"anchors: {LIST}",
    "two equals signs": f"anchors == {LIST}",
    "no equals sign and two lines": f"anchors {HALVES[0]},\n {HALVES[1]}",
    "another case": f"Anchors = {LIST}",
    "two ways at once": f"anchors = [{HALVES[0]};\n {HALVES[1]}]",
}
"""The nine anchors of `V4`, as people write them; a lone surrogate is a byte that is no UTF-8."""
BROKEN = {
    "zero": LINE.replace("10,13", "0,0"),
    "a negative side": LINE.replace("10,13", "-10,13"),
    "a zero in the middle": LINE.replace("62,45", "62,0"),
    "next to nothing": LINE.replace("10,13", "1e-320,13"),
    "an odd number": LINE.replace("10,13", "10"),
    "words": LINE.replace("10,13", "10,thirteen"),
    "nan": LINE.replace("10,13", "nan,13"),
    "huge": LINE.replace("10,13", "1e999,13"),
    "nothing": "anchors =",
    "zero over two lines": f"anchors = 0,0, {HALVES[0]},\n {HALVES[1]}",
    "negative in quotes": f'anchors = "-1,{LIST}"',
}
"""Lists that cannot be read as anchors."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_list_is_read_as_it_is_meant_and_its_fault_named(way: str, times: int) -> None:
    heads = heads_of(read_cfg(V4.replace(LINE, WAYS[way], times)))
    assert all(list(head.anchors) == OWN for head in heads)
    syntax = [fault for fault in faults_of(heads) if fault.kind in ("syntax", "comma")]
    assert len(syntax) >= times
    assert all(fault.line == heads[at].line_of("anchors") for at, fault in enumerate(syntax[:1]))


@pytest.mark.parametrize("way", [*WAYS, *BROKEN])
@pytest.mark.parametrize("text", [TINY, NO_MASK])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_nothing_of_such_a_list_stays_when_anchors_are_written(
    way: str, text: str, ending: str
) -> None:
    """As it were, had the list been a plain one: the rest of the text is the same."""
    count = int(read_cfg(text).sections[-1].integer("num", 0))
    # A list of nine in a cfg of fewer is a list all the same
    odd = text.replace(anchors_line(count), {**WAYS, **BROKEN}[way]).replace("\n", ending)
    plain = text.replace("\n", ending)
    for anchors in (NEW[:count], NEW[: count - 1]):
        if len(anchors) < len(heads_of(read_cfg(text))):
            continue
        new = edited(read_cfg(odd), anchors, force=True)
        comments = re.compile(r"^#.*\r?\n\r?\n|[ \t]*# (?:COCO|large)", re.MULTILINE)
        wanted = edited(read_cfg(plain), anchors, force=True).text
        assert blankless(comments.sub("", new.text)) == blankless(wanted)
        assert edited(new.cfg, anchors).changes == ()
        assert not any(fault.kind in ("syntax", "anchors") for fault in faults_of(new.heads))


def blankless(text: str) -> str:
    """Blanks count nowhere in a cfg; which there are depends on the style of what was there."""
    return re.sub("[ \t]", "", text)


@pytest.mark.parametrize("way", WAYS)
def test_the_same_anchors_written_oddly_are_mended_to_the_plain_list(way: str) -> None:
    edit = edited(read_cfg(V4.replace(LINE, WAYS[way])), OWN)
    assert LIST.replace(" ", "") in blankless(edit.text)
    assert [head.anchors for head in edit.heads] == [tuple(OWN)] * 3
    assert edit.mended
    assert faults_of(edit.heads) == ()


@pytest.mark.parametrize(
    ("old", "mask"),
    [
        ("mask 3,4,5", (3, 4, 5)),
        ("mask: 3,4,5", (3, 4, 5)),
        ("mask:3,4,5", (3, 4, 5)),
        ("mask\t3,4,5  # medium", (3, 4, 5)),
        ("Mask = 3,4,5", (3, 4, 5)),
        ("mask = [3,4,5]", (3, 4, 5)),
        ('mask = "3,4,5"', (3, 4, 5)),
        ("mask = 3;4;5", (3, 4, 5)),
        ("mask = 3\uff0c4\uff0c5", (3, 4, 5)),
        ("mask = 3,\n 4,5", (3, 4, 5)),
        ("mask =\n3,4,5", (3, 4, 5)),
        ("mask = 3,4,5\nmask = 0,1,2", (3, 4, 5)),
        ("mask 0,1\nmask = 3,4,5", (3, 4, 5)),
        ("mask3,4,5", (3, 4, 5)),
        ("mask =", None),
        ("mask = a,b", None),
        ("mask = ", None),
    ],
)
def test_a_mask_is_read_as_it_is_meant_and_written_plainly(
    old: str, mask: tuple[int, ...] | None
) -> None:
    cfg = read_cfg(V4.replace("mask = 3,4,5", old))
    heads = heads_of(cfg)
    assert heads[1].mask == mask
    assert any(fault.kind in ("syntax", "mask") for fault in faults_of(heads))
    edit = edited(cfg, OWN)
    assert edit.text.replace("  # medium", "") == V4
    assert edited(edit.cfg, OWN).changes == ()


def test_a_single_head_with_a_mask_that_cannot_be_read_gets_one() -> None:
    edit = edited(read_cfg(ONE_MASK.replace("mask = 0,", "mask = x,")), NEW[:4])
    assert "mask = 0,1,2,3\n" in edit.text


@pytest.mark.parametrize(
    ("key", "odd"),
    [
        ("num=9", "num 9"),
        ("num=9", 'num="9"'),
        ("num=9", "num: 9"),
        ("num=9", "num=9\nnum=6"),
        ("classes=2", "classes 2"),
        ("classes=2", "classes='2'"),
        ("classes=2", "Classes=2"),
        ("classes=2", "classes=2\nclasses=80"),
        ("filters=21", "filters 21"),
        ("filters=21", "filters:21"),
        ("filters=21", "filters = (21)"),
        ("filters=21", "filters=21\nfilters=255"),
    ],
)
def test_a_number_is_read_as_it_is_meant_and_written_plainly(key: str, odd: str) -> None:
    cfg = read_cfg(V4.replace(key, odd))
    assert {fault.kind for fault in faults_of(heads_of(cfg))} == {"syntax"}
    assert edited(cfg, OWN).text.replace(" = ", "=") == V4.replace(" = ", "=")


def test_a_line_of_words_is_no_more_of_a_list() -> None:
    text = V4.replace(LINE, LINE + "\nabsolute\nx=3,4")
    assert "absolute\nx=3,4\n" in edited(read_cfg(text), NEW).text


def test_numbers_behind_a_whole_list_are_no_anchors_and_go_with_it() -> None:
    text = V4.replace(LINE, LINE + " ; 3,4")
    assert len(anchors_of(heads_of(read_cfg(text)))) == 9
    assert edited(read_cfg(text), OWN).changes == ()
    assert edited(read_cfg(text), NEW).text == edited(read_cfg(V4), NEW).text


def test_a_line_that_says_the_same_goes_when_the_first_is_written_anew() -> None:
    text = V4.replace(LINE, LINE + "\n" + LINE)
    assert edited(read_cfg(text), OWN).changes == ()
    assert edited(read_cfg(text), NEW).text == edited(read_cfg(V4), NEW).text


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("yolo", "mask = 3,4,5 ; 8, 9", "mask = 3,4,5"),
        ("yolo", "mask = 3,4,5 ; small, large", "mask = 3,4,5 # small, large"),
        ("yolo", "mask = 3,4,5 # small, large", None),
        ("yolo", LINE + " ; small, large", None),
        ("Gaussian_yolo", LINE + " # small, large", LINE + " # small  large"),
    ],
)
def test_commas_of_a_comment_that_darknet_counts_are_a_fault(
    kind: str, old: str, new: str | None
) -> None:
    whole = yolo(masks=["0,1,2", "3,4,5", "6,7,8"], strides=[8, 16, 32], kind=kind)
    plain = LINE if old.startswith(LINE) else "mask = 3,4,5"
    text = whole.replace(plain, old, 1)
    found = [fault.kind for fault in faults_of(heads_of(read_cfg(text)))]
    assert found == ([] if new is None else ["syntax"])
    assert blankless(edited(read_cfg(text), OWN).text) == blankless(
        text if new is None else whole.replace(plain, new, 1)
    )


@pytest.mark.parametrize("value", ["two", "-2", str(10**12), ""])
def test_classes_that_are_no_number_are_those_of_the_filters(value: str) -> None:
    text = V4.replace("classes=2", f"classes={value}", 1)
    heads = heads_of(read_cfg(text))
    assert [head.per_anchor for head in heads] == [7, 7, 7]
    assert {fault.kind for fault in faults_of(heads)} == {"syntax"}
    assert blankless(edited(read_cfg(text), OWN).text) == blankless(V4)
    other = text.replace("filters=21", "filters=24", 1)
    edit = edited(read_cfg(other), OWN)
    assert blankless(edit.text).count("classes=20") == 1
    assert "classes is no number: 20 is written" in edit.warnings[0]


def test_counters_that_say_nothing_are_left_alone() -> None:
    text = V4.replace("num=9", "num=9\ncounters_per_class=")
    assert edited(read_cfg(text), OWN).changes == ()
    assert faults_of(heads_of(read_cfg(text))) == ()


def test_a_list_over_two_lines_at_the_end_of_the_file_leaves_no_line_end() -> None:
    text = NO_MASK.replace(anchors_line(4) + "\n", "").rstrip("\n")
    text += f"\nanchors = {PAIRS[0]},\n {PAIRS[1]},\n {PAIRS[2]},{PAIRS[3]}"
    new = edited(read_cfg(text), NEW[:4]).text
    assert new.endswith("num=4\nanchors = 20,20,  40,40,  60,60,  80,80")


def test_cells_of_a_region_may_be_written_oddly_too() -> None:
    text = re.sub("anchors = (.*)", r"anchors = [\1]", REGION)
    edit = edited(read_cfg(text), [(42, 55.5), (161, 300)])
    assert "anchors = 1.3125,1.734375,  5.03125,9.375\n" in edit.text


def test_as_many_anchors_are_meant_as_num_says_where_none_can_be_read() -> None:
    text = V4.replace("10,13", "0,13").replace("num=9", "num=6")
    assert count_of(heads_of(read_cfg(text))) == 6


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("10,13,  16,30", "10,13, 16,30"),
        ("1e2,3", "1e2,3"),
        ("10 x 13, 16X30", "10,13, 16,30"),
        ("", ""),
        (";", ""),
        ("= 3", "3"),
        ("-1,+2", "-1,+2"),
    ],
)
def test_a_value_in_plain_signs(value: str, plain: str) -> None:
    assert plainly(value)[0] == plain


def test_keys_that_begin_alike_are_others() -> None:
    cfg = read_cfg("[net]\n[region]\nmask_scale=1\nnumber 5\nanchors_per 3,4\n")
    for key in ("mask", "num", "anchors"):
        assert written(cfg, cfg.sections[1], key) is None


def test_five_heads_over_two_lines_each_are_mended() -> None:
    text = yolo(masks=["0", "1", "2", "3", "4,5,6,7,8"], strides=[2, 4, 8, 16, 32])
    odd = text.replace(LINE, WAYS["two lines"])
    assert edited(read_cfg(odd), OWN).text == text


def test_a_key_alone_on_its_line_gets_its_value_there() -> None:
    text = V3.replace("num=9", "num", 1)
    anchors = [(10 * n, 12 * n) for n in range(1, 10)]
    new = replace_anchors(text, anchors)
    assert "\nnum=9\n" in new
    assert "\n9" not in new
    assert replace_anchors(new, anchors) == new
