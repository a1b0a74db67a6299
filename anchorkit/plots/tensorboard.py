"""Results where TensorBoard shows them: next to the training log.

Needs the package tensorboardX, which the extra `anchorkit[tensorboard]` brings.
"""

import os
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from anchorkit.errors import UsageError, WriteError
from anchorkit.files import write_atomically
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
    _write(folder, _events(scalars, images))


def write_graph(folder: str | PathLike[str], nodes: Sequence[Node]) -> None:
    """Write a network as the graph of one new event file: layers as nodes, what they read as edges.

    Parameters
    ----------
    folder
        The log directory of one run; made if need be.
    nodes
        From `graph.graph_nodes`.

    Raises
    ------
    UsageError
        Where tensorboardX is not installed.
    WriteError
        Where the folder cannot be written.
    """
    check_board()
    _write(folder, _graph(nodes))


def _write(folder: str | PathLike[str], events: Iterator[Any]) -> None:
    # Not its SummaryWriter: that writes in a thread of its own, and waits for ever on a full disk
    data = b"".join(map(_record, events))
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(f"{fspath(folder)}: cannot be written ({reason})") from None
    name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}"
    write_atomically(Path(folder, name), data)


def _events(
    scalars: Mapping[str, Sequence[tuple[int, float]]], images: Mapping[str, Callable[[], Any]]
) -> Iterator[Any]:
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.summary import image, scalar

    from anchorkit.plots.files import pixels

    now = time.time()
    yield _first(now)
    for tag, values in scalars.items():
        for step, value in values:
            yield Event(wall_time=now, step=step, summary=scalar(tag, value))
    for tag, figure in images.items():
        yield Event(wall_time=now, summary=image(tag, pixels(figure()), dataformats="HWC"))


def _graph(nodes: Sequence[Node]) -> Iterator[Any]:
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
    now = time.time()
    yield _first(now)
    yield Event(wall_time=now, graph_def=graph.SerializeToString())


def _first(now: float) -> Any:
    """The event with which a file begins."""
    from tensorboardX.proto.event_pb2 import Event

    return Event(wall_time=now, file_version="brain.Event:2")


def _record(event: Any) -> bytes:
    """An event as it stands in a file: its length, a checksum, the event and its checksum."""
    from tensorboardX.record_writer import masked_crc32c

    content = event.SerializeToString()
    length = struct.pack("<Q", len(content))
    return b"".join(
        [
            length,
            struct.pack("<I", masked_crc32c(length)),
            content,
            struct.pack("<I", masked_crc32c(content)),
        ]
    )
