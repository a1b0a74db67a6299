"""Images that a list or a folder names, and the label files that trainers find by their paths."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.load_report import Problem
from anchorkit.loaders.listing import annotation_files
from anchorkit.loaders.plain_text import unquoted
from anchorkit.loaders.yolo import boxes_of_labels

__all__ = ["Finder", "boxes_of_parts", "images_below", "repeated"]

_DARKNET = (
    ("/images/train2017/", "/labels/train2017/"),
    ("/images/val2017/", "/labels/val2017/"),
    ("/images/train2014/", "/labels/train2014/"),
    ("/images/val2014/", "/labels/val2014/"),
    ("/JPEGImages/", "/labels/"),
)
"""Where darknet looks for the labels of images in such folders."""

MOST_SEARCHES = 200
"""Images in a row that are looked for everywhere, in vain, before only known ways are gone."""

LONGEST_PATH = 4000
NO_LABEL = "an image without a label file"


class Finder:
    r"""Finds what a file of paths names, though both may have travelled.

    Paths hold from the current folder, as for darknet, from the file's own, or from one above it.
    One that is not there is tried by its shorter tails, then with `\` as `/`. A label beside its
    image is darknet's; others look into `labels` in place of `images` first, with `labels_first`.
    """

    def __init__(
        self, file: Path, first: Sequence[Path] = (), *, labels_first: bool = False
    ) -> None:
        self.labels_first = labels_first
        self.bases = list(dict.fromkeys([*first, *_bases(file)]))
        self._ways = [(False, 0)]
        self._searches = 0

    def label(self, image: str) -> str:
        """Path of an image's label file; empty where there is none."""
        if len(image) > LONGEST_PATH or "\0" in image:
            return ""
        for way in self._ways:
            found = self._gone(image, *way)
            if found:
                return found
        if self._searches >= MOST_SEARCHES or self._is_there(image):
            return ""
        for way in _ways(image):
            found = self._gone(image, *way)
            if found:
                self._ways = sorted({*self._ways, way})
                self._searches = 0
                return found
        self._searches += 1
        return ""

    def _gone(self, image: str, turned: bool, dropped: int) -> str:
        path = _tail(image.replace("\\", "/") if turned else image, dropped)
        for candidate in _labels(path, self.labels_first) if path else ():
            # An absolute path stays what it is below any folder.
            for base in self.bases:
                if os.path.isfile(base / candidate):  # noqa: PTH113  # never raises
                    return (base / candidate).as_posix()
        return ""

    def _is_there(self, image: str) -> bool:
        """Whether an image lies where it is said to: a label elsewhere is another image's."""
        return any(os.path.isfile(base / image) for base in self.bases)  # noqa: PTH113

    def there(self, value: str, is_it: Callable[[Path], bool] = os.path.isfile) -> Path | None:
        """What a path means, the first that is there; None where nothing is."""
        value = unquoted(value)
        for turned in (False, True) if "\\" in value else (False,):
            plain = value.replace("\\", "/") if turned else value
            for tail in range(len(plain.split("/"))):
                path = _tail(plain, tail)
                for base in self.bases:
                    if path and is_it(base / path):
                        return base / path
        return None


def _ways(image: str) -> Iterator[tuple[bool, int]]:
    r"""Whether `\` is a separator, and how many first folders are dropped."""
    for turned in (False, True) if "\\" in image else (False,):
        depth = (image.replace("\\", "/") if turned else image).count("/")
        yield from ((turned, dropped) for dropped in range(depth + 1))


def _tail(path: str, dropped: int) -> str:
    """A path without its first folders; a full path stays one where none is dropped."""
    if not dropped:
        return path
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return "/".join(parts[dropped if not path.startswith(("/", ".")) else dropped - 1 :])


def _bases(path: Path) -> Iterator[Path]:
    """Folders from which a path may hold: darknet's is the current one.

    Relative where the data file's own path is, so that what is found is named as it was typed.
    """
    yield Path()
    yield path.parent
    here, above = Path.cwd(), path.absolute().parent.parent
    for folder in (above, above.parent):
        near = not path.is_absolute() and folder.is_relative_to(here)
        yield folder.relative_to(here) if near else folder


def _labels(image: str, labels_first: bool) -> Iterator[str]:
    """Where the label of an image may lie: darknet's place, beside it, in `labels` for `images`."""
    folder, slash, name = image.rpartition("/")
    stem = f"/{folder}{slash}{name.rpartition('.')[0] or name}"
    darknet = stem
    for images, labels in _DARKNET:
        darknet = darknet.replace(images, labels, 1)
    found = [f"{darknet[1:]}.txt", f"{stem[1:]}.txt"]
    head, images, tail = stem.rpartition("/images/")
    if images:
        found.insert(0 if labels_first else len(found), f"{head}/labels/{tail}.txt"[1:])
    yield from dict.fromkeys(found)


def boxes_of_parts(
    source: str,
    parts: Mapping[str, Sequence[str]],
    finder: Finder,
    *,
    names: Sequence[str],
    without_label: str,
    jobs: int | None,
    progress: bool,
    polygons: bool,
    keypoints: bool,
    keep_sets: bool,
    problems: Sequence[Problem] = (),
) -> Boxes:
    """Boxes of the images of some parts of a data set; an image in two of them counts once.

    Parameters
    ----------
    source
        What an error about the whole set names.
    parts
        For each part the paths of its images.
    finder
        What finds their labels.
    names
        Names of the classes by their numbers.
    without_label
        What an image without a label file is: `missing`, or a `note`, and an image without objects.
    jobs, progress, polygons, keypoints
        As for `load_yolo`.
    keep_sets
        Whether to remember which labels belong to which part.
    problems
        What finding the images brought up.

    Raises
    ------
    DataError
        Where no image has a label file.
    """
    known: dict[str, str] = {}
    files: list[str] = []
    bare: list[str] = []
    sets: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    again: list[Problem] = []
    for part, images in parts.items():
        own = []
        for image in images:
            label = known.get(image)
            if label is None:
                label = known[image] = finder.label(image)
            if label:
                own.append(label)
            elif image not in seen:
                bare.append(image)
            seen.add(image)
        again += repeated(source, own)
        kept = set(files)
        files += [label for label in own if label not in kept]
        sets[part] = tuple(dict.fromkeys(own))
    if not files:
        count = sum(map(len, parts.values()))
        raise DataError(
            f"{source}: none of its {count:,} images has a label file, such as {bare[0]}"
        )
    missing = [Problem(image, None, NO_LABEL, "", without_label) for image in bare]  # type: ignore[arg-type]  # a Kind
    boxes = boxes_of_labels(
        source,
        files,
        [name[: -len(".txt")] for name in files],
        names=names,
        jobs=jobs,
        progress=progress,
        polygons=polygons,
        keypoints=keypoints,
        problems=[*problems, *again, *missing],
    )
    if without_label == "note":
        boxes = _with_images(boxes, bare)
        sets = {part: (*files, *bare) for part, files in sets.items()}
    return replace(boxes, image_sets=sets) if keep_sets else boxes


def repeated(source: str, listed: Sequence[str]) -> list[Problem]:
    """A note where a list names files more than once, be it to show them more often in training.

    Parameters
    ----------
    source
        What the note names.
    listed
        The files.

    Examples
    --------
    >>> [one.value for one in repeated("train.txt", ["a.jpg", "b.jpg", "a.jpg"])]
    ['1 more, such as a.jpg']
    """
    more = len(listed) - len(set(listed))
    if not more:
        return []
    first = next(file for file, count in Counter(listed).items() if count > 1)
    reason = "images listed more than once: their boxes count as often"
    return [Problem(source, None, reason, f"{more:,} more, such as {first}", "note")]


def _with_images(boxes: Boxes, images: Sequence[str]) -> Boxes:
    """The boxes, and images that have none."""
    return replace(
        boxes,
        image_sizes=np.vstack([boxes.image_sizes, np.full((len(images), 2), np.nan)]),
        image_names=(*boxes.image_names, *map(_stem, images)),
        image_files=(*boxes.image_files, *images),
        report=replace(boxes.report, images=boxes.images + len(images)),
    )


def _stem(image: str) -> str:
    folder, slash, name = image.replace("\\", "/").rpartition("/")
    return f"{folder}{slash}{name.rpartition('.')[0] or name}"


def images_below(folder: Path, suffixes: Iterable[str]) -> list[str]:
    """Paths of the images below a folder, sorted, as the folder was typed."""
    listing = annotation_files(os.fspath(folder), tuple(suffixes))
    return [f"{folder.as_posix()}/{name}" for name in listing.names]
