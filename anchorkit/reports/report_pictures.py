"""What the pictures of a report show, as numbers: cells, borders, shares.

Tested in tests/reports/test_report_pictures.py.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.plots.borders import borders
from anchorkit.plots.lattice import density, scale_for
from anchorkit.quality import Quality

__all__ = ["MOST_CLASSES", "picture_keys"]

MOST_CLASSES = 40
"""Classes whose boxes can be looked at by themselves: those of most boxes."""

FINE = 110
"""Steps along each axis at which the nearest anchor is looked up, for the borders."""

ROOM = 1.12
"""How far beyond an anchor the axes reach at least, a factor."""

FINEST = 10
"""Decimals of the edges of cells: boxes that are all alike lie in a cell of some width."""

BINS = 50
PLACES = (8, 32)
"""Cells along each side of the image, of few positions and of many."""


def picture_keys(
    boxes: Boxes,
    sizes: NDArray[np.float64],
    anchors: NDArray[np.float64],
    sets: Sequence[tuple[str, Quality]],
) -> dict[str, Any]:
    """The key `pictures` of a report.

    Parameters
    ----------
    boxes
        All of them.
    sizes
        (n, 2), theirs, pixels at input.
    anchors
        (k, 2), those of the report, pixels at input.
    sets
        Name of each set of anchors, and how it fits.

    Returns
    -------
    `sizes`: `scale`, edges `across` and `up`, and `cells` of all boxes and of each large class:
    pairs of the index of a cell (rows by height from the lowest) and the boxes in it. `borders`:
    lines between clusters. `positions`: boxes by cell of the image, rows from its top; None where
    nobody knows. `coverage`: for each set the share of the boxes in each fiftieth of IoU.
    """
    scale = scale_for(sizes, anchors)
    found = density(sizes, across=scale, up=scale)
    across, up = (
        _rounded(_reaching(edges, anchors[:, column], scale), FINEST)
        for column, edges in enumerate((found.across, found.up))
    )
    fine = [
        (np.geomspace if scale == "log" else np.linspace)(
            max(edges[0], edges[-1] / 1e4), edges[-1], FINE
        )
        for edges in (across, up)
    ]
    return {
        "sizes": {
            "scale": scale,
            "across": across.tolist(),
            "up": up.tolist(),
            "cells": [
                {"name": None, "boxes": len(boxes), "cells": _cells(sizes, across, up)},
                *_of_classes(boxes, sizes, across, up),
            ],
        },
        "borders": _rounded(borders(anchors, *fine), 4).tolist(),
        "positions": None if boxes.centres is None else _positions(boxes.centres),
        "coverage": [{"name": name, "shares": _shares(quality.best)} for name, quality in sets],
    }


def _reaching(
    edges: NDArray[np.float64], sides: NDArray[np.float64], scale: str
) -> NDArray[np.float64]:
    """Edges of cells, and one more where an anchor lies beyond them, or hardly within."""
    low, high = edges[0], edges[-1]
    least, most = sides.min() / ROOM, sides.max() * ROOM
    first = [least] if scale == "log" and least < low else []
    last = [most] if most > high else []
    if scale == "linear" and low > 0:
        first = [0.0]
    return np.concatenate([first, edges, last])


def _cells(
    sizes: NDArray[np.float64], across: NDArray[np.float64], up: NDArray[np.float64]
) -> list[int]:
    # A box on the outermost edge may lie beyond it once that is rounded
    wide = sizes[:, 0].clip(across[0], across[-1])
    high = sizes[:, 1].clip(up[0], up[-1])
    counts = np.histogram2d(wide, high, bins=(across, up))[0].T.ravel()
    filled = np.flatnonzero(counts)
    flat: list[int] = np.stack([filled, counts[filled].astype(np.int64)], axis=1).ravel().tolist()
    return flat


def _of_classes(
    boxes: Boxes,
    sizes: NDArray[np.float64],
    across: NDArray[np.float64],
    up: NDArray[np.float64],
) -> list[dict[str, Any]]:
    counts = np.bincount(boxes.class_ids, minlength=len(boxes.class_names))
    used = [row for row in range(len(counts)) if counts[row]]
    if len(used) < 2:
        return []
    order = sorted(used, key=lambda row: (-counts[row], boxes.class_names[row]))
    return [
        {
            "name": boxes.class_names[row],
            "boxes": int(counts[row]),
            "cells": _cells(sizes[boxes.class_ids == row], across, up),
        }
        for row in order[:MOST_CLASSES]
    ]


def _positions(centres: NDArray[np.float64]) -> list[list[int]]:
    side = int(np.clip(np.sqrt(len(centres)) / 2, *PLACES))
    edges = np.linspace(0, 1, side + 1)
    counts = np.histogram2d(centres[:, 1], centres[:, 0], bins=(edges, edges))[0]
    rows: list[list[int]] = counts.astype(np.int64).tolist()
    return rows


def _shares(best: NDArray[np.float64]) -> list[float]:
    counts = np.histogram(best, bins=BINS, range=(0, 1))[0]
    shares: list[float] = _rounded(counts / len(best)).tolist()
    return shares


def _rounded(values: NDArray[np.float64], digits: int = 6) -> NDArray[np.float64]:
    return values.round(digits)
