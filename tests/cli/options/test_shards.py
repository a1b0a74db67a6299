"""Counted file by file, boxes give what they give at once."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder
from cfgs import TINY
from command import run

from anchorkit.boxes import boxes_of
from anchorkit.cli.options import shards
from anchorkit.loaders.npz import save_boxes
from anchorkit.tally import SizeTally

SAMPLE = Path(__file__).parents[3] / "sample_voc"
LEFT_OUT = {"findings", "labelled", "training"}


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Words for three files of boxes, the last of them without the commonest class."""
    monkeypatch.chdir(tmp_path)
    files = sorted((SAMPLE / "Annotations").glob("*.xml"))
    cats = [
        annotation(
            *(annotation_object((0, 0, n, 3 * n), "cat") for n in range(1, 8)), size=(99, 50)
        )
    ]
    contents: list[dict[str, str | bytes]] = [
        {file.name: file.read_bytes() for file in files[:50]},
        {file.name: file.read_bytes() for file in files[50:]},
        {f"{number}.xml": text for number, text in enumerate(cats)},
    ]
    sets = Path("0", "ImageSets", "Main")
    sets.mkdir(parents=True)
    Path(sets, "val.txt").write_text("\n".join(file.stem for file in files[:50]))
    for number, content in enumerate(contents):
        voc_folder(Path(f"{number}"), content)
        assert run("extract", "--voc", f"{number}", "-o", f"{number}.npz").code == 0
    return ["--boxes", "0.npz", "1.npz", "2.npz"]


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--resize", "letterbox", "--precision", "2"],
        ["--update", "iou", "-k", "5"],
        ["--class", "cat", "--class", "person"],
        ["--min-size", "30", "--skip-difficult"],
        ["--cfg", "net.cfg", "--dry-run", "--names", "names"],
    ],
)
def test_a_result_is_that_of_all_boxes_at_once(
    parts: list[str], options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("net.cfg").write_text(TINY.replace("num=6", "num=6\ncounters_per_class = 1,2"))
    Path("names").write_text("cat\nperson\n")
    words = ["cluster", *parts, *options, "--format", "json"]
    whole = run(*words)
    monkeypatch.setattr(shards, "MANY", 1)
    counted = run(*words)
    assert (whole.code, counted.code) == (0, 0), (whole, counted)
    expected, found = json.loads(whole.out), json.loads(counted.out)
    assert found.pop("findings") == []
    assert found == {key: value for key, value in expected.items() if key not in LEFT_OUT}
    assert "distinct sizes are counted file by file" in counted.err
    again = run(*words[:2], *reversed(parts[1:]), *words[5:])
    assert again.out == counted.out


def test_the_text_is_that_of_all_boxes_at_once(
    parts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run("cluster", *parts).out
    monkeypatch.setattr(shards, "MANY", 1)
    kept = [line for line in whole.splitlines() if not line.startswith(("note:", "warning:"))]
    assert run("cluster", *parts).out.splitlines() == kept


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--class", "dgo"], "--class dgo: no such class; found: "),
        (["--strict"], "--strict: "),
        (["--expect-images", "102"], "--expect-images: wanted 102, found 101 images"),
        (["--min-size", "999"], "no usable boxes: found 299 objects in 101 images"),
    ],
)
def test_errors_are_those_of_all_boxes_at_once(
    parts: list[str], options: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if options == ["--strict"]:
        flat = annotation(annotation_object((4, 4, 4, 8)))
        assert (
            run("extract", "--voc", voc_folder(Path("2"), {"flat.xml": flat}), "-o", "2.npz").code
            == 0
        )
    whole = run("cluster", *parts, *options)
    monkeypatch.setattr(shards, "MANY", 1)
    counted = run("cluster", *parts, *options)
    assert whole.code == counted.code == 1
    assert whole.err.splitlines()[-1] == counted.err.splitlines()[-1]
    assert message in counted.err


def test_the_same_file_twice_is_refused(parts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "MANY", 1)
    assert run("cluster", *parts, "0.npz").code == 2


@pytest.mark.parametrize("options", [["--plot", "a.svg"], ["--image-set", "val"], ["--voc", "0"]])
def test_what_asks_for_more_is_done_at_once(
    parts: list[str], options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "MANY", 1)
    used = parts[:2] if "--image-set" in options else parts
    done = run("cluster", *used, *options)
    assert done.code == 0, done.err
    assert "counted file by file" not in done.err


def test_a_result_of_cells_says_how_far_it_may_be_off(
    parts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = json.loads(run("cluster", *parts, "--format", "json").out)
    monkeypatch.setattr(shards, "MANY", 1)
    monkeypatch.setattr(shards, "SizeTally", lambda: SizeTally(most=10))
    done = run("cluster", *parts)
    assert (
        "\nnote: approximate: sizes are counted in cells, mean IoU is within 0.0002\n" in done.out
    )
    found = json.loads(run("cluster", *parts, "--format", "json").out)
    assert [one["code"] for one in found["findings"]] == ["cells"]
    assert abs(found["mean_iou"] - expected["mean_iou"]) < 0.0005


def test_few_boxes_are_not_counted_file_by_file(tmp_path: Path) -> None:
    rows: Any = np.linspace((0.1, 0.2), (0.9, 0.8), 20).tolist()
    save_boxes(tmp_path / "a.npz", boxes_of([(width, height) for width, height in rows]))
    assert "counted" not in run("cluster", "--boxes", tmp_path / "a.npz").err


def test_a_missing_part_is_noticed(parts: list[str]) -> None:
    assert run("cluster", *parts, "--expect-images", "101").code == 0
    done = run("cluster", *parts[:3], "--expect-images", "101")
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("error: --expect-images: wanted 101, found 100 images\n")
