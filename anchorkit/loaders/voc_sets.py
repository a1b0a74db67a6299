"""Image sets of a VOC data set: lists in ImageSets, lists beside it, and folders of parts."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from anchorkit.errors import DataError
from anchorkit.files import read_file
from anchorkit.image_sets import listed_names, matched
from anchorkit.loaders.listing import Listing
from anchorkit.loaders.parts import part_named, parts_of
from anchorkit.loaders.plain_text import decoded
from anchorkit.suggestions import names_there

__all__ = ["sets_of", "sets_there"]

ANNOTATIONS = "Annotations"


def sets_there(root: Path, typed: str) -> list[str]:
    """Names of the image sets in ImageSets of a data set, or of those of a devkit.

    Parameters
    ----------
    root
        The data set as it was named.
    typed
        The folder of its annotations.
    """
    names = {
        path.stem
        for folder, _ in _set_folders(root, typed)
        for path in folder.glob("*.txt")
        if not path.name.startswith(".")
    }
    return sorted(names)


def _set_folders(root: Path, typed: str) -> Iterator[tuple[Path, str]]:
    """Folders of lists, each with the path of its year below the annotations: `VOC2007/`."""
    above = root.parent if root.name == ANNOTATIONS else root
    sets = above / "ImageSets"
    if sets.is_dir():
        yield from ((folder, "") for folder in _levels(sets))
        return
    for pattern in ("*/ImageSets", "*/*/ImageSets"):
        found = sorted(folder for folder in root.glob(pattern) if folder.is_dir())
        for folder in found:
            below = f"{folder.parent.relative_to(root).as_posix()}/"
            yield from ((level, below) for level in _levels(folder))
        if found:
            return


def _levels(sets: Path) -> list[Path]:
    """Main where it is there, else ImageSets itself and what else is in it."""
    main = sets / "Main"
    if main.is_dir():
        return [main]
    return [sets, *sorted(path for path in sets.iterdir() if path.is_dir())]


def sets_of(
    root: Path,
    typed: str,
    listing: Listing,
    names: Sequence[str],
    asked: Sequence[str] = (),
) -> dict[str, tuple[str, ...]]:
    """For each named set, the paths of the annotations it lists, those not there among them.

    Parameters
    ----------
    root
        The data set as it was named.
    typed
        The folder of its annotations.
    listing
        The annotations below it.
    names
        Of the sets.
    asked
        Those of them that are used now.

    Raises
    ------
    DataError
        Where there is no such set, and it says which there are; where a name in one that is asked
        for may be several annotations.
    """
    there = [problem.file for problem in listing.problems if problem.kind == "unreadable"]
    below = [file[len(typed) + 1 :] for file in there if file.startswith(f"{typed}/")]
    files = {name[: -len(".xml")]: name for name in [*listing.names, *below]}
    folders = list(_set_folders(root, typed))
    return {
        name: _one(root, typed, files, folders, name, asked=name in asked)
        for name in dict.fromkeys(names)
    }


def _one(
    root: Path,
    typed: str,
    files: dict[str, str],
    folders: Sequence[tuple[Path, str]],
    name: str,
    *,
    asked: bool,
) -> tuple[str, ...]:
    lists = [(folder / f"{name}.txt", year) for folder, year in folders]
    lists = [(path, year) for path, year in lists if path.is_file()]
    # PaddleDetection's lists lie beside the annotations
    beside = [(place / f"{name}.txt", "") for place in dict.fromkeys((root, root.parent))]
    lists = lists or [(path, year) for path, year in beside if path.is_file()][:1]
    if not lists:
        return _folder_named(root, typed, files, name)
    found: dict[str, None] = {}
    for path, year in lists:
        images = [image for image in files if image.startswith(year)]
        listed = listed_names(decoded(read_file(path, "an image set")), images)
        inner = f"{year}{ANNOTATIONS}/" if year else ""
        for one, meant in zip(listed, matched(listed, images), strict=True):
            chosen = _nearest(meant, name) if len(meant) > 1 else meant
            if len(chosen) > 1 and asked:
                raise _doubtful(path, one, chosen)
            known = [files[image] for image in chosen] or [f"{inner}{one}.xml"]
            found.update(dict.fromkeys(f"{typed}/{file}" for file in known))
    return tuple(found)


def _nearest(meant: Sequence[str], name: str) -> Sequence[str]:
    """Of annotations of one name those in the folder of the part, where that is there."""
    parts = parts_of(meant)
    part = part_named(name, parts)
    return [meant[row] for row in parts[part]] if part is not None else meant


def _doubtful(path: Path, listed: str, meant: Sequence[str]) -> DataError:
    shown = ", ".join(f"{one}.xml" for one in meant[:3])
    return DataError(
        f"{path.as_posix()}: {listed} may be {shown}: wanted its folder with the name, or the "
        "folder of the annotations that are meant in place of the data set"
    )


def _folder_named(root: Path, typed: str, files: dict[str, str], name: str) -> tuple[str, ...]:
    """Annotations in the folder of a part."""
    paths = list(files.values())
    parts = parts_of(paths)
    part = part_named(name, parts)
    if part is not None:
        return tuple(f"{typed}/{paths[row]}" for row in parts[part])
    inside = [path for path in paths if f"{name}/" in path and name in path.split("/")[:-1]]
    if inside:
        return tuple(f"{typed}/{path}" for path in inside)
    known = names_there(name, [*sets_there(root, typed), *parts])
    place = (root / "ImageSets" / "Main" / f"{name}.txt").as_posix()
    raise DataError(f"{place}: no such image set, nor a list or a folder {name}; found: {known}")
