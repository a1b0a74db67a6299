"""A terminal is never left without a sign for long, and the sign is gone before anything else."""

import io
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from anchorkit import progress
from anchorkit.cli import messages
from anchorkit.cli import waiting as module
from anchorkit.cli.waiting import doing, waiting

SIGN = re.compile(r"\r(working|rounding): \d+ s *")
BLANKS = re.compile(r"\r +\r")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a terminal gets, signs every hundredth of a second."""
    stream = io.StringIO()
    monkeypatch.setattr(module, "AGAIN", 0.01)
    return stream


def until(screen: io.StringIO, text: str) -> None:
    end = time.monotonic() + 20
    while text not in screen.getvalue():
        assert time.monotonic() < end, f"never {text!r}: {screen.getvalue()!r}"
        time.sleep(0.005)


def test_a_sign_says_what_is_done_and_is_gone_at_the_end(screen: io.StringIO) -> None:
    with redirect_stderr(screen), waiting(True):
        until(screen, "\rworking: 0 s")
        doing("rounding")
        until(screen, "\rrounding: 0 s")
    seen = screen.getvalue()
    assert BLANKS.sub("", SIGN.sub("", seen)) == ""
    blanks = seen.rpartition("s")[2]
    assert BLANKS.fullmatch(blanks)
    assert len(blanks) >= len("\rrounding: 0 s\r"), "a part of the sign stays"
    time.sleep(0.05)
    assert screen.getvalue() == seen, "a sign after the end"


def test_a_message_begins_on_an_empty_line(screen: io.StringIO) -> None:
    with redirect_stderr(screen), waiting(True):
        until(screen, "working")
        messages.note("a.xml: read")
    before, _, _ = screen.getvalue().partition("anchorkit: note: a.xml: read\n")
    assert re.search(r"\r +\r$", before)


def test_a_bar_that_stands_still_is_drawn_anew_instead_of_a_sign(
    screen: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    with (
        redirect_stderr(screen),
        progress.progress_bar("reading", total=2) as bar,
        waiting(True),
    ):
        monkeypatch.setattr(bar, "refresh", lambda: drawn.append(1))
        end = time.monotonic() + 20
        while len(drawn) < 3:
            assert time.monotonic() < end
            time.sleep(0.005)
    assert "working" not in screen.getvalue()


def test_no_sign_where_none_is_wanted_and_none_wider_than_the_terminal(
    screen: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redirect_stderr(screen), waiting(False):
        time.sleep(0.05)
    assert screen.getvalue() == ""
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((8, 20)))
    with redirect_stderr(screen), waiting(True):
        until(screen, "\rworking")
    assert "working:" not in screen.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("more", "signs"), [((), True), (("--quiet",), False)])
def test_a_command_shows_it_on_a_terminal_unless_it_shall_be_quiet(
    more: tuple[str, ...], signs: bool
) -> None:
    main, side = os.openpty()
    words = ["inspect", "--voc", str(Path(__file__).parents[2] / "sample_voc"), *more]
    code = (
        "import time, anchorkit.cli.waiting as waiting; waiting.AGAIN = 0.02\n"
        "import anchorkit.cli.options.loading as data; before = data.load\n"
        "data.load = lambda *a, **k: (time.sleep(0.2), before(*a, **k))[1]\n"
        f"from anchorkit.cli import main; main({words!r})\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=side)
    assert ran.returncode == 0
    os.write(side, b"the end")
    seen = b""
    while not seen.endswith(b"the end"):
        seen += os.read(main, 10_000)
    os.close(side)
    os.close(main)
    assert (b"\rreading: 0 s" in seen) == signs
    assert seen.endswith(b"\rthe end" if signs else b"the end")
