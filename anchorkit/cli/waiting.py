"""A sign of life on a terminal, where a command would be silent for long.

A thread looks again and again: bars that stand still are drawn anew, and where there is none, a
line says what the command is at, and for how long.
"""

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from anchorkit.progress import refreshed

__all__ = ["clear", "doing", "waiting"]

AGAIN = 0.7
"""Seconds after which there is a sign, and from one to the next."""


class _Sign:
    """What stands on the terminal's last line, if anything."""

    def __init__(self) -> None:
        self.what, self.since = "working", time.monotonic()
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.drawn = 0

    def draw(self) -> None:
        while not self.over.wait(AGAIN):
            with self.lock, suppress(OSError, ValueError):  # a terminal that is gone, or closed
                if not self.over.is_set() and not refreshed():
                    text = f"{self.what}: {time.monotonic() - self.since:.0f} s"
                    text = text[: shutil.get_terminal_size().columns - 1]
                    sys.stderr.write("\r" + text.ljust(self.drawn))
                    sys.stderr.flush()
                    self.drawn = len(text)

    def clear(self) -> None:
        with self.lock:
            if self.drawn:
                sys.stderr.write("\r" + " " * self.drawn + "\r")
                sys.stderr.flush()
                self.drawn = 0


_signs: list[_Sign] = []


@contextmanager
def waiting(shown: bool) -> Iterator[None]:
    """Give signs of life meanwhile, where they are wanted."""
    if not shown:
        yield
        return
    sign = _Sign()
    thread = threading.Thread(target=sign.draw, daemon=True)
    _signs.append(sign)
    thread.start()
    try:
        yield
    finally:
        sign.over.set()
        thread.join()
        _signs.remove(sign)
        with suppress(OSError, ValueError):
            sign.clear()


def doing(what: str) -> None:
    """Tell what the command is at now, in a word."""
    for sign in _signs:
        sign.what, sign.since = what, time.monotonic()


def clear() -> None:
    """Take the sign away, before something else is written to the terminal."""
    for sign in _signs:
        sign.clear()
