"""`--anchor-t` and `--untrained`: who trains which box, for the sets of anchors of a command.

Tested in tests/cli/test_evaluate_trainer.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from anchorkit.cli.options.types import Number, SomePath

if TYPE_CHECKING:
    from anchorkit.anchors.named import NamedAnchors
    from anchorkit.boxes import Boxes
    from anchorkit.network_input import NetworkInput
    from anchorkit.training.assignment import Assignment, TrainedHead
    from anchorkit.training.trainers import Trainer

__all__ = [
    "Assigned",
    "anchor_t_option",
    "assigned_to",
    "assignment_of",
    "check_untrained_path",
    "untrained_option",
    "write_untrained",
]

anchor_t_option = click.option(
    "--anchor-t",
    type=Number(1, 1000, min_open=True, max_open=True),
    default=4.0,
    show_default=True,
    metavar="FACTOR",
    help="YOLOv5's and YOLOv7's: an anchor learns the boxes whose sides differ by less.",
)
"""`--anchor-t` as `anchor_t`."""

untrained_option = click.option(
    "--untrained",
    type=SomePath(),
    metavar="FILE.csv",
    help="Also list the boxes that the trainer never trains, with the reason.",
)
"""`--untrained` as `untrained`, a path or None."""

HEAD = 4096
"""Bytes of a file that tell what it is."""


class Assigned(NamedTuple):
    """Who trains which box with a set of anchors, and the same as the key `assignment`."""

    of: "NamedAnchors"
    found: "Assignment"
    keys: dict[str, Any]


def assigned_to(
    given: Sequence["NamedAnchors"],
    boxes: "Boxes",
    network: "NetworkInput",
    trainer: "Trainer",
    anchor_t: float,
) -> "list[Assigned | None]":
    """Who trains which box, for each set of anchors; None, and a note, where that is not known.

    Anchors beside a cfg are judged with its `iou_thresh`: otherwise two ways to train would be
    compared, not the anchors.

    Raises
    ------
    DataError
        Where there are no boxes, or it is not known where they lie.
    """
    from anchorkit.cli.messages import note

    if trainer.rule is None:
        note(f"--trainer {trainer.name}: its rule of who trains which box is not modelled")
        return [None for _ in given]
    in_heads = [_heads(one, trainer) for one in given]
    found: list[Assigned | None] = []
    for one, heads in zip(given, _with_one_threshold(given, in_heads), strict=True):
        if heads:
            found.append(assignment_of(one, heads, boxes, network, trainer, anchor_t))
            continue
        why = (
            "what its heads train is not known" if one.source == "cfg" else "too few for the heads"
        )
        note(f"{one.name}: no word of who trains which box: {why}")
        found.append(None)
    return found


def assignment_of(
    one: "NamedAnchors",
    heads: "Sequence[TrainedHead]",
    boxes: "Boxes",
    network: "NetworkInput",
    trainer: "Trainer",
    anchor_t: float,
) -> Assigned:
    """Who trains which box with a set of anchors in these heads, by the trainer's rule."""
    from anchorkit.reports.assignment import assignment_keys
    from anchorkit.training.judgement import AnchorSet, assigned

    given = AnchorSet(one.anchors, tuple(heads))
    found = assigned(boxes, network, given, trainer.rule or "", anchor_t=anchor_t)
    sizes = boxes.at_input(network)
    return Assigned(one, found, assignment_keys(boxes, sizes, one.anchors, found, trainer.name))


def check_untrained_path(path: Path) -> None:
    """Fail before any work where the list cannot be written, or would replace something else."""
    from anchorkit.cli.options.output_paths import check_output

    check_output(path, f"--untrained {path}", ours=_is_list, what="a list of untrained boxes")


def write_untrained(
    path: Path,
    found: "Sequence[Assigned | None]",
    boxes: "Boxes",
    network: "NetworkInput",
    trainer: "Trainer",
    anchor_t: float,
) -> None:
    """Write which boxes are never trained, and say so on stderr.

    Raises
    ------
    UsageError
        Where it is known of no set of anchors.
    WriteError
        Where the file could not be written.
    """
    from anchorkit.cli.messages import note
    from anchorkit.errors import UsageError
    from anchorkit.files import write_atomically
    from anchorkit.reports.tables import counted
    from anchorkit.reports.untrained import Untrained, untrained_csv

    known = [one for one in found if one is not None]
    if not known:
        raise UsageError(f"--untrained {path}: it is not known who trains which box")
    rule = trainer.rule or ""
    rows = [Untrained(one.of.name, one.of.anchors, one.found, rule, anchor_t) for one in known]
    write_atomically(path, untrained_csv(boxes, boxes.at_input(network), rows))
    lines = sum(len(one.found.untrained) + len(one.found.dropped) for one in known)
    note(f"{path}: written, {counted(lines, 'box', 'boxes')}")


def _heads(one: "NamedAnchors", trainer: "Trainer") -> "tuple[TrainedHead, ...]":
    """Those of a cfg as it has them, else as the trainer shares anchors out."""
    from anchorkit.cli.options.anchors import CfgAnchors
    from anchorkit.darknet.heads import heads_of
    from anchorkit.training.cfg_heads import trained_heads
    from anchorkit.training.trainer_heads import heads_of_trainer

    if isinstance(one, CfgAnchors):
        return trained_heads(heads_of(one.cfg))
    return heads_of_trainer(trainer, len(one.anchors))


def _with_one_threshold(
    given: Sequence["NamedAnchors"], in_heads: "Sequence[tuple[TrainedHead, ...]]"
) -> "list[tuple[TrainedHead, ...]]":
    """The heads, those of no cfg with the `iou_thresh` that all cfgs among them have."""
    sets = list(zip(given, in_heads, strict=True))
    known = {head.iou_thresh for one, heads in sets if one.source == "cfg" for head in heads}
    if len(known) != 1:
        return list(in_heads)
    threshold = known.pop()
    return [
        heads
        if one.source == "cfg"
        else tuple(replace(head, iou_thresh=threshold) for head in heads)
        for one, heads in sets
    ]


def _is_list(path: Path) -> bool:
    from anchorkit.files import open_file
    from anchorkit.reports.untrained import is_untrained_csv

    with open_file(path) as file:
        return is_untrained_csv(file.read(HEAD))
