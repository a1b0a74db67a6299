import json
from pathlib import Path

import click
import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder
from cfgs import V3
from command import run

from anchorkit.cli.options.types import DISTANCES, Distances, Ks
from anchorkit.cli.sweep import with_bar
from anchorkit.darknet.cost import costs_of_ks
from anchorkit.darknet.sections import read_cfg
from anchorkit.plots.sweep import sweep_figure
from anchorkit.reports.sweep import reason
from anchorkit.search.distances import DISTANCES as KNOWN
from anchorkit.suggested_k import Chosen, Suggestion
from anchorkit.sweep import sweep

SAMPLE = Path(__file__).parents[2] / "sample_voc"


def swept(*options: object, ks: str = "1-4") -> dict[str, object]:
    done = run("sweep", "--voc", SAMPLE, "-k", ks, "--format", "json", *options)
    assert done.code == 0, done.err
    result: dict[str, object] = json.loads(done.out)
    return result


@pytest.mark.parametrize(
    ("typed", "ks"),
    [("1-4", (1, 2, 3, 4)), ("9", (9,)), ("9,3, 6", (3, 6, 9)), ("2-3,3,7-8", (2, 3, 7, 8))],
)
def test_ks_are_ranges_and_numbers(typed: str, ks: tuple[int, ...]) -> None:
    assert Ks().convert(typed, None, None) == ks


@pytest.mark.parametrize("typed", ["", "0-3", "4-2", "1-2-3", "a", "1,", "-3", "1-9999999", "٣"])
def test_what_is_no_range_is_refused(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="wanted"):
        Ks().convert(typed, None, None)


def test_names_of_distances_are_those_of_the_library() -> None:
    assert DISTANCES == KNOWN
    assert Distances().convert("iou, euclidean,iou", None, None) == ("iou", "euclidean")
    with pytest.raises(click.BadParameter, match="found 'euclid'"):
        Distances().convert("iou,euclid", None, None)


def test_rows_hold_what_cluster_finds_or_better() -> None:
    result = swept()
    rows = result["rows"]
    assert isinstance(rows, list)
    assert [row["k"] for row in rows] == [1, 2, 3, 4]
    for row in rows:
        found = json.loads(run("cluster", "--voc", SAMPLE, "-k", row["k"], "--format", "json").out)
        assert row["mean_iou_exact"] >= found["mean_iou_exact"]
    gains = [row["gain"] for row in rows]
    assert gains[0] is None
    assert gains[1] == pytest.approx(rows[1]["mean_iou_exact"] - rows[0]["mean_iou_exact"])
    assert result["suggested_k"] == 4  # each of them adds more than 0.01
    assert result["agreement"] == {"4": 1.0}
    assert "there the range ends" in str(result["reason"])
    assert f"up to k = {result['suggested_k']} an anchor adds" in str(result["reason"])


def test_an_image_set_is_held_out_and_what_remains_is_clustered() -> None:
    result = swept("--val", "val")
    train = swept("--image-set", "train")
    assert result["held_out"] == {"by": "--val val", "images": 46, "boxes": 145}
    clustered = ("k", "anchors", "mean_iou", "mean_iou_exact", "best_possible_recall")
    rows, others = result["rows"], train["rows"]
    assert isinstance(rows, list)
    assert isinstance(others, list)
    assert [[row[key] for key in clustered] for row in rows] == [
        [row[key] for key in clustered] for row in others
    ]
    anchors = ",".join(f"{w},{h}" for w, h in rows[2]["anchors"])
    judged = run(
        "evaluate", "--voc", SAMPLE, "--image-set", "val", "--anchors", anchors, "--format", "json"
    )
    assert rows[2]["held_out_mean_iou"] == json.loads(judged.out)["results"][0]["mean_iou"]


