"""Whether the numbers of boxes mean what they are read as: one check for all formats.

Fractions where pixels are meant, corners where a size is, an image's width and height swapped: each
can be read without a fault, and gives wrong anchors. What gives it away is where the boxes lie: out
of their images, or below a pixel, while another reading puts all of them where they belong.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.load_report import Problem, Remark
from anchorkit.loaders.spread import doubt

__all__ = ["Form", "Odd", "plausible"]

Form = Literal["corners", "edges", "centre"]
"""How a format tells a box: corners in pixels (xmin, ymin, xmax, ymax), the left and upper edge
with width and height in pixels, or the centre with width and height as fractions of the image."""

FAR = 0.02
"""Fraction of the image by which a box sticks out before its reading is doubted; annotators miss
the edge by less."""

NEAR = 0.01
"""Fraction of the image by which a box may stick out in the reading that is to fit instead."""

WARNED, REFUSED = 0.05, 0.5
"""Shares of the boxes from which on a warning, an error is due."""

FEWEST, FEWEST_UNEXPLAINED = 2, 8
"""Boxes that must be strange before anything is said where another reading fits them, and where
none does: single boxes reach out of their images in many sets."""

ALIKE = 0.8
"""Share of the images with boxes outside that a reading must mend before any image is left out."""

FEWEST_SIDE = 16
"""Pixels of an image's shorter side from which on boxes of a single pixel are strange."""

SMALLEST_FRACTION = 2.5e-4
"""Fraction of an image below which a box is no pixel of it, where its size is unknown."""

PERCENT_SIDE = 250
"""Pixels of images that boxes up to 100 leave mostly empty."""

PERCENT_BOXES, FEW_PERCENT_BOXES = 20, 8
"""Boxes from which on it is an error, a warning."""

PERCENT_REACH, PERCENT_END = 60, 101.001
"""What the furthest box reaches, and what none may reach beyond, where numbers are percent: 100 and
a pixel, and what rounding adds."""

GREATEST_FRACTION = 1 + 1e-9
"""The number of the right and lower edge of an image where numbers are fractions, and what rounding
adds to it on the way to a place in the image and back."""


class Odd(NamedTuple):
    """Objects that reach out of their image or have no area, with the numbers of their file.

    `images` (k,) rows of the images, `boxes` (k,) rows of the boxes, -1 where left out, `objects`
    (k,) numbers in their file, `values` (k, 4).
    """

    images: NDArray[np.int64]
    boxes: NDArray[np.int64]
    objects: NDArray[np.int64]
    values: NDArray[np.float64]


class _Look(NamedTuple):
    """All objects with numbers.

    `values` (n, 4) as in the file, `sides` (n, 2) of their images, `images` (n,) their rows, `far`
    (n,) whether it lies out of its image, `out` (n,) whether it does or its corners are swapped.
    """

    values: NDArray[np.float64]
    sides: NDArray[np.float64]
    images: NDArray[np.int64]
    far: NDArray[np.bool_]
    out: NDArray[np.bool_]


class _Reading(NamedTuple):
    """Another way to read the numbers: the reason for what is left out, what fits, and which do.

    `share_out` is how many boxes of an image must lie outside before it is left out; None: no
    single image is.
    """

    reason: str
    would_fit: str
    fits: Callable[[_Look], NDArray[np.bool_]]
    share_out: float | None


