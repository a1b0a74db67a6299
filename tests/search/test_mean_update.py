import pytest
from generated_sizes import everyday

from anchorkit.clustering import cluster
from anchorkit.overlap import iou


def test_mean_anchors_are_the_means_of_the_boxes_nearest_the_anchors_before() -> None:
    sizes = everyday(500)
    found = cluster(sizes, 4, update="mean")
    labels = iou(sizes, found.before).argmax(axis=1)
    for row in range(4):
        assert found.anchors[row] == pytest.approx(sizes[labels == row].mean(axis=0), rel=1e-9)
