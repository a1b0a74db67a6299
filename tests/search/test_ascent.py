import numpy as np
import pytest
from generated_sizes import everyday, mean_iou

from anchorkit.clustering import cluster
from anchorkit.search.ascent import ascend, medians_near, occupied
from anchorkit.search.passes import FullScan, medians
from anchorkit.search.points import distinct_sizes


@pytest.mark.parametrize("seed", range(3))
def test_medians_near_ends_closer_to_its_goal_than_plain_iterating(seed: int) -> None:
    sizes = everyday(3000, seed) * np.random.RandomState(seed).uniform(0.9, 1.1, (3000, 2))
    scan = FullScan(distinct_sizes(sizes, None), 6)
    goal = cluster(sizes, 6, update="iou")
    best, anchors = 0.0, goal.anchors
    for _ in range(10):
        anchors = medians(scan, occupied(scan, anchors).assignment, 6)
        best = max(best, mean_iou(sizes, anchors))
    found = medians_near(scan, goal.anchors, goal.anchors, 10)
    missing = goal.mean_iou - found[0].mean_iou
    assert missing < 0.8 * (goal.mean_iou - best), "not steered towards the goal"


def test_an_anchor_without_a_point_goes_to_the_worst_covered_one() -> None:
    sizes = np.array([(1.0, 1.0), (2.0, 2.0), (90.0, 90.0)])
    scan = FullScan(distinct_sizes(sizes, None), 2)
    found = occupied(scan, np.array([(2.0, 2.0), (1e6, 1.0)]))
    assert found.anchors.tolist() == [[2.0, 2.0], [90.0, 90.0]]
    assert found.assignment.mean_iou == pytest.approx((0.25 + 1 + 1) / 3)


def test_an_ascent_never_falls_and_says_where_it_ended() -> None:
    sizes = everyday(2000, 4)
    scan = FullScan(distinct_sizes(sizes, None), 5)
    start = sizes[:5]
    reached, anchors, history, _ = ascend(scan, start, 30)
    assert history == sorted(history)
    assert reached == history[-1] == pytest.approx(mean_iou(sizes, anchors), abs=1e-9)
    assert reached > mean_iou(sizes, start)
