"""What a layer stores and what it multiplies, one rule for each type of layer.

Tested in tests/darknet/test_cost.py.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from anchorkit.darknet.graph import Layer
from anchorkit.darknet.shapes import Shape, Window, crnn_filters, is_antialiased

__all__ = ["Work", "work_of"]


class Work(NamedTuple):
    """Numbers that a layer stores, and operations that it takes for one image.

    `parameters` are all that a file of weights holds, `trained` those that training moves by their
    gradient: not the running mean and variance. `multiply_adds` are those with weights, groups
    divided out. `darknet` and `paddle` are operations as darknet's `ops` and Paddle count them.
    """

    parameters: int = 0
    trained: int = 0
    multiply_adds: int = 0
    darknet: int = 0
    paddle: int = 0


class _Part(NamedTuple):
    """Filters that slide over an input, or a matrix (`linear`), which has one position.

    `uses` is how often each weight is used, `positions` how many values each filter gives. The
    division of channels by `groups` rounds down, as in C.
    """

    channels: int
    filters: int
    size: int = 1
    groups: int = 1
    uses: int = 1
    positions: int = 1
    normalized: bool = False
    linear: bool = False


def work_of(layer: Layer) -> Work:
    r"""What a layer stores and multiplies.

    Parameters
    ----------
    layer
        Of a known type, its input and output known.

    Examples
    --------
    >>> from anchorkit.darknet.graph import layers_of
    >>> from anchorkit.darknet.sections import read_cfg
    >>> text = "[net]\nwidth=320\nheight=320\nchannels=2\n[conv]\nfilters=4\nsize=3\npad=1\n"
    >>> work_of(layers_of(read_cfg(text))[0])
    Work(parameters=76, trained=76, multiply_adds=7372800, darknet=14745600, paddle=7782400)
    """
    if layer.input is None or layer.tapped is None or layer.output is None:
        return Work()
    rule = _RULES.get(layer.type)
    work = Work() if rule is None else rule(layer, layer.input, layer.tapped)
    if is_antialiased(layer.section):
        # A blur of fixed weights, channel by channel, does the reduction
        size = 2 if layer.section.integer("antialiasing", 0) == 2 else 3
        taps = size * size * layer.output.values
        work = work._replace(multiply_adds=work.multiply_adds + taps, paddle=work.paddle + taps)
    return work


def _stored(part: _Part) -> tuple[int, int]:
    """Numbers stored, and those of them that are trained."""
    weights = part.channels // part.groups * part.filters * part.size**2
    if part.normalized:  # bias, scale, mean, variance
        return weights + 4 * part.filters, weights + 2 * part.filters
    return weights + part.filters, weights + part.filters


def _sum(parts: Iterable[_Part], *, counted: bool) -> Work:
    """The work of several parts; `counted` where darknet's `ops` knows the type of layer."""
    parameters = trained = macs = darknet = paddle = 0
    for part in parts:
        weights = part.channels // part.groups * part.filters * part.size**2
        stored = _stored(part)
        parameters, trained = parameters + stored[0], trained + stored[1]
        macs += weights * part.uses
        if counted:
            darknet += 2 * part.channels * part.filters * part.size**2 * part.uses
        if part.normalized:
            paddle += weights * part.positions + 2 * part.filters * part.positions
        else:
            biases = 0 if part.linear else part.filters
            paddle += (weights + biases) * part.positions
    return Work(parameters, trained, macs, darknet, paddle)


def _normalized(layer: Layer) -> bool:
    section = layer.section
    return section.integer("batch_normalize", 0) != 0 or section.integer("cbn", 0) != 0


def _sliding(layer: Layer, channels: int, filters: int, output: Shape) -> _Part:
    window = layer.window or Window(1, 1, 1, 0)
    positions = output.width * output.height
    return _Part(
        channels,
        filters,
        window.size,
        window.groups,
        positions,
        positions,
        normalized=_normalized(layer),
    )


