"""The search against what others do: the same boxes in memory, the same run of the program."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from anchorkit.clustering import cluster
from anchorkit.quality import evaluate
from anchorkit.reports.tables import text_table

from .rivals import euclidean_kmeans, plain_run, row_by_row

__all__ = ["clustering_table"]

Sizes = NDArray[np.float64]
Search = Callable[[Sizes, int, int], Sizes]


def _ours(update: str) -> Search:
    return lambda sizes, k, seed: cluster(sizes, k, update=update, seed=seed).anchors


PLAIN = "plain k-medians, one run"
ROW_BY_ROW = "row-by-row script, one run"
SEARCHES: dict[str, Search] = {
    ROW_BY_ROW: row_by_row,
    PLAIN: plain_run,
    "scikit-learn KMeans, one run": euclidean_kmeans,
    "anchorkit --update mean": _ours("mean"),
    "anchorkit (--update median)": _ours("median"),
    "anchorkit --update iou": _ours("iou"),
}


@dataclass
class _Runs:
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    mean_iou: list[float] = field(default_factory=list)


def clustering_table(sizes: Sizes, k: int, *, seeds: Sequence[int], slow: bool = True) -> str:
    """A table of seconds, ratio to one plain run, mean IoU and its spread over the seeds.

    Seconds, ratio (of processor time, of runs with the same seed, one after the other) and mean
    IoU are medians.

    Parameters
    ----------
    sizes
        (n, 2), all boxes.
    k
        How many anchors.
    seeds
        Each search runs once for each; the row-by-row script for the first alone.
    slow
        Whether to run the row-by-row script at all: it takes minutes.
    """
    searches = {
        name: search
        for name, search in SEARCHES.items()
        if (slow or name != ROW_BY_ROW) and (search is not euclidean_kmeans or find_spec("sklearn"))
    }
    runs = {name: _Runs() for name in searches}
    for seed in seeds:
        # Seed by seed, so that a machine that is busy for a while is so for all
        for name, search in searches.items():
            if name == ROW_BY_ROW and seed != seeds[0]:
                continue
            start, busy = time.perf_counter(), time.process_time()
            anchors = search(sizes, k, seed)
            runs[name].seconds.append(time.perf_counter() - start)
            runs[name].processor.append(time.process_time() - busy)
            runs[name].mean_iou.append(evaluate(sizes, anchors).mean_iou)
    rows = [_row(name, found, runs[PLAIN].processor) for name, found in runs.items()]
    columns = ("search", "seconds", "processor s", "ratio", "mean IoU", "lowest", "spread", "runs")
    return text_table(columns, rows, left=["search"])


def _row(name: str, found: _Runs, plain: list[float]) -> list[str]:
    # The row-by-row script has run for the first seed alone
    ratios = [one / other for one, other in zip(found.processor, plain, strict=False)]
    lowest, highest = min(found.mean_iou), max(found.mean_iou)
    return [
        name,
        f"{statistics.median(found.seconds):.3f}",
        f"{statistics.median(found.processor):.3f}",
        f"{statistics.median(ratios):.2f}",
        f"{statistics.median(found.mean_iou):.5f}",
        f"{lowest:.5f}",
        f"{highest - lowest:.5f}",
        str(len(found.seconds)),
    ]
