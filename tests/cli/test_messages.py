import sys
from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder
from cfgs import TINY
from command import run
from terminals import on_terminal

from anchorkit.cli.options import loading
from anchorkit.load_report import Remark, Report

SAMPLE = Path(__file__).parents[2] / "sample_voc"
posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Boxes that lose a mean IoU worth a warning when rounded, one of them left out."""
    monkeypatch.chdir(tmp_path)
    boxes = [(0, 0, 3.4, 2.4), (0, 0, 3.4, 2.4), (1, 1, 7.5, 9.5)]
    objects = [annotation_object(box) for box in [*boxes, (4, 4, 4, 8)]]
    return voc_folder(tmp_path / "voc", {"a.xml": annotation(*objects, size=(416, 416))})


def levels(err: str) -> list[str]:
    return [line.split(": ")[1] for line in err.splitlines() if line.startswith("anchorkit: ")]


def test_each_message_begins_with_one_of_three_words(data: Path) -> None:
    assert levels(run("cluster", "--voc", data, "-k", 2).err) == ["warning", "note", "warning"]
    done = run("cluster", "--voc", data, "-k", 2, "--strict")
    assert levels(done.err) == ["warning", "note", "error"]


def test_quiet_hides_notes_and_summaries_but_no_warning_and_no_error(data: Path) -> None:
    done = run("cluster", "--voc", data, "-k", 2, "--quiet", "--plot", "a.svg")
    assert levels(done.err) == ["warning", "warning"]
    done = run("cluster", "--voc", data, "-k", 2, "--quiet", "--strict")
    assert levels(done.err) == ["warning", "error"]


def test_quiet_hides_no_warning_of_an_export(data: Path) -> None:
    words = ["cluster", "--voc", data, "-k", 2, "--precision", 2, "--export", "yolov5"]
    words += ["--strides", "8,16", "--resize", "stretch"]
    loud, quiet = run(*words).err, run(*words, "--quiet").err
    assert "letterbox" in quiet
    assert levels(quiet) == [level for level in levels(loud) if level == "warning"]
    assert "note" in levels(loud)


def test_quiet_keeps_a_cfg_that_is_left_alone_from_being_overlooked(data: Path) -> None:
    Path("net.cfg").write_text(TINY)
    words = ["cluster", "--voc", SAMPLE, "--cfg", "net.cfg", "--min-gain", "1", "--quiet"]
    done = run(*words)
    assert done.code == 0
    assert "anchorkit: warning: net.cfg: left alone: the gain of " in done.err


def test_what_a_loader_remarks_is_said_at_its_level(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    remarks = (Remark("warning", "labels look like corners"), Remark("note", "read\x1bwhat"))
    loading.say_losses(Report(remarks=remarks))
    assert capsys.readouterr().err == (
        "anchorkit: warning: labels look like corners\nanchorkit: note: read\\x1bwhat\n"
    )


@posix
def test_levels_are_coloured_on_a_terminal(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    words = ["cluster", "--voc", data, "-k", 2, "--quiet"]
    assert on_terminal(*words).err.startswith("anchorkit: \x1b[33m\x1b[1mwarning\x1b[0m: 1 of 4")
    words = ["cluster", "--voc", "none"]
    assert on_terminal(*words).err.startswith("anchorkit: \x1b[31m\x1b[1merror\x1b[0m: none: ")


@posix
@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_and_plain_where_no_colour_is_wanted(
    data: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    err = on_terminal("cluster", "--voc", data, "-k", 2).err
    assert "\x1b" not in err
    assert "anchorkit: warning: rounding costs " in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cluster", "--inptu", "3"], "--inptu: no such option; did you mean --input?"),
        (["cluster", "--INPUT", "3"], "--INPUT: no such option; did you mean --input?"),
        (["cluster", "--qqqqqqqq"], "--qqqqqqqq: no such option"),
        (["evaluate", "--preset"], "--preset: wanted a value, found none"),
        (["cluster", "-k"], "-k: wanted a value, found none"),
        (["cluster", "--strict=3"], "--strict: wanted no value"),
        (["cost"], "wanted a cfg: FILE, or --cfg FILE"),
        (["guide", "a b", "c"], "c: wanted no argument here"),
        (
            ["cluster", "--resize", "Letterbox", "x"],
            "--resize: wanted stretch, letterbox, found 'Letterbox'; did you mean letterbox?",
        ),
        (["cluster", "-k", "0"], "-k: wanted a whole number from 1, found '0'"),
        (
            ["cluster", "--seed", "-1"],
            "--seed: wanted a whole number from 0 to 4,294,967,295, found '-1'",
        ),
        (["check", "--min-iou", "2"], "--min-iou: wanted a number from 0 to 1, found '2'"),
        (
            ["sweep", "--holdout", "1"],
            "--holdout: wanted a number above 0 and below 1, found '1'",
        ),
        (
            ["cluster", "--input", "4x"],
            "--input: wanted 416 or 608x416 (width x height), found '4x'",
        ),
        (["Cluster"], "no such command 'Cluster': did you mean cluster?"),
    ],
)
def test_bad_usage_is_told_where_and_what_was_wanted(words: list[str], said: str) -> None:
    done = run(*words)
    assert (done.code, done.out, done.err) == (2, "", f"anchorkit: error: {said}\n")
