"""Whether a cfg agrees with itself, and whether its anchors fit the data: the gates of a check.

Tested in tests/cli/cfg/test_job.py.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from anchorkit.darknet.doubts import doubts_of
from anchorkit.darknet.faults import faults_of
from anchorkit.darknet.graph import layers_of
from anchorkit.darknet.heads import Head, heads_of
from anchorkit.darknet.network_faults import network_faults
from anchorkit.darknet.replacing import check_headers
from anchorkit.darknet.sections import Cfg

__all__ = ["Finding", "Level", "check_cfg", "quality_findings", "strictly"]

Level = Literal["error", "warning", "note"]

WANTED = {
    "activation": "the activation that the head takes for granted",
    "anchors": "pairs of positive numbers in every head",
    "batch": "batch=64 for training, subdivisions by its memory",
    "batch-normalize": "a plain convolution before every head",
    "classes": "as many classes everywhere",
    "comma": "one comma between any two numbers",
    "counters": "one number for each class",
    "equal": "anchors that differ",
    "filters": "filters for every anchor of the mask",
    "input": "a multiple of the coarsest stride",
    "larger": "anchors for this input",
    "layers": "layers that darknet can run",
    "lists": "the same anchors in every head",
    "mask": "every anchor in exactly one mask",
    "num": "num equal to the anchors listed",
    "order": "smaller anchors at finer strides",
    "schedule": "steps, and as many scales",
    "stride": "anchors that are larger than a cell of their head",
    "strides": "a stride of its own for every head",
    "syntax": "`key = numbers` on one line, parted by commas",
    "units": "pixels in [yolo], grid cells in [region]",
}
"""What each gate on the cfg itself asks for."""


_OF_SIZES = ("equal", "larger", "order", "stride")
"""Warnings that follow where the unit is a wrong one."""


class Finding(NamedTuple):
    """What a check found.

    Attributes
    ----------
    level
        `error` where a gate was not passed, `warning` where something may not be meant, `note`.
    gate
        A fixed word to group by.
    line
        Where it stands in the cfg; None where that is no place.
    found
        In words; of a gate on figures the number.
    wanted
        What would have passed.
    """

    level: Level
    gate: str
    line: int | None
    found: str | float
    wanted: str | float

    def __str__(self) -> str:
        where = "" if self.line is None else f"line {self.line}: "
        if isinstance(self.found, str):
            wanted = f" (wanted {self.wanted})" if self.wanted else ""
            return f"{self.gate}: {where}{self.found}{wanted}"
        bound = "at most" if self.gate.startswith("max-") else "at least"
        return f"{self.gate}: {self.found:.4f} (wanted {bound} {self.wanted:g})"


def check_cfg(
    cfg: Cfg, heads: Sequence[Head] | None = None, *, told: Sequence[tuple[str, int]] = ()
) -> list[Finding]:
    r"""What a cfg gets wrong, whatever the data, and what in it may not be meant.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    heads
        From `heads_of`, where they are known already.
    told
        What else says how many classes there are: in words, and how many.

    Returns
    -------
    Errors before warnings; first of all what others follow from.

    Raises
    ------
    CfgError
        Where the layers cannot be told, or a header is that of a head in all but a sign.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> text = "[net]\nwidth=64\nheight=60\nchannels=3\n[conv]\nfilters=12\nstride=8\n"
    >>> text += "activation=linear\n[yolo]\nclasses=1\nnum=2\nanchors=9,9, 12,30\n"
    >>> for finding in check_cfg(read_cfg(text)):
    ...     print(finding)
    input: line 3: height=60 is no multiple of 8 (wanted a multiple of the coarsest stride)
    """
    check_headers(cfg)
    known = heads_of(cfg, layers_of(cfg)) if heads is None else heads
    errors = [
        Finding("error", fault.kind, fault.line, fault.text, WANTED[fault.kind])
        for fault in (*network_faults(cfg, known, told), *faults_of(known))
    ]
    units = any(error.gate == "units" for error in errors)
    warnings = [
        Finding("warning", doubt.kind, doubt.line, doubt.text, WANTED[doubt.kind])
        for doubt in doubts_of(cfg, known)
        if not (units and doubt.kind in _OF_SIZES)
    ]
    return errors + warnings


def strictly(findings: Sequence[Finding]) -> list[Finding]:
    """The same with every warning as an error."""
    return [one._replace(level="error") if one.level == "warning" else one for one in findings]


def quality_findings(
    *,
    mean_iou: float,
    recall: float,
    gain: float | None,
    min_iou: float | None = None,
    min_recall: float | None = None,
    max_gain: float | None = None,
    left_out: float = 0.0,
    max_left_out: float | None = None,
) -> list[Finding]:
    """The gates on figures that are not passed; None sets no gate.

    Examples
    --------
    >>> for finding in quality_findings(mean_iou=0.67, recall=1, gain=0.2, max_gain=0.05):
    ...     print(finding)
    max-gain: 0.2000 (wanted at most 0.05)
    """
    findings: list[Finding] = []
    if min_iou is not None and mean_iou < min_iou:
        findings.append(Finding("error", "min-iou", None, mean_iou, min_iou))
    if min_recall is not None and recall < min_recall:
        findings.append(Finding("error", "min-recall", None, recall, min_recall))
    if max_gain is not None and gain is not None and gain > max_gain:
        findings.append(Finding("error", "max-gain", None, gain, max_gain))
    if max_left_out is not None and left_out > max_left_out:
        findings.append(Finding("error", "max-left-out", None, left_out, max_left_out))
    return findings
