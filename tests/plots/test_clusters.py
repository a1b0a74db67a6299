from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from numpy.typing import NDArray

from anchorkit.overlap import nearest
from anchorkit.plots.clusters import MANY, draw_clusters
from anchorkit.plots.lattice import SCALES
from anchorkit.plots.style import COLORS

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


def many(count: int) -> NDArray[np.float64]:
    return np.exp(np.random.RandomState(0).normal(3, 0.6, (count, 2)))


def listed(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_each_cluster_has_its_boxes_its_color_and_its_line_in_the_legend(axes: Axes) -> None:
    drawn = draw_clusters(axes, FEW, LABELS, ANCHORS, mean_iou=0.74704)
    assert isinstance(drawn, list)
    assert [len(np.asarray(points.get_offsets())) for points in drawn] == [2, 1, 1]
    assert np.asarray(drawn[1].get_offsets()).tolist() == [[40.0, 30.0]]
    colors = [to_hex(np.asarray(points.get_facecolor())[0].tolist()) for points in drawn]
    assert colors == list(COLORS[:3])
    legend = axes.get_legend()
    assert legend is not None
    assert legend.get_title().get_text() == "mean IoU 0.7470"
    assert listed(axes) == [
        "cluster 1, N = 2, 10.5x19.5",
        "cluster 2, N = 1, 40x30",
        "cluster 3, N = 1, 200x100",
    ]
    numbers = {
        text.get_text(): (float(text.xy[0]), float(text.xy[1]))
        for text in axes.texts
        if isinstance(text, Annotation)
    }
    assert numbers == {"1": (10.5, 19.5), "2": (40, 30), "3": (200, 100)}


def test_a_cluster_without_boxes_stays_in_the_legend(axes: Axes) -> None:
    draw_clusters(axes, FEW, LABELS, [*ANCHORS, (300.0, 300.0)], mean_iou=0.7)
    assert listed(axes)[3] == "cluster 4, N = 0, 300x300"


def test_the_legend_hides_no_box(axes: Axes) -> None:
    draw_clusters(axes, FEW, LABELS, ANCHORS, mean_iou=0.7)
    assert isinstance(axes.figure, Figure)
    axes.figure.draw_without_rendering()
    legend = axes.get_legend()
    assert legend is not None
    assert legend.get_window_extent().x0 > axes.get_window_extent().x1


@pytest.mark.parametrize("scale", SCALES)
def test_every_box_and_anchor_lies_inside_the_axes(axes: Axes, scale: str) -> None:
    boxes = many(300)
    anchors = [(1.0, 500.0), (20.0, 20.0)]
    draw_clusters(axes, boxes, [1] * 300, anchors, mean_iou=0.5, scale=scale)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert left < 1 < boxes[:, 0].max() < right
    assert bottom < boxes[:, 1].min() < 500 < top


@pytest.mark.parametrize("count", [4, 2001])
def test_points_are_large_enough_for_shapes_only_when_few(axes: Axes, count: int) -> None:
    drawn = draw_clusters(axes, many(count), np.arange(count) % 3, ANCHORS, mean_iou=0.5)
    assert isinstance(drawn, list)
    shapes = {points.get_paths()[0].vertices.tobytes() for points in drawn}  # type: ignore[union-attr]  # an array
    assert len(shapes) == (3 if count == 4 else 1)


@pytest.mark.parametrize("scale", SCALES)
def test_many_boxes_are_density_with_borders_where_the_nearest_anchor_changes(
    axes: Axes, scale: str
) -> None:
    boxes = many(MANY + 1)
    labels = nearest(boxes, np.asarray(ANCHORS))[0]
    drawn = draw_clusters(axes, boxes, labels, ANCHORS, mean_iou=0.5, scale=scale)
    assert isinstance(drawn, QuadMesh)
    assert not [
        one
        for one in axes.collections
        if isinstance(one, PathCollection) and len(np.asarray(one.get_offsets())) > len(ANCHORS)
    ], "no dots hide one another"
    borders = [one for one in axes.collections if isinstance(one, QuadContourSet)]
    points = np.concatenate([path.vertices for one in borders for path in one.get_paths()])
    points = points[(points > 1).all(axis=1)]
    assert len(points) > 100
    # Beside a border, on either side of it, boxes are nearest to different anchors
    around = np.stack([points * (1 + dx, 1 + dy) for dx in (-0.08, 0.08) for dy in (-0.08, 0.08)])
    owners = np.stack([nearest(side, np.asarray(ANCHORS))[0] for side in around])
    assert np.mean(np.ptp(owners, axis=0) > 0) > 0.98
    assert len(listed(axes)) == 3
