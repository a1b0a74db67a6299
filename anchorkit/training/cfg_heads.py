"""The heads of a darknet cfg as they are trained."""

from collections.abc import Sequence

from anchorkit.darknet.heads import Head
from anchorkit.darknet.listed import agree
from anchorkit.training.assignment import TrainedHead

__all__ = ["trained_heads"]


def trained_heads(heads: Sequence[Head]) -> tuple[TrainedHead, ...]:
    """The heads of a cfg, by ascending stride, with the rows of their anchors.

    Parameters
    ----------
    heads
        From `darknet.heads.heads_of`; all list the same anchors.

    Returns
    -------
    Empty where the heads list different anchors, a stride is not known or no whole number, a mask
    names an anchor that is not listed, or a `[region]` is among them, which is trained otherwise.
    """
    if not heads or not agree(heads):
        return ()
    found = []
    for head in heads:
        rows = tuple(dict.fromkeys(head.used))
        stride = head.stride
        if (
            head.type == "region"
            or stride is None
            or stride != int(stride)
            or not all(0 <= row < len(head.anchors) for row in rows)
        ):
            return ()
        found.append(TrainedHead(int(stride), rows, head.section.number("iou_thresh", 1.0)))
    return tuple(sorted(found, key=lambda head: head.stride))
