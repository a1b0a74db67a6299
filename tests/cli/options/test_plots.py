import numpy as np
from matplotlib.patches import Rectangle

from anchorkit.cli.options.plots import PICTURES, pictures_of
from anchorkit.quality import evaluate

SIZES = np.asarray([(300.0, 90.0), (280.0, 80.0), (40.0, 60.0)])
ANCHORS = np.asarray([(40.0, 60.0), (290.0, 85.0)])


def test_without_anchors_there_is_nothing_to_draw_but_boxes() -> None:
    assert list(pictures_of(SIZES, (608, 416))) == ["boxes"]


def test_anchors_are_drawn_in_the_frame_of_the_input() -> None:
    pictures = pictures_of(SIZES, (608, 320), anchors=ANCHORS, quality=evaluate(SIZES, ANCHORS))
    assert tuple(pictures) == PICTURES
    axes = pictures["anchors"]().axes[0]
    frames = [
        (patch.get_width(), patch.get_height())
        for patch in axes.patches
        if isinstance(patch, Rectangle)
    ]
    assert (608, 320) in frames, "the frame of the input, width first"
