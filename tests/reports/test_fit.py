import math

import numpy as np
import pytest

from anchorkit.load_report import Problem, Report
from anchorkit.network_input import NetworkInput
from anchorkit.quality import evaluate
from anchorkit.reports.fit import (
    CLUSTER_COLUMNS,
    account_keys,
    cluster_cells,
    cluster_rows,
    fit_keys,
    network_keys,
    network_text,
    short,
    to_digits,
)

SIZES = np.asarray([(10.0, 20.0), (10.0, 20.0), (30.0, 60.0)])
ANCHORS = np.asarray([(10.0, 20.0), (15.0, 60.0), (5000.0, 5.0)])


def test_each_anchor_has_its_boxes_and_one_without_any_has_no_mean() -> None:
    rows = cluster_rows(ANCHORS, evaluate(SIZES, ANCHORS))
    assert rows == [
        {"width": 10, "height": 20, "ratio": 0.5, "boxes": 2, "mean_iou": 1.0},
        {"width": 15, "height": 60, "ratio": 0.25, "boxes": 1, "mean_iou": 0.5},
        {"width": 5000, "height": 5, "ratio": 1000.0, "boxes": 0, "mean_iou": None},
    ]
    cells = cluster_cells(rows, 3, side="{:g}".format, unused="none")
    assert cells[0] == ("1", "10", "20", "0.50", "2", "66.7%", "1.0000")
    assert cells[2] == ("3", "5000", "5", "1000.00", "0", "0.0%", "none")
    assert all(len(row) == len(CLUSTER_COLUMNS) for row in cells)


def test_the_figures_of_a_fit() -> None:
    # 1, 1 and 1/2; no side is four times another's
    found = fit_keys(evaluate(SIZES, ANCHORS))
    assert found == {"mean_iou": 0.833333, "best_possible_recall": 1.0}


@pytest.mark.parametrize(
    ("value", "shown"), [(2.0, "2"), (1 / 3, "0.333333"), (1e-9, "0"), (41.9999999, "42")]
)
def test_a_number_is_as_short_as_six_decimals_make_it(value: float, shown: str) -> None:
    assert repr(short(value)) == shown


def test_what_json_cannot_hold_is_left_open() -> None:
    assert to_digits(math.nan) is None
    assert to_digits(0.12345678) == 0.123457


def test_the_input_is_told_in_keys_and_in_words() -> None:
    keys = network_keys(NetworkInput(608, 416, "letterbox"))
    assert keys == {"input": [608, 416], "resize": "letterbox"}
    assert network_text(keys) == "for input 608x416, letterbox"


def test_each_account_stands_under_its_own_key() -> None:
    report = Report(
        files=5,
        images=4,
        objects=30,
        filtered={"class": 7, "min-size": 1},
        problems=(
            Problem("a.xml", 1, "no area", "", "left_out"),
            *[Problem("a.xml", 2, "outside", "", "altered")] * 3,
        ),
    )
    assert list(account_keys(report, 21).items()) == [
        ("images", 4),
        ("boxes", 21),
        ("skipped", 1),
        ("filtered", 8),
        ("altered", 3),
    ]
    assert account_keys(report, 21, ("objects", "images")) == {"objects": 30, "images": 4}
