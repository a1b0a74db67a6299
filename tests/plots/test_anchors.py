from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from anchorkit.errors import UsageError
from anchorkit.plots.anchors import HeadFrame, draw_anchors, heads_or_usual, spread
from anchorkit.plots.frames import anchors_figure
from anchorkit.plots.style import COLORS

YOLOV3 = [(10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119)]
YOLOV3 += [(116, 90), (156, 198), (373, 326)]
SETS = {
    "yolov3": YOLOV3,
    "of three pixels": [(3, 3), (3, 4), (4, 3), (5, 5), (6, 6), (7, 7)],
    "of three and of three hundred": [
        (3, 3),
        (300, 310),
        (5, 4),
        (310, 290),
        (30, 40),
        (8, 8),
        (9, 9),
    ],
    "nearly equal": [(100 + more, 100) for more in range(9)],
    "one": [(50, 60)],
    "forty": [(5 + 7 * step, 6 + 6 * step) for step in range(40)],
    "beyond the input": [(10, 14), (23, 27), (37, 58), (81, 82), (135, 169), (2000, 1500)],
}
INPUTS = [(416, 416), (1248, 384), (384, 1248)]


def named(axes: Axes) -> dict[str, Annotation]:
    return {text.get_text(): text for text in axes.texts if isinstance(text, Annotation)}


@pytest.fixture
def axes() -> Axes:
    return Figure().subplots()


def test_anchors_are_rectangles_to_scale_around_one_centre(axes: Axes) -> None:
    drawn = draw_anchors(axes, YOLOV3, [0, 8], frame=(416, 416), whole=(416, 416))
    assert [(one.get_width(), one.get_height()) for one in drawn] == [(10, 13), (373, 326)]
    assert [(one.get_x(), one.get_y()) for one in drawn] == [(-5, -6.5), (-186.5, -163)]
    assert axes.get_aspect() == 1
    assert [to_hex(one.get_edgecolor()) for one in drawn] == [COLORS[0], COLORS[8 % 8]]
    assert drawn[0].get_linestyle() != drawn[1].get_linestyle(), "their colours repeat"
    assert set(named(axes)) == {"1: 10x13", "9: 373x326"}


def test_an_anchor_beyond_the_frame_is_not_cut_off(axes: Axes) -> None:
    draw_anchors(axes, [(10, 13), (459, 401)], [0, 1], frame=(416, 416))
    left, right = axes.get_xlim()
    assert left < -459 / 2
    assert right > 459 / 2


def test_a_cell_of_the_heads_grid_is_drawn_at_its_size(axes: Axes) -> None:
    draw_anchors(axes, [(10, 13)], [0], frame=(40, 40), stride=8)
    cells = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    assert [(cell.get_width(), cell.get_height(), cell.get_x()) for cell in cells] == [(8, 8, -4)]
    assert {line.get_xdata()[0] for line in axes.lines} >= {-12, -4, 4, 12}  # type: ignore[index]  # two numbers


def test_rows_that_are_not_there_are_refused(axes: Axes) -> None:
    with pytest.raises(UsageError, match="rows: wanted rows of 1 anchors"):
        draw_anchors(axes, [(10, 13)], [1], frame=(40, 40))


def test_heads_that_are_known_come_by_stride() -> None:
    heads = [HeadFrame(32, (3, 4, 5)), HeadFrame(16, (1, 2, 3))]
    assert heads_or_usual(YOLOV3, heads) == (heads[::-1], True)


def test_nine_anchors_are_divided_as_yolov3_divides_them() -> None:
    found, known = heads_or_usual(YOLOV3)
    assert not known
    assert found == [HeadFrame(8, (0, 1, 2)), HeadFrame(16, (3, 4, 5)), HeadFrame(32, (6, 7, 8))]


@pytest.mark.parametrize("name", SETS)
def test_every_anchor_is_in_one_frame_of_its_own(name: str) -> None:
    frames, _ = heads_or_usual(SETS[name])
    assert sorted(row for frame in frames for row in frame.rows) == list(range(len(SETS[name])))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("size", INPUTS)
def test_names_never_overlap_and_nothing_is_cut_off(name: str, size: tuple[int, int]) -> None:
    figure = anchors_figure(SETS[name], size, title="data\nanchors")
    figure.draw_without_rendering()
    texts = [text for axes in figure.axes for text in (*axes.texts, axes.title)]
    texts += [axes._left_title for axes in figure.axes]  # type: ignore[attr-defined]  # no getter
    boxes = [Text.get_window_extent(text) for text in texts if text.get_text()]
    title = figure.texts[0] if figure.texts else figure._suptitle  # type: ignore[attr-defined]
    boxes.append(title.get_window_extent())
    for row, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1, texts[row - 1].get_text()
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
        for other in boxes[:row]:
            assert not box.shrunk(0.98, 0.98).overlaps(other.shrunk(0.98, 0.98))
    told = {text.get_text().split(":")[0] for axes in figure.axes for text in axes.texts}
    assert told == {str(row + 1) for row in range(len(SETS[name]))}


@pytest.mark.parametrize("size", INPUTS)
def test_the_frame_of_the_input_fills_most_of_its_axes(size: tuple[int, int]) -> None:
    axes = anchors_figure(YOLOV3, size).axes[0]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    assert size[0] * size[1] > 0.9 * (right - left) * (high - low)


def test_a_head_has_a_frame_named_by_its_stride_and_how_much_larger_it_is() -> None:
    figure = anchors_figure(
        YOLOV3, (416, 416), heads=[HeadFrame(8, (0, 1, 2)), HeadFrame(None, (8,))]
    )
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles[0] == "input 416x416"
    whole, small = figure.axes[0], figure.axes[2]
    zoom = (whole.get_xlim()[1] / whole.get_position().width) / (
        small.get_xlim()[1] / small.get_position().width
    )
    assert titles[2] == f"stride 8, {zoom:.0f} times as large"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.01, 0.3))
def test_spread_heights_keep_their_order_and_their_distance(
    wanted: list[float], gap: float
) -> None:
    wanted.sort(reverse=True)
    places = spread(wanted, gap)
    assert all(upper - lower >= gap - 1e-9 for upper, lower in pairwise(places))
    if (len(wanted) - 1) * gap <= 1:
        assert -1e-9 <= places[-1] <= places[0] <= 1 + 1e-9
    apart = all(upper - lower >= gap for upper, lower in pairwise(wanted))
    if apart and wanted[-1] >= 0 and wanted[0] <= 1:
        assert np.allclose(places, wanted)
