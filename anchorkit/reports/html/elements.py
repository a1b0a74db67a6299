"""Elements of HTML and SVG, in which every text from outside is escaped.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from anchorkit.terminal import safe_text

__all__ = ["Cell", "Html", "element", "joined", "side_by_side", "sortable_table", "text_of"]

VOID = frozenset({"meta", "br", "hr"})
"""Elements without an end."""


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


class Cell(NamedTuple):
    """A cell of a table: what is read, and the number it is sorted by, if any."""

    text: str
    value: float | None = None


def text_of(text: str) -> Html:
    r"""A text as HTML: signs of HTML and signs that no screen shows are escaped.

    Examples
    --------
    >>> print(text_of("<b>cat</b> & \x1b"))
    &lt;b&gt;cat&lt;/b&gt; &amp; \x1b
    """
    return text if isinstance(text, Html) else Html(escape(safe_text(text)))


def joined(parts: Iterable[str], between: str = "") -> Html:
    """Parts one after the other; those that are no HTML become it."""
    return Html(between.join(text_of(part) for part in parts))


def element(tag: str, /, *children: str, **attributes: object) -> Html:
    """An element; what is no `Html` in it is escaped.

    Parameters
    ----------
    tag
        Its name.
    children
        What it holds.
    attributes
        An underscore stands for a hyphen, one at the end for nothing; None leaves the attribute
        out, True writes its name alone.

    Examples
    --------
    >>> print(element("p", "a < b", element("br"), class_="x", data_tip="1 > 0", hidden=None))
    <p class="x" data-tip="1 &gt; 0">a &lt; b<br></p>
    """
    written = [tag]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        written.append(key if value is True else f'{key}="{text_of(str(value))}"')
    start = f"<{' '.join(written)}>"
    if tag in VOID:
        return Html(start)
    return Html(f"{start}{joined(children)}</{tag}>")


def side_by_side(*parts: Html) -> Html:
    """Parts beside each other where the page is wide enough, else below each other."""
    return element("div", *parts, class_="beside")


def sortable_table(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    numbers: Sequence[int] = (),
    left_out: str = "",
) -> Html:
    """A table whose columns sort, in a box of its own that scrolls where it is too wide.

    Parameters
    ----------
    caption
        What it shows.
    columns
        Heads; the first cell of each row is the row's head.
    rows
        Cells below them.
    numbers
        Which columns hold numbers.
    left_out
        What is said below of rows that are not there.
    """
    heads = [
        element(
            "th",
            element("button", name, type="button"),
            scope="col",
            class_="number" if index in numbers else None,
        )
        for index, name in enumerate(columns)
    ]
    lines = []
    for row in rows:
        cells = [
            element(
                "td" if index else "th",
                cell.text,
                scope=None if index else "row",
                class_="number" if index in numbers else "text" if index else None,
                data_value=None if cell.value is None else f"{cell.value:.10g}",
            )
            for index, cell in enumerate(row)
        ]
        lines.append(element("tr", *cells))
    table = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *heads)),
        element("tbody", *lines),
        class_="sortable",
    )
    more = element("p", left_out, class_="small") if left_out else Html("")
    return element(
        "div", table, more, class_="scroll", tabindex=0, role="region", aria_label=caption
    )
