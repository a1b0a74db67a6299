import numpy as np
import pytest
from generated_sizes import boxes, everyday, sides
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anchorkit.clustering import cluster
from anchorkit.search import passes
from anchorkit.search.passes import FullScan, medians, weighted_quantiles
from anchorkit.search.points import points_of

Floats = NDArray[np.float64]


@given(st.data(), boxes, st.integers(1, 4))
def test_medians_are_those_of_the_boxes_written_out(
    data: st.DataObject, sizes: Floats, k: int
) -> None:
    counts = data.draw(st.lists(st.integers(1, 5), min_size=len(sizes), max_size=len(sizes)))
    anchors = np.array(data.draw(st.lists(st.tuples(sides, sides), min_size=k, max_size=k)))
    width, height = np.ascontiguousarray(sizes.T)
    scan = FullScan(points_of(width, height, np.array(counts, dtype=float)), k)
    assignment = scan.assign(anchors)
    found = medians(scan, assignment, k)
    written, owner = np.repeat(sizes, counts, axis=0), np.repeat(assignment.labels, counts)
    for row in range(k):
        mine = written[owner == row]
        if len(mine):
            assert found[row].tolist() == np.median(mine, axis=0).tolist()
        else:
            assert np.isnan(found[row]).all()


def test_a_quantile_is_where_the_weights_of_smaller_points_reach_the_target() -> None:
    width = np.array([1.0, 2.0, 3.0, 4.0])
    scan = FullScan(points_of(width, width, None), 1)
    assignment = scan.assign(np.array([[2.0, 2.0]]))
    weights = np.array([1.0, 1.0, 2.0, 1.0])
    for target, quantile in ((2.5, 3.0), (2.0, 2.5)):
        found = weighted_quantiles(scan, assignment, weights, np.array([target]))
        assert found.tolist() == [[quantile, quantile]]


def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "THREADED", 0)
    sizes = everyday(3000)
    one, three = (cluster(sizes, 4, threads=threads) for threads in (1, 3))
    assert one.anchors.tolist() == three.anchors.tolist()
    assert one.mean_iou == three.mean_iou
    assert one.labels.tolist() == three.labels.tolist()
