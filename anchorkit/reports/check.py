"""The result of a check, as JSON object, text, Markdown, and as GitHub's workflows read it.

Tested in tests/cli/cfg/test_job.py.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.anchors.named import NamedAnchors
from anchorkit.boxes import Boxes
from anchorkit.darknet.checks import Finding, strictly
from anchorkit.darknet.heads import Head
from anchorkit.darknet.listed import agree
from anchorkit.darknet.portability import Note
from anchorkit.network_input import NetworkInput
from anchorkit.quality import Quality
from anchorkit.reports.findings import finding_lines
from anchorkit.reports.fit import (
    account_keys,
    fit_keys,
    network_keys,
    network_text,
    short,
    to_digits,
)
from anchorkit.reports.heads import head_rows, head_table
from anchorkit.reports.tables import counted
from anchorkit.terminal import safe_markdown, safe_text
from anchorkit.training.verdict import Finding as Said

__all__ = ["Checked", "Measured", "check_shown", "checked_cfg", "passed_over", "unreadable"]

SAID_BY = {"head-too-coarse": "stride"}
"""Codes of a verdict, by the gate that names the lines in the cfg."""


class Measured(NamedTuple):
    """What the data say about the anchors."""

    boxes: Boxes
    quality: Quality
    fresh: NDArray[np.float64] | None
    """(k, 2), what clustering afresh finds; None where there are too few distinct sizes."""
    fresh_iou: float | None

    @property
    def gain(self) -> float | None:
        """Mean IoU that clustering afresh would gain."""
        return None if self.fresh_iou is None else self.fresh_iou - self.quality.mean_iou


@dataclass(frozen=True)
class Checked:
    """What was checked, what was found, and the JSON object of both."""

    name: str
    result: Mapping[str, Any]
    findings: tuple[Finding, ...]
    verdict: tuple[Said, ...] = ()
    """Whether to train with the anchors; it fails nothing."""

    @property
    def failed(self) -> tuple[str, ...]:
        """The gates that were not passed, each once."""
        return tuple(dict.fromkeys(one.gate for one in self.findings if one.level == "error"))

    @property
    def ok(self) -> bool:
        """Whether all gates were passed."""
        return not self.failed

    @property
    def code(self) -> int:
        """The exit code."""
        return 1 if self.failed else 0


def checked_cfg(
    named: NamedAnchors,
    network: NetworkInput,
    heads: Sequence[Head],
    measured: Measured | None,
    findings: Sequence[Finding],
    notes: Sequence[Note],
    *,
    verdict: Sequence[Said] = (),
    shares: Mapping[str, float] = MappingProxyType({}),
    said: Sequence[str] = (),
    strict: bool = False,
    trainer: str | None = None,
) -> Checked:
    """Anchors that were checked, those of a cfg or others.

    Parameters
    ----------
    named
        The anchors, with the name of the cfg or their own.
    network
        The input at which they are looked at.
    heads
        Those of the cfg, none without.
    measured
        What the data say; None without data.
    findings
        What was found.
    notes
        What not every darknet reads alike.
    verdict
        Whether to train with the anchors. What a finding has said already is left out.
    shares
        What does not reach training, by name.
    said
        The same in words.
    strict
        Whether warnings are errors.
    trainer
        The name of the trainer that they are for.
    """
    found = strictly(findings) if strict else list(findings)
    found += [Finding("note", "portability", one.line, _said(one), "") for one in notes]
    told = [*said, *_notes_on_data(heads, measured)]
    found += [Finding("note", "data", None, text, "") for text in told]
    quality = measured.quality if measured and agree(heads) else None
    result: dict[str, Any] = {
        **_keys_of(found),
        "name": named.name,
        "cfg": named.name if named.source == "cfg" else None,
        "anchors": _pairs(named.anchors.tolist()),
        "k": len(named.anchors),
        **network_keys(network, trainer),
        "heads": head_rows(heads, quality),
    }
    if measured:
        gain = measured.gain
        result |= {
            **fit_keys(measured.quality),
            "gain": None if gain is None else to_digits(gain),
            "fresh": None if measured.fresh is None else _pairs(measured.fresh.tolist()),
            **account_keys(
                measured.boxes.report, len(measured.boxes), ("images", "boxes", "skipped")
            ),
        }
    result |= {name: to_digits(share) for name, share in shares.items()}
    verdict = _besides(verdict, found)
    return Checked(named.name, {**result, **_lists_of(found, verdict)}, tuple(found), verdict)


def passed_over(name: str, why: str) -> Checked:
    """A file in which there is nothing to check."""
    return _without_heads(name, Finding("note", "nothing", None, why, ""))


def unreadable(name: str, why: str) -> Checked:
    """A file that cannot be read as a cfg; `why` begins with its name."""
    why = why.removeprefix(f"{name}: ")
    at = re.match(r"line ([0-9]+): ", why)
    line, found = (int(at[1]), why[at.end() :]) if at else (None, why)
    return _without_heads(name, Finding("error", "cfg", line, found, "a cfg for darknet"))


def _without_heads(name: str, finding: Finding) -> Checked:
    keys = {**_keys_of([finding]), "name": name, "cfg": name, "heads": []}
    return Checked(name, {**keys, **_lists_of([finding])}, (finding,))


def _keys_of(found: Sequence[Finding]) -> dict[str, Any]:
    failures = [_figures(one) for one in found if one.level == "error"]
    return {"ok": not failures, "failures": failures}


def _besides(verdict: Sequence[Said], found: Sequence[Finding]) -> tuple[Said, ...]:
    """The verdict without what a finding says with its line: anchors below their stride."""
    said = {one.gate for one in found}
    return tuple(one for one in verdict if SAID_BY.get(one.code) not in said)


def _lists_of(found: Sequence[Finding], verdict: Sequence[Said] = ()) -> dict[str, Any]:
    """The verdict, warnings, notes, and everything once more with its level and line."""
    return {
        "warnings": [_figures(one) for one in found if one.level == "warning"],
        "notes": [_placed(one) for one in found if one.level == "note"],
        "findings": [
            {"level": one.level, "code": one.code, "line": None, "text": one.text}
            for one in verdict
        ]
        + [
            {"level": one.level, "code": one.gate, "line": one.line, "text": _text_of(one)}
            for one in found
        ],
    }


def _said(note: Note) -> str:
    return str(note._replace(line=0)).removeprefix("line 0: ")


def _placed(one: Finding) -> str:
    return str(one.found) if one.line is None else f"line {one.line}: {one.found}"


def _text_of(one: Finding) -> str:
    """A finding without its gate and line, which are told elsewhere."""
    return str(one._replace(line=None)).removeprefix(f"{one.gate}: ")


def _notes_on_data(heads: Sequence[Head], measured: Measured | None) -> list[str]:
    """What the data say of a cfg that is no failure."""
    notes: list[str] = []
    if measured is None or not heads:
        return notes
    if all(head.mask is not None for head in heads):
        used = {index for head in heads for index in head.used}
        lost = ~np.isin(measured.quality.labels, list(used))
        if lost.any():
            boxes = counted(int(np.count_nonzero(lost)), "box", "boxes")
            notes.append(f"{boxes} nearest to an anchor in no mask")
    return notes


def _pairs(anchors: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[short(side) for side in pair] for pair in anchors]


def _figures(one: Finding) -> dict[str, Any]:
    found = to_digits(one.found) if isinstance(one.found, float) else _placed(one)
    line = {} if one.line is None else {"line": one.line}
    return {"gate": one.gate, "found": found, "wanted": one.wanted, **line}


def check_shown(checked: Checked, form: str) -> str:
    """What was checked for a person, in `text` or `markdown`, or for GitHub, in `github`."""
    if form == "github":
        return _annotations(checked)
    markdown = form == "markdown"
    result, name = checked.result, checked.name
    safe = safe_markdown if markdown else safe_text
    bullet, mark = ("- ", "**FAILED**") if markdown else ("", "FAILED")
    parts = []
    if markdown:
        failed = f"FAILED: {', '.join(checked.failed)}" if checked.failed else "Passed"
        parts.append(f"### {failed} ({safe(name)})")
    if "k" in result:
        what = f"{counted(result['k'], 'anchor')} {network_text(result)}"
        parts.append(f"{safe(name)}: {what}")
    elif not markdown:
        parts.append(safe(name))
    if checked.verdict:
        lines = finding_lines([one._asdict() for one in checked.verdict], form)
        parts.append("\n".join(lines))
    if result["heads"]:
        parts.append(head_table(result["heads"], form))
    levels = {
        level: [one for one in checked.findings if one.level == level]
        for level in ("note", "warning", "error")
    }
    notes = [f"note: {safe(_placed(one))}" for one in levels["note"]]
    warnings = [f"warning: {safe(str(one))}" for one in levels["warning"]]
    verdict = [f"{mark} {safe(str(one))}" for one in levels["error"]] or [_passed(levels)]
    blocks = [block for block in (_measures(result), notes, warnings, verdict) if block]
    parts += ["\n".join(bullet + line for line in block) for block in blocks]
    return "\n\n".join(parts)


def _passed(levels: Mapping[str, Sequence[Finding]]) -> str:
    count = len(levels["warning"])
    return f"ok: no fault found, {counted(count, 'warning')}" if count else "ok: no fault found"


def _annotations(checked: Checked) -> str:
    """A command of GitHub's workflows for each finding, which shows it beside its line."""
    lines = []
    for one in checked.findings:
        level = "notice" if one.level == "note" else one.level
        place = [f"file={_property(checked.name)}"] if checked.result.get("cfg") else []
        place += [f"line={one.line}"] if one.line is not None else []
        place.append(f"title={_property(one.gate)}")
        lines.append(f"::{level} {','.join(place)}::{_data(_text_of(one))}")
    for said in checked.verdict:
        shown_as = "notice" if said.level == "note" else said.level
        place = [f"file={_property(checked.name)}"] if checked.result.get("cfg") else []
        lines.append(f"::{shown_as} {','.join([*place, f'title={said.code}'])}::{_data(said.text)}")
    failed = f"failed: {', '.join(checked.failed)}" if checked.failed else "passed"
    return "\n".join([*lines, f"{safe_text(checked.name)}: {failed}"])


def _data(text: str) -> str:
    # GitHub's own escapes; a line end would begin another command
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return safe_text(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _measures(result: Mapping[str, Any]) -> list[str]:
    if "mean_iou" not in result:
        return []
    mean, recall = result["mean_iou"], result["best_possible_recall"]
    boxes = counted(result["boxes"], "box", "boxes")
    lines = [f"mean IoU {mean:.4f}, best possible recall {recall:.4f}, over {boxes}"]
    if result["gain"] is not None:
        fresh = mean + result["gain"]
        lines.append(f"clustering afresh would reach {fresh:.4f} ({result['gain']:+.4f})")
    return lines
