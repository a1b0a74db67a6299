"""Axes and cells of inline SVG: numbers become places in a picture of fixed size.

Tested in tests/reports/test_report.py.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from anchorkit.reports.html.elements import Html, element, joined

__all__ = [
    "COLORS",
    "LEVELS",
    "WIDE",
    "Plane",
    "axes_of",
    "cell_paths",
    "path_of_cells",
    "picture",
    "ticks",
]

COLORS = 8
"""Colours of anchors before they repeat, as in the style sheet."""

WIDE = 720.0
"""Units across a wide picture: its width in pixels where the page is wide."""

LEVELS = 10
"""Shades of a density."""


class Plane(NamedTuple):
    """Where data lies in a picture: the rectangle, and which values its sides are."""

    wide: float
    high: float
    x: tuple[float, float]
    y: tuple[float, float]
    log: bool = False
    left: float = 56.0
    top: float = 12.0
    right: float = 14.0
    bottom: float = 44.0

    def across(self, value: float) -> float:
        """Where a value stands, from the left of the picture."""
        return round(
            self.left + self._part(value, *self.x) * (self.wide - self.left - self.right),
            1,
        )

    def down(self, value: float) -> float:
        """Where a value stands, from the top of the picture."""
        return round(
            self.high
            - self.bottom
            - self._part(value, *self.y) * (self.high - self.top - self.bottom),
            1,
        )

    def _part(self, value: float, low: float, high: float) -> float:
        if self.log:
            return math.log(max(value, low * 1e-3) / low) / math.log(high / low)
        return (value - low) / (high - low)


def ticks(low: float, high: float, *, log: bool = False) -> list[float]:
    """Round values between two others: 1, 2, 5, 10, ... or at even steps.

    Examples
    --------
    >>> ticks(3, 60, log=True), ticks(0, 1), ticks(0, 180)
    ([5.0, 10.0, 20.0, 50.0], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.0, 50.0, 100.0, 150.0])
    """
    if log:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        every = [float(f"{step}e{power}") for power in powers for step in (1, 2, 5)]
        return [value for value in every if low <= value <= high]
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = min((1, 2, 5, 10), key=lambda one: abs(math.log(rough / power / one))) * power
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 10) for index in range(first, math.floor(high / step + 1e-9) + 1)]


def axes_of(plane: Plane, x_name: str, y_name: str, *, percent: bool = False) -> Html:
    """The frame of a plane, its ticks and the names of its axes."""
    left, right = plane.across(plane.x[0]), plane.across(plane.x[1])
    low, high = plane.down(plane.y[0]), plane.down(plane.y[1])
    parts = []
    for value in ticks(*plane.x, log=plane.log):
        at = plane.across(value)
        parts.append(element("line", x1=at, x2=at, y1=low, y2=low + 4))
        parts.append(element("text", f"{value:g}", x=at, y=low + 16, text_anchor="middle"))
    for value in ticks(*plane.y, log=plane.log):
        at = plane.down(value)
        parts.append(element("line", x1=left - 4, x2=left, y1=at, y2=at))
        text = f"{100 * value:g}%" if percent else f"{value:g}"
        parts.append(element("text", text, x=left - 7, y=at + 4, text_anchor="end"))
    parts.append(
        element("rect", x=left, y=high, width=right - left, height=low - high, class_="frame")
    )
    middle = (left + right) / 2
    parts.append(element("text", x_name, x=middle, y=plane.high - 8, text_anchor="middle"))
    turned = f"rotate(-90 14 {(low + high) / 2})"
    parts.append(
        element("text", y_name, x=14, y=(low + high) / 2, text_anchor="middle", transform=turned)
    )
    return element("g", *parts, class_="axes", aria_hidden="true")


def picture(
    wide: float, high: float, title: str, *children: str, class_: str = "", **attributes: object
) -> Html:
    """A picture that is as wide as the page lets it be, and what it shows in words."""
    return element(
        "svg",
        element("title", title),
        *children,
        viewBox=f"0 0 {wide:g} {high:g}",
        role="img",
        aria_label=title,
        class_=class_ or None,
        **attributes,
    )


def cell_paths(
    plane: Plane, across: Sequence[float], up: Sequence[float], cells: Sequence[int]
) -> Html:
    """Cells of a density, one path for each shade.

    Parameters
    ----------
    plane
        Where they lie.
    across, up
        Edges of the cells.
    cells
        Pairs of the index of a cell (rows by height from the lowest) and the boxes in it.
    """
    columns = len(across) - 1
    measured = []
    for index, count in zip(cells[::2], cells[1::2], strict=True):
        row, column = divmod(index, columns)
        measured.append(
            (row, column, count / (_span(plane, across, column) * _span(plane, up, row)))
        )
    least = min(value for *_, value in measured)
    most = max(max(value for *_, value in measured), least * 1.0001)
    shades: list[list[tuple[int, int]]] = [[] for _ in range(LEVELS)]
    for row, column, value in measured:
        level = int(LEVELS * math.log(value / least) / math.log(most / least))
        shades[min(level, LEVELS - 1)].append((row, column))
    return joined(
        element("path", d=path_of_cells(plane, across, up, found), class_=f"d{level}")
        for level, found in enumerate(shades)
        if found
    )


def path_of_cells(
    plane: Plane, across: Sequence[float], up: Sequence[float], cells: Sequence[tuple[int, int]]
) -> str:
    """Rectangles as one path; neighbours in a row are one rectangle."""
    drawn = []
    rest = sorted(cells)
    while rest:
        row, first = rest.pop(0)
        last = first
        while rest and rest[0] == (row, last + 1):
            last = rest.pop(0)[1]
        left, right = plane.across(across[first]), plane.across(across[last + 1])
        low, high = plane.down(up[row]), plane.down(up[row + 1])
        drawn.append(f"M{left:g} {high:g}H{right:g}V{low:g}H{left:g}z")
    return "".join(drawn)


def _span(plane: Plane, edges: Sequence[float], index: int) -> float:
    low, high = edges[index], edges[index + 1]
    return math.log(high / max(low, high * 1e-6)) if plane.log else high - low
