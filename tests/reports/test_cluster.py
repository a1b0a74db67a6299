from typing import Any

import numpy as np
import pytest

from anchorkit.anchors.presets import preset
from anchorkit.load_report import Problem, Report
from anchorkit.network_input import DEFAULT_INPUT, NetworkInput
from anchorkit.quality import evaluate
from anchorkit.reports.cluster import (
    compared,
    defaults_for,
    summary,
    summary_markdown,
    summary_text,
)
from anchorkit.reports.tables import json_text

SIZES = np.asarray([(10, 20)] * 3 + [(11, 20)] + [(90, 30)] * 1200, dtype=np.float64)

TEXT = """\
7 images, 1,204 boxes (1 left out, 5 filtered, 2 clipped)
3 anchors for input 608x416, letterbox; iou update, seed 4

#  width  height  ratio  boxes  share  mean IoU
1   10.0    20.0   0.50      4   0.3%    0.9773
2   90.0    30.0   3.00  1,200  99.7%    1.0000
3  300.0   300.0   1.00      0   0.0%

anchors = 10.0,20.0,  90.0,30.0,  300.0,300.0

mean IoU              0.9999  with the nearest anchor; 0.9999 before rounding
best possible recall  1.0000  boxes with an anchor within a factor of 4
ratios (w/h): 0.50, 1.00, 3.00"""

MARKDOWN = """\
### 3 anchors, mean IoU 0.9999

7 images, 1,204 boxes (1 left out, 5 filtered, 2 clipped)  
3 anchors for input 608x416, letterbox; iou update, seed 4

| # | width | height | ratio | boxes | share | mean IoU |
|--:|--:|--:|--:|--:|--:|--:|
| 1 | 10.0 | 20.0 | 0.50 | 4 | 0.3% | 0.9773 |
| 2 | 90.0 | 30.0 | 3.00 | 1,200 | 99.7% | 1.0000 |
| 3 | 300.0 | 300.0 | 1.00 | 0 | 0.0% |  |

```ini
anchors = 10.0,20.0,  90.0,30.0,  300.0,300.0
```

- mean IoU **0.9999**, with the nearest anchor; 0.9999 before rounding
- best possible recall **1.0000**, boxes with an anchor within a factor of 4
- ratios (w/h): 0.50, 1.00, 3.00"""  # noqa: W291  # two blanks break a line in Markdown


@pytest.fixture
def result() -> dict[str, Any]:
    report = Report(
        files=7,
        images=7,
        objects=1210,
        filtered={"class": 5},
        problems=(
            Problem("a.xml", 1, "no area", "", "left_out"),
            *[Problem("b.xml", 2, "outside", "", "altered")] * 2,
        ),
    )
    anchors = np.asarray([(10.0, 20.0), (90.0, 30.0), (300.0, 300.0)])
    return summary(
        report,
        anchors,
        evaluate(SIZES, anchors),
        mean_iou_exact=0.99993,
        ascended_mean_iou=0.99993,
        precision=1,
        network=NetworkInput(608, 416, "letterbox"),
        update="iou",
        seed=4,
    )


def test_text_is_as_written_here(result: dict[str, Any]) -> None:
    assert summary_text(result) == TEXT


def test_markdown_is_as_written_here(result: dict[str, Any]) -> None:
    assert summary_markdown(result) == MARKDOWN


def test_an_anchor_without_boxes_has_no_mean_iou(result: dict[str, Any]) -> None:
    assert result["clusters"][2]["mean_iou"] is None
    assert '"boxes": 0, "mean_iou": null}' in json_text(result)


def test_whole_pixels_are_whole_numbers(result: dict[str, Any]) -> None:
    assert json_text(result).splitlines()[2].startswith('  "anchors": [[10.0, 20.0], [90.0')
    anchors = np.asarray([(10.0, 20.0)])
    whole = summary(
        Report(),
        anchors,
        evaluate(SIZES, anchors),
        mean_iou_exact=1,
        ascended_mean_iou=1,
        precision=0,
        network=NetworkInput(1, 1),
        update="mean",
        seed=0,
    )
    assert json_text(whole).splitlines()[2] == '  "anchors": [[10, 20]],'


@pytest.mark.parametrize(("k", "name"), [(5, "yolov2-voc"), (6, "yolov3-tiny"), (9, "yolov3")])
def test_defaults_are_those_of_a_network_with_as_many_anchors(k: int, name: str) -> None:
    known = compared(SIZES, defaults_for(k, DEFAULT_INPUT))["defaults"]
    assert known["name"] == name
    assert len(preset(name).anchors) == k
    assert known["mean_iou"] == round(evaluate(SIZES, preset(name).anchors).mean_iou, 6)


def test_what_the_iou_update_would_add_is_said_where_it_is_worth_another_run(
    result: dict[str, Any],
) -> None:
    told = result | {"update": "median", "mean_iou_exact": 0.8, "ascended_mean_iou": 0.8012}
    assert "\nwith --update iou" in summary_text(told)
    assert "\n- with --update iou 0.8012: mean IoU that can be had" in summary_markdown(told)
    for untold in (
        told | {"ascended_mean_iou": 0.8008},
        told | {"ascended_mean_iou": None},
        told | {"update": "iou"},
    ):
        assert "with --update iou" not in summary_text(untold)


def test_a_number_of_anchors_that_no_network_has_is_compared_with_none(
    result: dict[str, Any],
) -> None:
    assert compared(SIZES, defaults_for(4, DEFAULT_INPUT)) == {}
    assert "default yolov3" not in summary_text(result)
    assert "\ndefault yolov3" in summary_text(
        result | compared(SIZES, defaults_for(9, DEFAULT_INPUT))
    )
    assert "\n- default yolov3 0." in summary_markdown(
        result | compared(SIZES, defaults_for(9, DEFAULT_INPUT))
    )
