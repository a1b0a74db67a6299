"""What others do, written plainly: the references that the search is measured against."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["euclidean_kmeans", "plain_run", "row_by_row"]

Sizes = NDArray[np.float64]


def plain_run(sizes: Sizes, k: int, seed: int) -> Sizes:
    """One vectorised k-medians run: float64, an n-by-k matrix, nothing merged, one random start."""
    anchors = sizes[np.random.RandomState(seed).choice(len(sizes), k, replace=False)]
    labels = np.full(len(sizes), -1)
    width, height = sizes[:, :1], sizes[:, 1:]
    while True:
        shared = np.minimum(width, anchors[:, 0]) * np.minimum(height, anchors[:, 1])
        union = width * height + anchors[:, 0] * anchors[:, 1] - shared
        nearest = (shared / union).argmax(axis=1)
        if np.array_equal(nearest, labels):
            return anchors
        labels = nearest
        for row in range(k):
            mine = sizes[labels == row]
            if len(mine):
                anchors[row] = np.median(mine, axis=0)


def row_by_row(sizes: Sizes, k: int, seed: int) -> Sizes:
    """The usual script: for each box in turn, its distance to the k anchors; then medians."""
    count = len(sizes)
    anchors = sizes[np.random.RandomState(seed).choice(count, k, replace=False)]
    distances = np.empty((count, k))
    labels = np.full(count, -1)
    while True:
        for place in range(count):
            width, height = sizes[place]
            shared = np.minimum(anchors[:, 0], width) * np.minimum(anchors[:, 1], height)
            union = width * height + anchors[:, 0] * anchors[:, 1] - shared
            distances[place] = 1 - shared / union
        nearest = distances.argmin(axis=1)
        if (nearest == labels).all():
            return anchors
        labels = nearest
        for row in range(k):
            if (labels == row).any():
                anchors[row] = np.median(sizes[labels == row], axis=0)


def euclidean_kmeans(sizes: Sizes, k: int, seed: int) -> Sizes:
    """scikit-learn's KMeans, one start: compiled, but it minimises something else."""
    from sklearn.cluster import KMeans

    found: Any = KMeans(k, n_init=1, random_state=seed).fit(sizes)
    centres: Sizes = np.asarray(found.cluster_centers_, dtype=np.float64)
    return centres
