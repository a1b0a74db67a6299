"""New anchors into the text of a cfg: anchors, num, mask and filters, and nothing else."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from anchorkit.darknet.assigning import area, masks_for
from anchorkit.darknet.editing import Change, Editor
from anchorkit.darknet.faults import Fault, agree, faults_of, same_anchors
from anchorkit.darknet.heads import Head, Pair, heads_of
from anchorkit.darknet.sections import Cfg, read_cfg
from anchorkit.darknet.shapes import KNOWN
from anchorkit.darknet.spans import applied
from anchorkit.errors import AnchorError, CfgError

__all__ = ["Edit", "anchors_of", "editable_heads", "edited", "replace_anchors"]

_LIKE_A_HEAD = re.compile(r"\[(gaussian|yolo|region)", re.IGNORECASE)


@dataclass(frozen=True)
class Edit:
    """What came of an edit: the new text, each change, and the faults that are mended by them."""

    text: str
    changes: tuple[Change, ...]
    mended: tuple[Fault, ...]
    warnings: tuple[str, ...]


def replace_anchors(
    text: str,
    anchors: Iterable[Iterable[float]],
    *,
    assign: str = "shares",
    counters: Sequence[int] | None = None,
    force: bool = False,
) -> str:
    r"""A cfg with other anchors: `anchors`, `num`, `mask` and `filters` of every head.

    Anchors are listed by ascending area and dealt out by ascending stride. Anchors that equal the
    cfg's as a set leave its list as it is. Known faults are mended: an anchor in no mask or in
    two, a mask beyond num, a missing comma, filters that do not match. All else stays.

    Parameters
    ----------
    text
        The whole cfg, with the line ends of the file.
    anchors
        (k, 2), width and height in pixels of the network's input; a `[region]` gets them in cells
        of its grid.
    assign
        `shares` (lengths of masks stay where they fit, else equal ones) or `size` (area rule);
        see `anchorkit.darknet.assigning.masks_for`.
    counters
        Boxes of each class in the order of the classes, for `counters_per_class`; None leaves it.
    force
        Replace also where the heads list different anchors: all get the new ones.

    Raises
    ------
    AnchorError
        Where an anchor is not two positive, finite numbers.
    CfgError
        Where the cfg cannot be edited safely; the message names the line.

    Examples
    --------
    >>> cfg = "[net]\nwidth=64\nheight=64\nchannels=3\n[conv]\nfilters=6\nstride=8\n" + (
    ...     "[yolo]\nclasses=1\nnum=1\nanchors = 9,9 # mine\n")
    >>> print(replace_anchors(cfg, [(20, 30), (5, 6)])[36:])
    [conv]
    filters=12
    stride=8
    [yolo]
    classes=1
    num=2
    anchors = 5,6,  20,30 # mine
    <BLANKLINE>
    """
    return edited(text, anchors, assign=assign, counters=counters, force=force).text


def edited(
    text: str,
    anchors: Iterable[Iterable[float]],
    *,
    assign: str = "shares",
    counters: Sequence[int] | None = None,
    force: bool = False,
) -> Edit:
    """`replace_anchors`, with an account of what was changed, mended and left alone."""
    cfg = read_cfg(text)
    heads = editable_heads(cfg, force=force)
    wanted = _checked(anchors)
    old = anchors_of(heads)
    kept = agree(heads) and same_anchors(old, wanted)
    new = list(old) if kept else sorted(wanted, key=lambda anchor: (area(anchor), anchor))
    masks = _masks(heads, new, assign, kept=kept)
    editor = Editor(cfg)
    for head in heads:
        editor.edit_head(head, new, masks.get(head.line), kept=kept)
        editor.edit_counters(head, counters)
    return Edit(
        text=applied(text, editor.spans),
        changes=tuple(editor.changes),
        mended=faults_of(heads) if editor.changes else (),
        warnings=tuple(editor.warnings),
    )


def anchors_of(heads: Sequence[Head]) -> tuple[Pair, ...]:
    """The anchors that the heads list, in pixels; the longest list where they differ."""
    return max((head.anchors for head in heads), key=len, default=())


def editable_heads(cfg: Cfg, *, force: bool = False) -> tuple[Head, ...]:
    """The heads of a cfg whose anchors can be replaced; with `force` also where they differ.

    Raises
    ------
    CfgError
        Where there is none, where darknet would drop one silently, where a `[region]` is not the
        only one, where they list different anchors.
    """
    for section in cfg.sections[1:]:
        if section.type not in KNOWN and _LIKE_A_HEAD.match(section.header):
            raise CfgError(
                f"line {section.line}: wanted [yolo], [Gaussian_yolo] or [region] on a line of its "
                f"own, found {section.header}, which darknet drops silently"
            )
    heads = heads_of(cfg)
    if not heads:
        old = next((one for one in cfg.sections if one.type == "detection"), None)
        if old is not None:
            raise CfgError(f"line {old.line}: [detection] is the head of YOLOv1: it has no anchors")
        raise CfgError("no detection head: wanted [yolo], [Gaussian_yolo] or [region]")
    if len(heads) > 1:
        for head in heads:
            if head.type == "region":
                raise CfgError(
                    f"line {head.line}: a [region] uses all anchors: wanted no other head"
                )
    if not agree(heads) and not force:
        raise CfgError(
            f"line {heads[0].line}: the heads list different anchors, so these cannot be replaced "
            "without losing that; force it to give all heads the same"
        )
    return heads


def _checked(anchors: Iterable[Iterable[float]]) -> list[Pair]:
    pairs = [tuple(map(float, anchor)) for anchor in anchors]
    for place, pair in enumerate(pairs, 1):
        if len(pair) != 2 or not all(isfinite(side) and side > 0 for side in pair):
            raise AnchorError(f"anchor {place}: wanted two positive, finite numbers, found {pair}")
    if not pairs:
        raise AnchorError("wanted at least one anchor, found none")
    return [(pair[0], pair[1]) for pair in pairs]


def _masks(
    heads: Sequence[Head], anchors: Sequence[Pair], assign: str, *, kept: bool
) -> dict[int, tuple[int, ...]]:
    """Masks by the line of their head; none for a single head that has no mask."""
    masks = masks_for(heads, anchors, assign)
    if len(heads) == 1 and heads[0].mask is None:
        return {}
    written = {head.line: head.mask or () for head in heads}
    used = sorted(index for mask in written.values() for index in mask)
    if kept and assign != "size" and used == list(range(len(anchors))):
        return written
    return masks
