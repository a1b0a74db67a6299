"""The search of the same boxes for the same anchors, made once however many tests ask for it.

For tests of what becomes of anchors once they are found. That the search finds the same again is
proven in tests/test_clustering.py, where nothing is remembered.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from anchorkit import clustering
from anchorkit.search.points import Points

__all__ = ["searched_once"]

_FOUND: dict[tuple[object, ...], Any] = {}


@pytest.fixture
def searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found is remembered by everything that the search is given."""
    search: Callable[..., Any] = clustering._searched

    def remembered(
        points: Points,
        k: int,
        update: str,
        seed: int,
        starts: Sequence[NDArray[np.float64]],
        *more: object,
    ) -> Any:
        arrays = (points.width, points.height, points.weight, *starts)
        given = [None if array is None else array.tobytes() for array in arrays]
        asked = (*given, k, update, seed, *more)
        if asked not in _FOUND:
            _FOUND[asked] = search(points, k, update, seed, starts, *more)
        return _FOUND[asked]

    monkeypatch.setattr(clustering, "_searched", remembered)
