"""What each type of layer makes of the size of its input, as darknet computes it.

Tested in tests/darknet/test_graph.py.
"""

from collections.abc import Callable
from typing import NamedTuple

from anchorkit.darknet.output_size import output_size
from anchorkit.darknet.sections import Section

__all__ = [
    "KNOWN",
    "Shape",
    "Window",
    "blurred",
    "crnn_filters",
    "is_antialiased",
    "output_of",
    "window_of",
]

_CONVOLUTIONS = ("convolutional", "deconvolutional", "crnn", "conv_lstm")
_RECURRENT = ("crnn", "conv_lstm")


class Shape(NamedTuple):
    """Width, height and channels of a feature map; a flat vector of n values is (1, 1, n)."""

    width: int
    height: int
    channels: int

    @property
    def values(self) -> int:
        """How many numbers it holds.

        Examples
        --------
        >>> Shape(13, 13, 255).values
        43095
        """
        return self.width * self.height * self.channels


class Window(NamedTuple):
    """The kernel of a convolution or pooling: its side, strides, padding, groups and dilation.

    `padding` is what is added on each side of a convolution's input, and on both sides together of
    a pooling's; of `[local]` it is the key `pad` as it stands.
    """

    size: int
    stride_x: int
    stride_y: int
    padding: int
    groups: int = 1
    dilation: int = 1


class _Place(NamedTuple):
    section: Section
    input: Shape
    named: tuple[Shape, ...]
    window: Window


def window_of(section: Section) -> Window | None:
    r"""The kernel of a layer, None where its type has none.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> pool = read_cfg("[net]\n[maxpool]\nsize=2\nstride=2\n").sections[1]
    >>> window_of(pool)
    Window(size=2, stride_x=2, stride_y=2, padding=1, groups=1, dilation=1)
    """
    stride = section.integer("stride", 1)
    if section.find("hidden_filters") or section.find("output_filters"):
        # A [crnn] for pjreddie's darknet, where it has no window of its own
        return Window(3, 1, 1, 1)
    if section.type in _CONVOLUTIONS:
        size = section.integer("size", 3 if section.type in _RECURRENT else 1)
        given = (section.integer(key, -1) for key in ("stride_x", "stride_y"))
        x, y = (stride if one < 1 else one for one in given)
        padding = size // 2 if section.integer("pad", 0) else section.integer("padding", 0)
        dilation = 1 if size == 1 else section.integer("dilation", 1)
        return Window(size, x, y, padding, max(1, section.integer("groups", 1)), dilation)
    if section.type in ("maxpool", "local_avgpool"):
        size = section.integer("size", stride)
        x, y = section.integer("stride_x", stride), section.integer("stride_y", stride)
        return Window(size, x, y, section.integer("padding", size - 1))
    if section.type == "local":
        return Window(section.integer("size", 1), stride, stride, section.integer("pad", 0))
    return None


def crnn_filters(section: Section) -> tuple[int, int]:
    """Hidden and output filters of a `[crnn]`, whose keys pjreddie's darknet names otherwise."""
    hidden = section.integer("hidden", section.integer("hidden_filters", 1))
    return hidden, section.integer("output", section.integer("output_filters", 1))


def output_of(section: Section, given: Shape, named: tuple[Shape, ...] = ()) -> Shape | None:
    r"""What a layer gives, None where it cannot give anything.

    Parameters
    ----------
    section
        A layer of a type in `KNOWN`.
    given
        What the layer before it gives; for `[implicit]` anything.
    named
        What the layers give that it names with `layers` or `from`.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> conv = read_cfg("[net]\n[conv]\nfilters=8\nsize=3\nstride=2\npad=1\n").sections[1]
    >>> output_of(conv, Shape(416, 416, 3))
    Shape(width=208, height=208, channels=8)
    """
    window = window_of(section) or Window(1, 1, 1, 0)
    shape = _RULES[section.type](_Place(section, given, named, window))
    return _possible(shape)


def is_antialiased(section: Section) -> bool:
    """Whether a layer keeps the size, and a blur after it does the reduction."""
    return section.type in ("convolutional", "maxpool") and section.integer("antialiasing", 0) != 0


def blurred(section: Section, shape: Shape) -> Shape | None:
    """What an antialiased layer gives to the layer after it: blurred, then reduced by its strides.

    The blur is 3x3 with padding 1; with `antialiasing=2` it is 2x2 without padding.
    """
    window = window_of(section) or Window(1, 1, 1, 0)
    size, padding = (2, 0) if section.integer("antialiasing", 0) == 2 else (3, 2)
    return _possible(
        Shape(
            _positions(shape.width + padding, size, window.stride_x),
            _positions(shape.height + padding, size, window.stride_y),
            shape.channels,
        )
    )


def _possible(shape: Shape | None) -> Shape | None:
    return shape if shape is not None and min(shape) > 0 else None


def _positions(length: int, size: int, stride: int) -> int:
    """Positions of a window along a padded length; below 1 where there is none."""
    if min(length, size, stride) < 1:
        return 0
    if length < size:
        # C rounds towards 0: darknet places a window that is too large by less than a stride
        return 1 - (size - length) // stride
    return output_size(length, size, stride)


