from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from anchorkit.plots.curves import Curve, draw_cost, draw_curves


@pytest.fixture
def axes() -> Iterator[Axes]:
    figure = Figure()
    made = figure.subplots()
    yield made
    figure.draw_without_rendering()


def listed(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_curves_have_their_points_names_and_knee(axes: Axes) -> None:
    lines = draw_curves(
        axes,
        [Curve("train", [1, 2, 4], [0.3, 0.5, 0.6]), Curve("val", [1, 2, 4], [0.3, 0.4, 0.5])],
        knee=2,
    )
    assert [np.asarray(line.get_xydata()).tolist() for line in lines] == [
        [[1, 0.3], [2, 0.5], [4, 0.6]],
        [[1, 0.3], [2, 0.4], [4, 0.5]],
    ]
    assert len({(line.get_color(), line.get_linestyle(), line.get_marker()) for line in lines}) == 2
    assert listed(axes) == ["train", "val", "suggested: k = 2"]
    assert isinstance(axes.figure, Figure)
    axes.figure.draw_without_rendering()
    legend = axes.get_legend()
    assert legend is not None
    assert axes.bbox.containsx(legend.get_window_extent().x1), "inside, where curves leave room"


def test_costs_are_percent_above_the_smallest_k_from_zero(axes: Axes) -> None:
    parameters, operations = draw_cost(axes, [(3, 1000, 6.82e9), (9, 1100, 6.97e9)], knee=9)
    assert np.asarray(parameters.get_ydata()) == pytest.approx([0, 10])
    assert np.asarray(operations.get_ydata()) == pytest.approx([0, 2.199], abs=1e-3)
    assert listed(axes) == ["parameters: 1 k with k = 3", "operations: 6.82 G with k = 3"]
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylabel() == "% above k = 3"


def test_two_percent_are_no_cliff(axes: Axes) -> None:
    draw_cost(axes, [(3, 100, 100), (9, 102, 102)])
    assert axes.get_ylim()[1] >= 10
