"""Anchors in the form, the unit and the order in which each trainer wants them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.anchors.text import format_number
from anchorkit.errors import UsageError
from anchorkit.overlap import as_sizes

__all__ = ["FORMS", "Form", "check_levels", "export"]

_TAO_ROWS = ("small_anchor_shape", "mid_anchor_shape", "big_anchor_shape")


class _Level(NamedTuple):
    """Anchors of one detection level, as text; levels are kept by ascending stride."""

    stride: int
    indices: list[int]
    pairs: list[tuple[str, str]]

    def tuples(self) -> str:
        return ", ".join(f"({width}, {height})" for width, height in self.pairs)

    def rows(self) -> str:
        """Rows of a MATLAB matrix, height first."""
        return "; ".join(f"{height} {width}" for width, height in self.pairs)


class Form(NamedTuple):
    """How one trainer wants its anchors.

    Attributes
    ----------
    trainer
        The trainer's name, for people.
    language
        What the text is written in, as Markdown's code blocks name it.
    comment
        What begins a comment; empty where the format has none.
    strides
        Strides of its usual levels, ascending; empty where it has no levels unless asked.
    equal
        Whether every level must have the same count of anchors.
    letterbox
        Whether it is known to scale both sides of an image alike.
    decimals
        At least so many places after the point.
    write
        From the levels to the lines.
    """

    trainer: str
    language: str
    comment: str
    strides: tuple[int, ...]
    equal: bool
    letterbox: bool
    decimals: int
    write: Callable[[list[_Level]], list[str]]


def export(
    name: str,
    anchors: ArrayLike,
    *,
    strides: Sequence[int] | None = None,
    decimals: int | None = None,
    made: Sequence[str] = (),
) -> str:
    """Anchors as one trainer reads them: its unit, order and grouping by level.

    Anchors are sorted by area; the smallest go to the level of the smallest stride.

    Parameters
    ----------
    name
        One of `FORMS`.
    anchors
        (k, 2), columns width and height, pixels at input.
    strides
        Stride of each detection level, in any order; None: the trainer's usual levels.
    decimals
        Places after the point; None: as many as each number needs.
    made
        Lines that say how the anchors were made, for a comment where the format has comments.

    Returns
    -------
    Text of whole lines, each ended by a line feed.

    Raises
    ------
    UsageError
        Where the name is unknown, the strides cannot be, or the anchors do not share out over the
        levels as the trainer wants them.

    Examples
    --------
    >>> print(export("yolov5", [(10, 13), (16, 30)], strides=[8, 16]), end="")
    anchors:
      - [10,13]  # P3/8
      - [16,30]  # P4/16
    >>> print(export("keras", [(16, 30), (10, 13)], strides=[16, 32]), end="")
    10,13,  16,30
    """
    sizes = as_sizes(anchors, "anchors")
    check_levels(name, len(sizes), strides)
    form = FORMS[name]
    sizes = sizes[np.argsort(sizes.prod(axis=1), kind="stable")]
    places = max(decimals or 0, form.decimals) if decimals is not None or form.decimals else None
    levels = _levels(sizes, sorted(strides or form.strides), places)
    comments = [
        f"{form.comment} {line}" for text in made if form.comment for line in text.splitlines()
    ]
    return "".join(f"{line}\n" for line in comments + form.write(levels))


def check_levels(name: str, k: int, strides: Sequence[int] | None = None) -> None:
    """Fail where k anchors do not share out over the levels as a trainer wants them.

    Parameters
    ----------
    name
        One of `FORMS`.
    k
        Number of anchors.
    strides
        Stride of each level; None: the trainer's usual levels.

    Raises
    ------
    UsageError
        The message names the k that would do.

    Examples
    --------
    >>> check_levels("yolov5", 9)
    >>> check_levels("yolov5", 10)
    Traceback (most recent call last):
    anchorkit.errors.UsageError: yolov5: wanted the same count of anchors in each of its 3 levels \
