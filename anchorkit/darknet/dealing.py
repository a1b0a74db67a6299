"""Which head gets which anchors.

Tested in tests/darknet/test_replacing.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf, log

from anchorkit.darknet.heads import Head, Pair
from anchorkit.darknet.listed import anchors_of
from anchorkit.errors import CfgError, UsageError

__all__ = ["ASSIGNMENTS", "Assignment", "area", "assigned", "by_stride", "check_shares"]

ASSIGNMENTS = ("shares", "size")
"""How anchors are dealt out to heads: in equal shares by area, or by the area rule."""

REACH = 3.75
"""Strides of a head up to which it takes anchors by size: 30x30 parts strides 8 and 16."""


@dataclass(frozen=True)
class Assignment:
    """The mask of each head, by the line of the head, and what is to be said of it."""

    masks: dict[int, tuple[int, ...]]
    notes: tuple[str, ...] = ()


def area(anchor: Pair) -> float:
    """Width times height.

    Examples
    --------
    >>> area((10, 13))
    130
    """
    return anchor[0] * anchor[1]


def assigned(
    heads: Sequence[Head],
    anchors: Sequence[Pair],
    assign: str = "shares",
    shares: Sequence[int] | None = None,
) -> Assignment:
    """The mask of each head: small anchors to fine strides.

    With `shares` the lengths of the masks stay where they add up to the number of anchors without
    a repeated index; else each head gets the same number, the remainder going to the coarser
    strides, one each. With `size` a head of stride s gets what is smaller than (3.75 s)^2 in area
    and not smaller than that of the finer stride: 30x30 parts strides 8 and 16, 60x60 parts 16 and
    32. The coarsest stride gets the rest; a head for which nothing is left gets the nearest of its
    neighbours. Heads of the same stride keep the order of their masks.

    Parameters
    ----------
    heads
        All heads of the cfg.
    anchors
        All anchors, in pixels, in the order in which they are listed.
    assign
        One of `ASSIGNMENTS`.
    shares
        How many anchors each head gets, by ascending stride; None: as `assign` has it.

    Raises
    ------
    CfgError
        Where there are fewer anchors than heads, or strides are needed and not known.
    UsageError
        Where shares are not one for each head, or do not add up to the anchors.
    """
    if assign not in ASSIGNMENTS:
        raise UsageError(f"assign: wanted {' or '.join(ASSIGNMENTS)}, found {assign!r}")
    count = len(anchors)
    if count < len(heads):
        raise CfgError(
            f"wanted at least one anchor for each of {len(heads)} heads, found {count}: "
            f"the smallest k is {len(heads)}"
        )
    ordered, notes = by_stride(heads)
    ranked = sorted(range(count), key=lambda index: (area(anchors[index]), index))
    if shares is not None:
        check_shares(shares, len(heads), count)
        lengths = list(shares)
    elif assign == "size" and len(heads) > 1:
        for head in heads:
            if head.stride is None:
                raise CfgError(_unknown(head))
        lengths, borrowed = _by_size(ordered, [anchors[index] for index in ranked])
        notes += borrowed
    else:
        lengths = _kept(ordered, count) or _equal(len(heads), count)
    masks: dict[int, tuple[int, ...]] = {}
    start = 0
    for head, length in zip(ordered, lengths, strict=True):
        masks[head.line] = tuple(sorted(ranked[start : start + length]))
        start += length
    return Assignment(masks, tuple(notes))


def check_shares(shares: Sequence[int], heads: int, count: int | None = None) -> None:
    """Fail where shares are not one for each head, or do not add up to the anchors.

    Raises
    ------
    UsageError
        Saying what was wanted.
    """
    typed = ",".join(str(share) for share in shares)
    if len(shares) != heads:
        raise UsageError(f"shares {typed}: wanted one for each of {heads} heads")
    if min(shares) < 1:
        raise UsageError(f"shares {typed}: wanted at least 1 for each head")
    if count is not None and sum(shares) != count:
        raise UsageError(f"shares {typed}: wanted {count} anchors together, found {sum(shares)}")


def by_stride(heads: Sequence[Head]) -> tuple[list[Head], list[str]]:
    """Heads from the finest to the coarsest, and what is to be said of that order.

    Equal strides come in the order of their masks. Where strides are not known, the masks alone
    tell the order.

    Raises
    ------
    CfgError
        Where neither strides nor masks tell it; a single head needs neither.
    """
    unknown = next((head for head in heads if head.stride is None), None)
    if unknown is None or len(heads) == 1:
        place = _place_by_mask(heads)
        return sorted(heads, key=lambda head: (head.stride or 0.0, place[head.line])), []
    starts = [min(head.mask) for head in heads if head.mask]
    if len(starts) < len(heads) or len(set(starts)) < len(heads):
        raise CfgError(_unknown(unknown))
    place = _place_by_mask(heads)
    note = f"{_unknown(unknown)}: heads keep the order of their masks"
    return sorted(heads, key=lambda head: place[head.line]), [note]


def _place_by_mask(heads: Sequence[Head]) -> dict[int, float]:
    """For each head, by its line, the place that the anchors of its mask have by area."""
    if any(not head.mask for head in heads):
        return {head.line: float(head.line) for head in heads}
    anchors = anchors_of(heads)
    rank = {
        index: place
        for place, index in enumerate(
            sorted(range(len(anchors)), key=lambda index: (area(anchors[index]), index))
        )
    }
    return {
        head.line: min(float(rank.get(index, index)) for index in head.mask or ()) for head in heads
    }


def _unknown(head: Head) -> str:
    return f"{head.unsized}; so the stride of [{head.type}] (line {head.line}) is not known"


def _kept(ordered: Sequence[Head], count: int) -> list[int] | None:
    """Lengths of the masks as they are, None where they do not fit the number of anchors."""
    masks = [head.mask for head in ordered if head.mask is not None]
    used = [index for mask in masks for index in mask]
    known = {len(head.anchors) for head in ordered if head.anchors}
    if len(masks) < len(ordered) or known - {count}:
        return None
    if len(used) != count or len(set(used)) != count:
        return None
    return [len(mask) for mask in masks]


def _equal(heads: int, count: int) -> list[int]:
    share, rest = divmod(count, heads)
    return [share + (index >= heads - rest) for index in range(heads)]


def _by_size(ordered: Sequence[Head], ranked: Sequence[Pair]) -> tuple[list[int], list[str]]:
    """Lengths of the masks by the area rule, and which heads got what is not of their size.

    Of all ways to part the anchors, each head having one, that with the least distance of anchors
    from the sizes of their heads: the sum of the logarithms of areas.
    """
    strides = [head.stride or 0.0 for head in ordered]
    distinct = sorted(set(strides))
    edges = [0.0, *((REACH * stride) ** 2 for stride in distinct[:-1]), inf]
    counts = _parted(
        [_distances(ranked, edges[at], edges[at + 1]) for at in range(len(distinct))],
        [strides.count(stride) for stride in distinct],
    )
    lengths: list[int] = []
    notes: list[str] = []
    start = 0
    for at, (stride, length) in enumerate(zip(distinct, counts, strict=True)):
        mine = ranked[start : start + length]
        foreign = [one for one in mine if not edges[at] <= area(one) < edges[at + 1]]
        if foreign:
            shown = ", ".join(f"{width:g}x{height:g}" for width, height in foreign)
            bounds = _bounds(edges[at], edges[at + 1])
            notes.append(
                f"by size, stride {stride:g} takes anchors {bounds} in area, of which there are "
                f"too few: it gets the nearest, {shown}"
            )
        lengths += _equal(strides.count(stride), length)
        start += length
    return lengths, notes


def _distances(ranked: Sequence[Pair], low: float, high: float) -> list[float]:
    """How far anchors are from a range of areas; sums from the first on, beginning with 0."""
    return [0.0, *accumulate(_distance(area(one), low, high) for one in ranked)]


def _distance(size: float, low: float, high: float) -> float:
    if size < low:
        return log(low / size)
    # On the upper edge it is outside as well, if by nothing
    return log(size / high) + 1e-9 if size >= high else 0.0


def _parted(sums: Sequence[Sequence[float]], least: Sequence[int]) -> list[int]:
    """Lengths of successive parts, at least so long each, of the least sum of distances."""
    count = len(sums[0]) - 1
    # For each end: the sum so far, and where each part ended
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for part, (given, needed) in enumerate(zip(sums, least, strict=True)):
        rest = sum(least[part + 1 :])
        ends: dict[int, tuple[float, list[int]]] = {}
        # The lowest of `total before start - given[start]` among the starts so far
        opened: tuple[float, int] | None = None
        for end in range(needed, count - rest + 1):
            start = end - needed
            if start in best and (
                opened is None or best[start][0] - given[start] < opened[0] - 1e-12
            ):
                opened = (best[start][0] - given[start], start)
            if opened is not None:
                ends[end] = (opened[0] + given[end], [*best[opened[1]][1], end])
        best = ends
    cuts = [0, *best[count][1]]
    return [after - before for before, after in pairwise(cuts)]


def _bounds(low: float, high: float) -> str:
    shown = [f"{edge**0.5:g}x{edge**0.5:g}" for edge in (low, high)]
    if low and high < inf:
        return f"from {shown[0]} to {shown[1]}"
    return f"of {shown[0]} or more" if low else f"below {shown[1]}"
