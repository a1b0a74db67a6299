"""A report taken apart by the parser of the standard library, for tests without a browser."""

import json
import re
from html.parser import HTMLParser
from typing import Any, NamedTuple

__all__ = ["Element", "Page", "parsed"]

VOID = ("meta", "br", "hr", "link", "img", "input", "base")


class Element(NamedTuple):
    """An element: its name, its attributes, and the text directly within it."""

    tag: str
    attributes: dict[str, str | None]
    text: list[str]


class Page(NamedTuple):
    """All elements in their order; the text of none is lost."""

    elements: list[Element]
    unclosed: list[str]

    def named(self, tag: str) -> list[Element]:
        """The elements of a name."""
        return [one for one in self.elements if one.tag == tag]

    @property
    def text(self) -> str:
        """All that a reader sees, and the titles of pictures."""
        hidden = ("script", "style")
        return " ".join("".join(one.text) for one in self.elements if one.tag not in hidden)

    @property
    def result(self) -> dict[str, Any]:
        """The object that the page was made of."""
        script = next(one for one in self.named("script") if one.attributes.get("id") == "result")
        found: dict[str, Any] = json.loads("".join(script.text))
        return found


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.stack: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, dict(attrs), [])
        assert len(found.attributes) == len(attrs), f"an attribute twice: {attrs}"
        self.elements.append(found)
        if tag not in VOID:
            self.stack.append(found)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"</{tag}> ends nothing"
        assert self.stack[-1].tag == tag, f"</{tag}> within <{self.stack[-1].tag}>"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if self.stack:
            self.stack[-1].text.append(data)


def parsed(text: str) -> Page:
    """The elements of a page; fails where they are not nested as they should be."""
    parser = _Parser()
    parser.feed(re.sub(r"^<!DOCTYPE html>\n", "", text))
    parser.close()
    return Page(parser.elements, [one.tag for one in parser.stack])
