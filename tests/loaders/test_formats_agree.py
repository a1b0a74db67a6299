"""The same data set, stored in every format, is the same boxes and gives the same anchors."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from stored import STORES, Image, images_of

from anchorkit.anchors.rounding import rounded
from anchorkit.boxes import Boxes
from anchorkit.clustering import cluster
from anchorkit.loaders import load
from anchorkit.network_input import DEFAULT_INPUT

SAMPLE = Path(__file__).parents[2] / "sample_voc"
DATA = os.environ.get("ANCHORKIT_DATA")
SETS = [
    SAMPLE,
    pytest.param(
        Path(DATA or "none") / "bccd",
        marks=pytest.mark.skipif(not DATA, reason="needs ANCHORKIT_DATA"),
    ),
]
NEEDS = {"data.yaml": "yaml", "kitti": "PIL", "keras": "PIL"}
ROUNDING = {"coco": 1e-15, "kitti": 1e-15, "keras": 1e-15}


def source(name: str, images: list[Image], folder: Path) -> tuple[str, Path]:
    """A data set stored in a way, as a source to load; skips where something is not there."""
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    loader, store = STORES[name]
    return loader, store(images, folder)


def rows(
    boxes: Boxes,
) -> tuple[list[tuple[str, str]], NDArray[np.float64]]:
    """Image and class of each box, and the sizes, in an order that no format decides."""
    labels = [
        (boxes.image_names[image].rpartition("/")[2], boxes.class_names[kind])
        for image, kind in zip(boxes.image_ids, boxes.class_ids, strict=True)
    ]
    order = sorted(range(len(labels)), key=lambda row: (labels[row], *boxes.sizes[row].round(5)))
    return [labels[row] for row in order], boxes.sizes[order]


@pytest.mark.parametrize("voc", SETS)
@pytest.mark.parametrize("name", STORES)
def test_a_data_set_loads_equal_from_every_format(voc: Path, name: str, tmp_path: Path) -> None:
    original = load([("voc", voc)])
    stored = load([source(name, images_of(voc), tmp_path / "stored")])
    labels, sizes = rows(original)
    stored_labels, stored_sizes = rows(stored)
    assert stored_labels == labels
    assert np.abs(stored_sizes - sizes).max() <= ROUNDING.get(name, 5.1e-7)
    assert stored.images == original.images
    assert stored.class_names == original.class_names
    assert stored.report.objects == original.report.objects
    assert stored.report.left_out == original.report.left_out
    assert stored.report.altered == original.report.altered
    assert stored.report.objects == len(stored) + stored.report.left_out


@pytest.mark.parametrize("voc", SETS)
def test_a_data_set_clusters_to_the_same_anchors_from_every_format(
    voc: Path, tmp_path: Path
) -> None:
    images = images_of(voc)
    sources = [("voc", voc)]
    sources += [source(name, images, tmp_path / name) for name in ("yolo", "obj.data", "coco")]
    found = []
    for one in sources:
        sizes = load([one]).at_input(DEFAULT_INPUT)
        found.append(rounded(sizes, cluster(sizes, 9).anchors, 0).tolist())
    assert found[1:] == found[:1] * 3


def test_formats_can_be_mixed_in_one_load(tmp_path: Path) -> None:
    images = images_of(SAMPLE)
    sources = [("voc", SAMPLE)]
    sources += [source(name, images, tmp_path / name) for name in STORES]
    mixed, once = load(sources), load([("voc", SAMPLE)])
    assert len(mixed) == len(sources) * len(once)
    assert mixed.images == len(sources) * once.images
    assert mixed.class_names == once.class_names
    assert np.array_equal(np.bincount(mixed.class_ids), len(sources) * np.bincount(once.class_ids))


@pytest.mark.parametrize("name", ["voc", *STORES])
def test_extracted_boxes_load_equal_whatever_they_came_from(name: str, tmp_path: Path) -> None:
    boxfile = pytest.importorskip("anchorkit.loaders.npz")
    voc = ("voc", SAMPLE)
    boxes = load([voc if name == "voc" else source(name, images_of(SAMPLE), tmp_path / "stored")])
    boxfile.save_boxes(tmp_path / "boxes.npz", boxes)
    again = load([("boxes", tmp_path / "boxes.npz")])
    assert np.array_equal(again.sizes, boxes.sizes)
    assert np.array_equal(again.image_sizes, boxes.image_sizes, equal_nan=True)
    assert rows(again)[0] == rows(boxes)[0]
    assert again.report == boxes.report
