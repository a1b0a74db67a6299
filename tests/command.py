"""The command line as a user meets it, errors and exit codes included."""

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

from anchorkit.cli import main

__all__ = ["Ran", "run", "started"]


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(*arguments: object) -> Ran:
    """`anchorkit ARGUMENTS...` in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
    texts = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        texts.append(stream.read())
    return Ran(code, *texts)


def started(*arguments: object, **how: Any) -> subprocess.Popen[str]:
    """`anchorkit ARGUMENTS...` in a process of its own; `how` goes to Popen."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    words = [sys.executable, "-m", "anchorkit", *map(str, arguments)]
    return subprocess.Popen(words, text=True, encoding="utf-8", **pipes)
