import numpy as np
import pytest
from generated_sizes import everyday
from numpy.typing import NDArray

from anchorkit.overlap import iou
from anchorkit.search.climb import ScoredAnchors, climb
from anchorkit.search.points import distinct_sizes
from anchorkit.search.sample import Sample, samples_of
from anchorkit.search.swaps import (
    TABLE_BITS,
    Effort,
    Search,
    crossed,
    explore,
    filled,
    pruned,
    search_of,
    swap_scores,
    swap_sums,
    swapped,
)

Floats = NDArray[np.float64]


def test_a_search_that_is_handed_good_anchors_ends_no_lower() -> None:
    (sample,) = samples_of(distinct_sizes(everyday(900), None), [4096])
    found = explore(sample, 6, np.random.RandomState(1))[0]
    effort = Effort(starts=1, rounds=0, patience=0)
    (again,) = explore(sample, 6, np.random.RandomState(2), starts=[found.anchors], effort=effort)[
        :1
    ]
    assert again.mean_iou >= found.mean_iou - 1e-12


def search_on(sizes: Floats, k: int, weights: Floats | None = None, seed: int = 0) -> Search:
    (sample,) = samples_of(distinct_sizes(sizes, weights), [400])
    return search_of(sample, k, np.random.RandomState(seed))


def overlap(search: Search, sizes: Floats) -> Floats:
    """(n, m), IoU of the points of the thinner sample with some sizes."""
    return iou(search.thin.sizes, sizes)


def weights_of(search: Search) -> list[float]:
    weight = search.thin.weight
    return [1.0] * len(search.thin) if weight is None else weight.tolist()


def plain_sum(search: Search, anchors: Floats) -> float:
    """The sum of best IoUs, point by point."""
    table = overlap(search, anchors).tolist()
    return float(sum(w * max(row) for w, row in zip(weights_of(search), table, strict=True)))


WEIGHTED = pytest.mark.parametrize("times", [1, 3], ids=["drawn", "with weights"])
"""Of few sizes that repeat a search takes all, with weights; of many it draws some, without."""


def sizes_with(times: int, seed: int) -> Floats:
    sizes = np.random.RandomState(seed).lognormal(3, 0.8, (60 if times > 1 else 1200, 2))
    counts = np.arange(len(sizes)) % times + 1
    return np.repeat(sizes, counts, axis=0)


def rounding(search: Search) -> float:
    """What rounding the IoU of each point may change in a sum."""
    return sum(weights_of(search)) * 2.0**-TABLE_BITS * 1.5


@WEIGHTED
@pytest.mark.parametrize("k", [2, 5])
def test_the_score_of_a_swap_is_the_sum_of_best_ious_after_it(times: int, k: int) -> None:
    search = search_on(sizes_with(times, k), k)
    assert (search.thin.weight is None) == (times == 1)
    anchors = search.sample.sizes[:: len(search.sample) // k][:k]
    scores = swap_scores(search.thin, anchors, search.table)
    for index in range(0, len(search.candidates), 7):
        for row in range(k):
            after = anchors.copy()
            after[row] = search.candidates[index]
            assert scores[index, row] == pytest.approx(
                plain_sum(search, after), abs=rounding(search)
            ), f"swap of anchor {row} for candidate {index} is not scored as what it leads to"


@WEIGHTED
def test_an_anchor_is_put_back_where_it_gains_most_of_the_candidates_drawn(times: int) -> None:
    search = search_on(sizes_with(times, 1), 4, seed=5)
    found = filled(search, search.sample.sizes[:2])
    draws = np.random.RandomState(5)
    search_of(search.sample, 4, draws)  # draws what the search has drawn before
    for count in (2, 3):
        some = draws.choice(len(search.candidates), len(search.candidates) // 4, replace=False)
        sums = [
            plain_sum(search, np.concatenate([found[:count], search.candidates[[index]]]))
            for index in some
        ]
        assert plain_sum(search, found[: count + 1]) >= max(sums) - rounding(search), (
            "another candidate gains more than the one that was put back"
        )


@WEIGHTED
def test_crossing_drops_those_that_are_missed_least_one_after_another(times: int) -> None:
    search = search_on(sizes_with(times, 2), 4)
    assert search.thin is search.sample
    anchors = search.sample.sizes[:: len(search.sample) // 9][:9]
    left = list(range(9))
    while len(left) > 4:
        sums = [plain_sum(search, anchors[[j for j in left if j != i]]) for i in left]
        del left[int(np.argmax(sums))]
    assert pruned(search.sample, anchors, 4).tolist() == anchors[left].tolist()


def test_crossed_anchors_are_of_both_finds() -> None:
    search = search_on(everyday(900), 6)
    finds = explore(search.sample, 6, np.random.RandomState(1))
    one, other = (
        ScoredAnchors(find.mean_iou, find.anchors * search.sample.scale) for find in finds[:2]
    )
    for _ in range(5):
        found = {tuple(pair) for pair in crossed(search, [one, other]).tolist()}
        assert len(found) == 6
        assert found <= {tuple(pair) for pair in [*one.anchors.tolist(), *other.anchors.tolist()]}


def test_the_most_promising_swap_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    search = search_on(sizes_with(1, 3), 5)
    start = climb(search.sample, search.sample.sizes[:5], 10)
    tried: list[Floats] = []

    def recorded(sample: Sample, anchors: Floats, steps: int) -> ScoredAnchors:
        tried.append(anchors)
        return ScoredAnchors(start.mean_iou, start.anchors)  # no swap helps

    monkeypatch.setattr("anchorkit.search.swaps.climb", recorded)
    swapped(search, start.anchors)
    sums = [plain_sum(search, anchors) for anchors in tried[1:]]
    owners = iou(search.candidates, start.anchors).argmax(axis=1)
    best = max(
        plain_sum(search, np.concatenate([np.delete(start.anchors, row, axis=0), [candidate]]))
        for candidate, owner in zip(search.candidates, owners, strict=True)
        for row in range(5)
        if row != owner
    )
    assert sums[0] == pytest.approx(best, abs=2 * rounding(search)), "not the best swap is first"
    assert sums == pytest.approx(sorted(sums, reverse=True), abs=2 * rounding(search))


def test_an_anchor_may_go_far_to_where_it_is_nearest_itself() -> None:
    search = search_on(everyday(120), 1)
    poor = np.array([[56.0, 76.0]]) * search.sample.scale
    assert climb(search.sample, poor, 10).mean_iou < 0.25
    assert swapped(search, poor).mean_iou > 0.32


def test_the_sum_after_a_swap_is_that_of_the_best_that_is_left_for_any_measure() -> None:
    (sample,) = samples_of(distinct_sizes(sizes_with(3, 5), None), [400])
    stream = np.random.RandomState(3)
    own = stream.random_sample((4, len(sample))).astype(np.float32)
    table = stream.random_sample((6, len(sample))).astype(np.float32)
    weight = [1.0] * len(sample) if sample.weight is None else sample.weight.tolist()
    found = swap_sums(sample, own, table)
    for row in range(6):
        for gone in range(4):
            best = np.vstack([np.delete(own, gone, axis=0), table[row]]).max(axis=0)
            plain = sum(w * float(one) for w, one in zip(weight, best, strict=True))
            assert found[row, gone] == pytest.approx(
                plain, abs=sum(weight) * 2.0**-TABLE_BITS * 1.5
            )
