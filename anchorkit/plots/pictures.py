"""All pictures of a data set and its anchors, by name, each with its title."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.network_input import NetworkInput
from anchorkit.plots import figures
from anchorkit.plots.anchors import HeadFrame, heads_or_usual
from anchorkit.plots.captions import title_of
from anchorkit.plots.coverage import Coverage, factors
from anchorkit.plots.frames import anchors_figure
from anchorkit.quality import Quality

__all__ = ["AnchorSet", "Subject", "pictures_of"]


@dataclass(frozen=True, eq=False)
class AnchorSet:
    """Anchors to draw: what to call them, and how they fit the boxes."""

    name: str
    anchors: NDArray[np.float64]
    """(k, 2), pixels at input."""
    quality: Quality
    heads: Sequence[HeadFrame] = ()
    """What is known of the heads that they belong to."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What pictures are of."""

    data: str
    """What to call the data."""
    boxes: Boxes
    network: NetworkInput
    anchors: AnchorSet | None = None
    beside: AnchorSet | None = None
    """Other anchors, to be compared with."""
    title: str | None = field(default=None, kw_only=True)
    """The title of each picture; None: what it shows, in words."""
    scale: str | None = field(default=None, kw_only=True)
    """One of `lattice.SCALES`; None: the one that suits the boxes."""

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """(n, 2), the boxes in pixels at input."""
        return self.boxes.at_input(self.network)

    def titled(self, *more: str) -> str:
        """The title of a picture that shows more than the boxes."""
        if self.title is not None:
            return self.title
        return title_of(self.data, len(self.boxes), self.network, *more)


def pictures_of(subject: Subject) -> dict[str, Callable[[], Figure]]:
    """What makes each picture of these boxes and anchors.

    Those that need anchors are there where there are some, that of positions where the boxes have
    any.

    Parameters
    ----------
    subject
        What they show.
    """
    boxes, anchors = subject.boxes, subject.anchors
    pictures: dict[str, Callable[[], Figure]] = {
        "boxes": lambda: figures.boxes_figure(
            subject.sizes, title=subject.titled(), scale=subject.scale
        ),
        "ratios": lambda: figures.ratios_figure(
            subject.sizes,
            None if anchors is None else anchors.anchors,
            title=subject.titled(*([] if anchors is None else [_said(anchors)])),
        ),
    }
    centres = boxes.centres
    if centres is not None:
        pictures["positions"] = lambda: figures.positions_figure(
            centres, subject.network.size, title=subject.titled("where in the image they lie")
        )
    pictures["classes"] = lambda: figures.classes_figure(
        subject.sizes,
        boxes.class_ids,
        boxes.class_names,
        title=subject.titled(_classes(boxes)),
        scale=subject.scale,
    )
    return pictures if anchors is None else pictures | _of_anchors(subject, anchors)


def _of_anchors(subject: Subject, anchors: AnchorSet) -> dict[str, Callable[[], Figure]]:
    said = _said(anchors)
    sets = [one for one in (anchors, subject.beside) if one is not None]
    known = heads_or_usual(anchors.anchors, anchors.heads)[1]
    usual = "" if known else "; divided among heads as known networks do it"
    return {
        "clusters": lambda: figures.clusters_figure(
            subject.sizes,
            anchors.quality.labels,
            anchors.anchors,
            mean_iou=anchors.quality.mean_iou,
            title=subject.titled(said),
            scale=subject.scale,
        ),
        "anchors": lambda: anchors_figure(
            anchors.anchors,
            subject.network.size,
            heads=anchors.heads,
            title=subject.titled(said + usual),
        ),
        "coverage": lambda: figures.coverage_figure(
            [
                Coverage(one.name, one.quality.best, factors(subject.sizes, one.anchors))
                for one in sets
            ],
            title=subject.titled(" beside ".join(_said(one) for one in sets)),
        ),
    }


def _said(one: AnchorSet) -> str:
    count = len(one.anchors)
    return f"{count} anchor{'' if count == 1 else 's'} ({one.name})"


def _classes(boxes: Boxes) -> str:
    used = len(np.unique(boxes.class_ids))
    if used <= figures.MOST_CLASSES:
        return f"{used} class{'' if used == 1 else 'es'}"
    return f"the largest {figures.MOST_CLASSES} of {used:,} classes"
