"""Results as text, JSON and Markdown: pure functions from values to text."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from anchorkit.terminal import safe_markdown, safe_text

__all__ = ["counted", "json_text", "markdown_table", "text_table"]


def text_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, left: Collection[str] = ()
) -> str:
    """A table for a terminal: aligned columns, two blanks apart, no trailing blanks.

    Parameters
    ----------
    columns
        Headings.
    rows
        Cells, as many in each row as there are headings.
    left
        Headings of the columns that are aligned to the left; the others are to the right.

    Returns
    -------
    The lines, without a line end after the last.

    Examples
    --------
    >>> print(text_table(["class", "boxes"], [["dog", "12"], ["person", "7"]], left=["class"]))
    class   boxes
    dog        12
    person      7
    """
    lines = [list(map(safe_text, line)) for line in (columns, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(columns))]
    sides = ["<" if name in left else ">" for name in columns]
    return "\n".join(
        "  ".join(
            f"{cell:{side}{width}}" for cell, side, width in zip(line, sides, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def markdown_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, left: Collection[str] = ()
) -> str:
    r"""A table in Markdown, as GitHub and GitLab show it.

    Parameters
    ----------
    columns, rows, left
        As for `text_table`. What Markdown would take for its own in a cell is escaped.

    Examples
    --------
    >>> print(markdown_table(["class", "boxes"], [["a|b*", "12"]], left=["class"]))
    | class | boxes |
    |:--|--:|
    | a\|b\* | 12 |
    """
    rule = "|".join(":--" if name in left else "--:" for name in columns)
    lines = [_markdown_row(columns), f"|{rule}|", *map(_markdown_row, rows)]
    return "\n".join(lines)


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(safe_markdown(cell.strip()) for cell in cells)} |"


SCHEMA = 1
"""The version of the JSON documents of all commands."""


def json_text(result: Mapping[str, Any]) -> str:
    """A result as one JSON document, a line for each key and for each row of a table.

    Its first key is `schema`, which grows where a key goes or changes what it means. Characters
    outside ASCII are escaped, so that no terminal's encoding can damage the document.

    Parameters
    ----------
    result
        Keys and values as JSON knows them; NaN and infinity are refused.

    Raises
    ------
    ValueError
        Where a number is not finite.

    Examples
    --------
    >>> print(json_text({"anchors": [[10, 13]], "clusters": [{"boxes": 3}, {"boxes": 5}]}))
    {
      "schema": 1,
      "anchors": [[10, 13]],
      "clusters": [
        {"boxes": 3},
        {"boxes": 5}
      ]
    }
    """
    document = {"schema": SCHEMA, **result}
    lines = [f"  {json.dumps(key)}: {_json_value(value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _json_value(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        return "[\n" + ",\n".join(f"    {_dumped(row)}" for row in value) + "\n  ]"
    return _dumped(value)


def _dumped(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun, thousands set apart.

    Examples
    --------
    >>> counted(1, "box", "boxes"), counted(12880, "image")
    ('1 box', '12,880 images')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
