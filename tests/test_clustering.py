from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from anchorkit.clustering import UPDATES, cluster
from anchorkit.errors import DataError, TooManyClustersError, UsageError
from anchorkit.overlap import iou
from anchorkit.quality import evaluate

side = st.integers(1, 12).map(float)
some_sizes = st.lists(st.tuples(side, side), min_size=1, max_size=30)


def lognormal(count: int, seed: int = 0) -> NDArray[np.float64]:
    """Sizes such as photographs have, some of them equal."""
    drawn = np.random.RandomState(seed).lognormal(3, 0.8, (count, 2))
    sizes: NDArray[np.float64] = np.maximum(np.rint(drawn), 1.0)
    return sizes


def test_as_many_clusters_as_distinct_sizes_returns_those() -> None:
    found = cluster([(200, 200), (100, 200), (200, 100), (100, 200)], 3)
    assert found.anchors.tolist() == [[100, 200], [200, 100], [200, 200]]
    assert found.mean_iou == 1
    assert found.labels.tolist() == [2, 0, 1, 0]


@pytest.mark.parametrize("update", UPDATES)
def test_few_distinct_sizes_end_without_nan_for_every_seed(update: str) -> None:
    sizes = np.repeat([(10, 20), (11, 20), (50, 40), (52, 44)], [20, 20, 12, 1], axis=0)
    for seed in range(500 if update == "median" else 50):
        found = cluster(sizes, 3, seed=seed, update=update)
        assert np.isfinite(found.anchors).all()
        assert len(np.unique(found.labels)) == 3


def test_one_cluster_is_exactly_the_median() -> None:
    # Several boxes lie nearer to the centre of all than the median does: a start must not win
    sizes = lognormal(101)
    assert cluster(sizes, 1).anchors[0].tolist() == np.median(sizes, axis=0).tolist()


def test_one_cluster_of_an_even_number_of_boxes_is_between_the_two_in_the_middle() -> None:
    assert cluster([(1, 9), (2, 8), (4, 6), (9, 1)], 1).anchors.tolist() == [[3, 7]]


def test_too_many_clusters_says_how_many_sizes_there_are() -> None:
    with pytest.raises(TooManyClustersError, match=r"\b9 clusters .* 2 distinct sizes"):
        cluster([(1, 2), (1, 2), (3, 4)], 9)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"k": 0}, "k: "), ({"k": 1, "update": "mode"}, "update: "), ({"k": 1, "seed": -1}, "seed: ")],
)
def test_arguments_that_cannot_mean_anything_are_refused(
    wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        cluster([(1, 1)], **wrong)


def test_no_boxes_is_an_error_of_the_data() -> None:
    with pytest.raises(DataError, match="no boxes"):
        cluster(np.empty((0, 2)), 1)


@pytest.mark.parametrize("update", UPDATES)
@settings(max_examples=15)
@given(some_sizes, st.integers(1, 6))
def test_a_clustering_keeps_its_promises(
    update: str, sizes: list[tuple[float, float]], k: int
) -> None:
    k = min(k, len(set(sizes)))
    found = cluster(sizes, k, update=update)
    assert found.anchors.shape == (k, 2)
    assert (np.diff(found.anchors.prod(axis=1)) >= 0).all()
    overlaps = iou(sizes, found.anchors)
    assert np.array_equal(found.labels, overlaps.argmax(axis=1))
    assert found.mean_iou == pytest.approx(overlaps.max(axis=1).mean(), rel=1e-12)
    assert set(found.labels.tolist()) == set(range(k))


@pytest.mark.parametrize("update", UPDATES)
def test_a_seed_fixes_everything(update: str) -> None:
    sizes = lognormal(300)
    first, second = (cluster(sizes, 5, seed=7, update=update) for _ in range(2))
    assert first.anchors.tobytes() == second.anchors.tobytes()
    assert first.labels.tobytes() == second.labels.tobytes()


@pytest.mark.parametrize("update", UPDATES)
def test_order_and_duplicates_change_nothing(update: str) -> None:
    sizes = lognormal(200)
    distinct, counts = np.unique(sizes, axis=0, return_counts=True)
    shuffled = np.random.RandomState(1).permutation(sizes)
    plain, reordered = cluster(sizes, 4, update=update), cluster(shuffled, 4, update=update)
    weighted = cluster(distinct, 4, weights=counts, update=update)
    np.testing.assert_allclose(plain.anchors, reordered.anchors, rtol=1e-9)
    np.testing.assert_allclose(plain.anchors, weighted.anchors, rtol=1e-9)


def test_a_median_is_an_iterate() -> None:
    # Each anchor is a median of boxes: every side is a side of a box, or between two of them
    sizes = lognormal(501)
    halves = {(a + b) / 2 for side in sizes.T for a in set(side) for b in set(side)}
    assert set(cluster(sizes, 6).anchors.reshape(-1).tolist()) <= halves


def test_the_median_fits_better_than_the_mean_and_ascent_no_worse() -> None:
    sizes = lognormal(1500)
    mean, median, ascent = (
        cluster(sizes, 6, update=update).mean_iou for update in ("mean", "median", "iou")
    )
    assert mean < median <= ascent


@pytest.mark.parametrize(
    "sizes",
    [
        [(1e-3, 1e3)] * 5 + [(1, 1), (1e3, 1e-3)],
        [(10.0**exponent, 10.0**exponent) for exponent in range(7)],
        [(1, 1), (1.5, 1), (1, 2), (2, 2), (1e6, 1e6)],
    ],
    ids=["extreme shapes", "six orders of magnitude", "one huge box among tiny ones"],
)
@pytest.mark.parametrize("update", UPDATES)
def test_extreme_sizes_end_in_finite_anchors(sizes: list[tuple[float, float]], update: str) -> None:
    for k in (1, 2, 3):
        found = cluster(sizes, k, update=update)
        assert np.isfinite(found.anchors).all()
        assert found.mean_iou == evaluate(sizes, found.anchors).mean_iou


@pytest.mark.parametrize("start", [[(1e30, 1e30)], [(1e30, 1e-30), (1e-30, 1e30), (1e30, 1e30)]])
def test_starts_far_beyond_the_boxes_do_no_harm(start: list[tuple[float, float]]) -> None:
    sizes = lognormal(60)
    found = cluster(sizes, 3, starts=[start])
    assert found.mean_iou > cluster(sizes, 3).mean_iou - 0.01
