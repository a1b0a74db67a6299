"""`anchorkit evaluate`: how well given anchors fit, one set in full or several side by side."""

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.options.anchors import given_options, network_for, trainer_for
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.shared import format_option, help_text, input_options
from anchorkit.cli.options.trainer import say_too_small, trainer_option
from anchorkit.network_input import PartialInput
from anchorkit.training.trainers import Trainer

__all__ = ["command"]


@click.command(
    help=help_text(
        "Say how well given anchors fit a data set: a cfg's, a network's defaults, or your own.",
        "anchorkit evaluate --voc VOCdevkit/VOC2007 --preset yolov3",
        "anchorkit evaluate --voc annotations --preset yolov3 --cfg old.cfg --anchors new.json",
    )
)
@given_options
@data_options
@trainer_option
@input_options
@format_option
def command(
    given: tuple[NamedAnchors, ...],
    data: DataOptions,
    trainer: Trainer | None,
    asked: PartialInput,
    form: str,
) -> None:
    """Gather the anchors, load, judge, print."""
    from anchorkit.cli.messages import warn, write_result
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.errors import UsageError
    from anchorkit.reports.evaluate import comparison
    from anchorkit.reports.evaluate_text import comparison_markdown, comparison_text
    from anchorkit.reports.tables import json_text

    if not given:
        raise UsageError("no anchors: name some with --anchors, --cfg or --preset")
    trainer = trainer_for(given, trainer)
    network, warnings = network_for(given, asked, trainer)
    for line in warnings:
        warn(line)
    boxes = load_boxes(data, network)
    say_too_small(trainer, boxes, network)
    result = comparison(boxes, given, network=network, trainer=trainer.name if trainer else None)
    show = {"text": comparison_text, "json": json_text, "markdown": comparison_markdown}
    write_result(show[form](result))
