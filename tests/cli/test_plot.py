from pathlib import Path

import pytest
from annotations import annotation, voc_folder
from command import run

from anchorkit.cli.options.plots import PICTURES
from anchorkit.plots.drawing import SCALES

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_voc"


def drawn(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_cluster_draws_what_it_found_and_prints_the_same(tmp_path: Path) -> None:
    plain = run("cluster", "--voc", SAMPLE, "-k", "3")
    done = run("cluster", "--voc", SAMPLE, "-k", "3", "--plot", tmp_path / "plots")
    assert done == plain
    assert list(drawn(tmp_path / "plots")) == sorted(f"{name}.png" for name in PICTURES)


def test_a_single_file_of_cluster_shows_the_clusters(tmp_path: Path) -> None:
    run("cluster", "--voc", SAMPLE, "-k", "3", "--plot", tmp_path / "plots")
    run("cluster", "--voc", SAMPLE, "-k", "3", "--plot", tmp_path / "one.png")
    assert (tmp_path / "one.png").read_bytes() == drawn(tmp_path / "plots")["clusters.png"]


def test_plot_draws_the_anchors_that_cluster_found_as_cluster_does(tmp_path: Path) -> None:
    options = ("--voc", SAMPLE, "--input", "608x416")
    found = run("cluster", *options, "-k", "3", "--plot", tmp_path / "a", "--format", "json").out
    (tmp_path / "found.json").write_text(found)
    run("plot", *options, "--anchors", tmp_path / "found.json", "-o", tmp_path / "b")
    assert drawn(tmp_path / "a") == drawn(tmp_path / "b")


def test_without_anchors_the_boxes_are_drawn_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "plots"
    done = run("plot", "--voc", SAMPLE, "-o", folder)
    assert list(drawn(folder)) == ["boxes.png"]
    assert (done.out, done.err) == ("", f"anchorkit: note: {folder / 'boxes.png'}: written\n")
    run("plot", "--voc", SAMPLE, "-o", tmp_path / "one.png", "--quiet")
    assert (tmp_path / "one.png").read_bytes() == drawn(folder)["boxes.png"]


def test_a_picture_and_the_scale_can_be_chosen(tmp_path: Path) -> None:
    options = ("plot", "--voc", SAMPLE, "--preset", "yolov3", "-o")
    run(*options, tmp_path / "all")
    run(*options, tmp_path / "one.png", "--picture", "coverage")
    assert (tmp_path / "one.png").read_bytes() == drawn(tmp_path / "all")["coverage.png"]
    files = {}
    for scale in ("auto", *SCALES):
        run(*options, tmp_path / "one.png", "--scale", scale)
        files[scale] = (tmp_path / "one.png").read_bytes()
    assert files["auto"] == files["log"] != files["linear"]


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
        (["-o", "x.png", "--preset", "yolov3", "--anchors", "1,2"], 2, "one set of anchors"),
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
