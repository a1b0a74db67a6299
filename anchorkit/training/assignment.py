"""Who trains which box: what each anchor of each head gets to learn, by the trainer's own rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import UsageError
from anchorkit.overlap import as_sizes
from anchorkit.training.assignment_cells import grid_of, own_cells, three_cells
from anchorkit.training.assignment_places import PlacedBoxes
from anchorkit.training.assignment_rules import overlap_matches, ratio_matches

__all__ = [
    "DROPPED",
    "Assignment",
    "HeadAssignment",
    "TrainedHead",
    "darknet_assignment",
    "ratio_assignment",
    "tao_assignment",
]

DROPPED = {"darknet": 1.0, "yolov5": 2.0, "yolov7": 2.0, "tao": 0.0}
"""Pixels of the input that both sides of a box must have to be trained on: darknet wants a pixel at
least, YOLOv5 and YOLOv7 more than two."""


@dataclass(frozen=True)
class TrainedHead:
    """A head as it is trained.

    Attributes
    ----------
    stride
        Pixels of the input that a cell of its grid stands for.
    anchors
        Rows of its anchors.
    iou_thresh
        Darknet's: anchors of higher IoU than this learn a box besides the nearest; 1: none does.
    """

    stride: int
    anchors: tuple[int, ...]
    iou_thresh: float = 1.0


@dataclass(frozen=True, eq=False)
class HeadAssignment:
    """What a head learns.

    Attributes
    ----------
    head
        The head.
    positives
        How many times a box is given to an anchor in a cell.
    overwritten
        How many of these fall on a place (image, cell and anchor) that is taken.
    rows
        (r,) int64, the boxes that it learns, ascending.
    """

    head: TrainedHead
    positives: int
    overwritten: int
    rows: NDArray[np.int64]

    @property
    def truths(self) -> int:
        """How many boxes it learns."""
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Assignment:
    """Who trains which box.

    Attributes
    ----------
    heads
        By ascending stride.
    anchor_positives
        (k,) int64, how many times each anchor is given a box.
    untrained
        (u,) int64, rows of the boxes that no anchor learns, ascending; dropped ones not among them.
    dropped
        (d,) int64, rows of the boxes that the trainer drops before, for their size, ascending.
    boxes
        How many boxes there are.
    """

    heads: tuple[HeadAssignment, ...]
    anchor_positives: NDArray[np.int64]
    untrained: NDArray[np.int64]
    dropped: NDArray[np.int64]
    boxes: int

    @property
    def positives(self) -> int:
        """How many times a box is given to an anchor, in all heads."""
        return sum(one.positives for one in self.heads)

    @property
    def overwritten(self) -> int:
        """How many of these fall on a place that is taken, in all heads."""
        return sum(one.overwritten for one in self.heads)


def darknet_assignment(
    boxes: PlacedBoxes, anchors: ArrayLike, heads: Sequence[TrainedHead]
) -> Assignment:
    """What AlexeyAB's darknet trains.

    Each box goes to the anchor of highest IoU among all, the first of equals, in the heads that use
    it, at the cell of its centre. A head whose iou_thresh is below 1 trains every other anchor of
    its own that has a higher IoU than that, too. A box whose best anchor no head uses is not
    trained otherwise. Boxes with a side below a pixel of the input are dropped.

    Parameters
    ----------
    boxes
        Where they are at the network's input.
    anchors
        (k, 2), width and height of all anchors of the cfg in pixels, those of no head among them.
    heads
        The heads.

    Raises
    ------
    UsageError
        Where an array or a head cannot be meant.
    DataError
        Where there are no boxes.

    Examples
    --------
    >>> from anchorkit.training.assignment_places import PlacedBoxes
    >>> boxes = PlacedBoxes([(10, 10), (40, 40)], [(5, 5), (20, 20)], [0, 0], (64, 64))
    >>> found = darknet_assignment(boxes, [(10, 10), (50, 50)], [TrainedHead(32, (1,))])
    >>> found.heads[0].rows.tolist(), found.untrained.tolist()
    ([1], [0])
    """
    centres = _anchors(anchors, heads)
    kept = boxes.sizes.min(axis=1) >= DROPPED["darknet"]

    def matches(head: TrainedHead) -> NDArray[np.bool_]:
        return overlap_matches(boxes.sizes, centres, head.anchors, head.iou_thresh)

    return _assigned(boxes, len(centres), heads, kept, matches, own_cells)


def ratio_assignment(
    boxes: PlacedBoxes, anchors: ArrayLike, heads: Sequence[TrainedHead], anchor_t: float = 4.0
) -> Assignment:
    """What YOLOv5 trains, and what YOLOv7 may train: its candidates.

    Every anchor learns every box of which both sides differ from its own by less than the factor
    `anchor_t`, in the cell of its centre and in the nearest two of the four cells around. Of these
    candidates YOLOv7 chooses as its network stands. Boxes with a side of up to two pixels are
    dropped. Numbers are of single precision, as these trainers' are.

    Parameters
    ----------
    boxes
        Where they are at the network's input.
    anchors
        (k, 2), width and height of the anchors in pixels.
    heads
        The heads.
    anchor_t
        The factor, above 1.

    Raises
    ------
    UsageError
        Where an array, a head or the factor cannot be meant.
    DataError
        Where there are no boxes.

    Examples
    --------
    >>> from anchorkit.training.assignment_places import PlacedBoxes
    >>> boxes = PlacedBoxes([(10, 10), (40, 40)], [(35, 38), (20, 20)], [0, 0], (64, 64))
    >>> found = ratio_assignment(boxes, [(10, 10)], [TrainedHead(8, (0,))])
    >>> found.positives, found.untrained.tolist()
    (3, [1])
    """
    if not 1 < anchor_t < np.inf:
        raise UsageError(f"anchor_t: wanted a number above 1, found {anchor_t}")
    centres = _anchors(anchors, heads)
    kept = boxes.sizes.min(axis=1) > DROPPED["yolov5"]

    def matches(head: TrainedHead) -> NDArray[np.bool_]:
        return ratio_matches(boxes, centres[list(head.anchors)], head.stride, anchor_t)

    return _assigned(boxes, len(centres), heads, kept, matches, three_cells)


def tao_assignment(
    boxes: PlacedBoxes,
    anchors: ArrayLike,
    heads: Sequence[TrainedHead],
    box_matching_iou: float = 0.25,
) -> Assignment:
    """What NVIDIA TAO's YOLOv4 trains.

    Each box goes to every anchor of higher IoU than `box_matching_iou`, and to the one of highest
    IoU in any case, at the cell of its centre.

    Parameters
    ----------
    boxes
        Where they are at the network's input.
    anchors
        (k, 2), width and height of the anchors in pixels.
    heads
        The heads.
    box_matching_iou
        From 0 to 1; 0.25 in NVIDIA's sample.

    Raises
    ------
    UsageError
        Where an array or a head cannot be meant.
    DataError
        Where there are no boxes.

    Examples
    --------
    >>> from anchorkit.training.assignment_places import PlacedBoxes
    >>> boxes = PlacedBoxes([(10, 10)], [(5, 5)], [0], (64, 64))
    >>> heads = [TrainedHead(16, (0, 1)), TrainedHead(32, (2,))]
    >>> tao_assignment(boxes, [(10, 5), (5, 5), (10, 20)], heads).anchor_positives.tolist()
    [1, 0, 1]
    """
    centres = _anchors(anchors, heads)

    def matches(head: TrainedHead) -> NDArray[np.bool_]:
        return overlap_matches(boxes.sizes, centres, head.anchors, box_matching_iou)

    kept = np.ones(len(boxes), dtype=np.bool_)
    return _assigned(boxes, len(centres), heads, kept, matches, own_cells)


def _anchors(anchors: ArrayLike, heads: Sequence[TrainedHead]) -> NDArray[np.float64]:
    """The anchors, checked together with the heads that use them."""
    centres = as_sizes(anchors, "anchors")
    if not heads:
        raise UsageError("heads: wanted at least one, found none")
    for head in heads:
        if head.stride < 1:
            raise UsageError(f"heads: wanted a stride of a pixel or more, found {head.stride}")
        wrong = [row for row in head.anchors if not 0 <= row < len(centres)]
        if wrong or not head.anchors:
            found = wrong[0] if wrong else "none"
            raise UsageError(f"heads: wanted rows of the {len(centres)} anchors, found {found}")
    return centres


def _assigned(
    boxes: PlacedBoxes,
    count: int,
    heads: Sequence[TrainedHead],
    kept: NDArray[np.bool_],
    matches: Callable[[TrainedHead], NDArray[np.bool_]],
    cells: Callable[[PlacedBoxes, int], tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> Assignment:
    """What is trained where these anchors match, in these cells, of the boxes that are kept."""
    trained = np.zeros(len(boxes), dtype=np.bool_)
    anchor_positives = np.zeros(count, dtype=np.int64)
    found = []
    for head in sorted(heads, key=lambda one: one.stride):
        matched = matches(head) & kept[:, None]
        rows, spots = cells(boxes, head.stride)
        grid = grid_of(boxes.frame, head.stride)
        places = boxes.image_ids[rows] * (grid[0] * grid[1]) + spots
        positives = overwritten = 0
        for column, anchor in enumerate(head.anchors):
            taken = places[matched[rows, column]]
            anchor_positives[anchor] += len(taken)
            positives += len(taken)
            overwritten += len(taken) - len(np.unique(taken))
        learnt = np.asarray(matched.any(axis=1))
        trained |= learnt
        found.append(HeadAssignment(head, positives, overwritten, _rows(learnt)))
    return Assignment(
        heads=tuple(found),
        anchor_positives=anchor_positives,
        untrained=_rows(kept & ~trained),
        dropped=_rows(~kept),
        boxes=len(boxes),
    )


def _rows(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.flatnonzero(chosen).astype(np.int64)
