import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchorkit.anchors import rounding
from anchorkit.anchors.rounding import precision_that_keeps, rounded
from anchorkit.errors import DataError, UsageError
from anchorkit.quality import evaluate

side = st.floats(0.05, 60)
some_sizes = st.lists(st.tuples(side, side), min_size=1, max_size=25)
some_anchors = st.lists(st.tuples(side, side), min_size=1, max_size=4)


def mean_iou(sizes: object, anchors: object) -> float:
    return evaluate(sizes, anchors).mean_iou  # type: ignore[arg-type]  # lists of pairs


def to_nearest(anchors: list[tuple[float, float]]) -> list[tuple[int, int]]:
    return [(max(round(width), 1), max(round(height), 1)) for width, height in anchors]


def test_the_rounding_that_fits_better_wins_over_the_nearest() -> None:
    # Nearest to 3.4 is 3, but most boxes are 4 wide
    sizes = [(4, 4)] * 5 + [(2, 4)]
    assert rounded(sizes, [(3.4, 4)], 0).tolist() == [[4, 4]]


def test_boxes_that_another_anchor_covers_may_draw_one_away() -> None:
    # As 2 x 2 and 3 x 4, IoU is 1, 3/4 and 1; as 3 x 3 and 3 x 4 it is 4/9, 1 and 1
    sizes = [(2, 2)] + [(3, 3)] * 5 + [(3, 4)] * 5
    assert rounded(sizes, [(2.4, 2.4), (3, 4)], 0).tolist() == [[3, 3], [3, 4]]


@settings(max_examples=40)
@given(some_sizes, some_anchors)
def test_with_a_factor_fitness_is_never_below_that_of_each_side_to_its_nearest(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]]
) -> None:
    nearest = to_nearest(anchors)
    if len(set(nearest)) == len(nearest):
        found = rounded(sizes, anchors, 0, anchor_t=2.0)
        wanted = evaluate(sizes, nearest, anchor_t=2.0).fitness
        assert evaluate(sizes, found, anchor_t=2.0).fitness >= wanted - 1e-12


def test_with_a_factor_the_rounding_of_higher_fitness_wins() -> None:
    # Ratios with 5 x 5 are 3/5, 2/5, 3/5 and 3/5; with 5 x 7, of more overlap, 2/7 for the second
    sizes = [(3, 8), (8, 2), (3, 7), (3, 7)]
    assert rounded(sizes, [(5.5, 5.5)], 0).tolist() == [[5, 7]]
    assert rounded(sizes, [(5.5, 5.5)], 0, anchor_t=4.0).tolist() == [[5, 5]]


def test_two_anchors_on_one_pixel_are_set_apart() -> None:
    found = rounded([(3, 3), (3, 4)], [(3.2, 3.4), (3.1, 3.3)], 0)
    assert found.tolist() == [[3, 3], [3, 4]]


def test_anchors_below_a_pixel_become_distinct_pixels() -> None:
    anchors = [(0.1, 0.1), (0.2, 0.3), (0.4, 0.2), (0.3, 0.3), (0.1, 0.2)]
    found = rounded([(0.3, 0.2), (1, 1)], anchors, 0)
    assert found.min() >= 1
    assert len(np.unique(found, axis=0)) == 5


@given(some_sizes, some_anchors, st.integers(0, 3))
def test_anchors_stay_distinct_sorted_and_above_one_unit(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]], precision: int
) -> None:
    found = rounded(sizes, anchors, precision)
    assert len(set(map(tuple, found.tolist()))) == len(anchors)
    assert found.min() >= 10**-precision
    assert (np.diff((found * 10**precision).round().prod(axis=1)) >= 0).all()
    assert np.array_equal(found, np.round(found, precision))


@given(some_sizes, some_anchors)
def test_never_worse_than_each_side_to_its_nearest(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]]
) -> None:
    nearest = to_nearest(anchors)
    if len(set(nearest)) == len(nearest):
        assert mean_iou(sizes, rounded(sizes, anchors, 0)) >= mean_iou(sizes, nearest) - 1e-12


