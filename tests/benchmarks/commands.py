"""Processor time of whole commands that search, all threads added, beside what others take.

`anchorkit cluster --boxes` against one plain run of k-medians in a process of its own, against
`import numpy`, and, where the environment variable DARKNET names a binary, against its
`calc_anchors` on the same boxes.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import boxes_of
from anchorkit.loaders.npz import save_boxes
from anchorkit.reports.tables import text_table

__all__ = ["commands_table", "processor_seconds"]

Sizes = NDArray[np.float64]

PLAIN = """
import sys
import numpy as np
sizes, k = np.load(sys.argv[1]), int(sys.argv[2])
anchors = sizes[np.random.RandomState(0).choice(len(sizes), k, replace=False)]
labels = np.full(len(sizes), -1)
while True:
    shared = np.minimum(sizes[:, :1], anchors[:, 0]) * np.minimum(sizes[:, 1:], anchors[:, 1])
    union = sizes.prod(axis=1)[:, None] + anchors.prod(axis=1) - shared
    nearest = (shared / union).argmax(axis=1)
    if np.array_equal(nearest, labels):
        break
    labels = nearest
    for row in np.unique(labels):
        anchors[row] = np.median(sizes[labels == row], axis=0)
"""
PER_FILE = 12
"""Boxes of one label file for darknet, as WIDER FACE has them."""


def processor_seconds(command: Sequence[str | Path]) -> float:
    """Processor time of a command and its threads; elapsed time where the system tells no other."""
    start = time.perf_counter()
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before[2] - before[3]
    return used or time.perf_counter() - start


def commands_table(sizes: Sizes, k: int, *, runs: int = 3) -> str:
    """A table of processor seconds, and ratios to each other command of the same round.

    Parameters
    ----------
    sizes
        (n, 2), pixels at an input of 416.
    k
        How many anchors.
    runs
        Rounds in which each command runs once.
    """
    with tempfile.TemporaryDirectory() as folder:
        commands = _commands(Path(folder), sizes, k)
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for round_ in range(runs + 1):
            for name, command in commands.items():
                used = processor_seconds(command)
                if round_:  # the first warms the file cache
                    seconds[name].append(used)
    others = [name for name in commands if not name.startswith("anchorkit")]
    rows = [
        [
            name,
            f"{statistics.median(found):.2f}",
            *(_ratio(found, seconds[other]) for other in others),
        ]
        for name, found in seconds.items()
    ]
    columns = ["command", "processor s", *(f"of {other}" for other in others)]
    return text_table(columns, rows, left=["command"])


def _ratio(one: Sequence[float], other: Sequence[float]) -> str:
    """The median of the ratios round by round."""
    return f"{statistics.median(a / b for a, b in zip(one, other, strict=True)):.2f}"


def _commands(folder: Path, sizes: Sizes, k: int) -> dict[str, list[str | Path]]:
    array, saved = folder / "boxes.npy", folder / "boxes.npz"
    np.save(array, sizes)
    save_boxes(saved, boxes_of((sizes / 416).tolist(), image_size=(416, 416)))
    cluster: list[str | Path] = [
        *(sys.executable, "-m", "anchorkit", "cluster", "--boxes", saved, "-k", str(k)),
        "--update",
    ]
    commands: dict[str, list[str | Path]] = {
        "anchorkit cluster": [*cluster, "median"],
        "anchorkit cluster --update iou": [*cluster, "iou"],
        "import numpy": [sys.executable, "-c", "import numpy"],
        "one plain run": [sys.executable, "-c", PLAIN, array, str(k)],
    }
    if darknet := os.environ.get("DARKNET"):
        data = _darknet_data(folder, sizes)
        commands["darknet"] = [
            *(darknet, "detector", "calc_anchors", data, "-num_of_clusters", str(k)),
            *("-width", "416", "-height", "416"),
        ]
    return commands


def _darknet_data(folder: Path, sizes: Sizes) -> Path:
    images = []
    for number, start in enumerate(range(0, len(sizes), PER_FILE)):
        label = folder / f"{number}.txt"
        some = sizes[start : start + PER_FILE] / 416
        label.write_text("".join(f"0 0.5 0.5 {w:.6f} {h:.6f}\n" for w, h in some.tolist()))
        images.append(f"{label.with_suffix('.jpg')}\n")
    (folder / "train.txt").write_text("".join(images))
    (folder / "obj.names").write_text("box\n")
    data = folder / "obj.data"
    data.write_text(f"classes = 1\ntrain = {folder}/train.txt\nnames = {folder}/obj.names\n")
    return data
