import numpy as np
import pytest
from numpy.typing import NDArray

from anchorkit.plots.labels import DISC, apart


def test_discs_stand_on_their_points_where_there_is_room() -> None:
    points = np.asarray([(0.1, 0.1), (0.5, 0.5), (0.9, 0.2)])
    assert apart(points).tolist() == points.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_discs_of_a_crowd_stay_apart_and_inside(seed: int) -> None:
    points = np.random.RandomState(seed).uniform(0, 0.12, (15, 2))
    discs = apart(points)
    gaps = np.linalg.norm(discs[:, None] - discs, axis=2)[np.triu_indices(15, 1)]
    assert gaps.min() > DISC
    assert discs.min() >= DISC / 2
    assert discs.max() <= 1 - DISC / 2


def test_discs_leave_what_is_to_be_avoided_in_sight() -> None:
    avoid = np.asarray([(0.5, 0.5), (0.53, 0.5)])
    disc = apart(np.asarray([(0.5, 0.5)]), avoid)
    assert np.linalg.norm(avoid - disc, axis=1).min() > DISC / 2


@pytest.mark.parametrize("seed", range(8))
def test_lines_from_discs_to_their_points_do_not_cross(seed: int) -> None:
    points = np.random.RandomState(seed).uniform(0.4, 0.55, (8, 2))
    discs = apart(points)
    for row in range(8):
        for other in range(row):
            assert not _meet(points[row], discs[row], points[other], discs[other])


def _meet(*corners: NDArray[np.float64]) -> bool:
    a, b, c, d = corners
    matrix = np.stack([b - a, c - d], axis=1)
    if abs(np.linalg.det(matrix)) < 1e-12:
        return False
    along, other = np.linalg.solve(matrix, c - a)
    return bool(0 < along < 1 and 0 < other < 1)
