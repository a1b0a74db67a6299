"""`anchorkit plot`: pictures of the boxes, and of anchors that are given."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.options.anchors import given_options, network_for, trainer_for
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.groups import DATA, GroupedCommand
from anchorkit.cli.options.plots import PICTURES, Look, check_picture_path, draw, look_options
from anchorkit.cli.options.shared import help_text, input_options
from anchorkit.cli.options.trainer import say_too_small, trainer_option
from anchorkit.cli.options.training import augment_option, in_training
from anchorkit.cli.options.types import OneOf, SomePath
from anchorkit.network_input import PartialInput
from anchorkit.training.trainers import Trainer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from anchorkit.plots.pictures import AnchorSet

__all__ = ["command"]

NEED_ANCHORS = ("clusters", "anchors", "coverage")
"""Pictures that there are of anchors only."""


@click.command(
    cls=GroupedCommand,
    takes=DATA,
    first=("--output", "--preset"),
    help=help_text(
        "Draw the boxes of a data set, and how well anchors fit them; nothing is clustered.",
        "anchorkit plot --voc VOCdevkit/VOC2007 -o boxes.png",
        "anchorkit plot --voc annotations --cfg yolov3.cfg -o clusters.svg -o clusters.png",
        "anchorkit plot --voc annotations --preset yolov3 --anchors found.json -o plots",
    ),
)
@click.option(
    "-o",
    "--output",
    "outputs",
    required=True,
    multiple=True,
    type=SomePath(),
    metavar="FILE|DIR",
    help="A file that ends in .png, .svg or .pdf, or a folder for all pictures; may be given "
    "several times.",
)
@click.option(
    "--picture",
    type=OneOf(PICTURES),
    help="Which picture; clusters, anchors and coverage need anchors.  [default: clusters with "
    "anchors, else boxes]",
)
@click.option(
    "--scale",
    type=OneOf(["auto", "linear", "log"]),
    default="auto",
    show_default=True,
    help="Scale of the axes of boxes, classes and clusters.",
)
@look_options
@given_options
@data_options
@trainer_option
@input_options
@augment_option
def command(
    outputs: tuple[Path, ...],
    picture: str | None,
    scale: str,
    look: Look,
    given: tuple[NamedAnchors, ...],
    data: DataOptions,
    trainer: Trainer | None,
    asked: PartialInput,
    augment: str | None,
) -> None:
    """Check, load, judge, draw."""
    from anchorkit.cli.messages import warn
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.cli.options.output_paths import Output, check_outputs_differ
    from anchorkit.errors import DataError, UsageError
    from anchorkit.plots.captions import data_name
    from anchorkit.plots.pictures import Subject

    if len(given) > 2:
        raise UsageError(f"wanted at most two sets of anchors to draw, found {len(given)}")
    if picture in NEED_ANCHORS and not given:
        raise UsageError(f"--picture {picture}: wanted anchors: --anchors, --cfg or --preset")
    for output in outputs:
        check_picture_path(output, "-o")
    check_outputs_differ(Output(f"-o {output}", output) for output in outputs)
    trainer = trainer_for(given, trainer)
    network, warnings = network_for(given, asked, trainer)
    for line in warnings:
        warn(line)
    boxes = load_boxes(data, network)
    if not len(boxes):
        raise DataError("no usable boxes to draw")
    say_too_small(trainer, boxes, network)
    if picture == "positions" and boxes.centres is None:
        raise DataError("--picture positions: these boxes were saved without their positions")
    name = data_name([path for _, path in data.sources])
    seen = in_training(augment, boxes, network)
    if seen is not None:
        if picture == "positions":
            raise UsageError("--picture positions: wanted labelled boxes, without --augment")
        boxes = seen.over(boxes, network)
        name = f"{name} as {seen.source} augments it"
    sets = [_drawn(one, boxes.at_input(network)) for one in given]
    subject = Subject(
        name,
        boxes,
        network,
        # Presets come before what was fitted to the data: the last is what is looked at
        *reversed(sets),
        title=look.title,
        scale=None if scale == "auto" else scale,
    )
    for output in outputs:
        draw(output, subject, look, picture=picture)


def _drawn(one: NamedAnchors, sizes: "NDArray[np.float64]") -> "AnchorSet":
    from anchorkit.cli.options.anchors import CfgAnchors
    from anchorkit.cli.options.plots import head_frames
    from anchorkit.darknet.heads import heads_of
    from anchorkit.plots.pictures import AnchorSet
    from anchorkit.quality import evaluate

    heads = head_frames(heads_of(one.cfg), len(one.anchors)) if isinstance(one, CfgAnchors) else []
    name = f"{one.name}.cfg" if one.source == "cfg" else one.name
    return AnchorSet(
        "as given" if name == "anchors" else name,
        one.anchors,
        evaluate(sizes, one.anchors),
        heads,
    )
