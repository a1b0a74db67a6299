import numpy as np
import pytest
from generated_sizes import Floats, everyday

from anchorkit.overlap import iou
from anchorkit.search.climb import ScoredAnchors, assign
from anchorkit.search.points import distinct_sizes
from anchorkit.search.sample import Sample, samples_of
from anchorkit.search.sides import REACH, move_sides


def sample_of(sizes: Floats) -> Sample:
    (sample,) = samples_of(distinct_sizes(sizes, None), [4000])
    return sample


def plain_mean_iou(sample: Sample, anchors: Floats) -> float:
    best = iou(sample.sizes, anchors).max(axis=1)
    return float(np.average(best, weights=sample.weight))


@pytest.mark.parametrize("seed", range(3))
def test_no_side_can_go_to_one_next_to_it_and_gain(seed: int) -> None:
    sample = sample_of(np.ceil(everyday(800, seed) / 9))
    start = ScoredAnchors(0.0, sample.sizes[:: len(sample) // 4][:4])
    found = move_sides(sample, start, 100)
    assert found.mean_iou == pytest.approx(plain_mean_iou(sample, found.anchors), abs=1e-4)
    for row, column in np.ndindex(4, 2):
        sides = np.unique(sample.sizes[:, column])
        at = int(np.searchsorted(sides, found.anchors[row, column]))
        for step in (*REACH, *-REACH):
            if 0 <= at + step < len(sides):
                moved = found.anchors.copy()
                moved[row, column] = sides[at + step]
                assert plain_mean_iou(sample, moved) < found.mean_iou + 2e-5, (
                    f"anchor {row} gains at the side {step} further"
                )


def test_moves_only_ever_gain() -> None:
    sample = sample_of(everyday(3000))
    stream = np.random.RandomState(0)
    for _ in range(10):
        anchors = sample.sizes[stream.choice(len(sample), 6, replace=False)]
        start = assign(sample, anchors).mean_iou
        found = move_sides(sample, ScoredAnchors(start, anchors))
        assert assign(sample, found.anchors).mean_iou > start
