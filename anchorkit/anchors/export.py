"""Anchors in the form, the unit and the order in which each trainer wants them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anchorkit.anchors import templates
from anchorkit.anchors.templates import Level
from anchorkit.anchors.text import format_number
from anchorkit.anchors.tiny_keras import TINY, has_unused_first
from anchorkit.errors import UsageError
from anchorkit.network_input import NetworkInput
from anchorkit.overlap import as_sizes
from anchorkit.training.trainers import TRAINERS

__all__ = ["FORMS", "Form", "cautions", "check_levels", "export"]


class Form(NamedTuple):
    """How one trainer, or a network where it is deployed, wants its anchors.

    Attributes
    ----------
    label
        Its name, for people.
    trainer
        Which of `TRAINERS` reads it; None where no training does.
    language
        What the text is written in, as Markdown's code blocks name it.
    comment
        What begins a comment; empty where the format has none.
    strides
        Strides of its usual levels, ascending; empty where it has no levels unless asked.
    counts
        Numbers of levels that it takes; empty where it takes any.
    equal
        Whether every level must have the same count of anchors.
    square
        Whether it names levels by the side of their grid, which takes a square input.
    decimals
        At least so many places after the point.
    write
        From the levels to the lines.
    """

    label: str
    trainer: str | None
    language: str
    comment: str
    strides: tuple[int, ...]
    counts: tuple[int, ...]
    equal: bool
    square: bool
    decimals: int
    write: Callable[[Sequence[Level]], list[str]]


def export(
    name: str,
    anchors: ArrayLike,
    *,
    strides: Sequence[int] | None = None,
    decimals: int | None = None,
    network: NetworkInput | None = None,
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
    network
        The input at which they are meant; only a `square` form needs it.
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
    >>> print(export("yolov7", [(10, 13), (160, 300)], strides=[8, 16]), end="")
    anchors:
      - [10,13]  # P3/8
      - [160,300]  # P4/16
    >>> print(export("keras", [(16, 30), (10, 13)], strides=[16, 32]), end="")
    10,13,  16,30
    """
    sizes = as_sizes(anchors, "anchors")
    check_levels(name, len(sizes), strides, network=network)
    form = FORMS[name]
    sizes = _by_area(sizes)
    places = max(decimals or 0, form.decimals) if decimals is not None or form.decimals else None
    levels = _levels(sizes, sorted(strides or form.strides), places, network)
    comments = [
        f"{form.comment} {line}"
        for text in (*made, *cautions(name, sizes, strides))
        if form.comment
        for line in text.splitlines()
    ]
    return "".join(f"{line}\n" for line in comments + form.write(levels))


