"""`anchorkit check`: the gate for CI.

Tested in tests/cli/cfg/test_job.py.
"""

from pathlib import Path

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.cfg.options import cfg_file_option
from anchorkit.cli.cfg.several import cfgs_among_data
from anchorkit.cli.options.anchors import anchors_option, presets_beginning
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.groups import GroupedCommand
from anchorkit.cli.options.shared import FORMATS, form_option, help_text, input_options
from anchorkit.cli.options.trainer import trainer_option
from anchorkit.cli.options.training import augment_option
from anchorkit.cli.options.training_gates import TrainingGates, training_gate_options
from anchorkit.cli.options.types import Number, SomePath
from anchorkit.network_input import UNSAID, NetworkInput, PartialInput
from anchorkit.training.trainers import Trainer

__all__ = ["command"]


@click.command(
    cls=GroupedCommand,
    takes="What ends in .cfg or begins with [net] is a cfg to check; any other is data, as below.",
    first=("--cfg", "--max-gain"),
    help=help_text(
        "Fail where a cfg contradicts itself, or where anchors do not fit the data.",
        "anchorkit check yolov3.cfg yolov4.cfg",
        "anchorkit check yolov3.cfg --voc annotations --max-gain 0.02 --min-recall 0.99",
        'anchorkit check --anchors "10,13, 16,30, 33,23" --voc annotations --min-iou 0.6',
    ),
)
@cfgs_among_data
@cfg_file_option("Darknet cfg to check; cfgs may be named as arguments as well.")
@anchors_option(required=False)
@click.option(
    "--preset",
    metavar="NAME",
    shell_complete=presets_beginning,
    help="Anchors of a well-known network, such as yolov3.",
)
@data_options
@trainer_option
@input_options
@click.option(
    "--min-iou",
    type=Number(0, 1),
    metavar="IOU",
    help="Fail where the mean IoU of boxes and anchors is lower.",
)
@click.option(
    "--min-recall",
    type=Number(0, 1),
    metavar="SHARE",
    help="Fail where fewer boxes have an anchor within a factor of 4.",
)
@click.option(
    "--max-gain",
    type=Number(min=0),
    metavar="IOU",
    help="Fail where clustering afresh, with as many anchors, would gain more mean IoU.",
)
@click.option(
    "--max-left-out",
    type=Number(0, 1),
    metavar="SHARE",
    help="Fail where more of the objects were left out as faulty.",
)
@training_gate_options
@augment_option
@click.option(
    "--names",
    type=SomePath(),
    metavar="FILE",
    help="Classes, one a line, of which the cfg must have as many.",
)
@form_option((*FORMATS, "github"))
def command(
    files: tuple[Path, ...],
    data: DataOptions,
    cfg: Path | None,
    anchors: NamedAnchors | None,
    preset: str | None,
    trainer: Trainer | None,
    asked: PartialInput,
    min_iou: float | None,
    min_recall: float | None,
    max_gain: float | None,
    max_left_out: float | None,
    training_gates: TrainingGates,
    augment: str | None,
    names: Path | None,
    form: str,
) -> int:
    """Read, measure, judge, print; of several cfgs each by itself."""
    from anchorkit.cli.cfg.judging import Gates, Judge
    from anchorkit.cli.cfg.several import chosen_cfgs, results_of_files
    from anchorkit.cli.messages import error, write_result
    from anchorkit.cli.options.loading import require_data
    from anchorkit.errors import UsageError
    from anchorkit.reports.check import check_shown
    from anchorkit.reports.tables import json_text

    gates = Gates(min_iou, min_recall, max_gain, max_left_out)
    paths = chosen_cfgs(cfg, files) if cfg is not None or files else []
    named = [bool(paths), anchors is not None, preset is not None].count(True)
    if named != 1:
        found = "several" if named else "none"
        raise UsageError(f"wanted one of FILE.cfg, --cfg FILE, --anchors, --preset, found {found}")
    rule = training_gates.rule(trainer, cfg=bool(paths))
    if not data.sources:
        given = gates.given + training_gates.given
        if given or not paths:
            require_data(data, f"{given[0] if given else 'without a cfg'}: wanted data")
    judge = Judge(data, asked, gates, training_gates, rule, names, trainer, augment)
    if paths:
        # GitHub shows what stdout has; an error on stderr marks no line of a pull request
        alone = len(paths) == 1 and form != "github"
        checked = [judge.cfg(path, alone=alone, by_option=path == cfg) for path in paths]
    else:
        checked = [judge.anchors(*_without_cfg(anchors, preset, asked, trainer))]
    if form == "json":
        results, passed = [one.result for one in checked], [one.ok for one in checked]
        write_result(json_text(results_of_files(paths or [Path()], results, passed)))
    else:
        shown = [check_shown(one, form) for one in checked]
        write_result(("\n" if form == "github" else "\n\n").join(shown))
    for one in checked:
        if one.failed:
            where = f"{one.name}: " if len(checked) > 1 else ""
            error(f"{where}check failed: {', '.join(one.failed)}")
    return max(one.code for one in checked)


def _without_cfg(
    anchors: NamedAnchors | None,
    preset: str | None,
    asked: PartialInput,
    trainer: Trainer | None,
) -> tuple[NetworkInput, NamedAnchors]:
    """Anchors that stand in no cfg, at the input that is asked for, or that they are meant for."""
    from anchorkit.anchors.presets import preset as preset_named
    from anchorkit.cli.messages import warn
    from anchorkit.cli.options.anchors import network_for

    named = preset_named(preset or "") if anchors is None else anchors
    # A preset's own input counts here, where it is the only one
    told = named.network if trainer is None else UNSAID
    network, warnings = network_for([named], asked.over(told), trainer)
    for line in warnings:
        warn(line)
    return network, named
