import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from anchorkit.plots.style import COLORS, DENSITY, color_of, line_of, marker_of


def linear_rgb(color: object) -> NDArray[np.float64]:
    rgb: NDArray[np.float64] = np.asarray(to_rgb(color))  # type: ignore[arg-type]  # or a tuple
    found: NDArray[np.float64] = np.where(
        rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4
    )
    return found


@pytest.mark.parametrize("eyes", ["all cones", "no red cones", "no green cones", "no blue cones"])
def test_colors_stay_apart_for_every_kind_of_eye(eyes: str) -> None:
    linear = np.asarray([linear_rgb(color) for color in COLORS])
    lab = _lab(np.clip(linear @ np.asarray(SEEN[eyes]).T, 0, 1))
    gaps = np.linalg.norm(lab[:, None] - lab, axis=2)[np.triu_indices(len(COLORS), 1)]
    assert gaps.min() > 18, "a just noticeable difference is 2.3"
    assert lab[:, 0].max() < 80, "readable on white"


def test_colors_stay_apart_in_grey() -> None:
    lightness = _lab(np.asarray([linear_rgb(color) for color in COLORS]))[:, 0]
    assert np.diff(np.sort(lightness)).min() > 6
    # Neighbours in the order of anchors are easily told apart
    assert np.abs(np.diff(lightness)).min() > 12


def test_anchors_differ_in_line_or_marker_where_their_colors_repeat() -> None:
    assert len({(color_of(row), line_of(row)) for row in range(32)}) == 32
    assert len({(color_of(row), marker_of(row)) for row in range(56)}) == 56


def test_density_is_darker_where_boxes_are_more_and_faint_where_they_are_few() -> None:
    shades = np.asarray([linear_rgb(DENSITY(step / 20)[:3]) for step in range(21)])
    lightness = _lab(shades)[:, 0]
    assert (np.diff(lightness) < 0).all()
    assert 85 < lightness[0] < 97, "faint, and not white"


# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", 2009: linear RGB at full severity
SEEN = {
    "all cones": np.eye(3),
    "no red cones": [
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ],
    "no green cones": [
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ],
    "no blue cones": [
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ],
}


def _lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    to_xyz = np.asarray(
        [
            (0.4124564, 0.3575761, 0.1804375),
            (0.2126729, 0.7151522, 0.072175),
            (0.0193339, 0.119192, 0.9503041),
        ]
    )
    xyz = linear @ to_xyz.T / (0.95047, 1, 1.08883)
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack(
        [116 * root[:, 1] - 16, 500 * (root[:, 0] - root[:, 1]), 200 * (root[:, 1] - root[:, 2])],
        axis=1,
    )