def check_levels(
    name: str,
    k: int,
    strides: Sequence[int] | None = None,
    *,
    network: NetworkInput | None = None,
) -> None:
    """Fail where k anchors do not share out over the levels as a trainer wants them.

    Parameters
    ----------
    name
        One of `FORMS`.
    k
        Number of anchors.
    strides
        Stride of each level; None: the trainer's usual levels.
    network
        The input at which they are meant; only a `square` form needs it.

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
    used = sorted(strides or form.strides)
    if form.counts and len(used) not in form.counts:
        wanted = " or ".join(map(str, form.counts))
        raise UsageError(f"{name}: wanted {wanted} levels, found {len(used)} strides")
    if name == "keras" and strides is None and k not in (TINY, 9):
        raise UsageError(f"keras: wanted 9 anchors, or {TINY} for the tiny model, found {k}")
    where = f"its {len(used)} levels (strides {', '.join(map(str, used))})"
    if k < len(used):
        raise UsageError(f"{name}: wanted an anchor for each of {where}, found {k}")
    if form.equal and used and k % len(used):
        below = k - k % len(used)
        raise UsageError(
            f"{name}: wanted the same count of anchors in each of {where}, found {k} anchors: "
            f"{below} or {below + len(used)} would do"
        )
    if form.square:
        _check_grid(name, used, network)


def cautions(name: str, anchors: ArrayLike, strides: Sequence[int] | None = None) -> list[str]:
    """What may become of these anchors where they are read, a line each.

    Parameters
    ----------
    name
        One of `FORMS`.
    anchors
        (k, 2), columns width and height, pixels at input.
    strides
        Stride of each level; None: the trainer's usual levels.

    Examples
    --------
    >>> cautions("yolov5", [(20, 20), (30, 30), (40, 40)])
    ['YOLOv5 6.0 and 6.1 turn the levels round here: the largest anchor has at most 16 times the \
area of the smallest; later and earlier versions do not']
    """
    sizes = _by_area(as_sizes(anchors, "anchors"))
    used = sorted(strides or FORMS[name].strides)
    if name == "yolov5" and len(used) > 1:
        # They divide by the strides before they compare the first anchor with the last
        factor = (used[-1] / used[0]) ** 2
        if sizes[-1].prod() <= factor * sizes[0].prod():
            return [
                "YOLOv5 6.0 and 6.1 turn the levels round here: the largest anchor has at most "
                f"{factor:g} times the area of the smallest; later and earlier versions do not"
            ]
    if name == "keras" and len(sizes) == TINY and not has_unused_first(sizes):
        first = " x ".join(format_number(side) for side in sizes[0].tolist())
        return [
            f"keras-yolo3's tiny model never trains its first anchor: boxes nearest to {first} "
            "have no target"
        ]
    return []


def _by_area(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    ascending: NDArray[np.float64] = sizes[np.argsort(sizes.prod(axis=1), kind="stable")]
    return ascending


def _check_grid(name: str, strides: Sequence[int], network: NetworkInput | None) -> None:
    """Fail where no level of the network can be named by the side of its grid."""
    if network is None or network.width != network.height:
        found = "none" if network is None else str(network)
        raise UsageError(f"{name}: wanted a square input, by which it names levels, found {found}")
    for stride in strides:
        if network.width % stride:
            raise UsageError(
                f"{name}: wanted an input that is a multiple of the stride {stride}, "
                f"found {network}"
            )


def _levels(
    sizes: NDArray[np.float64],
    strides: Sequence[int],
    decimals: int | None,
    network: NetworkInput | None,
) -> list[Level]:
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
        pairs = [texts[index] for index in indices]
        levels.append(Level(stride, indices, pairs, network.size if network else None))
        first += share
    return levels


def _trained(
    name: str,
    language: str,
    comment: str,
    write: Callable[[Sequence[Level]], list[str]],
    *,
    levels: bool = True,
    counts: tuple[int, ...] = (),
) -> Form:
    """The form of a trainer; `levels` says whether it is written by level unless asked."""
    row = TRAINERS[name]
    return Form(
        label=row.label,
        trainer=name,
        language=language,
        comment=comment,
        strides=row.strides if levels else (),
        counts=counts,
        equal=not row.unequal,
        square=False,
        decimals=row.precision,
        write=write,
    )


def _deployed(
    label: str,
    language: str,
    comment: str,
    write: Callable[[Sequence[Level]], list[str]],
    *,
    counts: tuple[int, ...] = (),
    equal: bool = True,
    square: bool = False,
) -> Form:
    """The form of networks that are trained elsewhere."""
    return Form(label, None, language, comment, (8, 16, 32), counts, equal, square, 0, write)


FORMS: dict[str, Form] = {
    "darknet": _trained("darknet", "ini", "#", templates.darknet, levels=False),
    "yolov5": _trained("yolov5", "yaml", "#", templates.yolov5),
    "yolov7": _trained("yolov7", "yaml", "#", templates.yolov5),
    "mmdet": _trained("mmdet", "python", "#", templates.mmdet),
    "mmyolo": _trained("mmyolo", "python", "#", templates.mmyolo),
    "paddle": _trained("paddle", "yaml", "#", templates.paddle),
    "keras": _trained("keras", "text", "", templates.keras, levels=False),
    "tao": _trained("tao", "protobuf", "#", templates.tao, counts=(2, 3)),
    "matlab": _trained("matlab", "matlab", "%", templates.matlab, levels=False),
    "hailo": _deployed("Hailo", "yaml", "#", templates.hailo),
    "rknn": _deployed("RKNN", "text", "", templates.rknn, counts=(3,)),
    "openvino": _deployed("OpenVINO", "json", "", templates.openvino, equal=False),
    "luxonis": _deployed("Luxonis", "json", "", templates.luxonis, equal=False, square=True),
    "csv": Form("any other", None, "csv", "", (), (), False, False, 0, templates.csv),
}
"""For each name that `--export` takes: the form that is wanted there."""
