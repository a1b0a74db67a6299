import numpy as np
from generated_sizes import everyday, mean_iou
from numpy.typing import NDArray

from anchorkit.search.points import distinct_sizes
from anchorkit.search.sample import evenly, samples_of, thinned

Floats = NDArray[np.float64]


def test_an_even_sample_is_closer_than_a_random_one() -> None:
    sizes = everyday(20000) * np.random.RandomState(1).uniform(0.9, 1.1, (20000, 2))
    stream = np.random.RandomState(2)
    (sample,) = evenly(distinct_sizes(sizes, None), [1000])
    drawn = sizes[stream.choice(len(sizes), 1000, replace=False)]
    errors = np.array(
        [
            [mean_iou(some, anchors) - mean_iou(sizes, anchors) for some in (sample, drawn)]
            for anchors in (sizes[stream.choice(len(sizes), 6)] for _ in range(20))
        ]
    )
    even, random = np.sqrt((errors**2).mean(axis=0))
    assert even < random / 3


def test_a_thinned_sample_is_every_second_point_in_the_same_unit() -> None:
    (sample,) = samples_of(distinct_sizes(everyday(7000).cumsum(axis=0), None), [4000])
    thin = thinned(sample, 2000)
    assert thin.sizes.tolist() == sample.sizes[::2].tolist()
    assert thin.scale == sample.scale
    assert thinned(sample, 4000) is sample


def test_a_sample_with_weights_is_not_thinned() -> None:
    (sample,) = samples_of(distinct_sizes(np.repeat(everyday(500), 2, axis=0), None), [4000])
    assert thinned(sample, 10) is sample
