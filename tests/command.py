"""The command line as a user meets it, errors and exit codes included."""

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

from anchorkit.cli import main

__all__ = ["Ran", "run", "run_on_one_stream", "started"]


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(*arguments: object) -> Ran:
    """`anchorkit ARGUMENTS...` in this process."""
    out, err = _stream(), _stream()
    return Ran(_code(arguments, out, err), _text(out), _text(err))


def run_on_one_stream(*arguments: object) -> tuple[int, str]:
    """The same, stdout and stderr together, in the order in which they were written."""
    both = _stream()
    return _code(arguments, both, both), _text(both)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8")


def _code(arguments: tuple[object, ...], out: io.TextIOWrapper, err: io.TextIOWrapper) -> int:
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as ended:
            return int(ended.code or 0)
    return 0


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def started(*arguments: object, **how: Any) -> subprocess.Popen[str]:
    """`anchorkit ARGUMENTS...` in a process of its own; `how` goes to Popen."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    words = [sys.executable, "-m", "anchorkit", *map(str, arguments)]
    return subprocess.Popen(words, text=True, encoding="utf-8", **pipes)
