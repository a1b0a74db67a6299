"""What speaks for a second look at a data set, and what to do about it: the advice of inspect."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.network_input import NetworkInput
from anchorkit.reports.left_out import heavy_losses
from anchorkit.reports.tables import counted
from anchorkit.terminal import safe_text

__all__ = ["MOST_LINES", "Finding", "findings_of"]

MOST_LINES = 5
"""Lines of advice that are shown; JSON has all."""

SMALL_PIXELS, SMALL_SHARE = 16, 0.25
"""A shorter side at input below which a box is hard to find, and the share of such boxes from which
on a larger input is advised."""

HANDFUL = 10
"""Boxes below which a class is too rare to be learnt."""

ENOUGH = 100
"""Boxes of a set from which on a rare class is remarkable."""

MOST_CLASSES = 300
"""Classes up to which all names are compared with each other."""

SHORTEST_NAME = 5
"""Letters from which on names that differ by one are probably one."""


class Finding(NamedTuple):
    """One thing found: its level, a code to tell it by, and a sentence with the way out."""

    level: str
    code: str
    text: str


def findings_of(boxes: Boxes, network: NetworkInput) -> list[Finding]:
    """What is remarkable in a data set, the worst first.

    Parameters
    ----------
    boxes
        The data set.
    network
        The input at which sizes are meant.

    Examples
    --------
    >>> from anchorkit.boxes import boxes_of
    >>> twice = boxes_of([(0.5, 0.5), (0.5, 0.5)])
    >>> [finding.code for finding in findings_of(twice, NetworkInput(416, 416))]
    ['duplicates']
    """
    found = [
        *_lost(boxes),
        *_too_small(boxes, network),
        *_duplicates(boxes),
        *_alike(boxes),
        *_rare(boxes),
        *_sizeless(boxes),
    ]
    return sorted(found, key=lambda finding: finding.level != "warning")


def _lost(boxes: Boxes) -> Iterator[Finding]:
    for lost in heavy_losses(boxes.report):
        yield Finding("warning", "lost", lost)


def _too_small(boxes: Boxes, network: NetworkInput) -> Iterator[Finding]:
    if not len(boxes):
        return
    shorter = boxes.at_input(network).min(axis=1)
    specks = int(np.count_nonzero(shorter < 1))
    if specks:
        text = f"{counted(specks, 'box', 'boxes')} below a pixel at input: --min-size 1 leaves out"
        yield Finding("warning", "below-a-pixel", text)
    share = float(np.mean(shorter < SMALL_PIXELS))
    if share >= SMALL_SHARE:
        at = f"{network.width}x{network.height}"
        text = f"{share:.0%} of the boxes under {SMALL_PIXELS} pixels at {at}: raise --input"
        yield Finding("warning", "small", text)


def _duplicates(boxes: Boxes) -> Iterator[Finding]:
    if boxes.centres is None or len(boxes) < 2:
        return
    columns = [boxes.image_ids, boxes.class_ids, *boxes.centres.T, *boxes.sizes.T]
    order = np.lexsort(columns[::-1])
    again = np.ones(len(order) - 1, dtype=np.bool_)
    for column in columns:
        again &= column[order][1:] == column[order][:-1]
    count = int(np.count_nonzero(again))
    if count:
        first = boxes.image_names[boxes.image_ids[order[1:][again].min()]]
        text = (
            f"{counted(count, 'box', 'boxes')} twice in an image, such as in {safe_text(first)}: "
            "YOLOv5 drops them, others train them twice"
        )
        yield Finding("note", "duplicates", text)


def _alike(boxes: Boxes) -> Iterator[Finding]:
    used = np.unique(boxes.class_ids)
    names = [boxes.class_names[row] for row in used.tolist()]
    pairs = [f"{one!r} and {other!r}" for one, other in _similar(names)]
    if pairs:
        more = f" and {len(pairs) - 3} more" if len(pairs) > 3 else ""
        text = f"classes that may be one: {safe_text(', '.join(pairs[:3]))}{more}"
        yield Finding("warning", "alike-classes", text)


def _similar(names: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of names that differ by case, blanks or a letter."""
    plain = {
        name: " ".join(name.replace("_", " ").replace("-", " ").lower().split()) for name in names
    }
    some = names if len(names) <= MOST_CLASSES else ()
    same: dict[str, list[str]] = {}
    for name in names:
        same.setdefault(plain[name], []).append(name)
    pairs = [(group[0], other) for group in same.values() for other in group[1:]]
    return pairs + [
        (one, other)
        for one, other in combinations(some, 2)
        if plain[one] != plain[other] and _one_letter(plain[one], plain[other])
    ]


def _one_letter(one: str, other: str) -> bool:
    """Whether two names differ by one letter, which is no digit: those number classes."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) < SHORTEST_NAME or len(other) - len(one) > 1:
        return False
    start = next((at for at in range(len(one)) if one[at] != other[at]), len(one))
    tail = one[start + 1 :] if len(one) == len(other) else one[start:]
    letters = other[start] + (one[start] if len(one) == len(other) else "")
    return other[start + 1 :] == tail and letters.isalpha()


def _rare(boxes: Boxes) -> Iterator[Finding]:
    counts = np.bincount(boxes.class_ids, minlength=len(boxes.class_names))
    rare = [
        name for name, count in zip(boxes.class_names, counts, strict=True) if 0 < count < HANDFUL
    ]
    if len(boxes) >= ENOUGH and rare:
        more = ", ..." if len(rare) > 4 else ""
        text = (
            f"{counted(len(rare), 'class', 'classes')} of fewer than {HANDFUL} boxes: "
            f"{safe_text(', '.join(rare[:4]))}{more}"
        )
        yield Finding("note", "rare-classes", text)


def _sizeless(boxes: Boxes) -> Iterator[Finding]:
    unknown = int(np.count_nonzero(~_known(boxes.image_sizes)))
    if unknown and len(boxes):
        text = (
            f"{counted(unknown, 'image')} of unknown size: letterboxing needs --images DIR, or "
            "images beside the labels"
        )
        yield Finding("note", "unknown-sizes", text)


def _known(sizes: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(sizes).all(axis=1))
