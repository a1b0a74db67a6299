"""Lines of YOLO labels with more fields than a box has: what their numbers can mean.

Exporters put corners, outlines, keypoints, a confidence or a second box behind the class, and none
says which. Here every line is looked at in each way, and the set decides: what sends a good part of
its boxes out of the image, or gives them no area, was not meant. Nothing here needs numpy.

Tested in tests/loaders/test_yolo.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

__all__ = ["Tally", "Verdict", "added", "judged", "tallied"]

FAR = 0.01
"""Fraction of the image by which a box or a point may stick out before its reading is doubted."""

MOST_BAD = 0.05
"""Share of lines from which on they speak against a reading."""

MOST_GOOD = 0.95

NEAR = 2e-3
"""How far the corners of a turned rectangle may miss, as a fraction of the image."""


class Tally(NamedTuple):
    """Of lines with so many fields: how many there are, and how many a reading does not fit.

    `box_bad`: the first four numbers are no box in the image. `polygon_bad`: the points are no
    outline in the image. `closed`: the outline ends where it begins. `turned`: four corners of a
    turned rectangle. `flags`: every third number behind the box says whether a keypoint is seen.
    `apart`: the second point lies apart from all others, as a width and a height do.
    """

    lines: int = 0
    box_bad: int = 0
    polygon_bad: int = 0
    closed: int = 0
    turned: int = 0
    flags: int = 0
    apart: int = 0


class Verdict(NamedTuple):
    """How long lines are to be read: `box`, `polygon` or `unknown`, and why."""

    reading: str
    why: str


def tallied(values: Sequence[float]) -> Tally:
    """One line looked at in each way.

    Parameters
    ----------
    values
        All numbers behind the class, more than five.

    Examples
    --------
    >>> tallied([0.2, 0.1, 0.3, 0.2, 0.2, 0.3, 0.1, 0.2]).turned
    1
    """
    points = values if len(values) % 2 == 0 else values[:-1]
    across, down = points[::2], points[1::2]
    inside = min(points) >= -FAR and max(points) <= 1 + FAR
    area = max(across) > min(across) and max(down) > min(down)
    behind = len(points) == len(values) or 0 <= values[-1] <= 1
    return Tally(
        1,
        box_bad=not _is_box(values),
        polygon_bad=not (inside and area and behind and len(points) >= 6),
        closed=len(points) >= 8 and points[:2] == points[-2:],
        turned=len(points) == 8
        and abs(across[0] + across[2] - across[1] - across[3]) < NEAR
        and abs(down[0] + down[2] - down[1] - down[3]) < NEAR,
        flags=len(values) > 6
        and (len(values) - 4) % 3 == 0
        and all(value in (0, 1, 2) for value in values[6::3]),
        apart=len(points) >= 8 and _is_apart(across, down),
    )


def _is_apart(across: Sequence[float], down: Sequence[float]) -> bool:
    """Whether the second point is farther from the box of the others than that is long."""
    others = [*across[:1], *across[2:]], [*down[:1], *down[2:]]
    length = max(max(side) - min(side) for side in others)
    return any(
        not min(side) - length <= second <= max(side) + length
        for side, second in zip(others, (across[1], down[1]), strict=True)
    )


def _is_box(values: Sequence[float]) -> bool:
    x, y, width, height = values[:4]
    return (
        width > 0
        and height > 0
        and min(x - width / 2, y - height / 2) >= -FAR
        and max(x + width / 2, y + height / 2) <= 1 + FAR
    )


def added(tallies: Iterable[Mapping[int, Tally]]) -> dict[int, Tally]:
    """Tallies of several files by their numbers of fields, as one."""
    whole: dict[int, Tally] = {}
    for tally in tallies:
        for length, found in tally.items():
            whole[length] = Tally(*map(sum, zip(whole.get(length, Tally()), found, strict=True)))
    return dict(sorted(whole.items()))


def judged(tallies: Mapping[int, Tally], short: int) -> Verdict:
    """What the long lines of a data set are.

    Parameters
    ----------
    tallies
        By the number of fields of the lines, with the class.
    short
        How many lines of plain boxes stand among them.

    Returns
    -------
    The reading that fits, and why; `unknown` where none does, or more than one.

    Examples
    --------
    >>> corners = {9: Tally(40, box_bad=20, turned=40)}
    >>> judged(corners, 0).reading
    'polygon'
    >>> judged({13: Tally(1)}, 5).reading
    'unknown'
    """
    parts = list(tallies.values())
    total = Tally(*map(sum, zip(*parts, strict=True)))
    boxes = 1 - total.box_bad / total.lines
    polygons = 1 - total.polygon_bad / total.lines
    # Keypoints are as many for each object, and no object goes without
    alike = len(tallies) == 1 and not short
    if total.flags >= MOST_GOOD * total.lines and boxes > 1 - MOST_BAD:
        return Verdict("box", "every third number says whether a keypoint is seen")
    if total.apart > total.lines / 2 and boxes > 1 - MOST_BAD:
        return Verdict("box", "their second pair of numbers is no point beside the others")
    if polygons > 1 - MOST_BAD:
        if total.turned >= MOST_GOOD * total.lines:
            return Verdict("polygon", "their points are corners of turned rectangles")
        if total.closed >= MOST_GOOD * total.lines and not alike:
            return Verdict("polygon", "they end where they begin")
        if boxes <= 1 - MOST_BAD:
            return Verdict("polygon", _bad(total.box_bad, total.lines, "boxes"))
        if len(tallies) > 1 and total.apart <= MOST_BAD * total.lines:
            return Verdict("polygon", "they are of several lengths, unlike keypoints")
    elif boxes > 1 - MOST_BAD:
        return Verdict("box", _bad(total.polygon_bad, total.lines, "polygons"))
    return Verdict("unknown", "")


def _bad(count: int, lines: int, what: str) -> str:
    return f"{count:,} of {lines:,} would be no {what} in their image"
