from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from anchorkit.boxes import Boxes, boxes_of
from anchorkit.network_input import NetworkInput
from anchorkit.plots.borders import borders
from anchorkit.quality import evaluate
from anchorkit.reports.report_pictures import picture_keys

FRAME = NetworkInput(400, 200)
ANCHORS = np.asarray([(20.0, 30.0), (100.0, 60.0), (250.0, 150.0)])


def drawn(count: int, seed: int = 0, *, step: float = 0.0) -> NDArray[np.float64]:
    stream = np.random.RandomState(seed)
    sizes = np.exp(stream.normal(-2.0, 0.8, (count, 2))).clip(0.004, 1)
    return np.maximum(np.round(sizes / step), 1) * step if step else sizes


def geometric(count: int) -> NDArray[np.float64]:
    return np.asarray(np.geomspace(5, 400, count), dtype=np.float64)


def keys_of(boxes: Boxes) -> dict[str, Any]:
    sizes = boxes.at_input(FRAME)
    return picture_keys(boxes, sizes, ANCHORS, [("these", evaluate(sizes, ANCHORS))])


@pytest.mark.parametrize("count", [1, 3, 50, 5000])
@pytest.mark.parametrize("step", [0.0, 1 / 300])
def test_every_box_is_in_a_cell_and_every_centre_in_a_place(count: int, step: float) -> None:
    boxes = boxes_of(drawn(count, count, step=step).tolist())
    found = keys_of(boxes)
    cells = found["sizes"]["cells"]
    assert sum(cells[0]["cells"][1::2]) == cells[0]["boxes"] == count
    assert np.sum(found["positions"]) == count
    assert sum(found["coverage"][0]["shares"]) == pytest.approx(1, abs=1e-4)


def test_cells_hold_the_boxes_between_their_edges() -> None:
    boxes = boxes_of(drawn(300, 4).tolist())
    sizes = boxes.at_input(FRAME)
    found = keys_of(boxes)["sizes"]
    across, up = found["across"], found["up"]
    flat = found["cells"][0]["cells"]
    for index, count in zip(flat[::2], flat[1::2], strict=True):
        row, column = divmod(index, len(across) - 1)
        inside = [
            across[column] <= width < across[column + 1] and up[row] <= height < up[row + 1]
            for width, height in sizes.tolist()
        ]
        assert sum(inside) == count


@pytest.mark.parametrize("side", [0.0003, 0.01, 0.9])
@pytest.mark.parametrize("count", [1, 40])
def test_boxes_that_are_all_alike_lie_in_a_cell_of_some_width(side: float, count: int) -> None:
    found = keys_of(boxes_of([(side, side)] * count))["sizes"]
    assert found["cells"][0]["cells"][1::2] == [count]
    for edges in (found["across"], found["up"]):
        assert (np.diff(edges) > 0).all()


def test_anchors_lie_within_the_axes() -> None:
    found = keys_of(boxes_of((drawn(40, 2) * 0.2).tolist()))["sizes"]
    for column, edges in enumerate((found["across"], found["up"])):
        assert edges[0] < ANCHORS[:, column].min() / 1.1
        assert edges[-1] > ANCHORS[:, column].max() * 1.1
        assert edges == sorted(edges)


def test_borders_lie_where_two_anchors_are_equally_near() -> None:
    grid = geometric(120)
    lines = borders(ANCHORS, grid, grid)
    assert len(lines) > 50
    for point in lines.reshape(-1, 2)[::7]:
        both = np.minimum(point, ANCHORS).prod(axis=1)
        iou = np.sort(both / (point.prod() + ANCHORS.prod(axis=1) - both))
        assert iou[-1] - iou[-2] < 0.02


def test_one_anchor_has_no_border() -> None:
    grid = geometric(20)
    assert borders(ANCHORS[:1], grid, grid).shape == (0, 4)
