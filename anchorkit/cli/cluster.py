"""`anchorkit cluster`: load, search, round, judge, print."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anchorkit.cli.cfg.options import CfgOptions, cfg_options
from anchorkit.cli.options.assignment import anchor_t_option
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.exports import Exports, export_options
from anchorkit.cli.options.groups import DATA, GroupedCommand
from anchorkit.cli.options.plots import (
    Look,
    board_option,
    check_picture_path,
    draw,
    head_frames,
    look_options,
    plot_option,
)
from anchorkit.cli.options.shared import (
    FINEST,
    format_option,
    help_text,
    input_options,
    search_options,
)
from anchorkit.cli.options.trainer import (
    say_set_against,
    say_too_small,
    trainer_of,
    trainer_option,
    usual_input,
)
from anchorkit.cli.options.training import augment_option, check_fit, fit_option, in_training
from anchorkit.cli.options.types import Whole
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
    from anchorkit.plots.pictures import Subject
    from anchorkit.quality import Quality
    from anchorkit.search.points import Points
    from anchorkit.training.judgement import InTraining

__all__ = [
    "Found",
    "SearchOptions",
    "check_any",
    "command",
    "judged",
    "say_filled",
    "searched",
    "shown",
    "warn_of_rounding",
]

KEEP = ("keep-defaults", "keep-defaults-worse")
"""Codes of the advice to train with the anchors that are there."""

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
    distinct: "Points"
    """The same, equal sizes as one."""
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


@click.command(
    cls=GroupedCommand,
    takes=DATA,
    first=("--clusters", "--trainer"),
    help=help_text(
        "Find the best anchors for a data set, and say how well they fit.",
        "anchorkit cluster --voc VOCdevkit/VOC2007 -k 9 --input 416",
        "anchorkit cluster --voc annotations -k 6 --input 608x416 --format json",
        "anchorkit cluster --voc annotations --cfg yolov3.cfg",
    ),
)
@data_options
@click.option(
    "-k",
    "--clusters",
    "k",
    type=Whole(min=1, several="; anchorkit sweep takes several"),
    metavar="N",
    help="How many anchors to find.  [default: as many as the cfg lists, else 9]",
)
@trainer_option
@input_options
@search_options
@anchor_t_option
@augment_option
@fit_option
@cfg_options()
@plot_option
@look_options
@board_option
@export_options
@format_option
def command(
    data: DataOptions,
    cfg_options: CfgOptions,
    k: int | None,
    trainer: Trainer | None,
    asked: PartialInput,
    update: str,
    seed: int,
    precision: int | None,
    anchor_t: float,
    augment: str | None,
    fit: str,
    plot: Path | None,
    look: Look,
    board: Path | None,
    exports: Exports,
    form: str,
) -> int:
    """Load, search, round, judge, write, print."""
    from anchorkit.cli.cfg.job import CfgJob
    from anchorkit.cli.messages import shows_progress, write_result
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.cli.options.output_paths import Output, check_folder, check_outputs_differ
    from anchorkit.cli.options.shards import CountedBoxes, counted_boxes
    from anchorkit.plots.tensorboard import check_board

    with_cfg = cfg_options.file is not None
    trainer = trainer_of(trainer, exports, asked, cfg=with_cfg)
    if trainer is not None and exports.strides:
        trainer = replace(trainer, strides=exports.strides)
    if not with_cfg:
        network = usual_input(trainer, asked)
        asked = PartialInput(network.size, network.resize)
        if k is None and trainer is not None:
            k = trainer.per_level * len(trainer.strides)
    cfg_options = replace(cfg_options, strides=exports.strides) if with_cfg else cfg_options
    cfg_options.check(form)
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
    say_set_against(trainer, exports.trainers, options.network, cfg=with_cfg)
    exports.check(options.k, form, options.network, trainer, with_cfg=with_cfg)
    if plot:
        check_picture_path(plot)
    check_outputs_differ(
        [*cfg_options.outputs(), *exports.outputs(), Output(f"--plot {plot}", plot)]
    )
    if board:
        check_board()
        check_folder(board, f"--tensorboard {board}")
    boxes: Boxes | CountedBoxes | None = None
    if not (plot or board or augment or fit == "training"):
        boxes = counted_boxes(data, options.network)
    if boxes is None:
        boxes = load_boxes(data, options.network)
    job.count_classes(data, boxes)
    check_any(boxes)
    seen = None
    if not isinstance(boxes, CountedBoxes):
        say_too_small(trainer, boxes, options.network)
        seen = in_training(
            augment,
            boxes,
            options.network,
            seed=seed,
            cfg=job.named_cfg(),
            trainer=trainer.augmentation if trainer else None,
        )
    check_fit(fit, seen)
    found = searched(
        boxes, options, progress=shows_progress(), seen=seen if fit == "training" else None
    )
    say_filled(found, options)
    warn_of_rounding(found, options)
    job.plan(boxes, found.sizes, found.anchors, found.weights)
    result = judged(found, boxes, options, job, seen=seen, fit=fit)
    text = rendered(result, form, job)
    more = exports.written(
        found.anchors,
        network=options.network,
        trainer=trainer.name if trainer else "",
        form=form,
        decimals=precision,
        note=f"mean IoU {found.quality.mean_iou:.4f} of {counted(len(boxes), 'box', 'boxes')}",
        dry_run=cfg_options.dry_run,
    )
    if (plot or board) and not isinstance(boxes, CountedBoxes):
        subject = drawn(found, boxes, options, data, look, job)
        if plot:
            draw(plot, subject, look)
        if board:
            shown_on(board, found, options, subject)
    code = job.finish(keep=any(one["code"] in KEEP for one in result["findings"]))
    whole = text + (f"\n{more}" if more else "")
    write_result(whole, nl=not more, err=cfg_options.to_stdout)
    return code


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


def searched(
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
    distinct = distinct_sizes(sizes, None if weights is None else weights.astype(np.float64))
    fitted = distinct if seen is None else distinct_sizes(seen.drawn.sizes, None)
    clustering, filled_in = clustered(
        fitted.sizes, options, progress=progress, weights=fitted.weight
    )
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
    return Found(sizes, weights, distinct, clustering, anchors, quality, exact, filled_in)


def clustered(
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


def say_filled(found: Found, options: SearchOptions) -> None:
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


def shown(found: Found, options: SearchOptions) -> "tuple[NDArray[np.float64], Quality]":
    """The anchors that are drawn, with their quality: without one that is never used."""
    from anchorkit.quality import evaluate

    if not options.tiny_keras:
        return found.anchors, found.quality
    return found.anchors[1:], evaluate(found.sizes, found.anchors[1:])


def drawn(
    found: Found,
    boxes: "Boxes",
    options: SearchOptions,
    data: DataOptions,
    look: Look,
    job: "CfgJob",
) -> "Subject":
    """What pictures show: the anchors beside the cfg's own, or those of a known network."""
    from anchorkit.plots.captions import data_name
    from anchorkit.plots.pictures import AnchorSet, Subject
    from anchorkit.quality import evaluate
    from anchorkit.reports.cluster import defaults_for

    anchors, of_these = shown(found, options)
    heads = [] if job.outcome is None else head_frames(job.outcome.heads, len(anchors))
    beside = None
    defaults = job.defaults() or defaults_for(options.k, options.network)
    if defaults is not None:
        quality = evaluate(found.sizes, defaults.anchors)
        beside = AnchorSet(defaults.name, defaults.anchors, quality)
    return Subject(
        data_name([path for _, path in data.sources]),
        boxes,
        options.network,
        AnchorSet(f"{options.update} update", anchors, of_these, heads),
        beside,
        title=look.title,
    )


