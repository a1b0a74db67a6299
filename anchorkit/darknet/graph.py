"""The layers of a cfg: what each one reads, and the size of what it gives."""

from dataclasses import dataclass

from anchorkit.darknet.sections import Cfg, Section
from anchorkit.darknet.shapes import (
    KNOWN,
    Shape,
    Window,
    blurred,
    is_antialiased,
    output_of,
    window_of,
)
from anchorkit.errors import CfgError

__all__ = ["Layer", "layers_of", "why_unsized"]

_NAMING = {"route": "layers", "shortcut": "from", "scale_channels": "from", "sam": "from"}
"""The key with which a type of layer names others."""


@dataclass(frozen=True)
class Layer:
    """One layer of the network.

    Attributes
    ----------
    index
        Its number, from 0 at the first section after `[net]`.
    type
        Its section's name with aliases replaced: `convolutional`, `route`...
    line
        Line of its header, from 1.
    section
        Its keys, for what is not told here.
    sources
        Numbers of the layers it reads, its predecessor first; -1 is the input of the network.
        `[route]` reads only what it names, `[implicit]` nothing.
    input
        What it takes from the first of them; None where that is not known.
    output
        What it gives to the layer after it; None where that is not known.
    tapped
        What it gives to layers that name it (`[route]`, `[shortcut]`...). It is `output`, except
        with `antialiasing`, where darknet hands out what was there before the blur.
    window
        The kernel of a convolution or pooling, strides as written; None for other types.
    known
        Whether any darknet knows this type.
    """

    index: int
    type: str
    line: int
    section: Section
    sources: tuple[int, ...]
    input: Shape | None
    output: Shape | None
    tapped: Shape | None
    window: Window | None
    known: bool


def layers_of(cfg: Cfg, size: tuple[int, int] | None = None) -> tuple[Layer, ...]:
    r"""The layers of a cfg in the order of the file, with the sizes that darknet gives them.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    size
        Width and height of the input in pixels, instead of the cfg's own.

    Returns
    -------
    One layer for each section after `[net]`. A layer of a type that no darknet knows has
    `known=False` and no output; what depends on it has no output either.

    Raises
    ------
    CfgError
        Where a layer names a layer that does not stand before it, or none.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> text = "[net]\nwidth=416\nheight=416\nchannels=3\n[conv]\nfilters=16\nsize=3\npad=1\n"
    >>> conv, pool = layers_of(read_cfg(text + "[maxpool]\nsize=2\nstride=2\n"))
    >>> conv.output
    Shape(width=416, height=416, channels=16)
    >>> pool.output, pool.sources
    (Shape(width=208, height=208, channels=16), (0,))
    """
    flow = _entrance(cfg, size)
    found: list[Layer] = []
    for index, section in enumerate(cfg.sections[1:]):
        found.append(_layer(index, section, flow, found))
        flow = found[-1].output
    return tuple(found)


def why_unsized(cfg: Cfg, layer: Layer) -> str:
    """Why it is not known what the first layer without an output gives; begins with its line.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    layer
        A layer without an output that all before it have.
    """
    where = f"line {layer.line}: {layer.section.header}: "
    if not layer.known:
        return f"{where}a type of layer that darknet does not know"
    if layer.input is None:
        return (
            f"{where}its input has no size: wanted width, height and channels in [net] "
            f"(line {cfg.net.line})"
        )
    if layer.type == "route":
        groups, group = (layer.section.integer(*key) for key in (("groups", 1), ("group_id", 0)))
        if not 0 <= group < groups:
            return f"{where}groups={groups}, group_id={group}: wanted a group_id below groups"
        return f"{where}wanted layers of one width and height to join"
    shape = "x".join(str(side) for side in layer.input)
    return f"{where}gives nothing: its window, stride or output does not fit its input of {shape}"


def _entrance(cfg: Cfg, size: tuple[int, int] | None) -> Shape | None:
    width, height = size or cfg.size
    shape = Shape(width, height, cfg.net.integer("channels", 0))
    if min(shape) > 0:
        return shape
    inputs = cfg.net.integer("inputs", 0)
    return Shape(1, 1, inputs) if inputs > 0 else None


def _layer(index: int, section: Section, flow: Shape | None, before: list[Layer]) -> Layer:
    named = _named(index, section)
    shapes = tuple(shape for place in named if (shape := before[place].tapped) is not None)
    given, sources = flow, (index - 1, *named)
    if section.type == "route":
        given, sources = before[named[0]].tapped, named
    elif section.type == "implicit":
        given, sources = Shape(1, 1, 1), ()
    tapped = None
    if section.type in KNOWN and given is not None and len(shapes) == len(named):
        tapped = output_of(section, given, shapes)
    reduced = tapped is not None and is_antialiased(section)
    return Layer(
        index=index,
        type=section.type,
        line=section.line,
        section=section,
        sources=sources,
        input=given,
        output=blurred(section, tapped) if reduced and tapped is not None else tapped,
        tapped=tapped,
        window=window_of(section),
        known=section.type in KNOWN,
    )


def _named(index: int, section: Section) -> tuple[int, ...]:
    """Numbers of the layers that a layer names, counted from the first layer."""
    key = _NAMING.get(section.type)
    if key is None:
        return ()
    entry = section.find(key)
    if entry is None:
        raise CfgError(f"line {section.line}: {section.header} without {key}=")
    written = section.integers(key)
    for one in written:
        if not -index <= one < index:
            raise CfgError(
                f"line {entry.line}: {key}={entry.value}: layer {index} can name layers before it, "
                f"found {one}"
            )
    return tuple(one if one >= 0 else index + one for one in written)
