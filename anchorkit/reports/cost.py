"""What a network costs, as its JSON object, as text and as Markdown.

Tested in tests/cli/test_cost.py.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.darknet.cost import CONVENTIONS, Cost, LayerCost
from anchorkit.reports.fit import DIGITS
from anchorkit.reports.tables import counted, markdown_table, text_table

__all__ = ["cost_markdown", "cost_summary", "cost_text"]

SMALL = 10**8
"""Operations of a network below which a table on the terminal has room for all digits."""


def cost_summary(cost: Cost, other: tuple[int, Cost] | None = None) -> dict[str, Any]:
    """The JSON object of `anchorkit cost`.

    Parameters
    ----------
    cost
        Of the cfg as it stands.
    other
        Another number of anchors, and the cost with it.
    """
    layers = [_layer_row(one) for one in cost.layers]
    heads = [row for row, one in zip(layers, cost.layers, strict=True) if one in cost.heads]
    head_parameters, head_flops = (sum(row[key] for row in heads) for key in FIGURES)
    return {
        "parameters": cost.parameters,
        "trainable": cost.trainable,
        "flops": cost.flops,
        "convention": cost.convention,
        "input": list(cost.size),
        "layers": layers,
        "heads": {
            "parameters": head_parameters,
            "flops": head_flops,
            "parameters_share": _share(head_parameters, cost.parameters),
            "flops_share": _share(head_flops, cost.flops),
            "layers": heads,
        },
        **({} if other is None else {"with_k": _change(cost, *other)}),
    }


FIGURES = ("parameters", "flops")
FILTERED = (
    *("convolutional", "deconvolutional", "crnn", "conv_lstm", "local"),
    *("connected", "rnn", "gru", "lstm"),
)
"""Types of layers that have `filters`, or `output` in their place."""


def _layer_row(one: LayerCost) -> dict[str, Any]:
    layer, window = one.layer, one.layer.window
    return {
        "index": layer.index,
        "line": layer.line,
        "type": layer.type,
        "filters": _channels(one) if layer.type in FILTERED else None,
        "kernel": window.size if window else None,
        "stride": [window.stride_x, window.stride_y] if window else None,
        "groups": window.groups if window else 1,
        "input": list(layer.input or ()),
        "output": list(layer.output or ()),
        "parameters": one.parameters,
        "trainable": one.trainable,
        "flops": one.flops,
        "omitted": one.omitted,
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, DIGITS) if whole else 0.0


def _change(cost: Cost, k: int, other: Cost) -> dict[str, Any]:
    """What changes with another number of anchors."""
    changed = [
        {
            "index": new.layer.index,
            "line": old.layer.line,
            "type": new.layer.type,
            "filters": [_channels(old), _channels(new)],
            **{key: [getattr(old, key), getattr(new, key)] for key in FIGURES},
        }
        for old, new in zip(cost.layers, other.layers, strict=True)
        if (old.parameters, old.flops) != (new.parameters, new.flops)
    ]
    return {
        "k": k,
        "parameters": other.parameters,
        "trainable": other.trainable,
        "flops": other.flops,
        "parameters_change": other.parameters - cost.parameters,
        "flops_change": other.flops - cost.flops,
        "layers": changed,
    }


def _channels(one: LayerCost) -> int:
    return one.layer.output.channels if one.layer.output else 0


def cost_text(result: Mapping[str, Any]) -> str:
    """What `anchorkit cost` prints on a terminal.

    Parameters
    ----------
    result
        From `cost_summary`.
    """
    unit = _unit(result)
    exact = result["flops"] < SMALL
    columns = [*COLUMNS, unit if exact else f"M{unit}"]
    rows = [_cells(row, exact=exact) for row in result["layers"]]
    parts = [_headline(result), text_table(columns, rows, left=["layer"])]
    if any(row["omitted"] for row in result["layers"]):
        parts.append(f"- not counted in the convention {result['convention']}")
    lines = [[name, *cells] for name, *cells in _totals(result)]
    parts.append(text_table(["", "parameters", unit], lines, left=[""]))
    parts += [_change_text(result, text_table)] if "with_k" in result else []
    return "\n\n".join(parts)


def cost_markdown(result: Mapping[str, Any]) -> str:
    """The same as tables in Markdown, every digit shown.

    Parameters
    ----------
    result
        From `cost_summary`.
    """
    unit = _unit(result)
    rows = [_cells(row, exact=True) for row in result["layers"]]
    parts = [_headline(result), markdown_table([*COLUMNS, unit], rows, left=["layer"])]
    if any(row["omitted"] for row in result["layers"]):
        parts.append(f"`-`: not counted in the convention {result['convention']}")
    lines = [[name, *cells] for name, *cells in _totals(result)]
    parts.append(markdown_table(["", "parameters", unit], lines, left=[""]))
    parts += [_change_text(result, markdown_table)] if "with_k" in result else []
    return "\n\n".join(parts)


COLUMNS = ["#", "layer", "filters", "kernel", "input", "output", "parameters"]


def _unit(result: Mapping[str, Any]) -> str:
    return "MACs" if result["convention"] == "macs" else "FLOPs"


def _headline(result: Mapping[str, Any]) -> str:
    width, height = result["input"]
    layers, convention = counted(len(result["layers"]), "layer"), result["convention"]
    at = f" at input {width}x{height}" if width and height else ""
    return textwrap.fill(f"{layers}{at}; convention {convention}: {CONVENTIONS[convention]}", 79)


def _cells(row: Mapping[str, Any], *, exact: bool) -> list[str]:
    figures = f"{row['flops']:,}" if exact else f"{row['flops'] / 1e6:,.2f}"
    if not row["flops"]:
        figures = "-" if row["omitted"] else ""
    return [
        str(row["index"]),
        # Darknet's own second name for it leaves room for the sizes
        "conv" if row["type"] == "convolutional" else row["type"],
        "" if row["filters"] is None else str(row["filters"]),
        _kernel(row),
        "x".join(str(side) for side in row["input"]),
        "x".join(str(side) for side in row["output"]),
        f"{row['parameters']:,}" if row["parameters"] else "",
        figures,
    ]


def _kernel(row: Mapping[str, Any]) -> str:
    """Side and stride: `3/2`, with two strides `3/2x1`."""
    if row["kernel"] is None:
        return ""
    across, down = row["stride"]
    return f"{row['kernel']}/{across}" if across == down else f"{row['kernel']}/{across}x{down}"


def _totals(result: Mapping[str, Any]) -> list[list[str]]:
    heads = result["heads"]
    rows = [
        ["network", f"{result['parameters']:,}", f"{result['flops']:,}"],
        ["trained", f"{result['trainable']:,}", ""],
    ]
    if heads["layers"]:
        rows.append(["heads", f"{heads['parameters']:,}", f"{heads['flops']:,}"])
        rows.append(["", f"{heads['parameters_share']:.2%}", f"{heads['flops_share']:.2%}"])
    return rows


def _change_text(result: Mapping[str, Any], table: Any) -> str:
    change, unit = result["with_k"], _unit(result)
    layers: Sequence[Mapping[str, Any]] = change["layers"]
    columns = ["#", "line", "filters", "parameters", unit]
    rows = [
        [
            str(row["index"]),
            str(row["line"]),
            " -> ".join(str(one) for one in row["filters"]),
            *(_stepped(*row[key]) for key in FIGURES),
        ]
        for row in layers
    ]
    rows.append(["", "", "network", *(_stepped(result[key], change[key]) for key in FIGURES)])
    said = f"with k = {change['k']}: {counted(len(layers), 'layer')} of another cost"
    return f"{said}\n\n{table(columns, rows)}"


def _stepped(old: int, new: int) -> str:
    share = f" ({(new - old) / old:+.2%})" if old else ""
    return f"{new - old:+,}{share}"
