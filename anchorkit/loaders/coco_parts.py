"""Which COCO file is meant: one that was named, one of a folder, or that of a part beside it."""

import re
from collections.abc import Sequence
from pathlib import Path

from anchorkit.errors import DataError, UsageError
from anchorkit.files import check_file, found_at
from anchorkit.loaders.listing import annotation_files
from anchorkit.loaders.parts import part_named
from anchorkit.loaders.sniffed import described, head_of
from anchorkit.suggestions import names_there

__all__ = ["coco_files", "parts_wanted"]

SUFFIXES = (".json", ".json.gz")
_OTHER = re.compile(r"(?:captions|stuff|panoptic|person_keypoints|image_info)_", re.IGNORECASE)
"""What COCO's own files begin with that hold no instances, or only some of a class."""

_KEYS = re.compile(rb'"(?:images|annotations|categories)"\s*:\s*\[')


def coco_files(folder: Path) -> list[Path]:
    """The files below a folder that look like COCO instances: those to train on first.

    Parameters
    ----------
    folder
        Where to look, sub-folders included.
    """
    names = annotation_files(folder.as_posix(), SUFFIXES).names
    found = [folder / name for name in names if not described(folder / name)]
    packed = [path for path in found if path.name.endswith(".gz")]
    found = [path for path in found if path in packed or _KEYS.search(head_of(path))]
    found = [path for path in found if not _OTHER.match(path.name)] or found
    return sorted(found, key=lambda path: (part_of(path) not in ("train", "train2017"), path))


def part_of(path: Path) -> str:
    """The part that a file is named for, or its folder; empty where neither is.

    Examples
    --------
    >>> part_of(Path("instances_val2017.json")), part_of(Path("train/_annotations.coco.json"))
    ('val2017', 'train')
    """
    words = re.split(r"[_.\-]", path.name)
    for word in (*words, path.parent.name):
        if part_named(word, ("train", "val", "test", "trainval")):
            return word
    return ""


def parts_wanted(path: Path, image_sets: Sequence[str], besides: Sequence[str]) -> dict[str, Path]:
    """Files by the parts that are wanted; that of an empty name is the whole.

    Parameters
    ----------
    path
        A file, or a folder of files.
    image_sets
        Parts that are used; none: the file, or the only one of the folder.
    besides
        Parts that are used as well.

    Raises
    ------
    UsageError
        Where there is nothing, or a folder holds several files and no part was named.
    DataError
        Where it holds none, or no such part.
    """
    folder = found_at(path) == "a folder"
    if not folder:
        check_file(path, "a COCO file")
    names = list(dict.fromkeys([*image_sets, *besides]))
    if not folder and not names:
        return {"": path}
    known = coco_files(path) if folder else _beside(path)
    typed = path.as_posix()
    if not known and folder:
        raise DataError(f"{typed}: wanted COCO's JSON, found none")
    wanted = {} if image_sets else {"": known[0] if folder else path}
    if folder and not image_sets and len(known) > 1:
        shown = ", ".join(one.as_posix() for one in known[:4])
        some = part_of(known[0])
        choice = f", or choose a part with --image-set {some}" if some else ""
        raise UsageError(
            f"{typed}: holds {len(known):,} files of JSON ({shown}): name one, as in "
            f"--coco {known[0].as_posix()}{choice}"
        )
    for name in names:
        found = [one for one in known if part_named(name, [part_of(one)])]
        if not found:
            parts = names_there(name, filter(None, map(part_of, known)))
            raise DataError(f"{typed}: no part {name} of the data set; found: {parts}")
        wanted[name] = found[0]
    return wanted


def _beside(path: Path) -> list[Path]:
    """A file and those of other parts, named like it or in folders beside its own."""
    if not part_of(path):
        return [path]
    plain = _without_part(path.name)
    near = [*path.parent.glob("*.json*"), *path.parent.parent.glob(f"*/{path.name}")]
    return [path, *sorted(one for one in near if _without_part(one.name) == plain and one != path)]


def _without_part(name: str) -> str:
    words = re.split(r"([_.\-])", name)
    return "".join(word for word in words if not part_named(word, ("train", "val", "test")))