def shown_on(board: Path, found: Found, options: SearchOptions, subject: "Subject") -> None:
    """Write what was found where TensorBoard shows it."""
    from anchorkit.cli.messages import note
    from anchorkit.plots.pictures import pictures_of
    from anchorkit.plots.tensorboard import write_board

    pictures = pictures_of(subject)
    measure = "fitness" if options.update == "ratio" else "mean_iou"
    write_board(
        board,
        {
            f"anchors/{measure}_by_iteration": list(enumerate(found.clustering.history, 1)),
            "anchors/mean_iou": [(options.k, found.quality.mean_iou)],
            "anchors/best_possible_recall": [(options.k, found.quality.best_possible_recall)],
        },
        {f"anchors/{name}": figure for name, figure in pictures.items()},
    )
    note(f"{board}: an event file written")


def warn_of_rounding(found: Found, options: SearchOptions) -> None:
    """Say on stderr where rounding costs too much, and which precision would not."""
    from anchorkit.anchors.rounding import precision_that_keeps
    from anchorkit.cli.messages import warn
    from anchorkit.quality import evaluate

    measure, exact, now = "mean IoU", found.mean_iou_exact, found.quality.mean_iou
    anchor_t = options.rounded_t
    sizes, weights = found.distinct.sizes, found.distinct.weight
    if anchor_t is not None:
        best = evaluate(sizes, found.clustering.anchors, weights=weights, anchor_t=anchor_t)
        measure, exact, now = "fitness", best.fitness, found.quality.fitness
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
    warn(
        f"rounding costs {exact - now:.4f} of {measure}; "
        + (
            f"--precision {kept[0]} keeps it at {kept[1]:.4f}"
            if kept
            else "no --precision keeps it: the boxes are too small for pixels at this --input"
        )
    )


