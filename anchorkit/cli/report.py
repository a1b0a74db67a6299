"""`anchorkit report`: one page that tells the whole story."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.cfg.options import CfgOptions, cfg_file_option
from anchorkit.cli.cluster import judged
from anchorkit.cli.options.anchors import compare_option, compared_sets
from anchorkit.cli.options.assignment import anchor_t_option
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.exports import Exports
from anchorkit.cli.options.groups import DATA, GroupedCommand
from anchorkit.cli.options.shared import help_text, input_options, search_options
from anchorkit.cli.options.trainer import say_set_against, trainer_option
from anchorkit.cli.options.training import augment_option, fit_option
from anchorkit.cli.options.types import SomePath, Whole
from anchorkit.cli.searching import Found, SearchOptions, asked_for, check_any, found_for
from anchorkit.network_input import PartialInput
from anchorkit.training.trainers import TRAINERS, Trainer

if TYPE_CHECKING:
    from anchorkit.boxes import Boxes
    from anchorkit.cli.cfg.job import CfgJob
    from anchorkit.training.assignment import TrainedHead

__all__ = ["command"]

PAGES = (".html", ".htm")


@click.command(
    cls=GroupedCommand,
    takes=DATA,
    first=("--output", "--trainer"),
    help=help_text(
        "Write one HTML page that tells it all: data, anchors, what they gain, and what to do.",
        "anchorkit report VOCdevkit/VOC2007 -o report.html",
        "anchorkit report annotations --trainer yolov5 --compare yolov7 -o report.html",
        "anchorkit report annotations --cfg yolov3.cfg --compare old.cfg -o report.html",
    ),
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=SomePath(),
    metavar="FILE.html",
    help="The page: one file, which needs nothing else and no network.",
)
@compare_option
@click.option("--title", metavar="TEXT", help="Title of the page.  [default: the data's name]")
@data_options
@click.option(
    "-k",
    "--clusters",
    "k",
    type=Whole(min=1, several="; anchorkit sweep takes several"),
    metavar="N",
    help="How many anchors to find.  [default: as many as the cfg lists, else 9]",
)
@cfg_file_option(
    "Darknet cfg that is trained: gives -k, --input, --resize, heads and augmentation; it is read "
    "alone."
)
@trainer_option
@input_options
@search_options
@anchor_t_option
@augment_option
@fit_option
def command(
    output: Path,
    compare: tuple[NamedAnchors, ...],
    title: str | None,
    data: DataOptions,
    k: int | None,
    cfg: Path | None,
    trainer: Trainer | None,
    asked: PartialInput,
    update: str,
    seed: int,
    precision: int | None,
    anchor_t: float,
    augment: str | None,
    fit: str,
) -> None:
    """Check, load, search, judge, write the page."""
    from anchorkit.cli.messages import note, warn
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.cli.options.typed import typed_command
    from anchorkit.files import write_atomically
    from anchorkit.plots.captions import data_name
    from anchorkit.reports.cluster import defaults_for
    from anchorkit.reports.html.page import report_html
    from anchorkit.reports.report import names_apart, report_data, run_keys

    _check_page(output)
    if trainer is None and cfg is not None:
        trainer = TRAINERS["darknet"]
    job, options = asked_for(
        k, trainer, asked, update, seed, precision, anchor_t, CfgOptions(cfg), Exports()
    )
    network = options.network
    say_set_against(trainer, (), network, cfg=cfg is not None)
    boxes = load_boxes(data, network)
    check_any(boxes)
    found, seen = found_for(boxes, options, job, augment=augment, fit=fit)
    job.plan(boxes, found.sizes, found.anchors)
    defaults = job.defaults() or defaults_for(options.k, network, trainer)
    others, warnings = compared_sets(defaults, compare, network)
    for line in warnings:
        warn(line)
    anchors, *others = names_apart([NamedAnchors("these", found.anchors, "anchors"), *others])
    heads, known = _heads(job, options)
    result = report_data(
        boxes,
        anchors,
        network=network,
        title=title if title is not None else data_name([path for _, path in data.sources]),
        cluster=judged(found, boxes, options, job, seen=seen, fit=fit),
        others=others,
        heads=heads,
        heads_known=known,
        assignment=_assignment(anchors, heads, boxes, options) if known else None,
        seen=seen,
        anchor_t=anchor_t,
        with_fitness=options.shown_t is not None,
        sweep=_swept(boxes, found, options, job, fit),
        run=run_keys(f"{typed_command()} -o report.html", [str(path) for _, path in data.sources]),
    )
    write_atomically(output, report_html(result).encode("utf-8"))
    note(f"{output}: written")


def _check_page(path: Path) -> None:
    """Fail before any work where the page cannot be written, or would replace something else."""
    from anchorkit.cli.options.output_paths import check_output
    from anchorkit.errors import UsageError

    if path.suffix.lower() not in PAGES and (path.is_file() or not path.exists()):
        raise UsageError(f"-o {path}: wanted a file that ends in .html")
    check_output(path, f"-o {path}", ours=_is_page, what="a report")


def _is_page(path: Path) -> bool:
    from anchorkit.files import open_file
    from anchorkit.reports.html.page import GENERATOR

    with open_file(path) as file:
        return GENERATOR.encode() in file.read(4096)


def _heads(job: "CfgJob", options: SearchOptions) -> "tuple[Sequence[TrainedHead], bool]":
    """The heads that share the anchors, and whether they are more than usual ones."""
    from anchorkit.reports.cluster import DEFAULTS
    from anchorkit.training.trainer_heads import heads_of_trainer

    if job.target is not None:
        return job.trained_heads(), True
    if options.trainer is not None:
        return (() if options.tiny_keras else heads_of_trainer(options.trainer, options.k)), True
    if options.k not in DEFAULTS:
        return (), False
    return heads_of_trainer(TRAINERS["darknet"], options.k), False


def _assignment(
    anchors: NamedAnchors, heads: "Sequence[TrainedHead]", boxes: "Boxes", options: SearchOptions
) -> dict[str, Any] | None:
    """Who trains which box, where that is known."""
    from anchorkit.cli.messages import note
    from anchorkit.cli.options.assignment import assignment_of

    trainer = options.trainer
    if trainer is None or trainer.rule is None or not heads:
        return None
    if boxes.centres is None:
        note("no word of who trains which box: these boxes were saved without their positions")
        return None
    return assignment_of(anchors, heads, boxes, options.network, trainer, options.anchor_t).keys


def _swept(
    boxes: "Boxes", found: Found, options: SearchOptions, job: "CfgJob", fit: str
) -> dict[str, Any]:
    """What other numbers of anchors reach on the boxes as labelled."""
    import numpy as np

    from anchorkit.cli.messages import shows_progress
    from anchorkit.cli.sweep import with_bar
    from anchorkit.darknet.cost import costs_of_ks
    from anchorkit.reports.report_sweep import ks_around, sweep_keys

    heads = 1
    if job.target is not None:
        heads = len(job.target.heads) or 1
    elif options.trainer is not None:
        heads = len(options.trainer.strides)
    k = options.searched
    ks = ks_around(k, heads=heads, most=len(np.unique(found.sizes, axis=0)))
    network = options.network
    same = fit == "labels" and not found.filled
    return with_bar(
        lambda step: sweep_keys(
            boxes,
            ks,
            network=network,
            known={k: found.clustering} if same else {},
            trainer=options.trainer.name if options.trainer else None,
            update=options.update,
            seed=options.seed,
            precision=options.precision,
            heads=heads,
            costs=costs_of_ks(job.target.cfg, ks, size=network.size) if job.target else None,
            anchor_t=options.shown_t,
            step=step,
        ),
        total=len(ks),
        shown=shows_progress(),
    )
