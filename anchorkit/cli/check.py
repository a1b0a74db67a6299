"""`anchorkit check`: the gate for CI.

Tested in tests/cli/cfg/test_job.py.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.cfg.files import cfgs_among_data
from anchorkit.cli.cfg.options import CfgOptions, cfg_file_option
from anchorkit.cli.options.anchors import anchors_option
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.shared import FORMATS, form_option, help_text, input_options
from anchorkit.cli.options.types import Number, SomePath
from anchorkit.network_input import NetworkInput, PartialInput

if TYPE_CHECKING:
    from anchorkit.boxes import Boxes
    from anchorkit.darknet.checks import Finding
    from anchorkit.reports.check import Checked, Measured

__all__ = ["Gates", "command"]


class Gates(NamedTuple):
    """What the figures must reach; None sets no gate."""

    min_iou: float | None
    min_recall: float | None
    max_gain: float | None


@click.command(
    help=help_text(
        "Fail where a cfg contradicts itself, or where anchors do not fit the data.",
        "anchorkit check yolov3.cfg yolov4.cfg",
        "anchorkit check yolov3.cfg --voc annotations --max-gain 0.02 --min-recall 0.99",
        'anchorkit check --anchors "10,13, 16,30, 33,23" --voc annotations --min-iou 0.6',
    )
)
@cfgs_among_data
@cfg_file_option("Darknet cfg to check; cfgs may be named as arguments as well.")
@anchors_option(required=False)
@click.option("--preset", metavar="NAME", help="Anchors of a well-known network, such as yolov3.")
@data_options
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
    asked: PartialInput,
    min_iou: float | None,
    min_recall: float | None,
    max_gain: float | None,
    names: Path | None,
    form: str,
) -> int:
    """Read, measure, judge, print; of several cfgs each by itself."""
    from anchorkit.cli.cfg.files import chosen_cfgs, results_of_files
    from anchorkit.cli.messages import error, write_result
    from anchorkit.cli.options.loading import require_data
    from anchorkit.errors import UsageError
    from anchorkit.reports.check import check_shown
    from anchorkit.reports.tables import json_text

    gates = Gates(min_iou, min_recall, max_gain)
    paths = chosen_cfgs(cfg, files) if cfg is not None or files else []
    if [bool(paths), anchors is not None, preset is not None].count(True) != 1:
        raise UsageError("wanted one of FILE.cfg, --cfg FILE, --anchors, --preset")
    if not data.sources:
        given = [name for name in gates._fields if getattr(gates, name) is not None]
        if given or not paths:
            what = f"--{given[0].replace('_', '-')}" if given else "without a cfg"
            require_data(data, f"{what}: wanted data")
    judge = _Judge(data, asked, gates, names)
    if paths:
        alone = len(paths) == 1
        checked = [judge.cfg(path, alone=alone, by_option=path == cfg) for path in paths]
    else:
        checked = [judge.anchors(*_without_cfg(anchors, preset, asked))]
    if form == "json":
        results = [one.result for one in checked]
        write_result(
            json_text(results_of_files(paths or [Path()], results, [c.ok for c in checked]))
        )
    else:
        shown = [check_shown(one, form) for one in checked]
        write_result(("\n" if form == "github" else "\n\n").join(shown))
    for one in checked:
        if one.failed:
            where = f"{one.name}: " if len(checked) > 1 else ""
            error(f"{where}check failed: {', '.join(one.failed)}")
    return max(one.code for one in checked)


class _Judge:
    """What one run holds every cfg against; data are loaded once for each input."""

    def __init__(
        self, data: DataOptions, asked: PartialInput, gates: Gates, names: Path | None
    ) -> None:
        self.data = data
        self.asked = asked
        self.gates = gates
        self.names = names
        self.loaded: dict[NetworkInput | None, Boxes] = {}

    def cfg(self, path: Path, *, alone: bool, by_option: bool) -> "Checked":
        """A cfg; of several, one that cannot be read is one that failed.

        A file that was named as an argument may be the cfg of another program.
        """
        from anchorkit.darknet.cfg_file import is_foreign
        from anchorkit.errors import CfgError
        from anchorkit.reports.check import passed_over, unreadable

        try:
            return self._cfg(path, typed=f"--cfg {path}" if by_option else None)
        except CfgError as error:
            if not by_option and is_foreign(path):
                return passed_over(str(path), "no section of darknet's: not checked")
            if alone:
                raise
            return unreadable(str(path), str(error))

    def _cfg(self, path: Path, *, typed: str | None) -> "Checked":
        from anchorkit.cli.cfg.classes import counted_classes
        from anchorkit.cli.cfg.target import Target, network_of
        from anchorkit.darknet.cfg_file import naming, read_cfg_file
        from anchorkit.darknet.checks import check_cfg
        from anchorkit.darknet.heads import heads_of
        from anchorkit.darknet.listed import listed_anchors
        from anchorkit.darknet.portability import notes_of
        from anchorkit.reports.check import checked_cfg, passed_over

        file = read_cfg_file(path, typed=typed)
        with naming(file.name):
            heads = heads_of(file.cfg)
            if not heads:
                check_cfg(file.cfg, heads)
                return passed_over(file.name, "no head with anchors: nothing to check")
        target = Target(file, heads, listed_anchors(heads))
        network = network_of(target, self.asked)
        boxes = self._boxes(network)
        known = counted_classes(CfgOptions(path, names=self.names), boxes)
        told = [] if known is None else [(known.who, known.number)]
        with naming(file.name):
            findings = check_cfg(file.cfg, heads, told=told)
        measured = None
        if boxes is not None and len(target.anchors):
            measured = _measured(boxes, target.named, network, self.gates)
        return checked_cfg(
            target.named,
            network,
            heads,
            measured,
            [*findings, *_gates(measured, self.gates)],
            notes_of(file.cfg),
            strict=self.data.strict,
        )

    def anchors(self, network: NetworkInput, named: NamedAnchors) -> "Checked":
        """Anchors that stand in no cfg."""
        from anchorkit.reports.check import checked_cfg

        boxes = self._boxes(network)
        measured = None if boxes is None else _measured(boxes, named, network, self.gates)
        return checked_cfg(named, network, (), measured, _gates(measured, self.gates), ())

    def _boxes(self, network: NetworkInput) -> "Boxes | None":
        from anchorkit.cli.options.loading import load_boxes
        from anchorkit.errors import DataError

        if not self.data.sources:
            return None
        key = network if self.data.min_size else None
        if key not in self.loaded:
            self.loaded[key] = load_boxes(self.data, network)
            if not len(self.loaded[key]):
                raise DataError("no usable boxes")
        return self.loaded[key]


def _without_cfg(
    anchors: NamedAnchors | None,
    preset: str | None,
    asked: PartialInput,
) -> tuple[NetworkInput, NamedAnchors]:
    """Anchors that stand in no cfg, at the input that is asked for, or that they are meant for."""
    from anchorkit.anchors.presets import preset as preset_named
    from anchorkit.cli.messages import warn
    from anchorkit.cli.options.anchors import network_for

    named = preset_named(preset or "") if anchors is None else anchors
    network, warnings = network_for([named], asked.over(named.network))
    for line in warnings:
        warn(line)
    return network, named


def _gates(measured: "Measured | None", gates: Gates) -> list["Finding"]:
    from anchorkit.darknet.checks import quality_findings

    if measured is None:
        return []
    return quality_findings(
        mean_iou=measured.quality.mean_iou,
        recall=measured.quality.best_possible_recall,
        gain=measured.gain,
        **gates._asdict(),
    )


def _measured(
    boxes: "Boxes", named: NamedAnchors, network: NetworkInput, gates: Gates
) -> "Measured":
    from anchorkit.anchors.rounding import rounded
    from anchorkit.cli.messages import note, shows_progress
    from anchorkit.clustering import cluster
    from anchorkit.errors import TooManyClustersError
    from anchorkit.quality import evaluate
    from anchorkit.reports.check import Measured

    sizes = boxes.at_input(network)
    quality = evaluate(sizes, named.anchors)
    try:
        found = cluster(sizes, len(named.anchors), progress=shows_progress())
    except TooManyClustersError as error:
        if gates.max_gain is not None:
            raise
        note(f"no gain can be told: {error}")
        return Measured(boxes, quality, None, None)
    fresh = rounded(sizes, found.anchors, 0)
    return Measured(boxes, quality, fresh, evaluate(sizes, fresh).mean_iou)