@settings(max_examples=50)
@given(some_sizes, some_anchors)
def test_no_single_anchor_can_be_rounded_better(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]]
) -> None:
    nearest = to_nearest(anchors)
    if len(set(nearest)) < len(nearest):
        return
    found = rounded(sizes, anchors, 0)
    reached = mean_iou(sizes, found)
    for row, (width, height) in enumerate(found.astype(int).tolist()):
        for moved in itertools.product(range(width - 2, width + 3), range(height - 2, height + 3)):
            others = np.delete(found, row, axis=0)
            # Of two neighbours either may have started as the other
            allowed = min(moved) >= 1 and all(
                abs(moved[0] - w) <= 1 and abs(moved[1] - h) <= 1
                for w, h in nearest
                if abs(w - width) <= 1 and abs(h - height) <= 1
            )
            if allowed and list(moved) not in others.tolist():
                assert mean_iou(sizes, [*others.tolist(), moved]) <= reached + 1e-9


def test_weights_count_like_boxes_written_out() -> None:
    stream = np.random.RandomState(3)
    sizes = np.maximum(np.rint(stream.lognormal(1.5, 0.6, (200, 2))), 1)
    weights = stream.randint(1, 6, 200)
    anchors = [(2.6, 3.4), (5.5, 4.5), (9.5, 12.5)]
    written_out = stream.permutation(np.repeat(sizes, weights, axis=0))
    assert np.array_equal(
        rounded(sizes, anchors, 0, weights=weights), rounded(written_out, anchors, 0)
    )


def test_boxes_gathered_in_cells_are_rounded_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = np.random.RandomState(5).lognormal(2, 0.7, (5000, 2))
    anchors = [(2.6, 3.4), (5.5, 4.5), (9.5, 12.5), (20.4, 17.7)]
    exact = [rounded(sizes, anchors, precision) for precision in (0, 1)]
    monkeypatch.setattr(rounding, "MOST_BOXES", 700)
    for precision, expected in enumerate(exact):
        found = rounded(sizes, anchors, precision)
        assert mean_iou(sizes, found) == pytest.approx(mean_iou(sizes, expected), abs=2e-5)
        assert mean_iou(sizes, found) > mean_iou(sizes, np.round(anchors, precision))


def test_cells_take_equal_and_extreme_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounding, "MOST_BOXES", 100)
    assert rounded([(7, 7)] * 900, [(7.4, 6.6)], 0).tolist() == [[7, 7]]
    extreme = [pair for part in range(400) for pair in ((1e-6, 1e6 + part), (1e6, 1e-6 + part))]
    assert abs(rounded(extreme, [(7.4, 6.6)], 0) - 7).max() <= 1


def test_no_boxes_is_an_error_of_the_data() -> None:
    with pytest.raises(DataError, match="no boxes"):
        rounded(np.empty((0, 2)), [(1, 1)], 0)


@pytest.mark.parametrize("precision", [-1, 10])
def test_a_precision_that_makes_no_sense_is_refused(precision: int) -> None:
    with pytest.raises(UsageError, match="precision: wanted a whole number from 0 to 9, found"):
        rounded([(1, 1)], [(1, 1)], precision)


@settings(max_examples=60)
@given(some_sizes, some_anchors)
def test_no_combination_of_floor_and_ceiling_is_better(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]]
) -> None:
    reached = mean_iou(sizes, rounded(sizes, anchors, 0))
    sides = [side for anchor in anchors for side in anchor]
    for ups in itertools.product((math.floor, math.ceil), repeat=len(sides)):
        whole = [max(up(side), 1) for up, side in zip(ups, sides, strict=True)]
        points = list(zip(whole[::2], whole[1::2], strict=True))
        if len(set(points)) == len(points):
            assert mean_iou(sizes, points) <= reached + 1e-9


def test_the_precision_that_keeps_mean_iou_is_found_or_there_is_none() -> None:
    sizes = [(0.25, 0.5), (3.0, 2.0)]
    assert precision_that_keeps(sizes, sizes, 0.999, [0, 1, 2, 3]) == (2, 1.0)
    assert precision_that_keeps([(1e-10, 1e-10)], [(1e-10, 1e-10)], 0.999, range(7)) is None
