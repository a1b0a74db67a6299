import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.errors import UsageError
from anchorkit.overlap import iou
from anchorkit.quality import evaluate
from anchorkit.tally import MOST_ERROR, STEP, SizeTally

SIDES = st.floats(1e-6, 1e6)
SIZES = st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=30)


@given(st.lists(SIZES, min_size=1, max_size=6), st.integers(0, 4))
def test_the_counts_are_those_of_all_boxes_in_whatever_parts_and_order(
    parts: list[list[tuple[float, float]]], turned: int
) -> None:
    tally, other = SizeTally(), SizeTally()
    for part in parts:
        tally.add(part)
    for part in reversed(parts[turned:] + parts[:turned]):
        other.add(part[::-1])
    sizes, counts = tally.result()
    everything = np.concatenate(parts)
    expected, times = np.unique(everything, axis=0, return_counts=True)
    assert np.array_equal(sizes, expected)
    assert np.array_equal(counts, times)
    assert all(np.array_equal(a, b) for a, b in zip(other.result(), (sizes, counts), strict=True))
    assert not tally.approximate


@given(SIZES)
def test_a_size_is_near_its_cell(sizes: list[tuple[float, float]]) -> None:
    tally = SizeTally(most=0)
    tally.add(sizes)
    cells, counts = tally.result()
    assert tally.approximate
    assert counts.sum() == len(sizes)
    for size in sizes:
        away = np.abs(np.log(cells / np.asarray(size))).max(axis=1).min()
        assert away <= STEP / 2 * (1 + 1e-9)


@given(SIZES, SIZES)
def test_cells_change_mean_iou_by_no_more_than_is_said(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]]
) -> None:
    tally = SizeTally(most=0)
    tally.add(sizes)
    cells, counts = tally.result()
    exact = evaluate(sizes, anchors).mean_iou
    assert abs(evaluate(cells, anchors, weights=counts).mean_iou - exact) <= MOST_ERROR * exact


def test_no_iou_moves_by_more_than_a_half_step_of_each_side() -> None:
    chance = np.random.RandomState(3)
    sizes, anchors = np.exp(chance.uniform(-4, 4, (2, 300, 2)))
    moved = sizes * np.exp(chance.choice([-1, 1], (300, 2)) * STEP / 2)
    assert np.abs(np.log(iou(moved, anchors) / iou(sizes, anchors))).max() <= MOST_ERROR


def test_past_the_most_sizes_become_cells_whatever_came_first() -> None:
    chance = np.random.RandomState(1)
    parts = [np.exp(chance.uniform(0, 6, (400, 2))) for _ in range(5)]
    results = []
    for order in (parts, parts[::-1]):
        tally = SizeTally(most=1000)
        for part in order:
            tally.add(part)
        results.append(tally.result())
        assert tally.approximate
    (sizes, counts), (others, times) = results
    assert np.array_equal(sizes, others)
    assert np.array_equal(counts, times)
    assert counts.sum() == 2000


def test_what_is_no_size_is_refused() -> None:
    with pytest.raises(UsageError, match="sizes"):
        SizeTally().add([(0, 1)])
