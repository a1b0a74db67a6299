"""What anchors make of a cfg that has been read: planned, written, said and shown.

Tested in tests/cli/cfg/test_job.py.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anchorkit.cli.cfg.options import CfgOptions
from anchorkit.cli.cfg.target import Target, listed_anchors
from anchorkit.cli.messages import note, warn
from anchorkit.darknet.difference import unified_difference
from anchorkit.darknet.faults import faults_of
from anchorkit.darknet.heads import Head, Pair, heads_of
from anchorkit.darknet.portability import notes_of
from anchorkit.darknet.replacing import Edit, edited
from anchorkit.darknet.sections import read_cfg
from anchorkit.errors import CfgError
from anchorkit.files import write_atomically
from anchorkit.quality import Quality
from anchorkit.reports.heads import head_rows, said_of_changes
from anchorkit.terminal import safe_text

__all__ = ["Outcome", "cfg_result", "difference_shown", "finish", "plan"]

NOTES = 4
"""Notes on what not every darknet reads that are printed beside a result."""


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
    least = options.min_gain or 0.0
    if gain is not None and gain < least:
        reason = (
            f"the gain of {gain:+.4f} is below {least:g} (--min-gain {gain - 0.001:.3f} writes)"
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
    outcome = Outcome(
        target, edit, edit.text, unified_difference(old, edit.text, safe_text(target.name))
    )
    try:
        if not outcome.heads:
            raise CfgError("nothing is left of its heads")
    except CfgError as error:  # nothing is written that could not be read again
        raise CfgError(f"{target.name}: cannot be edited: {error}") from None
    return outcome


def finish(outcome: Outcome, options: CfgOptions, *, renewable: bool = False) -> int:
    """Write what was planned, say so on stderr, and return the exit code.

    `renewable` says whether the command could renew counters_per_class.
    """
    target, edit = outcome.target, outcome.edit
    notes = notes_of(target.cfg)
    for one in notes[:NOTES]:
        note(f"{target.name}: {one}")
    if len(notes) > NOTES:
        note(f"{target.name}: {len(notes) - NOTES} more: see `anchorkit check`")
    for text in edit.warnings if edit else ():
        hint = "; --names FILE renews it" if renewable and "counters_per_class" in text else ""
        warn(f"{target.name}: {text}{hint}")
    _write(outcome, options)
    if outcome.reason:
        warn(f"{target.name}: left alone: {outcome.reason}")
        for fault in faults_of(target.heads):
            warn(f"{target.name}: not mended: {fault}")
    else:
        _say(outcome, options)
    return 1 if options.exit_code and outcome.difference else 0


def _write(outcome: Outcome, options: CfgOptions) -> None:
    if options.dry_run:
        return
    content = outcome.text.encode("utf-8", "surrogateescape")
    path = options.output
    if path is not None and not _same_file(path, outcome.target.path):
        there = path.exists()
        write_atomically(path, content)
        if not there:
            shutil.copymode(outcome.target.path, path)
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
        note(f"{name}: {mended}: {fault}")
    if outcome.edit is None or not outcome.edit.changes:
        note(f"{name}: nothing to change")
    else:
        note(f"{name}: {would} {said_of_changes(outcome.edit.changes)}")
    if options.output is not None and not options.dry_run:
        note(f"{options.output}: written")


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
