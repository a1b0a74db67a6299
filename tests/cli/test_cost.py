"""`anchorkit cost` as its users run it."""

import json
from pathlib import Path

import pytest
from cfgs import V3
from command import run

NET = "[net]\nwidth=16\nheight=8\nchannels=4\n"
CONV = "[conv]\nfilters=8\nsize=3\npad=1\n"


@pytest.fixture
def cfg(tmp_path: Path) -> Path:
    path = tmp_path / "net.cfg"
    path.write_text(V3)
    return path


def test_quiet_hides_what_was_drawn(cfg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(cfg.parent)
    words = ["cost", "net.cfg", "--plot", "net.svg"]
    assert run(*words).err == "anchorkit: note: net.svg: written\n"
    assert run(*words, "--quiet").err == ""


def test_json_has_the_keys_of_the_contract(cfg: Path) -> None:
    result = json.loads(run("cost", "--cfg", cfg, "--format", "json").out)
    assert {"parameters", "trainable", "flops", "convention", "layers", "heads"} <= result.keys()
    assert result["convention"] == "flops"
    assert result["input"] == [416, 416]
    first = result["layers"][0]
    assert (first["type"], first["line"]) == ("convolutional", 6)
    assert (first["input"], first["output"]) == ([416, 416, 3], [52, 52, 8])
    assert (first["filters"], first["kernel"], first["stride"]) == (8, 1, [8, 8])
    assert sum(layer["flops"] for layer in result["layers"]) == result["flops"]
    heads = result["heads"]
    assert [head["line"] for head in heads["layers"]] == [33, 47, 61]
    assert heads["parameters"] == sum(head["parameters"] for head in heads["layers"])
    assert heads["flops_share"] == pytest.approx(heads["flops"] / result["flops"], abs=1e-6)


def test_another_k_is_told_and_not_written(cfg: Path) -> None:
    result = json.loads(run("cost", "--cfg", cfg, "-k", 12, "--format", "json").out)
    change = result["with_k"]
    assert [layer["filters"] for layer in change["layers"]] == [[21, 28]] * 3
    assert change["parameters"] - result["parameters"] == change["parameters_change"] == 3 * 7 * 9
    assert change["flops_change"] == 2 * 7 * 8 * (13**2 + 26**2 + 52**2)
    assert cfg.read_text() == V3
    shown = run("cost", "--cfg", cfg, "-k", 12).out
    assert "with k = 12: 3 layers of another cost" in shown
    assert "21 -> 28   +63 (+33.33%)" in shown


def test_text_fits_a_terminal_and_markdown_shows_every_digit(cfg: Path) -> None:
    text = run("cost", "--cfg", cfg, "-k", 12).out
    assert max(map(len, text.splitlines())) <= 80
    shown = run("cost", "--cfg", cfg, "--format", "markdown", "--convention", "macs").out
    assert "| 0 | conv | 8 | 1/8 | 416x416x3 | 52x52x8 | 32 | 64,896 |" in shown
    assert "| network |" in shown


def test_large_networks_are_shown_in_millions(tmp_path: Path) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(NET + CONV)
    out = run("cost", "--cfg", cfg, "--input", "1600x800").out
    assert "MFLOPs" in out
    assert "737.28" in out
    assert "737,280,000" in out


def test_layers_that_darknet_omits_are_marked(tmp_path: Path) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(f"{NET}{CONV}[batchnorm]\n")
    told = run("cost", "--cfg", cfg, "--convention", "darknet").out
    assert "- not counted in the convention darknet" in told
    assert told.splitlines()[5].split()[-1] == "-"
    assert "not counted" not in run("cost", "--cfg", cfg).out


@pytest.mark.parametrize(
    ("text", "more", "code", "message"),
    [
        (f"{NET}[warp]\n", [], 1, "net.cfg: line 5: [warp]: wanted a type of layer"),
        (NET + CONV, ["-k", "9"], 1, "net.cfg: no detection head"),
        (V3, ["-k", "2"], 1, "the smallest k is 3"),
        (V3, ["-k", "0"], 2, "-k"),
        (V3, ["--convention", "mads"], 2, "mads"),
    ],
)
def test_what_cannot_be_counted_is_one_line(
    tmp_path: Path, text: str, more: list[str], code: int, message: str
) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(text)
    done = run("cost", "--cfg", cfg, *more)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert message in done.err


def test_cfg_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    done = run("cost", "--cfg", tmp_path / "no.cfg")
    assert done.code == 2
    assert "no.cfg: wanted a cfg, found nothing there" in done.err
