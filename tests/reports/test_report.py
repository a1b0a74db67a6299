from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import parsed

from anchorkit.anchors.named import NamedAnchors
from anchorkit.boxes import boxes_of
from anchorkit.network_input import NetworkInput
from anchorkit.quality import evaluate
from anchorkit.reports.cluster import summary
from anchorkit.reports.html.elements import Cell, element, sortable_table
from anchorkit.reports.html.page import report_html
from anchorkit.reports.html.svg import LEVELS, Plane, cell_paths, ticks
from anchorkit.reports.report import head_keys, report_data, run_keys
from anchorkit.terminal import safe_text
from anchorkit.training.assignment import TrainedHead

INPUT = NetworkInput(416, 416)
ANCHORS = np.asarray([(10.0, 13.0), (33.0, 23.0), (116.0, 90.0)])


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_comes_out_of_an_element_as_it_went_in(text: str, value: str) -> None:
    found = parsed(element("p", text, data_tip=value))
    assert [one.tag for one in found.elements] == ["p"]
    assert found.unclosed == []
    assert "".join(found.elements[0].text) == safe_text(text)
    assert found.elements[0].attributes["data-tip"] == safe_text(value)
    assert unescape(element("b", text)) == f"<b>{safe_text(text)}</b>"


@given(st.floats(1e-3, 1e4), st.floats(1.5, 1e4), st.booleans())
def test_ticks_are_few_ascending_and_within(low: float, factor: float, log: bool) -> None:
    high = low * factor
    found = ticks(low, high, log=log)
    assert found == sorted(set(found))
    assert all(low * (1 - 1e-6) <= value <= high * (1 + 1e-6) for value in found)
    assert len(found) <= 25
    if not log or factor > 10:
        assert len(found) >= 2


def test_a_place_is_where_its_value_stands_between_the_sides() -> None:
    plane = Plane(110, 60, (1, 100), (0.1, 10), True, left=10, top=10, right=0, bottom=0)
    assert [plane.across(value) for value in (1, 10, 100)] == [10, 60, 110]
    assert [plane.down(value) for value in (0.1, 1, 10)] == [60, 35, 10]


def test_cells_of_more_boxes_are_darker() -> None:
    plane = Plane(110, 60, (0, 3), (0, 1))
    found = parsed(cell_paths(plane, [0, 1, 2, 3], [0, 1], [0, 1, 1, 10, 2, 100])).elements
    shades = [one.attributes["class"] for one in found]
    assert shades == ["d0", "d5", f"d{LEVELS - 1}"]


def test_a_table_tells_its_columns_and_rows() -> None:
    table = sortable_table("t", ["a", "b"], [[Cell("x"), Cell("1,000", 1000)]], numbers=[1])
    found = parsed(table)
    heads = found.named("th")
    assert [one.attributes.get("scope") for one in heads] == ["col", "col", "row"]
    assert found.named("td")[0].attributes["data-value"] == "1000"
    assert "".join(found.named("caption")[0].text) == "t"


def test_heads_count_the_boxes_nearest_to_their_anchors() -> None:
    sizes = np.asarray([(10.0, 12.0), (30.0, 25.0), (34.0, 6.0), (200.0, 90.0)])
    heads = [TrainedHead(8, (0, 1), 1.0), TrainedHead(32, (2,), 1.0)]
    rows = head_keys(sizes, ANCHORS, evaluate(sizes, ANCHORS), heads)
    assert [row["boxes"] for row in rows] == [3, 1]
    assert [row["share"] for row in rows] == [0.75, 0.25]
    assert [row["below_cell"] for row in rows] == [pytest.approx(1 / 3, abs=1e-6), 0.0]
    assert rows[1]["in_strides"] == [[3.625, 2.8125]]
    assert rows[0]["anchors"] == [1, 2]


def page_of(count: int, classes: int) -> str:
    stream = np.random.RandomState(1)
    sizes = np.exp(stream.normal(-2.5, 1.0, (count, 2))).clip(0.004, 1)
    boxes = replace(
        boxes_of(sizes.tolist()),
        class_ids=np.arange(count, dtype=np.int32) % classes,
        class_names=tuple(f"class {number:03}" for number in range(classes)),
    )
    at_input = boxes.at_input(INPUT)
    found = summary(
        boxes.report,
        ANCHORS,
        evaluate(at_input, ANCHORS),
        mean_iou_exact=0.5,
        ascended_mean_iou=0.5,
        precision=0,
        network=INPUT,
        update="median",
        seed=0,
    )
    result = report_data(
        boxes,
        NamedAnchors("these", ANCHORS, "anchors"),
        network=INPUT,
        title="many",
        cluster=found,
        run=run_keys("anchorkit report", []),
    )
    return report_html(result)


def test_page_of_160000_boxes_is_below_two_megabytes() -> None:
    assert len(page_of(160_000, 300).encode()) < 2_000_000


def test_page_of_many_classes_says_which_can_be_chosen() -> None:
    found = parsed(page_of(200, 50))
    assert len(found.named("option")) == 41
    assert "the 40 classes of most boxes" in found.text
    assert "the 40 classes of most boxes" not in parsed(page_of(200, 40)).text


def test_page_of_one_box_is_a_page() -> None:
    found = parsed(page_of(1, 1))
    assert found.unclosed == []
    assert "1 image, 1 box" in found.text
