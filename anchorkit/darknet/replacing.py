"""New anchors into the text of a cfg: anchors, num, mask and filters, and nothing else."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from anchorkit.darknet.dealing import area, assigned
from anchorkit.darknet.editing import Change, Editor, gets, unfit
from anchorkit.darknet.faults import Fault, faults_of
from anchorkit.darknet.heads import Head, Pair, heads_of
from anchorkit.darknet.listed import agree, anchors_of, same_anchors
from anchorkit.darknet.sections import Cfg, read_cfg
from anchorkit.darknet.shapes import KNOWN
from anchorkit.darknet.spans import applied
from anchorkit.errors import AnchorError, CfgError

__all__ = ["Edit", "NoHeadError", "check_headers", "editable_heads", "edited", "replace_anchors"]

_LIKE_A_HEAD = re.compile(r"\[(gaussian|yolo|region)", re.IGNORECASE)


class NoHeadError(CfgError):
    """A network without a head that has anchors: nothing is wrong with it."""


@dataclass(frozen=True)
class Edit:
    """What came of an edit.

    Attributes
    ----------
    cfg
        The new cfg.
    heads
        Its heads.
    changes
        Each value that was changed.
    mended
        The faults of the old cfg that the new one has no more.
    warnings
        What may not be meant so.
    notes
        What was decided where nothing else told it.
    """

    cfg: Cfg
    heads: tuple[Head, ...]
    changes: tuple[Change, ...]
    mended: tuple[Fault, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The new text."""
        return self.cfg.text

    def then(self, other: "Edit") -> "Edit":
        """The two edits as one; the other is of the cfg that came of the first."""
        return Edit(
            cfg=other.cfg,
            heads=other.heads,
            changes=(*self.changes, *other.changes),
            mended=(*self.mended, *other.mended),
            warnings=(*self.warnings, *other.warnings),
            notes=(*self.notes, *other.notes),
        )


