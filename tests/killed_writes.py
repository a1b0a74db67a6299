"""Kill what writes a file, at a random moment, again and again; the file must be whole.

`python tests/killed_writes.py 1000 500` kills a thousand writers, then five hundred whole runs of
`anchorkit cluster --cfg`, and prints what they left behind. It needs a system that can fork.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cfgs import TINY

from anchorkit.beside import path_beside
from anchorkit.cli import main as command_line
from anchorkit.files import write_atomically

REPEATS = 4000
AGAIN = 25
"""Kills after which it is measured again how long a whole run takes."""

SAMPLE = Path(__file__).parent.parent / "sample_voc"


def content(number: int) -> bytes:
    """A content that shows where it is cut, or mixed with another."""
    return b"%012d\n" % number * REPEATS


def written_for_ever(path: Path, number: int) -> None:
    """Write one content after the other until somebody ends this process."""
    while True:
        number += 1
        write_atomically(path, content(number))


def killed(work: Callable[[], object], seconds: float) -> bool:
    """Let a child work for some time, then kill it so that nothing of it can clean up."""
    return _ended(_child(work), seconds)


def _child(work: Callable[[], object]) -> int:
    """The number of a child that works."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def _ended(child: int, seconds: float) -> bool:
    """Kill a child after some time; whether that is what ended it."""
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def killed_at_write(work: Callable[[], object], beside: Path, seconds: float) -> bool:
    """The same, the child killed some time after it has begun to write beside its file."""
    left = _begun(beside)
    child = _child(work)
    while _begun(beside) in (None, left):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.WIFSIGNALED(status)
    return _ended(child, seconds)


def _begun(path: Path) -> tuple[int, int] | None:
    """What tells one file at a path from another; None where there is none."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return None
    return there.st_ino, there.st_ctime_ns


def check_beside(path: Path) -> int:
    """How many files a killed run left beside another: one of a known name, or none."""
    left = [one for one in path.parent.iterdir() if one != path]
    if left not in ([], [path_beside(path)]):
        sys.exit(f"left behind: {left}")
    return len(left)


def kill_writers(kills: int) -> None:
    """Kill so many writers; end with an error where a file is damaged or cannot be written."""
    dice = random.Random(5)
    left = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.cfg")
        number = 0
        write_atomically(path, content(0))
        path.chmod(0o640)
        start = time.perf_counter()
        for _ in range(10):
            write_atomically(path, content(0))
        one_write = (time.perf_counter() - start) / 10
        for _ in range(kills):
            work = partial(written_for_ever, path, number)
            if not killed(work, dice.uniform(0, 2 * one_write)):
                sys.exit("the writing process ended by itself")
            found = path.read_bytes()
            number = int(found[:12])
            if found != content(number) or path.stat().st_mode & 0o777 != 0o640:
                sys.exit(f"damaged: {found[:40]!r}..., {len(found)} bytes")
            left += check_beside(path)
        write_atomically(path, content(1))
        if check_beside(path):
            sys.exit("a second run did not clear what was left behind")
        print(f"{kills} killed after {number} writes, {left} left a file behind, the next took it")


def kill_runs(kills: int) -> None:
    """Kill so many runs of a whole command; end with an error where its cfg is not whole."""
    dice = random.Random(6)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.cfg")
        old = TINY.encode()

        def run() -> None:
            words = ["cluster", "--voc", str(SAMPLE), "--cfg", str(path), "--update", "mean"]
            sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
            command_line([*words, "--augment", "none", "--jobs", "1"])

        def whole_run() -> float:
            path.write_bytes(old)
            start = time.perf_counter()
            child = os.fork()
            if child == 0:
                try:
                    run()
                finally:
                    os._exit(0)
            os.waitpid(child, 0)
            return time.perf_counter() - start

        one_run = whole_run()
        new = path.read_bytes()
        if new == old:
            sys.exit("the command wrote nothing")
        fates = {"old": 0, "new": 0, "left": 0, "done": 0}
        for count in range(kills):
            if count % AGAIN == 0:
                one_run = whole_run()  # the machine may have more to do by now
            path.write_bytes(old)
            # One half anywhere, one half while the cfg is written
            if count % 2:
                was_killed = killed(run, dice.uniform(0, 1.1) * one_run)
            else:
                was_killed = killed_at_write(run, path_beside(path), dice.uniform(0, 0.003))
            found = path.read_bytes()
            if found not in (old, new):
                sys.exit(f"damaged: {found[:40]!r}..., {len(found)} bytes")
            fates["new" if found == new else "old"] += 1
            fates["left"] += check_beside(path)
            fates["done"] += not was_killed
        whole_run()
        if path.read_bytes() != new:
            sys.exit("a last run did not write what the first did")
        if check_beside(path):
            sys.exit("a last run did not clear what was left behind")
        print(
            f"{kills} runs killed ({fates['done']} were done by then): the cfg as it was "
            f"{fates['old']} times, as it should be {fates['new']} times, {fates['left']} left a "
            "file behind, the next took it"
        )


if __name__ == "__main__":
    kill_writers(int(sys.argv[1]))
    if len(sys.argv) > 2:
        kill_runs(int(sys.argv[2]))
