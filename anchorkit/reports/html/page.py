"""A report as one page of HTML that needs nothing from outside itself.

Tested in tests/cli/test_report.py.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from anchorkit._version import __version__
from anchorkit.reports.fit import network_text
from anchorkit.reports.html.data import boxes_section, data_section
from anchorkit.reports.html.elements import Html, element, text_of
from anchorkit.reports.html.fit import anchors_section, gain_section
from anchorkit.reports.html.heads import heads_section, sweep_section
from anchorkit.reports.html.verdict import run_section, verdict_heading, verdict_section
from anchorkit.reports.tables import counted

__all__ = ["GENERATOR", "report_html"]

GENERATOR = '<meta name="generator" content="anchorkit '
"""By this a page is known as a report, whatever made it: it stands near its beginning."""

SECTIONS = (
    ("verdict", "Verdict", verdict_section),
    ("data", "The data", data_section),
    ("boxes", "The boxes", boxes_section),
    ("anchors", "The anchors", anchors_section),
    ("gain", "What they gain", gain_section),
    ("heads", "Heads", heads_section),
    ("sweep", "How many anchors", sweep_section),
    ("run", "What was run", run_section),
)
"""Identifier, heading and maker of each part of the page, from its top."""


def report_html(result: Mapping[str, Any]) -> str:
    """The page: the same text for the same object.

    Everything that is in it came from the object or from this package; a content security policy
    forbids all else, and every script or style but the two of this package, by their hashes.

    Parameters
    ----------
    result
        From `report.report_data`.
    """
    style, script = (_asset(name) for name in ("report.css", "report.js"))
    shown = [(name, heading, make(result)) for name, heading, make in SECTIONS]
    shown = [(name, heading, made) for name, heading, made in shown if made]
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    title = f"{result['title']}: anchors" if result["title"] else "Anchors"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="generator", content=f"anchorkit {__version__}"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Html(style)),
    )
    links = [element("li", element("a", heading, href=f"#{name}")) for name, heading, _ in shown]
    body = element(
        "body",
        element("a", "Skip to the verdict", href="#verdict", class_="skip"),
        element("header", element("h1", title), element("p", _read(result), class_="lead")),
        element("nav", element("ul", *links), aria_label="Parts of this page"),
        element(
            "main",
            *(
                element(
                    "section",
                    element(
                        "h2",
                        verdict_heading(result) if name == "verdict" else heading,
                        id=f"{name}-heading",
                    ),
                    made,
                    id=name,
                    aria_labelledby=f"{name}-heading",
                )
                for name, heading, made in shown
            ),
        ),
        element("div", id="tip", role="status", aria_live="polite", hidden=True),
        # Not run, but read by the script: no sign of it may end the element
        element("script", Html(_embedded(result)), type="application/json", id="result"),
        element("script", Html(script)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _read(result: Mapping[str, Any]) -> Html:
    found = result["cluster"]
    return text_of(
        f"{counted(found['images'], 'image')}, {counted(found['boxes'], 'box', 'boxes')} "
        f"{network_text(found, 'at')}; {counted(found['k'], 'anchor')}, {found['update']} update, "
        f"seed {found['seed']}"
    )


def _asset(name: str) -> str:
    text = (files("anchorkit.reports.html") / "assets" / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{b64encode(digest).decode('ascii')}"


def _embedded(result: Mapping[str, Any]) -> str:
    """The object as JSON between script tags: without `<`, which could end them, and ASCII."""
    text = json.dumps(result, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("&", "\\u0026").replace(">", "\\u003e")
