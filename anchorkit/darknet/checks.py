"""Whether a cfg agrees with itself, and whether its anchors fit the data: the gates of a check.

Tested in tests/cli/cfg/test_job.py.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

from anchorkit.darknet.assigning import area
from anchorkit.darknet.faults import faults_of
from anchorkit.darknet.heads import Head

__all__ = ["Failure", "consistency", "notes_on_size", "quality_failures"]

WANTED = {
    "anchors": "anchors in every head",
    "comma": "one comma between any two numbers",
    "counters": "one number for each class",
    "filters": "filters for every anchor of the mask",
    "layers": "layers that darknet can run",
    "lists": "the same anchors in every head",
    "mask": "every anchor in exactly one mask",
    "num": "num equal to the anchors listed",
    "order": "smaller anchors at finer strides",
    "units": "pixels in [yolo], grid cells in [region]",
}
"""What each gate on the cfg itself asks for."""


class Failure(NamedTuple):
    """A gate that was not passed: what was found, and what would have passed."""

    gate: str
    found: str | float
    wanted: str | float

    def __str__(self) -> str:
        if isinstance(self.found, str):
            return f"{self.gate}: {self.found} (wanted {self.wanted})"
        bound = "at most" if self.gate.startswith("max-") else "at least"
        return f"{self.gate}: {self.found:.4f} (wanted {bound} {self.wanted:g})"


def consistency(heads: Sequence[Head]) -> list[Failure]:
    """What the heads of a cfg get wrong, whatever the data: masks, filters, num, units, order.

    Parameters
    ----------
    heads
        In the order of the file.

    Returns
    -------
    One failure for each fault; `found` names the line.
    """
    failures = [Failure(f.kind, str(f), WANTED[f.kind]) for f in faults_of(heads)]
    broken = dict.fromkeys(head.unsized for head in heads if head.broken)
    failures += [Failure("layers", reason, WANTED["layers"]) for reason in broken]
    for head in heads:
        failures += _units(head) + _counters(head)
    return failures + _order(heads)


def _units(head: Head) -> list[Failure]:
    entry = head.find("anchors")
    if entry is None or head.listed is None or not head.anchors:
        return []
    sides = sorted(side for pair in head.anchors for side in pair)
    found = ""
    if head.type != "region" and sides[-1] < 1:
        found = "all anchors are below one pixel: fractions?"
    elif head.type == "region" and head.layer.output and head.cell:
        grid = max(head.layer.output.width * head.cell[0], head.layer.output.height * head.cell[1])
        if sides[len(sides) // 2] > grid:
            found = "most anchors are larger than the grid: pixels?"
    return [Failure("units", f"line {entry.line}: {found}", WANTED["units"])] if found else []


def _counters(head: Head) -> list[Failure]:
    entry = head.find("counters_per_class")
    if entry is None:
        return []
    count = entry.value.count(",") + 1
    if count == head.classes:
        return []
    found = f"line {entry.line}: counters_per_class has {count} numbers for {head.classes} classes"
    return [Failure("counters", found, WANTED["counters"])]


def _order(heads: Sequence[Head]) -> list[Failure]:
    """Heads of a coarser stride whose anchors are smaller, on average, than those of a finer."""
    sizes: list[tuple[float, int, float]] = []
    for head in heads:
        used = range(len(head.anchors)) if head.mask is None else head.mask
        areas = [area(head.anchors[index]) for index in used if 0 <= index < len(head.anchors)]
        if head.stride is not None and areas:
            sizes.append((head.stride, head.line, fmean(areas) ** 0.5))
    sizes.sort()
    return [
        Failure(
            "order",
            f"line {line}: stride {stride:g} has anchors of {size:.0f} pixels on average, "
            f"stride {finer:g} of {larger:.0f}",
            WANTED["order"],
        )
        for (finer, _, larger), (stride, line, size) in pairwise(sizes)
        if stride > finer and size < larger
    ]


def notes_on_size(heads: Sequence[Head], size: tuple[int, int]) -> list[str]:
    """What is odd about the input size of a cfg and its anchors, and may still be meant."""
    if not heads:
        return []
    notes: list[str] = []
    width, height = size
    strides = [head.stride for head in heads if head.stride is not None]
    coarsest = max(strides, default=32.0)
    if coarsest != int(coarsest) or width % int(coarsest) or height % int(coarsest):
        notes.append(f"input {width}x{height} is not a multiple of the coarsest stride")
    anchors = [pair for head in heads[:1] for pair in head.anchors]
    if any(wide > width or high > height for wide, high in anchors):
        notes.append(
            f"some anchors are larger than the input {width}x{height}: made for another size?"
        )
    pixels = heads[0].type != "region"
    if pixels and anchors and max(max(pair) for pair in anchors) <= max(width, height) / coarsest:
        notes.append("all anchors are small enough to be grid cells: wanted pixels")
    return notes


def quality_failures(
    *,
    mean_iou: float,
    recall: float,
    gain: float | None,
    min_iou: float | None = None,
    min_recall: float | None = None,
    max_gain: float | None = None,
    left_out: float = 0.0,
    max_left_out: float | None = None,
) -> list[Failure]:
    """The gates on figures that are not passed; None sets no gate.

    Examples
    --------
    >>> for failure in quality_failures(mean_iou=0.67, recall=1, gain=0.2, max_gain=0.05):
    ...     print(failure)
    max-gain: 0.2000 (wanted at most 0.05)
    """
    failures: list[Failure] = []
    if min_iou is not None and mean_iou < min_iou:
        failures.append(Failure("min-iou", mean_iou, min_iou))
    if min_recall is not None and recall < min_recall:
        failures.append(Failure("min-recall", recall, min_recall))
    if max_gain is not None and gain is not None and gain > max_gain:
        failures.append(Failure("max-gain", gain, max_gain))
    if max_left_out is not None and left_out > max_left_out:
        failures.append(Failure("max-left-out", left_out, max_left_out))
    return failures
