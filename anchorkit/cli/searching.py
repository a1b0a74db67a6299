"""What `cluster` and `report` search, and how: from options to anchors, and what to say of them.

Tested in tests/cli/test_cluster.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from anchorkit.cli.cfg.options import CfgOptions
from anchorkit.cli.options.exports import Exports
from anchorkit.cli.options.shared import FINEST
from anchorkit.cli.options.trainer import say_too_small, usual_input
from anchorkit.cli.options.training import check_fit, in_training
from anchorkit.cli.waiting import doing
from anchorkit.network_input import PartialInput
from anchorkit.reports.tables import counted
from anchorkit.training.trainers import Trainer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from anchorkit.boxes import Boxes
    from anchorkit.cli.cfg.job import CfgJob
    from anchorkit.cli.options.shards import CountedBoxes
    from anchorkit.clustering import Clustering
    from anchorkit.network_input import NetworkInput
    from anchorkit.quality import Quality
    from anchorkit.search.points import Points
    from anchorkit.training.judgement import InTraining

__all__ = ["Found", "SearchOptions", "asked_for", "check_any", "found_for"]

WORTH_A_WARNING = 0.001
"""Mean IoU that rounding may cost without a word."""


@dataclass(frozen=True)
class SearchOptions:
    """What is to be searched, as the user said it, defaults filled in."""

    k: int
    network: "NetworkInput"
    update: str
    seed: int
    precision: int
    trainer: Trainer | None = None
    anchor_t: float = 4.0
    """The factor within which an anchor can learn a box."""
    fills: bool = False
    """Whether anchors are filled in where the boxes have fewer sizes: a trainer needs them all."""
    tiny_keras: bool = False
    """Whether the first anchor is one that is never used, and only the others are searched."""

    @property
    def shown_t(self) -> float | None:
        """The factor, where the figures of ratios are of interest."""
        by_ratio = self.update == "ratio" or (self.trainer is not None and self.trainer.by_ratio)
        return self.anchor_t if by_ratio else None

    @property
    def rounded_t(self) -> float | None:
        """The factor, where anchors are rounded to the best fitness."""
        return self.anchor_t if self.update == "ratio" else None

    @property
    def searched(self) -> int:
        """How many anchors are searched."""
        return self.k - 1 if self.tiny_keras else self.k


@dataclass(frozen=True, eq=False)
class Found:
    """What the search found, and what will be written."""

    sizes: "NDArray[np.float64]"
    """(n, 2), all boxes in pixels at input."""
    weights: "NDArray[np.int64] | None"
    """(n,), how many boxes each size stands for; None: each for itself."""
    fitted: "Points"
    """What the anchors are fitted to: the same, or as training sees them; equal sizes as one."""
    clustering: "Clustering"
    """The anchors before rounding."""
    anchors: "NDArray[np.float64]"
    """(k, 2), the anchors as written."""
    quality: "Quality"
    """Of the anchors as written."""
    mean_iou_exact: float
    """Of the anchors before rounding."""
    filled: int = 0
    """How many anchors were filled in, as the boxes have fewer sizes."""


def asked_for(
    k: int | None,
    trainer: Trainer | None,
    asked: PartialInput,
    update: str,
    seed: int,
    precision: int | None,
    anchor_t: float,
    cfg_options: CfgOptions,
    exports: Exports,
) -> "tuple[CfgJob, SearchOptions]":
    """What is searched: as it was said, else as the cfg or the trainer has it."""
    from anchorkit.cli.cfg.job import CfgJob

    with_cfg = cfg_options.file is not None
    if not with_cfg:
        network = usual_input(trainer, asked)
        asked = PartialInput(network.size, network.resize)
        if k is None and trainer is not None:
            k = trainer.per_level * len(trainer.strides)
    job = CfgJob.of(cfg_options, k, asked)
    if precision is None:
        precision = trainer.precision if trainer else 0
    options = SearchOptions(
        job.k,
        job.network,
        update,
        seed,
        precision,
        trainer,
        anchor_t,
        fills=bool(with_cfg or trainer or exports.requests),
        tiny_keras=exports.for_tiny_keras(job.k, trainer, with_cfg=with_cfg),
    )
    return job, options


def check_any(boxes: "Boxes | CountedBoxes") -> None:
    """Fail where no box is left.

    Raises
    ------
    DataError
        Saying what became of the objects.
    """
    from anchorkit.errors import DataError

    if not len(boxes):
        report = boxes.report
        raise DataError(
            f"no usable boxes: found {counted(report.objects, 'object')} in "
            f"{counted(report.images, 'image')}, {report.left_out:,} left out, "
            f"{report.filtered_total:,} filtered{_filters_named(report.filtered)}"
        )


def _filters_named(filtered: Mapping[str, int]) -> str:
    """Which options filtered something: ` by --min-size`."""
    options = {"difficult": "--skip-difficult"}
    named = [options.get(name, f"--{name}") for name, count in filtered.items() if count]
    return f" by {' and '.join(named)}" if named else ""


def found_for(
    boxes: "Boxes | CountedBoxes",
    options: SearchOptions,
    job: "CfgJob",
    *,
    augment: str | None,
    fit: str,
) -> "tuple[Found, InTraining | None]":
    """Anchors for the boxes, and these as training sees them, where that can be known.

    What a user should know of the search is said on stderr.

    Parameters
    ----------
    boxes, options
        At least one, and what is searched.
    job
        The cfg, where there is one.
    augment
        Where the augmentation stands; None: where the cfg or the trainer has it.
    fit
        What the anchors are fitted to: `labels` or `training`.
    """
    from anchorkit.cli.messages import shows_progress
    from anchorkit.cli.options.shards import CountedBoxes

    seen = None
    if not isinstance(boxes, CountedBoxes):
        say_too_small(options.trainer, boxes, options.network)
        seen = in_training(
            augment,
            boxes,
            options.network,
            seed=options.seed,
            cfg=job.named_cfg(),
            trainer=options.trainer.augmentation if options.trainer else None,
        )
    check_fit(fit, seen)
    fitted = seen if fit == "training" else None
    found = _searched(boxes, options, progress=shows_progress(), seen=fitted)
    _say_filled(found, options)
    _warn_of_rounding(found, options, in_training=fitted is not None)
    return found, seen


def _searched(
    boxes: "Boxes | CountedBoxes",
    options: SearchOptions,
    *,
    progress: bool,
    seen: "InTraining | None" = None,
) -> Found:
    """Anchors for the boxes, as they will be written, and how well they fit.

    Parameters
    ----------
    boxes
        At least one; the figures are of them.
    options
        What is searched.
    progress
        Whether a bar is shown.
    seen
        The boxes as training sees them, to which the anchors are fitted instead.
    """
    import numpy as np

    from anchorkit.anchors.rounding import rounded
    from anchorkit.anchors.tiny_keras import with_unused_first
    from anchorkit.cli.options.shards import CountedBoxes
    from anchorkit.quality import RECALL_FACTOR, evaluate
    from anchorkit.search.points import distinct_sizes

    if isinstance(boxes, CountedBoxes):
        sizes, weights = boxes.sizes, boxes.counts
    else:
        sizes, weights = boxes.at_input(options.network), None
    doing("searching")
    if seen is None:
        fitted = distinct_sizes(sizes, None if weights is None else weights.astype(np.float64))
    else:
        fitted = distinct_sizes(seen.drawn.sizes, None)
    clustering, filled_in = _clustered(
        fitted.sizes, options, progress=progress, weights=fitted.weight
    )
    doing("rounding")
    anchors = rounded(
        fitted.sizes,
        clustering.anchors,
        options.precision,
        weights=fitted.weight,
        anchor_t=options.rounded_t,
    )
    exact = clustering.mean_iou if seen is None else evaluate(sizes, clustering.anchors).mean_iou
    if options.tiny_keras:
        anchors = with_unused_first(anchors)
    quality = evaluate(sizes, anchors, weights=weights, anchor_t=options.shown_t or RECALL_FACTOR)
    return Found(sizes, weights, fitted, clustering, anchors, quality, exact, filled_in)


def _clustered(
    sizes: "NDArray[np.float64]",
    options: SearchOptions,
    *,
    progress: bool,
    weights: "NDArray[np.float64] | None" = None,
) -> "tuple[Clustering, int]":
    """The anchors before rounding, and how many of them were filled in.

    Raises
    ------
    TooManyClustersError
        Where the boxes have fewer sizes than anchors are wanted, and no trainer needs them.
    """
    import numpy as np

    from anchorkit.anchors.filling import MOST, filled
    from anchorkit.clustering import cluster
    from anchorkit.errors import TooManyClustersError
    from anchorkit.quality import evaluate

    k, update, seed = options.searched, options.update, options.seed
    try:
        found = cluster(
            sizes,
            k,
            weights=weights,
            update=update,
            seed=seed,
            progress=progress,
            anchor_t=options.anchor_t,
        )
        return found, 0
    except TooManyClustersError as error:
        if options.fills and k > MOST:
            raise
        if not options.fills:
            way = "take fewer, or --trainer NAME, which fills the others in"
            raise TooManyClustersError(f"{error}: {way}") from None
    if weights is None:
        distinct, repeats = np.unique(sizes, axis=0, return_counts=True)
        counts = repeats.astype(np.float64)
    else:
        distinct, counts = sizes, weights
    anchors = filled(distinct, k, weights=counts)
    quality = evaluate(sizes, anchors, weights=weights)
    some = cluster(sizes, len(distinct), weights=weights, update=update, seed=seed)
    return (
        replace(
            some,
            anchors=anchors,
            before=anchors,
            labels=quality.labels,
            mean_iou=quality.mean_iou,
        ),
        k - len(distinct),
    )


def _say_filled(found: Found, options: SearchOptions) -> None:
    """Say on stderr what some anchors are that no box asked for."""
    from anchorkit.cli.messages import note, warn

    if found.filled:
        sizes = counted(options.searched - found.filled, "distinct size")
        warn(
            f"the boxes have {sizes}, {options.searched} anchors are needed: "
            f"{found.filled} filled in around {'it' if sizes.startswith('1 ') else 'them'}"
        )
    if options.tiny_keras:
        note(
            "keras-yolo3's tiny model never uses the first of its six anchors: five are fitted, "
            "behind one that no box is nearest to"
        )


def _warn_of_rounding(found: Found, options: SearchOptions, *, in_training: bool) -> None:
    """Say on stderr where rounding costs too much, and which precision would not.

    What it costs is told of the boxes that the anchors are fitted to.
    """
    from anchorkit.anchors.rounding import precision_that_keeps
    from anchorkit.cli.messages import warn
    from anchorkit.quality import RECALL_FACTOR, evaluate

    anchor_t = options.rounded_t
    sizes, weights = found.fitted.sizes, found.fitted.weight
    measure = "mean IoU" if anchor_t is None else "fitness"

    def measured(anchors: "NDArray[np.float64]") -> float:
        quality = evaluate(sizes, anchors, weights=weights, anchor_t=anchor_t or RECALL_FACTOR)
        return quality.mean_iou if anchor_t is None else quality.fitness

    if anchor_t is None and not in_training:
        exact, now = found.mean_iou_exact, found.quality.mean_iou
    else:
        exact, now = measured(found.clustering.anchors), measured(found.anchors)
    if exact - now <= WORTH_A_WARNING:
        return
    finer = range(options.precision + 1, FINEST + 1)
    kept = precision_that_keeps(
        sizes,
        found.clustering.anchors,
        exact - WORTH_A_WARNING,
        finer,
        weights=weights,
        anchor_t=anchor_t,
    )
    cost = f"{exact - now:.4f} of {measure}{' in training' if in_training else ''}"
    way = "no --precision keeps it: the boxes are too small for pixels at this --input"
    if kept:
        figure = f"{kept[1]:.4f}"
        more = "" if figure == "1.0000" else " or more"
        way = f"--precision {kept[0]} keeps it at {figure}{more}"
    warn(f"rounding costs {cost}; {way}")