def _within(corners: NDArray[np.float64], sides: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether corners (n, 4) are boxes in images of these sides."""
    with np.errstate(over="ignore", invalid="ignore"):  # sides may be as small as 1e-320
        first, last = corners[:, :2] / sides, corners[:, 2:] / sides
    return np.asarray(
        (first >= -NEAR).all(axis=1) & (last <= 1 + NEAR).all(axis=1) & (last > first).all(axis=1)
    )


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hstack([values[:, :2], values[:, :2] + values[:, 2:]])


def _centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hstack([values[:, :2] - values[:, 2:] / 2, values[:, :2] + values[:, 2:] / 2])


_CORNERS: dict[Form, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "corners": lambda values: values,
    "edges": _edges,
    "centre": _centred,
}


def _swapped(look: _Look, form: Form) -> NDArray[np.bool_]:
    return _within(_CORNERS[form](look.values), look.sides[:, ::-1])


_AS_CORNERS = _Reading(
    "a box out of the image, but not as corners x1 y1 x2 y2",
    "corners x1 y1 x2 y2 in place of a width and a height",
    lambda look: _within(look.values, look.sides),
    0.5,
)
_READINGS: dict[Form, tuple[_Reading, ...]] = {
    "corners": (
        _Reading(
            "a box out of the image, but not with width and height of the image swapped",
            "the width and height of the images swapped, as for photographs that are turned",
            lambda look: _swapped(look, "corners"),
            0.0,
        ),
        _Reading(
            "a box out of the image, but not as x y width height",
            "x y width height in place of corners",
            lambda look: _within(_edges(look.values), look.sides),
            None,
        ),
    ),
    "edges": (
        _Reading(
            "a box out of the image, but not with width and height of the image swapped",
            "the width and height of the images swapped, as for photographs that are turned",
            lambda look: _swapped(look, "edges"),
            0.0,
        ),
        _AS_CORNERS,
        _Reading(
            "a box out of the image, but not with x y as its centre",
            "x y as the centre of a box, not as where it begins",
            lambda look: _within(_centred(look.values), look.sides),
            None,
        ),
    ),
    "centre": (
        _AS_CORNERS,
        _Reading(
            "a box out of the image, but not with x y as where it begins",
            "x y as the upper left corner of a box, not its centre",
            lambda look: _within(_edges(look.values), look.sides),
            None,
        ),
    ),
}
SPECK = "a box smaller than a pixel"
_FRACTIONS = "numbers of at most 1: fractions of the image, not pixels"


def plausible(
    boxes: Boxes,
    odd: Odd,
    form: Form,
    source: str,
    *,
    numbers: NDArray[np.int64] | None = None,
) -> Boxes:
    """The boxes, without those of images whose numbers were plainly meant in another way.

    Parameters
    ----------
    boxes
        As they were read.
    odd
        What reached out of its image.
    form
        How the format tells a box.
    source
        What errors and warnings name.
    numbers
        (n,) numbers of the boxes among the objects of the file, where one file holds all images.

    Raises
    ------
    DataError
        Where half of the boxes or more are out of their images or below a pixel.
    """
    if not len(boxes) + len(odd.objects):
        return boxes
    judged = _judged(boxes, odd, form, source, numbers)
    if judged.report.remarks != boxes.report.remarks:
        return judged
    text = doubt(judged, form)
    return _warned(judged, f"{source}: {text}") if text else judged


def _judged(
    boxes: Boxes, odd: Odd, form: Form, source: str, numbers: NDArray[np.int64] | None
) -> Boxes:
    pixels = form != "centre"
    longer = _longer_sides(boxes, pixels)
    percent = pixels and _may_be_percent(boxes, odd, longer)
    small = longer <= GREATEST_FRACTION if pixels else np.zeros(len(longer), dtype=np.bool_)
    specks = bool(len(longer)) and not pixels and bool(np.median(longer) < SMALLEST_FRACTION)
    if not (len(odd.objects) or percent or specks or small.any()):
        return boxes
    # No other image can be out of bounds, or have nothing but numbers of at most 1
    doubtful = np.zeros(boxes.images, dtype=np.bool_)
    doubtful[boxes.image_ids[small]] = True
    doubtful[odd.images] = True
    look = _looked(boxes, odd, form, doubtful | percent)
    such = _example(boxes, odd)
    if pixels:
        boxes = _without_percent(boxes, look, form, source) if percent else boxes
        boxes, gone = _without(boxes, _fractions(look), _FRACTIONS, numbers)
        boxes = _said(
            boxes, source, gone, "", "are numbers of at most 1",
            "they would fit as fractions of the image, not as pixels",
        )  # fmt: skip
        if gone:
            return boxes
    boxes = _without_specks(boxes, longer, source, pixels)
    out = int(np.count_nonzero(look.out))
    if not out:
        return boxes
    reading, images = _mended(look, form)
    if reading is None:
        return _said(
            boxes, source, int(np.count_nonzero(look.far)), such, "reach out of their image",
            "no other reading fits: are these the sizes of these images?", FEWEST_UNEXPLAINED,
        )  # fmt: skip
    boxes, gone = _without(boxes, images, reading.reason, numbers)
    what = "reach out of their image"
    return _said(boxes, source, max(out, gone), such, what, f"they fit as {reading.would_fit}")


def _longer_sides(boxes: Boxes, pixels: bool) -> NDArray[np.float64]:
    """The longer side of each box, in pixels or as a fraction of its image."""
    widths, heights = boxes.sizes.T
    if pixels:
        widths = widths * boxes.image_sizes[boxes.image_ids, 0]
        heights = heights * boxes.image_sizes[boxes.image_ids, 1]
    longer: NDArray[np.float64] = np.maximum(widths, heights)
    return longer


def _may_be_percent(boxes: Boxes, odd: Odd, longer: NDArray[np.float64]) -> bool:
    """Whether nothing that lies in its image reaches past 100."""
    if len(boxes) + len(odd.objects) < FEW_PERCENT_BOXES or (longer > PERCENT_END).any():
        return False
    ends = boxes.placed("a check of the numbers") + boxes.sizes / 2
    return not (ends * boxes.image_sizes[boxes.image_ids] > PERCENT_END).any()


def _looked(boxes: Boxes, odd: Odd, form: Form, which: NDArray[np.bool_]) -> _Look:
    """All objects of some images with the numbers of their file.

    Those of boxes inside are told from their places. `which` (images,) is true of every image that
    `odd` names.
    """
    rows = np.flatnonzero(which[boxes.image_ids])
    centres, sizes = boxes.placed("a check of the numbers")[rows], boxes.sizes[rows]
    sides = boxes.image_sizes if form != "centre" else np.ones_like(boxes.image_sizes)
    mine = sides[boxes.image_ids[rows]]
    if form == "centre":
        values = np.hstack([centres, sizes])
    else:
        first = (centres - sizes / 2) * mine
        values = np.hstack([first, sizes * mine + (first if form == "corners" else 0)])
    kept = odd.boxes >= 0
    values[np.searchsorted(rows, odd.boxes[kept])] = odd.values[kept]
    values = np.vstack([values, odd.values[~kept]])
    images = np.concatenate([boxes.image_ids[rows], odd.images[~kept]])
    known = sides[images]
    corners = _CORNERS[form](values)
    with np.errstate(all="ignore"):
        beyond = np.hstack([-corners[:, :2] / known, corners[:, 2:] / known - 1]).max(axis=1)
        upside_down = (corners[:, 2:] < corners[:, :2]).any(axis=1)
    return _Look(values, known, images, beyond > FAR, (beyond > FAR) | upside_down)


def _of_images(look: _Look, which: NDArray[np.bool_], images: int) -> NDArray[np.int64]:
    return np.bincount(look.images[which], minlength=images)


def _fractions(look: _Look) -> NDArray[np.int64]:
    """Images of which all numbers are at most 1, though they are no images of a few pixels."""
    images = int(look.images.max()) + 1
    tiny = (np.abs(look.values) <= GREATEST_FRACTION).all(axis=1)
    tiny &= look.sides.min(axis=1) >= FEWEST_SIDE
    counts = _of_images(look, np.ones_like(tiny), images)
    return np.flatnonzero((counts > 0) & (_of_images(look, tiny, images) == counts))


def _mended(look: _Look, form: Form) -> tuple[_Reading | None, NDArray[np.int64]]:
    """The reading that puts boxes where they belong, and the images to leave out for it."""
    images = int(look.images.max()) + 1
    counts = _of_images(look, np.ones_like(look.out), images)
    out = _of_images(look, look.out, images)
    doubtful = out > 0
    best: tuple[int, _Reading | None, NDArray[np.int64]] = (0, None, np.empty(0, np.int64))
    for reading in _READINGS[form]:
        fits = _of_images(look, reading.fits(look), images) == counts
        mended = doubtful & fits
        number = int(np.count_nonzero(mended))
        # One box alone may lie anywhere
        if number < ALIKE * np.count_nonzero(doubtful) or out[mended].sum() < 2:
            continue
        if number > best[0]:
            gone = mended & (out >= (reading.share_out or 0) * counts)
            if reading.share_out is None:
                gone[:] = False
            best = (number, reading, np.flatnonzero(gone))
    return best[1], best[2]


def _without(
    boxes: Boxes, images: NDArray[np.int64], reason: str, numbers: NDArray[np.int64] | None
) -> tuple[Boxes, int]:
    """The boxes without those of some images, left out for a reason, and how many that are."""
    if not len(images):
        return boxes, 0
    gone = np.isin(boxes.image_ids, images)
    if numbers is not None:
        return _without_rows(boxes, gone, reason, numbers)
    files = [boxes.image_files[row] for row in images.tolist()]
    kept = np.bincount(boxes.image_ids, minlength=boxes.images)[images].tolist()
    named = dict.fromkeys(files, frozenset[int]())
    for problem in boxes.report.problems:
        if problem.file in named and problem.object and problem.kind == "left_out":
            named[problem.file] |= {problem.object}
    # A box has no number of its own: it is one of those that nothing is wrong with
    wrong = {}
    for file, count in zip(files, kept, strict=True):
        objects = range(1, count + len(named[file]) + 1)
        wrong[file] = [
            Problem(file, number, reason, "", "left_out")
            for number in objects
            if number not in named[file]
        ]
    problems: list[Problem] = []
    for problem in boxes.report.problems:
        if problem.file in wrong and problem.kind == "altered":
            continue
        problems.append(problem)
    problems += [problem for found in wrong.values() for problem in found]
    order = {file: row for row, file in enumerate(boxes.image_files)}
    problems.sort(key=lambda problem: order.get(problem.file, -1))
    number = sum(kept) + sum(map(len, named.values()))
    return _dropped(boxes, gone, problems), number


def _without_rows(
    boxes: Boxes, gone: NDArray[np.bool_], reason: str, numbers: NDArray[np.int64]
) -> tuple[Boxes, int]:
    """The same where one file holds all images."""
    file = boxes.image_files[0]
    named = [f"image {boxes.image_names[row]}" for row in boxes.image_ids[gone].tolist()]
    wrong = set(numbers[gone].tolist())
    problems = [
        Problem(file, number, reason, value, "left_out")
        for number, value in zip(numbers[gone].tolist(), named, strict=True)
    ]
    problems += [one for one in boxes.report.problems if one.object not in wrong]
    problems.sort(key=lambda problem: problem.object or 0)
    return _dropped(boxes, gone, problems), len(wrong)


def _dropped(boxes: Boxes, gone: NDArray[np.bool_], problems: Sequence[Problem]) -> Boxes:
    kept = boxes.where(~gone, "")
    return replace(kept, report=replace(boxes.report, problems=tuple(problems)))


def _example(boxes: Boxes, odd: Odd) -> str:
    """The first object that reaches out of its image, as it is named."""
    if not len(odd.objects):
        return ""
    return f", such as {boxes.image_files[odd.images[0]]}: object {odd.objects[0]}"


def _said(
    boxes: Boxes,
    source: str,
    count: int,
    such: str,
    what: str,
    instead: str,
    least: int = FEWEST,
) -> Boxes:
    """The boxes with a warning where many are strange; an error where most are, `least` or more."""
    objects = boxes.report.objects
    if count < least or count < WARNED * objects:
        return boxes
    text = f"{source}: {count:,} of {objects:,} boxes {what}{such}; {instead}"
    if count >= REFUSED * objects:
        raise DataError(text)
    return _warned(boxes, text)


def _warned(boxes: Boxes, text: str) -> Boxes:
    remarks = (*boxes.report.remarks, Remark("warning", text))
    return replace(boxes, report=replace(boxes.report, remarks=remarks))


def _without_specks(boxes: Boxes, longer: NDArray[np.float64], source: str, pixels: bool) -> Boxes:
    """The boxes, with a warning where many are below a pixel; an error where most are."""
    if not len(boxes):
        return boxes
    least, unit = SMALLEST_FRACTION, "of the image"
    if pixels:
        least, unit = 1.0, "pixels"
        tiny_images = boxes.image_sizes.min(axis=1) < FEWEST_SIDE
        longer = np.where(tiny_images[boxes.image_ids], least, longer)
    specks = int(np.count_nonzero(longer < least))
    objects = boxes.report.objects
    text = f"{source}: {specks:,} of {objects:,} boxes are smaller than a pixel"
    if specks >= REFUSED * objects:
        raise DataError(
            f"{text}, the largest side of half of them below {np.median(longer):.2g} {unit}: are "
            "they in another unit?"
        )
    if specks >= max(FEWEST, WARNED * objects):
        return _warned(boxes, f"{text}: are they in another unit?")
    return _noted(boxes, longer < least) if pixels and specks else boxes


def _noted(boxes: Boxes, specks: NDArray[np.bool_]) -> Boxes:
    """The boxes, with a note on each that is smaller than a pixel: its size in pixels."""
    images = boxes.image_ids[specks]
    sides = boxes.sizes[specks] * boxes.image_sizes[images]
    notes = [
        Problem(boxes.image_files[image], None, SPECK, f"{width:.3g} x {height:.3g}", "note")
        for image, (width, height) in zip(images.tolist(), sides.tolist(), strict=True)
    ]
    problems = (*boxes.report.problems, *notes)
    return replace(boxes, report=replace(boxes.report, problems=problems))


def _without_percent(boxes: Boxes, look: _Look, form: Form, source: str) -> Boxes:
    """The boxes, with a warning where they are few and may be percent; an error where many."""
    ends = _CORNERS[form](look.values)[:, 2:]
    wide = look.sides.min(axis=1) >= PERCENT_SIDE
    if (
        len(ends) >= FEW_PERCENT_BOXES
        and wide.all()
        and look.values.min() >= -1
        and ends.max() <= PERCENT_END
        and (ends.max(axis=0) > PERCENT_REACH).all()
    ):
        text = (
            f"{source}: no number of {len(ends):,} boxes is above 100, in images of "
            f"{look.sides.min():g} pixels and more: percent of the image, not pixels?"
        )
        if len(ends) >= PERCENT_BOXES:
            raise DataError(text)
        boxes = _warned(boxes, text)
    return boxes
