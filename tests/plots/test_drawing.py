from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from numpy.typing import NDArray

from anchorkit.errors import UsageError
from anchorkit.plots import drawing
from anchorkit.plots.drawing import Curve
from anchorkit.plots.labels import DISC, apart

FEW = [(10.0, 20.0), (11.0, 19.0), (40.0, 30.0), (200.0, 100.0)]
ANCHORS = [(10.5, 19.5), (40.0, 30.0), (200.0, 100.0)]
LABELS = [0, 0, 1, 2]


@pytest.fixture
def axes() -> Iterator[Axes]:
    figure = Figure()
    FigureCanvasAgg(figure)
    made = figure.subplots()
    yield made
    figure.draw_without_rendering()


def many(count: int = 5000) -> NDArray[np.float64]:
    return np.exp(np.random.RandomState(0).normal(3, 0.6, (count, 2)))


def laid_out(axes: Axes) -> None:
    assert isinstance(axes.figure, Figure)
    axes.figure.draw_without_rendering()


def counted_in(cells: QuadMesh) -> NDArray[np.float64]:
    counts = np.nan_to_num(np.asarray(cells.get_array(), dtype=np.float64))
    return counts.reshape(drawing.CELLS, drawing.CELLS)  # older matplotlibs hold it flat


def numbers(axes: Axes) -> dict[str, tuple[float, float]]:
    return {
        text.get_text(): (float(text.xy[0]), float(text.xy[1]))
        for text in axes.texts
        if isinstance(text, Annotation)
    }


def test_few_boxes_are_drawn_as_points(axes: Axes) -> None:
    drawn = drawing.draw_boxes(axes, FEW)
    assert isinstance(drawn, PathCollection)
    assert np.asarray(drawn.get_offsets()).tolist() == [list(pair) for pair in FEW]
    assert axes.get_xlabel() == "box width (pixels at input)"
    assert axes.get_ylabel() == "box height (pixels at input)"
    assert axes.get_title() == "4 boxes"


def test_many_boxes_are_drawn_as_density_that_counts_each_once(axes: Axes) -> None:
    boxes = many()
    drawn = drawing.draw_boxes(axes, boxes)
    assert isinstance(drawn, QuadMesh)
    assert counted_in(drawn).sum() == 5000
    assert drawn.get_rasterized()


def test_density_has_width_to_the_right_and_height_upwards(axes: Axes) -> None:
    wide = np.concatenate([np.full((3000, 2), (80.0, 10.0)), [(10.0, 80.0)]])
    drawn = drawing.draw_boxes(axes, wide)
    assert isinstance(drawn, QuadMesh)
    row, column = np.argwhere(counted_in(drawn) == 3000)[0]
    assert (row, column) == (10, 86)


@pytest.mark.parametrize("scale", drawing.SCALES)
def test_every_box_and_anchor_lies_inside_the_axes(axes: Axes, scale: str) -> None:
    boxes = many(300)
    anchors = [(1.0, 500.0), (20.0, 20.0)]
    drawing.draw_clusters(axes, boxes, [1] * 300, anchors, mean_iou=0.5, scale=scale)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert left < 1 < boxes[:, 0].max() < right
    assert bottom < boxes[:, 1].min() < 500 < top
    assert axes.get_xscale() == axes.get_yscale() == scale
    assert scale == "log" or (left, bottom) == (0, 0)


def test_logarithmic_axes_are_labelled_with_plain_numbers(axes: Axes) -> None:
    drawing.draw_boxes(axes, [(2.0, 3.0), (300.0, 400.0)], scale="log")
    laid_out(axes)
    shown = [label.get_text() for label in axes.get_xticklabels()]
    assert {"5", "10", "20", "50", "100", "200"} <= set(shown)


def test_each_cluster_has_its_boxes_its_color_and_its_line_in_the_legend(axes: Axes) -> None:
    drawn = drawing.draw_clusters(axes, FEW, LABELS, ANCHORS, mean_iou=0.74704)
    assert [len(np.asarray(points.get_offsets())) for points in drawn] == [2, 1, 1]
    assert np.asarray(drawn[1].get_offsets()).tolist() == [[40.0, 30.0]]
    colors = [to_hex(np.asarray(points.get_facecolor())[0].tolist()) for points in drawn]
    assert colors == list(drawing.COLORS[:3])
    legend = axes.get_legend()
    assert legend is not None
    assert legend.get_title().get_text() == "mean IoU 0.7470"
    assert [text.get_text() for text in legend.get_texts()] == [
        "cluster 1, N = 2, 10.5x19.5",
        "cluster 2, N = 1, 40x30",
        "cluster 3, N = 1, 200x100",
    ]
    assert numbers(axes) == {"1": (10.5, 19.5), "2": (40, 30), "3": (200, 100)}


