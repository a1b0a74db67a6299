import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit import clustering, load_voc
from anchorkit.anchors.text import parse_anchors
from anchorkit.network_input import NetworkInput
from anchorkit.quality import evaluate

SAMPLE = Path(__file__).parents[2] / "sample_voc"
KEYS = {
    "anchors", "mean_iou", "mean_iou_exact", "best_possible_recall", "ratios", "clusters", "k",
    "input", "resize", "update", "seed", "images", "boxes", "skipped",
}  # fmt: skip


def found(*arguments: object) -> dict[str, object]:
    ran = run("cluster", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    document: dict[str, object] = json.loads(ran.out)
    return document


def few(folder: Path, sizes: Sequence[tuple[int, int]], image: tuple[int, int]) -> Path:
    """A VOC root with one image that holds boxes of these sizes."""
    objects = [annotation_object((0, 0, width, height)) for width, height in sizes]
    return voc_folder(folder, {"a.xml": annotation(*objects, size=image)})


def test_a_worked_example_in_every_figure(tmp_path: Path) -> None:
    # At 400 pixels the boxes are 40 x 20 twice, 40 x 40 and 200 x 100: a cluster of the first
    # three has the median 40 x 20 and IoU 1, 1, 0.5
    root = few(tmp_path, [(10, 5), (10, 5), (10, 10), (50, 25)], (100, 100))
    document = found("--voc", root, "-k", 2, "--input", 400)
    codes = [one["code"] for one in cast(Any, document.pop("findings"))]
    assert codes == ["no-defaults", "few-data"]
    assert document == {
        "schema": 1,
        "anchors": [[40, 20], [200, 100]],
        "mean_iou": 0.875,
        "mean_iou_exact": 0.875,
        "ascended_mean_iou": 0.875,
        "best_possible_recall": 1.0,
        "ratios": [2.0, 2.0],
        "clusters": [
            {"width": 40, "height": 20, "ratio": 2.0, "boxes": 3, "mean_iou": 0.833333},
            {"width": 200, "height": 100, "ratio": 2.0, "boxes": 1, "mean_iou": 1.0},
        ],
        "k": 2,
        "input": [400, 400],
        "resize": "stretch",
        "update": "median",
        "seed": 0,
        "precision": 0,
        "fit": "labels",
        "images": 1,
        "objects": 4,
        "boxes": 4,
        "skipped": 0,
        "filtered": 0,
        "altered": 0,
    }


def test_json_has_the_promised_keys_and_nothing_else_is_on_stdout() -> None:
    document = found("--voc", SAMPLE, "-k", 3)
    assert document.keys() >= KEYS


def test_defaults_are_nine_anchors_at_416_stretched_in_whole_pixels() -> None:
    document = found("--voc", SAMPLE)
    assert (document["k"], document["input"], document["resize"]) == (9, [416, 416], "stretch")
    assert (document["update"], document["seed"]) == ("median", 0)
    assert all(isinstance(side, int) for pair in document["anchors"] for side in pair)  # type: ignore[attr-defined]  # a list of pairs


@pytest.mark.parametrize("precision", [0, 2])
@pytest.mark.parametrize("resize", ["stretch", "letterbox"])
def test_figures_are_those_of_the_anchors_as_written(resize: str, precision: int) -> None:
    ran = run(
        "cluster", "--voc", SAMPLE, "-k", 5, "--input", "608x352", "--resize", resize,
        "--precision", precision, "--format", "json",
    )  # fmt: skip
    document = json.loads(ran.out)
    sizes = load_voc(SAMPLE).at_input(NetworkInput(608, 352, resize))
    quality = evaluate(sizes, parse_anchors(ran.out))
    assert document["mean_iou"] == round(quality.mean_iou, 6)
    assert document["best_possible_recall"] == round(quality.best_possible_recall, 6)
    assert [row["boxes"] for row in document["clusters"]] == quality.counts.tolist()
    assert document["ratios"] == sorted(row["ratio"] for row in document["clusters"])
    areas = np.prod(document["anchors"], axis=1)
    assert (np.diff(areas) >= 0).all()


def test_letterbox_uses_the_size_of_each_image(tmp_path: Path) -> None:
    # Half as wide and half as high as an image of 200 x 100: at 400 pixels, 200 x 100
    root = few(tmp_path, [(100, 50)], (200, 100))
    assert found("--voc", root, "-k", 1, "--input", 400)["anchors"] == [[200, 200]]
    boxed = found("--voc", root, "-k", 1, "--input", 400, "--resize", "letterbox")
    assert boxed["anchors"] == [[200, 100]]


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_the_same_bytes_every_time_whatever_the_processes(form: str) -> None:
    first = run("cluster", "--voc", SAMPLE, "-k", 4, "--format", form)
    second = run("cluster", "--voc", SAMPLE, "-k", 4, "--format", form, "--jobs", 1)
    assert first.out == second.out
    assert first.out.endswith("\n")
    assert not first.out.endswith("\n\n")


def test_text_has_a_line_to_paste_and_fits_eighty_columns() -> None:
    ran = run("cluster", "--voc", SAMPLE, "-k", 5, "--input", 1216, "--precision", 1)
    (line,) = re.findall(r"^anchors = .*$", ran.out, re.MULTILINE)
    document = found("--voc", SAMPLE, "-k", 5, "--input", 1216, "--precision", 1)
    assert parse_anchors(line).tolist() == document["anchors"]
    findings = {f"{one['level']}: {one['text']}" for one in cast(Any, document["findings"])}
    shown = set(ran.out.replace(line, "").splitlines())
    assert findings <= shown
    assert max(map(len, shown - findings)) <= 80
    assert all(text == text.rstrip() for text in ran.out.splitlines())


def test_markdown_is_a_heading_a_table_and_a_line_to_paste() -> None:
    lines = run("cluster", "--voc", SAMPLE, "-k", 2, "--format", "markdown").out.splitlines()
    assert lines[0].startswith("### 2 anchors, mean IoU 0.")
    rows = [line for line in lines if line.startswith("|")]
    assert rows[:2] == [
        "| # | width | height | ratio | boxes | share | mean IoU |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    assert len(rows) == 4
    assert lines[lines.index("```ini") + 1].startswith("anchors = ")


def test_a_costly_rounding_is_said_on_stderr_with_the_precision_that_would_keep_it(
    tmp_path: Path,
) -> None:
    sizes = [(10 + 3 * i, 11 + (7 * i) % 13) for i in range(12)]
    root = few(tmp_path, sizes, (1000, 1000))
    ran = run("cluster", "--voc", root, "-k", 3, "--input", 50)
    said = r"rounding costs 0\.\d{4} of mean IoU; --precision (\d) keeps it at (0\.\d{4}) or more\n"
    message = re.search(said, ran.err)
    assert message
    exact = found("--voc", root, "-k", 3, "--input", 50, "--precision", message[1])
    assert exact["mean_iou_exact"] - exact["mean_iou"] <= 0.001  # type: ignore[operator]  # floats
    assert exact["mean_iou"] >= float(message[2]) - 5e-5  # type: ignore[operator]  # rounded
    assert "rounding costs" not in ran.out


def test_a_precision_that_keeps_all_is_not_said_to_keep_more(tmp_path: Path) -> None:
    root = few(tmp_path, [(12, 12), (31, 45), (70, 22)], (1000, 1000))
    ran = run("cluster", "--voc", root, "-k", 3, "--input", 100)
    assert "; --precision 1 keeps it at 1.0000\n" in ran.err


def test_a_cheap_rounding_is_not_worth_a_word() -> None:
    assert run("cluster", "--voc", SAMPLE, "-k", 3, "--precision", 2).err == ""


def test_what_was_left_out_is_counted(tmp_path: Path) -> None:
    objects = [annotation_object((0, 0, 4, 2)), annotation_object((3, 3, 3, 5))]
    root = voc_folder(tmp_path, {"a.xml": annotation(*objects)})
    document = found("--voc", root, "-k", 1)
    counts = [document[name] for name in ("images", "objects", "boxes", "skipped", "filtered")]
    assert counts == [1, 2, 1, 1, 0]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--voc", "nothere"], 2, "nothere: wanted a folder"),
        (["--voc", "nothere/\nnorthere"], 2, "wanted a folder"),
        (["--voc", "without"], 1, "without: wanted VOC XML, found no .xml files"),
        (["--voc", "empty"], 1, "no usable boxes: found 0 objects in 1 image, 0 left out"),
        (["--voc", "faulty"], 1, "no usable boxes: found 1 object in 1 image, 1 left out"),
        (["--voc", "good", "--min-size", "1000"], 1, "0 left out, 2 filtered"),
        (["--voc", "good", "-k", "3"], 1, "3 clusters were asked for, but .* 2 distinct sizes"),
        (["--voc", "good", "-k", "0"], 2, "-k: wanted a whole number from 1, found '0'"),
        (["--voc", "good", "-k", "nine"], 2, "-k: wanted a whole number from 1, found 'nine'"),
        (["--voc", "good", "--input", "abc"], 2, "wanted 416 or 608x416 .* found 'abc'"),
        (["--voc", "good", "--input", "0"], 2, "wanted sides from 1 to 65536"),
        (["--voc", "good", "--resize", "crop"], 2, "--resize"),
        (["--voc", "good", "--update", "mode"], 2, "--update"),
        (["--voc", "good", "--seed", "-1"], 2, "--seed"),
        (["--voc", "good", "--precision", "-1"], 2, "--precision"),
        (["--voc", "good", "--format", "xml"], 2, "--format"),
        (["--voc", "good", "--class", "dog"], 1, "--class dog: no such class; found: cat"),
        (["--vco", "good"], 2, "--vco"),
        (["without"], 1, "without: no annotations found"),
        (["nowhere"], 2, "nowhere: wanted a data set, a folder or a file, found nothing there"),
        ([], 2, "no data: name a folder or a file, or say what it is with --voc DIR"),
    ],
)
def test_each_error_is_one_line_with_its_exit_code(
    arguments: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("without").mkdir()
    voc_folder(Path("empty"), {"a.xml": annotation()})
    voc_folder(Path("faulty"), {"a.xml": annotation(annotation_object((3, 3, 3, 5)))})
    few(Path("good"), [(2, 2), (4, 2)], (8, 8))
    ran = run("cluster", *arguments)
    assert (ran.code, ran.out) == (code, "")
    *before, error = ran.err.splitlines()
    assert error.startswith("anchorkit: error: ")
    assert re.search(message, error)
    assert not before or "left out" in before[0]


def test_too_little_memory_is_an_error_of_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(clustering, "cluster", full)
    ran = run("cluster", "--voc", SAMPLE)
    assert (ran.code, ran.err) == (1, "anchorkit: error: not enough memory for this data\n")


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")
def test_blood_cells_come_out_as_known() -> None:
    root = Path(os.environ["ANCHORKIT_DATA"]) / "bccd"
    ran = run("cluster", "--voc", root, "-k", 9, "--input", 416, "--format", "json")
    document = json.loads(ran.out)
    assert (document["images"], document["boxes"], document["skipped"]) == (364, 4886, 2)
    assert document["mean_iou_exact"] >= 0.8825
    assert ran.out == run("cluster", "--voc", root, "--format", "json", "--jobs", 1).out
