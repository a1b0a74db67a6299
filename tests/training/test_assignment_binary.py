"""What AlexeyAB's darknet itself trains, where DARKNET names its binary: one pass of one image."""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from cfgs import PAIRS, yolo
from numpy.typing import NDArray

from anchorkit.network_input import NetworkInput
from anchorkit.training.assignment import TrainedHead, darknet_assignment
from anchorkit.training.assignment_places import placed

pytestmark = pytest.mark.skipif(
    "DARKNET" not in os.environ, reason="DARKNET names no darknet binary"
)

SIDE = 416
ANCHORS = [(float(pair.split(",")[0]), float(pair.split(",")[1])) for pair in PAIRS[:6]]
NET = ["batch=2", "subdivisions=1", "max_batches=1", "flip=0", "hue=0", "saturation=1"]
HEAD = ["jitter=0", "random=0", "ignore_thresh=1", "truth_thresh=1", "max=300"]


def labelled(seed: int) -> NDArray[np.float64]:
    """Boxes of one image, rows of x, y, width and height: many, so that some share a cell."""
    random = np.random.RandomState(seed)
    sides = np.exp(random.uniform(np.log(0.01), np.log(0.6), (250, 2)))
    centres = random.uniform(sides / 2, 1 - sides / 2)
    table: NDArray[np.float64] = np.round(np.concatenate([centres, sides], axis=1), 6)
    return table


def trained(folder: Path, text: str, boxes: NDArray[np.float64]) -> tuple[list[int], int]:
    """Assignments of each head in the order of the cfg, and how many were rewritten."""
    (folder / "blank.ppm").write_bytes(b"P6\n64 64\n255\n" + bytes(3 * 64 * 64))
    lines = [" ".join(["0", *(f"{value:.6f}" for value in box)]) for box in boxes]
    (folder / "blank.txt").write_text("\n".join(lines))
    (folder / "train.txt").write_text(f"{folder / 'blank.ppm'}\n")
    (folder / "names").write_text("cell\n")
    (folder / "some.data").write_text(
        f"classes=1\ntrain={folder / 'train.txt'}\nnames={folder / 'names'}\nbackup={folder}\n"
    )
    (folder / "some.cfg").write_text(text)
    done = subprocess.run(
        [os.environ["DARKNET"], "detector", "train", "some.data", "some.cfg", "-dont_show"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    counts = [int(count) for count in re.findall(r"Region \d+ Avg .*count: (\d+)", done.stderr)]
    found = re.search(r"total_bbox = (\d+), rewritten_bbox = ([\d.]+) %", done.stderr)
    if not found:
        pytest.skip("this darknet does not tell what it assigned: AlexeyAB's does")
    total, rewritten = int(found[1]), float(found[2])
    assert sum(counts) == total
    return counts, round(rewritten * total / 100)


@pytest.mark.parametrize("iou_thresh", [1.0, 0.213])
@pytest.mark.parametrize("masks", [["3,4,5", "0,1,2"], ["4,5", "1,2,3"]])
def test_darknet_trains_what_we_count(iou_thresh: float, masks: list[str], tmp_path: Path) -> None:
    extra = [*HEAD, f"iou_thresh={iou_thresh}"]
    text = yolo(masks=masks, strides=[32, 16], count=6, classes=1, net=NET, extra=extra)
    boxes = labelled(1)
    counts, rewritten = trained(tmp_path, text, boxes)
    heads = [
        TrainedHead(stride, tuple(map(int, mask.split(","))), iou_thresh)
        for stride, mask in zip([32, 16], masks, strict=True)
    ]
    places = placed(
        boxes[:, 2:],
        boxes[:, :2],
        np.zeros(len(boxes), int),
        [(64, 64)],
        network=NetworkInput(SIDE, SIDE),
    )
    found = darknet_assignment(places, ANCHORS, heads)
    # The batch is twice the same image; heads are in ascending order of stride here
    assert counts == [2 * one.positives for one in reversed(found.heads)]
    assert rewritten == 2 * found.overwritten
    assert rewritten > 0