def _slid(place: _Place, padding: int, channels: int) -> Shape:
    window = place.window
    x, y = (1, 1) if is_antialiased(place.section) else (window.stride_x, window.stride_y)
    return Shape(
        _positions(place.input.width + padding, window.size, x),
        _positions(place.input.height + padding, window.size, y),
        channels,
    )


def _convolution(place: _Place) -> Shape:
    return _slid(place, 2 * place.window.padding, place.section.integer("filters", 1))


def _crnn(place: _Place) -> Shape:
    # No darknet builds one that changes the size of the map
    return place.input._replace(channels=crnn_filters(place.section)[1])


def _conv_lstm(place: _Place) -> Shape:
    return _slid(place, 2 * place.window.padding, place.section.integer("output", 1))


def _deconvolution(place: _Place) -> Shape:
    edge = place.window.size - 2 * place.window.padding
    return Shape(
        (place.input.width - 1) * place.window.stride_x + edge,
        (place.input.height - 1) * place.window.stride_y + edge,
        place.section.integer("filters", 1),
    )


def _pooling(place: _Place) -> Shape:
    if place.section.integer("maxpool_depth", 0):
        return place.input._replace(channels=place.section.integer("out_channels", 1))
    return _slid(place, place.window.padding, place.input.channels)


def _local(place: _Place) -> Shape:
    lost = 1 if place.window.padding else place.window.size
    return Shape(
        _positions(place.input.width, lost, place.window.stride_x),
        _positions(place.input.height, lost, place.window.stride_y),
        place.section.integer("filters", 1),
    )


def _flat(place: _Place) -> Shape:
    return Shape(1, 1, place.section.integer("output", 1))


def _resized(shape: Shape, stride: int, *, smaller: bool, channels: int) -> Shape | None:
    if stride < 1:
        return None
    if smaller:
        return Shape(shape.width // stride, shape.height // stride, channels)
    return Shape(shape.width * stride, shape.height * stride, channels)


def _upsample(place: _Place) -> Shape | None:
    stride = place.section.integer("stride", 2)
    channels = place.input.channels
    return _resized(place.input, abs(stride), smaller=stride < 0, channels=channels)


def _reorg(place: _Place) -> Shape | None:
    extra = place.section.integer("extra", 0)
    if extra and place.section.type == "reorg":
        # pjreddie's darknet, which alone reads the key, appends so many values to a flat vector
        return Shape(1, 1, place.input.values + extra)
    stride, channels = place.section.integer("stride", 1), place.input.channels
    if stride > 0 and place.section.integer("reverse", 0):
        return _resized(place.input, stride, smaller=False, channels=channels // stride**2)
    return _resized(place.input, stride, smaller=True, channels=channels * stride**2)


def _route(place: _Place) -> Shape | None:
    first = place.named[0]
    if any(shape[:2] != first[:2] for shape in place.named):
        return None
    groups, group = (place.section.integer(*key) for key in (("groups", 1), ("group_id", 0)))
    if not 0 <= group < groups:
        return None
    return first._replace(channels=sum(shape.channels for shape in place.named) // groups)


def _crop(place: _Place) -> Shape:
    wide, high = (place.section.integer(f"crop_{side}", 1) for side in ("width", "height"))
    return Shape(wide, high, place.input.channels)


def _history(place: _Place) -> Shape:
    size = place.section.integer("history_size", 4)
    return place.input._replace(channels=place.input.channels * size)


def _implicit(place: _Place) -> Shape:
    return Shape(1, place.section.integer("atoms", 1), place.section.integer("filters", 128))


def _same(place: _Place) -> Shape:
    return place.input


_RULES: dict[str, Callable[[_Place], Shape | None]] = {
    "activation": _same,
    "avgpool": lambda place: Shape(1, 1, place.input.channels),
    "batchnorm": _same,
    "connected": _flat,
    "contrastive": _same,
    "conv_lstm": _conv_lstm,
    "convolutional": _convolution,
    "cost": _same,
    "crnn": _crnn,
    "crop": _crop,
    "deconvolutional": _deconvolution,
    "detection": _same,
    "dropout": _same,
    "Gaussian_yolo": _same,
    "gru": _flat,
    "history": _history,
    "implicit": _implicit,
    "iseg": _same,
    "l2norm": _same,
    "local": _local,
    "local_avgpool": _pooling,
    "logistic": _same,
    "lstm": _flat,
    "maxpool": _pooling,
    "normalization": _same,
    "region": _same,
    "reorg": _reorg,
    "reorg3d": _reorg,
    "rnn": _flat,
    "route": _route,
    "sam": _same,
    "scale_channels": lambda place: place.named[0],
    "shortcut": _same,
    "silence": _same,
    "softmax": _same,
    "upsample": _upsample,
    "yolo": _same,
}

KNOWN = frozenset(_RULES)
"""Types of layers that some darknet knows, aliases replaced."""
