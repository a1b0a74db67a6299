"""What darknet takes and may not be meant: of heads, of their anchors, of what stands before.

Tested in tests/darknet/test_checks.py.
"""

from collections.abc import Sequence
from itertools import combinations, product
from statistics import fmean

from anchorkit.darknet.dealing import area
from anchorkit.darknet.faults import Fault
from anchorkit.darknet.heads import Head
from anchorkit.darknet.listed import anchors_of
from anchorkit.darknet.network_faults import misspelt
from anchorkit.darknet.sections import Cfg
from anchorkit.darknet.shapes import KNOWN

__all__ = ["doubts_of", "equal_anchors"]

NEAR = 1.0
"""Pixels by which both sides of two anchors may differ, and they still are one to training."""


def doubts_of(cfg: Cfg, heads: Sequence[Head]) -> list[Fault]:
    """What may not be meant, in the order of the file.

    Parameters
    ----------
    cfg
        The cfg of the heads.
    heads
        In the order of the file.
    """
    doubts = [doubt for head in heads for doubt in (*_of_before(head), *_of_stride(head))]
    doubts += [*_of_classes(heads), *_of_near(heads), *_of_order(heads)]
    doubts += [*_of_equal_strides(heads), *_of_input(cfg, heads), *_of_layers(cfg)]
    doubts += _of_batch(cfg)
    return sorted(doubts, key=lambda doubt: doubt.line)


def equal_anchors(anchors: Sequence[tuple[float, float]]) -> list[str]:
    """Which anchors are equal, or within one pixel, in words.

    Examples
    --------
    >>> equal_anchors([(10, 14), (10, 14), (37, 58), (38, 57.5)])
    ['anchors 0 and 1 are equal (10x14)', 'anchors 2 and 3 are within one pixel (37x58, 38x57.5)']
    """
    found: list[str] = []
    for (one, some), (other, pair) in combinations(enumerate(anchors), 2):
        if some == pair:
            found.append(f"anchors {one} and {other} are equal ({_shown(some)})")
        elif all(abs(a - b) <= NEAR for a, b in zip(some, pair, strict=True)):
            both = f"{_shown(some)}, {_shown(pair)}"
            found.append(f"anchors {one} and {other} are within one pixel ({both})")
    return found


def _shown(anchor: tuple[float, float]) -> str:
    return f"{anchor[0]:g}x{anchor[1]:g}"


def _of_before(head: Head) -> list[Fault]:
    """Batch normalization or a bent activation in what a head reads as it is."""
    before = head.before
    if before.type in ("batchnorm", "activation"):
        kind = "activation" if before.type == "activation" else "batch-normalize"
        return [Fault(kind, before.line, f"[{before.type}] stands before [{head.type}]")]
    if before.type != "convolutional":
        return []
    doubts: list[Fault] = []
    for key in ("batch_normalize", "cbn"):
        entry = before.find(key)
        if entry is not None and before.integer(key, 0):
            text = f"{key}={entry.value} in the convolution before [{head.type}]"
            doubts.append(Fault("batch-normalize", entry.line, text))
    # With new_coords the head takes what lies between 0 and 1 already
    wanted = "logistic" if head.section.integer("new_coords", 0) else "linear"
    entry = before.find("activation")
    found = before.text("activation", "logistic")
    if found != wanted:
        given = f"activation={found}" if entry else "no activation, so that darknet takes logistic,"
        text = f"{given} in the convolution before [{head.type}], wanted {wanted}"
        doubts.append(Fault("activation", entry.line if entry else before.line, text))
    return doubts


def _of_stride(head: Head) -> list[Fault]:
    """A head none of whose anchors is as wide and as high as a cell of its grid."""
    used = head.used_anchors
    if head.stride is None or not used:
        return []
    largest = max(min(pair) for pair in used)
    if largest >= head.stride:
        return []
    text = (
        f"stride {head.stride:g} has no anchor of {head.stride:g} pixels or more on both sides: "
        f"their shorter sides are {largest:g} at most"
    )
    return [Fault("stride", head.line_of("mask"), text)]