def test_a_cluster_without_boxes_stays_in_the_legend(axes: Axes) -> None:
    drawing.draw_clusters(axes, FEW, LABELS, [*ANCHORS, (300.0, 300.0)], mean_iou=0.7)
    legend = axes.get_legend()
    assert legend is not None
    assert legend.get_texts()[3].get_text() == "cluster 4, N = 0, 300x300"


def test_the_legend_hides_no_box(axes: Axes) -> None:
    drawing.draw_clusters(axes, FEW, LABELS, ANCHORS, mean_iou=0.7)
    laid_out(axes)
    legend = axes.get_legend()
    assert legend is not None
    assert legend.get_window_extent().x0 > axes.get_window_extent().x1


@pytest.mark.parametrize("count", [4, 2001])
def test_points_are_large_enough_for_shapes_only_when_few(axes: Axes, count: int) -> None:
    boxes = many(count)
    drawn = drawing.draw_clusters(axes, boxes, np.arange(count) % 3, ANCHORS, mean_iou=0.5)
    shapes = {points.get_paths()[0].vertices.tobytes() for points in drawn}  # type: ignore[union-attr]  # an array
    assert len(shapes) == (3 if count == 4 else 1)
    assert all(points.get_rasterized() == (count > 2000) for points in drawn)


def test_anchors_are_rectangles_to_scale_from_one_corner(axes: Axes) -> None:
    drawn = drawing.draw_anchors(axes, ANCHORS, (416, 320))
    assert [(each.get_x(), each.get_y()) for each in drawn] == [(0, 0)] * 3
    assert [(each.get_width(), each.get_height()) for each in drawn] == ANCHORS
    assert axes.get_aspect() == 1
    assert axes.get_xlim()[1] >= 416
    assert axes.get_ylim()[1] >= 320
    assert axes.get_title() == "anchors in the 416x320 input"
    assert axes.get_xlabel() == "width (pixels at input)"


def test_an_anchor_beyond_the_input_is_not_cut_off(axes: Axes) -> None:
    drawing.draw_anchors(axes, [(10, 13), (459, 401)], (416, 416))
    assert axes.get_xlim()[1] > 459


def test_an_enlarged_corner_shows_the_anchors_that_fit_with_their_numbers(axes: Axes) -> None:
    drawn = drawing.draw_anchors(axes, ANCHORS, (416, 416), zoom=10)
    assert [each.get_label() for each in drawn] == ["1: 10.5x19.5", "2: 40x30"]
    assert set(numbers(axes)) == {"1", "2"}
    assert [to_hex(each.get_edgecolor()) for each in drawn] == list(drawing.COLORS[:2])


def test_coverage_is_the_share_of_boxes_and_names_mean_and_tail(axes: Axes) -> None:
    bars = drawing.draw_coverage(axes, [0.25, 0.49, 0.5, 0.99, 1.0, 0.75, 0.75, 0.75])
    heights = [bar.get_height() for bar in bars]
    assert len(heights) == 50
    assert sum(heights) == pytest.approx(100)
    assert heights[12] == heights[24] == heights[25] == pytest.approx(12.5)
    assert heights[49] == pytest.approx(25)
    assert to_hex(bars[24].get_facecolor()) != to_hex(bars[25].get_facecolor())
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "mean 0.6850",
        "under 0.5: 25.0 % of the boxes",
    ]
    assert axes.get_ylim()[1] > 1.1 * max(heights)


def test_curves_have_their_points_names_and_knee(axes: Axes) -> None:
    lines = drawing.draw_curves(
        axes,
        [Curve("train", [1, 2, 4], [0.3, 0.5, 0.6]), Curve("val", [1, 2, 4], [0.3, 0.4, 0.5])],
        knee=2,
    )
    assert [np.asarray(line.get_xydata()).tolist() for line in lines] == [
        [[1, 0.3], [2, 0.5], [4, 0.6]],
        [[1, 0.3], [2, 0.4], [4, 0.5]],
    ]
    assert len({(line.get_color(), line.get_linestyle(), line.get_marker()) for line in lines}) == 2
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["train", "val", "suggested: k = 2"]