def _convolutional(layer: Layer, given: Shape, output: Shape) -> Work:
    work = _sum([_sliding(layer, given.channels, output.channels, output)], counted=True)
    if layer.section.find("share_index") is not None:
        # The weights are those of another layer, where they are counted
        return work._replace(parameters=0, trained=0)
    return work


def _deconvolutional(layer: Layer, given: Shape, output: Shape) -> Work:
    part = _sliding(layer, given.channels, output.channels, output)
    # Each value of the input meets every weight, and these have no groups
    part = part._replace(uses=given.width * given.height, groups=1)
    return _sum([part], counted=False)


def _crnn(layer: Layer, given: Shape, output: Shape) -> Work:
    hidden, filters = crnn_filters(layer.section)
    sizes = [(given.channels, hidden), (hidden, hidden), (hidden, filters)]
    return _sum([_sliding(layer, *pair, output) for pair in sizes], counted=False)


def _conv_lstm(layer: Layer, given: Shape, output: Shape) -> Work:
    filters = output.channels
    pairs = [(given.channels, filters)] * 4
    if layer.section.integer("bottleneck", 0):
        pairs += [(2 * filters, filters)]
    else:
        pairs += [(filters, filters)] * 4
    if layer.section.integer("peephole", 0):
        pairs += [(filters, filters)] * 3
    return _sum([_sliding(layer, *pair, output) for pair in pairs], counted=False)


def _matrices(layer: Layer, pairs: Iterable[tuple[int, int]]) -> Work:
    normalized = _normalized(layer)
    parts = [_Part(*pair, normalized=normalized, linear=True) for pair in pairs]
    return _sum(parts, counted=True)


def _connected(layer: Layer, given: Shape, output: Shape) -> Work:
    return _matrices(layer, [(given.values, output.values)])


def _rnn(layer: Layer, given: Shape, output: Shape) -> Work:
    # pjreddie's darknet has no such key: as many as the outputs
    hidden = layer.section.integer("hidden", output.values)
    return _matrices(layer, [(given.values, hidden), (hidden, hidden), (hidden, output.values)])


def _gru(layer: Layer, given: Shape, output: Shape) -> Work:
    outputs = output.values
    return _matrices(layer, [(given.values, outputs), (outputs, outputs)] * 3)


def _lstm(layer: Layer, given: Shape, output: Shape) -> Work:
    outputs = output.values
    return _matrices(layer, [(given.values, outputs), (outputs, outputs)] * 4)


def _local(layer: Layer, given: Shape, output: Shape) -> Work:
    """A convolution with weights and biases of its own at every position."""
    size = 1 if layer.window is None else layer.window.size
    return _sum([_Part(given.channels, output.values, size)], counted=False)


def _batchnorm(layer: Layer, given: Shape, output: Shape) -> Work:
    channels, values = output.channels, output.values
    # Mean and variance fold into scale and bias: one multiply-add for each value
    return Work(4 * channels, 2 * channels, values, 0, 2 * values)


def _shortcut(layer: Layer, given: Shape, output: Shape) -> Work:
    each = {"per_feature": 1, "per_layer": 1, "per_channel": output.channels}
    weights = each.get(layer.section.text("weights_type"))
    if weights is None:
        return Work()
    inputs, values = len(layer.sources), output.values
    return Work(inputs * weights, inputs * weights, inputs * values, 0, inputs * values)


def _implicit(layer: Layer, given: Shape, output: Shape) -> Work:
    return Work(output.values, output.values)


_RULES: dict[str, Callable[[Layer, Shape, Shape], Work]] = {
    "batchnorm": _batchnorm,
    "connected": _connected,
    "conv_lstm": _conv_lstm,
    "convolutional": _convolutional,
    "crnn": _crnn,
    "deconvolutional": _deconvolutional,
    "gru": _gru,
    "implicit": _implicit,
    "local": _local,
    "lstm": _lstm,
    "rnn": _rnn,
    "shortcut": _shortcut,
}
"""Types of layers that have weights; the others have none and multiply by none."""
