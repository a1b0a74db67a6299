"""From the data options to boxes: load, filter, say what was left out."""

import sys

import click
import numpy as np

from anchorkit.accounting import Report
from anchorkit.boxes import Boxes
from anchorkit.cli.options import DataOptions
from anchorkit.errors import DataError, UsageError
from anchorkit.loaders import load

__all__ = ["load_boxes", "show_progress", "warn"]


def warn(message: str) -> None:
    """One line on stderr."""
    click.echo(f"anchorkit: {message}", err=True)


def show_progress(data: DataOptions) -> bool:
    """Whether progress bars are wanted: on a terminal, and not with `--quiet`."""
    return sys.stderr.isatty() and not data.quiet


def load_boxes(
    data: DataOptions, size: tuple[int, int] = (416, 416), resize: str = "stretch"
) -> Boxes:
    """Boxes as the options ask for them, after a summary of what was left out on stderr.

    Parameters
    ----------
    data
        What the user asked for.
    size, resize
        The input at which `--min-size` is meant.

    Raises
    ------
    UsageError
        Where no data was named.
    DataError
        With `--strict`, where an object or a file was left out; where no box remains.
    """
    if not data.sources:
        raise UsageError("no data: name some with --voc DIR or --boxes FILE")
    boxes = load(
        data.sources, image_sets=data.image_set, jobs=data.jobs, progress=show_progress(data)
    )
    boxes = _filtered(boxes, data, size, resize)
    if not data.quiet:
        for line in _summary(boxes.report):
            warn(line)
    left_out, unreadable = boxes.report.left_out, boxes.report.count("unreadable")
    if data.strict and left_out + unreadable:
        raise DataError(f"--strict: {left_out} objects and {unreadable} files were left out")
    return boxes


def _filtered(boxes: Boxes, data: DataOptions, size: tuple[int, int], resize: str) -> Boxes:
    if data.classes:
        unknown = [name for name in data.classes if name not in boxes.class_names]
        if unknown:
            raise DataError(
                f"--class {unknown[0]}: no such class; found: {', '.join(boxes.class_names)}"
            )
        wanted = np.asarray([name in data.classes for name in boxes.class_names])
        boxes = boxes.where(wanted[boxes.class_ids], "class")
    if data.skip_difficult:
        boxes = boxes.where(~boxes.difficult, "difficult")
    if data.min_size > 0:
        shorter = boxes.at_input(size, resize).min(axis=1)
        boxes = boxes.where(shorter >= data.min_size, "min-size")
    return boxes


def _summary(report: Report) -> list[str]:
    counts = ((report.left_out, "objects left out"), (report.altered, "boxes clipped"))
    return [f"{count} {what}" for count, what in counts if count]
