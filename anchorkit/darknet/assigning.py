"""Which head gets which anchors.

Tested in tests/darknet/test_replacing.py.
"""

from collections.abc import Sequence

from anchorkit.darknet.heads import Head, Pair, by_stride
from anchorkit.errors import CfgError, UsageError

__all__ = ["ASSIGNMENTS", "area", "masks_for"]

ASSIGNMENTS = ("shares", "size")
"""How anchors are dealt out to heads: in equal shares by area, or by the area rule."""


def area(anchor: Pair) -> float:
    """Width times height.

    Examples
    --------
    >>> area((10, 13))
    130
    """
    return anchor[0] * anchor[1]


def masks_for(
    heads: Sequence[Head], anchors: Sequence[Pair], assign: str = "shares"
) -> dict[int, tuple[int, ...]]:
    """The mask of each head, by the line of the head: small anchors to fine strides.

    With `shares` the lengths of the masks stay where they add up to the number of anchors without
    a repeated index; else each head gets the same number, the remainder going to the coarser
    strides, one each. With `size` a head of stride s gets what is smaller than (3.75 s)^2 in area
    and not smaller than that of the finer stride: 30x30 parts strides 8 and 16, 60x60 parts 16 and
    32. The coarsest stride gets the rest. Heads of the same stride share.

    Parameters
    ----------
    heads
        All heads of the cfg.
    anchors
        All anchors, in pixels, in the order in which they are listed.
    assign
        One of `ASSIGNMENTS`.

    Raises
    ------
    CfgError
        Where there are fewer anchors than heads; where the area rule leaves a head without.
    """
    if assign not in ASSIGNMENTS:
        raise UsageError(f"assign: wanted {' or '.join(ASSIGNMENTS)}, found {assign!r}")
    count = len(anchors)
    if count < len(heads):
        raise CfgError(
            f"wanted at least one anchor for each of {len(heads)} heads, found {count}: "
            f"the smallest k is {len(heads)}"
        )
    ordered = by_stride(heads)
    if assign == "size" and len(heads) > 1:
        lengths = _lengths_by_size(ordered, anchors)
    else:
        lengths = _kept(ordered, count) or _shares(len(heads), count)
    ranked = sorted(range(count), key=lambda index: (area(anchors[index]), index))
    masks: dict[int, tuple[int, ...]] = {}
    start = 0
    for head, length in zip(ordered, lengths, strict=True):
        masks[head.line] = tuple(sorted(ranked[start : start + length]))
        start += length
    return masks


def _kept(ordered: Sequence[Head], count: int) -> list[int] | None:
    """Lengths of the masks as they are, None where they do not fit the number of anchors."""
    masks = [head.mask for head in ordered if head.mask is not None]
    used = [index for mask in masks for index in mask]
    known = {len(head.anchors) for head in ordered}
    if len(masks) < len(ordered) or known != {count}:
        return None
    if len(used) != count or len(set(used)) != count:
        return None
    return [len(mask) for mask in masks]


def _shares(heads: int, count: int) -> list[int]:
    share, rest = divmod(count, heads)
    return [share + (place >= heads - rest) for place in range(heads)]


def _lengths_by_size(ordered: Sequence[Head], anchors: Sequence[Pair]) -> list[int]:
    lengths: list[int] = []
    strides = [head.stride or 0.0 for head in ordered]
    distinct = sorted(set(strides))
    lower = 0.0
    for place, stride in enumerate(distinct):
        last = place == len(distinct) - 1
        upper = float("inf") if last else (3.75 * stride) ** 2
        found = sum(lower <= area(anchor) < upper for anchor in anchors)
        sharing = strides.count(stride)
        if found < sharing:
            raise CfgError(_nothing_for(stride, lower, upper, sharing, found))
        lengths += _shares(sharing, found)
        lower = upper
    return lengths


def _nothing_for(stride: float, lower: float, upper: float, wanted: int, found: int) -> str:
    low, high = (f"{edge**0.5:g}x{edge**0.5:g}" for edge in (lower, upper))
    bounds = f"below {high}" if not lower else f"of {low} or more"
    if lower and upper < float("inf"):
        bounds = f"from {low} to {high}"
    return (
        f"by size, stride {stride:g} takes anchors {bounds} in area: wanted {wanted}, "
        f"found {found}; add one of that size, or deal them out in equal shares"
    )
