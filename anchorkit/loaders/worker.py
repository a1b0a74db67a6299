"""What a process of `parallel` runs: batches in, answers out, until there are no more.

Tested in tests/loaders/test_parallel.py.
"""

import marshal
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["named", "serve"]


def named(function: str) -> Any:
    """What `package.module:function` names, imported.

    Examples
    --------
    >>> named("math:sqrt")(4)
    2.0
    """
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)


def serve(function: str) -> None:
    """Answer batches of paths from standard input on standard output.

    Parameters
    ----------
    function
        `package.module:function`, called with each batch.
    """
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # What somebody prints must not end up among the answers.
    sys.stdout = sys.stderr
    read = named(function)
    try:
        while size := requests.read(8):
            batch = marshal.loads(requests.read(int.from_bytes(size, "little")))
            answer = marshal.dumps(_answered(read, batch))
            answers.write(len(answer).to_bytes(8, "little"))
            answers.write(answer)
            answers.flush()
    except OSError:
        pass  # whoever asked is gone
    # Nothing of this is worth tidying up, and what is left in a pipe has no reader.
    os._exit(0)


def _answered(read: Callable[[list[bytes]], Any], batch: list[bytes]) -> tuple[bool, Any]:
    try:
        return True, read(batch)
    except MemoryError:
        return False, "MemoryError"
    except Exception:
        import traceback

        return False, traceback.format_exc()
