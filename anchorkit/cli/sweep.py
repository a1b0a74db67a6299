"""`anchorkit sweep`: how many anchors, and what each of them buys."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from anchorkit.cli.cfg.options import cfg_file_option
from anchorkit.cli.options.assignment import anchor_t_option
from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.groups import DATA, GroupedCommand
from anchorkit.cli.options.plots import Look, board_option, check_picture_path, look_options, save
from anchorkit.cli.options.shared import format_option, help_text, input_options, search_options
from anchorkit.cli.options.trainer import (
    say_set_against,
    say_too_small,
    trainer_option,
    usual_input,
)
from anchorkit.cli.options.training import augment_option, in_training
from anchorkit.cli.options.types import DISTANCES, Distances, Ks, Number, SomePath
from anchorkit.network_input import NetworkInput, PartialInput
from anchorkit.progress import progress_bar
from anchorkit.training.trainers import TRAINERS, Trainer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from anchorkit.anchors.named import NamedAnchors
    from anchorkit.boxes import Boxes
    from anchorkit.darknet.cost import Cost
    from anchorkit.darknet.sections import Cfg
    from anchorkit.suggested_k import Chosen
    from anchorkit.sweep import Row
    from anchorkit.training.judgement import InTraining


__all__ = ["command", "with_bar"]

Result = TypeVar("Result")


@click.command(
    cls=GroupedCommand,
    takes=DATA,
    first=("--clusters", "--trainer"),
    help=help_text(
        "Find the best anchors for several numbers of them, and say where more add little.",
        "anchorkit sweep --voc VOCdevkit/VOC2007 -k 1-12",
        "anchorkit sweep --voc annotations -k 1-15 --holdout 0.2 --plot sweep.png",
        "anchorkit sweep --voc annotations -k 3,5,9 --distance iou,euclidean",
    ),
)
@data_options
@click.option(
    "-k",
    "--clusters",
    "ks",
    type=Ks(),
    default="1-12",
    show_default=True,
    metavar="K-K,K,...",
    help="Which numbers of anchors.",
)
@click.option(
    "--val",
    metavar="NAME",
    help="Judge each k on this part of the data as well (as for --image-set); it is not clustered.",
)
@click.option(
    "--holdout",
    type=Number(min=0, max=1, min_open=True, max_open=True),
    metavar="SHARE",
    help="Judge each k on this share of the images as well, drawn by --seed; they are not "
    "clustered.",
)
@click.option(
    "--distance",
    "distances",
    type=Distances(),
    default=(),
    metavar="NAME,NAME,...",
    help=f"Compare with k-means by other distances: {', '.join(DISTANCES)}.",
)
@cfg_file_option(
    "Darknet cfg: also say what its network costs with each k; gives --input and --resize."
)
@trainer_option
@input_options
@search_options
@anchor_t_option
@augment_option
@click.option(
    "--plot",
    type=SomePath(),
    metavar="FILE",
    help="Also draw mean IoU against k into a .png, .svg or .pdf, or into a folder.",
)
@look_options
@board_option
@format_option
def command(
    data: DataOptions,
    ks: tuple[int, ...],
    val: str | None,
    holdout: float | None,
    distances: tuple[str, ...],
    cfg: Path | None,
    trainer: Trainer | None,
    asked: PartialInput,
    update: str,
    seed: int,
    precision: int | None,
    anchor_t: float,
    augment: str | None,
    plot: Path | None,
    look: Look,
    board: Path | None,
    form: str,
) -> None:
    """Load once, search for each k, judge, print."""
    from anchorkit.cli.messages import shows_progress, write_result
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.cli.options.output_paths import check_folder
    from anchorkit.errors import DataError, UsageError
    from anchorkit.plots.tensorboard import check_board
    from anchorkit.quality import RECALL_FACTOR
    from anchorkit.reports.sweep import sweep_markdown, sweep_summary, sweep_text
    from anchorkit.reports.tables import json_text
    from anchorkit.sweep import sweep

    if val and holdout:
        raise UsageError("--val and --holdout: wanted one of them")
    if plot:
        check_picture_path(plot, pictures=("sweep",))
    if board:
        check_board()
        check_folder(board, f"--tensorboard {board}")
    costs: list[Cost | None] | None = None
    paid: _Paid | None = None
    if cfg is None:
        network = usual_input(trainer, asked)
        heads = len(trainer.strides) if trainer else 1
    else:
        trainer = trainer or TRAINERS["darknet"]
        paid = _paid(cfg, ks, asked)
        network, costs, heads = paid.network, paid.costs, paid.heads
    say_set_against(trainer, (), network, cfg=cfg is not None)
    if precision is None:
        precision = trainer.precision if trainer else 0
    by_ratio = update == "ratio" or (trainer is not None and trainer.by_ratio)
    besides = [val] if val is not None else []
    boxes = load_boxes(data, network, keep_sets=val is not None, besides=besides)
    if not len(boxes):
        raise DataError("no usable boxes to cluster")
    out = _held_out(boxes, val, holdout, seed)
    say_too_small(trainer, boxes, network)
    sizes = boxes.at_input(network)
    clustered = sizes if out is None else sizes[~out]
    ks, costs = _possible(ks, costs, clustered)
    rows = with_bar(
        lambda step: sweep(
            clustered,
            ks,
            update=update,
            seed=seed,
            precision=precision,
            held_out=None if out is None else sizes[out],
            distances=distances,
            step=step,
            anchor_t=anchor_t if by_ratio else RECALL_FACTOR,
        ),
        total=len(ks) * (1 + len(distances)),
        shown=shows_progress(),
    )
    found = _suggested(rows, sizes, boxes.image_ids, out, heads, costs, seed)
    result = sweep_summary(
        boxes,
        rows,
        found,
        network=network,
        trainer=trainer.name if trainer else None,
        update=update,
        seed=seed,
        precision=precision,
        held_out=_account(boxes, out, f"--val {val}" if val else f"--holdout {holdout:g}")
        if out is not None
        else None,
        costs=costs,
        heads=heads,
        anchor_t=anchor_t if by_ratio else None,
    )
    usual = trainer.augmentation if trainer else None
    seen = in_training(
        augment,
        boxes,
        network,
        seed=seed,
        cfg=None if paid is None else (paid.own.name, paid.cfg),
        trainer=usual,
    )
    own = None if paid is None or not len(paid.own.anchors) else paid.own
    result |= _verdict(rows, found, boxes, network, seen, trainer, own, anchor_t)
    if plot or board:
        from anchorkit.plots.sweep import sweep_figure

        title = _title(data, boxes, network, update) if look.title is None else look.title
        if plot:
            pictures = {"sweep": lambda: sweep_figure(rows, found, update, costs, title=title)}
            save(plot, pictures, "sweep", look, title=title)
        if board:
            _show_on(board, rows, lambda: sweep_figure(rows, found, update, costs, title=title))
    show = {"text": sweep_text, "json": json_text, "markdown": sweep_markdown}
    write_result(show[form](result))


class _Paid(NamedTuple):
    """What a cfg says: its input, its cost with each k, how many heads it has, its own anchors."""

    network: "NetworkInput"
    costs: "list[Cost | None]"
    heads: int
    own: "NamedAnchors"
    cfg: "Cfg"


def _paid(cfg: Path, ks: tuple[int, ...], asked: PartialInput) -> _Paid:
    """What a cfg says, at its input unless another is asked for."""
    import numpy as np

    from anchorkit.anchors.named import NamedAnchors
    from anchorkit.darknet.cfg_file import input_of, naming, read_cfg_file
    from anchorkit.darknet.cost import costs_of_ks
    from anchorkit.darknet.heads import heads_of
    from anchorkit.darknet.listed import listed_anchors
    from anchorkit.errors import CfgError

    file = read_cfg_file(cfg, typed=f"--cfg {cfg}")
    with naming(file.name):
        known = input_of(file.cfg)
        if asked.size is None and known.size is None:
            raise CfgError(f"line {file.cfg.net.line}: [net] has no width and height")
        network = asked.over(known).filled()
        heads = heads_of(file.cfg)
        pairs = np.asarray(listed_anchors(heads), dtype=np.float64).reshape(-1, 2)
        own = NamedAnchors(Path(file.name).name, pairs, "cfg", known)
        costs = costs_of_ks(file.cfg, ks, size=network.size)
        return _Paid(network, costs, len(heads) or 1, own, file.cfg)


def _possible(
    ks: tuple[int, ...], costs: "list[Cost | None] | None", sizes: "NDArray[np.float64]"
) -> "tuple[tuple[int, ...], list[Cost | None] | None]":
    """The ks up to the number of distinct sizes, with their costs; as they are where none is."""
    import numpy as np

    from anchorkit.cli.messages import note

    most = len(np.unique(sizes, axis=0))
    count = sum(k <= most for k in ks)
    if count in (0, len(ks)):
        return ks, costs
    note(f"the boxes have {most:,} distinct sizes: the sweep ends at k = {ks[count - 1]}")
    return ks[:count], None if costs is None else costs[:count]


def _held_out(
    boxes: "Boxes", val: str | None, share: float | None, seed: int
) -> "NDArray[np.bool_] | None":
    """Which boxes are not clustered but judged on; None where that was not asked for."""
    import numpy as np

    from anchorkit.errors import DataError
    from anchorkit.loaders.parts import part_named
    from anchorkit.suggestions import names_there
    from anchorkit.sweep import holdout

    if val is None and share is None:
        return None
    if val is not None:
        part = part_named(val, boxes.image_sets)
        if part is None:
            known = names_there(val, boxes.image_sets)
            raise DataError(f"--val {val}: no such image set; found: {known}")
        listed = set(boxes.image_sets[part])
        images = np.asarray([file in listed for file in boxes.image_files], dtype=np.bool_)
        out: NDArray[np.bool_] = images[boxes.image_ids]
    else:
        out = holdout(boxes.image_ids, boxes.images, share or 0, seed)
    named = f"--val {val}" if val is not None else f"--holdout {share:g}"
    if not out.any():
        raise DataError(f"{named}: leaves no boxes to judge on")
    if out.all():
        raise DataError(f"{named}: leaves no boxes to cluster")
    return out


def _verdict(
    rows: "list[Row]",
    found: "Chosen | None",
    boxes: "Boxes",
    network: "NetworkInput",
    seen: "InTraining | None",
    trainer: Trainer | None,
    own: "NamedAnchors | None",
    anchor_t: float,
) -> dict[str, Any]:
    """What is said of the anchors of the k that is suggested, beside those of a network.

    Those are a cfg's own, else of the trainer's network with as many, else of its usual one.
    """
    from anchorkit.cli.options.verdict import verdict_on
    from anchorkit.reports.cluster import defaults_for, no_defaults

    if found is None:
        return {"findings": []}
    k = found.suggestion.k
    defaults = own or defaults_for(k, network, trainer)
    if defaults is None and trainer is not None:
        defaults = defaults_for(trainer.per_level * len(trainer.strides), network, trainer)
    anchors = next(row.anchors for row in rows if len(row.anchors) == k)
    return verdict_on(
        anchors,
        boxes,
        network,
        defaults=defaults,
        no_defaults=no_defaults(k, trainer),
        seen=seen,
        trainer=None if own else trainer,
        anchor_t=anchor_t,
    )


def _suggested(
    rows: "list[Row]",
    sizes: "NDArray[np.float64]",
    image_ids: "NDArray[np.int32]",
    out: "NDArray[np.bool_] | None",
    heads: int,
    costs: "list[Cost | None] | None",
    seed: int,
) -> "Chosen | None":
    """The k to suggest by the boxes that are judged on, and how many drawings agree."""
    import numpy as np

    from anchorkit.overlap import nearest
    from anchorkit.suggested_k import chosen_k

    if out is None:
        best = [nearest(sizes, row.exact)[1] for row in rows]
    else:
        best, image_ids = [row.held_out.best for row in rows if row.held_out], image_ids[out]
    return chosen_k(
        np.stack(best, axis=1),
        image_ids,
        [len(row.anchors) for row in rows],
        multiple=heads,
        costs=None if costs is None else [float(cost.flops) if cost else None for cost in costs],
        seed=seed,
    )


def _account(boxes: "Boxes", out: "NDArray[np.bool_]", by: str) -> dict[str, Any]:
    import numpy as np

    images = len(np.unique(boxes.image_ids[out]))
    return {"by": by, "images": images, "boxes": int(out.sum())}


def with_bar(work: Callable[[Callable[[], object]], Result], *, total: int, shown: bool) -> Result:
    """The work, which is given what to call after each step, under one bar for all of it."""
    if not shown:
        return work(lambda: None)
    with progress_bar("searching", total=total) as bar:
        return work(bar.update)


def _title(data: DataOptions, boxes: "Boxes", network: NetworkInput, update: str) -> str:
    from anchorkit.plots.captions import data_name, title_of

    name = data_name([path for _, path in data.sources])
    return title_of(name, len(boxes), network, f"what each number of anchors reaches ({update})")


def _show_on(board: Path, rows: "list[Row]", figure: Callable[[], Any]) -> None:
    from anchorkit.cli.messages import note
    from anchorkit.plots.tensorboard import write_board

    scalars = {
        "sweep/mean_iou": [(len(row.anchors), row.mean_iou_exact) for row in rows],
        "sweep/best_possible_recall": [
            (len(row.anchors), row.quality.best_possible_recall) for row in rows
        ],
    }
    if rows[0].held_out:
        scalars["sweep/mean_iou_held_out"] = [
            (len(row.anchors), row.held_out.mean_iou) for row in rows if row.held_out
        ]
    for name in rows[0].others:
        scalars[f"sweep/mean_iou_{name}"] = [(len(row.anchors), row.others[name]) for row in rows]
    write_board(board, scalars, {"sweep/curve": figure})
    note(f"{board}: an event file written")
