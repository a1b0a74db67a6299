"""From the `--cfg` options to a cfg that is read, edited, and written or shown."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anchorkit.cfg_summary import head_rows, said_of_changes
from anchorkit.cli.cfg_options import CfgOptions
from anchorkit.cli.data import warn
from anchorkit.darknet.difference import unified_difference
from anchorkit.darknet.faults import agree, faults_of
from anchorkit.darknet.heads import Head, Pair, heads_of
from anchorkit.darknet.portability import notes_of
from anchorkit.darknet.replacing import Edit, anchors_of, editable_heads, edited
from anchorkit.darknet.sections import Cfg, read_cfg
from anchorkit.errors import AnchorkitError, CfgError, UsageError
from anchorkit.files import write_atomically
from anchorkit.quality import Quality

__all__ = [
    "Outcome",
    "Target",
    "class_names",
    "finish",
    "input_of",
    "listed_anchors",
    "open_cfg",
    "plan",
]

LARGEST = 16 * 2**20
NOTES = 4


@dataclass(frozen=True)
class Target:
    """A cfg that has been read.

    `name` is the file as the user typed it, `content` its bytes, `anchors` what its heads list, in
    pixels.
    """

    name: str
    path: Path
    content: bytes
    cfg: Cfg
    heads: tuple[Head, ...]
    anchors: tuple[Pair, ...]


@dataclass(frozen=True)
class Outcome:
    """What is to become of a cfg: its new text, the difference, why it is left alone."""

    target: Target
    edit: Edit | None
    text: str
    difference: str
    reason: str = ""

    @property
    def heads(self) -> tuple[Head, ...]:
        """The heads as they will be."""
        return heads_of(read_cfg(self.text))

    @property
    def anchors(self) -> tuple[Pair, ...]:
        """The anchors as they will be listed, in pixels."""
        return listed_anchors(self.heads)


def open_cfg(options: CfgOptions) -> Target:
    """Read the cfg of `--cfg`, with its heads; the errors begin with the file.

    Raises
    ------
    UsageError
        Where there is no such file.
    CfgError
        Where it is no cfg, or one that cannot be edited.
    """
    if options.file is None:
        raise UsageError("wanted a cfg: --cfg FILE")
    path, name = options.file, os.fspath(options.file)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise UsageError(f"--cfg {name}: cannot be read ({reason})") from None
    if len(content) > LARGEST:
        raise CfgError(f"{name}: wanted a cfg, found more than 16 MB")
    try:
        # Bytes that are no UTF-8, in comments, come back as they were.
        cfg = read_cfg(content.decode("utf-8", "surrogateescape"))
        heads = editable_heads(cfg, force=options.force)
    except AnchorkitError as error:
        hint = " (--force)" if "force it" in str(error) else ""
        raise CfgError(f"{name}: {error}{hint}") from None
    return Target(name, path, content, cfg, heads, listed_anchors(heads))


def listed_anchors(heads: Sequence[Head]) -> tuple[Pair, ...]:
    """What the heads list, in pixels; where they differ, what each of them uses."""
    if agree(heads):
        return anchors_of(heads)
    used = [
        head.anchors[index]
        for head in heads
        for index in (range(len(head.anchors)) if head.mask is None else head.mask)
        if 0 <= index < len(head.anchors)
    ]
    return tuple(dict.fromkeys(used))


def input_of(
    target: Target, size: tuple[int, int] | None, resize: str | None
) -> tuple[tuple[int, int], str]:
    """Input size and resizing as the cfg has them.

    Raises
    ------
    UsageError
        Where the options say something else.
    CfgError
        Where the cfg has no width and height.
    """
    own, how = target.cfg.size, target.cfg.resize
    if min(own) < 1:
        raise CfgError(f"{target.name}: line {target.cfg.net.line}: [net] has no width and height")
    if size is not None and size != own:
        raise UsageError(
            f"--input {size[0]}x{size[1]}, but {target.name} has width={own[0]} height={own[1]}"
        )
    if resize is not None and resize != how:
        has = "has letter_box=1" if how == "letterbox" else "has no letter_box=1"
        raise UsageError(f"--resize {resize}, but {target.name} {has}, which means {how}")
    return own, how


def plan(
    target: Target,
    options: CfgOptions,
    anchors: Sequence[Pair],
    *,
    counters: Sequence[int] | None = None,
    gain: float | None = None,
) -> Outcome:
    """What the anchors make of the cfg; nothing is written yet.

    Raises
    ------
    CfgError
        Where the cfg cannot be edited; the message begins with the file.
    """
    old = target.cfg.text
    wanted = options.min_gain or 0.0
    if gain is not None and gain < wanted:
        reason = (
            f"the gain of {gain:+.4f} is below {wanted:g} (--min-gain {gain - 0.001:.3f} writes)"
        )
        return Outcome(target, None, old, "", reason)
    try:
        edit = edited(
            old,
            anchors,
            assign=options.assign or "shares",
            counters=counters,
            force=options.force,
        )
    except CfgError as error:
        raise CfgError(f"{target.name}: {error}") from None
    return Outcome(target, edit, edit.text, unified_difference(old, edit.text, target.name))


def finish(
    outcome: Outcome, options: CfgOptions, *, quiet: bool = False, renewable: bool = False
) -> int:
    """Write what was planned, say so on stderr, and return the exit code.

    `renewable` says whether the command could renew counters_per_class.
    """
    target, edit = outcome.target, outcome.edit
    if not quiet:
        notes = notes_of(target.cfg)
        for note in notes[:NOTES]:
            warn(f"note: {target.name}: {note}")
        if len(notes) > NOTES:
            warn(f"note: {target.name}: {len(notes) - NOTES} more: see `anchorkit check`")
    for text in edit.warnings if edit else ():
        hint = "; --names FILE renews it" if renewable and "counters_per_class" in text else ""
        warn(f"warning: {target.name}: {text}{hint}")
    _write(outcome, options)
    if outcome.reason:
        warn(f"{target.name}: left alone: {outcome.reason}")
        for fault in faults_of(target.heads):
            warn(f"{target.name}: not mended: {fault}")
    elif not quiet:
        _say(outcome, options)
    return 1 if options.exit_code and outcome.difference else 0


def _write(outcome: Outcome, options: CfgOptions) -> None:
    if options.dry_run:
        return
    content = outcome.text.encode("utf-8", "surrogateescape")
    place = options.output
    if place is not None and not _same_file(place, outcome.target.path):
        there = place.exists()
        write_atomically(place, content)
        if not there:
            shutil.copymode(outcome.target.path, place)
    elif outcome.difference:
        write_atomically(outcome.target.path, content, expected=outcome.target.content)


def _same_file(some: Path, other: Path) -> bool:
    try:
        return some.samefile(other)
    except OSError:
        return False


def _say(outcome: Outcome, options: CfgOptions) -> None:
    name = outcome.target.name
    would = "would change" if options.dry_run else "changed"
    mended = "would mend" if options.dry_run else "mended"
    for fault in outcome.edit.mended if outcome.edit else ():
        warn(f"{name}: {mended}: {fault}")
    if outcome.edit is None or not outcome.edit.changes:
        warn(f"{name}: nothing to change")
    else:
        warn(f"{name}: {would} {said_of_changes(outcome.edit.changes)}")
    if options.output is not None and not options.dry_run:
        warn(f"{options.output}: written")


def cfg_result(
    outcome: Outcome, options: CfgOptions, quality: Quality | None = None
) -> dict[str, Any]:
    """Keys about the cfg for a JSON object; with data, what falls to each head."""
    rows = head_rows(outcome.heads, quality)
    result: dict[str, Any] = {
        "cfg": outcome.target.name,
        "changed": bool(outcome.difference),
        "heads": rows,
    }
    if options.dry_run:
        result["diff"] = outcome.difference
    return result


def difference_shown(difference: str, form: str) -> str:
    """A difference for standard output; in Markdown it is fenced."""
    return f"```diff\n{difference}```\n" if difference and form == "markdown" else difference


def class_names(path: Path) -> list[str]:
    """The names in a `.names` file, one a line, in the order of the class ids.

    Raises
    ------
    UsageError
        Where there is no such file.
    """
    try:
        text = path.read_text("utf-8-sig", errors="surrogateescape")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise UsageError(f"--names {path}: cannot be read ({reason})") from None
    return [line.strip() for line in text.rstrip().split("\n")] if text.strip() else []
