"""The command line as a user meets it, for tests: in this process, or in one of its own."""

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

import pytest

from anchorkit.cli import main

__all__ = ["Ran", "run", "started"]


class Ran(NamedTuple):
    code: object
    out: str
    err: str


def run(*arguments: object) -> Ran:
    """What `anchorkit ARGUMENTS` prints, and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    return Ran(left.value.code, out.getvalue(), err.getvalue())


def started(*arguments: object, **how: Any) -> subprocess.Popen[str]:
    """`anchorkit ARGUMENTS` in a process of its own; `how` goes to Popen."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    words = [sys.executable, "-m", "anchorkit", *map(str, arguments)]
    return subprocess.Popen(words, text=True, encoding="utf-8", **pipes)
