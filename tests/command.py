"""Running the command line inside the tests' own process, errors and exit codes included."""

import io
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

from anchorkit.cli import main

__all__ = ["Ran", "run"]


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(*arguments: object) -> Ran:
    """`anchorkit ARGUMENTS...`."""
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
