"""`anchorkit cost`: what a network stores and computes."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from anchorkit.cli.cfg.options import cfg_file_option
from anchorkit.cli.cfg.several import cfg_files_argument, chosen_cfgs, results_of_files
from anchorkit.cli.options.groups import GroupedCommand
from anchorkit.cli.options.plots import Look, check_picture_path, look_options, save
from anchorkit.cli.options.shared import format_option, help_text
from anchorkit.cli.options.types import InputSize, OneOf, SomePath, Whole

if TYPE_CHECKING:
    from anchorkit.darknet.cost import Cost

__all__ = ["command"]

CONVENTIONS = ("flops", "darknet", "macs", "paddle")
"""The names of `anchorkit.darknet.cost.CONVENTIONS`, which is not loaded for a help text."""


@click.command(
    cls=GroupedCommand,
    takes="Darknet cfg of the network, or several; the same as --cfg.",
    first=("--input", "--clusters"),
    help=help_text(
        "Count the parameters and operations of a network, and what its heads take of them.",
        "anchorkit cost yolov3.cfg",
        "anchorkit cost yolov3.cfg --input 608 --convention darknet",
        "anchorkit cost yolov3.cfg -k 12",
    ),
)
@cfg_files_argument
@cfg_file_option("Darknet cfg of the network, a detector or a classifier.")
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
@click.option(
    "--plot",
    type=SomePath(),
    metavar="FILE",
    help="Also draw parameters and operations layer by layer into a .png, .svg or .pdf, or into a "
    "folder.",
)
@look_options
@click.option(
    "--tensorboard",
    "board",
    type=SomePath(),
    metavar="DIR",
    help="Also write the network as a graph that TensorBoard shows; needs the extra "
    "anchorkit[tensorboard].",
)
@click.option("--quiet", is_flag=True, help="Say nothing about what was written.")
@format_option
def command(
    files: tuple[Path, ...],
    cfg: Path | None,
    size: tuple[int, int] | None,
    k: int | None,
    convention: str,
    plot: Path | None,
    look: Look,
    board: Path | None,
    quiet: bool,
    form: str,
) -> None:
    """Read, count, draw, print; what `quiet` is for, messages look up."""
    from anchorkit.cli.messages import write_result
    from anchorkit.darknet.cfg_file import naming, read_cfg_file
    from anchorkit.darknet.cost import cfg_with_k, network_cost
    from anchorkit.reports.cost import cost_markdown, cost_summary, cost_text
    from anchorkit.reports.tables import json_text
    from anchorkit.terminal import safe_markdown, safe_text

    paths = chosen_cfgs(cfg, files)
    _check_outputs(plot, board, len(paths))
    results = []
    for path in paths:
        file = read_cfg_file(path, typed=f"--cfg {path}" if path == cfg else None)
        with naming(file.name):
            cost = network_cost(file.cfg, size=size, convention=convention)
            other = None
            if k is not None:
                other = k, network_cost(cfg_with_k(file.cfg, k), size=size, convention=convention)
        results.append(cost_summary(cost, other))
        if plot:
            _draw(plot, cost, look, path.name)
        if board:
            _show_on(board, cost)
    if form == "json":
        write_result(json_text(results_of_files(paths, results, [True] * len(paths))))
        return
    shown = [cost_markdown(one) if form == "markdown" else cost_text(one) for one in results]
    if len(paths) > 1:
        names = [
            f"### {safe_markdown(str(path))}" if form == "markdown" else safe_text(str(path))
            for path in paths
        ]
        shown = [f"{name}\n\n{text}" for name, text in zip(names, shown, strict=True)]
    write_result("\n\n".join(shown))


def _check_outputs(plot: Path | None, board: Path | None, cfgs: int) -> None:
    """Fail before any work where a picture or a graph cannot be written."""
    from anchorkit.cli.options.output_paths import check_folder
    from anchorkit.errors import UsageError
    from anchorkit.plots.tensorboard import check_board

    if cfgs != 1 and (plot or board):
        raise UsageError(f"{'--plot' if plot else '--tensorboard'}: wanted one cfg, found {cfgs}")
    if plot:
        check_picture_path(plot, pictures=("network",))
    if board:
        check_board()
        check_folder(board, f"--tensorboard {board}")


def _draw(path: Path, cost: "Cost", look: Look, name: str) -> None:
    from anchorkit.plots.captions import cut
    from anchorkit.plots.curves import short_count
    from anchorkit.plots.network import network_figure
    from anchorkit.reports.tables import counted
    from anchorkit.terminal import safe_text

    title = look.title
    if title is None:
        width, height = cost.size
        unit = "MACs" if cost.convention == "macs" else "FLOPs"
        layers = counted(len(cost.layers), "layer")
        title = (
            f"{cut(safe_text(name))}: {layers}, input {width}x{height}\n"
            f"{short_count(cost.parameters)} parameters, {short_count(cost.flops)} {unit}"
        )
    save(path, {"network": lambda: network_figure(cost, title=title)}, "network", look, title=title)


def _show_on(board: Path, cost: "Cost") -> None:
    from anchorkit.cli.messages import note
    from anchorkit.plots.graph import graph_nodes
    from anchorkit.plots.tensorboard import write_graph

    write_graph(board, graph_nodes(cost))
    note(f"{board}: an event file written")
