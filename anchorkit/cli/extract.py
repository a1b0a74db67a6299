"""`anchorkit extract`: boxes to one file, so that annotations need be read only once."""

from pathlib import Path

import click

from anchorkit.cli.options.data import DataOptions, data_options
from anchorkit.cli.options.groups import DATA, GroupedCommand
from anchorkit.cli.options.shared import help_text, input_options
from anchorkit.cli.options.types import SomePath
from anchorkit.network_input import PartialInput
from anchorkit.reports.tables import counted
from anchorkit.terminal import safe_text

__all__ = ["command"]


@click.command(
    cls=GroupedCommand,
    takes=DATA,
    first=("--output", "--image-set"),
    help=help_text(
        "Save the boxes of a data set to a file, which --boxes reads instead of annotations.\n\n"
        "A large data set can be read in parts, each wherever one likes; all parts together give "
        "what the whole gives at once.",
        "anchorkit extract --voc VOCdevkit/VOC2007 -o 2007.npz",
        "anchorkit extract --voc VOCdevkit/VOC2012 -o 2012.npz",
        "anchorkit cluster --boxes 2007.npz --boxes 2012.npz -k 9",
    ),
)
@data_options
@click.option(
    "-o",
    "--output",
    "path",
    type=SomePath(),
    required=True,
    metavar="FILE",
    help="Where to save the boxes: FILE.npz; only such a file is replaced.",
)
@input_options
def command(data: DataOptions, path: Path, asked: PartialInput) -> None:
    """Check, load, save, and say what was saved."""
    from anchorkit.cli.messages import note, write_result
    from anchorkit.cli.options.loading import load_boxes
    from anchorkit.cli.options.output_paths import Output, check_output, check_outputs_differ
    from anchorkit.errors import UsageError
    from anchorkit.loaders.npz import is_boxes_file, save_boxes

    given = [
        Output(f"--boxes {source}", source) for kind, source in data.sources if kind == "boxes"
    ]
    check_outputs_differ([*dict.fromkeys(given), Output(f"-o {path}", path)])
    check_output(path, f"-o {path}", ours=is_boxes_file, what="boxes saved by `anchorkit extract`")
    if path.suffix.lower() != ".npz":
        raise UsageError(f"-o {path}: wanted a name that ends in .npz, such as {path.stem}.npz")
    boxes = load_boxes(data, asked.filled(), keep_sets=True)
    save_boxes(path, boxes)
    note(f"{path.as_posix()}: written")
    what = f"{counted(boxes.images, 'image')}, {counted(len(boxes), 'box', 'boxes')}"
    sets = f", {counted(len(boxes.image_sets), 'image set')}" if boxes.image_sets else ""
    write_result(f"{safe_text(path.as_posix())}: {what}{sets}")
