"""Cfgs as arguments, several at once, and results as a pipeline reads them."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfgs import PAIRS, REGION, TINY, V3, V4, yolo
from command import Ran, run

from anchorkit.darknet.cfg_file import is_foreign, looks_like_cfg

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "sample_voc"
OWN = ", ".join(PAIRS)
CLASSIFIER = "[net]\nwidth=32\nheight=32\nchannels=3\n[conv]\nfilters=8\n[avgpool]\n[softmax]\n"
SETUP = "[metadata]\nname = anchors\n\n[options]\npackages = find:\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "good.cfg": V4,
        "tiny.cfg": TINY,
        "net.txt": V3,
        "classifier.cfg": CLASSIFIER,
        "setup.cfg": SETUP,
        "broken.cfg": V4.replace("[yolo]", "[Yolo]", 1),
    }.items():
        Path(name).write_bytes(text.encode())
    return tmp_path


def json_of(done: Ran) -> Any:
    return json.loads(done.out)


def test_one_cfg_as_an_argument_is_as_one_by_the_option() -> None:
    for form in ("text", "json", "markdown"):
        by_argument = run("check", "tiny.cfg", "--format", form)
        assert by_argument == run("check", "--cfg", "tiny.cfg", "--format", form)
        assert by_argument.code == 1
    assert run("cost", "tiny.cfg") == run("cost", "--cfg", "tiny.cfg")


def test_several_are_one_document_and_the_worst_exit_code() -> None:
    done = run("check", "good.cfg", "tiny.cfg", "--format", "json")
    result = json_of(done)
    assert (done.code, result["schema"], result["ok"]) == (1, 1, False)
    assert [(one["file"], one["ok"]) for one in result["files"]] == [
        ("good.cfg", True),
        ("tiny.cfg", False),
    ]
    assert "anchorkit: error: tiny.cfg: check failed: mask\n" in done.err
    done = run("check", "good.cfg", "classifier.cfg", "--format", "json")
    assert (done.code, json_of(done)["ok"]) == (0, True)


def test_one_that_cannot_be_read_fails_and_the_others_are_checked() -> None:
    done = run("check", "broken.cfg", "good.cfg", "--format", "json")
    first, second = json_of(done)["files"]
    assert (done.code, first["ok"], second["ok"]) == (1, False, True)
    assert first["failures"][0]["gate"] == "cfg"
    assert "line 38: wanted [yolo]" in first["failures"][0]["found"]
    alone = run("check", "broken.cfg")
    assert (alone.code, alone.out) == (1, "")
    assert "anchorkit: error: broken.cfg: line 38: wanted [yolo]" in alone.err


@pytest.mark.parametrize("name", ["classifier.cfg", "setup.cfg"])
def test_a_cfg_without_heads_passes_with_a_note(name: str) -> None:
    done = run("check", name)
    assert done.code == 0
    assert f"{name}\n\nnote: no " in done.out


def test_what_is_meant_for_darknet_is_never_taken_for_the_cfg_of_another_program() -> None:
    Path("bom.cfg").write_bytes(b"\xef\xbb\xbf" + V4.encode())
    Path("early.cfg").write_bytes(b"width=3\n" + V4.encode())
    for name in ("bom.cfg", "early.cfg", "good.cfg"):
        assert not is_foreign(name)
    assert run("check", "bom.cfg").code == 1
    assert is_foreign("setup.cfg")


def test_what_is_a_cfg_and_what_is_data() -> None:
    Path("folder.cfg").mkdir()
    Path("commented.txt").write_bytes(b"# mine\n\n [ net ]\nwidth=416\n")
    assert [looks_like_cfg(name) for name in ("good.cfg", "net.txt", "commented.txt")] == [True] * 3
    assert [looks_like_cfg(name) for name in (SAMPLE, "folder.cfg", "nothing")] == [False] * 3
    done = run("check", SAMPLE, "net.txt", "--format", "json")
    result = json_of(done)
    assert (result["cfg"], result["boxes"]) == ("net.txt", 292)
    assert [one["gate"] for one in result["failures"]] == ["classes"]


def test_a_missing_file_is_bad_usage_among_several() -> None:
    done = run("check", "good.cfg", "missing.cfg")
    assert (done.code, done.out) == (2, "")
    assert "missing.cfg: wanted a cfg, found nothing there" in done.err


def test_costs_of_several_are_one_document() -> None:
    result = json_of(run("cost", "good.cfg", "classifier.cfg", "--format", "json"))
    single = json_of(run("cost", "good.cfg", "--format", "json"))
    assert {"schema": 1, **result["files"][0]} == {**single, "file": "good.cfg"}
    assert run("cost", "good.cfg", "classifier.cfg").out.startswith("good.cfg\n\n")


def test_apply_writes_several() -> None:
    Path("region.cfg").write_bytes(REGION.encode())
    done = run("apply", "good.cfg", "net.txt", "--classes", 3, "--format", "json")
    assert (done.code, [one["changed"] for one in json_of(done)["files"]]) == (0, [True, True])
    assert Path("net.txt").read_text() == Path("net.txt").read_text().replace("classes=2", "")
    done = run("apply", "good.cfg", "net.txt", "--classes", 4, "--cfg-output", "x.cfg")
    assert (done.code, "--cfg-output: wanted with one cfg, found 2" in done.err) == (2, True)


def test_none_is_written_where_one_cannot_be() -> None:
    done = run("apply", "good.cfg", "broken.cfg", "--classes", 3)
    assert done.code == 1
    assert Path("good.cfg").read_bytes() == V4.encode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["good.cfg", "missing.cfg"], "anchorkit: error: missing.cfg: wanted a cfg"),
        (["--cfg", "missing.cfg"], "anchorkit: error: --cfg missing.cfg: wanted a cfg"),
    ],
)
def test_a_missing_cfg_is_named_as_it_was_typed(arguments: list[str], said: str) -> None:
    done = run("apply", *arguments, "--classes", 3)
    assert (done.code, done.err.startswith(said)) == (2, True)


def test_markdown_begins_with_the_verdict_and_the_failed_gates() -> None:
    assert run("check", "good.cfg", "--format", "markdown").out.startswith(
        "### Passed (good.cfg)\n"
    )
    Path("two.cfg").write_bytes(TINY.replace("num=6", "num=5", 1).encode())
    first = run("check", "two.cfg", "--format", "markdown").out.splitlines()[0]
    assert first.startswith("### FAILED: ")
    assert {"mask", "num"} == set(first.removeprefix("### FAILED: ").split(" (")[0].split(", "))


def test_github_gets_a_command_for_each_finding_at_its_line() -> None:
    text = TINY.replace("activation=linear", "activation=leaky", 1)
    Path("a,b:c%.cfg").write_bytes(text.encode())
    done = run("check", "a,b:c%.cfg", "--format", "github")
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0].startswith("::error file=a%2Cb%3Ac%25.cfg,line=31,title=mask::anchor ")
    assert any(line.startswith("::warning file=a%2Cb%3Ac%25.cfg,line=") for line in lines)
    assert lines[-1] == "a,b:c%.cfg: failed: mask"
    assert run("check", "good.cfg", "--format", "github").out == "good.cfg: passed\n"
    figure = run("check", "good.cfg", SAMPLE, "--min-iou", 1, "--format", "github").out
    assert "::error file=good.cfg,title=min-iou::0." in figure


@pytest.mark.parametrize("beside", [(), ("good.cfg",)])
def test_github_marks_the_line_of_a_cfg_that_cannot_be_read(beside: tuple[str, ...]) -> None:
    Path("upper.cfg").write_bytes(TINY.replace("[yolo]", "[YOLO]", 1).encode())
    line = TINY.splitlines().index("[yolo]") + 1
    done = run("check", "upper.cfg", *beside, "--format", "github")
    assert done.code == 1
    assert done.out.startswith(f"::error file=upper.cfg,line={line},title=cfg::wanted [yolo], ")


def test_strict_makes_failures_of_warnings() -> None:
    Path("warned.cfg").write_bytes(V4.replace("=linear", "=leaky", 1).encode())
    plain = run("check", "warned.cfg", "--format", "json")
    assert plain.code == 0
    (warning,) = json_of(plain)["warnings"]
    assert (warning["gate"], warning["line"]) == ("activation", 36)
    strict = run("check", "warned.cfg", "--strict", "--format", "json")
    assert strict.code == 1
    assert json_of(strict)["failures"] == [warning]
    assert json_of(strict)["warnings"] == []


def test_findings_have_level_code_line_and_text() -> None:
    for one in json_of(run("check", "tiny.cfg", "--format", "json"))["findings"]:
        assert set(one) == {"level", "code", "line", "text"}
        assert (one["level"], one["code"], one["line"]) == ("error", "mask", 31)


def test_a_dash_writes_the_cfg_alone_to_stdout() -> None:
    done = run("apply", "good.cfg", "--classes", 3, "--cfg-output", "-")
    assert done.code == 0
    assert done.out == V4.replace("classes=2", "classes=3").replace("filters=21", "filters=24")
    assert "line  head  stride  mask   filters" in done.err
    assert Path("good.cfg").read_bytes() == V4.encode()
    done = run("cluster", SAMPLE, "--cfg", "good.cfg", "--cfg-output", "-")
    assert done.out.startswith("[net]\n")
    assert "100 images, 292 boxes" in done.err
    done = run("apply", "good.cfg", "--classes", 3, "--cfg-output", "-", "--format", "json")
    assert (done.code, done.out) == (2, "")
    assert "--cfg-output -: wanted a file with --format json" in done.err


def test_messages_name_the_file_that_was_written() -> None:
    done = run("apply", "tiny.cfg", "--anchors", ", ".join(PAIRS[:6]), "--cfg-output", "new.cfg")
    assert "note: new.cfg: corrected: line 31" in done.err
    assert "note: new.cfg: changed mask" in done.err
    assert "tiny.cfg" not in done.err


def test_boxes_that_two_heads_count_are_explained() -> None:
    text = yolo(masks=["3,4,5", "1,2,3"], strides=[32, 16], count=6, classes=20)
    Path("tiny20.cfg").write_bytes(text.encode())
    twice = "boxes of an anchor in two masks count in each"
    assert twice in run("check", "tiny20.cfg", SAMPLE).out
    assert twice not in run("check", "good.cfg", SAMPLE).out


def test_the_hook_of_pre_commit_calls_check_for_cfgs() -> None:
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert "id: anchorkit-check\n" in hook
    assert "entry: anchorkit check\n" in hook
    assert "files: \\.cfg$\n" in hook
