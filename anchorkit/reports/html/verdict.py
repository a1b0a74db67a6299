"""The head of a report: what to do, and what was run.

Tested in tests/reports/test_report.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from anchorkit.reports.html.elements import Html, element, joined

__all__ = ["run_section", "verdict_section"]

Result = Mapping[str, Any]

WORDS = {"error": "Error", "warning": "Warning", "note": "Note"}


def verdict_section(result: Result) -> Html:
    """What to do, in the words of the verdict; without one, what the figures say."""
    findings = [
        element(
            "li",
            element("b", WORDS.get(one["level"], one["level"]), class_="level"),
            f" {one['text']}",
            class_=f"finding {one['level']}" if one["level"] in WORDS else "finding",
        )
        for one in result["findings"]
    ]
    best, *others = result["evaluate"]["results"]
    figures = [
        _figure("mean IoU", f"{best['mean_iou']:.4f}", others, "mean_iou"),
        _figure("IoU of 0.5 or more", f"{best['iou_50']:.2%}", others, "iou_50"),
        _figure(
            "best possible recall",
            f"{best['best_possible_recall']:.2%}",
            others,
            "best_possible_recall",
        ),
    ]
    listed = element("ul", *findings, class_="findings") if findings else Html("")
    return joined([listed, element("dl", *figures, class_="figures")])


def _figure(name: str, value: str, others: Sequence[Result], key: str) -> Html:
    beside = ""
    if others:
        old = others[0][key]
        shown = f"{old:.4f}" if key == "mean_iou" else f"{old:.2%}"
        beside = f"{others[0]['name']}: {shown}"
    return element(
        "div",
        element("dt", name),
        element("dd", element("strong", value), element("span", beside, class_="small")),
    )


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
