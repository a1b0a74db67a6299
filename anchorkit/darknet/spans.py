"""Changes to a text that leave every other character as it was.

Tested in tests/darknet/test_replacing.py.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from anchorkit.darknet.sections import Entry, Section

__all__ = ["Span", "after_line", "applied", "key_style", "whole_line"]

_STYLE = re.compile(r"([ \t]*)[^=]*?([ \t]*=[ \t]*)$")


class Span(NamedTuple):
    """`text[start:end]` becomes `new`."""

    start: int
    end: int
    new: str


def applied(text: str, spans: Iterable[Span]) -> str:
    r"""The text with every span replaced; a span that is given twice is replaced once.

    A text without a line end at its end gets none, also where its last line is taken away.

    Examples
    --------
    >>> applied("num=9", [Span(4, 5, "12")])
    'num=12'
    >>> applied("a=1\nb=2", [whole_line("a=1\nb=2", 5)])
    'a=1'
    """
    pieces: list[str] = []
    done = 0
    for span in sorted(dict.fromkeys(spans)):
        pieces += [text[done : span.start], span.new]
        done = max(done, span.end)
    new = "".join([*pieces, text[done:]])
    if new.endswith("\n") and not text.endswith("\n"):
        return new.removesuffix("\n").removesuffix("\r")
    return new


def whole_line(text: str, place: int) -> Span:
    """The line on which a place lies, with its line end, to be taken away."""
    end = text.find("\n", place)
    return Span(text.rfind("\n", 0, place) + 1, len(text) if end < 0 else end + 1, "")


def after_line(text: str, place: int, lines: list[str]) -> Span:
    r"""New lines after the line on which a place lies, with the line end of that line.

    After a last line without a line end, the new last line has none either.

    Examples
    --------
    >>> applied("a=1\r\nb=2", [after_line("a=1\r\nb=2", 0, ["n=9"])])
    'a=1\r\nn=9\r\nb=2'
    >>> applied("a=1\nb=2", [after_line("a=1\nb=2", 5, ["n=9"])])
    'a=1\nb=2\nn=9'
    """
    end = text.find("\n", place)
    if end < 0:
        ending = "\r\n" if "\r\n" in text else "\n"
        return Span(len(text), len(text), "".join(ending + line for line in lines))
    ending = "\r\n" if text[end - 1 : end] == "\r" else "\n"
    return Span(end + 1, end + 1, "".join(line + ending for line in lines))


def key_style(text: str, neighbour: Entry | None, section: Section) -> tuple[str, str]:
    """What stands before a key and what between it and its value, as in a neighbouring line."""
    entry = neighbour or next(iter(section.entries), None)
    if entry is None:
        return "", "="
    begin = text.rfind("\n", 0, entry.start) + 1
    found = _STYLE.match(text[begin : entry.start])
    return (found.group(1), found.group(2)) if found else ("", "=")
