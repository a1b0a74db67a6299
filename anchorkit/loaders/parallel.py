"""Many files read by several processes, for every format that has one file per image.

`read_in_batches` hands batches of paths to a function of the form `package.module:function` that
takes a list of paths and returns something `marshal` can write (None, numbers, text, bytes, tuples,
lists, dicts of these), and gives the answers in the order of the paths, whatever the number of
processes. The function must not need numpy: each process imports its module and no more.

The processes are interpreters of their own, started the same way on every system: nothing is
forked, so threads of the calling program do no harm, and nothing of its main module runs again.
"""

import marshal
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from anchorkit.arguments import processors
from anchorkit.errors import WorkerError
from anchorkit.loaders.worker import named
from anchorkit.progress import progress_bar

__all__ = ["read_in_batches"]

BATCH = 128
"""Files of one batch: enough to make asking cheap, few enough to keep all busy to the end."""

WORTHWHILE = 400
"""Files per process from which on starting it pays."""


def read_in_batches(
    function: str,
    paths: Sequence[str],
    *,
    jobs: int | None = None,
    progress: bool = False,
    worthwhile: int = WORTHWHILE,
) -> Iterator[Any]:
    """Answers of a function to batches of paths, in order.

    Parameters
    ----------
    function
        `package.module:function`, called with a list of paths.
    paths
        What to read.
    jobs
        Processes at most; None: as many as this process may use. Few paths are read here, without
        any.
    progress
        Whether to show a bar on stderr.
    worthwhile
        Paths per process from which on starting it pays.

    Raises
    ------
    WorkerError
        Where a process ended before it was done.

    Examples
    --------
    >>> list(read_in_batches("builtins:len", ["a", "b", "c"]))
    [3]
    """
    batches = [list(paths[first : first + BATCH]) for first in range(0, len(paths), BATCH)]
    wanted = min(jobs or processors(), len(paths) // worthwhile, len(batches))
    if wanted > 1 and sys.executable and not getattr(sys, "frozen", False):
        answers = _by_processes(function, batches, wanted)
    else:
        answers = map(named(function), batches)
    if not progress:
        return answers
    return _shown(answers, batches)


def _shown(answers: Iterator[Any], batches: Sequence[Sequence[str]]) -> Iterator[Any]:
    with progress_bar("reading", total=sum(map(len, batches)), unit=" files") as bar:
        for answer, batch in zip(answers, batches, strict=True):
            bar.update(len(batch))
            yield answer


def _by_processes(function: str, batches: Sequence[Sequence[str]], wanted: int) -> Iterator[Any]:
    pool = _Pool(function, batches)
    try:
        pool.start(wanted)
        for number in range(len(batches)):
            yield pool.answer(number)
    finally:
        pool.end()


class _Pool:
    """Processes, with a thread each that asks it for one batch after the other."""

    def __init__(self, function: str, batches: Sequence[Sequence[str]]) -> None:
        self._function = function
        self._batches = batches
        self._next = iter(range(len(batches)))
        self._answers: dict[int, Any] = {}
        self._failure: BaseException | None = None
        self._news = threading.Condition()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []

    def start(self, wanted: int) -> None:
        for _ in range(wanted):
            process = _started(self._function)
            self._processes.append(process)
            thread = threading.Thread(target=self._drive, args=(process,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def answer(self, number: int) -> Any:
        with self._news:
            while number not in self._answers and self._failure is None:
                # A wait without an end cannot be interrupted on every system.
                self._news.wait(0.2)
            if self._failure is not None:
                raise self._failure
            return self._answers.pop(number)

    def end(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
        for thread in self._threads:
            thread.join()
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    _pipe(pipe).close()

    def _drive(self, process: subprocess.Popen[bytes]) -> None:
        try:
            while True:
                with self._news:
                    number = next(self._next, None)
                if number is None:
                    return
                answer = _asked(process, [os.fsencode(path) for path in self._batches[number]])
                with self._news:
                    self._answers[number] = answer
                    self._news.notify()
        except BaseException as failure:
            with self._news:
                self._failure = self._failure or failure
                self._news.notify()


_BOOT = (
    "import sys, marshal; "
    "sys.path[:], function = marshal.load(sys.stdin.buffer); "
    "from anchorkit.loaders.worker import serve; "
    "serve(function)"
)


def _started(function: str) -> subprocess.Popen[bytes]:
    """A process that waits for batches; Ctrl-C is for this process alone, which ends it."""
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    blocked = None
    if hasattr(signal, "pthread_sigmask"):
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = subprocess.Popen(
            # Without site: its search through installed packages takes longer than the rest.
            [sys.executable, "-s", "-S", "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            creationflags=flags,
        )
    except OSError as error:
        raise WorkerError(f"cannot start a process that reads files: {error.strerror}") from None
    finally:
        if blocked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    # An import hook of an editable install is not started there: tell where the package is.
    path = [*filter(None, map(str, sys.path)), str(Path(__file__).parents[2])]
    with suppress(OSError):  # one that has ended already is found when it is asked
        _pipe(process.stdin).write(marshal.dumps((path, function)))
    return process


def _asked(process: subprocess.Popen[bytes], paths: list[bytes]) -> Any:
    """The answer of a process to one batch."""
    request = marshal.dumps(paths)
    requests, answers = _pipe(process.stdin), _pipe(process.stdout)
    try:
        requests.write(len(request).to_bytes(8, "little") + request)
        requests.flush()
        size = answers.read(8)
        answer = answers.read(int.from_bytes(size, "little"))
    except (OSError, ValueError):
        size = answer = b""
    if len(size) < 8 or len(answer) < int.from_bytes(size, "little"):
        code = process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise WorkerError(f"a process that reads files ended early ({how}); try --jobs 1")
    fine, result = marshal.loads(answer)
    if not fine:
        raise MemoryError if result == "MemoryError" else RuntimeError(result)
    return result


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "every process is started with pipes"
    return pipe
