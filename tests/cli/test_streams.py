import builtins
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run, started

import anchorkit.__main__ as entry

SAMPLE = Path(__file__).parents[2] / "sample_voc"
posix = pytest.mark.skipif(os.name != "posix", reason="speaks to a process as POSIX does")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["cluster", "--voc", SAMPLE, "-k", "2"]],
    ids=["help", "version", "cluster"],
)
def test_a_closed_pipe_ends_in_silence(arguments: list[object]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = started(*arguments, stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


def test_a_closed_pipe_hides_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = started("cluster", "--voc", "nothere", stdout=writing, stderr=writing)
    os.close(writing)
    assert process.wait(timeout=60) == 2


@posix
def test_streams_closed_from_the_start_are_no_trouble() -> None:
    def close() -> None:
        os.close(1)
        os.close(2)

    process = started(
        "cluster", "--voc", SAMPLE, "-k", "2", stdout=None, stderr=None, preexec_fn=close
    )
    assert process.wait(timeout=60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_of_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        process = started("cluster", "--voc", SAMPLE, "-k", "2", stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err == "anchorkit: error: cannot write the result: No space left on device\n"


@posix
def test_interrupted_is_one_line_and_130() -> None:
    code = (
        # A shell that runs this in the background has children ignore Ctrl-C
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import sys, time, anchorkit.clustering as clustering\n"
        "def forever(*_, **__):\n"
        "    print('searching', flush=True)\n"
        "    time.sleep(60)\n"
        "clustering.cluster = forever\n"
        f"from anchorkit.cli import main; main(['cluster', '--voc', {str(SAMPLE)!r}])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "searching\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "anchorkit: interrupted\n"


@posix
def test_interrupted_on_a_terminal_is_a_line_below_the_sign_of_it() -> None:
    main, side = os.openpty()
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import os, anchorkit.cli.options.loading as data\n"
        "data.load_boxes = lambda *_, **__: os.kill(os.getpid(), signal.SIGINT)\n"
        f"from anchorkit.cli import main; main(['inspect', '--voc', {str(SAMPLE)!r}])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=side)
    os.close(side)
    assert process.communicate(timeout=60)[0] == b""
    assert process.returncode == 130
    assert os.read(main, 1000) == b"\r\nanchorkit: interrupted\r\n"
    os.close(main)


def test_no_progress_bar_where_there_is_no_terminal() -> None:
    process = started("cluster", "--voc", SAMPLE, "-k", "2")
    _, err = process.communicate(timeout=60)
    assert err == ""


def test_quiet_takes_the_summary_away(tmp_path: Path) -> None:
    objects = [annotation_object((0, 0, 4, 2)), annotation_object((3, 3, 3, 5))]
    root = voc_folder(tmp_path, {"a.xml": annotation(*objects)})
    loud, quiet = (
        run("cluster", "--voc", root, "-k", 1, *words).err for words in ((), ("--quiet",))
    )
    assert "a.xml: object 2" in loud
    # That much is lost is said all the same
    assert quiet == "anchorkit: warning: 1 of 2 objects left out (50%): no area\n"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("clutser", "no such command 'clutser': did you mean cluster?"),
        ("xyz", "wanted inspect, cluster"),
    ],
)
def test_a_mistyped_command_is_told_what_there_is(typed: str, answer: str) -> None:
    ran = run(typed)
    assert (ran.code, ran.out) == (2, "")
    assert answer in ran.err
    assert ran.err.count("\n") == 1


def test_interrupted_while_loading_is_130_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load = builtins.__import__

    def interrupted(name: str, *how: Any) -> Any:
        if name == "anchorkit.cli":
            raise KeyboardInterrupt
        return load(name, *how)

    monkeypatch.setattr(builtins, "__import__", interrupted)
    with pytest.raises(SystemExit) as left:
        entry.main()
    assert left.value.code == 130
    assert capsys.readouterr() == ("", "")
