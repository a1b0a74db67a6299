"""`anchorkit cluster`: load, search, round, judge, print."""

from dataclasses import replace
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
from anchorkit.cli.options.shared import format_option, help_text, input_options, search_options
from anchorkit.cli.options.trainer import say_set_against, trainer_of, trainer_option
from anchorkit.cli.options.training import augment_option, fit_option
from anchorkit.cli.options.types import Whole
from anchorkit.cli.searching import Found, SearchOptions, asked_for, check_any, found_for
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
    from anchorkit.plots.pictures import Subject
    from anchorkit.quality import Quality
    from anchorkit.training.judgement import InTraining

__all__ = ["command", "judged", "shown"]

KEEP = ("keep-defaults", "keep-defaults-worse")
"""Codes of the advice to train with the anchors that are there."""


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
    from anchorkit.cli.messages import write_result
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.cli.options.output_paths import Output, check_folder, check_outputs_differ
    from anchorkit.cli.options.shards import CountedBoxes, counted_boxes

    with_cfg = cfg_options.file is not None
    trainer = trainer_of(trainer, exports, asked, cfg=with_cfg)
    if trainer is not None and exports.strides:
        trainer = replace(trainer, strides=exports.strides)
    if with_cfg:
        cfg_options = replace(cfg_options, strides=exports.strides)
    cfg_options.check(form)
    job, options = asked_for(
        k, trainer, asked, update, seed, precision, anchor_t, cfg_options, exports
    )
    say_set_against(trainer, exports.trainers, options.network, cfg=with_cfg)
    exports.check(options.k, form, options.network, trainer, with_cfg=with_cfg)
    if plot:
        check_picture_path(plot)
    check_outputs_differ(
        [*cfg_options.outputs(), *exports.outputs(), Output(f"--plot {plot}", plot)]
    )
    if board:
        from anchorkit.plots.tensorboard import check_board

        check_board()
        check_folder(board, f"--tensorboard {board}")
    boxes: Boxes | CountedBoxes | None = None
    if not (plot or board or augment or fit == "training"):
        boxes = counted_boxes(data, options.network)
    if boxes is None:
        boxes = load_boxes(data, options.network)
    job.count_classes(data, boxes)
    check_any(boxes)
    found, seen = found_for(boxes, options, job, augment=augment, fit=fit)
    job.plan(boxes, found.sizes, found.anchors, found.weights)
    result = judged(found, boxes, options, job, seen=seen, fit=fit)
    text = rendered(result, form, job)
    more = exports.written(
        found.anchors,
        network=options.network,
        trainer=trainer.name if trainer else "",
        form=form,
        decimals=options.precision,
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

    doing("judging")
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
