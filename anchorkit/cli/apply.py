"""`anchorkit apply`: known anchors into a cfg, or its own for another input or other classes.

Tested in tests/cli/cfg/test_job.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.cfg.options import CfgOptions, cfg_options
from anchorkit.cli.cfg.several import cfg_files_argument, chosen_cfgs, results_of_files
from anchorkit.cli.options.anchors import anchors_option
from anchorkit.cli.options.exports import Exports, export_options
from anchorkit.cli.options.groups import GroupedCommand
from anchorkit.cli.options.shared import format_option, help_text
from anchorkit.cli.options.types import InputSize

if TYPE_CHECKING:
    from anchorkit.cli.cfg.target import Target
    from anchorkit.cli.cfg.writing import Outcome
    from anchorkit.darknet.heads import Head, Pair

__all__ = ["command"]


@click.command(
    cls=GroupedCommand,
    takes="Darknet cfg to write the anchors into, or several; the same as --cfg.",
    first=("--anchors", "--dry-run"),
    help=help_text(
        "Write anchors that are known already into a darknet cfg, or fit it to other classes.",
        'anchorkit apply yolov3.cfg --anchors "10,13, 16,30, 33,23"',
        "anchorkit apply yolov3.cfg --anchors found.json --dry-run",
        "anchorkit apply yolov3.cfg --rescale 608x416",
        "anchorkit apply yolov3.cfg --classes 3 --recipe",
        "anchorkit apply --anchors anchors.yaml --export rknn:anchors.txt",
    ),
)
@cfg_files_argument
@anchors_option(required=False)
@click.option(
    "--rescale",
    type=InputSize(),
    metavar="N|WxH",
    help="Write another input, and the anchors of the cfg by the ratio of the sides.",
)
@cfg_options(with_data=False)
@click.option("--quiet", is_flag=True, help="Say nothing about what was changed.")
@export_options
@format_option
def command(
    files: tuple[Path, ...],
    anchors: NamedAnchors | None,
    rescale: tuple[int, int] | None,
    cfg_options: CfgOptions,
    quiet: bool,
    exports: Exports,
    form: str,
) -> int:
    """Open, plan, write, show; what `quiet` is for, messages look up."""
    from anchorkit.cli.cfg.writing import cfg_result, difference_shown, finish
    from anchorkit.cli.messages import write_result
    from anchorkit.cli.options.output_paths import check_outputs_differ
    from anchorkit.reports.heads import head_rows, head_table
    from anchorkit.reports.tables import json_text

    if anchors is not None and exports.requests and not (files or cfg_options.file):
        write_result(_exported_alone(anchors, exports, cfg_options, form), nl=False)
        return 0
    paths = chosen_cfgs(cfg_options.file, files)
    _check(paths, anchors, rescale, cfg_options, exports, form)
    given = replace(cfg_options, strides=exports.strides)
    options = [replace(given, file=path, by_option=path == given.file) for path in paths]
    check_outputs_differ([*(out for one in options for out in one.outputs()), *exports.outputs()])
    outcomes = [_planned(one, anchors, rescale) for one in options]
    codes = [finish(outcome, one) for outcome, one in zip(outcomes, options, strict=True)]
    results, shown = [], []
    for outcome, one in zip(outcomes, options, strict=True):
        results.append(cfg_result(outcome, one))
        if one.dry_run:
            shown.append(difference_shown(outcome.difference, form))
        else:
            shown.append(head_table(head_rows(outcome.heads), form) + "\n")
    more = _exported(outcomes[0], anchors, exports, cfg_options, form) if exports.requests else ""
    if form == "json":
        ok = [True] * len(results)
        write_result(json_text(results_of_files(paths, results, ok)))
    else:
        write_result("\n".join(shown) + more, nl=False, err=cfg_options.to_stdout)
    return max(codes)


def _check(
    paths: Sequence[Path],
    anchors: NamedAnchors | None,
    rescale: tuple[int, int] | None,
    options: CfgOptions,
    exports: Exports,
    form: str,
) -> None:
    """Fail before any work where the options contradict one another."""
    from anchorkit.errors import UsageError

    replace(options, file=paths[0]).check(form)
    if anchors is not None and rescale is not None:
        raise UsageError("--rescale: wanted without --anchors, it scales those of the cfg")
    own = (rescale, options.classes, options.shares, options.assign)
    if anchors is None and own.count(None) == len(own) and not options.recipe:
        raise UsageError("wanted --anchors, or what to change: --rescale, --classes, --recipe")
    if len(paths) > 1 and (options.output is not None or exports.requests):
        option = "--cfg-output" if options.output is not None else "--export"
        raise UsageError(f"{option}: wanted with one cfg, found {len(paths)}")
    if anchors is not None:
        exports.check(len(anchors.anchors), form, with_cfg=True)
    elif exports.requests:
        raise UsageError("--export: wanted with --anchors")


def _planned(
    options: CfgOptions, anchors: NamedAnchors | None, rescale: tuple[int, int] | None
) -> "Outcome":
    from anchorkit.cli.cfg.classes import asked_classes, counted_classes
    from anchorkit.cli.cfg.options import AUTO
    from anchorkit.cli.cfg.target import open_cfg
    from anchorkit.cli.cfg.writing import outcome_of, plan
    from anchorkit.cli.messages import note
    from anchorkit.darknet.cfg_file import naming
    from anchorkit.darknet.listed import listed_anchors, readable_anchors
    from anchorkit.darknet.rescaling import rescaled

    target = opened = open_cfg(options)
    known = counted_classes(options)
    classes = asked_classes(options, known)
    if options.classes == AUTO:
        note(f"--classes auto: {known}")
    first = None
    if rescale is not None:
        with naming(f"--rescale: {target.name}"):
            first = rescaled(target.cfg, rescale)
        if not options.changes_heads():
            return outcome_of(target, options, first)
        file = replace(target.file, cfg=first.cfg)
        target = replace(target, file=file, heads=first.heads, anchors=listed_anchors(first.heads))
    if anchors is None:
        with naming(target.name):
            pairs = list(readable_anchors(target.heads))
    else:
        pairs = [(float(width), float(height)) for width, height in anchors.anchors.tolist()]
        _warn_of_input(target, anchors, pairs)
    planned = plan(target, options, pairs, classes=classes)
    if first is None or planned.edit is None:
        return planned
    return outcome_of(opened, options, first.then(planned.edit), planned.notes)


def _warn_of_input(target: "Target", anchors: NamedAnchors, pairs: Sequence["Pair"]) -> None:
    from anchorkit.cli.messages import warn
    from anchorkit.cli.options.anchors import network_for

    if _looks_like_cells(target.heads[0], pairs):
        warn(
            f"{target.name}: wanted anchors in pixels at input; these look like cells of "
            "the grid: all are smaller than one cell of the [region]"
        )
    for line in network_for([anchors], target.known_input)[1] if target.known_input.size else ():
        warn(line)


def _exported(
    outcome: "Outcome",
    anchors: NamedAnchors | None,
    exports: Exports,
    options: CfgOptions,
    form: str,
) -> str:
    from anchorkit.cli.cfg.target import network_of

    if anchors is None:
        return ""
    return exports.written(
        anchors.anchors,
        network=network_of(outcome.target),
        form=form,
        note=f"as in {outcome.target.name}",
        dry_run=options.dry_run,
    )


def _exported_alone(anchors: NamedAnchors, exports: Exports, options: CfgOptions, form: str) -> str:
    """Anchors that go into no cfg, as other programs want them; what goes to stdout."""
    from anchorkit.cli.options.output_paths import check_outputs_differ
    from anchorkit.cli.options.trainer import say_set_against, trainer_of, usual_input
    from anchorkit.network_input import PartialInput
    from anchorkit.reports.tables import json_text
    from anchorkit.training.trainers import TRAINERS

    options.check(form)
    said = anchors.network
    known = TRAINERS[anchors.trainer] if anchors.trainer else None
    trainer = known or trainer_of(None, exports, said)
    network = usual_input(trainer, PartialInput(said.size, said.resize))
    exports.check(len(anchors.anchors), form, network, trainer)
    check_outputs_differ(exports.outputs())
    say_set_against(None, exports.trainers, network)
    text = exports.written(
        anchors.anchors, network=network, trainer=trainer.name if trainer else "", form=form
    )
    return (
        f"{json_text({'anchors': anchors.anchors.tolist()})}\n"
        if form == "json"
        else text.lstrip("\n")
    )


def _looks_like_cells(head: "Head", anchors: Sequence["Pair"]) -> bool:
    """Whether anchors for a `[region]` are so small that they may be cells of its grid."""
    if head.type != "region" or head.stride is None:
        return False
    return all(side < head.stride for anchor in anchors for side in anchor)
