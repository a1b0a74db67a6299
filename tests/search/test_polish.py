import numpy as np
import pytest
from generated_sizes import everyday, mean_iou, smooth
from numpy.typing import NDArray

from anchorkit.clustering import cluster
from anchorkit.search.passes import FullScan
from anchorkit.search.points import distinct_sizes, points_of, sketch
from anchorkit.search.polish import FACTORS, approach, polish, slopes

Floats = NDArray[np.float64]


def test_polishing_ends_where_no_move_gains_and_never_falls() -> None:
    sizes = everyday(2000)
    scan = FullScan(distinct_sizes(sizes, None), 5)
    reached, anchors, history, _ = polish(scan, sizes[:5])
    assert history == sorted(history)
    assert reached == pytest.approx(mean_iou(sizes, anchors), abs=1e-12)
    for row, side in np.ndindex(5, 2):
        for factor in FACTORS:
            moved = anchors.copy()
            moved[row, side] *= factor
            assert mean_iou(sizes, moved) <= reached + 1e-11


def test_slopes_are_the_change_of_the_sum_of_best_ious_with_each_side() -> None:
    cloud = smooth(20000)
    scan = FullScan(cloud, 5)
    anchors = cloud.sizes[:5] * 1.0
    found = slopes(scan, anchors, scan.assign(anchors))
    for side in np.ndindex(anchors.shape):
        ends = []
        for factor in (1.001, 0.999):
            moved = anchors.copy()
            moved[side] *= factor
            ends.append(scan.assign(moved).mean_iou * cloud.total)
        assert found[side] == pytest.approx((ends[0] - ends[1]) / 0.002, abs=cloud.total * 3e-4)


def test_an_approach_never_falls_and_leaves_next_to_nothing_to_polish() -> None:
    cloud = smooth(30000)
    scan, cells = FullScan(cloud, 6), FullScan(sketch(cloud), 6)
    start = cluster(cloud.sizes, 6).anchors * 1.03
    before = scan.assign(start).mean_iou
    reached, anchors, history, _ = approach(scan, cells, start)
    assert history[0] == before
    assert history == sorted(history)
    assert reached == history[-1] == scan.assign(anchors).mean_iou
    assert reached - before > 3e-4
    assert polish(scan, anchors).mean_iou - reached < 2e-7


def test_an_approach_along_which_nothing_changes_stays_where_it_is() -> None:
    scan = FullScan(points_of(np.array([1e-150, 2e-150]), np.array([1.0, 1.0]), None), 1)
    _, anchors, history, _ = approach(scan, scan, np.array([[1e-150, 1.0]]))
    assert history == sorted(history)
    assert np.isfinite(anchors).all()
