import json
import struct
from pathlib import Path

import pytest
from cfgs import V3
from command import run
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.graph_pb2 import GraphDef

from anchorkit.darknet.cost import network_cost
from anchorkit.darknet.sections import read_cfg
from anchorkit.plots.graph import graph_nodes
from anchorkit.plots.network import draw_layers, network_figure
from anchorkit.plots.style import MISSED

COST = network_cost(read_cfg(V3))


@pytest.mark.parametrize("figure", ["parameters", "flops"])
def test_each_layer_is_a_bar_and_those_of_heads_are_marked(figure: str) -> None:
    axes = Figure().subplots()
    bars = draw_layers(axes, COST, figure)
    assert [bar.get_height() for bar in bars] == [getattr(one, figure) for one in COST.layers]
    marked = [row for row, bar in enumerate(bars) if to_hex(bar.get_facecolor()) == MISSED]
    assert marked == [row for row, one in enumerate(COST.layers) if one in COST.heads]
    assert len(marked) == 3
    legend = axes.get_legend()
    assert legend is not None
    share = sum(getattr(one, figure) for one in COST.heads) / getattr(COST, figure)
    assert legend.get_texts()[0].get_text().endswith(f"({share:.2%})")


def test_both_figures_stand_above_each_other() -> None:
    upper, lower = network_figure(COST, title="net.cfg").axes
    assert (upper.get_ylabel(), lower.get_ylabel()) == ("parameters", "FLOPs")
    assert upper.get_xlim() == lower.get_xlim()


def test_routes_are_edges_to_what_they_name() -> None:
    nodes = {node.name: node for node in graph_nodes(COST)}
    assert nodes["input"].output == (416, 416, 3)
    assert nodes["000_convolutional"].sources == ("input",)
    routes = [node for node in nodes.values() if node.type == "route"]
    assert routes
    for node in routes:
        layer = COST.layers[int(node.name[:3])].layer
        assert [int(source[:3]) for source in node.sources] == list(layer.sources)
    told = [name for name in nodes for source in nodes[name].sources]
    assert set(told) == set(nodes) - {"input"}


def test_cost_draws_and_writes_the_graph_that_its_json_tells(tmp_path: Path) -> None:
    (tmp_path / "net.cfg").write_text(V3)
    options = ("--plot", tmp_path / "net.svg", "--tensorboard", tmp_path / "log")
    done = run("cost", "--cfg", tmp_path / "net.cfg", *options, "--format", "json")
    assert done.code == 0, done.err
    assert done.err.splitlines() == [
        f"anchorkit: note: {tmp_path / 'net.svg'}: written",
        f"anchorkit: note: {tmp_path / 'log'}: an event file written",
    ]
    assert "net.cfg: " in (tmp_path / "net.svg").read_text(encoding="utf-8")
    layers = json.loads(done.out)["layers"]
    (file,) = (tmp_path / "log").iterdir()
    nodes = graph(file)
    assert [node.op for node in nodes[1:]] == [layer["type"] for layer in layers]
    assert [node.attr["parameters"].i for node in nodes[1:]] == [
        layer["parameters"] for layer in layers
    ]
    assert [node.attr["operations"].i for node in nodes[1:]] == [layer["flops"] for layer in layers]
    shapes = [
        [dim.size for dim in node.attr["_output_shapes"].list.shape[0].dim] for node in nodes[1:]
    ]
    assert shapes == [
        [1, layer["output"][1], layer["output"][0], layer["output"][2]] for layer in layers
    ]


def graph(file: Path) -> list[GraphDef]:
    """The nodes of the one graph in an event file; see `test_tensorboard.events`."""
    data, place = file.read_bytes(), 0
    while place < len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        event = Event.FromString(data[place + 12 : place + 12 + length])
        if event.graph_def:
            return list(GraphDef.FromString(event.graph_def).node)
        place += length + 16
    raise AssertionError("no graph")


@pytest.mark.parametrize("option", ["--plot", "--tensorboard"])
def test_a_picture_of_two_networks_is_refused(tmp_path: Path, option: str) -> None:
    for name in ("a.cfg", "b.cfg"):
        (tmp_path / name).write_text(V3)
    done = run("cost", tmp_path / "a.cfg", tmp_path / "b.cfg", option, tmp_path / "out")
    assert (done.code, done.err) == (2, f"anchorkit: error: {option}: wanted one cfg, found 2\n")
    assert not (tmp_path / "out").exists()
