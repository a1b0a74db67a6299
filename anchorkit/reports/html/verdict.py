"""The head of a report: what to do, and what was run.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.reports.html.elements import Html, element, joined

__all__ = ["finding_list", "run_section", "verdict_section"]

Result = Mapping[str, Any]

WORDS = {"error": "Error", "warning": "Warning", "note": "Note"}


def verdict_section(result: Result) -> Html:
    """What to do, in the words of the verdict; without one, what the figures say."""
    results = result["evaluate"]["results"][:2]
    figures = [
        _figure("mean IoU", "mean_iou", results),
        _figure("IoU of 0.5 or more", "iou_50", results),
        _figure("best possible recall", "best_possible_recall", results),
    ]
    return joined([finding_list(result["findings"]), element("dl", *figures, class_="figures")])


def finding_list(findings: Sequence[Result]) -> Html:
    """Findings as a list, each with its level; empty where there are none."""
    rows = [
        element(
            "li",
            element("b", WORDS.get(one["level"], ""), class_="level"),
            f" {one['text']}",
            class_=f"finding {one['level']}" if one["level"] in WORDS else "finding",
        )
        for one in findings
    ]
    return element("ul", *rows, class_="findings") if rows else Html("")


def _figure(name: str, key: str, results: Sequence[Result]) -> Html:
    """A figure of the anchors, beside it that of the defaults; below, both in training."""
    best, *others = (_shown(one[key], key) for one in results)
    lines = [element("dt", name), element("dd", element("strong", best), _beside(results, others))]
    if "training" in results[0]:
        drawn = [_shown(_in_training(one["training"], key), key) for one in results]
        lines.append(element("dd", f"in training {drawn[0]}", _beside(results, drawn[1:])))
    return element("div", *lines)


def _beside(results: Sequence[Result], figures: Sequence[str]) -> Html:
    if not figures:
        return Html("")
    return element("span", f" {results[1]['name']}: {figures[0]}", class_="small")


def _in_training(training: Result, key: str) -> float:
    return float(1 - training["below_half"] if key == "iou_50" else training[key])


def _shown(value: float, key: str) -> str:
    return f"{value:.4f}" if key == "mean_iou" else f"{value:.2%}"


def run_section(result: Result) -> Html:
    """The command and the versions."""
    run = result["run"]
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    return joined(
        [
            element("pre", element("code", run["command"])),
            element("p", f"Data: {', '.join(run['sources'])}"),
            element("p", f"With {versions}. The same data and options give the same page."),
        ]
    )
