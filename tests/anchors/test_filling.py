import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.anchors.filling import SPREAD, STEP, filled
from anchorkit.anchors.rounding import rounded
from anchorkit.errors import UsageError
from anchorkit.quality import evaluate

sides = st.floats(1, 600)
some_sizes = st.lists(st.tuples(sides, sides), min_size=1, max_size=8, unique=True)


@given(some_sizes, st.integers(1, 20))
def test_every_size_stays_an_anchor_and_none_comes_twice(
    sizes: list[tuple[float, float]], more: int
) -> None:
    k = len(sizes) + more
    found = filled(sizes, k)
    assert found.shape == (k, 2)
    assert evaluate(sizes, found).mean_iou == 1
    assert len(np.unique(found, axis=0)) == k
    assert (np.diff(found.prod(axis=1)) >= 0).all()
    assert len(rounded(sizes, found, 0)) == k


def test_one_size_gets_anchors_of_its_proportions_on_both_sides() -> None:
    found = filled([(40, 40)], 9)
    assert (found[:, 0] == found[:, 1]).all()
    assert found[4].tolist() == [40, 40]
    assert found[-1, 0] / 40 == pytest.approx(STEP**4)
    assert 40 / found[0, 0] == pytest.approx(STEP**4)


def test_the_size_of_most_boxes_gets_the_most_anchors_around_it() -> None:
    found = filled([(10, 40), (40, 10)], 3, weights=[1, 5])
    assert found[:, 0].tolist().count(10) == 1
    assert (found[:, 0] > found[:, 1]).sum() == 2


def test_no_anchor_lies_out_of_reach_however_many_there_are() -> None:
    found = filled([(100, 100)], 64)
    assert found.max() <= 100 * SPREAD * 1.0001
    assert found.min() >= 100 / SPREAD / 1.0001


def test_small_sizes_are_filled_in_above() -> None:
    assert filled([(1, 1)], 4).min() == 1


@pytest.mark.parametrize("k", [0, 1, 2])
def test_there_must_be_something_to_fill_in(k: int) -> None:
    with pytest.raises(UsageError):
        filled([(1, 1), (2, 2)], k)


def test_nothing_cannot_be_filled_in_around() -> None:
    with pytest.raises(UsageError):
        filled(np.empty((0, 2)), 3)
