"""What a load left out, altered or could not read, in a few lines: grouped by reason.

The reasons themselves are the loaders': see `Problem` in `load_report.py`.
"""

from collections.abc import Sequence
from itertools import islice

from anchorkit.load_report import Problem, Report
from anchorkit.reports.tables import counted
from anchorkit.terminal import safe_text

__all__ = ["by_reason", "heavy_losses", "loss_lines"]

MUCH = 0.03
"""Share of the objects or files from which on what was lost is said first, as a warning."""

MENDS = {
    "image size missing": "--images DIR reads it from the images",
    "image size not above zero": "--images DIR reads it from the images",
    "image width missing": "--images DIR reads it from the images",
    "image height missing": "--images DIR reads it from the images",
    "a polygon that ends in half a point": "--keypoints takes the first five fields",
}
"""What mends a reason for leaving something out."""

EXAMPLES = 2
"""Examples shown of each reason, unless more are asked for."""


def by_reason(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Problems by reason, the most frequent first; those of a reason stay in order.

    Examples
    --------
    >>> gone = Problem("a.xml", None, "empty file", "", "unreadable")
    >>> by_reason([gone]) == {"empty file": [gone]}
    True
    """
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.reason, []).append(problem)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])))


def heavy_losses(report: Report) -> list[str]:
    """How much was lost, why, and what mends it, where it is much.

    Examples
    --------
    >>> gone = Problem("a.xml", 1, "image size missing", "", "left_out")
    >>> heavy_losses(Report(files=1, images=1, objects=2, problems=(gone,)))
    ['1 of 2 objects left out (50%): image size missing: --images DIR reads it from the images']
    """
    parts = []
    left_out = report.of("left_out")
    used = report.objects - report.filtered_total
    if len(left_out) >= MUCH * used and left_out:
        parts.append(_loss(left_out, counted(used, "object"), "left out", used))
    unreadable = report.of("unreadable")
    if len(unreadable) >= MUCH * report.files and unreadable:
        parts.append(_loss(unreadable, counted(report.files, "file"), "unreadable", report.files))
    missing = report.of("missing")
    if len(missing) >= MUCH * (report.files + len(missing)) and missing:
        whole = report.files + len(missing)
        parts.append(_loss(missing, counted(whole, "file"), "missing", whole))
    return parts


def _loss(problems: Sequence[Problem], whole: str, what: str, count: int) -> str:
    reason, found = next(iter(by_reason(problems).items()))
    most = "" if len(found) == len(problems) else f"most ({len(found):,}) "
    mend = f": {MENDS[reason]}" if reason in MENDS else ""
    share = min(len(problems) / max(count, 1), 1)
    return f"{len(problems):,} of {whole} {what} ({share:.0%}): {most}{reason}{mend}"


def loss_lines(report: Report, most: int = EXAMPLES) -> list[str]:
    r"""Lines that say what became of everything that is not a box as it stands in its file.

    Empty where nothing was lost or altered; what the user's options exclude is no loss. Lines below
    a title are indented; `most` is how many examples are shown of each reason.

    Examples
    --------
    >>> flat = Problem("a.xml", 3, "no area", "5,5,5,9", "left_out")
    >>> print("\n".join(loss_lines(Report(files=1, images=1, objects=7, problems=(flat,)))))
    1 of 7 objects left out
      1  no area
         a.xml: object 3 (5,5,5,9)
    """
    lines: list[str] = []
    left_out = report.of("left_out")
    if left_out:
        whole = counted(report.objects, "object")
        lines += _group(f"{len(left_out):,} of {whole} left out", left_out, most)
    unreadable = report.of("unreadable")
    if unreadable:
        whole = counted(report.files, "file")
        lines += _group(f"{len(unreadable):,} of {whole} unreadable", unreadable, most)
    missing = report.of("missing")
    if missing:
        lines += _group(f"{counted(len(missing), 'annotation')} missing", missing, most)
    altered = report.of("altered")
    if altered:
        lines += _group(f"{counted(len(altered), 'box', 'boxes')} altered", altered, most)
    notes = report.of("note")
    if notes:
        lines += _group(counted(len(notes), "remark"), notes, most)
    if report.hidden:
        lines.append(f"{counted(report.hidden, 'hidden file')} passed over")
    return lines


def _group(title: str, problems: Sequence[Problem], most: int) -> list[str]:
    groups = by_reason(problems)
    width = max(len(f"{len(group):,}") for group in groups.values())
    return [title, *(line for name in groups for line in _lines(name, groups[name], width, most))]


def _lines(reason: str, group: Sequence[Problem], width: int, most: int) -> list[str]:
    indent = " " * (width + 4)
    examples = [f"{indent}{_example(problem)}" for problem in islice(group, most)]
    if len(group) > most:
        examples[-1] += ", ..."
    mend = f": {MENDS[reason]}" if reason in MENDS else ""
    return [f"  {len(group):>{width},}  {reason}{mend}", *examples]


def _example(problem: Problem) -> str:
    file = safe_text(problem.file)
    where = file if problem.object is None else f"{file}: object {problem.object}"
    return f"{where} ({safe_text(problem.value)})" if problem.value else where
