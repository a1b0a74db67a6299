"""Very many extracted boxes, one file at a time: their distinct sizes at the input, counted."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anchorkit.cli.messages import note
from anchorkit.cli.options.data import DataOptions
from anchorkit.cli.options.loading import (
    check_classes,
    check_images,
    check_strict,
    loaded,
    say_losses,
)
from anchorkit.load_report import Report, merged
from anchorkit.loaders.duplicates import check_repeats
from anchorkit.loaders.npz import boxes_in
from anchorkit.tally import MOST_ERROR, SizeTally

if TYPE_CHECKING:
    from anchorkit.network_input import NetworkInput

__all__ = ["CountedBoxes", "counted_boxes", "counted_findings"]

MANY = 2 * 10**7
"""Boxes from which on they are counted: fewer fit into memory as they are."""


@dataclass(frozen=True, eq=False)
class CountedBoxes:
    """What is left of boxes of which only their sizes matter.

    Attributes
    ----------
    sizes
        (d, 2), distinct sizes in pixels at the input.
    counts
        (d,) int64, how many boxes each stands for.
    class_counts
        Boxes of each class.
    report
        Of all loads.
    approximate
        Whether sizes are cells of neighbouring ones.
    """

    sizes: NDArray[np.float64]
    counts: NDArray[np.int64]
    class_counts: dict[str, int]
    report: Report
    approximate: bool

    class_list: tuple[str, ...] = ()
    """Which numbers classes have in training is not known of parts."""

    def __len__(self) -> int:
        return int(self.counts.sum())

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, sorted by name."""
        return tuple(sorted(self.class_counts))

    @property
    def images(self) -> int:
        """How many images there are."""
        return self.report.images


def counted_boxes(data: DataOptions, network: "NetworkInput") -> CountedBoxes | None:
    """The boxes of files of `anchorkit extract`, counted; None where there are others, or few.

    Parameters
    ----------
    data
        What the user asked for.
    network
        The input.

    Raises
    ------
    AnchorkitError
        As for `load_boxes`.
    """
    files = [path for name, path in data.sources if name == "boxes"]
    if not files or len(files) < len(data.sources) or data.image_set or data.images:
        return None
    if sum(map(boxes_in, files)) < MANY:
        return None
    check_repeats(data.sources)
    note(
        f"from {MANY:,} boxes on, distinct sizes are counted file by file: what needs images or "
        "positions, as training and its verdict do, is left out"
    )
    tally = SizeTally()
    classes: dict[str, int] = {}
    found = merged([_added(data, path, network, tally, classes) for path in files])
    check_classes(data, classes)
    say_losses(found)
    check_images(data, found)
    check_strict(data, found)
    return CountedBoxes(*tally.result(), classes, found, tally.approximate)


def _added(
    data: DataOptions,
    path: Path,
    network: "NetworkInput",
    tally: SizeTally,
    classes: dict[str, int],
) -> Report:
    """Count the boxes of one file; nothing of it is kept but its report."""
    boxes = loaded(replace(data, sources=(("boxes", path),)), network)
    for name, count in boxes.class_counts.items():
        classes[name] = classes.get(name, 0) + count
    if len(boxes):
        tally.add(boxes.at_input(network))
    return boxes.report


def counted_findings(boxes: CountedBoxes) -> list[dict[str, str]]:
    """The key `findings` of a result: whether it is approximate, and by how much at most."""
    if not boxes.approximate:
        return []
    text = f"approximate: sizes are counted in cells, mean IoU is within {MOST_ERROR:g}"
    return [{"level": "note", "code": "cells", "text": text}]
