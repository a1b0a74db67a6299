import numpy as np
import pytest
from generated_sizes import everyday, mean_iou
from numpy.typing import NDArray

from anchorkit.search.points import distinct_sizes
from anchorkit.search.sample import SHARES, evenly, samples_of, thinned

Floats = NDArray[np.float64]


def cloud(count: int) -> Floats:
    stream = np.random.RandomState(1)
    return everyday(count) * stream.uniform(0.9, 1.1, (count, 2))


def test_an_even_sample_is_closer_than_a_random_one() -> None:
    sizes = cloud(20000)
    stream = np.random.RandomState(2)
    (sample,) = samples_of(distinct_sizes(sizes, None), [1000])
    even = sample.sizes / sample.scale
    drawn = sizes[stream.choice(len(sizes), 1000, replace=False)]
    errors = np.array(
        [
            [mean_iou(some, anchors) - mean_iou(sizes, anchors) for some in (even, drawn)]
            for anchors in (sizes[stream.choice(len(sizes), 6)] for _ in range(20))
        ]
    )
    of_even, of_random = np.sqrt((errors**2).mean(axis=0))
    assert of_even < of_random / 3


def test_samples_with_other_offsets_are_other_points_of_the_same_shares() -> None:
    one, other = samples_of(distinct_sizes(cloud(9000), None), [500, 500], [0.25, 0.75])
    both = {tuple(pair) for sample in (one, other) for pair in sample.sizes.tolist()}
    assert len(both) == 1000


def test_shares_fall_on_rows_as_their_weights_ask() -> None:
    rows, shares = evenly(np.array([3.0, 1.0, 8.0]), 3, 12)
    assert rows.tolist() == [0, 1, 2]
    assert shares is not None
    assert shares.tolist() == [3, 1, 8]
    rows, shares = evenly(np.array([3.0, 1.0, 8.0]), 3, 3)
    assert (rows.tolist(), shares if shares is None else shares.tolist()) == ([0, 2], [1, 2])


@pytest.mark.parametrize("total", [2_000, 2_000_000])
def test_weights_of_a_sample_are_whole_and_their_sum_is_bounded(total: int) -> None:
    stream = np.random.RandomState(0)
    weights = np.maximum(1, np.rint(total * stream.dirichlet(np.full(300, 0.3)))) * 1.5
    (sample,) = samples_of(distinct_sizes(cloud(300), weights), [1000])
    assert sample.weight is not None
    assert len(sample) == 300
    assert np.array_equal(sample.weight, np.rint(sample.weight))
    assert sample.weight.min() >= 1
    assert sample.total <= SHARES


@pytest.mark.parametrize("times", [1, 3], ids=["without weights", "with weights"])
def test_a_thinned_sample_stands_for_the_same_points_in_the_same_unit(times: int) -> None:
    sizes = np.concatenate([cloud(3000), *[cloud(900)] * (times - 1)])
    (sample,) = samples_of(distinct_sizes(sizes, None), [4000])
    thin = thinned(sample, 1000)
    assert len(thin) <= 1000
    assert thin.total == 1000
    assert thin.scale == sample.scale
    anchors = sizes[:5]
    few, many = (
        np.repeat(one.sizes, 1 if one.weight is None else one.weight.astype(int), axis=0)
        for one in (thin, sample)
    )
    ours = mean_iou(few, anchors * sample.scale)
    assert ours == pytest.approx(mean_iou(many, anchors * sample.scale), abs=3e-3)
    assert thinned(sample, 3000) is sample


def test_a_heavy_point_has_a_level_of_its_own() -> None:
    sizes = cloud(2000)
    weights = np.ones(2000)
    weights[7] = 500.0
    (sample,) = samples_of(distinct_sizes(sizes, weights), [4000])
    assert sample.weight is not None
    heavy = int(sample.weight.argmax())
    for levels in sample.levels:
        assert (levels == levels[heavy]).sum() <= 2
