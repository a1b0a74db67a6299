"""What a check holds cfgs and anchors against: the data, the gates, the list of classes.

Tested in tests/cli/cfg/test_job.py and tests/cli/cfg/test_pipeline.py.
"""

from pathlib import Path
from typing import NamedTuple

from anchorkit.anchors.named import NamedAnchors
from anchorkit.anchors.rounding import rounded
from anchorkit.boxes import Boxes
from anchorkit.cli.cfg.classes import counted_classes
from anchorkit.cli.cfg.options import CfgOptions
from anchorkit.cli.cfg.target import Target, network_of
from anchorkit.cli.messages import note, shows_progress
from anchorkit.cli.options.data import DataOptions
from anchorkit.cli.options.loading import load_boxes
from anchorkit.cli.options.trainer import say_set_against, say_too_small
from anchorkit.cli.options.training import in_training
from anchorkit.cli.options.training_gates import TrainingGates
from anchorkit.cli.options.verdict import verdict_on_present
from anchorkit.clustering import cluster
from anchorkit.darknet.cfg_file import is_foreign, naming, read_cfg_file
from anchorkit.darknet.checks import Finding, check_cfg, quality_findings
from anchorkit.darknet.heads import Head, heads_of
from anchorkit.darknet.listed import listed_anchors
from anchorkit.darknet.portability import notes_of
from anchorkit.errors import CfgError, DataError, TooManyClustersError
from anchorkit.network_input import NetworkInput, PartialInput
from anchorkit.quality import evaluate
from anchorkit.reports.check import Checked, Measured, checked_cfg, passed_over, unreadable
from anchorkit.training.cfg_heads import trained_heads
from anchorkit.training.trainers import TRAINERS, Trainer
from anchorkit.training.verdict import Finding as Said

__all__ = ["Gates", "Judge"]


class Gates(NamedTuple):
    """What the figures must reach; None sets no gate."""

    min_iou: float | None
    min_recall: float | None
    max_gain: float | None
    max_left_out: float | None = None

    @property
    def given(self) -> list[str]:
        """The options that set a gate."""
        set_here = [name for name in self._fields if getattr(self, name) is not None]
        return [f"--{name.replace('_', '-')}" for name in set_here]


class Judge:
    """What one run holds every cfg against; data are loaded once for each input."""

    def __init__(
        self,
        data: DataOptions,
        asked: PartialInput,
        gates: Gates,
        training_gates: TrainingGates,
        rule: Trainer | None,
        names: Path | None,
        trainer: Trainer | None = None,
        augment: str | None = None,
    ) -> None:
        self.data = data
        self.asked = asked
        self.gates = gates
        self.training_gates = training_gates
        self.rule = rule
        self.names = names
        self.trainer = trainer
        self.augment = augment
        self.loaded: dict[NetworkInput | None, Boxes] = {}

    def cfg(self, path: Path, *, alone: bool, by_option: bool) -> Checked:
        """A cfg; of several, one that cannot be read is one that failed.

        A file that was named as an argument may be the cfg of another program.

        Raises
        ------
        UsageError
            Where there is no such file, or options contradict it.
        CfgError
            Where it is the only one and cannot be read.
        """
        try:
            return self._cfg(path, typed=f"--cfg {path}" if by_option else None)
        except CfgError as error:
            if not by_option and is_foreign(path):
                return passed_over(str(path), "no section of darknet's: not checked")
            if alone:
                raise
            return unreadable(str(path), str(error))

    def anchors(self, network: NetworkInput, named: NamedAnchors) -> Checked:
        """Anchors that stand in no cfg."""
        return self._checked(named, network, (), self._boxes(network), [], None)

    def _cfg(self, path: Path, *, typed: str | None) -> Checked:
        file = read_cfg_file(path, typed=typed)
        with naming(file.name):
            heads = heads_of(file.cfg)
            if not heads:
                check_cfg(file.cfg, heads)
                return passed_over(file.name, "no head with anchors: nothing to check")
        target = Target(file, heads, listed_anchors(heads))
        network = network_of(target, self.asked)
        say_set_against(self.trainer or TRAINERS["darknet"], (), network, cfg=True)
        boxes = self._boxes(network)
        known = counted_classes(CfgOptions(path, names=self.names), boxes)
        told = [] if known is None else [(known.who, known.number)]
        with naming(file.name):
            findings = check_cfg(file.cfg, heads, told=told)
        return self._checked(target.named, network, heads, boxes, findings, target)

    def _checked(
        self,
        named: NamedAnchors,
        network: NetworkInput,
        heads: tuple[Head, ...],
        boxes: Boxes | None,
        findings: list[Finding],
        target: Target | None,
    ) -> Checked:
        measured = shares = None
        verdict: list[Said] = []
        trainer = self.trainer or (None if target is None else TRAINERS["darknet"])
        if boxes is not None:
            say_too_small(trainer, boxes, network)
        if boxes is not None and len(named.anchors):
            measured = self._measured(boxes, named, network)
            findings = findings + quality_findings(
                mean_iou=measured.quality.mean_iou,
                recall=measured.quality.best_possible_recall,
                gain=measured.gain,
                left_out=measured.boxes.report.share_left_out,
                **self.gates._asdict(),
            )
            verdict = self._verdict(named, measured, network, heads, target)
        if measured and self.rule:
            own = None if target is None else trained_heads(heads)
            shares = self.training_gates.measured(named, own, measured.boxes, network, self.rule)
            findings += [
                Finding("error", gate, None, found, most)
                for gate, found, most in self.training_gates.not_passed(shares)
            ]
        return checked_cfg(
            named,
            network,
            heads,
            measured,
            findings,
            () if target is None else notes_of(target.cfg),
            verdict=verdict,
            shares=shares._asdict() if shares else {},
            said=[shares.note(self.rule.name)] if shares and self.rule else [],
            strict=self.data.strict,
            trainer=trainer.name if trainer else None,
        )

    def _verdict(
        self,
        named: NamedAnchors,
        measured: Measured,
        network: NetworkInput,
        heads: tuple[Head, ...],
        target: Target | None,
    ) -> "list[Said]":
        trainer = self.trainer or (None if target is None else TRAINERS["darknet"])
        seen = in_training(
            self.augment,
            measured.boxes,
            network,
            cfg=None if target is None else (target.file.name, target.cfg),
            trainer=trainer.augmentation if trainer else None,
        )
        return verdict_on_present(
            named,
            measured.fresh,
            measured.boxes,
            network,
            seen=seen,
            heads=trained_heads(heads) if target is not None else (),
            trainer=trainer,
        )

    def _boxes(self, network: NetworkInput) -> Boxes | None:
        if not self.data.sources:
            return None
        key = network if self.data.min_size else None
        if key not in self.loaded:
            self.loaded[key] = load_boxes(self.data, network)
            if not len(self.loaded[key]):
                raise DataError("no usable boxes")
        return self.loaded[key]

    def _measured(self, boxes: Boxes, named: NamedAnchors, network: NetworkInput) -> Measured:
        sizes = boxes.at_input(network)
        quality = evaluate(sizes, named.anchors)
        try:
            found = cluster(sizes, len(named.anchors), progress=shows_progress())
        except TooManyClustersError as error:
            if self.gates.max_gain is not None:
                raise
            note(f"the gain is not known: {error}")
            return Measured(boxes, quality, None, None)
        fresh = rounded(sizes, found.anchors, 0)
        return Measured(boxes, quality, fresh, evaluate(sizes, fresh).mean_iou)
