"""What `anchorkit evaluate` found, as text and as Markdown.

Tested in tests/reports/test_evaluate.py.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from anchorkit.reports.assignment import assignment_shown
from anchorkit.reports.findings import training_comparison
from anchorkit.reports.fit import CLUSTER_COLUMNS, cluster_cells, network_text
from anchorkit.reports.tables import counted, markdown_table, text_table
from anchorkit.terminal import safe_markdown, safe_text

__all__ = ["comparison_markdown", "comparison_text"]

WIDTH = 80
CLASSES = 20
"""Classes shown to a person; JSON has them all."""

ANCHORS = 50
"""Anchors shown of a set; JSON has them all."""

UNUSED = 8
"""Anchors without boxes that are named."""

LONGEST = 24
"""Characters of a name in a table."""

FIGURES = (
    ("mean IoU", "mean_iou"),
    ("best possible recall", "best_possible_recall"),
    ("anchors past threshold", "anchors_past_threshold"),
    ("fitness", "fitness"),
    ("IoU of 0.5 or more", "iou_50"),
)
NOTES = {
    "anchors_past_threshold": "anchors within that factor of a box, mean",
    "fitness": "best ratio of sides, mean over all boxes",
    "iou_50": "of the boxes",
}
GROUP_COLUMNS = ("boxes", "share", "mean IoU", "IoU >= 0.5", "recall")

Table = Callable[..., str]


def comparison_text(result: Mapping[str, Any]) -> str:
    """The object of `comparison` for a person at a terminal: one set in full, several in a table.

    Parameters
    ----------
    result
        From `comparison`.
    """
    if len(result["results"]) == 1:
        return "\n\n".join([_read(result), *_alone(result, text_table), *_trained(result, "text")])
    rows = _side_by_side(result)
    label = max(len(row[0]) for row in rows)
    blocks: list[list[int]] = []
    room = 0
    for column in range(1, len(rows[0])):
        width = max(len(row[column]) for row in rows) + 2
        if not blocks or room < width:
            blocks.append([])
            room = WIDTH - label
        blocks[-1].append(column)
        room -= width
    tables = [
        text_table(
            [rows[0][0], *(rows[0][column] for column in block)],
            [[row[0], *(row[column] for column in block)] for row in rows[1:]],
            left=[rows[0][0]],
        )
        for block in blocks
    ]
    notes = "\n".join(["* best of the row", *_notes(result)])
    return "\n\n".join([_read(result), *tables, notes, *_trained(result, "text")])


def comparison_markdown(result: Mapping[str, Any]) -> str:
    """The object of `comparison` for the summary of a CI run.

    Parameters
    ----------
    result
        From `comparison`.
    """
    results = result["results"]
    if len(results) == 1:
        name = f"{safe_markdown(results[0]['name'])}{_by_default(results[0])}"
        title = f"### {name}: mean IoU {results[0]['mean_iou']:.4f}"
        parts = [*_alone(result, markdown_table), *_trained(result, "markdown")]
        return "\n\n".join([title, _read(result), *parts])
    rows = _side_by_side(result)
    notes = "\n".join(f"- {safe_markdown(note)}" for note in ["* best of the row", *_notes(result)])
    return "\n\n".join(
        [
            f"### {_best(results)}",
            _read(result),
            markdown_table(rows[0], rows[1:], left=[rows[0][0]]),
            notes,
            *_trained(result, "markdown"),
        ]
    )


def _best(results: Sequence[Mapping[str, Any]]) -> str:
    """Which set fits best, in four digits; of a tie, which do."""
    highest = f"{max(one['mean_iou'] for one in results):.4f}"
    names = [safe_markdown(one["name"]) for one in results if f"{one['mean_iou']:.4f}" == highest]
    said = f"{names[0]} fits best" if len(names) == 1 else f"{' and '.join(names)} fit alike"
    return f"{said}: mean IoU {highest}"


def _trained(result: Mapping[str, Any], form: str) -> list[str]:
    """Figures in training, and who trains which box, as far as they are known."""
    results = result["results"]
    parts = [training_comparison(results, form)]
    parts += [
        assignment_shown(one["name"], one["assignment"], form)
        for one in results
        if "assignment" in one
    ]
    return [part for part in parts if part]


def _alone(result: Mapping[str, Any], table: Table) -> list[str]:
    """Parts for a single set of anchors."""
    one = result["results"][0]
    columns = ("figure", "value", "note")
    recalled = f"boxes with an anchor within a factor of {one.get('anchor_t', 4):g}"
    notes = NOTES | {"best_possible_recall": recalled}
    cells = [(title, f"{one[key]:.4f}", notes.get(key, "")) for title, key in FIGURES if key in one]
    figures = table(columns, cells, left=columns)
    if table is text_table:
        title = f"{safe_text(one['name'])}, {counted(one['k'], 'anchor')}{_by_default(one)}"
        figures = f"{title}\n{figures.split(chr(10), 1)[1]}"
    parts = [
        figures,
        _groups("size at input", one["sizes"], result["boxes"], table),
    ]
    if len(one["classes"]) > 1:
        parts.append(_groups("class, worst first", one["classes"], result["boxes"], table))
        if len(one["classes"]) > CLASSES:
            parts[-1] += f"\n\n{_more(one['classes'])}"
    anchors = cluster_cells(
        one["clusters"][:ANCHORS], result["boxes"], side="{:g}".format, unused="unused"
    )
    parts.append(table(CLUSTER_COLUMNS, anchors))
    more = one["k"] - ANCHORS
    if more > 0:
        parts.append(f"{counted(more, 'more anchor')}: --format json has all")
    return parts + _notes(result)


def _by_default(one: Mapping[str, Any]) -> str:
    """Where nobody named the anchors, whose default they are."""
    if "default_of" not in one:
        return ""
    scaled = "x".join(map(str, one.get("scaled_from", ())))
    return f", the default of {one['default_of']}{f' scaled from {scaled}' if scaled else ''}"


def _groups(title: str, rows: Sequence[Mapping[str, Any]], boxes: int, table: Table) -> str:
    cells = [
        (
            _cut(row["name"]),
            f"{row['boxes']:,}",
            f"{row['boxes'] / boxes:.1%}",
            *(f"{row[key]:.4f}" for key in ("mean_iou", "iou_50", "best_possible_recall")),
        )
        for row in rows[:CLASSES]
    ]
    return table([title, *GROUP_COLUMNS], cells, left=[title])


def _side_by_side(result: Mapping[str, Any]) -> list[list[str]]:
    """Heading and rows for several sets: a column each, the best of a row marked."""
    results = result["results"]
    names = _distinct([one["name"] for one in results])
    rows = [["", *names], ["anchors", *(f"{one['k']} " for one in results)]]
    rows += [
        [title, *_marked([one[key] for one in results])]
        for title, key in FIGURES
        if key in results[0]
    ]
    for title, key in (
        ("mean IoU by size", "sizes"),
        ("mean IoU by class, worst first", "classes"),
    ):
        tables = [{row["name"]: row for row in one[key]} for one in results]
        if key == "classes" and len(tables[0]) == 1:
            continue
        order = list(tables[0])
        if key == "classes":
            order.sort(key=lambda name: (max(each[name]["mean_iou"] for each in tables), name))
        rows.append([title, *("" for _ in results)])
        for name in order[:CLASSES]:
            label = f"  {_cut(name)} ({tables[0][name]['boxes']:,})"
            rows.append([label, *_marked([each[name]["mean_iou"] for each in tables])])
    return rows


def _marked(values: Sequence[float]) -> list[str]:
    shown = [f"{value:.4f}" for value in values]
    best = max(shown) if len(set(shown)) > 1 else None
    return [f"{text}{'*' if text == best else ' '}" for text in shown]


def _notes(result: Mapping[str, Any]) -> list[str]:
    notes = []
    for one in result["results"]:
        unused = [
            f"{one['clusters'][number - 1]['width']:g}x{one['clusters'][number - 1]['height']:g}"
            for number in one["unused"][:UNUSED]
        ]
        more = len(one["unused"]) - UNUSED
        if unused:
            rest = f" and {more:,} more" if more > 0 else ""
            notes.append(
                f"{safe_text(one['name'])}: no box is nearest to {', '.join(unused)}{rest}"
            )
    results = result["results"]
    if len(results) > 1 and len(results[0]["classes"]) > CLASSES:
        notes.append(_more(results[0]["classes"]))
    return notes


def _more(classes: Sequence[Any]) -> str:
    return f"the {CLASSES} worst of {len(classes):,} classes; --format json has all"


def _read(result: Mapping[str, Any]) -> str:
    images = counted(result["images"], "image")
    boxes = counted(result["boxes"], "box", "boxes")
    return f"{images}, {boxes} {network_text(result, 'at')}"


def _cut(name: str) -> str:
    shown = safe_text(name)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 3]}..."


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, shortened; those that come again with a number."""
    seen: dict[str, int] = {}
    shown = []
    for name in map(_cut, names):
        seen[name] = seen.get(name, 0) + 1
        shown.append(f"{name} " if seen[name] == 1 else f"{name} ({seen[name]}) ")
    return shown
