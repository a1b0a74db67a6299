"""What is wrong with the anchors, masks and filters of a cfg, each fault named with its line.

Tested in tests/darknet/test_replacing.py.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from anchorkit.darknet.heads import Head, Pair

__all__ = ["Fault", "agree", "faults_of", "same_anchors"]


class Fault(NamedTuple):
    """One fault that a rewrite of the heads mends.

    `kind` is a fixed word to group by: `comma`, `anchors`, `num`, `mask`, `filters`, `lists`.
    """

    kind: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


def faults_of(heads: Sequence[Head]) -> tuple[Fault, ...]:
    """Every known fault of the heads, in the order of the file.

    An anchor in no mask is never trained, one in two masks is trained twice; a mask beyond `num`
    makes darknet read past its array; with a missing comma it reads another number.
    """
    found = [fault for head in heads for fault in _of_one(head, len(heads))]
    found += _of_all(heads)
    return tuple(sorted(found, key=lambda fault: fault.line))


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


def _close(some: Sequence[Pair], others: Sequence[Pair]) -> bool:
    # Cells of a grid turned into pixels and back lose the last digits, no more.
    return len(some) == len(others) and all(
        abs(one - other) <= 1e-6 * max(one, other)
        for pair, pendant in zip(some, others, strict=True)
        for one, other in zip(pair, pendant, strict=True)
    )


def _of_one(head: Head, heads: int) -> list[Fault]:
    faults: list[Fault] = []
    anchors, mask = head.find("anchors"), head.find("mask")
    if anchors is None or head.listed is None:
        faults.append(Fault("anchors", head.line, f"[{head.type}] lists no anchors"))
    elif head.listed.missing_commas:
        faults.append(Fault("comma", anchors.line, "anchors: a comma is missing between numbers"))
    elif head.listed.empty_items:
        faults.append(Fault("comma", anchors.line, "anchors: a comma without a number"))
    if mask is not None and head.mask_list is not None and not head.mask_list.is_clean:
        faults.append(Fault("comma", mask.line, f"mask={mask.value}: a comma missing or too many"))
    if mask is None and heads > 1 and head.type != "region":
        faults.append(
            Fault("mask", head.line, f"[{head.type}] has no mask and so uses all anchors")
        )
    return faults + _of_num(head) + _of_filters(head)


def _of_num(head: Head) -> list[Fault]:
    num, listed = head.find("num"), len(head.anchors)
    faults: list[Fault] = []
    if listed and num is None:
        faults.append(Fault("num", head.line, f"[{head.type}] has no num, darknet takes 1"))
    elif listed and head.num != listed and num is not None:
        faults.append(Fault("num", num.line, f"num={head.num}, but {listed} anchors are listed"))
    mask = head.find("mask")
    if mask is not None and head.mask is not None:
        limit = min(head.num, listed) if listed else head.num
        beyond = [index for index in head.mask if not 0 <= index < limit]
        if beyond:
            text = f"mask={mask.value}: {_enumerated(beyond)} beyond the {limit} anchors"
            faults.append(Fault("mask", mask.line, text))
    return faults


def _of_filters(head: Head) -> list[Fault]:
    used = len(head.anchors) if head.mask is None else len(head.mask)
    wanted = used * head.per_anchor
    if head.filters is None or not used or head.filters == wanted:
        return []
    entry = head.before.find("filters")
    line = head.before.line if entry is None else entry.line
    text = (
        f"filters={head.filters} before [{head.type}]: wanted {wanted}, "
        f"{used} anchors of {head.per_anchor} values"
    )
    return [Fault("filters", line, text)]


def _of_all(heads: Sequence[Head]) -> list[Fault]:
    faults: list[Fault] = []
    if not agree(heads):
        faults.append(Fault("lists", heads[0].line, "the heads list different anchors"))
    masked = [head for head in heads if head.mask is not None]
    if not masked or len(masked) < len(heads):
        return faults
    uses = Counter(index for head in masked for index in head.mask or ())
    count = max(len(head.anchors) for head in heads)
    unused = [index for index in range(count) if not uses[index]]
    twice = sorted(index for index, times in uses.items() if times > 1)
    line = min(entry.line for head in masked if (entry := head.find("mask")) is not None)
    if unused:
        faults.append(Fault("mask", line, f"{_enumerated(unused)} in no mask, never trained"))
    if twice:
        faults.append(Fault("mask", line, f"{_enumerated(twice)} in two masks"))
    return faults


def _enumerated(indices: Sequence[int]) -> str:
    noun = "anchor" if len(indices) == 1 else "anchors"
    shown = ", ".join(str(index) for index in indices[:6])
    return f"{noun} {shown}" + (", ..." if len(indices) > 6 else "")
