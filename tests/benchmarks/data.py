"""Boxes to measure on: data sets in a folder, or sample_voc and synthetic boxes."""

import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anchorkit.loaders.voc import load_voc
from anchorkit.network_input import DEFAULT_INPUT

__all__ = ["data_sets", "drawn_like", "photographs", "roots"]

Sizes = NDArray[np.float64]
SAMPLE = Path(__file__).parents[2] / "sample_voc"
FEWEST = 1000
"""Of a folder of data sets, those with fewer boxes are passed over: they say nothing of speed."""


def data_sets(folder: Path | None) -> dict[str, Sizes]:
    """Sizes of the boxes of each data set, pixels at an input of 416, by name.

    Parameters
    ----------
    folder
        A VOC root, or a folder of VOC roots and of `.tar.xz` archives of them; None: sample_voc and
        synthetic boxes.
    """
    if folder is None:
        sample = load_voc(SAMPLE).at_input(DEFAULT_INPUT)
        return {"sample_voc": sample, "synthetic": photographs(160_000)}
    found = {}
    with tempfile.TemporaryDirectory() as spare:
        for root in roots(folder, Path(spare)):
            sizes = load_voc(root).at_input(DEFAULT_INPUT)
            if len(sizes) >= FEWEST or root == folder:
                found[root.name] = sizes
    return found


def roots(folder: Path, spare: Path) -> Iterator[Path]:
    """VOC roots in a folder, or the folder itself; archives are unpacked into a spare folder."""
    if (folder / "Annotations").is_dir():
        yield folder
        return
    yield from sorted(path.parent for path in folder.glob("*/Annotations"))
    for archive in sorted(folder.glob("*.tar.xz")):
        name = archive.name.removesuffix(".tar.xz")
        if not (folder / name).exists():
            with tarfile.open(archive) as packed:
                safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
                packed.extractall(spare, **safe)  # type: ignore[arg-type]  # older Pythons lack it
            yield spare / name


def photographs(count: int) -> Sizes:
    """Synthetic boxes, sized like objects in photographs: many small, few as large as the image."""
    stream = np.random.RandomState(0)
    side = np.exp(stream.normal(np.log(60), 0.95, count))
    shape = np.exp(stream.normal(-0.15, 0.45, count))
    sizes = np.column_stack([side * shape, side / shape])
    whole: Sizes = np.clip(np.rint(sizes), 2.0, 416.0)
    return whole


def drawn_like(sizes: Sizes, count: int) -> Sizes:
    """Boxes drawn from sizes, each side jittered by five percent, so that hardly two are equal.

    They are drawn in blocks, into their array, so that it is all the memory that is ever needed.
    """
    stream = np.random.RandomState(0)
    drawn = np.empty((count, 2))
    for start in range(0, count, 100_000):
        block = drawn[start : start + 100_000]
        block[:] = sizes[stream.randint(len(sizes), size=len(block))]
        block *= np.exp(stream.normal(0, 0.05, block.shape))
    return drawn
