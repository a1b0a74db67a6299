"""`anchorkit inspect`: what is in a data set, before anyone clusters it.

Tested in tests/reports/test_inspect.py.
"""

import click

from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.groups import DATA, GroupedCommand
from anchorkit.cli.options.shared import format_option, help_text, input_options
from anchorkit.cli.options.trainer import (
    say_set_against,
    say_too_small,
    trainer_option,
    usual_input,
)
from anchorkit.network_input import PartialInput
from anchorkit.training.trainers import Trainer

__all__ = ["command"]


@click.command(
    cls=GroupedCommand,
    takes=DATA,
    first=("--image-set", "--strict"),
    help=help_text(
        "Show what is in a data set: images, classes, sizes, and everything wrong with it.",
        "anchorkit inspect --voc VOCdevkit/VOC2007",
        "anchorkit inspect --voc VOCdevkit/VOC2007 --strict --format json",
    ),
)
@data_options
@trainer_option
@input_options
@format_option
def command(data: DataOptions, trainer: Trainer | None, asked: PartialInput, form: str) -> None:
    """Load, count, print; with --strict, fail on what was left out."""
    from anchorkit.cli.messages import write_result
    from anchorkit.cli.options.loading import check_strict, load_boxes, say_losses, say_remarks
    from anchorkit.errors import AnchorkitError
    from anchorkit.reports.inspect import inspected
    from anchorkit.reports.inspect_text import inspection_markdown, inspection_text
    from anchorkit.reports.tables import json_text

    network = usual_input(trainer, asked)
    say_set_against(trainer, (), network)
    boxes = load_boxes(data, network, summary=False)
    try:
        found = inspected(boxes, network=network, trainer=trainer.name if trainer else None)
    except AnchorkitError:
        # What was found at fault may be the very reason
        say_losses(boxes.report)
        raise
    say_remarks(boxes.report)
    say_too_small(trainer, boxes, network)
    if form == "json":
        write_result(json_text(found))
    else:
        shown = inspection_text if form == "text" else inspection_markdown
        write_result(shown(found, boxes.report))
    check_strict(data, boxes.report)
