"""Sizes of boxes that tests of the search stand on, and a plain mean IoU."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from anchorkit.overlap import iou
from anchorkit.search.points import Points, distinct_sizes

__all__ = ["Floats", "boxes", "everyday", "mean_iou", "sides", "smooth"]

Floats = NDArray[np.float64]

sides = st.one_of(st.integers(1, 9).map(float), st.floats(0.01, 100))
boxes = st.lists(st.tuples(sides, sides), min_size=1, max_size=40).map(np.array)


def everyday(count: int, seed: int = 0) -> Floats:
    """Sizes of several kinds, in whole pixels: many repeat, and there are many local optima."""
    stream = np.random.RandomState(seed)
    kind = stream.randint(0, 7, count)
    centre = stream.uniform(2, 5.5, (7, 2))
    sizes: Floats = np.ceil(np.exp(centre[kind] + stream.normal(0, 0.35, (count, 2))))
    return sizes


def smooth(count: int) -> Points:
    """Points of many distinct sizes, over which mean IoU changes smoothly."""
    stream = np.random.RandomState(8)
    centres = np.exp(stream.normal(3, 0.7, (12, 2)))[stream.randint(0, 12, count)]
    return distinct_sizes(centres * np.exp(stream.normal(0, 0.3, (count, 2))), None)


def mean_iou(sizes: Floats, anchors: Floats) -> float:
    return float(iou(sizes, anchors).max(axis=1).mean())
