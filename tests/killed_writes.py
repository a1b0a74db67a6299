"""Kill a process that writes a file, at a random moment, again and again; the file must be whole.

`python tests/killed_writes.py 1000` prints how many were killed and what they left behind. It needs
a system that can fork.
"""

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from anchorkit.files import write_atomically

REPEATS = 4000


def content(number: int) -> bytes:
    """A content that shows where it is cut, or mixed with another."""
    return b"%012d\n" % number * REPEATS


def written_for_ever(path: Path, number: int) -> None:
    """Write one content after the other until somebody ends this process."""
    while True:
        number += 1
        write_atomically(path, content(number))


def killed(path: Path, number: int, seconds: float) -> None:
    """Let a child write for some time, then kill it so that nothing of it can clean up."""
    child = os.fork()
    if child == 0:
        try:
            written_for_ever(path, number)
        finally:
            os._exit(1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        sys.exit("the writing process ended by itself")


def main(kills: int) -> None:
    """Kill so many writers; end with an error where a file is damaged or cannot be written."""
    dice = random.Random(5)
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
            killed(path, number, dice.uniform(0, 2 * one_write))
            found = path.read_bytes()
            number = int(found[:12])
            if found != content(number) or path.stat().st_mode & 0o777 != 0o640:
                sys.exit(f"damaged: {found[:40]!r}..., {len(found)} bytes")
        left = [one for one in Path(folder).iterdir() if one != path]
        for one in left:
            os.utime(one, (0, 0))
        write_atomically(path, content(1))
        if list(Path(folder).iterdir()) != [path]:
            sys.exit("a second run did not clear what was left behind")
        print(f"{kills} killed after {number} writes, {len(left)} files left behind and cleared")


if __name__ == "__main__":
    main(int(sys.argv[1]))
