from dataclasses import replace

import numpy as np
import pytest

from anchorkit.anchors.named import NamedAnchors
from anchorkit.boxes import Boxes, boxes_of
from anchorkit.errors import DataError
from anchorkit.network_input import NetworkInput
from anchorkit.reports.evaluate import comparison
from anchorkit.reports.evaluate_text import comparison_markdown, comparison_text

# at input 100: 10x10, 20x10 (cat), 40x40, 80x80 (dog)
FOUR = replace(
    boxes_of([(0.1, 0.1), (0.2, 0.1), (0.4, 0.4), (0.8, 0.8)]),
    class_ids=np.asarray([0, 0, 1, 1], dtype=np.int32),
    class_names=("cat", "dog", "never"),
)
GOOD = np.asarray([(10.0, 10.0), (40.0, 40.0), (80.0, 80.0)])
POOR = np.asarray([(400.0, 400.0), (10.0, 10.0)])


def judged(boxes: Boxes = FOUR, **named: object) -> dict[str, object]:
    sets = [NamedAnchors(name, np.asarray(given), "anchors") for name, given in named.items()]
    return comparison(boxes, sets, network=NetworkInput(100, 100))


def test_figures_of_worked_boxes() -> None:
    one = judged(good=GOOD)["results"][0]  # type: ignore[index]  # a list
    # 20x10 with 10x10 is 1/2, the others fit exactly
    assert one["mean_iou"] == pytest.approx(3.5 / 4)
    assert one["best_possible_recall"] == 1
    assert one["iou_50"] == 1
    assert [(row["boxes"], row["mean_iou"]) for row in one["clusters"]] == [
        (2, 0.75),
        (1, 1),
        (1, 1),
    ]
    assert one["unused"] == []


def test_recall_is_strict_at_a_factor_of_four_and_iou_half_counts() -> None:
    # 40x40 is exactly 4 times 10x10, 80x80 exactly 1/5 of 400x400
    one = judged(poor=POOR)["results"][0]  # type: ignore[index]  # a list
    assert one["best_possible_recall"] == 0.5
    # 1, 1/2, 1/16, 1/25
    assert one["iou_50"] == 0.5
    assert one["mean_iou"] == pytest.approx((1 + 0.5 + 1 / 16 + 6400 / 160000) / 4, abs=1e-6)


def test_classes_come_worst_first_and_only_those_with_boxes() -> None:
    one = judged(good=GOOD)["results"][0]  # type: ignore[index]  # a list
    assert [(row["name"], row["boxes"], row["mean_iou"]) for row in one["classes"]] == [
        ("cat", 2, 0.75),
        ("dog", 2, 1.0),
    ]


def test_sizes_are_areas_at_input_and_their_limits_belong_to_the_next_group() -> None:
    sides = [(31.9, 32.0), (32.0, 32.0), (95.9, 96.0), (96.0, 96.0)]
    boxes = boxes_of([(width / 100, height / 100) for width, height in sides])
    one = judged(boxes, good=GOOD)["results"][0]  # type: ignore[index]  # a list
    assert [(row["name"], row["boxes"]) for row in one["sizes"]] == [
        ("under 32x32", 1),
        ("under 96x96", 2),
        ("larger", 1),
    ]


def test_unused_anchors_are_named() -> None:
    anchors = [*GOOD.tolist(), (300.0, 7.5)]
    result = judged(many=anchors)
    assert result["results"][0]["unused"] == [4]  # type: ignore[index]  # a list
    assert result["results"][0]["clusters"][3]["mean_iou"] is None  # type: ignore[index]  # a list
    assert "many: no box is nearest to 300x7.5" in comparison_text(result)
    assert "unused" in comparison_text(result)


def test_text_of_several_sets_marks_the_best_of_each_row() -> None:
    lines = comparison_text(judged(poor=POOR, good=GOOD)).splitlines()
    rows = {line[:22].strip(): line[22:].split() for line in lines}
    assert rows["mean IoU"] == ["0.4006", "0.8750*"]
    assert rows["anchors"] == ["2", "3"]
    # equal values: none is better
    assert rows["under 32x32 (2)"] == ["0.7500", "0.7500"]
    assert rows["under 96x96 (2)"] == ["0.0512", "1.0000*"]
    assert "poor: no box" not in lines


def test_text_orders_classes_by_what_even_the_best_set_leaves() -> None:
    text = comparison_text(judged(poor=POOR, good=GOOD))
    assert text.index("cat (2)") < text.index("dog (2)")


@pytest.mark.parametrize("sets", [1, 2, 9, 12])
def test_text_fits_a_terminal(sets: int) -> None:
    names = {f"a-rather-long-name-of-a-file-{place}": GOOD for place in range(sets)}
    long = replace(FOUR, class_names=("c" * 90, "d" * 90, "never"))
    text = comparison_text(judged(long, **names))
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("0.8750") == sets


def test_many_classes_are_cut_to_the_worst_and_that_is_said() -> None:
    count = 30
    boxes = replace(
        boxes_of([(0.1 + place / 100, 0.1) for place in range(count)]),
        class_ids=np.arange(count, dtype=np.int32),
        class_names=tuple(f"class{place}" for place in range(count)),
    )
    for text in (
        comparison_text(judged(boxes, good=GOOD)),
        comparison_text(judged(boxes, good=GOOD, poor=POOR)),
        comparison_markdown(judged(boxes, good=GOOD, poor=POOR)),
    ):
        assert text.count("class1") + text.count("class2") >= 19
        assert "the 20 worst of 30 classes; --format json has all" in text


def test_thousands_of_anchors_are_cut_and_that_is_said() -> None:
    many = np.asarray([(200.0 + row, 300.0) for row in range(2046)] + GOOD.tolist())
    result = judged(many=many)
    for shown in (comparison_text(result), comparison_markdown(result)):
        assert "\n\n1,999 more anchors: --format json has all\n\n" in shown
        assert "249" in shown
        assert "250" not in shown
        assert "no box is nearest to 200x300, " in shown
        assert shown.endswith(", 207x300 and 2,038 more")
    few = judged(many=many[-50:])
    assert "more anchor" not in comparison_text(few)


def test_sets_of_one_name_are_told_apart() -> None:
    sets = [NamedAnchors("best", anchors, "anchors") for anchors in (GOOD, POOR)]
    text = comparison_text(comparison(FOUR, sets, network=NetworkInput(100, 100)))
    assert "best   best (2)" in text


def test_markdown_names_the_set_that_fits_best() -> None:
    text = comparison_markdown(judged(poor=POOR, good=GOOD))
    assert text.startswith("### good fits best: mean IoU 0.8750\n")
    assert r"| mean IoU | 0.4006 | 0.8750\* |" in text
    assert comparison_markdown(judged(good=GOOD)).startswith("### good: mean IoU 0.8750\n")


def test_markdown_calls_a_tie_a_tie() -> None:
    text = comparison_markdown(judged(poor=POOR, good=GOOD, same=GOOD))
    assert text.startswith("### good and same fit alike: mean IoU 0.8750\n")


def test_no_boxes_is_an_error() -> None:
    with pytest.raises(DataError, match="no usable boxes"):
        judged(boxes_of([]), good=GOOD)
