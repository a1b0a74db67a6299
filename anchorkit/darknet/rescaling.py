"""A cfg for another input: its width, its height, and its anchors by the same ratios.

Tested in tests/darknet/test_own_classes.py.
"""

import re

from anchorkit.darknet.editing import Editor
from anchorkit.darknet.heads import Head
from anchorkit.darknet.lists import written_like
from anchorkit.darknet.network_faults import coarsest
from anchorkit.darknet.replacing import Edit, editable_heads, finished
from anchorkit.darknet.sections import Cfg
from anchorkit.errors import CfgError, UsageError

__all__ = ["rescaled"]

USUAL = 32
"""The coarsest stride of most networks, where that of one is not known."""


def rescaled(cfg: Cfg, size: tuple[int, int]) -> Edit:
    r"""A cfg for another input.

    The sides of the anchors are multiplied by the ratio of the widths or heights and keep the
    decimals that the list has; those of a `[region]` are cells, and stay.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    size
        Width and height of the new input, in pixels.

    Raises
    ------
    UsageError
        Where a side is no multiple of the coarsest stride.
    CfgError
        Where the cfg has no input or no heads, or its anchors cannot be read; with the line.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> text = "[net]\nwidth=64\nheight=32\nchannels=3\n[conv]\nfilters=6\nstride=8\n"
    >>> text += "[yolo]\nclasses=1\nnum=1\nanchors=9,10.5\n"
    >>> print(rescaled(read_cfg(text), (96, 64)).text[:22], end="")
    [net]
    width=96
    height=
    """
    heads = editable_heads(cfg, force=True)
    if min(cfg.size) < 1:
        raise CfgError(f"line {cfg.net.line}: [net] has no width and height")
    stride = coarsest(heads) or USUAL
    if size[0] % stride or size[1] % stride:
        raise UsageError(f"wanted multiples of {stride}, found {size[0]}x{size[1]}")
    ratios = size[0] / cfg.size[0], size[1] / cfg.size[1]
    editor = Editor(cfg)
    for key, side in zip(("width", "height"), size, strict=True):
        editor.put_net(key, str(side))
    for head in heads:
        if head.type != "region":
            _rescale(editor, head, ratios)
    return finished(editor, heads)


def _rescale(editor: Editor, head: Head, ratios: tuple[float, float]) -> None:
    old = head.written.get("anchors")
    if head.wrong:
        raise CfgError(head.wrong)
    if old is None or head.listed is None:
        return
    decimals = max(map(len, re.findall(r"\.([0-9]+)", old.value)), default=0)
    least = 10.0**-decimals
    numbers = [
        max(least, round(side * ratio, decimals))
        for pair in head.anchors
        for side, ratio in zip(pair, ratios, strict=True)
    ]
    like = "" if old.oddities else editor.cfg.text[old.start : old.end]
    editor.put(head.section, "anchors", written_like(like, numbers, 2), [], old)
