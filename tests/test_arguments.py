"""What cannot mean anything is refused in one way, in every function that takes it."""

import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from anchorkit.anchors.rounding import rounded
from anchorkit.arguments import as_whole, check_enough_sizes
from anchorkit.clustering import UPDATES, cluster
from anchorkit.darknet.cost import cfg_with_k
from anchorkit.darknet.sections import read_cfg
from anchorkit.errors import TooManyClustersError, UsageError
from anchorkit.overlap import LARGEST, SMALLEST, as_sizes, as_weights, iou
from anchorkit.quality import evaluate
from anchorkit.search.distances import DISTANCES, cluster_by
from anchorkit.sweep import grown, holdout, sweep

SIZES = [(2, 1), (4, 4), (2, 2), (4, 5), (2, 3)]
NO_WHOLE = [2.5, 2.0, True, np.bool_(True), np.float64(2), "2", None, -1, [2]]
TAKERS: dict[str, Callable[[Any], object]] = {
    "k of cluster": lambda value: cluster(SIZES, value),
    "seed of cluster": lambda value: cluster(SIZES, 2, seed=value),
    "threads of cluster": lambda value: cluster(SIZES, 2, threads=0 if value is None else value),
    "k of cluster_by": lambda value: cluster_by(SIZES, value, "iou"),
    "seed of cluster_by": lambda value: cluster_by(SIZES, 2, "iou", seed=value),
    "ks of sweep": lambda value: sweep(SIZES, [value]),
    "seed of sweep": lambda value: sweep(SIZES, [1, 2], seed=value),
    "precision of sweep": lambda value: sweep(SIZES, [1, 2], precision=value),
    "precision of rounded": lambda value: rounded(SIZES, [(2, 2)], value),
    "k of grown": lambda value: grown(SIZES, [(2, 2)], value),
    "seed of holdout": lambda value: holdout([0, 1], 2, 0.5, value),
    "images of holdout": lambda value: holdout([0, 1], value, 0.5, 0),
}


@pytest.mark.parametrize("what", TAKERS)
@pytest.mark.parametrize("value", NO_WHOLE, ids=repr)
def test_what_is_no_whole_number_is_bad_usage(what: str, value: object) -> None:
    name = what.split()[0]
    with pytest.raises(UsageError, match=f"^{name}: wanted a whole number from [01]"):
        TAKERS[what](value)


@pytest.mark.parametrize("what", TAKERS)
@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.array])
def test_whole_numbers_of_numpy_are_whole_numbers(what: str, kind: Callable[[int], object]) -> None:
    TAKERS[what](kind(2))


@pytest.mark.parametrize("k", [0, 1.5])
def test_a_cfg_gets_a_whole_number_of_anchors(k: int) -> None:
    with pytest.raises(UsageError, match="k: wanted a whole number from 1"):
        cfg_with_k(read_cfg("[net]\n"), k)


def test_bounds_belong_to_the_whole_numbers() -> None:
    assert [as_whole(value, "x", 3, 5) for value in (3, 5)] == [3, 5]
    for value in (2, 6, 10**400):
        with pytest.raises(UsageError, match="x: wanted a whole number from 3 to 5, found "):
            as_whole(value, "x", 3, 5)


@pytest.mark.parametrize(("count", "said"), [(1, "1 distinct size$"), (2, "2 distinct sizes$")])
def test_one_distinct_size_is_singular(count: int, said: str) -> None:
    for work in (cluster, lambda sizes, k: cluster_by(sizes, k, "manhattan")):
        with pytest.raises(TooManyClustersError, match=said):
            work([(side + 1, 1) for side in range(count)] * 3, 3)
    check_enough_sizes(count, count)


@pytest.mark.parametrize(
    "wrong",
    [
        [(10**400, 1)],
        [(1j, 2)],
        np.array([(1j, 2)]),
        [("1", "2")],
        np.array([("2026", "2027")], dtype="datetime64"),
        [[1, 2], [3]],
        [(1, object())],
    ],
    ids=["beyond floats", "complex", "complex array", "text", "dates", "ragged", "objects"],
)
def test_what_are_no_numbers_is_bad_usage_without_a_warning(wrong: Any) -> None:
    for work in (as_sizes, lambda sizes: cluster(sizes, 1), lambda sizes: iou([(1, 1)], sizes)):
        with pytest.raises(UsageError, match=r"wanted an \(n, 2\) array of widths and heights"):
            work(wrong)
    with pytest.raises(UsageError, match="weights: wanted "):
        as_weights(wrong, 2)


def test_decimals_and_small_integers_are_numbers() -> None:
    some: Any
    for some in ([(Decimal("1.5"), 2)], np.array([(1.5, 2)], dtype=np.float16)):
        assert as_sizes(some).tolist() == [[1.5, 2.0]]
    assert as_sizes(np.array([(1, 2)], dtype=np.uint8)).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("side", [SMALLEST / 2, LARGEST * 2, 1e-320, 1e300, np.inf, 0, -1, np.nan])
def test_a_side_whose_area_might_be_no_number_is_refused(side: float) -> None:
    with pytest.raises(UsageError, match=r"sizes: row 1: wanted positive numbers from 1e-30 to"):
        as_sizes([(1, 1), (1, side)])


ENDS = [(w, h) for w in (SMALLEST, 1.0, LARGEST) for h in (SMALLEST, 3.0, LARGEST)]


def test_the_greatest_and_smallest_sides_make_numbers_everywhere() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k in (1, 2, 4, 9):
            for update in UPDATES:
                found = cluster(ENDS, k, update=update)
                assert np.isfinite(found.anchors).all()
                assert np.isfinite(evaluate(ENDS, found.anchors).mean_iou)
            for distance in DISTANCES:
                assert np.isfinite(cluster_by(ENDS, k, distance)).all()
        assert np.isfinite(rounded(ENDS, ENDS[:4], 0)).all()
        assert (iou(ENDS, ENDS).diagonal() == 1).all()


def test_all_sizes_times_a_power_of_two_give_the_anchors_times_it() -> None:
    anchors = cluster(SIZES, 2).anchors
    for factor in (2.0**-90, 2.0**90):
        assert cluster(np.asarray(SIZES) * factor, 2).anchors.tolist() == (
            (anchors * factor).tolist()
        )
