"""From the data options to boxes: load, filter, say what was left out.

Tested in tests/cli/test_messages.py.
"""

from collections.abc import Collection, Sequence

import numpy as np

from anchorkit.boxes import Boxes
from anchorkit.cli.messages import note, shows_progress, summary, warn
from anchorkit.cli.options.data import DataOptions
from anchorkit.cli.waiting import doing
from anchorkit.errors import AnchorkitError, DataError, UsageError
from anchorkit.load_report import Report
from anchorkit.loaders import LOADERS, load
from anchorkit.loaders.guess import guessed_format
from anchorkit.network_input import DEFAULT_INPUT, NetworkInput
from anchorkit.reports.left_out import heavy_losses, loss_lines
from anchorkit.reports.tables import counted
from anchorkit.suggestions import names_there

__all__ = [
    "check_classes",
    "check_images",
    "check_strict",
    "load_boxes",
    "loaded",
    "require_data",
    "say_losses",
    "say_remarks",
]


def load_boxes(
    data: DataOptions,
    network: NetworkInput = DEFAULT_INPUT,
    *,
    keep_sets: bool = False,
    summary: bool = True,
    besides: Sequence[str] = (),
) -> Boxes:
    """Boxes as the options ask for them, after a summary of what was left out on stderr.

    Parameters
    ----------
    data
        What the user asked for.
    network
        The input at which `--min-size` is meant.
    keep_sets
        Whether to keep, for saving, which images belong to which image set.
    summary
        Whether to write the summary; `check_strict` is then left to the caller as well.
    besides
        Parts of the data that are loaded beside those that the user asked for.

    Raises
    ------
    UsageError
        Where no data was named.
    DataError
        With `--strict`, where an object or a file was left out, unreadable or missing.
    """
    require_data(data)
    boxes = loaded(data, network, keep_sets=keep_sets, besides=besides)
    check_classes(data, boxes.class_names)
    if summary:
        say_losses(boxes.report)
    if not len(boxes) and not boxes.report.filtered_total:
        _say_other_format(data)
    check_images(data, boxes.report)
    if summary:
        check_strict(data, boxes.report)
    return boxes


def loaded(
    data: DataOptions,
    network: NetworkInput = DEFAULT_INPUT,
    *,
    keep_sets: bool = False,
    besides: Sequence[str] = (),
) -> Boxes:
    """Boxes as the options ask for them, without a word; arguments as for `load_boxes`."""
    doing("reading")
    boxes = load(
        data.sources,
        image_sets=data.image_set,
        besides=besides,
        jobs=data.jobs,
        progress=shows_progress(),
        keep_sets=keep_sets,
        images=data.images,
        find_images=network.resize == "letterbox",
        polygons=data.polygons,
        keypoints=data.keypoints,
    )
    doing("working")
    return _filtered(boxes, data, network)


def _say_other_format(data: DataOptions) -> None:
    """Warn where data of which nothing could be used look like another format than was named."""
    for format_named, path in data.sources:
        try:
            looks_like = guessed_format(path)
        except AnchorkitError:
            continue
        if looks_like != format_named:
            typed = path.as_posix()
            holds = LOADERS[looks_like].holds
            warn(f"--{format_named} {typed}: looks like {holds}: --{looks_like} {typed} reads it")


def check_classes(data: DataOptions, known: Collection[str]) -> None:
    """Fail where a class was asked for that is not there.

    Raises
    ------
    DataError
        With those that are.
    """
    unknown = [name for name in data.classes if name not in known]
    if unknown:
        found = names_there(unknown[0], known)
        raise DataError(f"--class {unknown[0]}: no such class; found: {found}")


def check_images(data: DataOptions, report: Report) -> None:
    """Fail with `--expect-images` where there are more images, or fewer: a part is missing.

    Raises
    ------
    DataError
        With both numbers.
    """
    if data.expect_images not in (None, report.images):
        raise DataError(
            f"--expect-images: wanted {data.expect_images:,}, found {report.images:,} images"
        )


def say_losses(report: Report) -> None:
    """Say what was remarked, and without `--quiet` what was left out, altered or unreadable."""
    for lost in heavy_losses(report):
        warn(lost)
    say_remarks(report)
    summary(loss_lines(report))


def say_remarks(report: Report) -> None:
    """Say what was remarked."""
    for remark in report.remarks:
        (warn if remark.level == "warning" else note)(remark.text)


def require_data(data: DataOptions, why: str = "no data") -> None:
    """Fail where no data was named.

    Raises
    ------
    UsageError
        With `why` it is wanted, and how to name it.
    """
    if not data.sources:
        options = ", ".join(f"--{name} {loader.takes}" for name, loader in LOADERS.items())
        raise UsageError(f"{why}: name a folder or a file, or say what it is with {options}")


def check_strict(data: DataOptions, report: Report) -> None:
    """Fail with `--strict` where anything was left out, unreadable, missing or given twice.

    Raises
    ------
    DataError
        Saying how much.
    """
    if not data.strict:
        return
    counts = (
        (report.count("repeated"), "source", "with files of an earlier one"),
        (report.left_out, "object", "left out"),
        (report.count("unreadable"), "file", "unreadable"),
        (report.count("missing"), "annotation", "missing"),
    )
    found = [f"{counted(count, noun)} {what}" for count, noun, what in counts if count]
    if found:
        raise DataError(f"--strict: {', '.join(found)}")


def _filtered(boxes: Boxes, data: DataOptions, network: NetworkInput) -> Boxes:
    if data.classes:
        chosen = np.asarray([name in data.classes for name in boxes.class_names], dtype=np.bool_)
        boxes = boxes.where(chosen[boxes.class_ids], "class")
    if data.skip_difficult:
        boxes = boxes.where(~boxes.difficult, "difficult")
    if data.min_size > 0:
        shorter = boxes.at_input(network).min(axis=1)
        boxes = boxes.where(shorter >= data.min_size, "min-size")
    return boxes
