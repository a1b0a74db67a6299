import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from anchorkit.clustering import Clustering, cluster
from anchorkit.errors import TooManyClustersError, UsageError
from anchorkit.overlap import iou
from anchorkit.quality import evaluate
from anchorkit.search.distances import DISTANCES
from anchorkit.sweep import grown, held_out_loss, holdout, sweep

pytestmark = pytest.mark.usefixtures("searched_once")

SIZES = np.exp(np.random.RandomState(5).normal(4, 0.8, (400, 2))).round(1)


def test_no_row_is_below_the_one_before_or_below_cluster() -> None:
    rows = sweep(SIZES, range(1, 9))
    exact = [row.mean_iou_exact for row in rows]
    assert exact == sorted(exact)
    for row, k in zip(rows, range(1, 9), strict=True):
        assert len(row.anchors) == len(row.exact) == k
        assert row.mean_iou_exact >= cluster(SIZES, k).mean_iou
        assert row.mean_iou_exact == pytest.approx(iou(SIZES, row.exact).max(axis=1).mean())


def test_one_anchor_is_the_median() -> None:
    (row,) = sweep(SIZES, [1], precision=3)
    assert row.exact.tolist() == [np.median(SIZES, axis=0).tolist()]


def test_a_poor_search_is_guarded_by_the_anchors_of_the_k_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def poor(sizes: object, k: int, **options: object) -> object:
        found = cluster(SIZES, 3)
        if k == 3:
            return found
        return replace(found, anchors=np.full((k, 2), 1e-3), mean_iou=1e-9)

    monkeypatch.setattr("anchorkit.sweep.cluster", poor)
    three, five = sweep(SIZES, [3, 5], precision=4)
    assert len(five.exact) == 5
    assert set(map(tuple, three.exact.tolist())) < set(map(tuple, five.exact.tolist()))
    assert five.mean_iou_exact > three.mean_iou_exact
    assert five.mean_iou_exact == evaluate(SIZES, five.exact).mean_iou


def test_figures_are_those_of_the_anchors_as_written() -> None:
    held_out = SIZES[:50]
    for row in sweep(SIZES[50:], [2, 4], held_out=held_out):
        assert (row.anchors == row.anchors.round()).all()
        assert row.quality.mean_iou == evaluate(SIZES[50:], row.anchors).mean_iou
        assert row.held_out is not None
        assert row.held_out.mean_iou == evaluate(held_out, row.anchors).mean_iou


def test_other_distances_are_judged_by_mean_iou_and_every_step_is_told() -> None:
    steps: list[int] = []
    rows = sweep(SIZES, [1, 3], distances=DISTANCES, step=lambda: steps.append(1))
    assert len(steps) == 2 * (1 + len(DISTANCES))
    mean = SIZES.mean(axis=0, keepdims=True)
    for name in DISTANCES:
        assert rows[0].others[name] == pytest.approx(iou(SIZES, mean).mean())
    assert rows[1].others["iou"] > rows[1].others["cosine"]


def test_more_anchors_than_sizes_fail_before_anything_is_searched() -> None:
    steps: list[int] = []
    with pytest.raises(TooManyClustersError):
        sweep([(1, 1), (2, 2)], [1, 2, 3], step=lambda: steps.append(1))
    assert steps == []


@pytest.mark.parametrize("ks", [[], [0, 1], [2, 1], [1, 1]])
def test_ks_must_ascend(ks: list[int]) -> None:
    with pytest.raises(UsageError, match=r"ks: wanted (ascending numbers|a whole number) from 1"):
        sweep(SIZES, ks)


def test_anchors_grow_where_boxes_are_covered_worst() -> None:
    boxes = [(10, 10), (10, 100), (300, 300), (11, 10)]
    # 300x300 has IoU 1/900 with 10x10, 10x100 has 1/10
    assert grown(boxes, [(10, 10)], 2).tolist() == [[10, 10], [300, 300]]
    assert grown(boxes, [(10, 10)], 3).tolist() == [[10, 10], [10, 100], [300, 300]]


def test_holdout_takes_whole_images_and_the_share_of_them() -> None:
    image_ids = np.repeat(np.arange(50), 3)
    out = holdout(image_ids, 50, 0.2, 0)
    per_image = out.reshape(50, 3)
    assert (per_image.all(axis=1) == per_image.any(axis=1)).all()
    assert per_image.all(axis=1).sum() == 10
    assert (out == holdout(image_ids, 50, 0.2, 0)).all()
    assert (out != holdout(image_ids, 50, 0.2, 1)).any()


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, float("nan")])
def test_a_share_that_leaves_nothing_is_refused(share: float) -> None:
    with pytest.raises(UsageError, match="share"):
        holdout([0, 1], 2, share, 0)


def test_what_other_images_lose_is_nothing_where_all_are_alike() -> None:
    sizes = np.tile([(10.0, 20.0), (40.0, 30.0)], (20, 1))
    assert held_out_loss(sizes, np.repeat(np.arange(20), 2), 20, 2) == 0


def test_what_other_images_lose_grows_with_k() -> None:
    image_ids = np.arange(len(SIZES)) // 4
    images = int(image_ids[-1]) + 1
    two, many = (held_out_loss(SIZES, image_ids, images, k) for k in (2, 30))
    assert two is not None
    assert many is not None
    assert many > max(2 * two, 0.02)


@pytest.mark.parametrize(
    ("sizes", "image_ids", "images", "k"),
    [
        ([(1, 1), (2, 2)], [0, 0], 1, 2),  # no other image
        ([(1, 1), (2, 2), (3, 3)], [0, 0, 0], 2, 2),  # all boxes in one
        ([(1, 1), (2, 2), (3, 3)], [0, 1, 2], 3, 3),  # no half has three sizes
    ],
)
def test_what_other_images_lose_is_not_known_without_some(
    sizes: list[tuple[int, int]], image_ids: list[int], images: int, k: int
) -> None:
    assert held_out_loss(sizes, image_ids, images, k) is None


def test_what_is_known_of_a_k_is_not_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = np.asarray([(n, 40 - n) for n in range(1, 20)], dtype=np.float64)
    known = cluster(boxes, 3)
    plain = sweep(boxes, [3, 4])
    searched: list[int] = []

    def counted(sizes: ArrayLike, k: int, **more: Any) -> Clustering:
        searched.append(k)
        return cluster(sizes, k, **more)

    monkeypatch.setattr(sys.modules["anchorkit.sweep"], "cluster", counted)
    found = sweep(boxes, [3, 4], known={3: known})
    assert 3 not in searched
    assert [row.anchors.tolist() for row in found] == [row.anchors.tolist() for row in plain]
