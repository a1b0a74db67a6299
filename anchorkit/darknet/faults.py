"""What is wrong with the anchors, masks and filters of a cfg, each fault named with its line.

Tested in tests/darknet/test_replacing.py.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from anchorkit.darknet.heads import Head
from anchorkit.darknet.listed import agree

__all__ = ["Fault", "faults_of"]


class Fault(NamedTuple):
    """One fault that a rewrite of the heads mends.

    `kind` is a fixed word to group by: `syntax`, `comma`, `anchors`, `num`, `mask`, `filters`,
    `lists`.
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


def _of_one(head: Head, heads: int) -> list[Fault]:
    faults: list[Fault] = []
    for found in head.written.values():
        if found.oddities and (found.value or found.key != "counters_per_class"):
            text = f"{found.key}: {'; '.join(found.oddities)}"
            faults.append(Fault("syntax", found.line, text))
    line = head.line_of("anchors")
    if head.listed is None:
        faults.append(Fault("anchors", head.line, f"[{head.type}] lists no anchors"))
    elif head.wrong:
        faults.append(Fault("anchors", line, head.wrong.partition(": ")[2]))
    elif head.listed.missing_commas:
        faults.append(Fault("comma", line, "anchors: a comma is missing between numbers"))
    elif head.listed.empty_items:
        faults.append(Fault("comma", line, "anchors: a comma without a number"))
    mask = head.written.get("mask")
    if mask is not None and head.mask_list is not None and mask.value:
        if head.mask_list.wrong:
            faults.append(Fault("mask", mask.line, head.mask_list.wrong.partition(": ")[2]))
        elif not head.mask_list.is_clean:
            text = f"mask={mask.value}: a comma missing or too many"
            faults.append(Fault("comma", mask.line, text))
    if mask is None and heads > 1 and head.type != "region":
        faults.append(
            Fault("mask", head.line, f"[{head.type}] has no mask and so uses all anchors")
        )
    return faults + _of_num(head) + _of_filters(head)


def _of_num(head: Head) -> list[Fault]:
    listed = len(head.anchors)
    faults: list[Fault] = []
    if listed and "num" not in head.written:
        faults.append(Fault("num", head.line, f"[{head.type}] has no num, darknet takes 1"))
    elif listed and head.num != listed:
        text = f"num={head.num}, but {_anchors(listed)} listed"
        faults.append(Fault("num", head.line_of("num"), text))
    if head.mask is not None:
        limit = min(head.num, listed) if listed else head.num
        beyond = [index for index in head.mask if not 0 <= index < limit]
        if beyond:
            mask = ",".join(str(index) for index in head.mask)
            the = "the only anchor" if limit == 1 else f"the {limit} anchors"
            text = f"mask={mask}: {_enumerated(beyond)} beyond {the}"
            faults.append(Fault("mask", head.line_of("mask"), text))
    return faults


def _of_filters(head: Head) -> list[Fault]:
    used = len(head.used)
    wanted = used * head.per_anchor
    given, found = head.layer.input, head.filters
    if found is None and given is not None:
        found = given.channels
    if found is None or not used or found == wanted:
        return []
    entry = head.written.get("filters")
    line = head.before.line if entry is None else entry.line
    each = "1 anchor" if used == 1 else f"{used} anchors"
    what = (
        f"[{head.before.type}] of {found} channels" if head.filters is None else f"filters={found}"
    )
    text = f"{what} before [{head.type}]: wanted {wanted}, {each} of {head.per_anchor} values"
    return [Fault("filters", line, text)]


def _anchors(count: int) -> str:
    return "1 anchor is" if count == 1 else f"{count} anchors are"


def _of_all(heads: Sequence[Head]) -> list[Fault]:
    faults: list[Fault] = []
    if not agree(heads):
        faults.append(Fault("lists", heads[0].line, "the heads list different anchors"))
    masked = [head for head in heads if head.mask is not None]
    if not masked or len(masked) < len(heads):
        return faults
    uses = Counter(index for head in masked for index in head.mask or ())
    count = max(len(head.anchors) or head.num for head in heads)
    unused = [index for index in range(count) if not uses[index]]
    twice = sorted(index for index, times in uses.items() if times > 1)
    line = min(head.line_of("mask") for head in masked)
    if unused:
        faults.append(Fault("mask", line, f"{_enumerated(unused)} in no mask, never trained"))
    if twice:
        faults.append(Fault("mask", line, f"{_enumerated(twice)} in two masks"))
    return faults


def _enumerated(indices: Sequence[int]) -> str:
    noun = "anchor" if len(indices) == 1 else "anchors"
    shown = ", ".join(str(index) for index in indices[:6])
    return f"{noun} {shown}" + (", ..." if len(indices) > 6 else "")
