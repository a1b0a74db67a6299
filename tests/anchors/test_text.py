import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.anchors.text import (
    Statement,
    format_anchors,
    format_number,
    parse_anchors,
    read_anchors,
    statement,
)
from anchorkit.errors import AnchorError, UsageError

PAIRS = [[10.0, 13.0], [16.0, 30.5]]

sides = st.floats(min_value=1e-6, max_value=1e6)
lists = st.lists(st.tuples(sides, sides), min_size=1, max_size=12)


@pytest.mark.parametrize(
    "text",
    [
        "10,13, 16,30.5",
        "10,13,  16,30.5,\n",
        " 10 13\n16 30.5\n",
        "10,13,\r\n16,30.5",
        "1e1,13,16,305e-1",
        "\ufeff10,13,16,30.5",
        "anchors = 10,13,  16,30.5",
        "anchors=10,13, 16,30.5 # fitted, by hand",
        "mask = 0,1\nanchors = 10,13, 16,30.5\nnum=2\n[yolo]\nanchors=10,13,16,30.5\n",
        '{"k": 2, "anchors": [[10, 13], [16, 30.5]]}',
        "[[10, 13], [16, 30.5]]",
        "[10, 13, 16, 30.5]",
        "[[10, 13, 16, 30.5]]",
    ],
)
def test_every_way_of_writing_anchors_reads_the_same(text: str, tmp_path: Path) -> None:
    assert parse_anchors(text).tolist() == PAIRS
    assert read_anchors(text).tolist() == PAIRS
    for encoding in ("utf-8", "utf-16"):
        path = tmp_path / f"my {encoding} anchors"
        path.write_bytes(text.encode(encoding))
        assert read_anchors(str(path)).tolist() == PAIRS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found none"),
        ("  \n", "found none"),
        ("anchors =", "found none"),
        ("[]", "found none"),
        ("10,13,16", "found 3 numbers"),
        ("10,13,,30", "number 3: wanted a number before the comma"),
        ("10,13,x,30", "number 3: wanted a number, found 'x'"),
        ("10,13;16,30", "number 2: wanted a number, found '13;16'"),
        ("10,0", "anchor 1: wanted a height above 0"),
        ("1,1,-3,5", "anchor 2: wanted a width above 0"),
        ("1,nan", "number 2: wanted a number, found 'nan'"),
        ("1,1e999", "anchor 1: wanted a height above 0 and below 1e9, found inf"),
        ("1_0,13", "number 1: wanted a number, found '1_0'"),
        ("anchors = 24,51, 61,45   61,45", "number 4: wanted a comma in '45   61'"),
        ("anchors = 1,2\nanchors = 1,3", "differ"),
        ("[region]\nanchors = 1.3,1.7", "grid cells"),
        ("[[10, 13], [16]]", r"wanted pairs \[w, h\], found \[16\]"),
        ('[["10", 13]]', 'wanted numbers, found "10"'),
        ("[[true, 13]]", "wanted numbers, found true"),
        ("[[NaN, 13]]", "anchor 1: wanted a width above 0"),
        ('{"k": 9}', "wanted the key `anchors`, found k"),
        ('{"anchors": 9}', "wanted a list of pairs, found 9"),
        ("[[10, 13", "wanted JSON of anchors"),
        ("[" * 100_000, "wanted JSON of anchors"),
    ],
)
def test_what_is_no_anchors_is_told_where_it_fails(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(AnchorError, match=message):
        parse_anchors(text)
    path = tmp_path / "found.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AnchorError, match=f"found.txt: .*{message}"):
        read_anchors(str(path))


def test_a_missing_file_of_anchors_is_bad_usage(tmp_path: Path) -> None:
    for argument in (str(tmp_path / "none.json"), str(tmp_path), "416", "", "a\0b", "x" * 5000):
        with pytest.raises(UsageError, match="wanted anchors such as 10,13,16,30"):
            read_anchors(argument)


def test_a_binary_file_is_no_anchors(tmp_path: Path) -> None:
    path = tmp_path / "plot.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0")
    with pytest.raises(AnchorError, match="found binary data"):
        read_anchors(str(path))


@given(lists)
def test_formatted_anchors_read_back_exactly(pairs: list[tuple[float, float]]) -> None:
    expected = np.asarray(pairs, dtype=np.float64)
    text = format_anchors(pairs)
    assert set(text) <= set("0123456789., ")
    assert np.array_equal(parse_anchors(text), expected)
    assert np.array_equal(parse_anchors(f"anchors = {text}"), expected)
    assert np.array_equal(parse_anchors(json.dumps({"anchors": pairs})), expected)


def test_format_of_worked_anchors() -> None:
    assert format_anchors([(10, 13), (16, 30)]) == "10,13,  16,30"
    assert format_anchors([(10.25, 13), (16, 30)], 1) == "10.2,13.0,  16.0,30.0"
    assert format_number(123456789012345680.0) == "123456789012345680"


@pytest.mark.parametrize(
    "text",
    [
        "10,13",
        "[[10, 13]]",
        '{"anchors": [[10, 13]]}',
        '{"anchors": [[10, 13]], "input": 416, "resize": "crop"}',
        '{"anchors": [[10, 13]], "input": [true, "416"], "resize": []}',
        '{"input": [416',
        "nothere.json",
        "",
        '{"anchors": [[10, 13]], "input": [0, 416]}',
        b"\xff\xfe\x00",
    ],
)
def test_anchors_that_do_not_tell_their_input_are_meant_for_any(text: str | bytes) -> None:
    assert statement(text) == Statement()


def test_no_text_at_all_is_told_as_such() -> None:
    with pytest.raises(UsageError, match="found nothing"):
        read_anchors(" ")
