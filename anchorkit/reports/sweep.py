"""What `anchorkit sweep` found, as its JSON object, as text and as Markdown.

Tested in tests/cli/test_sweep.py.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.anchors.text import format_anchors
from anchorkit.boxes import Boxes
from anchorkit.darknet.cost import Cost
from anchorkit.network_input import NetworkInput
from anchorkit.reports.findings import finding_lines
from anchorkit.reports.fit import DIGITS, account_keys, network_keys, network_text, ratio_keys
from anchorkit.reports.tables import counted, markdown_table, text_table
from anchorkit.suggested_k import AHEAD, DRAWS, WORTH, Chosen
from anchorkit.sweep import Row
from anchorkit.terminal import safe_text

__all__ = ["sweep_markdown", "sweep_summary", "sweep_text"]


def sweep_summary(
    boxes: Boxes,
    rows: Sequence[Row],
    found: Chosen | None,
    *,
    network: NetworkInput,
    trainer: str | None = None,
    update: str,
    seed: int,
    precision: int,
    held_out: Mapping[str, Any] | None = None,
    costs: Sequence[Cost | None] | None = None,
    heads: int = 1,
    anchor_t: float | None = None,
) -> dict[str, Any]:
    """The JSON object of `anchorkit sweep`.

    `gain` is what each anchor added to the mean IoU before rounding since the row before.

    Parameters
    ----------
    boxes
        What was loaded.
    rows
        From `sweep`.
    found
        The suggestion; None where there is none.
    network, update, seed, precision
        What was asked for.
    trainer
        For whom, where that is known.
    held_out
        Where boxes were held out: how (`by`), how many `images` and `boxes`.
    costs
        With a cfg: what its network costs with each k; None where k is below its heads.
    heads
        How many heads share the anchors: only multiples of it are suggested.
    anchor_t
        The factor that the rows were judged with, where the figures of ratios are to be shown.
    """
    listed: list[dict[str, Any]] = []
    for row in rows:
        last = listed[-1] if listed else None
        exact = round(row.mean_iou_exact, DIGITS)
        k = len(row.anchors)
        listed.append(
            {
                "k": k,
                "mean_iou": round(row.quality.mean_iou, DIGITS),
                "mean_iou_exact": exact,
                "gain": round((exact - last["mean_iou_exact"]) / (k - last["k"]), DIGITS)
                if last
                else None,
                "best_possible_recall": round(row.quality.best_possible_recall, DIGITS),
                **ratio_keys(row.quality, anchor_t),
                "anchors": [
                    [round(side, precision) if precision else round(side) for side in pair]
                    for pair in row.anchors.tolist()
                ],
                **(
                    {
                        "held_out_mean_iou": round(row.held_out.mean_iou, DIGITS),
                        "held_out_best_possible_recall": round(
                            row.held_out.best_possible_recall, DIGITS
                        ),
                    }
                    if row.held_out
                    else {}
                ),
                **(
                    {"distances": {name: round(iou, DIGITS) for name, iou in row.others.items()}}
                    if row.others
                    else {}
                ),
            }
        )
    for entry, cost in zip(listed, costs or (), strict=False):
        entry["parameters"] = cost.parameters if cost else None
        entry["flops"] = cost.flops if cost else None
    return {
        "rows": listed,
        "suggested_k": found.suggestion.k if found else None,
        "agreement": {str(k): share for k, share in found.shares.items()} if found else None,
        "reason": reason(found, heads=heads, held_out=held_out is not None),
        **({"held_out": dict(held_out)} if held_out else {}),
        **network_keys(network, trainer),
        "update": update,
        "seed": seed,
        "precision": precision,
        **account_keys(boxes.report, len(boxes)),
    }


def reason(found: Chosen | None, *, heads: int = 1, held_out: bool = False) -> str:
    """Why a k is suggested and how sure that is, or why none is.

    Parameters
    ----------
    found
        The suggestion, if any.
    heads
        How many heads share the anchors.
    held_out
        Whether it is by the boxes held out.
    """
    if found is None:
        shared = f" that are multiples of its {heads} heads" if heads > 1 else ""
        return f"no k suggested: that takes at least two of them{shared}"
    k, before, beyond, open_end = found.suggestion
    far = max(2 * k, k + AHEAD * heads)
    on = " on the boxes held out" if held_out else ""
    if before is None:
        up_to = f"k = {k}"
    else:
        up_to = f"up to k = {k} an anchor adds {before:.4f} to the mean IoU{on}"
    if beyond is None:
        more = f"more anchors may add as much (-k 1-{far} looks further)"
        parts = [f"{up_to}, and there the range ends: {more}"]
    else:
        parts = [f"{up_to}, beyond it {beyond:.4f} at most ({WORTH:.2f} is worth one)"]
        if open_end:
            parts.append(f"the range ends soon after: -k 1-{far} is surer")
    return "; ".join([*parts, _agreed(found)])


def _agreed(found: Chosen) -> str:
    others = [str(k) for k in found.shares if k != found.suggestion.k]
    share = found.shares.get(found.suggestion.k, 0.0)
    if not others:
        return f"all of {DRAWS} drawings of the images suggest the same"
    named = others[0] if len(others) == 1 else f"{', '.join(others[:-1])} or {others[-1]}"
    most = "more than 99%" if share > 0.99 else f"{share:.0%}"
    return f"{most} of {DRAWS} drawings of the images suggest the same, the others {named}"


def sweep_text(result: Mapping[str, Any]) -> str:
    """The object of `sweep_summary` for a person at a terminal.

    Parameters
    ----------
    result
        From `sweep_summary`.
    """
    parts = [_read(result), text_table(*_table(result))]
    if "distances" in result["rows"][0]:
        parts.append(f"{OTHERS}\n\n{text_table(*_distances(result))}")
    if "flops" in result["rows"][0]:
        parts.append(f"{PAID}\n\n{text_table(*_costs(result))}")
    return "\n\n".join([*parts, _suggested(result)])


def sweep_markdown(result: Mapping[str, Any]) -> str:
    """The object of `sweep_summary` for the summary of a CI run.

    Parameters
    ----------
    result
        From `sweep_summary`.
    """
    suggested = result["suggested_k"]
    title = f"### {suggested} anchors suggested" if suggested else "### How many anchors"
    parts = [title, _read(result).replace("\n", "  \n"), markdown_table(*_table(result))]
    if "distances" in result["rows"][0]:
        parts += [OTHERS, markdown_table(*_distances(result))]
    if "flops" in result["rows"][0]:
        parts += [PAID, markdown_table(*_costs(result))]
    if suggested is None:
        return "\n\n".join([*parts, result["reason"]])
    return "\n\n".join(
        [*parts, f"\\* suggested: {result['reason']}", f"```ini\n{_anchors(result)}\n```"]
    )


OTHERS = "mean IoU before rounding, beside k-means with other distances (centres are means)"


def _table(result: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    columns = ["k", "mean IoU", "gain", "rounded", "recall"]
    keys = ["mean_iou_exact", "gain", "mean_iou", "best_possible_recall"]
    if "fitness" in result["rows"][0]:
        columns.append("fitness")
        keys.append("fitness")
    if "held_out" in result:
        columns += ["held out", "recall held out"]
        keys += ["held_out_mean_iou", "held_out_best_possible_recall"]
    cells = [
        [str(row["k"]), *("" if row[key] is None else f"{row[key]:.4f}" for key in keys)]
        for row in result["rows"]
    ]
    return columns, _with_mark(result, cells)


def _distances(result: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    names = list(result["rows"][0]["distances"])
    cells = [
        [
            str(row["k"]),
            f"{row['mean_iou_exact']:.4f}",
            *(f"{row['distances'][name]:.4f}" for name in names),
        ]
        for row in result["rows"]
    ]
    return ["k", result["update"], *names], cells


PAID = "mean IoU bought, and what the network of the cfg stores and computes for it"


def _costs(result: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    least = min((row["flops"] for row in result["rows"] if row["flops"] is not None), default=1)
    cells = [
        [
            str(row["k"]),
            f"{row['mean_iou_exact']:.4f}",
            *("" if row[key] is None else f"{row[key]:,}" for key in ("parameters", "flops")),
            "" if row["flops"] is None else f"{row['flops'] / least - 1:+.2%}",
        ]
        for row in result["rows"]
    ]
    return ["k", "mean IoU", "parameters", "FLOPs", "more"], _with_mark(result, cells)


def _with_mark(result: Mapping[str, Any], cells: list[list[str]]) -> list[list[str]]:
    for row in cells:
        row[0] += "*" if row[0] == str(result["suggested_k"]) else " "
    return cells


def _suggested(result: Mapping[str, Any]) -> str:
    why = result["reason"]
    if result["suggested_k"] is None:
        return textwrap.fill(str(why), 79)
    text = textwrap.fill(f"* suggested: {why}", 79, subsequent_indent="  ")
    return f"{text}\n\n{_anchors(result)}"


def _anchors(result: Mapping[str, Any]) -> str:
    """The line of the suggested anchors."""
    row = next(row for row in result["rows"] if row["k"] == result["suggested_k"])
    return f"anchors = {format_anchors(row['anchors'], result['precision'])}"


def _read(result: Mapping[str, Any]) -> str:
    lines = [
        f"{counted(result['images'], 'image')}, {counted(result['boxes'], 'box', 'boxes')} "
        f"{network_text(result, 'at')}; {result['update']} update, "
        f"seed {result['seed']}"
    ]
    if "held_out" in result:
        out = result["held_out"]
        lines.append(
            f"held out ({safe_text(out['by'])}): {counted(out['boxes'], 'box', 'boxes')} of "
            f"{counted(out['images'], 'image')}, not clustered"
        )
    return "\n".join([*lines, *finding_lines(result.get("findings", []))])
