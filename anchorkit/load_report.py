"""What a load saw, and what became of each thing in it: nothing is lost silently.

Every object of every file is a box, or it is left out (faulty, and named), or filtered (excluded by
an option of the user): `objects == boxes + left_out + filtered`, always.

Tested in tests/reports/test_left_out.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

__all__ = ["FILTERS", "Kind", "Level", "Problem", "Remark", "Report", "merged"]

Kind = Literal["left_out", "unreadable", "altered", "missing", "repeated", "note"]
"""What a problem means for the count.

`left_out`: a faulty object, not among the boxes. `unreadable`: a file that contributed no object.
`altered`: a box that was clipped to its image. `missing`: a file that a list names and that is not
there. `repeated`: a source that holds files of an earlier one. `note`: worth knowing, nothing lost.
"""

Level = Literal["warning", "note"]
"""How much a remark matters."""

FILTERS = ("class", "difficult", "min-size", "image-set")
"""Names of the options that filter objects, as they stand in `Report.filtered`."""


class Problem(NamedTuple):
    """One thing that was left out, altered or could not be read.

    `file` is the path as the user would type it, `object` counts from 1 in the order of the file
    (None: the whole file), `reason` is a fixed phrase to group by, `value` is what was found. The
    phrases stand where objects are judged: `loaders/voc_file.py` (and with it KITTI and keras
    lists), `loaders/yolo_file.py`, `loaders/coco.py`.
    """

    file: str
    object: int | None
    reason: str
    value: str
    kind: Kind

    def __str__(self) -> str:
        where = self.file if self.object is None else f"{self.file}: object {self.object}"
        found = f" ({self.value})" if self.value else ""
        return f"{where}: {self.reason}{found}"


class Remark(NamedTuple):
    """What a loader has to say of a whole load; the command line says it on stderr."""

    level: Level
    text: str


@dataclass(frozen=True)
class Report:
    """Counts of one load, and every problem found, in the order of the files.

    Attributes
    ----------
    files
        Annotation files looked at; hidden and `._` files are counted in `hidden` alone.
    images
        Images that were described, those without objects among them.
    objects
        Objects found in the files that could be read.
    hidden
        Hidden and AppleDouble (`._name`) files passed over.
    filtered
        Objects excluded by the user's options, by the names in `FILTERS`.
    problems
        Everything left out, altered or unreadable.
    remarks
        What else is to be said.
    """

    files: int = 0
    images: int = 0
    objects: int = 0
    hidden: int = 0
    filtered: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def of(self, *kinds: Kind) -> list[Problem]:
        """Problems of the given kinds, in order."""
        return [problem for problem in self.problems if problem.kind in kinds]

    def count(self, kind: Kind) -> int:
        """How many problems are of a kind."""
        return sum(problem.kind == kind for problem in self.problems)

    @property
    def left_out(self) -> int:
        """Faulty objects that are not among the boxes."""
        return self.count("left_out")

    @property
    def share_left_out(self) -> float:
        """Left-out objects as a share of those that the user's options do not exclude."""
        return self.left_out / max(self.objects - self.filtered_total, 1)

    @property
    def altered(self) -> int:
        """Boxes that were clipped to their image."""
        return self.count("altered")

    @property
    def filtered_total(self) -> int:
        """Objects excluded by the user's options."""
        return sum(self.filtered.values())


def merged(reports: Iterable[Report]) -> Report:
    """One report for several loads, in the order given.

    Examples
    --------
    >>> merged([Report(files=1, objects=2), Report(files=2, objects=5)]).objects
    7
    """
    parts = list(reports)
    filtered: dict[str, int] = {}
    for part in parts:
        for name, count in part.filtered.items():
            filtered[name] = filtered.get(name, 0) + count
    return Report(
        files=sum(part.files for part in parts),
        images=sum(part.images for part in parts),
        objects=sum(part.objects for part in parts),
        hidden=sum(part.hidden for part in parts),
        filtered=filtered,
        problems=tuple(problem for part in parts for problem in part.problems),
        remarks=tuple(dict.fromkeys(remark for part in parts for remark in part.remarks)),
    )
