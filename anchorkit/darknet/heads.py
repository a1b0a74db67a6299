"""The detection heads of a cfg: their strides, anchors, masks and the convolution before each.

Tested in tests/darknet/test_replacing.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from anchorkit.darknet.graph import Layer, layers_of, why_unsized
from anchorkit.darknet.lists import NumberList, read_list
from anchorkit.darknet.sections import Cfg, Entry, Section
from anchorkit.errors import CfgError

__all__ = ["HEADS", "Head", "by_stride", "heads_of"]

HEADS = ("yolo", "Gaussian_yolo", "region")
"""Types of layers that have anchors."""

_EXTRA = {"yolo": 5, "Gaussian_yolo": 9}
"""Values per anchor besides its classes: the box (4, with Gaussian_yolo 8) and 1 for the object."""

MOST_CLASSES = 1_000_000

Pair = tuple[float, float]


@dataclass(frozen=True)
class Head:
    """One `[yolo]`, `[Gaussian_yolo]` or `[region]`.

    Attributes
    ----------
    layer
        Its place in the network.
    before
        The section before it, whose channels it reads.
    cell
        Width and height of a cell of its grid, in pixels of the input: its strides; None where
        they are not known.
    anchors
        The pairs that its `anchors` lists, in pixels of the input. A `[region]` lists them in
        cells.
    listed
        How `anchors` is written, with its faults; None where the head has no `anchors`.
    mask
        Indices of the anchors that it uses, as written; None where it has no `mask`.
    mask_list
        How `mask` is written.
    unsized
        Why its strides are not known, with the line of the layer to blame; empty where they are.
    broken
        Whether no darknet can run that layer.
    """

    layer: Layer
    before: Section
    cell: Pair | None
    anchors: tuple[Pair, ...]
    listed: NumberList | None
    mask: tuple[int, ...] | None
    mask_list: NumberList | None
    unsized: str = ""
    broken: bool = False

    @property
    def section(self) -> Section:
        """Its keys."""
        return self.layer.section

    @property
    def type(self) -> str:
        """`yolo`, `Gaussian_yolo` or `region`."""
        return self.layer.type

    @property
    def line(self) -> int:
        """Line of its header, from 1."""
        return self.layer.line

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return self.section.integer("classes", 20)

    @property
    def num(self) -> int:
        """Its `num`; darknet takes 1 where there is none."""
        return self.section.integer("num", 1)

    @property
    def per_anchor(self) -> int:
        """Filters that one anchor needs in the convolution before the head."""
        if self.type == "region":
            return self.classes + self.section.integer("coords", 4) + 1
        return self.classes + _EXTRA[self.type]

    @property
    def filters(self) -> int | None:
        """Filters of the convolution before it; None where something else stands there."""
        if self.before.type != "convolutional":
            return None
        return self.before.integer("filters", 1)

    @property
    def stride(self) -> float | None:
        """Pixels of the input per cell: the geometric mean of both sides."""
        if self.cell is None:
            return None
        across, down = self.cell
        # sqrt(x * x) is not always x
        return across if across == down else float((across * down) ** 0.5)

    def find(self, key: str) -> Entry | None:
        """The entry of one of its keys."""
        return self.section.find(key)


def heads_of(cfg: Cfg, layers: Sequence[Layer] | None = None) -> tuple[Head, ...]:
    r"""The detection heads of a cfg, in the order of the file.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    layers
        From `layers_of`, where they are known already.

    Raises
    ------
    CfgError
        Where a list is not one of numbers, or anchors are no pairs; with the line.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> text = "[net]\nwidth=64\nheight=32\nchannels=3\n[conv]\nfilters=12\nstride=8\n"
    >>> head, = heads_of(read_cfg(text + "[yolo]\nclasses=1\nnum=2\nanchors=1,2, 3,4\n"))
    >>> head.cell, head.anchors, head.filters, head.per_anchor
    ((8.0, 8.0), ((1.0, 2.0), (3.0, 4.0)), 12, 6)
    """
    found = layers_of(cfg) if layers is None else layers
    blamed = next((layer for layer in found if layer.output is None), None)
    return tuple(
        _head(cfg, layer, found[index - 1].section if index else cfg.net, blamed)
        for index, layer in enumerate(found)
        if layer.type in HEADS
    )


def by_stride(heads: Sequence[Head]) -> list[Head]:
    """Heads from the finest to the coarsest; equal strides in the order of the file.

    Raises
    ------
    CfgError
        Where a stride is needed and not known; a single head needs none.
    """
    if len(heads) > 1:
        for head in heads:
            if head.stride is None:
                raise CfgError(
                    f"{head.unsized}; so the stride of [{head.type}] (line {head.line}) is not "
                    "known"
                )
    return sorted(heads, key=lambda head: head.stride or 0.0)


def _head(cfg: Cfg, layer: Layer, before: Section, blamed: Layer | None) -> Head:
    section = layer.section
    _check_classes(section)
    cell = _cell(cfg, layer)
    unsized = ""
    if cell is None:
        no_size = f"line {cfg.net.line}: [net] has no width and height"
        unsized = no_size if blamed is None else why_unsized(cfg, blamed)
    entry = section.find("anchors")
    listed = None if entry is None else read_list(entry)
    mask = None if layer.type == "region" else section.find("mask")
    mask_list = None if mask is None else read_list(mask)
    return Head(
        layer=layer,
        before=before,
        cell=cell,
        anchors=_pairs(layer, entry, listed, cell),
        listed=listed,
        mask=None if mask_list is None else tuple(int(number) for number in mask_list.numbers),
        mask_list=mask_list,
        unsized=unsized,
        broken=bool(unsized) and blamed is not None and blamed.known,
    )


def _check_classes(section: Section) -> None:
    entry = section.find("classes")
    if entry is not None and not 0 <= section.integer("classes", 20) <= MOST_CLASSES:
        raise CfgError(
            f"line {entry.line}: classes={entry.value[:40]}: wanted 0 to {MOST_CLASSES:,}"
        )


def _cell(cfg: Cfg, layer: Layer) -> Pair | None:
    width, height = cfg.size
    if layer.output is None or not width or not height:
        return None
    return width / layer.output.width, height / layer.output.height


def _pairs(
    layer: Layer, entry: Entry | None, listed: NumberList | None, cell: Pair | None
) -> tuple[Pair, ...]:
    if entry is None or listed is None:
        return ()
    numbers = listed.numbers
    if len(numbers) % 2:
        raise CfgError(
            f"line {entry.line}: anchors: wanted pairs of width and height, "
            f"found {len(numbers)} numbers"
        )
    if any(number <= 0 for number in numbers):
        raise CfgError(f"line {entry.line}: anchors: wanted positive numbers, found {entry.value}")
    unit = (1.0, 1.0)
    if layer.type == "region":
        if cell is None:
            raise CfgError(
                f"line {layer.line}: [region] counts anchors in cells of its grid, whose size is "
                "not known, because that of a layer before it is not"
            )
        unit = cell
    return tuple(
        (width * unit[0], height * unit[1])
        for width, height in zip(numbers[::2], numbers[1::2], strict=True)
    )
