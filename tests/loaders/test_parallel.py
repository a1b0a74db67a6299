"""Reading by several processes: the same answers in the same order, and never a hang."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from anchorkit.errors import WorkerError
from anchorkit.loaders import parallel
from anchorkit.loaders.parallel import read_in_batches

PATHS = [str(number) for number in range(600)]


def asked(function: str, jobs: int = 2) -> list[Any]:
    return list(read_in_batches(f"reading_jobs:{function}", PATHS, jobs=jobs, worthwhile=1))


def test_answers_come_in_order_whatever_the_number_of_processes() -> None:
    for jobs in (2, 5):
        assert [name for names in asked("names", jobs) for name in names] == PATHS


def test_few_files_are_read_without_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_by_processes", lambda *_: pytest.fail("started processes"))
    assert list(read_in_batches("builtins:len", PATHS[:500], jobs=8)) == [128, 128, 128, 116]
    assert next(iter(read_in_batches("builtins:len", PATHS * 9, jobs=1))) == 128


def test_a_killed_process_is_an_error_and_not_a_hang() -> None:
    with pytest.raises(WorkerError, match="ended early"):
        asked("dies")


def test_a_mistake_in_a_process_is_told_with_its_traceback() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError: 128"):
        asked("fails")


def test_what_a_process_prints_is_no_answer() -> None:
    assert sum(asked("prints")) == len(PATHS)


def test_processes_that_read_files_do_not_load_numpy_or_click() -> None:
    loaded = read_in_batches("reading_jobs:modules", PATHS, jobs=2, worthwhile=1)
    assert {"numpy", "click", "site", "threading"}.isdisjoint(next(iter(loaded)))
    reader = "import sys, anchorkit.loaders.batches; print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", reader], capture_output=True, check=True)
    assert run.stdout.split() == [b"False"]


def test_an_answer_nobody_waits_for_leaves_no_process_behind() -> None:
    answers = read_in_batches("reading_jobs:names", PATHS, jobs=2, worthwhile=1)
    assert next(answers) == PATHS[:128]
    started = time.monotonic()
    answers.close()  # type: ignore[attr-defined]  # a generator
    assert time.monotonic() - started < 10


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals of POSIX")
@pytest.mark.parametrize("whom", ["process", "group"])
@pytest.mark.parametrize("number", [signal.SIGTERM, getattr(signal, "SIGHUP", 1)])
def test_whoever_is_asked_to_end_takes_all_processes_along_at_once(whom: str, number: int) -> None:
    program = (
        # Whoever runs the tests may be deaf to it, as nohup is
        f"import signal; signal.signal({int(number)}, signal.SIG_DFL)\n"
        "import os, anchorkit.cli as cli\n"
        "from anchorkit.loaders.parallel import read_in_batches as read\n"
        "def slow(*_, **__):\n"
        "    os.write(1, b'.')\n"
        "    list(read('reading_jobs:sleeps', ['a'] * 600, jobs=2, worthwhile=1))\n"
        "cli.commands.main = slow\n"
        "from anchorkit.__main__ import main; main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.read(1) == b"."
    time.sleep(0.5)
    (os.killpg if whom == "group" else os.kill)(process.pid, number)
    _, said = process.communicate(timeout=10)
    assert (process.returncode, said) == (-number, b"")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_ends_all_processes_at_once_with_130() -> None:
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import anchorkit.cli as cli\n"
        "from anchorkit.loaders.parallel import read_in_batches as read\n"
        "def slow(*_, **__):\n"
        "    list(read('reading_jobs:sleeps', ['a'] * 600, jobs=2, worthwhile=1))\n"
        "cli.commands.main = slow\n"
        "cli.main([])\n"
    )
    tests = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": tests},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert said == b"anchorkit: interrupted\n"
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
