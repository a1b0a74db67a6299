import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anchorkit.errors import UsageError
from anchorkit.plots.lattice import density, scale_for


def on_a_lattice(count: int, step: float, seed: int = 0) -> NDArray[np.float64]:
    """Sizes of whole pixels of an image that is scaled by a step, small ones most often."""
    sizes = np.exp(np.random.RandomState(seed).normal(2, 1, (count, 2)))
    return np.maximum(np.round(sizes / step), 1) * step


@given(
    st.lists(st.tuples(st.floats(1e-3, 1e4), st.floats(1e-3, 1e4)), min_size=1, max_size=40),
    st.sampled_from(["linear", "log"]),
    st.sampled_from(["linear", "log"]),
)
def test_each_box_is_counted_once(points: list[tuple[float, float]], across: str, up: str) -> None:
    found = density(points, across=across, up=up)
    assert found.counts.sum() == len(points)
    assert (np.diff(found.across) > 0).all()
    assert (np.diff(found.up) > 0).all()


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("step", [0.40625, 1.0, 2.4375])
def test_no_cell_between_two_lines_of_the_lattice_is_empty(scale: str, step: float) -> None:
    boxes = on_a_lattice(40_000, step)
    found = density(boxes, across=scale, up=scale)
    common = boxes[:, 0] <= 8 * step  # where every line of the lattice has boxes
    inside = (found.across[:-1] > 0) & (found.across[1:] < boxes[common, 0].max())
    assert (found.counts.sum(axis=0)[inside] > 0).all()
    # a grid that takes no notice has such holes
    plain = np.geomspace(boxes[:, 0].min(), boxes[:, 0].max(), len(found.across))
    holes = np.histogram(boxes[:, 0], plain)[0][plain[1:] < 8 * step] == 0
    assert scale == "linear" or holes.any()


def test_a_cell_with_two_lines_is_not_twice_as_dark_as_one_with_one() -> None:
    # As many boxes on each of the lines 1, 2, 3, ...: on linear axes the density is even
    lines = np.repeat(np.arange(1.0, 101.0), 100)
    boxes = np.stack([lines, np.full(len(lines), 5.0)], axis=1)
    found = density(boxes, across="linear", up="linear", cells=70)
    assert len(set(found.counts[0].tolist())) > 1, "cells of one line and of two"
    assert np.ptp(found.values[0][1:-1]) < 1e-9 * found.values.max()


def test_density_is_boxes_per_factor_of_five_percent() -> None:
    # Three widths a factor of 1.05 apart: each cell is one unit wide
    boxes = [(1.05**power, 10.0) for power in range(3) for _ in range(7)]
    found = density(boxes, cells=2)
    wide = np.log(found.across[1:] / found.across[:-1]) / np.log(1.05)
    high = np.log(found.up[1] / found.up[0]) / np.log(1.05)
    assert found.values[0] == pytest.approx(found.counts[0] / (wide * high))


def test_density_has_width_to_the_right_and_height_upwards() -> None:
    found = density([(80.0, 10.0)] * 5 + [(10.0, 80.0)] * 2, across="linear", up="linear")
    assert found.counts[0, -1] == 5
    assert found.counts[-1, 0] == 2


def test_scale_follows_the_spread_of_the_boxes() -> None:
    assert scale_for([(10, 10)] * 50 + [(199, 199)] * 50) == "linear"
    assert scale_for([(10, 10), (10, 300)]) == "log"


def test_boxes_that_huddle_in_a_corner_ask_for_logarithmic_axes() -> None:
    huddled = [(10, 10)] * 99 + [(199, 199)]
    assert scale_for(huddled) == "log"
    assert scale_for([(10, 10)] * 89 + [(199, 199)] * 11) == "linear"
    # It is the anchors that make a corner of the picture of it
    assert scale_for([(10, 10), (20, 20)]) == "linear"
    assert scale_for([(10, 10), (20, 20)], [(100, 100)]) == "log"


@pytest.mark.parametrize(
    ("points", "scale", "message"),
    [([(1, 1)], "cubic", "scale: wanted linear or log"), ([], "log", "points: wanted at least")],
)
def test_what_has_no_density_is_refused(points: object, scale: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        density(np.asarray(points, dtype=float).reshape(-1, 2), across=scale)
