"""A verdict's findings, and figures as labelled and in training, as JSON keys and as words.

Tested in tests/training/test_trainers.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.reports.fit import to_digits
from anchorkit.reports.tables import markdown_table, text_table
from anchorkit.terminal import safe_markdown, safe_text
from anchorkit.training.augmentation_figures import TrainingQuality
from anchorkit.training.judgement import InTraining, Judged
from anchorkit.training.verdict import MOST_FINDINGS, Finding

__all__ = [
    "finding_keys",
    "finding_lines",
    "judged_keys",
    "labelled_and_training",
    "training_comparison",
    "training_keys",
    "training_table",
]

FIGURES = (
    ("mean_iou", "mean IoU"),
    ("below_half", "IoU below 0.5"),
    ("best_possible_recall", "best possible recall"),
    ("fitness", "fitness"),
)
"""The keys of the figures, and what they are called in a table."""


def finding_keys(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """The key `findings`: all of them, worst first."""
    return [finding._asdict() for finding in findings]


def finding_lines(findings: Sequence[Mapping[str, str]], form: str = "text") -> list[str]:
    """The findings of a result for a person, at most `MOST_FINDINGS` of them.

    Parameters
    ----------
    findings
        From `finding_keys`.
    form
        `text` or `markdown`.

    Examples
    --------
    >>> finding_lines([{"level": "note", "code": "tiny", "text": "20% of the boxes are tiny"}])
    ['note: 20% of the boxes are tiny']
    """
    shown = findings[:MOST_FINDINGS]
    if form == "markdown":
        return [f"- **{one['level']}**: {safe_markdown(one['text'])}" for one in shown]
    return [f"{one['level']}: {safe_text(one['text'])}" for one in shown]


def training_keys(seen: InTraining, quality: TrainingQuality, boxes: int) -> dict[str, Any]:
    """The key `training`: how anchors fit the boxes as training sees them.

    Parameters
    ----------
    seen
        The drawn boxes, and what said how they are drawn.
    quality
        Of the anchors on them.
    boxes
        How many labelled boxes they were drawn from.
    """
    return {
        "source": seen.source,
        **_figures(quality),
        "lost": to_digits(seen.drawn.lost),
        "boxes": len(seen.drawn),
    }


def labelled_and_training(
    labelled: TrainingQuality, training: TrainingQuality, seen: InTraining, boxes: int
) -> dict[str, Any]:
    """The keys `training` and `labelled` of anchors.

    Parameters
    ----------
    labelled, training
        The figures on the boxes as labelled, and as training sees them.
    seen
        The boxes as training sees them.
    boxes
        How many labelled boxes there are.
    """
    return {"training": training_keys(seen, training, boxes), "labelled": _figures(labelled)}


def judged_keys(judged: Judged, seen: InTraining | None, boxes: int) -> dict[str, Any]:
    """The keys `findings`, and where the training is known `training` and `labelled`.

    Parameters
    ----------
    judged
        The verdict and its figures.
    seen
        The boxes as training sees them; None: not known.
    boxes
        How many labelled boxes there are.
    """
    keys: dict[str, Any] = {"findings": finding_keys(judged.findings)}
    if seen is None or judged.training is None:
        return keys
    training = training_keys(seen, judged.training, boxes)
    labelled: dict[str, Any] = _figures(judged.labelled)
    if judged.training_defaults is not None and judged.labelled_defaults is not None:
        training["defaults"] = _figures(judged.training_defaults)
        labelled["defaults"] = _figures(judged.labelled_defaults)
    return {**keys, "training": training, "labelled": labelled}


def training_table(result: Mapping[str, Any], form: str = "text") -> str:
    """Figures as labelled and in training side by side; empty where the training is not known.

    Parameters
    ----------
    result
        With the keys of `judged_keys`, and `defaults` with its name where there are some.
    form
        `text` or `markdown`.
    """
    if "training" not in result:
        return ""
    training, labelled = result["training"], result["labelled"]
    columns = ["", "as labelled", "in training"]
    name = result.get("defaults", {}).get("name")
    if name and "defaults" in training:
        columns += [f"{name}, labelled", f"{name}, training"]
    rows = []
    for key, word in FIGURES:
        cells = [labelled[key], training[key]]
        if len(columns) > 3:
            cells += [labelled["defaults"][key], training["defaults"][key]]
        rows.append([word, *(f"{cell:.4f}" for cell in cells)])
    table = markdown_table if form == "markdown" else text_table
    said = _drawn(training)
    shown = safe_markdown(said) if form == "markdown" else safe_text(said)
    return f"{table(columns, rows, left=[''])}\n\n{shown}"


def training_comparison(results: Sequence[Mapping[str, Any]], form: str = "text") -> str:
    """Figures of several sets of anchors as labelled and in training; empty where not known.

    Parameters
    ----------
    results
        Each with `name` and the keys of `labelled_and_training`.
    form
        `text` or `markdown`.
    """
    known = [one for one in results if "training" in one]
    if len(known) == 1:
        return training_table(known[0], form)
    if not known:
        return ""
    safe = safe_markdown if form == "markdown" else safe_text
    rows = []
    for key, word in FIGURES:
        rows.append([word, "", ""])
        rows += [
            [f"  {safe(one['name'])}", *(f"{one[of][key]:.4f}" for of in ("labelled", "training"))]
            for one in known
        ]
    table = markdown_table if form == "markdown" else text_table
    said = _drawn(known[0]["training"])
    return f"{table(['', 'as labelled', 'in training'], rows, left=[''])}\n\n{safe(said)}"


def _drawn(training: Mapping[str, Any]) -> str:
    return (
        f"in training: {training['boxes']:,} boxes drawn as {training['source']} augments them, "
        f"{training['lost']:.0%} of the draws lost"
    )


def _figures(quality: TrainingQuality) -> dict[str, Any]:
    return {key: to_digits(getattr(quality, key)) for key, _ in FIGURES}
