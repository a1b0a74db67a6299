"""The head of a report: what to do, and what was run.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.reports.html.elements import Html, element, joined

__all__ = ["finding_list", "run_section", "verdict_heading", "verdict_section"]

Result = Mapping[str, Any]

KEEP = ("keep-defaults", "keep-defaults-worse")
USE = ("use-new", "use-new-untrained")
SHORT = {
    **dict.fromkeys(KEEP, "keep {}"),
    **dict.fromkeys(USE, "use these anchors"),
    "may-help": "these anchors may help",
    "both-miss": "neither set fits well",
    "no-defaults": "no advice",
}
"""Codes of the advice, and how it is said in a heading; `{}` is the name of the defaults."""

WORDS = {"error": "Error", "warning": "Warning", "note": "Note"}


def verdict_heading(result: Result) -> str:
    """The verdict in a few words; `Verdict` alone where nothing is advised."""
    advice = _advice(result)
    return f"Verdict: {SHORT[advice].format(_default(result))}" if advice else "Verdict"


def verdict_section(result: Result) -> Html:
    """What to do, in the words of the verdict; without one, what the figures say."""
    results = result["evaluate"]["results"][:2]
    advice = _advice(result)
    # What is not advised stands back
    behind = 0 if advice in KEEP else 1 if advice in USE else None
    figures = [
        _figure("mean IoU", "mean_iou", results, behind),
        _figure("IoU of 0.5 or more", "iou_50", results, behind),
        _figure("best possible recall", "best_possible_recall", results, behind),
    ]
    return joined([finding_list(result["findings"]), element("dl", *figures, class_="figures")])


def _advice(result: Result) -> str:
    """The code of the finding that says which anchors to train with; empty where none does."""
    return next((one["code"] for one in result["findings"] if one["code"] in SHORT), "")


def _default(result: Result) -> str:
    return str(result["cluster"].get("defaults", {}).get("name", "the defaults"))


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


def _figure(name: str, key: str, results: Sequence[Result], behind: int | None) -> Html:
    """A figure of the anchors and of the defaults side by side, each in training as well."""
    sets = []
    for index, one in enumerate(results):
        lines = [
            element("span", one["name"], class_="small"),
            element("strong", _shown(one[key], key)),
        ]
        if "training" in one:
            drawn = _shown(_in_training(one["training"], key), key)
            lines.append(element("span", f"in training {drawn}", class_="small"))
        sets.append(element("dd", *lines, class_="behind" if index == behind else None))
    return element("div", element("dt", name), *sets)


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
