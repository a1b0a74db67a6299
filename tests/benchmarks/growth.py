"""How the search grows with the boxes: seconds, passes over all boxes, memory."""

import contextlib
import multiprocessing
import re
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.clustering import cluster
from anchorkit.reports.tables import text_table
from anchorkit.search.passes import FullScan

from .data import drawn_like

__all__ = ["growth_table"]

Sizes = NDArray[np.float64]
COUNTS = (10**4, 10**5, 10**6, 10**7, 3 * 10**7)


class _Measured(NamedTuple):
    seconds: float
    processor: float
    passes: int
    megabytes: float
    arrays: float


def growth_table(
    sizes: Sizes, k: int, *, update: str = "median", counts: Sequence[int] = COUNTS
) -> str:
    """A table of seconds, exact passes and peak memory of the whole search, by number of boxes.

    Each number of boxes is measured in a process of its own, so that its peak is its own.

    Parameters
    ----------
    sizes
        (n, 2), what the boxes are drawn from, with jitter.
    k
        How many anchors.
    update
        The mode of the search.
    counts
        Numbers of boxes.
    """
    rows = []
    for count in counts:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as process:
            found = process.submit(_measured, sizes, count, k, update).result()
        rows.append(
            [
                f"{count:,}",
                f"{found.seconds:.3f}",
                f"{found.processor:.3f}",
                f"{found.passes}",
                f"{found.megabytes:.0f}" if found.megabytes > 0 else "-",
                f"{found.arrays:.1f}" if found.megabytes > 0 else "-",
            ]
        )
    columns = ("boxes", "seconds", "processor s", "exact passes", "peak MB", "arrays of sizes")
    return text_table(columns, rows)


def _measured(sizes: Sizes, count: int, k: int, update: str) -> _Measured:
    cluster(sizes[:1000], min(k, 3), update=update)  # imports and first calls are not the subject
    before = _held("VmRSS")
    _forget_peak()
    boxes = drawn_like(sizes, count)
    points: list[int] = []
    FullScan.counted = staticmethod(points.append)
    start, busy = time.perf_counter(), time.process_time()
    cluster(boxes, k, update=update)
    seconds, processor = time.perf_counter() - start, time.process_time() - busy
    used = _held("VmHWM") - before
    passes = sum(one == max(points) for one in points)
    return _Measured(seconds, processor, passes, used, used * 2**20 / boxes.nbytes)


def _held(what: str) -> float:
    """Megabytes this process holds (`VmRSS`) or has held at most (`VmHWM`).

    (What getrusage tells will not do: a new process begins with the peak of the one it came from.)
    0 where the system has no /proc.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    found = re.search(rf"^{what}:\s+(\d+) kB", status.read_text(), re.MULTILINE)
    return int(found[1]) / 2**10 if found else 0.0


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
