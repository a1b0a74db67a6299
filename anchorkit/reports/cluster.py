"""What a search found, as the JSON object, the text and the Markdown of `anchorkit cluster`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.anchors.named import NamedAnchors
from anchorkit.anchors.presets import at_network, preset
from anchorkit.anchors.text import format_anchors, format_number
from anchorkit.load_report import Report
from anchorkit.network_input import NetworkInput
from anchorkit.quality import RECALL_FACTOR, Quality, evaluate
from anchorkit.reports.findings import finding_lines, training_table
from anchorkit.reports.fit import (
    ACCOUNTS,
    CLUSTER_COLUMNS,
    account_keys,
    cluster_cells,
    cluster_rows,
    fit_keys,
    network_keys,
    network_text,
    ratio_keys,
    to_digits,
)
from anchorkit.reports.tables import counted, markdown_table, text_table
from anchorkit.training.trainers import Trainer

__all__ = ["compared", "defaults_for", "no_defaults", "summary", "summary_markdown", "summary_text"]

DEFAULTS = {5: "yolov2-voc", 6: "yolov3-tiny", 9: "yolov3"}
"""The preset that a network with so many anchors usually starts from."""


def summary(
    report: Report,
    anchors: NDArray[np.float64],
    quality: Quality,
    *,
    mean_iou_exact: float,
    ascended_mean_iou: float,
    precision: int,
    network: NetworkInput,
    trainer: str | None = None,
    update: str,
    seed: int,
    anchor_t: float | None = None,
) -> dict[str, Any]:
    """The JSON object of `anchorkit cluster`.

    Parameters
    ----------
    report
        What was loaded.
    anchors
        (k, 2), width and height as written, by ascending area, pixels at input.
    quality
        Of these anchors, over all boxes.
    mean_iou_exact
        Mean IoU before rounding.
    ascended_mean_iou
        What the `iou` update would reach at least, before rounding; NaN where it is not known.
    precision
        Decimals of the anchors.
    network, update, seed
        What was asked for.
    trainer
        For whom, where that is known.
    anchor_t
        The factor that `quality` was found with, where the figures of ratios are to be shown.
    """
    clusters = cluster_rows(anchors, quality, lambda side: _number(side, precision))
    return {
        "anchors": [[row["width"], row["height"]] for row in clusters],
        "mean_iou": to_digits(quality.mean_iou),
        "mean_iou_exact": to_digits(mean_iou_exact),
        "ascended_mean_iou": to_digits(ascended_mean_iou),
        "best_possible_recall": to_digits(quality.best_possible_recall),
        **ratio_keys(quality, anchor_t),
        "ratios": sorted(row["ratio"] for row in clusters),
        "clusters": clusters,
        "k": len(clusters),
        **network_keys(network, trainer),
        "update": update,
        "seed": seed,
        "precision": precision,
        **account_keys(report, int(quality.counts.sum()), ("images", "objects", *ACCOUNTS[1:])),
    }


def defaults_for(
    k: int, network: NetworkInput, trainer: Trainer | None = None
) -> NamedAnchors | None:
    """The anchors of a known network with so many, scaled to an input; None where there is none.

    Parameters
    ----------
    k
        How many anchors are asked for.
    network
        The input that they are scaled to, each side by its own ratio.
    trainer
        Whose networks; None: darknet's.

    Examples
    --------
    >>> defaults_for(9, NetworkInput(832, 416)).anchors[0].tolist()
    [20.0, 13.0]
    """
    known = DEFAULTS if trainer is None else trainer.defaults
    return at_network(preset(known[k]), network) if k in known else None


def no_defaults(k: int, trainer: Trainer | None = None) -> str:
    """Why there are no anchors to beat, and of a trainer what shows its usual ones.

    Parameters
    ----------
    k
        How many anchors are asked for.
    trainer
        Whose networks are looked at; None: darknet's.

    Examples
    --------
    >>> no_defaults(7)
    'no usual network comes with 7 anchors, only with 5, 6 or 9'
    """
    known = [str(one) for one in (DEFAULTS if trainer is None else trainer.defaults)]
    others = " or ".join(filter(None, [", ".join(known[:-1]), known[-1]]))
    anchors = f"comes with {counted(k, 'anchor')}, only with {others}"
    if trainer is None:
        return f"no usual network {anchors}"
    way = f"evaluate --trainer {trainer.name} judges its usual ones"
    return f"no usual network of {trainer.name} {anchors}: {way}"


def compared(
    sizes: NDArray[np.float64],
    defaults: NamedAnchors | None,
    weights: NDArray[Any] | None = None,
    *,
    anchor_t: float | None = None,
) -> dict[str, Any]:
    """The key `defaults` of the JSON object: how well the anchors to beat would fit.

    Parameters
    ----------
    sizes
        (n, 2), all boxes in pixels at input.
    defaults
        The anchors; for None, nothing is returned.
    weights
        (n,), how many boxes each size stands for; None: each for itself.
    anchor_t
        As for `summary`.
    """
    if defaults is None:
        return {}
    quality = evaluate(sizes, defaults.anchors, weights=weights, anchor_t=anchor_t or RECALL_FACTOR)
    keys = fit_keys(quality) | ratio_keys(quality, anchor_t)
    return {"defaults": {"name": defaults.name, **keys}}


def summary_text(result: Mapping[str, Any]) -> str:
    """The object of `summary` for a person at a terminal."""
    figures = text_table(
        ["figure", "value", "note"],
        [
            ["mean IoU", f"{result['mean_iou']:.4f}", _before_rounding(result)],
            *_recalled(result),
            *_ascended(result),
            *_defaults(result),
        ],
        left=["figure", "value", "note"],
    )
    return "\n\n".join(
        [
            "\n".join([_read(result), _asked(result), *finding_lines(result.get("findings", []))]),
            text_table(CLUSTER_COLUMNS, _rows(result)),
            anchor_line(result),
            figures.split("\n", 1)[1] + "\n" + _ratios(result),
            *filter(None, [training_table(result)]),
        ]
    )


def summary_markdown(result: Mapping[str, Any]) -> str:
    """The object of `summary` for the summary of a CI run."""
    return "\n\n".join(
        [
            f"### {counted(result['k'], 'anchor')}, mean IoU {result['mean_iou']:.4f}",
            f"{_read(result)}  \n{_asked(result)}",
            *filter(None, ["\n".join(finding_lines(result.get("findings", []), "markdown"))]),
            markdown_table(CLUSTER_COLUMNS, _rows(result)),
            f"```ini\n{anchor_line(result)}\n```",
            f"- mean IoU **{result['mean_iou']:.4f}**, {_before_rounding(result)}\n"
            + "".join(f"- {name} **{value}**, {note}\n" for name, value, note in _recalled(result))
            + "".join(
                f"- {name} {value}: {note}\n"
                for name, value, note in [*_ascended(result), *_defaults(result)]
            )
            + f"- {_ratios(result)}",
            *filter(None, [training_table(result, "markdown")]),
        ]
    )


WORTH_ANOTHER_RUN = 0.001
"""Mean IoU that another update must add to be spoken of."""


def anchor_line(result: Mapping[str, Any]) -> str:
    """The line of a cfg, ready to paste."""
    return f"anchors = {format_anchors(result['anchors'], result['precision'])}"


def _number(side: float, precision: int) -> float:
    rounded = round(side, precision) if precision else round(side)
    return rounded or side


def _rows(result: Mapping[str, Any]) -> list[Sequence[str]]:
    precision = result["precision"]
    return cluster_cells(
        result["clusters"], result["boxes"], side=lambda side: format_number(side, precision)
    )


def _read(result: Mapping[str, Any]) -> str:
    parts = [
        (result["skipped"], "left out"),
        (result["filtered"], "filtered"),
        (result["altered"], "clipped"),
    ]
    others = ", ".join(f"{count:,} {what}" for count, what in parts if count)
    images = counted(result["images"], "image")
    boxes = counted(result["boxes"], "box", "boxes")
    return f"{images}, {boxes}" + (f" ({others})" if others else "")


def _asked(result: Mapping[str, Any]) -> str:
    return (
        f"{counted(result['k'], 'anchor')} {network_text(result)}; "
        f"{result['update']} update, seed {result['seed']}"
    )


def _before_rounding(result: Mapping[str, Any]) -> str:
    return f"with the nearest anchor; {result['mean_iou_exact']:.4f} before rounding"


def _recalled(result: Mapping[str, Any]) -> list[list[str]]:
    """Best possible recall and, where they are there, the other figures of ratios."""
    factor = result.get("anchor_t", RECALL_FACTOR)
    recall = f"{result['best_possible_recall']:.4f}"
    rows = [["best possible recall", recall, f"boxes with an anchor within a factor of {factor:g}"]]
    if "fitness" in result:
        past, fitness = result["anchors_past_threshold"], result["fitness"]
        rows += [
            ["anchors past threshold", f"{past:.4f}", "anchors within that factor of a box, mean"],
            ["fitness", f"{fitness:.4f}", "best ratio of sides, mean over all boxes"],
        ]
    return rows


def _ascended(result: Mapping[str, Any]) -> list[list[str]]:
    """What the `iou` update would add, where that is worth another run."""
    reached = result["ascended_mean_iou"]
    gain = 0 if reached is None else reached - result["mean_iou_exact"]
    if result["update"] != "median" or gain < WORTH_ANOTHER_RUN:
        return []
    return [["with --update iou", f"{reached:.4f}", "mean IoU that can be had, or more"]]


def _defaults(result: Mapping[str, Any]) -> list[list[str]]:
    if "defaults" not in result:
        return []
    known = result["defaults"]
    recall = f"recall {known['best_possible_recall']:.4f}"
    note = f"mean IoU of its own anchors, {recall}"
    if "fitness" in known:
        note = f"mean IoU of its own, {recall}, fitness {known['fitness']:.4f}"
    return [[f"default {known['name']}", f"{known['mean_iou']:.4f}", note]]


def _ratios(result: Mapping[str, Any]) -> str:
    return f"ratios (w/h): {', '.join(f'{ratio:.2f}' for ratio in result['ratios'])}"
