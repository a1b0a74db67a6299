"""The anchors that heads list: the same ones or different ones, all of them together.

Tested in tests/darknet/test_written.py.
"""

from collections.abc import Sequence

from anchorkit.darknet.heads import Head, Pair
from anchorkit.errors import CfgError

__all__ = ["agree", "anchors_of", "count_of", "listed_anchors", "readable_anchors", "same_anchors"]


def agree(heads: Sequence[Head]) -> bool:
    """Whether all heads that list anchors list the same ones in the same order."""
    lists = [head.anchors for head in heads if head.anchors]
    return all(_close(lists[0], other) for other in lists[1:])


def same_anchors(some: Sequence[Pair], others: Sequence[Pair]) -> bool:
    """Whether two lists hold the same anchors, in whatever order.

    Examples
    --------
    >>> same_anchors([(10, 13), (16, 30)], [(16, 30), (10, 13)])
    True
    """
    return _close(sorted(some), sorted(others))


def anchors_of(heads: Sequence[Head]) -> tuple[Pair, ...]:
    """The anchors that the heads list, in pixels; the longest list where they differ."""
    return max((head.anchors for head in heads), key=len, default=())


def listed_anchors(heads: Sequence[Head]) -> tuple[Pair, ...]:
    """What the heads list, in pixels; where they differ, what each of them uses."""
    if agree(heads):
        return anchors_of(heads)
    return tuple(dict.fromkeys(anchor for head in heads for anchor in head.used_anchors))


def readable_anchors(heads: Sequence[Head]) -> tuple[Pair, ...]:
    """What the heads list, in pixels, for those who need it.

    Raises
    ------
    CfgError
        Where a list is no list of anchors, with its line; where there is none.
    """
    for head in heads:
        if head.wrong:
            raise CfgError(head.wrong)
    anchors = anchors_of(heads)
    if not anchors:
        raise CfgError("no detection head with anchors")
    return anchors


def count_of(heads: Sequence[Head]) -> int:
    """How many anchors a cfg has, or is meant to have where its lists cannot be read."""
    listed = len(anchors_of(heads))
    return listed or max([len(heads), *(head.num for head in heads)])


def _close(some: Sequence[Pair], others: Sequence[Pair]) -> bool:
    # Cells of a grid turned into pixels and back lose the last digits, no more.
    return len(some) == len(others) and all(
        abs(one - other) <= 1e-6 * max(one, other)
        for pair, pendant in zip(some, others, strict=True)
        for one, other in zip(pair, pendant, strict=True)
    )
