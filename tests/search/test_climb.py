import numpy as np
import pytest
from generated_sizes import boxes, everyday, mean_iou
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anchorkit.search.climb import assign, balance_points, climb
from anchorkit.search.points import distinct_sizes, points_of
from anchorkit.search.sample import samples_of

Floats = NDArray[np.float64]


@given(boxes, boxes)
def test_the_assignment_of_a_sample_agrees_with_iou(sizes: Floats, anchors: Floats) -> None:
    (sample,) = samples_of(distinct_sizes(sizes, None), [100])
    found = assign(sample, anchors * sample.scale)
    assert found.mean_iou == pytest.approx(mean_iou(sizes, anchors), abs=1e-4)


def test_a_climb_never_ends_below_its_start() -> None:
    (sample,) = samples_of(distinct_sizes(everyday(3000), None), [5000])
    stream = np.random.RandomState(0)
    for _ in range(20):
        start = sample.sizes[stream.choice(len(sample), 5)]
        assert climb(sample, start, 10).mean_iou >= assign(sample, start).mean_iou


@given(boxes, boxes, st.integers(1, 3))
def test_anchors_are_balanced_at_the_quantile_a_plain_count_gives(
    sizes: Floats, anchors: Floats, weight: int
) -> None:
    assume(len(anchors) <= len(sizes))
    weights: Floats = (np.arange(len(sizes)) % weight + 1).astype(np.float64)
    width, height = np.ascontiguousarray(sizes.T)
    (sample,) = samples_of(points_of(width, height, weights), [100])
    sizes = sample.sizes / sample.scale
    weights = np.ones(len(sizes)) if sample.weight is None else sample.weight
    assignment = assign(sample, anchors * sample.scale)
    found = balance_points(sample, anchors * sample.scale, assignment) / sample.scale
    areas = sizes.prod(axis=1)
    for row, own in enumerate(anchors.prod(axis=1)):
        mine = assignment.labels == row
        if not mine.any():
            continue
        share = weights * assignment.best * (1 + assignment.best) / (own + areas)
        target = (share * areas)[mine].sum()
        for column in range(2):
            side = sizes[mine, column]
            order = np.argsort(side)
            reached = share[mine][order].cumsum() * own
            reached += (share * areas)[mine][order].cumsum()
            # The balance point itself, or one beside it where rounding decides
            at = np.searchsorted(reached, [target * (1 - 1e-6), target * (1 + 1e-6)])
            near = side[order][np.minimum(at, len(side) - 1)]
            assert near[0] * (1 - 1e-9) <= found[row, column] <= near[1] * (1 + 1e-9)


def test_of_many_points_the_balance_point_is_found_to_within_a_level() -> None:
    sizes = np.random.RandomState(2).lognormal(3, 0.6, (4000, 2))
    (sample,) = samples_of(distinct_sizes(sizes, None), [5000])
    anchors = np.array([[20.0, 20.0]]) * sample.scale
    for _ in range(40):
        anchors = balance_points(sample, anchors, assign(sample, anchors))
    for column in range(2):
        for side in np.quantile(sample.sizes[:, column], [0.2, 0.8]):
            moved = anchors.copy()
            moved[0, column] = side
            assert assign(sample, moved).mean_iou < assign(sample, anchors).mean_iou
    best = max(assign(sample, anchors * factor).mean_iou for factor in np.linspace(0.9, 1.1, 21))
    assert assign(sample, anchors).mean_iou > best - 1e-4


def test_a_climb_gets_further_than_going_to_the_balance_points_alone() -> None:
    (sample,) = samples_of(distinct_sizes(everyday(3000), None), [5000])
    stream = np.random.RandomState(0)
    gains = []
    for _ in range(20):
        start = sample.sizes[stream.choice(len(sample), 9)]
        anchors, best = start, 0.0
        for _ in range(8):
            anchors = balance_points(sample, anchors, assign(sample, anchors))
            best = max(best, assign(sample, anchors).mean_iou)
        gains.append(climb(sample, start, 8).mean_iou - best)
    assert np.mean(gains) > 1e-3, "steps beyond balance no longer pay"
