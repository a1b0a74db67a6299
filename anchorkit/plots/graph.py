"""A network as a graph: layers as nodes, what they read as edges. Nothing is drawn here.

Tested in tests/plots/test_network.py.
"""

from typing import NamedTuple

from anchorkit.darknet.cost import Cost

__all__ = ["Node", "graph_nodes"]


class Node(NamedTuple):
    """A layer of the graph: its name and type, whom it reads, its output and what it costs.

    `output` is height, width and channels; None where it is not known.
    """

    name: str
    type: str
    sources: tuple[str, ...]
    output: tuple[int, int, int] | None
    parameters: int
    flops: int


def graph_nodes(cost: Cost) -> list[Node]:
    """The layers as nodes, each after those that it reads; the first is the input.

    Parameters
    ----------
    cost
        Of the network.
    """
    names = {-1: "input"} | {
        one.layer.index: f"{one.layer.index:03d}_{one.layer.type}" for one in cost.layers
    }
    first = next((one.layer.input for one in cost.layers if one.layer.index == 0), None)
    nodes = [
        Node("input", "input", (), first and (first.height, first.width, first.channels), 0, 0)
    ]
    for one in cost.layers:
        output = one.layer.output
        nodes.append(
            Node(
                names[one.layer.index],
                one.layer.type,
                tuple(dict.fromkeys(names[source] for source in one.layer.sources)),
                output and (output.height, output.width, output.channels),
                one.parameters,
                one.flops,
            )
        )
    return nodes