def replace_anchors(
    text: str,
    anchors: Iterable[Iterable[float]],
    *,
    assign: str = "shares",
    shares: Sequence[int] | None = None,
    counters: Sequence[int] | None = None,
    classes: int | None = None,
    strides: Sequence[int] | None = None,
    force: bool = False,
) -> str:
    r"""A cfg with other anchors: `anchors`, `num`, `mask` and `filters` of every head.

    Anchors are listed by ascending area and dealt out by ascending stride. Anchors that equal the
    cfg's as a set leave its list as it is. Known faults are mended: an anchor in no mask or in
    two, a mask beyond num, a missing comma, filters that do not match, a list in quotes or over two
    lines. All else stays.

    Parameters
    ----------
    text
        The whole cfg, with the line ends of the file.
    anchors
        (k, 2), width and height in pixels of the network's input; a `[region]` gets them in cells
        of its grid.
    assign
        `shares` (lengths of masks stay where they fit, else equal ones) or `size` (area rule);
        see `anchorkit.darknet.dealing.assigned`.
    shares
        How many anchors each head gets, by ascending stride; None: as `assign` has it.
    counters
        Boxes of each class in the order of the classes, for `counters_per_class`; None leaves it.
    classes
        How many classes every head gets; None leaves them.
    strides
        Strides of the heads in the order of the file, where a layer that darknet does not know
        keeps them from being told.
    force
        Replace also where the heads list different anchors: all get the new ones.

    Raises
    ------
    AnchorError
        Where an anchor is not two positive, finite numbers.
    CfgError
        Where the cfg cannot be edited safely; the message names the line.
    UsageError
        Where shares or strides are not those of its heads.

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
    edit = edited(
        read_cfg(text),
        anchors,
        assign=assign,
        shares=shares,
        counters=counters,
        classes=classes,
        strides=strides,
        force=force,
    )
    return edit.text


def edited(
    cfg: Cfg,
    anchors: Iterable[Iterable[float]],
    *,
    assign: str = "shares",
    shares: Sequence[int] | None = None,
    counters: Sequence[int] | None = None,
    classes: int | None = None,
    strides: Sequence[int] | None = None,
    net: Sequence[tuple[str, str]] = (),
    force: bool = False,
) -> Edit:
    """`replace_anchors` on a cfg that was read, with an account of what was changed and mended.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    net
        Keys of `[net]` to be written as well, with their values.
    anchors, assign, shares, counters, classes, strides, force
        As for `replace_anchors`.
    """
    heads = editable_heads(cfg, force=force, strides=strides)
    pairs = _checked(anchors)
    old = anchors_of(heads)
    kept = agree(heads) and same_anchors(old, pairs)
    new = list(old) if kept else sorted(pairs, key=lambda anchor: (area(anchor), anchor))
    masks, notes = _masks(heads, new, assign, shares, kept=kept)
    editor = Editor(cfg)
    for head in heads:
        editor.edit_head(head, new, masks.get(head.line), kept=kept, classes=classes)
        editor.edit_counters(head, counters, classes)
    for key, value in net:
        editor.put_net(key, value)
    return finished(editor, heads, strides=strides, notes=notes)


def finished(
    editor: Editor,
    heads: Sequence[Head],
    *,
    strides: Sequence[int] | None = None,
    notes: Sequence[str] = (),
) -> Edit:
    """What an editor has collected, made into a new cfg.

    Parameters
    ----------
    editor
        With all changes.
    heads
        The heads of its cfg.
    strides
        As for `heads_of`.
    notes
        What is to be said beside.
    """
    cfg, after = editor.cfg, tuple(heads)
    if editor.changes:
        cfg = read_cfg(applied(cfg.text, editor.spans))
        after = heads_of(cfg, strides=strides)
        if len(after) != len(heads):  # nothing is written that could not be read again
            raise CfgError("cannot be edited: not all of its heads would be left")
        for old, head in zip(heads, after, strict=True):
            wanted = len(head.used) * head.per_anchor
            # A head may get what an earlier one hands on, whose convolution was edited
            if head.filters is None and gets(old, wanted) and not gets(head, wanted):
                raise unfit(head, wanted)
    still = {(fault.kind, fault.text) for fault in faults_of(after)}
    return Edit(
        cfg=cfg,
        heads=after,
        changes=tuple(editor.changes),
        mended=tuple(f for f in faults_of(heads) if (f.kind, f.text) not in still),
        warnings=tuple(editor.warnings),
        notes=tuple(notes),
    )


def editable_heads(
    cfg: Cfg, *, force: bool = False, strides: Sequence[int] | None = None
) -> tuple[Head, ...]:
    """The heads of a cfg whose anchors can be replaced; with `force` also where they differ.

    Raises
    ------
    NoHeadError
        Where there is none.
    CfgError
        Where darknet would drop one silently, where a `[region]` is not the only one, where they
        list different anchors.
    UsageError
        Where strides are not those of its heads.
    """
    check_headers(cfg)
    heads = heads_of(cfg, strides=strides)
    if not heads:
        old = next((one for one in cfg.sections if one.type == "detection"), None)
        if old is not None:
            raise NoHeadError(
                f"line {old.line}: [detection] is the head of YOLOv1: it has no anchors"
            )
        raise NoHeadError("no detection head: wanted [yolo], [Gaussian_yolo] or [region]")
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


def check_headers(cfg: Cfg) -> None:
    """Fail where a header is meant to be that of a head, and is none to darknet.

    Raises
    ------
    CfgError
        With its line.
    """
    for section in cfg.sections[1:]:
        if section.type not in KNOWN and _LIKE_A_HEAD.match(section.header):
            raise CfgError(
                f"line {section.line}: wanted [yolo], [Gaussian_yolo] or [region] on a line of its "
                f"own, found {section.header}, which darknet drops silently"
            )


def _checked(anchors: Iterable[Iterable[float]]) -> list[Pair]:
    pairs = [tuple(map(float, anchor)) for anchor in anchors]
    for place, pair in enumerate(pairs, 1):
        if len(pair) != 2 or not all(isfinite(side) and side > 0 for side in pair):
            raise AnchorError(f"anchor {place}: wanted two positive, finite numbers, found {pair}")
    if not pairs:
        raise AnchorError("wanted at least one anchor, found none")
    return [(pair[0], pair[1]) for pair in pairs]


def _masks(
    heads: Sequence[Head],
    anchors: Sequence[Pair],
    assign: str,
    shares: Sequence[int] | None,
    *,
    kept: bool,
) -> tuple[dict[int, tuple[int, ...]], tuple[str, ...]]:
    """Masks by the line of their head; none for a single head that has no mask."""
    dealt = assigned(heads, anchors, assign, shares)
    if len(heads) == 1 and "mask" not in heads[0].written:
        return {}, dealt.notes
    present = {head.line: head.mask or () for head in heads}
    used = sorted(index for mask in present.values() for index in mask)
    if kept and shares is None and assign != "size" and used == list(range(len(anchors))):
        return present, ()
    return dealt.masks, dealt.notes