(strides 8, 16, 32), found 10 anchors: 9 or 12 would do
    """
    if name not in FORMS:
        raise UsageError(f"export: wanted one of {', '.join(FORMS)}, found {name!r}")
    form = FORMS[name]
    if strides is not None and (
        not strides or min(strides) < 1 or len(set(strides)) < len(strides)
    ):
        raise UsageError(f"strides: wanted distinct numbers above 0, found {list(strides)}")
    if name == "tao" and strides is not None and len(strides) not in (2, 3):
        raise UsageError(f"tao: wanted 2 levels (tiny) or 3, found {len(strides)} strides")
    if name == "keras" and strides is None and k not in (6, 9):
        raise UsageError(f"keras: wanted 9 anchors, or 6 for the tiny model, found {k}")
    used = sorted(strides or form.strides)
    where = f"its {len(used)} levels (strides {', '.join(map(str, used))})"
    if k < len(used):
        raise UsageError(f"{name}: wanted an anchor for each of {where}, found {k}")
    if form.equal and used and k % len(used):
        below = k - k % len(used)
        raise UsageError(
            f"{name}: wanted the same count of anchors in each of {where}, found {k} anchors: "
            f"{below} or {below + len(used)} would do"
        )


def _levels(
    sizes: NDArray[np.float64], strides: Sequence[int], decimals: int | None
) -> list[_Level]:
    """Equal shares, the remainder to the coarser levels; a single level where there are none."""
    count = max(1, len(strides))
    shares = [(len(sizes) + place) // count for place in range(count)]
    texts = [
        (format_number(width, decimals), format_number(height, decimals))
        for width, height in sizes.tolist()
    ]
    levels, first = [], 0
    for stride, share in zip(strides or [0], shares, strict=True):
        indices = list(range(first, first + share))
        levels.append(_Level(stride, indices, [texts[index] for index in indices]))
        first += share
    return levels


def _pairs(levels: list[_Level]) -> list[tuple[str, str]]:
    return [pair for level in levels for pair in level.pairs]


def _line(levels: list[_Level]) -> str:
    return ",  ".join(f"{width},{height}" for width, height in _pairs(levels))


def _named(stride: int) -> str:
    power = stride.bit_length() - 1
    return f"P{power}/{stride}" if stride == 1 << power else f"stride {stride}"


def _darknet(levels: list[_Level]) -> list[str]:
    return [f"anchors = {_line(levels)}"]


def _keras(levels: list[_Level]) -> list[str]:
    return [_line(levels)]


def _csv(levels: list[_Level]) -> list[str]:
    return ["width,height", *(f"{width},{height}" for width, height in _pairs(levels))]


def _yolov5(levels: list[_Level]) -> list[str]:
    rows = (
        (", ".join(f"{width},{height}" for width, height in level.pairs), _named(level.stride))
        for level in levels
    )
    return ["anchors:", *(f"  - [{row}]  # {name}" for row, name in rows)]


def _mmdet(levels: list[_Level]) -> list[str]:
    coarse_first = levels[::-1]
    strides = [level.stride for level in coarse_first]
    return [
        "model = dict(",
        "    bbox_head=dict(",
        "        anchor_generator=dict(",
        "            type='YOLOAnchorGenerator',",
        "            base_sizes=[",
        *(f"                [{level.tuples()}]," for level in coarse_first),
        "            ],",
        f"            strides={strides}),",
        f"        featmap_strides={strides}))",
    ]


def _mmyolo(levels: list[_Level]) -> list[str]:
    return [
        "anchors = [",
        *(f"    [{level.tuples()}],  # {_named(level.stride)}" for level in levels),
        "]",
        f"strides = {[level.stride for level in levels]}",
        "model = dict(",
        "    bbox_head=dict(",
        f"        head_module=dict(num_base_priors={len(levels[0].pairs)}, "
        "featmap_strides=strides),",
        "        prior_generator=dict(base_sizes=anchors, strides=strides)))",
    ]


def _paddle(levels: list[_Level]) -> list[str]:
    rows = [", ".join(f"[{width}, {height}]" for width, height in level.pairs) for level in levels]
    masks = [level.indices for level in reversed(levels)]
    strides = [level.stride for level in reversed(levels)]
    anchors = f"[{', '.join(rows)}]"
    return [
        "YOLOv3Head:",
        f"  anchors: {anchors}",
        f"  anchor_masks: {masks}",
        "# The reader's copy: put this line in place of the Gt2YoloTarget of your TrainReader,",
        "# and leave its other transforms as they are.",
        "TrainReader:",
        "  batch_transforms:",
        f"    - Gt2YoloTarget: {{anchor_masks: {masks}, anchors: {anchors}, "
        f"downsample_ratios: {strides}}}",
    ]


def _tao(levels: list[_Level]) -> list[str]:
    names = _TAO_ROWS[-len(levels) :]
    rows = zip(names, levels, strict=True)
    return [f'{name}: "[{level.tuples()}]"' for name, level in reversed(list(rows))]


def _matlab(levels: list[_Level]) -> list[str]:
    note = "% rows are [height width]"
    if levels[0].stride == 0:
        return [note, f"anchorBoxes = [{levels[0].rows()}];"]
    cells = "; ".join(f"[{level.rows()}]" for level in reversed(levels))
    return [f"{note}, the coarsest level first", f"anchorBoxes = {{{cells}}};"]


_USUAL = (8, 16, 32)

FORMS: dict[str, Form] = {
    "darknet": Form("darknet", "ini", "#", (), False, False, 0, _darknet),
    "yolov5": Form("YOLOv5, YOLOv7", "yaml", "#", _USUAL, True, True, 0, _yolov5),
    "mmdet": Form("MMDetection", "python", "#", _USUAL, True, True, 0, _mmdet),
    "mmyolo": Form("MMYOLO", "python", "#", _USUAL, True, True, 0, _mmyolo),
    "paddle": Form("PaddleDetection", "yaml", "#", _USUAL, False, False, 0, _paddle),
    "keras": Form("keras-yolo3", "text", "", (), True, False, 0, _keras),
    "tao": Form("NVIDIA TAO", "protobuf", "#", _USUAL, False, False, 2, _tao),
    "matlab": Form("MATLAB", "matlab", "%", (), False, False, 0, _matlab),
    "csv": Form("any other", "csv", "", (), False, False, 0, _csv),
}
"""For each name that `--export` takes: the form its trainer wants."""
