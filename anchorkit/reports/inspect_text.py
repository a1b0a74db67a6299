"""The figures of `inspection` as text and as Markdown.

Tested in tests/reports/test_inspect.py.
"""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, NamedTuple

from anchorkit.load_report import Report
from anchorkit.reports.fit import network_text
from anchorkit.reports.inspect_findings import MOST_LINES
from anchorkit.reports.left_out import loss_lines
from anchorkit.reports.tables import counted, markdown_table, text_table
from anchorkit.terminal import safe_markdown

__all__ = ["inspection_markdown", "inspection_text"]


class Table(NamedTuple):
    """A table of figures; its first column is aligned to the left."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


WIDTH = 79

MOST_EXAMPLES = 10
"""Examples shown of each kind of problem; JSON has them all."""

_RATIO_NAMES = ("under 1:3", "1:3 to 1:2", "1:2 to 4:5", "4:5 to 5:4", "5:4 to 2:1", "2:1 to 3:1")


def inspection_text(found: Mapping[str, Any], report: Report) -> str:
    """The figures of a data set for a terminal.

    Parameters
    ----------
    found
        What `inspected` returned.
    report
        The report of the load, whose problems stand at the end.
    """
    parts = ["\n".join(_head(found))]
    for title, columns, rows in _tables(found):
        parts.append(f"{title}\n{text_table(columns, rows, left=columns[:1])}")
    losses = loss_lines(report, MOST_EXAMPLES)
    advice = _advice(found)
    if losses or not advice:
        parts.append("\n".join(losses) if losses else "No problems found.")
    if advice:
        parts.append("\n".join(["Advice", *advice]))
    return "\n\n".join(parts)


def inspection_markdown(found: Mapping[str, Any], report: Report) -> str:
    """The figures of a data set as Markdown, for the summary of a CI job."""
    head, *more = _head(found)
    parts = [f"### {head}", *(f"{line}  " for line in more)]
    for title, columns, rows in _tables(found):
        parts += ["", f"**{title}**", "", markdown_table(columns, rows, left=columns[:1])]
    losses = loss_lines(report, MOST_EXAMPLES)
    advice = _advice(found)
    if losses or not advice:
        parts += ["", *(["```text", *losses, "```"] if losses else ["No problems found."])]
    if advice:
        parts += ["", "**Advice**", "", *(f"{safe_markdown(line)}  " for line in advice)]
    return "\n".join(parts)


def _advice(found: Mapping[str, Any]) -> list[str]:
    """Findings, the worst first, as many as fit into a few lines."""
    lines: list[str] = []
    for one in found["findings"]:
        wrapped = wrap(
            f"{one['level']}: {one['text']}",
            WIDTH,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        if len(lines) + len(wrapped) > MOST_LINES:
            break
        lines += wrapped
    return lines


def _head(found: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{counted(found['images'], 'image')}, {counted(found['boxes'], 'box', 'boxes')}, "
        f"{counted(len(found['classes']), 'class', 'classes')}"
    ]
    lines.append(
        f"{counted(found['objects'], 'object')} = {counted(found['boxes'], 'box', 'boxes')} "
        f"+ {found['left_out']:,} left out + {found['filtered']:,} filtered"
    )
    per_image = found["boxes_per_image"]
    if per_image:
        lines.append(
            f"boxes per image: {per_image['mean']:.1f} on average, median "
            f"{per_image['median']:g}, at most {per_image['most']:,}; "
            f"{_none_or(found['images_without_boxes'])} without"
        )
    lines += _image_line(found["image_sizes"], found["images"])
    lines.append(f"{found['difficult']:,} difficult, {found['truncated']:,} truncated")
    if found["filtered_by"]:
        by = ", ".join(f"{count:,} by --{name}" for name, count in found["filtered_by"].items())
        lines.append(f"filtered: {by}".replace("--difficult", "--skip-difficult"))
    return lines


def _none_or(images: int) -> str:
    return counted(images, "image") if images else "no image"


def _image_line(sizes: Mapping[str, Any], images: int) -> list[str]:
    parts = []
    if sizes["distinct"] == 1:
        only = sizes["common"][0]
        which = counted(images - sizes["unknown"], "image") if sizes["unknown"] else "every image"
        parts.append(f"{which} {only['width']:g}x{only['height']:g}")
    elif "width" in sizes:
        wide, high = sizes["width"], sizes["height"]
        parts.append(
            f"images {wide['least']:g} to {wide['most']:g} wide, "
            f"{high['least']:g} to {high['most']:g} high"
        )
    if sizes["unknown"]:
        parts.append(f"{counted(sizes['unknown'], 'image')} without a size")
    return ["; ".join(parts)] if parts else []


def _tables(found: Mapping[str, Any]) -> list[Table]:
    where = network_text(found, "at")
    made = []
    if found["boxes"]:
        made = [
            _class_table(found["classes"], where),
            _size_table(found["box_sizes"], where),
            _small_table(found["small"], where),
            _ratio_table(found["ratios"]),
        ]
    if found["image_sizes"]["distinct"] > 1:  # the head tells a single one
        made.append(_image_table(found["image_sizes"]))
    return [table for table in made if table.rows]


def _class_table(classes: Sequence[Mapping[str, Any]], where: str) -> Table:
    columns = ["class", "boxes", "share", "images", "median size", "difficult", "truncated"]
    rows = [
        [
            row["name"] or "(no name)",
            f"{row['boxes']:,}",
            f"{row['share']:.1%}",
            f"{row['images']:,}",
            f"{row['median_width']:.0f}x{row['median_height']:.0f}",
            f"{row['difficult']:,}",
            f"{row['truncated']:,}",
        ]
        for row in classes
    ]
    return Table(f"Classes, sizes {where}", columns, rows)


def _size_table(percentiles: Sequence[Mapping[str, Any]], where: str) -> Table:
    names = {0: "smallest", 50: "median", 100: "largest"}
    rows = [
        [
            names.get(row["percentile"], f"{row['percentile']}%"),
            f"{row['width']:.1f}",
            f"{row['height']:.1f}",
            f"{row['shorter']:.1f}",
            f"{row['ratio']:.2f}",
        ]
        for row in percentiles
    ]
    columns = ["of boxes", "width", "height", "shorter side", "ratio"]
    return Table(f"Boxes {where}: percentiles of each column", columns, rows)


def _small_table(small: Sequence[Mapping[str, Any]], where: str) -> Table:
    rows = [[f"under {row['pixels']}", f"{row['boxes']:,}", f"{row['share']:.1%}"] for row in small]
    return Table(f"Shorter side in pixels {where}", ["pixels", "boxes", "share"], rows)


def _ratio_table(ratios: Sequence[Mapping[str, Any]]) -> Table:
    names = [*_RATIO_NAMES, "3:1 and wider"]
    rows = [
        [name, f"{row['boxes']:,}", f"{row['share']:.1%}"]
        for name, row in zip(names, ratios, strict=True)
    ]
    return Table("Aspect ratio, width to height", ["ratio", "boxes", "share"], rows)


def _image_table(sizes: Mapping[str, Any]) -> Table:
    rows = [
        [f"{row['width']:g}x{row['height']:g}", f"{row['images']:,}", f"{row['share']:.1%}"]
        for row in sizes["common"]
    ]
    title = f"Image sizes: {sizes['distinct']:,} distinct"
    if sizes["distinct"] > len(rows):
        title += ", the most common"
    return Table(title, ["size", "images", "share"], rows)
