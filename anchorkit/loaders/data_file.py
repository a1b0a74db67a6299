"""What `--data` takes: darknet's obj.data, a data.yaml, a list of images or their folder.

Tested in tests/loaders/test_data_yaml.py.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from anchorkit.boxes import Boxes
from anchorkit.files import found_at
from anchorkit.loaders.class_names import names_near
from anchorkit.loaders.darknet_data import darknet_classes, load_darknet_data
from anchorkit.loaders.data_yaml import load_data_yaml
from anchorkit.loaders.image_list import load_images
from anchorkit.loaders.sniffed import text_kind
from anchorkit.loaders.yaml_file import names_of, read_data_yaml

__all__ = ["class_order", "load_data"]

YAML = (".yaml", ".yml")


def load_data(
    file: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    polygons: bool = False,
    keypoints: bool = False,
    keep_sets: bool = False,
    besides: Sequence[str] = (),
) -> Boxes:
    """Boxes of what a data file names, whatever its form.

    Parameters
    ----------
    file
        obj.data, data.yaml, a list of images, or a folder of images.
    image_sets, jobs, progress, polygons, keypoints, keep_sets, besides
        As for `load_data_yaml`.

    Raises
    ------
    UsageError, DataError
        As the loader of its form does.
    """
    path = Path(file)
    loader = load_darknet_data
    if path.suffix.lower() in YAML:
        loader = load_data_yaml
    elif found_at(path) == "a folder" or text_kind(path) == "list of images":
        loader = load_images
    return loader(
        path,
        image_sets=image_sets,
        jobs=jobs,
        progress=progress,
        polygons=polygons,
        keypoints=keypoints,
        keep_sets=keep_sets,
        besides=besides,
    )


def class_order(file: str | os.PathLike[str]) -> list[str]:
    """Names of the classes of a data file by their numbers, the order of `counters_per_class`.

    Parameters
    ----------
    file
        As for `load_data`.

    Raises
    ------
    UsageError
        Where it is missing.
    DataError
        Where it tells something else in place of classes.
    """
    path = Path(file)
    if path.suffix.lower() in YAML:
        return names_of(read_data_yaml(path))
    if found_at(path) == "a folder" or text_kind(path) == "list of images":
        return names_near(path if found_at(path) == "a folder" else path.parent)
    return darknet_classes(path)