def test_the_suggestion_is_made_from_the_boxes_held_out(tmp_path: Path) -> None:
    # Four kinds of boxes are clustered, and two of them are judged on: for these, more than two
    # anchors buy nothing, whereas those clustered gain by every anchor up to the fourth
    square, oblong = [(80, 80), (400, 400)], [(300, 60), (60, 300)]
    kinds = {"train": [*square, *oblong], "val": square}
    files: dict[str, str | bytes] = {}
    for part, sizes in kinds.items():
        for number in range(40):
            boxes = [(0, 0, w + number % 3, h + number % 5 // 2) for w, h in sizes]
            image = annotation(*map(annotation_object, boxes), size=(416, 416))
            files[f"{part}{number}.xml"] = image
    root = voc_folder(tmp_path / "voc", files)
    lists = root / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    for part in kinds:
        (lists / f"{part}.txt").write_text("".join(f"{part}{n}\n" for n in range(40)))
    command = ("sweep", "--voc", root, "-k", "1-7", "--format", "json")
    suggested = {
        name: json.loads(run(*command, *words).out)["suggested_k"]
        for name, words in {
            "clustered": ("--image-set", "train"),
            "held out": ("--val", "val"),
        }.items()
    }
    assert suggested == {"clustered": 4, "held out": 2}, (
        "more anchors than the boxes held out gain by: what is fitted to, not what is judged on, "
        "has been asked"
    )


def test_image_sets_to_cluster_and_to_judge_can_both_be_named() -> None:
    assert swept("--image-set", "train", "--val", "val")["rows"] == swept("--val", "val")["rows"]
    # what is judged on is never clustered, even when it is in both
    both = swept("--image-set", "trainval", "--val", "val")
    assert both["rows"] == swept("--val", "val")["rows"]


def test_a_share_of_the_images_is_held_out_the_same_every_time() -> None:
    first, again = swept("--holdout", "0.2"), swept("--holdout", "0.2")
    assert first == again
    assert first["held_out"] != swept("--holdout", "0.2", "--seed", "7")["held_out"]


def test_distances_stand_beside_the_default() -> None:
    rows = swept("--distance", "iou,euclidean")["rows"]
    assert isinstance(rows, list)
    assert all(set(row["distances"]) == {"iou", "euclidean"} for row in rows)
    text = run("sweep", "--voc", SAMPLE, "-k", "1-4", "--distance", "iou,euclidean").out
    assert "\nk  median     iou  euclidean\n" in text


def test_text_marks_the_suggested_k_and_gives_its_anchors() -> None:
    result = swept()
    text = run("sweep", "--voc", SAMPLE, "-k", "1-4").out
    assert f"\n{result['suggested_k']}*    0." in text
    rows = result["rows"]
    assert isinstance(rows, list)
    (row,) = (row for row in rows if row["k"] == result["suggested_k"])
    assert text.endswith(f"anchors = {',  '.join(f'{w},{h}' for w, h in row['anchors'])}\n")
    assert max(len(line) for line in text.splitlines()[:-1]) <= 80


SWEPT = (
    "sweep", "--voc", SAMPLE, "-k", "1-4", "--distance", "iou", "--holdout", "0.3",
    "--format", "json",
)  # fmt: skip


def test_markdown_is_tables() -> None:
    done = run(*SWEPT[:-1], "markdown")
    assert done.out.startswith("### ")
    assert "| k | mean IoU | gain | rounded | recall | held out | recall held out |" in done.out
    assert "| k | median | iou |" in done.out
    suggested = json.loads(run(*SWEPT).out)["suggested_k"]
    # Neither emphasis nor a bullet: a star, in the row and below
    assert f"\n| {suggested}\\* | 0." in done.out
    assert "\n\\* suggested: up to k = " in done.out
    assert done.out.count("*") == 2
    assert done.out.splitlines()[-3::2] == ["```ini", "```"]


def test_of_a_single_k_nothing_is_suggested() -> None:
    done = run("sweep", "--voc", SAMPLE, "-k", "2")
    assert "no k suggested: that takes at least two of them" in done.out
    assert "anchors =" not in done.out


def test_the_curves_of_clustered_and_held_out_boxes_are_drawn(tmp_path: Path) -> None:
    sizes = [(10, 10), (20, 10), (30, 30), (80, 50), (81, 50), (200, 180)]
    rows = sweep(sizes, [1, 2, 3], held_out=sizes[:3], distances=["euclidean"])
    axes = sweep_figure(rows, Chosen(Suggestion(2, 0.1, 0.05, False), {2: 1.0}), "median").axes[0]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "anchorkit (median)",
        "boxes held out",
        "euclidean (mean)",
        "suggested: k = 2",
    ]
    drawn = [np.asarray(line.get_ydata()) for line in axes.get_lines()[:3]]
    assert [list(map(float, line)) for line in drawn] == [
        [row.mean_iou_exact for row in rows],
        [row.held_out.mean_iou for row in rows if row.held_out],
        [row.others["euclidean"] for row in rows],
    ]
    run("sweep", "--voc", SAMPLE, "-k", "1-3", "--plot", tmp_path / "out")
    run("sweep", "--voc", SAMPLE, "-k", "1-3", "--plot", tmp_path / "one.png")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["sweep.png"]
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "out" / "sweep.png").read_bytes()


