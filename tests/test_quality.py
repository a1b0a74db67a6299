import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import BLOCK, as_sizes, iou, nearest
from anchorkit.quality import evaluate

FIVE = [(200, 200), (100, 200), (200, 100), (150, 200), (200, 150)]

side = st.integers(1, 40).map(float) | st.floats(1e-3, 1e3)
some_sizes = st.lists(st.tuples(side, side), min_size=1, max_size=20)


def test_boxes_that_are_anchors_have_mean_iou_of_one() -> None:
    found = evaluate([(200, 200), (100, 200)], FIVE)
    assert found.mean_iou == 1
    assert found.labels.tolist() == [0, 1]


def test_every_figure_of_a_worked_example() -> None:
    # IoU: 1 with the first anchor; 1/2 with either, so the first; 1/4 with the second; none is
    # nearest to the third
    found = evaluate([(2, 2), (4, 2), (8, 4)], [(2, 2), (4, 4), (100, 100)])
    assert found.labels.tolist() == [0, 0, 1]
    assert found.best.tolist() == [1, 0.5, 0.5]
    assert found.counts.tolist() == [2, 1, 0]
    assert found.cluster_mean_iou[:2].tolist() == [0.75, 0.5]
    assert math.isnan(found.cluster_mean_iou[2])
    assert found.mean_iou == pytest.approx(2 / 3)
    assert found.best_possible_recall == 1


@pytest.mark.parametrize(
    ("size", "recalled"),
    [
        ((40, 10), 0),
        ((39.99, 10), 1),
        ((2.5, 10), 0),
        ((2.51, 10), 1),
        ((10, 40), 0),
        ((10, 2.5), 0),
    ],
)
def test_recall_wants_sides_strictly_within_a_factor_of_four(
    size: tuple[float, float], recalled: int
) -> None:
    assert evaluate([size], [(10, 10)]).best_possible_recall == recalled


def test_recall_wants_one_anchor_to_be_within_in_both_sides() -> None:
    assert evaluate([(10, 100)], [(10, 10), (100, 100)]).best_possible_recall == 0


def test_recall_may_come_from_an_anchor_that_is_not_the_nearest() -> None:
    # IoU with the first is 100 / 410, with the second 9 / 100; but the first is 4.1 times as wide
    found = evaluate([(10, 10)], [(41, 10), (3, 3)])
    assert (found.labels.tolist(), found.best_possible_recall) == ([0], 1)


@given(some_sizes, some_sizes)
def test_figures_are_those_of_a_plain_double_loop(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]]
) -> None:
    total, recalled, labels = 0.0, 0, []
    for width, height in sizes:
        overlaps = []
        within = False
        for anchor_width, anchor_height in anchors:
            shared = min(width, anchor_width) * min(height, anchor_height)
            overlaps.append(shared / (width * height + anchor_width * anchor_height - shared))
            apart = max(
                width / anchor_width,
                anchor_width / width,
                height / anchor_height,
                anchor_height / height,
            )
            within = within or apart < 4
        labels.append(overlaps.index(max(overlaps)))
        total += max(overlaps)
        recalled += within
    found = evaluate(sizes, anchors)
    assert found.labels.tolist() == labels
    assert found.mean_iou == pytest.approx(total / len(sizes), rel=1e-12)
    assert found.best_possible_recall == recalled / len(sizes)


@given(some_sizes, some_sizes, st.integers(0, 2**32 - 1))
def test_weights_count_like_boxes_written_out(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]], seed: int
) -> None:
    weights = np.random.RandomState(seed).randint(1, 5, len(sizes))
    merged = evaluate(sizes, anchors, weights=weights)
    written_out = evaluate(np.repeat(sizes, weights, axis=0), anchors)
    assert merged.mean_iou == pytest.approx(written_out.mean_iou, rel=1e-12)
    assert merged.best_possible_recall == written_out.best_possible_recall
    assert merged.counts.tolist() == written_out.counts.tolist()
    np.testing.assert_allclose(merged.cluster_mean_iou, written_out.cluster_mean_iou, rtol=1e-12)


@pytest.mark.parametrize("count", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
def test_blocks_find_what_the_full_matrix_holds(count: int) -> None:
    stream = np.random.RandomState(0)
    sizes = as_sizes(stream.randint(1, 30, (count, 2)))
    anchors = as_sizes(stream.randint(1, 30, (7, 2)))
    matrix = iou(sizes, anchors)
    labels, best = nearest(sizes, anchors)
    assert np.array_equal(labels, matrix.argmax(axis=1))
    assert np.array_equal(best, matrix.max(axis=1))


def test_recall_looks_at_every_block() -> None:
    sizes = np.full((2 * BLOCK + 1, 2), 10.0)
    sizes[-1] = 1000
    assert evaluate(sizes, [(10, 10)]).best_possible_recall == 2 * BLOCK / (2 * BLOCK + 1)


def test_no_boxes_is_an_error_of_the_data() -> None:
    with pytest.raises(DataError, match="no boxes"):
        evaluate(np.empty((0, 2)), [(1, 1)])


def test_no_anchors_is_an_error_of_use() -> None:
    with pytest.raises(UsageError, match="anchors: wanted at least one"):
        evaluate([(1, 1)], np.empty((0, 2)))


@pytest.mark.parametrize("bad", [[1], [1, 0], [1, np.inf], [1, np.nan], [[1, 1]], ["a", "b"]])
def test_weights_that_cannot_be_weights_are_refused(bad: object) -> None:
    with pytest.raises(UsageError, match="weights: "):
        evaluate([(1, 1), (2, 2)], [(1, 1)], weights=bad)  # type: ignore[arg-type]  # a user's slip


@given(some_sizes, some_sizes, st.sampled_from([1.5, 2.91, 4.0, 8.0]))
def test_figures_by_ratio_are_those_of_a_plain_loop(
    sizes: list[tuple[float, float]], anchors: list[tuple[float, float]], factor: float
) -> None:
    found = evaluate(sizes, anchors, anchor_t=factor)
    fitness, past, recalled = 0.0, 0, 0
    for w, h in sizes:
        ratios = [min(w / a, a / w, h / b, b / h) for a, b in anchors]
        # Within the factor by products, as where a quotient is rounded is another matter
        near = [
            w < a * factor and w * factor > a and h < b * factor and h * factor > b
            for a, b in anchors
        ]
        learnt = [ratio for ratio, one in zip(ratios, near, strict=True) if one]
        fitness, past = fitness + max(learnt, default=0.0), past + len(learnt)
        recalled += bool(learnt)
    assert found.fitness == pytest.approx(fitness / len(sizes), abs=1e-6)
    assert found.anchors_past_threshold == pytest.approx(past / len(sizes))
    assert found.best_possible_recall == pytest.approx(recalled / len(sizes))


@pytest.mark.parametrize("wrong", [1, 0.5, -4, math.inf, math.nan, "four"])
def test_a_factor_between_sides_is_above_one(wrong: object) -> None:
    with pytest.raises(UsageError, match="anchor_t: wanted a finite factor above 1"):
        evaluate([(1, 1)], [(1, 1)], anchor_t=wrong)  # type: ignore[arg-type]