@pytest.mark.parametrize(("scale", "unit"), [(1.0, "GFLOPs"), (0.001, "MFLOPs")])
def test_operations_are_drawn_in_the_unit_that_suits_them(
    axes: Axes, scale: float, unit: str
) -> None:
    line = drawing.draw_bought(axes, [(3, 0.5 * scale, 0.5), (9, 2 * scale, 0.7)], knee=9)
    assert np.asarray(line.get_xdata()).tolist() == [0.5, 2]
    assert axes.get_xlabel() == f"{unit} of the network, for each k"
    # The numbers stand beside the mark of the suggested k, not under it
    for text in axes.texts:
        assert isinstance(text, Annotation)
        assert text.get_horizontalalignment() == "left"
        assert text.xyann[0] > 0


def test_scale_follows_the_spread_of_the_boxes() -> None:
    assert drawing.scale_for([(10, 10)] * 99 + [(199, 199)]) == "linear"
    assert drawing.scale_for([(10, 10), (10, 300)]) == "log"


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
        drawing.draw_boxes(axes, boxes, scale=scale)


def test_fifteen_colors_stay_apart_for_every_kind_of_eye() -> None:
    linear = np.asarray([to_rgb(color) for color in drawing.COLORS])
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    assert len(linear) == 15
    for name, seen in SEEN.items():
        lab = _lab(np.clip(linear @ np.asarray(seen).T, 0, 1))
        gaps = np.linalg.norm(lab[:, None] - lab, axis=2)[np.triu_indices(15, 1)]
        # a just noticeable difference is 2.3
        assert gaps.min() > 18, name
        assert lab[:, 0].max() < 80, "readable on white"


# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", 2009: linear RGB at full severity
SEEN = {
    "all cones": np.eye(3),
    "no red cones": [
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ],
    "no green cones": [
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ],
    "no blue cones": [
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ],
}


def _lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    to_xyz = np.asarray(
        [
            (0.4124564, 0.3575761, 0.1804375),
            (0.2126729, 0.7151522, 0.072175),
            (0.0193339, 0.119192, 0.9503041),
        ]
    )
    xyz = linear @ to_xyz.T / (0.95047, 1, 1.08883)
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack(
        [116 * root[:, 1] - 16, 500 * (root[:, 0] - root[:, 1]), 200 * (root[:, 1] - root[:, 2])],
        axis=1,
    )


def test_discs_stand_on_their_points_where_there_is_room() -> None:
    points = np.asarray([(0.1, 0.1), (0.5, 0.5), (0.9, 0.2)])
    assert apart(points).tolist() == points.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_discs_of_a_crowd_stay_apart_and_inside(seed: int) -> None:
    points = np.random.RandomState(seed).uniform(0, 0.12, (15, 2))
    discs = apart(points)
    gaps = np.linalg.norm(discs[:, None] - discs, axis=2)[np.triu_indices(15, 1)]
    assert gaps.min() > DISC
    assert discs.min() >= DISC / 2
    assert discs.max() <= 1 - DISC / 2


def test_discs_leave_what_is_to_be_avoided_in_sight() -> None:
    avoid = np.asarray([(0.5, 0.5), (0.53, 0.5)])
    disc = apart(np.asarray([(0.5, 0.5)]), avoid)
    assert np.linalg.norm(avoid - disc, axis=1).min() > DISC / 2


@pytest.mark.parametrize("seed", range(8))
def test_lines_from_discs_to_their_points_do_not_cross(seed: int) -> None:
    points = np.random.RandomState(seed).uniform(0.4, 0.55, (8, 2))
    discs = apart(points)
    for row in range(8):
        for other in range(row):
            assert not _meet(points[row], discs[row], points[other], discs[other])


def _meet(*corners: NDArray[np.float64]) -> bool:
    a, b, c, d = corners
    matrix = np.stack([b - a, c - d], axis=1)
    if abs(np.linalg.det(matrix)) < 1e-12:
        return False
    along, other = np.linalg.solve(matrix, c - a)
    return bool(0 < along < 1 and 0 < other < 1)
