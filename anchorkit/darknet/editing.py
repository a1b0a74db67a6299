"""The changes that new anchors make to the text of one head, collected before any is made.

Tested in tests/darknet/test_replacing.py.
"""

from collections.abc import Sequence
from typing import NamedTuple

from anchorkit.darknet.heads import Head, Pair
from anchorkit.darknet.lists import mended, written_like
from anchorkit.darknet.sections import Cfg, Section
from anchorkit.darknet.spans import Span, after_line, key_style
from anchorkit.errors import CfgError

__all__ = ["Change", "Editor"]


class Change(NamedTuple):
    """One value that was changed; `old` is empty where the key was inserted."""

    line: int
    key: str
    old: str
    new: str


class Editor:
    """Collects the changes to one cfg."""

    def __init__(self, cfg: Cfg) -> None:
        self.text = cfg.text
        self.sections = cfg.sections
        self.spans: list[Span] = []
        self.changes: list[Change] = []
        self.warnings: list[str] = []

    def edit_head(
        self, head: Head, anchors: Sequence[Pair], mask: tuple[int, ...] | None, *, kept: bool
    ) -> None:
        """Anchors, num and mask of a head, and the filters before it."""
        inserted: list[tuple[str, str]] = []
        entry = head.find("anchors")
        if entry is None or head.listed is None:
            inserted.append(("anchors", written_like("", _numbers(head, anchors), 2)))
        elif not kept or not head.listed.is_clean:
            new = mended(entry.value) if kept else None
            new = new or written_like(entry.value, _numbers(head, anchors), 2)
            self.put(head.section, "anchors", new, inserted)
        if head.num != len(anchors) or head.find("num") is None:
            self.put(head.section, "num", str(len(anchors)), inserted)
        clean = head.mask_list is None or head.mask_list.is_clean
        if mask is not None and (mask != head.mask or not clean):
            old = head.find("mask")
            self.put(
                head.section, "mask", written_like("" if old is None else old.value, mask), inserted
            )
        self.insert(head.section, "anchors", inserted)
        self.edit_filters(head, len(anchors) if mask is None else len(mask))

    def edit_filters(self, head: Head, used: int) -> None:
        """The filters of the convolution before a head."""
        wanted = used * head.per_anchor
        if head.filters is None:
            given = head.layer.input
            if given is None or given.channels != wanted:
                raise CfgError(
                    f"line {head.before.line}: wanted [convolutional] before [{head.type}], whose "
                    f"filters must become {wanted}, found {head.before.header}"
                )
        elif head.filters != wanted:
            inserted: list[tuple[str, str]] = []
            self.put(head.before, "filters", str(wanted), inserted)
            self.insert(head.before, "", inserted)
        self.check_embedding(head, used)

    def check_embedding(self, head: Head, used: int) -> None:
        """Warn where the layer that tells objects apart cannot be dealt out to the anchors."""
        entry = head.find("embedding_layer")
        if entry is None:
            return
        place = head.section.integer("embedding_layer", 0)
        place += head.layer.index if place < 0 else 0
        layers = self.sections[1:]
        filters = layers[place].integer("filters", 1) if 0 <= place < len(layers) else 0
        if filters % used:
            self.warnings.append(
                f"line {entry.line}: embedding_layer: {filters} filters (line "
                f"{layers[place].line}) are not a multiple of {used} anchors"
            )

    def edit_counters(self, head: Head, counters: Sequence[int] | None) -> None:
        """`counters_per_class`, where the head has it."""
        entry = head.find("counters_per_class")
        if entry is None:
            return
        if counters is None:
            self.warnings.append(f"line {entry.line}: counters_per_class is left as it is")
            return
        if len(counters) != head.classes:
            raise CfgError(
                f"line {entry.line}: counters_per_class: wanted {head.classes} classes, "
                f"found {len(counters)}"
            )
        self.put(head.section, "counters_per_class", written_like(entry.value, counters), [])

    def put(self, section: Section, key: str, new: str, inserted: list[tuple[str, str]]) -> None:
        """A value in place of the old one; where the key is missing it goes to `inserted`."""
        entry = section.find(key)
        if entry is None:
            inserted.append((key, new))
        elif entry.value != new:
            self.spans.append(Span(entry.start, entry.end, new))
            self.changes.append(Change(entry.line, key, entry.value, new))

    def insert(self, section: Section, after: str, inserted: list[tuple[str, str]]) -> None:
        """New keys after another key of a section, or after its header."""
        if not inserted:
            return
        entry = section.find(after)
        indent, equals = key_style(self.text, entry, section)
        lines = [f"{indent}{key}{equals}{value}" for key, value in inserted]
        place = section.start if entry is None else entry.start
        self.spans.append(after_line(self.text, place, lines))
        line = section.line if entry is None else entry.line
        self.changes += [Change(line, key, "", value) for key, value in inserted]


def _numbers(head: Head, anchors: Sequence[Pair]) -> list[float]:
    """Anchors in the unit of a head, widths and heights in turn."""
    if head.type != "region" or head.cell is None:
        return [side for anchor in anchors for side in anchor]
    return [
        _in_cells(side, cell)
        for anchor in anchors
        for side, cell in zip(anchor, head.cell, strict=True)
    ]


def _in_cells(pixels: float, cell: float) -> float:
    """Cells with the fewest decimals that give back the pixels, to the precision of darknet."""
    for decimals in range(16):
        cells = round(pixels / cell, decimals)
        # darknet holds anchors in 32-bit floats, whose last bit is this fraction of the number
        if abs(cells * cell - pixels) <= pixels * 2**-24:
            return cells
    return pixels / cell
