import numpy as np
import pytest

from anchorkit.errors import DataError, TooManyClustersError, UsageError
from anchorkit.overlap import iou
from anchorkit.search.distances import DISTANCES, cluster_by

# two boxes that are near in width, two that are near in shape
WORKED = np.asarray([(10.0, 10.0), (12.0, 10.0), (100.0, 10.0), (104.0, 14.0)])


@pytest.mark.parametrize("distance", DISTANCES)
def test_one_anchor_is_the_mean_of_all_boxes(distance: str) -> None:
    assert cluster_by(WORKED, 1, distance).tolist() == [[56.5, 11.0]]


@pytest.mark.parametrize("distance", DISTANCES)
def test_weights_are_as_good_as_copies(distance: str) -> None:
    stream = np.random.RandomState(3)
    sizes = stream.uniform(5, 300, (60, 2)).round()
    counts = stream.randint(1, 5, 60)
    once = cluster_by(sizes, 4, distance, weights=counts)
    np.testing.assert_allclose(once, cluster_by(np.repeat(sizes, counts, axis=0), 4, distance))


def away(sizes: object, anchors: object, distance: str, scale: object) -> object:
    """Every distance of every box from every anchor, as the definitions say it."""
    boxes, centres = np.asarray(sizes)[:, None], np.asarray(anchors)[None]
    gap = np.abs(boxes - centres)
    return {
        "iou": 1 - iou(sizes, anchors),  # type: ignore[arg-type]  # arrays
        "euclidean": np.sqrt((gap**2).sum(axis=2)),
        "seuclidean": np.sqrt(((gap / scale) ** 2).sum(axis=2)),
        "manhattan": gap.sum(axis=2),
        "chebyshev": gap.max(axis=2),
        "cosine": 1
        - (boxes * centres).sum(axis=2)
        / np.linalg.norm(boxes, axis=2)
        / np.linalg.norm(centres, axis=2),
    }[distance]


@pytest.mark.parametrize("distance", DISTANCES)
def test_each_anchor_is_the_mean_of_the_boxes_nearest_by_the_definition(distance: str) -> None:
    sizes = np.random.RandomState(1).uniform(5, 300, (80, 2))
    anchors = cluster_by(sizes, 5, distance)
    nearest = np.asarray(away(sizes, anchors, distance, sizes.std(axis=0))).argmin(axis=1)
    for row, anchor in enumerate(anchors):
        np.testing.assert_allclose(sizes[nearest == row].mean(axis=0), anchor)


def test_cosine_sees_shape_and_nothing_else() -> None:
    square, wide = [(10, 10), (300, 300)], [(40, 10), (400, 100)]
    anchors = cluster_by([*square, *wide], 2, "cosine")
    assert anchors.tolist() == [[220, 55], [155, 155]]


def test_an_anchor_without_boxes_goes_to_the_farthest_box() -> None:
    start = [(1.0, 1.0), (1.0, 1.0), (1.0, 1.0)]
    anchors = cluster_by(WORKED, 3, "euclidean", starts=[start])
    assert len(np.unique(anchors, axis=0)) == 3
    assert np.isfinite(anchors).all()


@pytest.mark.parametrize("distance", DISTANCES)
def test_few_sizes_end_without_nan_for_every_seed(distance: str) -> None:
    sizes = np.repeat([(1, 1), (2, 1), (2, 2), (9, 1)], [20, 13, 10, 10], axis=0)
    for seed in range(20):
        found = cluster_by(sizes, 3, distance, seed=seed)
        assert np.isfinite(found).all()
        assert (found > 0).all()


def test_as_many_anchors_as_sizes_are_the_sizes() -> None:
    for distance in DISTANCES:
        assert cluster_by(WORKED, 4, distance).tolist() == sorted(
            WORKED.tolist(), key=lambda pair: pair[0] * pair[1]
        )


def test_more_boxes_than_the_sample_holds_are_all_used() -> None:
    stream = np.random.RandomState(0)
    sizes = np.concatenate([stream.uniform(10, 11, (15000, 2)), stream.uniform(90, 99, (9000, 2))])
    small, large = cluster_by(sizes, 2, "manhattan")
    np.testing.assert_allclose(small, sizes[:15000].mean(axis=0))
    np.testing.assert_allclose(large, sizes[15000:].mean(axis=0))


@pytest.mark.parametrize(
    ("sizes", "k", "distance", "error"),
    [
        (WORKED, 2, "euclid", UsageError),
        (WORKED, 0, "iou", UsageError),
        (WORKED, 5, "iou", TooManyClustersError),
        (np.empty((0, 2)), 1, "iou", DataError),
    ],
)
def test_what_makes_no_sense_is_refused(
    sizes: object, k: int, distance: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        cluster_by(np.asarray(sizes), k, distance)
