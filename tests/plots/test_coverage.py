from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from anchorkit.plots.coverage import Coverage, draw_coverage, draw_recall, factors
from anchorkit.quality import evaluate

BEST = np.asarray([0.25, 0.49, 0.5, 0.99, 1.0, 0.75, 0.75, 0.75])
ONES = np.ones(8)

Pairs = st.lists(st.tuples(st.floats(1, 100), st.floats(1, 100)), min_size=1, max_size=8)


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


def test_coverage_is_the_share_of_boxes_and_names_mean_and_tail(axes: Axes) -> None:
    (bars,) = draw_coverage(axes, [Coverage("new", BEST, ONES)])
    heights = [bar.get_height() for bar in bars]
    assert len(heights) == 50
    assert sum(heights) == pytest.approx(100)
    assert heights[12] == heights[24] == heights[25] == pytest.approx(12.5)
    assert heights[49] == pytest.approx(25)
    assert to_hex(bars[24].get_facecolor()) != to_hex(bars[25].get_facecolor())
    assert listed(axes)[0] == "new: mean 0.6850, 25.0 % below 0.5"
    assert axes.get_ylim()[1] > 1.1 * max(heights), "room for the names"


def test_two_sets_of_anchors_are_told_apart(axes: Axes) -> None:
    draw_coverage(axes, [Coverage("new", BEST, ONES), Coverage("old", BEST / 2, ONES)])
    assert listed(axes) == [
        "new: mean 0.6850, 25.0 % below 0.5",
        "below 0.5",
        "old: mean 0.3425, 87.5 % below 0.5",
    ]
    means = [line.get_xdata()[0] for line in axes.lines]  # type: ignore[index]  # two numbers
    assert means == pytest.approx([0.685, 0.3425])


def test_the_curve_at_four_is_the_best_possible_recall(axes: Axes) -> None:
    sizes = [(10, 10), (10, 39), (10, 40), (10, 400)]
    found = Coverage("new", ONES[:4], factors(sizes, [(10, 10)]))
    (curve,) = draw_recall(axes, [found])
    recall = evaluate(sizes, [(10, 10)]).best_possible_recall
    assert recall == 0.5
    across, up = np.asarray(curve.get_xydata()).T
    assert np.interp(4, across, up) == pytest.approx(100 * recall)
    assert listed(axes) == ["new: recall 0.5000, 2 boxes missed"]


@given(Pairs, Pairs)
def test_factors_say_which_boxes_recall_counts(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]]
) -> None:
    expected = [min(max(w / a, a / w, h / b, b / h) for a, b in anchors) for w, h in sizes]
    found = factors(sizes, anchors)
    assert found == pytest.approx(expected)
    if not np.isclose(found, 4).any():
        assert np.mean(found < 4) == evaluate(sizes, anchors).best_possible_recall
