"""What processes are asked to do in the tests of the parallel reading."""

import os
import signal
import sys
import time

__all__ = ["dies", "fails", "modules", "names", "prints", "sleeps"]


def names(paths: list[bytes]) -> list[str]:
    time.sleep(0.02 if b"00" in paths[0] else 0)
    return [os.fsdecode(path) for path in paths]


def dies(paths: list[bytes]) -> None:
    if b"200" in paths:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def fails(paths: list[bytes]) -> None:
    raise ZeroDivisionError(len(paths))


def modules(paths: list[bytes]) -> list[str]:
    return sorted(sys.modules)


def prints(paths: list[bytes]) -> int:
    print("not an answer")
    return len(paths)


def sleeps(paths: list[bytes]) -> None:
    time.sleep(60)
