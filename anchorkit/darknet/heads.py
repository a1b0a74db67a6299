"""The detection heads of a cfg: their strides, anchors, masks and the convolution before each.

Tested in tests/darknet/test_replacing.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from anchorkit.darknet.graph import Layer, layers_of, why_unsized
from anchorkit.darknet.lists import NumberList, read_list
from anchorkit.darknet.sections import Cfg, Section
from anchorkit.darknet.written import Written, written
from anchorkit.errors import UsageError

__all__ = ["HEADS", "KEYS", "Head", "Pair", "heads_of"]

HEADS = ("yolo", "Gaussian_yolo", "region")
"""Types of layers that have anchors."""

_EXTRA = {"yolo": 5, "Gaussian_yolo": 9}
"""Values per anchor besides its classes: the box (4, with Gaussian_yolo 8) and 1 for the object."""

MOST_CLASSES = 1_000_000

LEAST = 1e-6
"""The smallest side of an anchor, in pixels or cells; darknet's floats would hold smaller ones."""

_ROUND = 26880
"""2^8 x 3 x 5 x 7: an input that strides divide, whatever the cfg's own."""

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
        Width and height of a cell of its grid, in pixels of the input; None where they are not
        known.
    stride
        By how much the layers up to it reduce an input that is a multiple of it; else the geometric
        mean of the sides of a cell. None where it is not known.
    anchors
        The pairs that its `anchors` lists, in pixels of the input. A `[region]` lists them in
        cells. None where these are no pairs of positive numbers.
    listed
        How `anchors` is written, with its faults; None where the head has no `anchors`.
    wrong
        Why `anchors` lists none, where it is written; begins with the line.
    mask
        Indices of the anchors that it uses, as written; None where it has no `mask`.
    mask_list
        How `mask` is written.
    written
        The keys that go with its anchors, and `filters` of the section before it, as they stand.
    implied
        Where it does not state `classes`: those that the filters of all heads are for; else None.
    unsized
        Why its stride is not known, with the line of the layer to blame; empty where it is.
    broken
        Why no darknet can run the network, with the line of the layer; empty where one can.
    """

    layer: Layer
    before: Section
    cell: Pair | None
    stride: float | None
    anchors: tuple[Pair, ...]
    listed: NumberList | None
    wrong: str
    mask: tuple[int, ...] | None
    mask_list: NumberList | None
    written: Mapping[str, Written]
    implied: int | None = None
    unsized: str = ""
    broken: str = ""

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
        """How many classes it tells apart; darknet takes 20 where it has no `classes`."""
        return self._whole("classes", 20)

    @property
    def states_classes(self) -> bool:
        """Whether it has `classes`, and that is a number."""
        found = self.written.get("classes")
        return found is not None and found.number is not None

    @property
    def num(self) -> int:
        """Its `num`; darknet takes 1 where there is none."""
        return self._whole("num", 1)

    @property
    def used(self) -> tuple[int, ...]:
        """Indices of the anchors that it uses: those of its mask, or all."""
        if self.mask is not None:
            return self.mask
        return tuple(range(len(self.anchors) or self.num))

    @property
    def used_anchors(self) -> tuple[Pair, ...]:
        """The anchors that it uses, in pixels; without those of its mask that are not listed."""
        count = len(self.anchors)
        return tuple(self.anchors[index] for index in self.used if 0 <= index < count)

    @property
    def extra(self) -> int:
        """Values per anchor besides its classes."""
        if self.type == "region":
            return self.section.integer("coords", 4) + 1
        return _EXTRA[self.type]

    @property
    def per_anchor(self) -> int:
        """Filters that one anchor needs in the convolution before the head."""
        return (self.classes if self.implied is None else self.implied) + self.extra

    @property
    def filters(self) -> int | None:
        """Filters of the convolution before it; None where something else stands there."""
        if self.before.type != "convolutional":
            return None
        return self._whole("filters", 1)

    def line_of(self, key: str) -> int:
        """The line of one of its keys, or its own where it has none."""
        found = self.written.get(key)
        return self.line if found is None else found.line

    def _whole(self, key: str, default: int) -> int:
        found = self.written.get(key)
        if found is None:
            return default
        if found.entry is not None and not found.oddities:
            section = self.before if key == "filters" else self.section
            return section.integer(key, default)
        return default if found.number is None else found.number


def heads_of(
    cfg: Cfg, layers: Sequence[Layer] | None = None, *, strides: Sequence[int] | None = None
) -> tuple[Head, ...]:
    r"""The detection heads of a cfg, in the order of the file.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    layers
        From `layers_of`, where they are known already.
    strides
        What the layers do not tell: the stride of each head, in the order of the file.

    Raises
    ------
    UsageError
        Where there is not one stride for each head, or a known one is another.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> text = "[net]\nwidth=64\nheight=32\nchannels=3\n[conv]\nfilters=12\nstride=8\n"
    >>> head, = heads_of(read_cfg(text + "[yolo]\nclasses=1\nnum=2\nanchors=1,2, 3,4\n"))
    >>> head.stride, head.anchors, head.used, head.filters, head.per_anchor
    (8.0, ((1.0, 2.0), (3.0, 4.0)), (0, 1), 12, 6)
    """
    own = layers_of(cfg) if layers is None else layers
    even = layers_of(cfg, (_ROUND, _ROUND))
    blamed = next((layer for layer in own if layer.output is None), None)
    found: list[Head] = []
    for index, layer in enumerate(own):
        if layer.type in HEADS:
            before = own[index - 1].section if index else cfg.net
            cell, stride = _cell(cfg, layer), _nominal(even[index])
            if stride is None and cell is not None:
                # sqrt(x * x) is not always x
                stride = cell[0] if cell[0] == cell[1] else float((cell[0] * cell[1]) ** 0.5)
            if strides is not None and len(found) < len(strides):
                stride = _settled(layer, stride, strides[len(found)])
                cell = cell or (stride, stride)
            found.append(_head(cfg, layer, before, cell, stride, blamed))
    if strides is not None and len(strides) != len(found):
        raise UsageError(f"wanted one stride for each of {len(found)} heads, found {len(strides)}")
    return _with_implied(found)


def _settled(layer: Layer, stride: float | None, said: int) -> float:
    if stride is not None and stride != said:
        raise UsageError(
            f"line {layer.line}: [{layer.type}] has stride {stride:g} by the layers before it, "
            f"found {said}"
        )
    return float(said)


def _head(
    cfg: Cfg,
    layer: Layer,
    before: Section,
    cell: Pair | None,
    stride: float | None,
    blamed: Layer | None,
) -> Head:
    section = layer.section
    keys = [*KEYS] if layer.type != "region" else [key for key in KEYS if key != "mask"]
    found = {key: written(cfg, section, key) for key in keys}
    if before.type == "convolutional":
        found["filters"] = written(cfg, before, "filters")
    there = {key: one for key, one in found.items() if one is not None}
    if "classes" in there:
        there["classes"] = _of_range(there["classes"])
    listed = _list_of(there, "anchors")
    mask_list = _list_of(there, "mask")
    anchors, wrong = _pairs(layer, there.get("anchors"), listed, cell)
    unsized = ""
    if cell is None:
        no_size = f"line {cfg.net.line}: [net] has no width and height"
        unsized = no_size if blamed is None else why_unsized(cfg, blamed)
    return Head(
        layer=layer,
        before=before,
        cell=cell,
        stride=stride,
        anchors=anchors,
        listed=listed,
        wrong=wrong,
        mask=(
            tuple(int(number) for number in mask_list.numbers)
            if mask_list is not None and mask_list.numbers
            else None
        ),
        mask_list=mask_list,
        written=there,
        unsized=unsized if stride is None else "",
        broken=unsized if blamed is not None and blamed.known else "",
    )


KEYS = ("anchors", "mask", "num", "classes", "counters_per_class")
"""The keys of a head that go with its anchors."""


def _list_of(there: Mapping[str, Written], key: str) -> NumberList | None:
    return read_list(there[key]) if key in there else None


def _of_range(found: Written) -> Written:
    """`classes`, without a value where it is none that a network can have."""
    number = found.number
    if number is None or 0 <= number <= MOST_CLASSES:
        return found
    why = f"{found.value[:40]}: wanted 0 to {MOST_CLASSES:,}"
    return replace(found, value="", oddities=(*found.oddities, why))


def _cell(cfg: Cfg, layer: Layer) -> Pair | None:
    width, height = cfg.size
    if layer.output is None or not width or not height:
        return None
    return width / layer.output.width, height / layer.output.height


def _nominal(layer: Layer) -> float | None:
    """The stride of a layer of a network whose input is `_ROUND`; None where it is not whole."""
    if layer.output is None or layer.output.width != layer.output.height:
        return None
    stride, rest = divmod(_ROUND, layer.output.width)
    return None if rest else float(stride)


def _with_implied(heads: Sequence[Head]) -> tuple[Head, ...]:
    """Heads without `classes` get those that the filters are for, where these agree."""
    missing = [head for head in heads if not head.states_classes]
    spoken = {_by_filters(head) for head in heads}
    number = spoken.pop() if len(spoken) == 1 else None
    if not missing or number is None or number == 20:
        return tuple(heads)
    return tuple(head if head.states_classes else replace(head, implied=number) for head in heads)


def _by_filters(head: Head) -> int | None:
    """The classes for which the filters before a head are."""
    if head.filters is None or not head.used:
        return None
    each, rest = divmod(head.filters, len(head.used))
    return None if rest or each < head.extra else each - head.extra


def _pairs(
    layer: Layer, entry: Written | None, listed: NumberList | None, cell: Pair | None
) -> tuple[tuple[Pair, ...], str]:
    """Anchors in pixels, or why there are none."""
    if entry is None or listed is None:
        return (), ""
    numbers = listed.numbers
    where = f"line {entry.line}: anchors: "
    if listed.wrong or not numbers:
        return (), listed.wrong or f"{where}wanted numbers, found none"
    if len(numbers) % 2:
        return (), f"{where}wanted pairs of width and height, found {len(numbers)} numbers"
    if any(number < LEAST for number in numbers):
        worst = next(number for number in numbers if number < LEAST)
        return (), f"{where}wanted positive numbers, found {worst:g}"
    unit = (1.0, 1.0)
    if layer.type == "region":
        if cell is None:
            return (), (
                f"line {layer.line}: [region] counts anchors in cells of its grid, whose size is "
                "not known, because that of a layer before it is not"
            )
        unit = cell
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return tuple((width * unit[0], height * unit[1]) for width, height in pairs), ""
