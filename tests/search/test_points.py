import numpy as np
import pytest
from generated_sizes import boxes, everyday, mean_iou
from hypothesis import given
from numpy.typing import NDArray

from anchorkit.search import points
from anchorkit.search.passes import FullScan
from anchorkit.search.points import distinct_sizes, sketch

Floats = NDArray[np.float64]


@given(boxes)
def test_equal_sizes_are_merged_with_their_count(sizes: Floats) -> None:
    found = distinct_sizes(sizes, None)
    wanted, counts = np.unique(sizes, axis=0, return_counts=True)
    order = np.lexsort((found.height, found.width))
    assert found.sizes[order].tolist() == wanted.tolist()
    assert found.weight is not None
    assert found.weight[order].tolist() == counts.tolist()


def test_sizes_with_the_same_mix_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "_mixed", lambda sizes: np.zeros(len(sizes), dtype=np.uint64))
    found = distinct_sizes(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0]]), None)
    assert found.sizes.tolist() == [[1.0, 2.0], [2.0, 1.0]]
    assert found.weight is not None
    assert found.weight.tolist() == [2.0, 1.0]


def test_merging_in_chunks_finds_the_same_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = everyday(2000)
    whole = distinct_sizes(sizes, None)
    monkeypatch.setattr(points, "CHUNK", 64)
    parts = distinct_sizes(sizes, None)
    assert parts.sizes.tolist() == whole.sizes.tolist()
    assert parts.weight is not None
    assert whole.weight is not None
    assert parts.weight.tolist() == whole.weight.tolist()


def test_a_sketch_keeps_the_boxes_and_moves_none_by_more_than_a_cell() -> None:
    sizes = everyday(5000) * 1.2345
    found = sketch(distinct_sizes(sizes, None))
    assert found.total == 5000
    for axis, side in enumerate((found.width, found.height)):
        nearest_cell = np.abs(np.log(sizes[:, axis][:, None] / side)).min(axis=1)
        assert nearest_cell.max() < np.log(1 + 1 / 64)
    anchors = sizes[[0, 10, 200]]
    scan = FullScan(found, 3)
    assert scan.assign(anchors).mean_iou == pytest.approx(mean_iou(sizes, anchors), abs=2e-3)


def test_a_sketch_of_sizes_far_apart_stays_small() -> None:
    sizes = np.exp(np.random.RandomState(0).uniform(-60, 60, (1000, 2)))
    found = sketch(distinct_sizes(sizes, None))
    assert found.total == 1000
    assert (found.width > 0).all()
