import os
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest

from anchorkit.plots import figures
from anchorkit.plots.coverage import Coverage
from anchorkit.plots.curves import Curve
from anchorkit.plots.files import rendered
from anchorkit.plots.frames import anchors_figure

SIZES = np.exp(np.random.RandomState(0).normal(3, 0.5, (3001, 2)))
LABELS = (SIZES[:, 0] > 20).astype(int)
ANCHORS = [(12.0, 20.0), (35.0, 40.0)]
BEST = np.asarray([0.2, 0.8])

FIGURES = {
    "boxes": lambda: figures.boxes_figure(SIZES, title="a"),
    "ratios": lambda: figures.ratios_figure(SIZES, ANCHORS),
    "positions": lambda: figures.positions_figure(SIZES / SIZES.max(), (416, 320)),
    "classes": lambda: figures.classes_figure(SIZES, LABELS, ["a", "b"]),
    "clusters": lambda: figures.clusters_figure(SIZES, LABELS, ANCHORS, mean_iou=0.5),
    "anchors": lambda: anchors_figure(ANCHORS, (416, 416)),
    "coverage": lambda: figures.coverage_figure([Coverage("a", BEST, 1 / BEST)]),
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
    once = rendered(FIGURES[name](), suffix)
    # the clock and the user's own settings must not show
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "svg.hashsalt": "other"}):
        again = rendered(FIGURES[name](), suffix)
    assert once == again
    assert once.startswith(MAGIC[suffix])
    assert b"19700" not in once
    assert len(once) < 200_000


def test_a_users_settings_are_left_alone() -> None:
    with mpl.rc_context({"font.size": 20}):
        rendered(figures.boxes_figure(SIZES))
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


def test_titles_stand_above_and_a_dollar_is_a_dollar() -> None:
    figure = figures.boxes_figure(SIZES, title="$data^2$: 3,001 boxes")
    assert b"$data^2$: 3,001 boxes" in rendered(figure, ".svg")


def test_text_of_an_svg_is_text() -> None:
    svg = rendered(figures.boxes_figure(SIZES), ".svg").decode()
    assert ">box width (pixels at input)</text>" in svg


def test_a_name_in_another_script_is_drawn_without_a_warning() -> None:
    assert rendered(figures.classes_figure(SIZES, LABELS, ["汽车", "b"]))


def test_costs_stand_below_the_curves_on_the_same_axis() -> None:
    figure = figures.curves_figure(
        [Curve("a", [3, 9], [0.5, 0.7])], knee=9, costs=[(3, 10, 10), (9, 11, 12)]
    )
    upper, lower = figure.axes
    assert upper.get_xlim() == lower.get_xlim()
    assert lower.get_ylabel() == "% above k = 3"


def test_drawing_needs_no_display_and_no_pyplot() -> None:
    code = (
        "import sys\n"
        "from anchorkit.plots.figures import boxes_figure\n"
        "from anchorkit.plots.files import rendered\n"
        "assert rendered(boxes_figure([(1, 2)])).startswith(b'\\x89PNG')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, "MPLBACKEND": "tkagg", "DISPLAY": ""},
    )
