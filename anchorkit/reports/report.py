"""All that a report tells, as one plain object: the JSON of the other commands, and its pictures.

Tested in tests/cli/test_report.py.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit._version import __version__
from anchorkit.anchors.named import NamedAnchors
from anchorkit.anchors.tiny_keras import has_unused_first
from anchorkit.boxes import Boxes
from anchorkit.network_input import NetworkInput
from anchorkit.quality import RECALL_FACTOR, Quality, evaluate
from anchorkit.reports.evaluate import comparison
from anchorkit.reports.findings import labelled_and_training
from anchorkit.reports.fit import to_digits
from anchorkit.reports.inspect import inspected
from anchorkit.reports.report_pictures import picture_keys
from anchorkit.training.assignment import TrainedHead
from anchorkit.training.augmentation_figures import measured
from anchorkit.training.judgement import InTraining

__all__ = ["MOST_PROBLEMS", "head_keys", "names_apart", "report_data", "run_keys"]

MOST_PROBLEMS = 300
"""Problems of the data that a report lists; all of them are in the JSON of `inspect`."""


def report_data(
    boxes: Boxes,
    anchors: NamedAnchors,
    *,
    network: NetworkInput,
    title: str,
    cluster: Mapping[str, Any],
    others: Sequence[NamedAnchors] = (),
    heads: Sequence[TrainedHead] = (),
    heads_known: bool = False,
    assignment: Mapping[str, Any] | None = None,
    seen: InTraining | None = None,
    anchor_t: float = RECALL_FACTOR,
    with_fitness: bool = False,
    sweep: Mapping[str, Any] | None = None,
    run: Mapping[str, Any],
) -> dict[str, Any]:
    """The object that a report is made of.

    Parameters
    ----------
    boxes
        At least one.
    anchors
        Those that the report is about, pixels at input.
    network
        That input.
    title
        What to call the data.
    cluster
        The object of `anchorkit cluster`, with its verdict.
    others
        What they are compared with, the defaults first.
    heads
        By ascending stride, with the rows of their anchors; empty where nothing is known of them.
    heads_known
        Whether they are of a cfg or a trainer, or only usual.
    assignment
        Who trains which box, where that is known: the object of `evaluate --trainer`.
    seen
        The boxes as training sees them; None: not known.
    anchor_t
        The factor within which an anchor can learn a box.
    with_fitness
        Whether figures of ratios are of interest.
    sweep
        The object of `anchorkit sweep`; None where there is none.
    run
        From `run_keys`.
    """
    sizes = boxes.at_input(network)
    sets = [anchors, *others]
    qualities = [evaluate(sizes, one.anchors) for one in sets]
    found = inspected(boxes, network=network)
    problems = found.pop("problems")
    factor = anchor_t if with_fitness else None
    compared = comparison(boxes, sets, network=network, anchor_t=factor)
    if seen is not None and len(seen.drawn):
        for row, one in zip(compared["results"], sets, strict=True):
            row |= labelled_and_training(
                measured(sizes, one.anchors, anchor_t),
                measured(seen.drawn.sizes, one.anchors, anchor_t),
                seen,
                len(boxes),
            )
    used = anchors.anchors
    if has_unused_first(used):
        used = used[1:]
    return {
        "schema": 1,
        "title": title,
        "findings": list(cluster.get("findings", ())),
        "cluster": {key: value for key, value in cluster.items() if key != "findings"},
        "inspect": {
            **found,
            "problems": problems[:MOST_PROBLEMS],
            "problems_in_all": len(problems),
        },
        "evaluate": compared,
        "heads": {
            "known": heads_known,
            "rows": head_keys(sizes, anchors.anchors, qualities[0], heads),
            "assignment": assignment,
        },
        "sweep": sweep,
        "pictures": picture_keys(
            boxes,
            sizes,
            used,
            [(one.name, quality) for one, quality in zip(sets, qualities, strict=True)],
        ),
        "run": dict(run),
    }


def head_keys(
    sizes: NDArray[np.float64],
    anchors: NDArray[np.float64],
    quality: Quality,
    heads: Sequence[TrainedHead],
) -> list[dict[str, Any]]:
    """For each head its anchors, and the boxes that are nearest to one of them.

    Parameters
    ----------
    sizes
        (n, 2), pixels at input.
    anchors
        (k, 2), pixels at input.
    quality
        Of the anchors.
    heads
        With the rows of their anchors.

    Returns
    -------
    Of each `stride`, `anchors` (numbers from 1) and their sides `in_strides`, `boxes` and their
    `share` and `mean_iou`, and `below_cell`, the share of these boxes whose shorter side is below
    the stride; None where there are no boxes.
    """
    rows = []
    for head in heads:
        near = np.isin(quality.labels, np.asarray(head.anchors, dtype=np.int64))
        count = int(np.count_nonzero(near))
        rows.append(
            {
                "stride": head.stride,
                "anchors": [row + 1 for row in head.anchors],
                "in_strides": [
                    [to_digits(side / head.stride) for side in anchors[row].tolist()]
                    for row in head.anchors
                ],
                "boxes": count,
                "share": to_digits(count / len(sizes)),
                "mean_iou": to_digits(float(quality.best[near].mean())) if count else None,
                "below_cell": to_digits(float(np.mean(sizes[near].min(axis=1) < head.stride)))
                if count
                else None,
            }
        )
    return rows


def run_keys(command: str, sources: Sequence[str]) -> dict[str, Any]:
    """What was run, so that it can be run again.

    Parameters
    ----------
    command
        As a line for a shell.
    sources
        The data, as typed.
    """
    return {
        "command": command,
        "sources": list(sources),
        "versions": {
            "anchorkit": __version__,
            "Python": platform.python_version(),
            "numpy": np.__version__,
        },
    }


def names_apart(sets: Sequence[NamedAnchors]) -> list[NamedAnchors]:
    """Sets of anchors of which no two have one name.

    Examples
    --------
    >>> same = NamedAnchors("old", np.ones((1, 2)), "anchors")
    >>> [one.name for one in names_apart([same, same])]
    ['old', 'old (2)']
    """
    apart: list[NamedAnchors] = []
    for one in sets:
        taken = {other.name for other in apart}
        numbered = (f"{one.name} ({number})" for number in range(2, len(sets) + 2))
        name = one.name
        while name in taken:
            name = next(numbered)
        apart.append(replace(one, name=name))
    return apart
