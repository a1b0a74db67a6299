"""Several cfgs as arguments, as a hook before a commit hands them over."""

import json
from pathlib import Path

import pytest
from cfgs import V3, V4
from command import run


@pytest.fixture(autouse=True)
def two_cfgs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """good.cfg, and bad.cfg whose heads list different anchors."""
    monkeypatch.chdir(tmp_path)
    Path("good.cfg").write_text(V3)
    Path("bad.cfg").write_text(V4.replace("373,326", "373,327", 1))


def test_one_bad_cfg_among_good_ones_fails_the_check_and_is_named() -> None:
    done = run("check", "good.cfg", "bad.cfg")
    assert done.code == 1
    assert done.err == "anchorkit: error: bad.cfg: check failed: lists\n"
    assert done.out.index("good.cfg: 9 anchors") < done.out.index("bad.cfg: 9 anchors")
    assert run("check", "good.cfg").code == 0


def test_json_of_several_cfgs_holds_each_by_its_name_and_of_one_that_alone() -> None:
    both = json.loads(run("check", "good.cfg", "bad.cfg", "--format", "json").out)
    assert both["ok"] is False
    assert [(one["file"], one["ok"]) for one in both["files"]] == [
        ("good.cfg", True),
        ("bad.cfg", False),
    ]
    alone = json.loads(run("check", "good.cfg", "--format", "json").out)
    assert "files" not in alone
    same = {key: value for key, value in alone.items() if key != "schema"}
    assert same.items() <= both["files"][0].items()


def test_the_cfg_of_the_option_is_the_first_and_none_comes_twice() -> None:
    words = ("check", "good.cfg", "bad.cfg", "good.cfg", "--cfg", "bad.cfg", "--format", "json")
    files = json.loads(run(*words).out)["files"]
    assert [one["file"] for one in files] == ["bad.cfg", "good.cfg"]


def test_a_cfg_that_is_not_there_is_bad_usage() -> None:
    done = run("check", "good.cfg", "none.cfg")
    assert (done.code, done.out) == (2, "")
    assert done.err == "anchorkit: error: none.cfg: wanted a cfg, found nothing there\n"
