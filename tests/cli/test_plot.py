import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from annotations import annotation, voc_folder
from cfgs import V3
from command import Ran, run
from matplotlib.image import imread

from anchorkit import load_voc
from anchorkit.cli.options.plots import PICTURES
from anchorkit.plots.lattice import SCALES

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_voc"


def drawn(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


# Of two classes alone: a picture of eight takes longer to draw than all others together
FEW = ("--class", "dog", "--class", "person")
OPTIONS = ("--voc", SAMPLE, *FEW, "--input", "608x416", "--title", "the same")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """The folder that `cluster --plot` wrote, and what it said."""
    folder = tmp_path_factory.mktemp("drawn") / "plots"
    return folder, run("cluster", *OPTIONS, "-k", "3", "--plot", folder)


def test_cluster_draws_what_it_found_and_prints_the_same(pictures: tuple[Path, Ran]) -> None:
    folder, done = pictures
    assert done.out == run("cluster", *OPTIONS, "-k", "3").out
    names = ", ".join(f"{name}.png" for name in PICTURES)
    assert done.err == f"anchorkit: note: {folder}: {names} written\n"
    assert list(drawn(folder)) == sorted(f"{name}.png" for name in PICTURES)


def test_a_single_file_of_cluster_shows_the_clusters(
    pictures: tuple[Path, Ran], tmp_path: Path
) -> None:
    run("cluster", *OPTIONS, "-k", "3", "--plot", tmp_path / "one.png")
    assert (tmp_path / "one.png").read_bytes() == drawn(pictures[0])["clusters.png"]


def test_plot_draws_the_anchors_that_cluster_found_as_cluster_does(
    pictures: tuple[Path, Ran], tmp_path: Path
) -> None:
    found = run("cluster", *OPTIONS, "-k", "3", "--format", "json").out
    (tmp_path / "found.json").write_text(found)
    given = ("plot", *OPTIONS, "--anchors", tmp_path / "found.json")
    for name in ("boxes", "clusters", "anchors"):
        run(*given, "--picture", name, "-o", tmp_path / "one.png")
        mine, other = (imread(path) for path in (tmp_path / "one.png", pictures[0] / f"{name}.png"))
        assert np.array_equal(mine, other)


def test_without_anchors_the_boxes_are_drawn_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "plots"
    done = run("plot", "--voc", SAMPLE, *FEW, "-o", folder)
    names = ["boxes.png", "ratios.png", "positions.png", "classes.png"]
    assert list(drawn(folder)) == sorted(names)
    assert (done.out, done.err) == (
        "",
        f"anchorkit: note: {folder}: {', '.join(names)} written\n",
    )
    run("plot", "--voc", SAMPLE, *FEW, "-o", tmp_path / "one.png", "--quiet")
    assert (tmp_path / "one.png").read_bytes() == drawn(folder)["boxes.png"]


def test_the_scale_can_be_chosen(tmp_path: Path) -> None:
    options = ("plot", "--voc", SAMPLE, "--preset", "yolov3", "-o")
    files = {}
    for scale in ("auto", *SCALES):
        run(*options, tmp_path / "one.png", "--scale", scale)
        files[scale] = imread(tmp_path / "one.png").tobytes()
    assert files["auto"] == files["log"] != files["linear"]


def test_each_of_several_outputs_is_written_and_named(tmp_path: Path) -> None:
    outputs = [tmp_path / name for name in ("a.png", "b.svg", "c.pdf")]
    done = run("plot", "--voc", SAMPLE, *(word for path in outputs for word in ("-o", path)))
    assert done.err == "".join(f"anchorkit: note: {path}: written\n" for path in outputs)
    assert all(path.stat().st_size for path in outputs)


def test_two_outputs_in_one_file_are_refused(tmp_path: Path) -> None:
    done = run("plot", "--voc", SAMPLE, "-o", tmp_path / "a.png", "-o", tmp_path / "a.png")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "wanted a file of its own" in done.err


def test_a_picture_says_which_data_it_shows_and_which_command_drew_it(tmp_path: Path) -> None:
    options = ("--preset", "yolov3", "--jobs", "1", "--quiet")
    run("plot", "--voc", SAMPLE, "-o", tmp_path / "a.svg", *options)
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "sample_voc: 292 boxes, input 416x416, stretch" in text
    assert "9 anchors (yolov3)" in text
    assert f"anchorkit plot --voc {SAMPLE} --preset yolov3<" in text
    # Where it went and how fast it was read is no matter of the picture
    run("plot", "--voc", SAMPLE, "-o", tmp_path / "b.svg", *options[:2])
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_title_and_dots_per_inch_are_the_users(tmp_path: Path) -> None:
    run("plot", "--voc", SAMPLE, "-o", tmp_path / "a.svg", "--title", "Figure <1> & $x$")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "Figure &lt;1&gt; &amp; $x$</text>" in text
    assert "292 boxes" not in text
    for dpi in (60, 120):
        run("plot", "--voc", SAMPLE, "-o", tmp_path / f"{dpi}.png", "--dpi", str(dpi))
    small, large = (imread(tmp_path / f"{dpi}.png") for dpi in (60, 120))
    assert large.shape[:2] == tuple(2 * side for side in small.shape[:2])


def test_two_sets_of_anchors_are_drawn_beside_each_other(tmp_path: Path) -> None:
    options = ("--preset", "yolov3", "--anchors", "10,10,90,90", "--picture", "coverage")
    done = run("plot", "--voc", SAMPLE, *options, "-o", tmp_path / "a.svg")
    assert done.code == 0, done.err
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "2 anchors (as given) beside 9 anchors (yolov3)" in text


def test_heads_of_a_cfg_have_their_own_frames(tmp_path: Path) -> None:
    (tmp_path / "net.cfg").write_text(V3)
    options = ("--cfg", tmp_path / "net.cfg", "--picture", "anchors")
    run("plot", "--voc", SAMPLE, *options, "-o", tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert all(f"stride {stride}, " in text for stride in (8, 16, 32))
    assert "divided" not in text


def test_positions_that_nobody_kept_cannot_be_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = replace(load_voc(SAMPLE), centres=None)
    monkeypatch.setattr("anchorkit.cli.options.loading.load_boxes", lambda *_: boxes)
    done = run("plot", "--voc", SAMPLE, "--picture", "positions", "-o", tmp_path / "a.png")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "saved without their positions" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-o", "x.jpg"], 2, "x.jpg: wanted a folder or a name that ends in .png, .svg, .pdf"),
        (
            ["-o", "none/x.png"],
            2,
            "-o none/x.png: none: wanted a folder to write into, found nothing there",
        ),
        (["-o", "x.png", "--picture", "anchors"], 2, "--picture anchors: wanted anchors"),
        (
            ["-o", "x.png", "--preset", "yolov3", "--preset", "yolov2", "--anchors", "1,2"],
            2,
            "two sets",
        ),
        (["-o", "x.png", "--class", "yeti"], 1, "no such class"),
        ([], 2, "wanted -o FILE|DIR, found none"),
    ],
)
def test_what_cannot_be_drawn_is_one_line_and_no_file(
    arguments: list[str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("plot", "--voc", SAMPLE, *arguments)
    assert done.code == code
    assert message in done.err
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_data_set_without_boxes_is_not_drawn(tmp_path: Path) -> None:
    root = voc_folder(tmp_path / "voc", {"a.xml": annotation()})
    done = run("plot", "--voc", root, "-o", tmp_path / "x.png")
    assert (done.code, done.err) == (1, "anchorkit: error: no usable boxes to draw\n")


def test_cluster_refuses_a_bad_plot_before_it_loads(tmp_path: Path) -> None:
    done = run("cluster", "--voc", tmp_path / "nowhere", "--plot", "x.gif")
    assert done.code == 2
    assert "x.gif" in done.err


def test_pictures_of_the_manual_are_there_and_small() -> None:
    pages = [ROOT / "README.md", *(ROOT / "anchorkit" / "guide").glob("*.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    names = {path.name for path in (SAMPLE / "plots").iterdir()}
    assert names
    for path in (SAMPLE / "plots").iterdir():
        assert f"sample_voc/plots/{path.name}" in text
        assert path.stat().st_size < 120_000


def test_boxes_are_drawn_as_training_sees_them_where_that_is_asked_for(tmp_path: Path) -> None:
    picture = tmp_path / "seen.svg"
    given = ("--voc", SAMPLE, "--trainer", "yolov5", "--augment", "yolov5")
    assert run("plot", *given, "-o", picture).code == 0
    text = picture.read_text(encoding="utf-8")
    count = re.search(r"sample_voc as yolov5 augments it: ([0-9,]+) boxes", text)
    assert count
    assert int(count[1].replace(",", "")) >= 250_000  # not 292
    done = run("plot", *given, "--picture", "positions", "-o", picture)
    assert (done.code, "wanted labelled boxes, without --augment" in done.err) == (2, True)
