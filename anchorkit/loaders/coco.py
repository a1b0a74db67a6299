"""COCO: one JSON file of images, annotations and categories."""

import os
import re
import struct
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anchorkit.boxes import Boxes, concatenated
from anchorkit.errors import DataError, UsageError
from anchorkit.files import check_file
from anchorkit.load_report import Problem, Report
from anchorkit.loaders.coco_parts import parts_wanted
from anchorkit.loaders.image_sizes import ImageFolder
from anchorkit.loaders.json_stream import members
from anchorkit.loaders.plausible import Odd, plausible
from anchorkit.loaders.sniffed import described
from anchorkit.loaders.voc_file import SMALLEST_AREA

__all__ = ["load_coco"]

SLACK = 1e-6
"""Fraction of the image by which a box may stick out without being called clipped: rounding."""

_PACK = struct.Struct("4d").pack
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LISTS = ("images", "annotations", "categories")


def load_coco(
    file: str | os.PathLike[str],
    *,
    image_sets: Sequence[str] = (),
    jobs: int | None = None,
    progress: bool = False,
    images: ImageFolder | None = None,
    besides: Sequence[str] = (),
    keep_sets: bool = False,
) -> Boxes:
    """Boxes of a COCO instances file.

    A box is the width and height of an annotation's `bbox` over those of its image, clipped to the
    image. Crowd annotations, annotations of images that the file does not describe, and faulty ones
    are left out and named by their place in `annotations`, from 1. The document is never held as a
    whole: memory goes with the boxes.

    Parameters
    ----------
    file
        The JSON file, which may be packed by gzip, or a folder that holds one.
    image_sets
        Parts, each a file of its own beside this one, to use in its place: `val`.
    jobs
        Not used: there is one file.
    progress
        Whether to show a progress bar on stderr.
    images
        The images, for those whose size the file does not tell.
    besides
        Parts to load as well.
    keep_sets
        Whether to remember which images belong to which part.

    Raises
    ------
    UsageError
        Where the file is missing.
    DataError
        Where it is not JSON, ends in the middle, describes no images or annotations, or where there
        is no such part.
    """
    parts = parts_wanted(Path(file), image_sets, besides)
    boxes = concatenated(
        [_of_file(path, images, progress=progress) for path in dict.fromkeys(parts.values())]
    )
    sets = {name: (path.as_posix(),) for name, path in parts.items() if name}
    return replace(boxes, image_sets=sets) if keep_sets else boxes


def _of_file(path: Path, images: ImageFolder | None, *, progress: bool) -> Boxes:
    check_file(path, "a COCO file")
    document = _Document(path)
    keys: dict[str, bool] = {}
    try:
        for key, number, value in members(path, progress=progress, escaped=document.escaped):
            keys[key] = keys.get(key, False) or number == 0
            if number and key == "annotations":
                document.add_annotation(number, value)
            elif number and key == "images":
                document.add_image(number, value)
            elif number and key == "categories":
                document.add_category(number, value)
    except OSError as error:
        raise UsageError(f"{path.as_posix()}: {error.strerror or error}") from None
    except DataError:
        _refuse_other(path)
        raise
    for key in _LISTS[:2]:
        if not keys.get(key, False):
            _refuse_other(path)
            found = ", ".join(list(keys)[:6]) or "nothing"
            raise DataError(
                f"{path.as_posix()}: no list of {key}: wanted a COCO instances file, found {found}"
            )
    return document.boxes(images)


def _refuse_other(path: Path) -> None:
    """Fail with the name of what a file is, where it is of another tool."""
    other = described(path)
    if other:
        raise DataError(f"{path.as_posix()}: {other}")


