"""`anchorkit evaluate`: how well given anchors fit, one set in full or several side by side."""

import click

from anchorkit.cli.options.anchors import Given, frame_of, given_options
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.shared import format_option, help_text, input_options

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
@input_options
@format_option
def command(
    given: tuple[Given, ...],
    data: DataOptions,
    size: tuple[int, int] | None,
    resize: str | None,
    form: str,
) -> None:
    """Gather the anchors, load, judge, print."""
    from anchorkit.cli.options.loading import load_boxes, warn
    from anchorkit.errors import UsageError
    from anchorkit.reports.evaluate import comparison
    from anchorkit.reports.evaluate_text import comparison_markdown, comparison_text
    from anchorkit.reports.tables import json_text

    if not given:
        raise UsageError("no anchors: name some with --anchors, --cfg or --preset")
    used, how, warnings = frame_of(given, size, resize)
    for line in warnings:
        warn(f"warning: {line}")
    boxes = load_boxes(data, used, how)
    result = comparison(boxes, [(one.name, one.anchors) for one in given], size=used, resize=how)
    for row, one in zip(result["results"], given, strict=True):
        row["kind"] = one.kind
    show = {"text": comparison_text, "json": json_text, "markdown": comparison_markdown}
    click.echo(show[form](result))