def _of_classes(heads: Sequence[Head]) -> list[Fault]:
    return [
        Fault("classes", head.line, f"[{head.type}] has no classes, darknet takes 20")
        for head in heads
        if "classes" not in head.written and head.implied is None
    ]


def _of_near(heads: Sequence[Head]) -> list[Fault]:
    anchors = anchors_of(heads)
    head = next((one for one in heads if one.anchors == anchors), None)
    if head is None:
        return []
    if head.type == "region":
        # A cell apart is far: what is listed is what counts
        return [
            Fault("equal", head.line_of("anchors"), text)
            for text in equal_anchors(anchors)
            if "equal" in text
        ]
    return [Fault("equal", head.line_of("anchors"), text) for text in equal_anchors(anchors)]


def _of_order(heads: Sequence[Head]) -> list[Fault]:
    """Heads of a coarser stride whose anchors are smaller, on average or one of them."""
    found: list[Fault] = []
    sized = [head for head in heads if head.stride is not None and head.used_anchors]
    sized.sort(key=lambda head: head.stride or 0.0)
    for at, head in enumerate(sized):
        finer = [one for one in sized[:at] if one.stride != head.stride]
        text = ""
        if finer and _mean_side(head) < _mean_side(finer[-1]):
            text = (
                f"stride {head.stride:g} has anchors of {_mean_side(head):.0f} pixels on average, "
                f"stride {finer[-1].stride:g} of {_mean_side(finer[-1]):.0f}"
            )
        for other in finer:
            text = text or _smaller_one(head, other)
        if text:
            found.append(Fault("order", head.line_of("mask"), text))
    return found


def _mean_side(head: Head) -> float:
    return float(fmean(area(anchor) for anchor in head.used_anchors) ** 0.5)


def _smaller_one(head: Head, finer: Head) -> str:
    """An anchor of a head that fits into one of a finer head, in words; empty where none does."""
    for anchor, other in product(head.used_anchors, finer.used_anchors):
        if anchor != other and anchor[0] <= other[0] and anchor[1] <= other[1]:
            return (
                f"stride {head.stride:g} has an anchor of {_shown(anchor)}, "
                f"stride {finer.stride:g} a larger one of {_shown(other)}"
            )
    return ""


def _of_equal_strides(heads: Sequence[Head]) -> list[Fault]:
    found: list[Fault] = []
    for at, head in enumerate(heads):
        twins = [one for one in heads[:at] if one.stride is not None and one.stride == head.stride]
        if twins:
            text = (
                f"[{head.type}] has stride {head.stride:g}, as that of line {twins[0].line} has: "
                "does its [route] lead where it should?"
            )
            found.append(Fault("strides", head.line, text))
    return found


def _of_input(cfg: Cfg, heads: Sequence[Head]) -> list[Fault]:
    """Anchors that were plainly made for another input."""
    width, height = cfg.size
    for head in heads:
        if head.type == "region":  # its cells are those of whatever input it gets
            continue
        beyond = [one for one in head.anchors if one[0] > width or one[1] > height]
        if beyond and min(width, height) > 0:
            shown = ", ".join(_shown(one) for one in beyond[:3])
            text = f"anchors are larger than the input {width}x{height}: {shown}"
            return [Fault("larger", head.line_of("anchors"), text)]
    return []


def _of_batch(cfg: Cfg) -> list[Fault]:
    """What is no number of images in a batch; of one, as cfgs come for testing, tells a note."""
    entry, images = cfg.net.find("batch"), cfg.net.integer("batch", 1)
    if entry is None or images >= 1:
        return []
    value = entry.value[:40]
    said = "is no number of images" if value == str(images) else f"is {images} to darknet"
    return [Fault("batch", entry.line, f"batch={value} {said}")]


def _of_layers(cfg: Cfg) -> list[Fault]:
    """Layers of other trainers, once for each type."""
    found: dict[str, Fault] = {}
    for section in cfg.sections[1:]:
        known = section.type in KNOWN or misspelt(section)
        if not known and section.header.endswith("]"):
            text = f"{section.header[:40]}: no darknet knows it, AlexeyAB's goes on without it"
            found.setdefault(section.type, Fault("layers", section.line, text))
    return list(found.values())
