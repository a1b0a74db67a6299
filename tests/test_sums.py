import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anchorkit.sums import exact, grain_of

values = st.lists(st.floats(0, 2), min_size=1, max_size=60).map(np.array)


@given(values, st.integers(1, 10**6), st.randoms(use_true_random=False))
def test_a_sum_is_the_same_in_any_order_and_in_any_parts(
    some: NDArray[np.float64], weight: int, chance: object
) -> None:
    grain = grain_of(weight * len(some))
    rounded = exact(some.copy(), grain) * weight
    order = list(range(len(some)))
    chance.shuffle(order)  # type: ignore[attr-defined]  # a random.Random
    middle = len(some) // 2
    one_by_one = sum(rounded[order].tolist())
    assert one_by_one == sum(rounded.tolist())
    assert one_by_one == sum(rounded[middle:].tolist()) + sum(rounded[:middle].tolist())


@given(values)
def test_what_is_rounded_stays_within_half_a_grain(some: NDArray[np.float64]) -> None:
    for grain in (2.0**-40, 2.0**-20):
        rounded = exact(some.copy(), grain)
        assert (abs(rounded - some) <= grain / 2).all()
        assert (rounded % grain == 0).all()


@pytest.mark.parametrize(
    ("total", "exponent"),
    [(0, -40), (1, -40), (2**11, -40), (2**12, -39), (2**31, -20), (1e18, -20)],
)
def test_the_grain_grows_with_the_total_within_bounds(total: float, exponent: int) -> None:
    assert grain_of(total) == 2.0**exponent
