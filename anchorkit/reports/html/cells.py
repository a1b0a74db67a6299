"""Cells of tables: figures as they are read, with the values they are sorted by.

Tested in tests/reports/test_report.py.
"""

from anchorkit.anchors.text import format_number
from anchorkit.reports.html.elements import Cell

__all__ = [
    "EMPTY",
    "MOST_ROWS",
    "count_cell",
    "more_rows",
    "number_cell",
    "percent_cell",
    "side_cell",
    "signed_cell",
]

MOST_ROWS = 400
"""Rows of a table; more are told below it."""

EMPTY = Cell("")
"""Where there is no figure."""


def more_rows(count: int, what: str) -> str:
    """What is said below a table of its rows that are not there.

    Examples
    --------
    >>> more_rows(1400, "classes"), more_rows(400, "classes")
    ('and 1,000 more classes', '')
    """
    return f"and {count - MOST_ROWS:,} more {what}" if count > MOST_ROWS else ""


def count_cell(value: int) -> Cell:
    """How many there are."""
    return Cell(f"{value:,}", value)


def number_cell(value: float | None, digits: int) -> Cell:
    """A figure with some decimals; empty for None."""
    return EMPTY if value is None else Cell(f"{value:.{digits}f}", value)


def side_cell(value: float) -> Cell:
    """A side of an anchor, as it is written."""
    return Cell(format_number(value), value)


def percent_cell(value: float | None, digits: int = 1) -> Cell:
    """A share; empty for None."""
    return EMPTY if value is None else Cell(f"{value:.{digits}%}", value)


def signed_cell(value: float | None) -> Cell:
    """A difference; empty for None."""
    return EMPTY if value is None else Cell(f"{value:+.4f}", value)
