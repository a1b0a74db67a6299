import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.errors import UsageError
from anchorkit.suggested_k import AHEAD, PER_PERCENT, WORTH, agreement, suggested_k


def curve(most: int) -> tuple[list[int], list[float]]:
    """Mean IoU that rises by less and less: 0.16 / (k (k + 1)) for the anchor after the k-th."""
    ks = list(range(1, most + 1))
    return ks, [0.8 - 0.16 * 4 / (k + 1) for k in ks]


@given(st.integers(10, 40))
def test_the_suggestion_does_not_depend_on_where_the_range_ends(most: int) -> None:
    found = suggested_k(*curve(most))
    assert found is not None
    assert (found.k, found.open_end) == (suggested_k(*curve(60)) or found)[0::3]


def test_the_anchor_before_the_suggestion_was_worth_it_and_the_next_is_not() -> None:
    ks, values = curve(30)
    found = suggested_k(ks, values)
    assert found is not None
    at = ks.index(found.k)
    assert values[at] - values[at - 1] >= WORTH > values[at + 1] - values[at]
    assert found.before == pytest.approx(values[at] - values[at - 1])
    assert found.beyond == pytest.approx(values[at + 1] - values[at])


def test_one_poor_step_does_not_hide_a_good_one_behind_it() -> None:
    values = [0.30, 0.50, 0.501, 0.60, 0.601, 0.602, 0.603, 0.604]
    found = suggested_k(range(1, 9), values)
    assert found is not None
    assert found.k == 4


def test_where_every_step_is_worth_it_the_end_is_open() -> None:
    found = suggested_k([1, 2, 3, 4], [0.1, 0.3, 0.5, 0.7])
    assert found is not None
    assert (found.k, found.open_end, found.beyond) == (4, True, None)


def test_the_end_is_open_until_enough_candidates_lie_behind() -> None:
    values = [0.3, 0.6, *[0.601 + 0.001 * more for more in range(AHEAD)]]
    short, long = (suggested_k(range(1, n + 1), values[:n]) for n in (AHEAD + 1, AHEAD + 2))
    assert short is not None
    assert long is not None
    assert (short.k, short.open_end) == (2, True)
    assert (long.k, long.open_end) == (2, False)


def test_only_multiples_of_the_heads_are_suggested() -> None:
    ks, values = curve(30)
    plain, shared = suggested_k(ks, values), suggested_k(ks, values, multiple=3)
    assert plain is not None
    assert shared is not None
    assert plain.k % 3
    assert shared.k % 3 == 0
    assert suggested_k([1, 2, 4], [0.1, 0.2, 0.3], multiple=3) is None


def test_an_anchor_that_costs_the_network_much_must_add_more() -> None:
    ks, values = [3, 4, 5, 6, 7], [0.50, 0.52, 0.54, 0.541, 0.542]
    percent = 0.02 / PER_PERCENT  # what a gain of 0.02 may cost
    cheap = [100 + 0.9 * percent * step for step in range(5)]
    dear = [100 + 1.2 * percent * step for step in range(5)]
    assert [getattr(suggested_k(ks, values, costs=costs), "k", 0) for costs in (cheap, dear)] == [
        5,
        3,
    ]


def test_a_k_that_the_network_cannot_have_is_passed_over() -> None:
    found = suggested_k(
        [1, 2, 3, 4, 5, 6], [0.9, 0.91, 0.5, 0.7, 0.701, 0.702], costs=[None, None, 1, 1, 1, 1]
    )
    assert found is not None
    assert found.k == 4


def test_values_must_match_the_ks() -> None:
    with pytest.raises(UsageError, match="as many of each"):
        suggested_k([1, 2], [0.1])
    with pytest.raises(UsageError, match="one row for each box"):
        agreement([[0.1, 0.2]], [0, 0], [1, 2])


def test_agreement_follows_the_images_that_are_drawn() -> None:
    # Half of the images gain from a third anchor, half do not: drawings differ
    ks = [1, 2, 3, 4, 5, 6, 7]
    needs = [0.2, 0.4, 0.425, 0.425, 0.425, 0.425, 0.425]
    not_so = [0.2, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]
    rows = np.asarray([needs, not_so] * 10)
    shares = agreement(rows, np.arange(20), ks)
    assert set(shares) == {2, 3}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares == agreement(rows, np.arange(20), ks)
    assert shares != agreement(rows, np.arange(20), ks, seed=1)


def test_agreement_weighs_an_image_by_its_boxes() -> None:
    # One row twice in one image is what a weight of two would be: by hand, for every drawing
    ks, stream = [1, 2, 3], np.random.RandomState(0)
    best, ids = np.asarray([[0.2, 0.5, 0.51], [0.2, 0.2, 0.9], [0.1, 0.4, 0.41]]), [0, 1, 1]
    expected: dict[int, int] = {}
    for _ in range(2):
        drawn = stream.randint(0, 2, (32 if not expected else 8, 2))
        for row in drawn:
            picked = [at for image in row for at in range(3) if ids[at] == image]
            found = suggested_k(ks, best[picked].mean(axis=0).tolist())
            assert found is not None
            expected[found.k] = expected.get(found.k, 0) + 1
    assert agreement(best, ids, ks, draws=40) == {k: n / 40 for k, n in sorted(expected.items())}