def rendered(result: dict[str, Any], form: str, job: "CfgJob") -> str:
    """The result as the user wants to read it."""
    from anchorkit.reports.cluster import summary_markdown, summary_text
    from anchorkit.reports.tables import json_text

    if form == "json":
        return json_text(result | job.keys())
    show = {"text": summary_text, "markdown": summary_markdown}
    return show[form](result) + job.shown(form)


def judged(
    found: Found,
    boxes: "Boxes | CountedBoxes",
    options: SearchOptions,
    job: "CfgJob",
    *,
    seen: "InTraining | None",
    fit: str,
) -> dict[str, Any]:
    """What was found, beside the anchors to beat, and the verdict: the JSON object without a cfg's.

    Parameters
    ----------
    found, boxes, options
        From `searched`, and what it was given.
    job
        The cfg, where there is one.
    seen
        The boxes as training sees them; None: not known.
    fit
        What the anchors were fitted to: `labels` or `training`.
    """
    from anchorkit.cli.options.shards import CountedBoxes, counted_findings
    from anchorkit.cli.options.verdict import verdict_on
    from anchorkit.reports.cluster import compared, defaults_for, no_defaults, summary

    result = summary(
        boxes.report,
        found.anchors,
        found.quality,
        mean_iou_exact=found.mean_iou_exact,
        ascended_mean_iou=(found.clustering.ascended_mean_iou if fit == "labels" else float("nan")),
        precision=options.precision,
        network=options.network,
        trainer=options.trainer.name if options.trainer else None,
        update=options.update,
        seed=options.seed,
        anchor_t=options.shown_t,
    )
    if found.filled:
        result["filled"] = found.filled
    defaults = job.defaults() or defaults_for(options.k, options.network, options.trainer)
    result |= {
        "fit": fit,
        **compared(found.sizes, defaults, found.weights, anchor_t=options.shown_t),
    }
    if isinstance(boxes, CountedBoxes):
        result["findings"] = counted_findings(boxes)
    else:
        result |= verdict_on(
            shown(found, options)[0],
            boxes,
            options.network,
            rule="darknet" if job.target else None,
            trainer=None if options.tiny_keras or job.target else options.trainer,
            defaults=defaults,
            no_defaults=no_defaults(options.k, options.trainer),
            seen=seen,
            anchor_t=options.anchor_t,
            heads=job.trained_heads(),
            default_heads=job.trained_heads(own=True),
            can_assign=job.target is not None and job.options.assign != "size",
        )
    return result
