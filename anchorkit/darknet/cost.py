"""What a network costs: the numbers that it stores, and the operations that one image takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from anchorkit.arguments import as_whole, check_one_of
from anchorkit.darknet.graph import Layer, layers_of, why_unsized
from anchorkit.darknet.heads import HEADS, heads_of
from anchorkit.darknet.operations import Work, work_of
from anchorkit.darknet.replacing import edited
from anchorkit.darknet.sections import Cfg
from anchorkit.errors import CfgError

__all__ = ["CONVENTIONS", "Cost", "LayerCost", "cfg_with_k", "costs_of_ks", "network_cost"]

CONVENTIONS = {
    "flops": "two operations per multiply-add, groups divided out, every layer with weights",
    "darknet": "as darknet's ops: convolutions without bias, groups not divided out, few layers",
    "macs": "multiply-adds, groups divided out, every layer with weights",
    "paddle": "weights plus biases, times output positions; batch norm 2 per value",
}
"""Ways to count operations, and what each of them counts."""


@dataclass(frozen=True)
class LayerCost:
    """One layer: what it stores and the operations it takes.

    Attributes
    ----------
    layer
        Its place in the network and its sizes.
    parameters
        Numbers that a file of weights holds for it.
    trainable
        Those of them that training moves by their gradient.
    flops
        Operations for one image, in the convention of the `Cost`.
    omitted
        Whether it multiplies by weights and the convention leaves that out.
    """

    layer: Layer
    parameters: int
    trainable: int
    flops: int
    omitted: bool


@dataclass(frozen=True)
class Cost:
    """What a network costs, layer by layer.

    Attributes
    ----------
    convention
        One of `CONVENTIONS`.
    size
        Width and height of the input, in pixels; 0 where the network takes no images.
    layers
        All layers, in the order of the file.
    heads
        The layers just before a detection layer, in the order of the file: those whose size
        depends on the number of anchors.
    """

    convention: str
    size: tuple[int, int]
    layers: tuple[LayerCost, ...]
    heads: tuple[LayerCost, ...]

    @property
    def parameters(self) -> int:
        """Numbers that a file of weights holds."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable(self) -> int:
        """Numbers that training moves by their gradient."""
        return sum(layer.trainable for layer in self.layers)

    @property
    def flops(self) -> int:
        """Operations for one image."""
        return sum(layer.flops for layer in self.layers)


def network_cost(
    cfg: Cfg, *, size: tuple[int, int] | None = None, convention: str = "flops"
) -> Cost:
    r"""Parameters and operations of the network of a cfg, counted and not measured.

    A convolution of n filters of s x s over c channels in g groups stores n c s^2 / g weights and a
    bias for each filter; with `batch_normalize` it stores also a scale, a mean and a variance for
    each, of which the scale is trained. With p output positions it takes n c s^2 p / g
    multiply-adds. What batch normalization, biases and activations take beside is counted by
    `paddle` alone, and only what `CONVENTIONS` says. Layers without weights count 0; one that
    shares the weights of another (`share_index`) stores none.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    size
        Width and height of the input in pixels, instead of the cfg's own.
    convention
        One of `CONVENTIONS`.

    Raises
    ------
    CfgError
        Where the type of a layer is not known, or its size; with its line.
    UsageError
        Where there is no such convention.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> text = "[net]\nwidth=320\nheight=320\nchannels=2\n[conv]\nfilters=4\nsize=3\npad=1\n"
    >>> cost = network_cost(read_cfg(text), convention="paddle")
    >>> cost.parameters, cost.flops
    (76, 7782400)
    """
    check_one_of(convention, "convention", tuple(CONVENTIONS))
    layers = layers_of(cfg, size)
    costs = tuple(_counted(cfg, layer, convention) for layer in layers)
    # YOLOv1 has no anchors, but a head
    detecting = {layer.sources[0] for layer in layers if layer.type in (*HEADS, "detection")}
    heads = tuple(cost for cost in costs if cost.layer.index in detecting)
    return Cost(convention, size or cfg.size, costs, heads)


def cfg_with_k(cfg: Cfg, k: int) -> Cfg:
    """A cfg as it would be with another number of anchors, to be counted and not to be trained.

    The heads get as many anchors each as `replace_anchors` gives them in equal shares; the anchors
    are squares that stand for those that a search would find.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    k
        Anchors wanted.

    Raises
    ------
    CfgError
        Where the cfg has no head, more heads than k, or cannot be edited; with the line.
    UsageError
        Where k is below 1.
    """
    k = as_whole(k, "k", 1)
    return edited(cfg, [(side, side) for side in range(1, k + 1)], force=True).cfg


def costs_of_ks(
    cfg: Cfg, ks: Sequence[int], *, size: tuple[int, int] | None = None
) -> list[Cost | None]:
    """What a cfg costs with each of several numbers of anchors, in the convention `flops`.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    ks
        Numbers of anchors.
    size
        Width and height of the input in pixels, instead of the cfg's own.

    Returns
    -------
    One for each k; None where k is below the number of heads, which all need an anchor.

    Raises
    ------
    CfgError
        Where the cfg cannot be edited or counted; with the line.
    """
    heads = len(heads_of(cfg))
    return [network_cost(cfg_with_k(cfg, k), size=size) if k >= heads else None for k in ks]


def _counted(cfg: Cfg, layer: Layer, convention: str) -> LayerCost:
    if not layer.known:
        raise CfgError(
            f"line {layer.line}: {layer.section.header}: wanted a type of layer that darknet "
            "knows, so that it can be counted"
        )
    if layer.output is None:
        hint = ", or --input" if layer.input is None else ""
        raise CfgError(f"{why_unsized(cfg, layer)}{hint}")
    work = work_of(layer)
    operations = _operations(work, convention)
    return LayerCost(
        layer=layer,
        parameters=work.parameters,
        trainable=work.trained,
        flops=operations,
        omitted=work.multiply_adds > 0 and not operations,
    )


def _operations(work: Work, convention: str) -> int:
    if convention == "macs":
        return work.multiply_adds
    if convention == "darknet":
        return work.darknet
    return work.paddle if convention == "paddle" else 2 * work.multiply_adds
