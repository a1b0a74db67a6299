"""The changes that new anchors make to the text of one head, collected before any is made.

Tested in tests/darknet/test_replacing.py.
"""

from collections.abc import Sequence
from typing import NamedTuple

from anchorkit.darknet.heads import Head, Pair
from anchorkit.darknet.lists import mended, read_list, written_like
from anchorkit.darknet.sections import Cfg, Section
from anchorkit.darknet.spans import Span, after_line, key_style
from anchorkit.darknet.written import Written, written
from anchorkit.errors import CfgError

__all__ = ["Change", "Editor", "gets", "unfit"]


class Change(NamedTuple):
    """One value that was changed; `old` is empty where the key was inserted."""

    line: int
    key: str
    old: str
    new: str


class Editor:
    """Collects the changes to one cfg."""

    def __init__(self, cfg: Cfg) -> None:
        self.cfg = cfg
        self.spans: list[Span] = []
        self.changes: list[Change] = []
        self.warnings: list[str] = []

    def edit_head(
        self,
        head: Head,
        anchors: Sequence[Pair],
        mask: tuple[int, ...] | None,
        *,
        kept: bool,
        classes: int | None = None,
    ) -> None:
        """Anchors, num and mask of a head, its classes, and the filters before it.

        Parameters
        ----------
        head
            One of the cfg's.
        anchors
            All anchors, in pixels, in the order of the list.
        mask
            Those that it uses; None where it is to have no mask.
        kept
            Whether the anchors are those that it lists.
        classes
            How many classes it gets; None: as many as it has.
        """
        inserted: list[tuple[str, str]] = []
        self._edit_anchors(head, anchors, inserted, kept=kept)
        self._edit_number(head, "num", len(anchors), inserted, there=head.num)
        old = head.written.get("mask")
        clean = head.mask_list is None or (head.mask_list.is_clean and not _odd(old))
        if mask is not None and (mask != head.mask or not clean):
            like = "" if old is None or _odd(old) else _raw(self.cfg, old)
            self.put(head.section, "mask", written_like(like, mask), inserted, old)
        if classes is not None:
            self._edit_number(head, "classes", classes, inserted, there=head.classes)
        elif _odd(head.written.get("classes")):
            meant = head.classes if head.implied is None else head.implied
            self._edit_number(head, "classes", meant, inserted, there=meant)
            if not head.states_classes and head.implied is None:
                line = head.line_of("classes")
                self.warnings.append(f"line {line}: classes is no number: {meant} is written")
        self.insert(head.section, "anchors", inserted)
        self.edit_filters(head, len(anchors) if mask is None else len(mask), classes)

    def _edit_anchors(
        self,
        head: Head,
        anchors: Sequence[Pair],
        inserted: list[tuple[str, str]],
        *,
        kept: bool,
    ) -> None:
        old = head.written.get("anchors")
        if old is None or head.listed is None:
            inserted.append(("anchors", written_like("", _numbers(head, anchors), 2)))
            return
        clean = head.listed.is_clean and not old.oddities
        kept = kept and not head.wrong
        if kept and clean:
            return
        own = "" if old.oddities else _raw(self.cfg, old)
        new = mended(own) if kept and own else None
        self.put(
            head.section,
            "anchors",
            new or written_like(own, _numbers(head, anchors), 2),
            inserted,
            old,
        )

    def _edit_number(
        self,
        head: Head,
        key: str,
        number: int,
        inserted: list[tuple[str, str]],
        *,
        there: int,
    ) -> None:
        old = head.written.get(key)
        if number != there or old is None or old.oddities:
            self.put(head.section, key, str(number), inserted, old)

    def edit_filters(self, head: Head, used: int, classes: int | None = None) -> None:
        """The filters of the convolution before a head."""
        each = head.per_anchor if classes is None else classes + head.extra
        wanted = used * each
        old = head.written.get("filters")
        if head.filters is None:
            if not gets(head, wanted):
                raise unfit(head, wanted)
        elif head.filters != wanted or _odd(old):
            inserted: list[tuple[str, str]] = []
            self.put(head.before, "filters", str(wanted), inserted, old)
            self.insert(head.before, "", inserted)
        self.check_embedding(head, used)

    def check_embedding(self, head: Head, used: int) -> None:
        """Warn where the layer that tells objects apart cannot be dealt out to the anchors."""
        entry = head.section.find("embedding_layer")
        if entry is None:
            return
        place = head.section.integer("embedding_layer", 0)
        place += head.layer.index if place < 0 else 0
        layers = self.cfg.sections[1:]
        filters = layers[place].integer("filters", 1) if 0 <= place < len(layers) else 0
        if filters % used:
            self.warnings.append(
                f"line {entry.line}: embedding_layer: {filters} filters (line "
                f"{layers[place].line}) are not a multiple of {used} anchors"
            )

    def edit_counters(
        self, head: Head, counters: Sequence[int] | None, classes: int | None = None
    ) -> None:
        """`counters_per_class`, where the head has it."""
        old = head.written.get("counters_per_class")
        if old is None:
            return
        wanted = head.classes if classes is None else classes
        listed = read_list(old)
        if counters is None and old.value and len(listed.numbers) != wanted and classes is not None:
            # Equal counts weigh no class more than another
            counters = [1] * wanted
            self.warnings.append(
                f"line {old.line}: counters_per_class: how many boxes each of the {wanted} classes "
                "has is not known: each gets 1, which weighs them alike"
            )
        if counters is None and not old.value:  # nothing, to darknet as well
            return
        if counters is None:
            self.warnings.append(f"line {old.line}: counters_per_class is left as it is")
            if (old.oddities or not listed.is_clean) and not listed.wrong:
                numbers = written_like("", listed.numbers)
                self.put(head.section, "counters_per_class", numbers, [], old)
            return
        if len(counters) != wanted:
            raise CfgError(
                f"line {old.line}: counters_per_class: wanted {wanted} classes, "
                f"found {len(counters)}"
            )
        like = _raw(self.cfg, old) if not old.oddities else ""
        self.put(head.section, "counters_per_class", written_like(like, counters), [], old)

    def put_net(self, key: str, new: str) -> None:
        """A value of `[net]`."""
        inserted: list[tuple[str, str]] = []
        net = self.cfg.net
        self.put(net, key, new, inserted, written(self.cfg, net, key))
        self.insert(net, net.entries[-1].key if net.entries else "", inserted)

    def put(
        self,
        section: Section,
        key: str,
        new: str,
        inserted: list[tuple[str, str]],
        old: Written | None,
    ) -> None:
        """A value in place of the old one and of what is left of it.

        Where the key is missing it goes to `inserted`.
        """
        if old is None:
            inserted.append((key, new))
            return
        there = _raw(self.cfg, old)
        if there == new and not old.oddities:
            return
        self.spans += old.leftovers
        self.changes.append(Change(old.line, key, old.value, new))
        if old.entry is None:
            neighbour = next((one for one in section.entries if one.value), None)
            _, equals = key_style(self.cfg.text, neighbour, section)
            if there:
                new = f"{key}{equals}{new}"
            elif self.cfg.text[old.start - 1] == "=":  # nothing stands behind it
                new = equals.partition("=")[2] + new
        self.spans.append(Span(old.start, old.end, new))

    def insert(self, section: Section, after: str, inserted: list[tuple[str, str]]) -> None:
        """New keys after another key of a section, or after its header."""
        if not inserted:
            return
        entry = section.find(after)
        indent, equals = key_style(self.cfg.text, entry, section)
        lines = [f"{indent}{key}{equals}{value}" for key, value in inserted]
        place = section.start if entry is None else entry.start
        self.spans.append(after_line(self.cfg.text, place, lines))
        line = section.line if entry is None else entry.line
        self.changes += [Change(line, key, "", value) for key, value in inserted]


def _raw(cfg: Cfg, old: Written) -> str:
    """The value as it stands in the text."""
    return cfg.text[old.start : old.end]


def _odd(old: Written | None) -> bool:
    return old is not None and bool(old.oddities)


def gets(head: Head, wanted: int) -> bool:
    """Whether so many channels reach a head, whatever stands before it."""
    return head.layer.input is not None and head.layer.input.channels == wanted


def unfit(head: Head, wanted: int) -> CfgError:
    """The error of a head that no convolution of its own stands before."""
    return CfgError(
        f"line {head.before.line}: wanted [convolutional] before [{head.type}], whose "
        f"filters must become {wanted}, found {head.before.header}"
    )


def _numbers(head: Head, anchors: Sequence[Pair]) -> list[float]:
    """Anchors in the unit of a head, widths and heights in turn."""
    if head.type != "region":
        return [side for anchor in anchors for side in anchor]
    if head.cell is None:  # pixels in their place would train, and find nothing
        raise CfgError(
            f"line {head.line}: [region] counts anchors in cells of its grid, whose size is not "
            f"known: {head.unsized}; --strides tells it"
        )
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
