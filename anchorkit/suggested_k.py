"""How many anchors to suggest: as many as still add enough, wherever the tried range ends."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.arguments import as_seed, as_whole
from anchorkit.errors import UsageError

__all__ = [
    "AHEAD",
    "DRAWS",
    "PER_PERCENT",
    "WORTH",
    "Chosen",
    "Suggestion",
    "agreement",
    "chosen_k",
    "suggested_k",
]

WORTH = 0.01
"""Mean IoU that an anchor must add. On VOC the step from the 5 anchors of YOLOv2 to the 9 of YOLOv3
added 0.0155 for each; from there on it is less."""

PER_PERCENT = 0.005
"""Mean IoU that each percent of the network's operations must buy, where its cost is known."""

AHEAD = 3
"""So many of the next candidates are looked at: a poor step must not hide a good one behind it."""

DRAWS = 200
"""How often the images are drawn again: shares are then good to 0.035."""

BLOCK = 32
"""Drawings made at once: their weights are that many numbers for each image."""


class Suggestion(NamedTuple):
    """The k to suggest.

    `before` is what an anchor added on the way to it from the candidate before, None for the first;
    `beyond` the most that one adds to one of the next candidates, None where there is none. Where
    `open_end` is true the range ends too early to tell: a longer one might suggest more.
    """

    k: int
    before: float | None
    beyond: float | None
    open_end: bool


def suggested_k(
    ks: Sequence[int],
    values: Sequence[float],
    *,
    multiple: int = 1,
    costs: Sequence[float | None] | None = None,
) -> Suggestion | None:
    """The smallest k from which none of the next few adds enough for each anchor more.

    Parameters
    ----------
    ks
        Numbers of anchors, ascending.
    values
        Mean IoU for each.
    multiple
        Only multiples of this are suggested: how many heads share the anchors.
    costs
        For each k the operations of the network, None where it has none; in any unit.

    Returns
    -------
    None where no k can be suggested: none is a multiple, or fewer than two are left.

    Examples
    --------
    >>> suggested_k([1, 2, 3, 4, 5, 6], [0.3, 0.6, 0.65, 0.655, 0.66, 0.664])
    Suggestion(k=3, before=0.05, beyond=0.005, open_end=False)
    >>> suggested_k([1, 2, 3], [0.3, 0.6, 0.65]).open_end
    True
    """
    if len(ks) != len(values) or (costs is not None and len(costs) != len(ks)):
        raise UsageError("ks, values and costs: wanted as many of each")
    multiple = as_whole(multiple, "multiple", 1)
    paid = costs or [0.0] * len(ks)
    candidates = [
        (k, value, cost)
        for k, value, cost in zip(ks, values, paid, strict=True)
        if k % multiple == 0 and cost is not None
    ]
    if len(candidates) < 2:
        return None
    for index, (k, value, cost) in enumerate(candidates):
        ahead = candidates[index + 1 : index + 1 + AHEAD]
        gains = [(more - value) / (other - k) for other, more, _ in ahead]
        if any(
            gain >= WORTH and _affordable(more - value, cost, dearer)
            for gain, (_, more, dearer) in zip(gains, ahead, strict=True)
        ):
            continue
        before = None
        if index:
            last_k, last_value, _ = candidates[index - 1]
            before = (value - last_value) / (k - last_k)
        return Suggestion(
            k,
            None if before is None else round(before, 9),
            round(max(gains), 9) if gains else None,
            len(ahead) < AHEAD,
        )
    raise AssertionError("the last candidate has none ahead of it")


class Chosen(NamedTuple):
    """A suggestion, and `agreement` with it: the share of the drawings for each k."""

    suggestion: Suggestion
    shares: dict[int, float]


def chosen_k(
    best: ArrayLike,
    image_ids: ArrayLike,
    ks: Sequence[int],
    *,
    multiple: int = 1,
    costs: Sequence[float | None] | None = None,
    seed: int = 0,
) -> Chosen | None:
    """What `suggested_k` says of the mean IoU of boxes, and how sure it is.

    Parameters
    ----------
    best, image_ids, ks, multiple, costs, seed
        As for `agreement`.

    Examples
    --------
    >>> chosen_k([[0.3, 0.6, 0.6], [0.2, 0.5, 0.5]], [0, 1], [1, 2, 3]).shares
    {2: 1.0}
    """
    overlaps = np.asarray(best, dtype=np.float64)
    values = overlaps.mean(axis=0).tolist()
    found = suggested_k(ks, values, multiple=multiple, costs=costs)
    if found is None:
        return None
    return Chosen(
        found, agreement(overlaps, image_ids, ks, multiple=multiple, costs=costs, seed=seed)
    )


def _affordable(gain: float, cost: float, dearer: float) -> bool:
    return not cost or gain >= PER_PERCENT * 100 * (dearer - cost) / cost


def agreement(
    best: ArrayLike,
    image_ids: ArrayLike,
    ks: Sequence[int],
    *,
    multiple: int = 1,
    costs: Sequence[float | None] | None = None,
    seed: int = 0,
    draws: int = DRAWS,
) -> dict[int, float]:
    """Which k the same rule suggests when the images are drawn again, and how often.

    Images are drawn with replacement, as many as there are; the anchors of each k stay.

    Parameters
    ----------
    best
        (n, len(ks)), for each box and k the IoU with the nearest anchor.
    image_ids
        (n,) whole numbers, the image of each box.
    ks, multiple, costs
        As for `suggested_k`.
    seed, draws
        What fixes the drawings, and how many there are.

    Returns
    -------
    The share of the drawings for each k that any suggested, ascending by k.

    Examples
    --------
    >>> agreement([[0.3, 0.6, 0.6], [0.2, 0.5, 0.5]], [0, 1], [1, 2, 3])
    {2: 1.0}
    """
    overlaps = np.asarray(best, dtype=np.float64)
    images = np.asarray(image_ids, dtype=np.int64)
    if overlaps.shape != (len(images), len(ks)):
        raise UsageError(
            f"best: wanted one row for each box and one column for each k, found {overlaps.shape}"
        )
    seed, draws = as_seed(seed), as_whole(draws, "draws", 1)
    rows, owner = np.unique(images, return_inverse=True)
    sums = np.stack([np.bincount(owner, column, len(rows)) for column in overlaps.T], axis=1)
    counts = np.bincount(owner, minlength=len(rows)).astype(np.float64)
    stream = np.random.RandomState(seed)
    chosen: dict[int, int] = {}
    for start in range(0, draws, BLOCK):
        for weights in _drawn(stream, len(rows), min(BLOCK, draws - start)):
            values = (weights @ sums / (weights @ counts)).tolist()
            found = suggested_k(ks, values, multiple=multiple, costs=costs)
            if found is not None:
                chosen[found.k] = chosen.get(found.k, 0) + 1
    return {k: chosen[k] / draws for k in sorted(chosen)}


def _drawn(stream: np.random.RandomState, images: int, draws: int) -> NDArray[np.float64]:
    """(draws, images): how often each image was drawn."""
    drawn = stream.randint(0, images, (draws, images))
    return np.stack([np.bincount(row, minlength=images) for row in drawn]).astype(np.float64)
