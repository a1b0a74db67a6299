import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from anchorkit.errors import UsageError, WriteError
from anchorkit.plots import figures
from anchorkit.plots.drawing import Curve

SIZES = np.exp(np.random.RandomState(0).normal(3, 0.5, (3000, 2)))
LABELS = (SIZES[:, 0] > 20).astype(int)
ANCHORS = [(12.0, 20.0), (35.0, 40.0)]

FIGURES = {
    "boxes": lambda: figures.boxes_figure(SIZES),
    "clusters": lambda: figures.clusters_figure(SIZES, LABELS, ANCHORS, mean_iou=0.5),
    "anchors": lambda: figures.anchors_figure(ANCHORS, (416, 416)),
    "coverage": lambda: figures.coverage_figure([0.2, 0.8]),
    "curves": lambda: figures.curves_figure([Curve("a", [1, 2], [0.1, 0.2])]),
}
MAGIC = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.mark.parametrize(
    ("name", "suffix"),
    [*((name, ".png") for name in FIGURES), ("boxes", ".svg"), ("clusters", ".pdf")],
)
def test_the_same_picture_has_the_same_bytes(
    name: str, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = figures.rendered(FIGURES[name](), suffix)
    # the clock and the user's own settings must not show
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "svg.hashsalt": "other"}):
        again = figures.rendered(FIGURES[name](), suffix)
    assert once == again
    assert once.startswith(MAGIC[suffix])
    assert b"19700" not in once
    assert len(once) < 200_000


def test_a_users_settings_are_left_alone() -> None:
    with mpl.rc_context({"font.size": 20}):
        figures.rendered(figures.boxes_figure(SIZES))
        assert mpl.rcParams["font.size"] == 20


def test_nothing_of_a_cluster_picture_is_cut_off() -> None:
    anchors = np.arange(1, 61)[:, None] * [(6.0, 7.0)]
    figure = figures.clusters_figure(
        np.repeat(anchors, 2, axis=0), np.repeat(range(60), 2), anchors, mean_iou=1
    )
    figure.draw_without_rendering()
    axes = figure.axes[0]
    legend = axes.get_legend()
    assert legend is not None
    assert len(legend.get_texts()) == 60
    frame = figure.bbox
    for part in (legend.get_window_extent(), axes.get_tightbbox()):
        assert part is not None
        assert frame.x0 <= part.x0 < part.x1 <= frame.x1
        assert frame.y0 <= part.y0 < part.y1 <= frame.y1
    assert axes.get_window_extent().width > 0.5 * frame.width


@pytest.mark.parametrize(
    ("anchors", "zooms"),
    [
        ([(10, 13), (373, 326)], [1, 12.0]),
        ([(100, 130), (373, 326)], [1]),
        ([(50, 60), (150, 100)], [1, 2.4]),
        ([(1, 1), (20, 24), (400, 400)], [1, 12.0, 144.0]),
    ],
)
def test_small_anchors_are_enlarged_until_each_has_its_number(
    anchors: list[tuple[float, float]], zooms: list[float]
) -> None:
    figure = figures.anchors_figure(anchors, (416, 416))
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[1:] == [f"its corner, {zoom:g} times as large" for zoom in zooms[1:]]
    shown = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert shown == {str(row + 1) for row in range(len(anchors))}
    legend = figure.axes[-1].get_legend()
    assert legend is not None
    assert len(legend.get_texts()) == len(anchors)


def test_a_folder_gets_one_file_for_each_picture(tmp_path: Path) -> None:
    files = figures.save_pictures(tmp_path / "new" / "plots", FIGURES, "boxes")
    assert [file.name for file in files] == [f"{name}.png" for name in FIGURES]
    assert all(file.read_bytes().startswith(MAGIC[".png"]) for file in files)


@pytest.mark.parametrize("suffix", [*figures.SUFFIXES, ".PNG"])
def test_a_file_gets_the_one_picture_in_the_form_of_its_extension(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"out{suffix}"
    assert figures.save_pictures(path, FIGURES, "coverage") == [path]
    assert path.read_bytes().startswith(MAGIC[suffix.lower()])
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_extension_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    def never() -> Figure:
        raise AssertionError

    with pytest.raises(UsageError, match=r"out\.jpg: wanted a folder or a name that ends in \.png"):
        figures.save_pictures(tmp_path / "out.jpg", {"boxes": never}, "boxes")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot make the folder"):
        figures.save_pictures(tmp_path / "file" / "plots", FIGURES, "boxes")


def test_drawing_needs_no_display_and_no_pyplot() -> None:
    code = (
        "import sys\n"
        "from anchorkit.plots.figures import boxes_figure, rendered\n"
        "assert rendered(boxes_figure([(1, 2)])).startswith(b'\\x89PNG')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, "MPLBACKEND": "tkagg", "DISPLAY": ""},
    )
