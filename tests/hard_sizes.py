"""Families of sizes that are hard to search on purpose, each drawn anew for every number.

What makes a set hard: many local optima that are almost as good as the best, few sizes that most
boxes have, scales far apart, tails of which each point matters little and all together matter.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["FAMILIES"]

Floats = NDArray[np.float64]
Stream = np.random.RandomState


def _blobs(
    stream: Stream, count: int, modes: int, spread: float, low: float, high: float
) -> Floats:
    """Boxes around some modes, these uniform in log width and log height."""
    centres = stream.uniform(np.log(low), np.log(high), (modes, 2))
    sizes: Floats = np.exp(
        centres[stream.randint(0, modes, count)] + stream.normal(0, spread, (count, 2))
    )
    return sizes


def _whole(sizes: Floats) -> Floats:
    whole: Floats = np.maximum(np.rint(sizes), 1.0)
    return whole


def _repeated(stream: Stream, sizes: Floats, exponent: float) -> Floats:
    """Few sizes many times, many sizes once: counts fall as a power of the rank."""
    counts = np.maximum(1, np.rint(400 / np.arange(1, len(sizes) + 1) ** exponent)).astype(int)
    return np.repeat(sizes[stream.permutation(len(sizes))], counts, axis=0)


def _two_scales(stream: Stream, apart: float) -> Floats:
    small = _blobs(stream, 2000, 6, 0.25, 2, 20)
    return np.concatenate([small, apart * _blobs(stream, 1000, 6, 0.25, 2, 20)])


def _line(stream: Stream, count: int) -> Floats:
    """One shape in all sizes: anchors have to share a line."""
    side = np.exp(stream.uniform(0, 6, count))
    return np.column_stack([side, side * np.exp(stream.normal(0, 0.02, count))])


def _ring(stream: Stream, count: int) -> Floats:
    """One area in all shapes, round a circle: every turn of the anchors is almost as good."""
    angle = stream.uniform(0, 2 * np.pi, count)
    return np.exp(
        np.column_stack([4 + 1.2 * np.cos(angle), 4 + 1.2 * np.sin(angle)])
        + stream.normal(0, 0.05, (count, 2))
    )


def _cross(stream: Stream, count: int) -> Floats:
    """Wide boxes and high ones, of the same areas."""
    side, long = np.exp(stream.uniform(1, 5, count)), np.exp(stream.uniform(0, 2, count))
    wide = np.column_stack([side * long, side / long])
    sizes: Floats = np.where(stream.random_sample(count)[:, None] < 0.5, wide, wide[:, ::-1])
    return sizes


def _grid(stream: Stream, columns: int, rows: int) -> Floats:
    """A lattice of small whole numbers, each with as many boxes as chance gives it."""
    across, up = stream.randint(0, columns, 4000), stream.randint(0, rows, 4000)
    sizes: Floats = np.column_stack([across, up]).astype(np.float64) + 1
    return sizes


def _heavy_and_dust(stream: Stream) -> Floats:
    heavy = np.exp(stream.uniform(1, 6, (12, 2)))
    return np.concatenate([np.repeat(heavy, 200, axis=0), np.exp(stream.uniform(0, 7, (2500, 2)))])


FAMILIES: dict[str, Callable[[Stream], Floats]] = {
    "few sizes": lambda s: _repeated(s, np.exp(s.uniform(1, 5, (40, 2))), 0.5),
    "few sizes, alike": lambda s: _repeated(s, np.exp(s.normal(3, 0.4, (60, 2))), 0.3),
    "seven modes": lambda s: _whole(_blobs(s, 2500, 7, 0.35, 8, 250)),
    "twelve tight modes": lambda s: _blobs(s, 2500, 12, 0.12, 4, 300),
    "twenty tight modes": lambda s: _blobs(s, 3000, 20, 0.08, 4, 300),
    "thirty loose modes": lambda s: _blobs(s, 3000, 30, 0.3, 4, 300),
    "modes of unlike weight": lambda s: np.concatenate(
        [_blobs(s, 40 * 2**i, 1, 0.2, 4, 300) for i in range(7)] + [_blobs(s, 500, 9, 0.2, 4, 300)]
    ),
    "two scales": lambda s: _two_scales(s, 100.0),
    "two scales, whole": lambda s: _whole(_two_scales(s, 100.0)),
    "two scales, one rare": lambda s: np.concatenate(
        [_blobs(s, 4000, 5, 0.3, 2, 20), 100 * _blobs(s, 80, 3, 0.3, 2, 20)]
    ),
    "heavy repeats": lambda s: _repeated(s, np.exp(s.normal(3.5, 0.8, (600, 2))), 0.9),
    "heavy repeats, whole": lambda s: _repeated(
        s, _whole(np.exp(s.normal(2.5, 0.8, (500, 2)))), 0.7
    ),
    "heavy sizes in dust": _heavy_and_dust,
    "thin tail": lambda s: np.exp(
        np.concatenate([s.normal(3, 0.25, (3000, 2)), s.normal(3, 1.5, (600, 2))])
    ),
    "long tail": lambda s: np.exp(3 + 0.35 * s.standard_t(2, (3000, 2)).clip(-9, 9)),
    "lattice 12 x 12": lambda s: _grid(s, 12, 12),
    "lattice 40 x 25": lambda s: _grid(s, 40, 25),
    "lattice of few pixels": lambda s: _whole(np.exp(s.normal(1.2, 0.6, (5000, 2)))),
    "a line": lambda s: _line(s, 2500),
    "a ring": lambda s: _ring(s, 2500),
    "a cross": lambda s: _cross(s, 2500),
    "uniform": lambda s: s.uniform(1, 300, (3000, 2)),
    "uniform in logs": lambda s: np.exp(s.uniform(0, 6, (3000, 2))),
    "photographs": lambda s: np.exp(
        s.normal(4, 0.95, (6000, 1)) + s.normal(0, 0.4, (6000, 1)) * [[1.0, -1.0]]
    ).clip(2, 416),
    "shares of an image": lambda s: _whole(np.exp(s.normal(4, 1, (4000, 2))).clip(1, 416)) / 416,
}
"""(n, 2) sizes, by what makes them hard."""