class _Document:
    """What a COCO file told so far: annotations as columns, images and categories by id."""

    def __init__(self, path: Path) -> None:
        self.file = path.as_posix()
        self.rows = bytearray()
        self.numbers = array("i")
        self.of_image = array("i")
        self.of_category = array("i")
        self.objects = 0
        self.texts = 0
        self.image_place: dict[Any, int] = {}
        self.category_place: dict[Any, int] = {}
        self.images: dict[Any, tuple[str, float, float]] = {}
        self.categories: dict[Any, str] = {}
        self.problems: list[tuple[int, Problem]] = []

    def add_annotation(self, number: int, item: Any) -> None:
        self.objects += 1
        try:
            if item.get("iscrowd"):
                self.fault(number, "crowd annotation", f"image {item.get('image_id')}")
                return
            image, category = item["image_id"], item.get("category_id")
            box = item["bbox"]
            if bool in map(type, box):
                raise TypeError
            try:
                row = _PACK(*box)
            except (TypeError, struct.error):
                row = _PACK(*map(_number, box))
                self.texts += 1
            place = self.image_place.setdefault(image, len(self.image_place))
            kind = self.category_place.setdefault(category, len(self.category_place))
        except (KeyError, TypeError, AttributeError, OverflowError, struct.error):
            self.fault(number, *_what_is_wrong(item))
            return
        self.rows += row
        self.numbers.append(number)
        self.of_image.append(place)
        self.of_category.append(kind)

    def add_image(self, number: int, item: Any) -> None:
        try:
            key, name = item["id"], str(item.get("file_name") or item["id"]).replace("\0", " ")
            again = key in self.images
        except (KeyError, TypeError, AttributeError):
            self.note("an image without an id", f"image {number} of the list")
            return
        if again:
            self.note("an image described twice", f"id {key}")
            return
        sides = item.get("width"), item.get("height")
        self.texts += any(isinstance(side, str) and _side(side) > 0 for side in sides)
        self.images[key] = (name, _side(sides[0]), _side(sides[1]))

    def add_category(self, number: int, item: Any) -> None:
        try:
            self.categories.setdefault(item["id"], _plain(item.get("name") or item["id"]))
        except (KeyError, TypeError, AttributeError):
            self.note("a category without an id", f"category {number} of the list")

    def fault(self, number: int, reason: str, value: str, kind: str = "left_out") -> None:
        problem = Problem(self.file, number, reason, value, kind)  # type: ignore[arg-type]  # a Kind
        self.problems.append((number, problem))

    def escaped(self, count: int) -> None:
        self.note("text that is no UTF-8: its bytes are shown as escapes", f"{count:,} bytes")

    def note(self, reason: str, value: str) -> None:
        self.problems.append((0, Problem(self.file, None, reason, value, "note")))

    def boxes(self, folder: ImageFolder | None) -> Boxes:
        sizes = np.asarray([image[1:] for image in self.images.values()], dtype=np.float64)
        sizes = sizes.reshape(-1, 2)
        names = [_without_extension(image[0]) for image in self.images.values()]
        if folder is not None:
            sizes = folder.filled(sizes, names)
        if self.texts:
            self.note("numbers written as text: read all the same", f"{self.texts:,}")
        place = {key: row for row, key in enumerate(self.images)}
        called = self.same_ids("image", self.image_place, self.images)
        image_rows = np.asarray(
            [place.get(called.get(key, key), -1) for key in self.image_place], dtype=np.int32
        )
        image_ids = _taken(image_rows, self.of_image)
        kept, strange, sides, centres = self.judged(image_ids, sizes)
        order = kept[np.argsort(image_ids[kept], kind="stable")]
        class_names, class_ids = self.classes(order)
        boxes = Boxes(
            sizes=sides[order],
            centres=centres[order],
            image_ids=image_ids[order],
            class_ids=class_ids,
            difficult=np.zeros(len(order), dtype=np.bool_),
            truncated=np.zeros(len(order), dtype=np.bool_),
            image_sizes=np.where((sizes > 0) & np.isfinite(sizes), sizes, np.nan),
            image_names=tuple(names),
            class_names=class_names,
            report=Report(
                files=1,
                images=len(names),
                objects=self.objects,
                problems=tuple(
                    problem for _, problem in sorted(self.problems, key=lambda item: item[0])
                ),
            ),
            image_files=(self.file,) * len(names),
            class_list=tuple(self.categories.values()),
        )
        place_of_row = np.full(len(image_ids), -1)
        place_of_row[order] = np.arange(len(order))
        numbers = np.asarray(self.numbers, dtype=np.int64)
        odd = Odd(
            images=image_ids[strange].astype(np.int64),
            boxes=place_of_row[strange],
            objects=numbers[strange],
            values=np.frombuffer(bytes(self.rows), dtype=np.float64).reshape(-1, 4)[strange],
        )
        return plausible(boxes, odd, "edges", self.file, numbers=numbers[order])

    def same_ids(self, what: str, used: Iterable[Any], known: Iterable[Any]) -> dict[Any, Any]:
        """Ids that are used as text where they are told as numbers, or the reverse."""
        known = set(known)
        strange = [key for key in used if key not in known and key is not None]
        if not strange:
            return {}
        as_text = {str(key): key for key in known}
        found = {key: as_text[str(key)] for key in strange if str(key) in as_text}
        if found:
            first = next(iter(found))
            self.note(
                f"ids of {what} that are text in one place, numbers in another: taken as the same",
                f"{first!r} and {found[first]!r}",
            )
        return found

    def judged(
        self, image_ids: NDArray[np.int32], sizes: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
        """Rows that are boxes, rows that reach out of their image, sides and centres of all rows.

        What is no box becomes a problem.
        """
        rows = np.frombuffer(bytes(self.rows), dtype=np.float64).reshape(-1, 4)
        known = np.vstack([sizes, [(np.nan, np.nan)]])[image_ids]
        with np.errstate(all="ignore"):
            corners, whole = rows[:, :2], rows[:, 2:] / known
            ends = corners + rows[:, 2:]
            first, last = np.maximum(corners, 0), np.minimum(ends, known)
            inside = (last - first) / known
            centres = np.clip((first + last) / 2 / known, 0, 1)
            beyond = (np.maximum(-corners, ends - known) / known).max(axis=1, initial=-1) > SLACK
            sides = np.minimum(np.where(beyond[:, None], inside, whole), 1)
            faults = (
                (image_ids < 0, "an image that is not described"),
                (~np.isfinite(rows).all(axis=1), "bbox is not four numbers"),
                (np.isnan(known).any(axis=1), "image size missing"),
                (~(known > 0).all(axis=1), "image size not above zero"),
                (~(rows[:, 2:] > 0).all(axis=1), "no area"),
                (~(whole.prod(axis=1) > SMALLEST_AREA), "no area"),
                (~(sides > 0).all(axis=1), "outside the image"),
                (~(sides.prod(axis=1) > SMALLEST_AREA), "no area"),
            )
        reason = np.select([mask for mask, _ in faults], range(1, len(faults) + 1), 0)
        image_keys = list(self.image_place)
        for row in np.flatnonzero((reason > 0) | beyond):
            number = self.numbers[row]
            box = ",".join(f"{side:g}" for side in rows[row])
            image = f"image {image_keys[self.of_image[row]]}"
            within = f"{box} in {known[row, 0]:g} x {known[row, 1]:g}"
            if not reason[row]:
                self.fault(number, "clipped to the image", within, "altered")
            else:
                text = faults[reason[row] - 1][1]
                values = {"no area": box, "bbox is not four numbers": box}
                value = within if text == "outside the image" else values.get(text, image)
                self.fault(number, text, value)
        outside = [text for _, text in faults].index("outside the image") + 1
        strange = np.flatnonzero(((reason == 0) & beyond) | (reason == outside))
        return np.flatnonzero(reason == 0), strange, sides, centres

    def classes(self, rows: NDArray[np.intp]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """Sorted names of the categories that the rows have, and the row of each in them."""
        used = _taken(np.arange(len(self.category_place), dtype=np.int32), self.of_category)[rows]
        names = {}
        called = self.same_ids("category", self.category_place, self.categories)
        for place, key in enumerate(self.category_place):
            known = called.get(key, key)
            names[place] = self.categories.get(known, "" if key is None else str(key))
            if known not in self.categories:
                count = int(np.count_nonzero(used == place))
                self.note("a category that is not described", f"{key}, of {count} boxes")
        found = sorted({names[place] for place in np.unique(used).tolist()})
        row = {name: place for place, name in enumerate(found)}
        of_place = np.asarray([row.get(name, 0) for name in names.values()], dtype=np.int32)
        return tuple(found), _taken(of_place, used)


def _taken(
    values: NDArray[np.int32], places: "array[int] | NDArray[np.int32]"
) -> NDArray[np.int32]:
    index = np.asarray(places, dtype=np.int32)
    return values[index] if len(index) else np.empty(0, dtype=np.int32)


def _what_is_wrong(item: Any) -> tuple[str, str]:
    if not isinstance(item, dict):
        return "an annotation that is no object", repr(item)[:40]
    if "image_id" not in item:
        return "no image_id", ""
    if "bbox" not in item:
        return "no bbox", ""
    for key in ("image_id", "category_id"):
        if isinstance(item.get(key), (list, dict)):
            return f"{key} is no id", repr(item[key])[:40]
    return "bbox is not four numbers", repr(item["bbox"])[:60]


def _plain(name: Any) -> str:
    """A name without NUL, which parts names in a file of boxes."""
    return str(name).replace("\0", " ")


def _number(value: Any) -> float:
    """A number, be it written as text.

    Raises
    ------
    TypeError
        Where it is none.
    """
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise TypeError
    return float(value)


def _side(value: Any) -> float:
    try:
        return float("nan") if isinstance(value, bool) else _number(value)
    except (OverflowError, TypeError):
        return float("nan")


def _without_extension(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.with_suffix("").as_posix() if path.name else name
