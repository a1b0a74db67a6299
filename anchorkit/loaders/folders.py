"""Folders that hold the parts of a data set, and folders that hold no labels of its own."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError
from anchorkit.image_sets import in_image_sets
from anchorkit.load_report import Remark
from anchorkit.loaders.parts import part_named, parts_of
from anchorkit.loaders.plain_text import lines_of
from anchorkit.suggestions import names_there

__all__ = ["in_parts", "warned_of_parts", "without_predictions"]

_PREDICTED = re.compile(
    r"runs|inference|detections?|"
    r"(?:.*[_. -])?(?:preds?|predict(?:s|ion|ions|ed)?[0-9]*)(?:[_. -].*)?"
)
"""Folders that trainers write what they detect into."""

_DOUBTFUL = re.compile(
    r"exp[0-9]*|detect[0-9]*|(?:.*[_. -])?(?:results?|outputs?|pseudo)(?:[_. -].*)?"
)


def without_predictions(typed: str, names: Sequence[str]) -> tuple[list[str], list[Remark]]:
    """Paths below a data set without those of predictions, and what is to be said of them.

    Where nothing else is there they are what is wanted.

    Parameters
    ----------
    typed
        The data set, for the warning.
    names
        Paths below it, with `/`.

    Examples
    --------
    >>> without_predictions("d", ["runs/exp/a.txt", "train/a.txt"])[0]
    ['train/a.txt']
    """
    kinds: dict[str, tuple[bool, bool]] = {}
    gone: list[str] = []
    kept: list[str] = []
    doubtful: list[str] = []
    for name in names:
        folder = name.rpartition("/")[0]
        if folder not in kinds:
            steps = folder.lower().split("/")
            kinds[folder] = (
                any(map(_PREDICTED.fullmatch, steps)),
                any(map(_DOUBTFUL.fullmatch, steps)),
            )
        predicted, doubted = kinds[folder]
        (gone if predicted else kept).append(name)
        if doubted:
            doubtful.append(name)
    if gone and kept:
        text = (
            f"{typed}: {len(gone):,} files of predictions passed over, such as {gone[0]}: "
            "their folder by itself is read"
        )
        return kept, [Remark("warning", text)]
    if 0 < len(doubtful) < len(names):
        text = f"{typed}: {doubtful[0]} and {len(doubtful) - 1:,} more may be results, not labels"
        return list(names), [Remark("warning", text)]
    return list(names), []


def warned_of_parts(typed: str, parts: Sequence[str]) -> list[Remark]:
    """A warning where several parts of a data set are taken as one."""
    kinds = {part_named(part, ("train", "val", "test")) for part in parts} - {None}
    if len(kinds) < 2:
        return []
    named = ", ".join(parts[:-1]) + f" and {parts[-1]}"
    train = part_named("train", parts) or parts[0]
    text = f"{typed}: takes {named} together: --image-set {train} takes one of them"
    return [Remark("warning", text)]


def in_parts(
    boxes: Boxes, root: Path, typed: str, image_sets: Sequence[str], *, keep_sets: bool
) -> Boxes:
    """The boxes of some parts of a data set, by the folders of their files.

    Parameters
    ----------
    boxes
        Of all parts.
    root
        The data set as it was named.
    typed
        The folder of its annotations, where the paths of the files begin.
    image_sets
        Names of parts; all, where empty.
    keep_sets
        Whether to keep, for saving, which files belong to which part.

    Raises
    ------
    DataError
        Where there is no such part.
    """
    files = boxes.image_files
    below = [file[len(typed) + 1 :] for file in files]
    parts = {name: tuple(files[row] for row in rows) for name, rows in parts_of(below).items()}
    if not image_sets:
        remarks = warned_of_parts(typed, list(parts))
        report = replace(boxes.report, remarks=(*boxes.report.remarks, *remarks))
        return replace(boxes, report=report, image_sets=parts if keep_sets else {})
    sets = {}
    for name in image_sets:
        part = part_named(name, parts)
        found = parts[part] if part is not None else _listed(root, typed, files, name)
        if found is None:
            known = names_there(name, parts)
            raise DataError(f"{typed}: no part {name} of the data set; found: {known}")
        sets[name] = found
    chosen = in_image_sets(replace(boxes, image_sets=sets), image_sets)
    return chosen if keep_sets else replace(chosen, image_sets={})


def _listed(root: Path, typed: str, files: Sequence[str], name: str) -> tuple[str, ...] | None:
    """Files whose images a list beside the labels names (train.txt); None where there is none."""
    path = next(
        (
            place
            for folder in (root, Path(typed), root.parent)
            if (place := folder / f"{name}.txt").is_file()
        ),
        None,
    )
    if path is None:
        return None
    stems: dict[str, list[str]] = {}
    for file in files:
        stems.setdefault(file.rpartition("/")[2].rpartition(".")[0], []).append(file)
    found: dict[str, None] = {}
    for line in lines_of(path):
        image = line.replace("\\", "/").rpartition("/")[2]
        found.update(dict.fromkeys(stems.get(image.rpartition(".")[0] or image, [])))
    return tuple(found)
