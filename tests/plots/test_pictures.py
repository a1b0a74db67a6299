from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from anchorkit.boxes import boxes_of
from anchorkit.cli.options.plots import PICTURES
from anchorkit.network_input import NetworkInput
from anchorkit.plots.anchors import HeadFrame
from anchorkit.plots.pictures import AnchorSet, Subject, pictures_of
from anchorkit.quality import evaluate

NETWORK = NetworkInput(608, 320)
BOXES = replace(
    boxes_of([(0.5, 0.25), (0.4, 0.2), (0.1, 0.2)]), centres=np.asarray([(0.5, 0.5)] * 3)
)
ANCHORS = np.asarray([(40.0, 60.0), (290.0, 85.0)])


def anchor_set(name: str, scale: float = 1, heads: tuple[HeadFrame, ...] = ()) -> AnchorSet:
    anchors = ANCHORS * scale
    return AnchorSet(name, anchors, evaluate(BOXES.at_input(NETWORK), anchors), heads)


def title(figure: Figure) -> str:
    return str(figure.get_suptitle()) if hasattr(figure, "get_suptitle") else ""


def test_without_anchors_there_are_the_pictures_of_boxes() -> None:
    pictures = pictures_of(Subject("bccd", BOXES, NETWORK))
    assert tuple(pictures) == PICTURES[:4]


def test_without_positions_there_is_no_picture_of_them() -> None:
    pictures = pictures_of(Subject("bccd", replace(BOXES, centres=None), NETWORK))
    assert "positions" not in pictures


def test_with_anchors_there_are_all_and_each_says_what_it_shows() -> None:
    subject = Subject("bccd", BOXES, NETWORK, anchor_set("new"), anchor_set("old", 2))
    pictures = pictures_of(subject)
    assert tuple(pictures) == PICTURES
    titles = {name: title(figure()) for name, figure in pictures.items()}
    assert all(text.startswith("bccd: 3 boxes, input 608x320, stretch") for text in titles.values())
    assert titles["clusters"].endswith("2 anchors (new)")
    assert titles["coverage"].endswith("2 anchors (new) beside 2 anchors (old)")
    assert "divided" in titles["anchors"], "the heads are not known"


def test_a_title_of_ones_own_stands_alone() -> None:
    pictures = pictures_of(Subject("bccd", BOXES, NETWORK, anchor_set("new"), title="Figure 1"))
    assert {title(figure()) for figure in pictures.values()} == {"Figure 1"}


@pytest.mark.parametrize("text", ["", "$x$"])
def test_an_empty_title_is_none(text: str) -> None:
    pictures = pictures_of(Subject("bccd", BOXES, NETWORK, title=text))
    assert title(pictures["boxes"]()) == text


def test_anchors_are_drawn_in_the_frame_of_the_input_and_of_each_head() -> None:
    heads = (HeadFrame(16.0, (0,)), HeadFrame(32.0, (1,)))
    pictures = pictures_of(Subject("bccd", BOXES, NETWORK, anchor_set("new", heads=heads)))
    figure = pictures["anchors"]()
    names = [axes.get_title("left") for axes in figure.axes]
    assert names[0] == "input 608x320"
    assert [name.split(",")[0] for name in names[1:]] == ["stride 16", "stride 32"]
    assert "divided" not in title(figure)
