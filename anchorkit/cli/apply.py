"""`anchorkit apply`: known anchors into a cfg.

Tested in tests/cli/cfg/test_job.py.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.cfg.options import CfgOptions, cfg_options
from anchorkit.cli.options.anchors import anchors_option
from anchorkit.cli.options.exports import Exports, export_options
from anchorkit.cli.options.shared import format_option, help_text

if TYPE_CHECKING:
    from anchorkit.darknet.heads import Head, Pair

__all__ = ["command"]


@click.command(
    help=help_text(
        "Write anchors that are known already into a darknet cfg.",
        'anchorkit apply --cfg yolov3.cfg --anchors "10,13, 16,30, 33,23"',
        "anchorkit apply --cfg yolov3.cfg --anchors found.json --dry-run",
    )
)
@anchors_option()
@cfg_options(required=True, with_data=False)
@click.option("--quiet", is_flag=True, help="Say nothing about what was changed.")
@export_options
@format_option
def command(
    anchors: NamedAnchors, cfg_options: CfgOptions, quiet: bool, exports: Exports, form: str
) -> int:
    """Open, plan, write, show; what `quiet` is for, messages look up."""
    from anchorkit.cli.cfg.target import network_of, open_cfg
    from anchorkit.cli.cfg.writing import cfg_result, difference_shown, finish, plan
    from anchorkit.cli.messages import warn, write_result
    from anchorkit.cli.options.anchors import network_for
    from anchorkit.cli.options.output_paths import check_outputs_differ
    from anchorkit.reports.heads import head_rows, head_table
    from anchorkit.reports.tables import json_text

    check_outputs_differ([*cfg_options.outputs(), *exports.outputs()])
    target = open_cfg(cfg_options)
    network = network_of(target) if exports.requests else target.known_input.filled()
    exports.check(len(anchors.anchors), form, network)
    pairs = [(float(width), float(height)) for width, height in anchors.anchors.tolist()]
    if _looks_like_cells(target.heads[0], pairs):
        warn(
            f"{target.name}: wanted anchors in pixels at input; these look like cells of "
            "the grid: all are smaller than one cell of the [region]"
        )
    for line in network_for([anchors], target.known_input)[1] if target.known_input.size else ():
        warn(line)
    outcome = plan(target, cfg_options, pairs)
    code = finish(outcome, cfg_options)
    more = ""
    if exports.requests:
        more = exports.written(
            anchors.anchors,
            network=network,
            form=form,
            note=f"as in {target.name}",
            dry_run=cfg_options.dry_run,
        )
    if form == "json":
        write_result(json_text(cfg_result(outcome, cfg_options)))
    elif cfg_options.dry_run:
        write_result(difference_shown(outcome.difference, form), nl=False)
    else:
        write_result(head_table(head_rows(outcome.heads), form))
    write_result(more, nl=False)
    return code


def _looks_like_cells(head: "Head", anchors: Sequence["Pair"]) -> bool:
    """Whether anchors for a `[region]` are so small that they may be cells of its grid."""
    if head.type != "region" or head.stride is None:
        return False
    return all(side < head.stride for anchor in anchors for side in anchor)
