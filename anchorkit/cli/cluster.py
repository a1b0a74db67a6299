"""`anchorkit cluster`: load, search, round, judge, print."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anchorkit.cli.cfg.options import CfgOptions, cfg_options
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.exports import Exports, export_options
from anchorkit.cli.options.plots import (
    board_option,
    check_picture_path,
    draw,
    pictures_of,
    plot_option,
)
from anchorkit.cli.options.shared import (
    FINEST,
    format_option,
    help_text,
    input_options,
    search_options,
)
from anchorkit.cli.options.training import augment_option, fit_option, in_training
from anchorkit.cli.options.types import Whole
from anchorkit.reports.tables import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from anchorkit.boxes import Boxes
    from anchorkit.cli.cfg.job import CfgJob
    from anchorkit.cli.options.shards import CountedBoxes
    from anchorkit.clustering import Clustering
    from anchorkit.network_input import NetworkInput, PartialInput
    from anchorkit.quality import Quality
    from anchorkit.training.judgement import InTraining

__all__ = ["Found", "SearchOptions", "command"]

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


@dataclass(frozen=True, eq=False)
class Found:
    """What the search found, and what will be written."""

    sizes: "NDArray[np.float64]"
    """(n, 2), all boxes in pixels at input."""
    weights: "NDArray[np.int64] | None"
    """(n,), how many boxes each size stands for; None: each for itself."""
    clustering: "Clustering"
    """The anchors before rounding."""
    anchors: "NDArray[np.float64]"
    """(k, 2), the anchors as written."""
    quality: "Quality"
    """Of the anchors as written."""
    mean_iou_exact: float
    """Of the anchors before rounding."""


@click.command(
    help=help_text(
        "Find the best anchors for a data set, and say how well they fit.",
        "anchorkit cluster --voc VOCdevkit/VOC2007 -k 9 --input 416",
        "anchorkit cluster --voc annotations -k 6 --input 608x416 --format json",
        "anchorkit cluster --voc annotations --cfg yolov3.cfg",
    )
)
@data_options
@click.option(
    "-k",
    "--clusters",
    "k",
    type=Whole(min=1),
    metavar="N",
    help="How many anchors to find.  [default: as many as the cfg lists, else 9]",
)
@input_options
@search_options
@augment_option
@fit_option
@cfg_options()
@plot_option
@board_option
@export_options
@format_option
def command(
    data: DataOptions,
    cfg_options: CfgOptions,
    k: int | None,
    asked: "PartialInput",
    update: str,
    seed: int,
    precision: int,
    augment: str | None,
    fit: str,
    plot: Path | None,
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
    from anchorkit.errors import UsageError
    from anchorkit.plots.tensorboard import check_board

    job = CfgJob.of(cfg_options, k, asked)
    options = SearchOptions(job.k, job.network, update, seed, precision)
    job.follow(data)
    exports.check(options.k, form)
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
    check_any(boxes)
    seen = None
    if not isinstance(boxes, CountedBoxes):
        seen = in_training(augment, boxes, options.network, seed=seed, cfg=job.named_cfg())
    if fit == "training" and seen is None:
        raise UsageError(
            "--fit training: wanted to know the training: --augment SOURCE, or --cfg FILE"
        )
    found = searched(
        boxes, options, progress=shows_progress(), seen=seen if fit == "training" else None
    )
    warn_of_rounding(found, precision)
    job.plan(boxes, found.sizes, found.anchors, found.weights)
    text = rendered(found, boxes, options, form, job, seen=seen, fit=fit)
    more = exports.written(
        found.anchors,
        network=options.network,
        form=form,
        decimals=precision,
        note=f"mean IoU {found.quality.mean_iou:.4f} of {counted(len(boxes), 'box', 'boxes')}",
        dry_run=cfg_options.dry_run,
    )
    if plot:
        draw(plot, found.sizes, options.network.size, anchors=found.anchors, quality=found.quality)
    if board:
        shown_on(board, found, options)
    code = job.finish()
    write_result(text + (f"\n{more}" if more else ""), nl=not more)
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
            f"{report.filtered_total:,} filtered"
        )


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
    from anchorkit.anchors.rounding import rounded
    from anchorkit.cli.options.shards import CountedBoxes
    from anchorkit.clustering import cluster
    from anchorkit.quality import evaluate

    if isinstance(boxes, CountedBoxes):
        sizes, weights = boxes.sizes, boxes.counts
    else:
        sizes, weights = boxes.at_input(options.network), None
    fitted = sizes if seen is None else seen.drawn.sizes
    clustering = cluster(
        fitted,
        options.k,
        weights=weights,
        update=options.update,
        seed=options.seed,
        progress=progress,
    )
    anchors = rounded(fitted, clustering.anchors, options.precision, weights=weights)
    exact = clustering.mean_iou if seen is None else evaluate(sizes, clustering.anchors).mean_iou
    quality = evaluate(sizes, anchors, weights=weights)
    return Found(sizes, weights, clustering, anchors, quality, exact)


def shown_on(board: Path, found: Found, options: SearchOptions) -> None:
    """Write what was found where TensorBoard shows it."""
    from anchorkit.plots.tensorboard import write_board

    pictures = pictures_of(
        found.sizes, options.network.size, anchors=found.anchors, quality=found.quality
    )
    write_board(
        board,
        {
            "anchors/mean_iou_by_iteration": list(enumerate(found.clustering.history, 1)),
            "anchors/mean_iou": [(options.k, found.quality.mean_iou)],
            "anchors/best_possible_recall": [(options.k, found.quality.best_possible_recall)],
        },
        {f"anchors/{name}": figure for name, figure in pictures.items()},
    )


def warn_of_rounding(found: Found, precision: int) -> None:
    """Say on stderr where rounding costs too much, and which precision would not."""
    from anchorkit.anchors.rounding import rounded
    from anchorkit.cli.messages import warn
    from anchorkit.quality import evaluate

    exact = found.mean_iou_exact
    if exact - found.quality.mean_iou <= WORTH_A_WARNING:
        return
    for finer in range(precision + 1, FINEST + 1):
        anchors = rounded(found.sizes, found.clustering.anchors, finer, weights=found.weights)
        kept = evaluate(found.sizes, anchors, weights=found.weights).mean_iou
        if exact - kept <= WORTH_A_WARNING:
            warn(
                f"rounding costs {exact - found.quality.mean_iou:.4f} of mean IoU; "
                f"--precision {finer} keeps it at {kept:.4f}"
            )
            return


def rendered(
    found: Found,
    boxes: "Boxes | CountedBoxes",
    options: SearchOptions,
    form: str,
    job: "CfgJob",
    *,
    seen: "InTraining | None",
    fit: str,
) -> str:
    """The result as the user wants to read it."""
    from anchorkit.cli.options.shards import CountedBoxes, counted_findings
    from anchorkit.cli.options.verdict import verdict_on
    from anchorkit.reports.cluster import (
        compared,
        defaults_for,
        summary,
        summary_markdown,
        summary_text,
    )
    from anchorkit.reports.tables import json_text

    result = summary(
        boxes.report,
        found.anchors,
        found.quality,
        mean_iou_exact=found.mean_iou_exact,
        ascended_mean_iou=(found.clustering.ascended_mean_iou if fit == "labels" else float("nan")),
        precision=options.precision,
        network=options.network,
        update=options.update,
        seed=options.seed,
    )
    defaults = job.defaults() or defaults_for(options.k, options.network)
    result |= {"fit": fit, **compared(found.sizes, defaults, found.weights)}
    if isinstance(boxes, CountedBoxes):
        result["findings"] = counted_findings(boxes)
    else:
        result |= verdict_on(
            found.anchors,
            boxes,
            options.network,
            rule="darknet" if job.target else None,
            defaults=defaults,
            seen=seen,
            heads=job.trained_heads(),
            default_heads=job.trained_heads(own=True),
        )
    if form == "json":
        return json_text(result | job.keys())
    show = {"text": summary_text, "markdown": summary_markdown}
    return show[form](result) + job.shown(form)
