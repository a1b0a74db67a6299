"""Results where TensorBoard shows them: next to the training log.

Needs the package tensorboardX, which the extra `anchorkit[tensorboard]` brings.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from os import PathLike, fspath
from typing import Any

from anchorkit.errors import UsageError, WriteError
from anchorkit.plots.graph import Node

__all__ = ["check_board", "write_board", "write_graph"]


def check_board() -> None:
    """Fail where the package that writes TensorBoard's files is not installed.

    Raises
    ------
    UsageError
        Saying what to install.
    """
    if find_spec("tensorboardX") is None:
        raise UsageError(
            "TensorBoard's files need the package tensorboardX; install it with "
            "pip install 'anchorkit[tensorboard]' or pip install tensorboardX"
        )


def write_board(
    folder: str | PathLike[str],
    scalars: Mapping[str, Sequence[tuple[int, float]]],
    images: Mapping[str, Callable[[], Any]],
) -> None:
    """Write scalars and pictures as one new event file.

    Parameters
    ----------
    folder
        The log directory of one run; made if need be.
    scalars
        For each tag its values: (step, value).
    images
        For each tag what makes its figure.

    Raises
    ------
    UsageError
        Where tensorboardX is not installed.
    WriteError
        Where the folder cannot be written.
    """
    check_board()
    from tensorboardX import SummaryWriter

    from anchorkit.plots.files import pixels

    try:
        with SummaryWriter(logdir=fspath(folder)) as writer:
            for tag, values in scalars.items():
                for step, value in values:
                    writer.add_scalar(tag, value, step)
            for tag, figure in images.items():
                writer.add_image(tag, pixels(figure()), dataformats="HWC")
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(f"{fspath(folder)}: cannot be written ({reason})") from None


def write_graph(folder: str | PathLike[str], nodes: Sequence[Node]) -> None:
    """Write a network as the graph of one new event file: layers as nodes, what they read as edges.

    Parameters
    ----------
    folder
        The log directory of one run; made if need be.
    nodes
        From `network.graph_nodes`.

    Raises
    ------
    UsageError
        Where tensorboardX is not installed.
    WriteError
        Where the folder cannot be written.
    """
    check_board()
    from tensorboardX import SummaryWriter
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.proto.graph_pb2 import GraphDef

    graph = GraphDef()
    for one in nodes:
        node = graph.node.add(name=one.name, op=one.type, input=one.sources)
        if one.output is not None:
            shape = node.attr["_output_shapes"].list.shape.add()
            for side in (1, *one.output):
                shape.dim.add(size=side)
        node.attr["parameters"].i = one.parameters
        node.attr["operations"].i = one.flops
    try:
        with SummaryWriter(logdir=fspath(folder)) as writer:
            writer.file_writer.add_event(Event(graph_def=graph.SerializeToString()))
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(f"{fspath(folder)}: cannot be written ({reason})") from None
