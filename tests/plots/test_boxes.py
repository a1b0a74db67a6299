from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from numpy.typing import NDArray

from anchorkit.errors import UsageError
from anchorkit.plots.boxes import draw_boxes, draw_class, draw_positions, draw_ratios, largest
from anchorkit.plots.lattice import SCALES

FEW = [(10.0, 20.0), (11.0, 19.0), (40.0, 30.0), (200.0, 100.0)]


@pytest.fixture
def axes() -> Iterator[Axes]:
    figure = Figure()
    FigureCanvasAgg(figure)
    made = figure.subplots()
    yield made
    figure.draw_without_rendering()


def many(count: int = 5000) -> NDArray[np.float64]:
    return np.exp(np.random.RandomState(0).normal(3, 0.6, (count, 2)))


def test_few_boxes_are_drawn_as_points(axes: Axes) -> None:
    drawn = draw_boxes(axes, FEW)
    assert isinstance(drawn, PathCollection)
    assert np.asarray(drawn.get_offsets()).tolist() == [list(pair) for pair in FEW]
    assert axes.get_xlabel() == "box width (pixels at input)"
    assert axes.get_ylabel() == "box height (pixels at input)"


@pytest.mark.parametrize("scale", SCALES)
def test_many_boxes_are_drawn_as_density(axes: Axes, scale: str) -> None:
    drawn = draw_boxes(axes, many(), scale=scale)
    assert isinstance(drawn, QuadMesh)
    assert drawn.get_rasterized()
    assert isinstance(axes.figure, Figure)
    bar = axes.figure.axes[-1].get_ylabel()
    assert bar.startswith("boxes per 5 % x 5 %" if scale == "log" else "boxes per 5 x 5 pixels")


@pytest.mark.parametrize("scale", SCALES)
def test_every_box_lies_inside_the_axes(axes: Axes, scale: str) -> None:
    boxes = many(300)
    draw_boxes(axes, boxes, scale=scale)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert left < boxes[:, 0].min() < boxes[:, 0].max() < right
    assert bottom < boxes[:, 1].min() < boxes[:, 1].max() < top
    assert axes.get_xscale() == axes.get_yscale() == scale
    assert scale == "log" or (left, bottom) == (0, 0)


def test_logarithmic_axes_are_labelled_with_plain_numbers(axes: Axes) -> None:
    draw_boxes(axes, [(2.0, 3.0), (300.0, 400.0)], scale="log")
    assert isinstance(axes.figure, Figure)
    axes.figure.draw_without_rendering()
    shown = [label.get_text() for label in axes.get_xticklabels()]
    assert {"5", "10", "20", "50", "100", "200"} <= set(shown)


def test_no_tick_is_made_beyond_the_ends_of_a_logarithmic_axis(axes: Axes) -> None:
    draw_boxes(axes, [(3.0, 3.0), (180.0, 170.0)], scale="log")
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        for minor in (False, True):
            places = np.asarray(axis.get_ticklocs(minor=minor))
            assert len(places) >= 3
            assert low <= places.min() < places.max() <= high


@pytest.mark.parametrize("count", [4, 5000])
def test_shapes_are_ratio_across_and_the_side_of_an_equal_square_up(axes: Axes, count: int) -> None:
    boxes = np.tile([(40.0, 10.0), (10.0, 90.0)], (count // 2, 1))
    drawn = draw_ratios(axes, boxes, [(60.0, 15.0)])
    if isinstance(drawn, PathCollection):
        assert np.asarray(drawn.get_offsets())[:2] == pytest.approx(
            np.asarray([(4, 20), (1 / 9, 30)])
        )
    else:
        # The lattice of width and height, turned: the cells with boxes lie around their shapes
        corners = np.log(np.asarray(drawn.get_coordinates(), dtype=np.float64))
        middles = np.exp((corners[1:, 1:] + corners[:-1, :-1]) / 2)
        counts = np.nan_to_num(np.asarray(drawn.get_array(), dtype=np.float64))
        filled = middles[counts.reshape(middles.shape[:2]) > 0]
        assert filled == pytest.approx(np.asarray([(4, 20), (1 / 9, 30)]), rel=0.05)
    marks = [text for text in axes.texts if isinstance(text, Annotation)]
    assert [text.get_text() for text in marks] == ["1"]
    assert marks[0].xy == pytest.approx((4, 30))
    left, right = axes.get_xlim()
    assert left * right == pytest.approx(1), "squares stand in the middle"


def test_positions_have_the_top_of_the_image_at_the_top(axes: Axes) -> None:
    drawn = draw_positions(axes, [(0.99, 0.01)] * 3 + [(0.5, 0.99)], (1248, 384))
    counts = np.nan_to_num(np.asarray(drawn.get_array(), dtype=np.float64)).reshape(8, 8)
    assert counts[0, 7] == 3
    assert counts[7, 4] == 1
    assert axes.get_ylim() == (100, 0)
    assert axes.get_aspect() == pytest.approx(384 / 1248)


def test_the_largest_classes_come_first_and_unused_ones_not_at_all() -> None:
    ids = [0] * 3 + [2] * 5 + [3] * 3
    assert largest(ids, ["b", "unused", "c", "a"]) == [(2, "c", 5), (3, "a", 3), (0, "b", 3)]
    assert len(largest(range(20), [str(name) for name in range(20)])) == 8


def test_a_class_is_drawn_over_all_boxes(axes: Axes) -> None:
    boxes = np.asarray(FEW)
    mine = np.asarray([True, False, False, True])
    drawn = draw_class(axes, boxes, mine, scale="log", limits=boxes, title="cat: 2")
    assert isinstance(drawn, PathCollection)
    assert np.asarray(drawn.get_offsets()).tolist() == [[10, 20], [200, 100]]
    behind = axes.collections[0]
    assert len(np.asarray(behind.get_offsets())) == 4
    assert behind.get_zorder() < drawn.get_zorder()
    assert axes.get_title() == "cat: 2"


@pytest.mark.parametrize(
    ("sizes", "scale", "message"),
    [
        (FEW, "cubic", "scale: wanted linear or log"),
        ([(0, 1)], "log", "sizes: "),
        ([], "log", "sizes: "),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    axes: Axes, sizes: object, scale: str, message: str
) -> None:
    boxes = np.asarray(sizes, dtype=float).reshape(-1, 2)
    with pytest.raises(UsageError, match=message):
        draw_boxes(axes, boxes, scale=scale)
