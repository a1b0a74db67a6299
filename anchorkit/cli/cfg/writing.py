"""What anchors make of a cfg that has been read: planned, written, said and shown.

Tested in tests/cli/cfg/test_job.py.
"""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anchorkit.cli.cfg.options import CfgOptions
from anchorkit.cli.cfg.target import Target
from anchorkit.cli.messages import note, warn
from anchorkit.cli.waiting import clear
from anchorkit.darknet.cfg_file import content_of, naming
from anchorkit.darknet.checks import Finding, check_cfg
from anchorkit.darknet.difference import unified_difference
from anchorkit.darknet.faults import faults_of
from anchorkit.darknet.heads import Head, Pair
from anchorkit.darknet.listed import listed_anchors
from anchorkit.darknet.portability import notes_of
from anchorkit.darknet.recipe import recipe
from anchorkit.darknet.replacing import Edit, edited
from anchorkit.files import write_atomically
from anchorkit.quality import Quality
from anchorkit.reports.heads import head_rows, said_of_changes
from anchorkit.terminal import safe_text

__all__ = ["Outcome", "cfg_result", "difference_shown", "finish", "outcome_of", "plan"]

NOTES = 4
"""Notes on what not every darknet reads that are printed beside a result."""


@dataclass(frozen=True)
class Outcome:
    """What is to become of a cfg: its edit and the difference, or why it is left alone."""

    target: Target
    edit: Edit | None
    difference: str
    reason: str = ""
    notes: tuple[str, ...] = ()

    @property
    def heads(self) -> tuple[Head, ...]:
        """The heads as they will be."""
        return self.target.heads if self.edit is None else self.edit.heads

    @property
    def anchors(self) -> tuple[Pair, ...]:
        """The anchors as they will be listed, in pixels."""
        return self.target.anchors if self.edit is None else listed_anchors(self.edit.heads)


def plan(
    target: Target,
    options: CfgOptions,
    anchors: Sequence[Pair],
    *,
    counters: Sequence[int] | None = None,
    classes: int | None = None,
    images: int = 0,
    gain: float | None = None,
) -> Outcome:
    """What the anchors make of the cfg; nothing is written yet.

    Parameters
    ----------
    target
        The cfg.
    options
        What is to be done to it.
    anchors
        All anchors, in pixels.
    counters
        How many boxes each class has.
    classes
        What `--classes` comes to; None without it.
    images
        How many images there are, for `--recipe`; 0 where that is not known.
    gain
        Mean IoU that the anchors gain over its own; None where that is not known.

    Raises
    ------
    CfgError
        Where the cfg cannot be edited; the message begins with the file.
    """
    least = options.min_gain or 0.0
    if gain is not None and gain < least:
        reason = (
            f"the gain of {gain:+.4f} is below {least:g} (--min-gain {gain - 0.001:.3f} writes)"
        )
        return Outcome(target, None, "", reason)
    net: list[tuple[str, str]] = []
    notes: list[str] = []
    if options.recipe:
        meant = target.heads[0].implied or target.heads[0].classes
        net, notes = recipe(target.cfg, meant if classes is None else classes, images)
    with naming(target.name):
        edit = edited(
            target.cfg,
            anchors,
            assign=options.assign or "shares",
            shares=options.shares,
            counters=counters,
            classes=classes,
            strides=options.strides,
            net=net,
            force=options.force,
        )
    return outcome_of(target, options, edit, notes)


def outcome_of(
    target: Target, options: CfgOptions, edit: Edit, notes: Sequence[str] = ()
) -> Outcome:
    """An edit with its difference from the cfg that was read."""
    name = safe_text(_written_name(target, options))
    difference = unified_difference(target.cfg.text, edit.text, name)
    return Outcome(target, edit, difference, notes=tuple(notes))


def finish(outcome: Outcome, options: CfgOptions, *, renewable: bool = False) -> int:
    """Write what was planned, say so on stderr, and return the exit code.

    `renewable` says whether the command could renew counters_per_class.
    """
    target, edit = outcome.target, outcome.edit
    name = _written_name(target, options)
    notes = notes_of(target.cfg if edit is None else edit.cfg)
    for one in notes[:NOTES]:
        note(f"{name}: {one}")
    if len(notes) > NOTES:
        note(f"{name}: {len(notes) - NOTES} more: see `anchorkit check`")
    for text in edit.warnings if edit else ():
        hint = "; --names FILE renews it" if renewable and "counters_per_class" in text else ""
        warn(f"{name}: {text}{hint}")
    for finding in _remaining(edit):
        warn(f"{name}: {finding}")
    _write(outcome, options)
    if outcome.reason:
        warn(f"{name}: left alone: {outcome.reason}")
        for fault in faults_of(target.heads):
            warn(f"{name}: not corrected: {fault}")
    else:
        _say(outcome, options, name)
    return 1 if options.exit_code and outcome.difference else 0


def _written_name(target: Target, options: CfgOptions) -> str:
    """The file that is written, as the user typed it."""
    if options.output is None:
        return target.name
    return "stdout" if options.to_stdout else str(options.output)


def _remaining(edit: Edit | None) -> list[Finding]:
    """What a check of the new cfg would find."""
    return [] if edit is None else check_cfg(edit.cfg, edit.heads)


def _write(outcome: Outcome, options: CfgOptions) -> None:
    if options.dry_run:
        return
    target = outcome.target
    content = target.file.content if outcome.edit is None else content_of(outcome.edit.cfg)
    path, said = options.output, ""
    if options.to_stdout:
        sys.stdout.flush()
        clear()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    elif path is not None and not _same_file(path, Path(target.name)):
        there = path.exists()
        said = write_atomically(path, content)
        if not there:
            shutil.copymode(target.name, path)
    elif outcome.difference:
        said = write_atomically(target.name, content, expected=target.file.content)
    if said:
        note(f"{_written_name(target, options)}: {said}")


def _same_file(some: Path, other: Path) -> bool:
    try:
        return some.samefile(other)
    except OSError:
        return False


def _say(outcome: Outcome, options: CfgOptions, name: str) -> None:
    edit = outcome.edit
    would = "would change" if options.dry_run else "changed"
    corrected = "would correct" if options.dry_run else "corrected"
    for text in (*outcome.notes, *(edit.notes if edit else ())):
        note(f"{name}: {text}")
    for fault in edit.mended if edit else ():
        note(f"{name}: {corrected}: {fault}")
    if edit is None or not edit.changes:
        note(f"{name}: nothing to change")
    else:
        note(f"{name}: {would} {said_of_changes(edit.changes)}")
    if options.output is not None and not options.dry_run and not options.to_stdout:
        note(f"{name}: written")


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
    if options.output is not None:
        result["written"] = _written_name(outcome.target, options)
    if options.dry_run:
        result["diff"] = outcome.difference
    return result


def difference_shown(difference: str, form: str) -> str:
    """A difference for standard output; in Markdown it is fenced."""
    return f"```diff\n{difference}```\n" if difference and form == "markdown" else difference
