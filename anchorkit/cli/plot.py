"""`anchorkit plot`: pictures of the boxes, and of anchors that are given."""

from pathlib import Path

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.options.anchors import given_options, network_for, trainer_for
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.plots import PICTURES, check_picture_path, draw
from anchorkit.cli.options.shared import help_text, input_options
from anchorkit.cli.options.trainer import say_too_small, trainer_option
from anchorkit.cli.options.types import OneOf, SomePath
from anchorkit.network_input import PartialInput
from anchorkit.training.trainers import Trainer

__all__ = ["command"]


@click.command(
    help=help_text(
        "Draw the boxes of a data set, and how well anchors fit them; nothing is clustered.",
        "anchorkit plot --voc VOCdevkit/VOC2007 -o boxes.png",
        "anchorkit plot --voc annotations --cfg yolov3.cfg -o clusters.svg",
        "anchorkit plot --voc annotations --preset yolov3 -o plots",
    )
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=SomePath(),
    metavar="FILE|DIR",
    help="A file that ends in .png, .svg or .pdf, or a folder for all pictures.",
)
@click.option(
    "--picture",
    type=OneOf(PICTURES),
    help="Which picture; all but boxes need anchors.  [default: clusters with anchors, else boxes]",
)
@click.option(
    "--scale",
    type=OneOf(["auto", "linear", "log"]),
    default="auto",
    show_default=True,
    help="Scale of the axes of boxes and clusters.",
)
@given_options
@data_options
@trainer_option
@input_options
def command(
    output: Path,
    picture: str | None,
    scale: str,
    given: tuple[NamedAnchors, ...],
    data: DataOptions,
    trainer: Trainer | None,
    asked: PartialInput,
) -> None:
    """Check, load, judge, draw."""
    from anchorkit.cli.messages import note, warn
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.errors import DataError, UsageError
    from anchorkit.quality import evaluate

    if len(given) > 1:
        raise UsageError(f"wanted one set of anchors to draw, found {len(given)}")
    if picture not in (None, "boxes") and not given:
        raise UsageError(f"--picture {picture}: wanted anchors: --anchors, --cfg or --preset")
    check_picture_path(output, "-o")
    trainer = trainer_for(given, trainer)
    network, warnings = network_for(given, asked, trainer)
    for line in warnings:
        warn(line)
    boxes = load_boxes(data, network)
    if not len(boxes):
        raise DataError("no usable boxes to draw")
    say_too_small(trainer, boxes, network)
    sizes = boxes.at_input(network)
    anchors = given[0].anchors if given else None
    quality = None if anchors is None else evaluate(sizes, anchors)
    for file in draw(
        output,
        sizes,
        network.size,
        anchors=anchors,
        quality=quality,
        picture=picture,
        scale=None if scale == "auto" else scale,
    ):
        note(f"{file}: written")
