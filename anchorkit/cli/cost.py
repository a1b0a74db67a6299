"""`anchorkit cost`: what a network stores and computes."""

from pathlib import Path

import click

from anchorkit.cli.cfg.options import cfg_file_option
from anchorkit.cli.options.shared import format_option, help_text
from anchorkit.cli.options.types import InputSize, OneOf, Whole

__all__ = ["command"]

CONVENTIONS = ("flops", "darknet", "macs", "paddle")
"""The names of `anchorkit.darknet.cost.CONVENTIONS`, which is not loaded for a help text."""


@click.command(
    help=help_text(
        "Count the parameters and operations of a network, and what its heads take of them.",
        "anchorkit cost --cfg yolov3.cfg",
        "anchorkit cost --cfg yolov3.cfg --input 608 --convention darknet",
        "anchorkit cost --cfg yolov3.cfg -k 12",
    )
)
@cfg_file_option("Darknet cfg of the network, a detector or a classifier.", required=True)
@click.option(
    "--input",
    "size",
    type=InputSize(),
    metavar="N|WxH",
    help="Network input in pixels, width x height.  [default: that of the cfg]",
)
@click.option(
    "-k",
    "--clusters",
    "k",
    type=Whole(1, 1000),
    metavar="N",
    help="Also say what this number of anchors would change; nothing is written.",
)
@click.option(
    "--convention",
    type=OneOf(CONVENTIONS),
    default="flops",
    show_default=True,
    help="How operations are counted. flops: two per multiply-add, groups divided out, every layer "
    "with weights. darknet: what its `ops` prints: convolutions without bias, groups not divided "
    "out, layers that it omits marked -. macs: multiply-adds. paddle: weights plus biases, times "
    "output positions; batch norm 2 per value.",
)
@format_option
def command(
    cfg: Path, size: tuple[int, int] | None, k: int | None, convention: str, form: str
) -> None:
    """Read, count, print."""
    from anchorkit.cli.messages import write_result
    from anchorkit.darknet.cfg_file import cfg_content
    from anchorkit.darknet.cost import cfg_with_k, network_cost
    from anchorkit.darknet.sections import read_cfg
    from anchorkit.errors import CfgError
    from anchorkit.reports.cost import cost_markdown, cost_summary, cost_text
    from anchorkit.reports.tables import json_text

    text = cfg_content(cfg).decode("utf-8", "surrogateescape")
    try:
        cost = network_cost(read_cfg(text), size=size, convention=convention)
        other = None
        if k is not None:
            new = read_cfg(cfg_with_k(text, k))
            other = k, network_cost(new, size=size, convention=convention)
    except CfgError as error:
        raise CfgError(f"{cfg}: {error}") from None
    show = {"text": cost_text, "json": json_text, "markdown": cost_markdown}
    write_result(show[form](cost_summary(cost, other)))
