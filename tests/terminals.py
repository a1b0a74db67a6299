"""A pseudo-terminal around the command line: what would reach a screen, byte for byte."""

import io
import os
import re
import sys
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from anchorkit.cli import main
from anchorkit.terminal import SHOWN

__all__ = ["HOSTILE", "Seen", "on_terminal", "strange", "unmeant", "without_own"]

HOSTILE = (
    "x\x1b]0;t\x07\x1b[2J\x9b31m\r\n\t\v\f\x1c\u202e\u200b\u2028\u2029\x85\x7f\ufeff\xad\\|<b>*y"
)
"""A name that sets a title, clears the screen, colours, breaks lines, hides and turns text."""

OWN = (
    # Levels, as click colours them
    r"\x1b\[3[136]m\x1b\[1m(?:error|warning|note)\x1b\[0m",
    # tqdm: a bar over itself, and the blanks that take it away
    r"\r(?:reading|searching|image sizes|[ -~]*json): +\d+%\|[^\r\n\x1b]*\| [^\r\n\x1b]*",
    r"\r +\r",
    # What a command is at where it would be silent for long
    r"\r(?:working|reading|searching|rounding|judging|drawing): \d+ s *",
    # Below the ^C
    r"^\n",
)
"""The exact forms of what anchorkit itself sends to a terminal."""


class Seen(NamedTuple):
    """What a command wrote to a terminal, and its exit code."""

    code: int
    out: str
    err: str


def on_terminal(*arguments: object) -> Seen:
    """`anchorkit ARGUMENTS...` in this process, each stream a terminal of its own."""
    before = sys.stdout, sys.stderr
    code = 0
    with _terminal() as (out, out_seen), _terminal() as (err, err_seen):
        sys.stdout, sys.stderr = out, err
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.stdout, sys.stderr = before
    return Seen(
        code, *(b"".join(one).decode("utf-8", "surrogateescape") for one in (out_seen, err_seen))
    )


@contextmanager
def _terminal() -> Iterator[tuple[io.TextIOWrapper, list[bytes]]]:
    import tty

    ours, theirs = os.openpty()
    tty.setraw(theirs)  # else each line end would gain a CR
    seen: list[bytes] = []

    def read() -> None:
        try:
            while data := os.read(ours, 1 << 16):
                seen.append(data)
        except OSError:
            pass  # the other side is closed

    reader = threading.Thread(target=read)
    reader.start()
    stream = io.TextIOWrapper(io.FileIO(theirs, "w"), encoding="utf-8", write_through=True)
    try:
        yield stream, seen
    finally:
        stream.close()
        reader.join()
        os.close(ours)


def unmeant(text: str) -> set[str]:
    """Signs that must not reach a screen, and did, after what anchorkit itself sends."""
    return strange(without_own(text)) - {"\n", "\t"}


def without_own(text: str) -> str:
    """The text less what anchorkit itself sends to a terminal beside messages."""
    for form in OWN:
        text = re.sub(form, "", text)
    return text


def strange(text: str) -> set[str]:
    """Controls, formats, separators of lines and paragraphs, lone surrogates."""
    return {sign for sign in text if unicodedata.category(sign) in SHOWN}