def test_one_bar_counts_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_bar(lambda step: [step() for _ in range(3)], total=3, shown=True)
    assert "searching" in capsys.readouterr().err
    with_bar(lambda step: step(), total=1, shown=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--val", "val", "--holdout", "0.2"], 2, "--val and --holdout: wanted one of them"),
        (["--val", "nope"], 1, "nope"),
        (["--holdout", "0"], 2, "0"),
        (["--holdout", "1"], 2, "1"),
        (["--val", "trainval"], 1, "--val trainval: leaves no boxes to cluster"),
        (["--holdout", "0.001"], 1, "--holdout 0.001: leaves no boxes to judge on"),
        (["--distance", "euclid"], 2, "found 'euclid'"),
        (["-k", "5-1"], 2, "wanted ascending numbers"),
        (["-k", "1-100000"], 2, "wanted at most 1000 numbers"),
        (["-k", "900-902"], 1, "902 clusters were asked for"),
        (["--plot", "x.bmp"], 2, "x.bmp: wanted a folder or a name"),
    ],
)
def test_what_the_user_may_get_wrong_is_one_line(
    options: list[str], code: int, message: str
) -> None:
    done = run("sweep", "--voc", SAMPLE, *options)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_no_boxes_is_an_error(tmp_path: Path) -> None:
    root = voc_folder(tmp_path, {"a.xml": annotation(annotation_object((1, 1, 1, 1)))})
    done = run("sweep", "--voc", root, "--quiet")
    assert done.code == 1
    assert done.err.splitlines() == [
        "anchorkit: warning: 1 of 1 object left out (100%): no area",
        "anchorkit: error: no usable boxes to cluster",
    ]


def test_with_a_cfg_each_k_has_its_price(tmp_path: Path) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(V3.replace("height=416", "height=320"))
    plot = tmp_path / "sweep.svg"
    result = swept("--cfg", cfg, "--plot", plot)
    rows = result["rows"]
    assert isinstance(rows, list)
    assert result["input"] == [416, 320]
    assert [row["flops"] is None for row in rows] == [True, True, False, False]
    told = json.loads(run("cost", "--cfg", cfg, "-k", 4, "--format", "json").out)["with_k"]
    assert (rows[3]["parameters"], rows[3]["flops"]) == (told["parameters"], told["flops"])
    assert plot.stat().st_size
    shown = run("sweep", "--voc", SAMPLE, "-k", "3,4", "--cfg", cfg).out
    assert f"{told['flops']:,}" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_only_a_multiple_of_the_heads_of_a_cfg_is_suggested(tmp_path: Path) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(V3)
    assert json.loads(
        run("sweep", "--voc", SAMPLE, "-k", "3-8", "--cfg", cfg, "--format", "json").out
    )["suggested_k"] in (3, 6)
    few = run("sweep", "--voc", SAMPLE, "-k", "3,4,5", "--cfg", cfg).out
    assert "no k suggested: that takes at least two of them that are multiples" in few


def test_costs_are_drawn_below_in_percent_above_the_smallest_k_that_has_one() -> None:
    rows = sweep([(2, 1), (4, 4), (2, 2), (4, 5), (2, 3)], [1, 2, 3])
    costs = costs_of_ks(read_cfg(V3), [2, 3, 4])
    figure = sweep_figure(rows, None, "median", costs, title="data: 5 boxes")
    assert figure.texts[0].get_text() == "data: 5 boxes"
    _, lower = figure.axes
    paid = [cost for cost in costs if cost]
    parameters, operations = (np.asarray(line.get_xydata()) for line in lower.lines)
    assert parameters[:, 0].tolist() == operations[:, 0].tolist() == [2, 3]
    for found, values in (
        (parameters, [one.parameters for one in paid]),
        (operations, [one.flops for one in paid]),
    ):
        assert found[:, 1] == pytest.approx([0, 100 * (values[1] / values[0] - 1)])
    assert lower.get_xlabel() == "anchors (k)"


def test_cfg_without_heads_has_no_price_for_k(tmp_path: Path) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text("[net]\nwidth=64\nheight=64\nchannels=3\n[conv]\n")
    done = run("sweep", "--voc", SAMPLE, "-k", "3", "--cfg", cfg)
    assert done.code == 1
    assert "net.cfg: no detection head" in done.err


def test_with_a_cfg_the_anchors_to_beat_and_the_training_are_its_own(tmp_path: Path) -> None:
    cfg = tmp_path / "net.cfg"
    cfg.write_text(V3)
    result = swept("--cfg", cfg, ks="3,6")
    assert result["training"]["source"] == "net.cfg"  # type: ignore[index]
    advice = [one["text"] for one in result["findings"] if "below IoU 0.5" in one["text"]]  # type: ignore[attr-defined]
    assert len(advice) == 1
    assert "net.cfg" in advice[0]
    assert not [one for one in result["findings"] if one["code"] == "training-unknown"]  # type: ignore[attr-defined]


def test_a_trainer_without_anchors_for_the_k_is_compared_by_its_usual_ones() -> None:
    result = swept("--trainer", "yolov5", ks="3,6")
    assert "with yolov5," in str(result["findings"])


def test_the_range_that_is_named_as_surer_is_longer_than_the_one_that_was_run() -> None:
    sure = Chosen(Suggestion(6, 0.02, 0.005, open_end=True), {6: 1.0})
    # three more multiples of three heads are looked at: 9, 12 and 15
    assert "the range ends soon after: -k 1-15 is surer" in reason(sure, heads=3)
    assert "-k 1-12 is surer" in reason(sure, heads=1)
