import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.errors import DataError, UsageError
from anchorkit.overlap import BLOCK
from anchorkit.quality import evaluate
from anchorkit.training.augmentation_figures import measured

side = st.integers(1, 40).map(float) | st.floats(1e-3, 1e3)
some = st.lists(st.tuples(side, side), min_size=1, max_size=20)


def test_every_figure_of_a_worked_example() -> None:
    # IoU: 1, 1/2, 4/25, 1/100; ratios: 1, 1/2, 2/5, 1/10
    boxes = [(10, 10), (20, 10), (4, 4), (1, 1)]
    found = measured(boxes, [(10, 10)])
    assert found.mean_iou == pytest.approx((1 + 0.5 + 0.16 + 0.01) / 4)
    assert found.below_half == 0.5
    assert found.best_possible_recall == 0.75
    assert found.fitness == pytest.approx((1 + 0.5 + 0.4) / 4)


def test_another_threshold_changes_recall_and_fitness_alone() -> None:
    boxes = [(10, 10), (20, 10), (4, 4), (1, 1)]
    found = measured(boxes, [(10, 10)], 2.0)
    # Half as large is not less than a factor of 2
    assert (found.best_possible_recall, found.fitness) == (0.25, 0.25)
    assert found.mean_iou == measured(boxes, [(10, 10)]).mean_iou


@given(some, some, st.sampled_from([1.5, 3.3744, 4.0]))
def test_figures_are_those_of_a_double_loop(
    boxes: list[tuple[float, float]], anchors: list[tuple[float, float]], anchor_t: float
) -> None:
    recalled = fitness = 0.0
    for box in boxes:
        best = 0.0
        for anchor in anchors:
            ratios = [box[axis] / anchor[axis] for axis in (0, 1)]
            best = max(best, min(min(ratio, 1 / ratio) for ratio in ratios))
        if best > 1 / anchor_t:
            recalled += 1
            fitness += best
    found, labelled = measured(boxes, anchors, anchor_t), evaluate(boxes, anchors)
    assert found.best_possible_recall == recalled / len(boxes)
    assert found.fitness == pytest.approx(fitness / len(boxes))
    assert found.mean_iou == pytest.approx(labelled.mean_iou, abs=1e-9)
    assert found.below_half == (labelled.best < 0.5).mean()


def test_boxes_past_a_block_are_counted() -> None:
    sizes = np.full((BLOCK + 1, 2), 10.0)
    sizes[BLOCK] = 1
    assert measured(sizes, [(10, 10)]).best_possible_recall == BLOCK / (BLOCK + 1)


def test_what_cannot_be_measured_is_told() -> None:
    with pytest.raises(DataError, match="no boxes are left in training"):
        measured(np.empty((0, 2)), [(1, 1)])
    with pytest.raises(UsageError, match="anchors: wanted at least one"):
        measured([(1, 1)], np.empty((0, 2)))
    with pytest.raises(UsageError, match="anchor_t: wanted a number above 1, found 1"):
        measured([(1, 1)], [(1, 1)], 1)
