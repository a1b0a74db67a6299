"""Whole pictures, and their files: PNG, SVG or PDF, the same bytes every time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from anchorkit.errors import UsageError, WriteError
from anchorkit.files import write_atomically
from anchorkit.overlap import as_sizes
from anchorkit.plots import drawing

__all__ = [
    "SUFFIXES",
    "anchors_figure",
    "boxes_figure",
    "clusters_figure",
    "coverage_figure",
    "curves_figure",
    "is_folder",
    "pixels",
    "rendered",
    "save_pictures",
]

SUFFIXES = (".png", ".svg", ".pdf")

DPI = 120

NO_DATES = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def boxes_figure(sizes: ArrayLike, *, scale: str | None = None) -> Figure:
    """A figure of the boxes before clustering; see `drawing.draw_boxes`.

    Parameters
    ----------
    sizes
        (n, 2), width and height, pixels at input.
    scale
        One of `drawing.SCALES`; None: the one that suits the boxes.
    """
    with _own_style():
        figure = Figure(figsize=(7, 5.5), layout="constrained")
        drawing.draw_boxes(figure.subplots(), sizes, scale=scale or drawing.scale_for(sizes))
    return figure


def clusters_figure(
    sizes: ArrayLike,
    labels: ArrayLike,
    anchors: ArrayLike,
    *,
    mean_iou: float,
    scale: str | None = None,
) -> Figure:
    """A figure of the boxes by cluster; see `drawing.draw_clusters`.

    Parameters
    ----------
    sizes
        (n, 2), width and height, pixels at input.
    labels
        (n,), for each box the row of its anchor.
    anchors
        (k, 2), pixels at input.
    mean_iou
        What the legend's title says.
    scale
        One of `drawing.SCALES`; None: the one that suits the boxes.
    """
    with _own_style():
        columns = -(-len(as_sizes(anchors, "anchors")) // drawing.LINES)
        figure = Figure(figsize=(7 + 2.4 * columns, 5.5), layout="constrained")
        drawing.draw_clusters(
            figure.subplots(),
            sizes,
            labels,
            anchors,
            mean_iou=mean_iou,
            scale=scale or drawing.scale_for(sizes),
        )
    return figure


def anchors_figure(anchors: ArrayLike, size: tuple[int, int]) -> Figure:
    """A figure of the anchors in the input's frame, enlarged as often as the smallest need.

    Parameters
    ----------
    anchors
        (k, 2), pixels at input.
    size
        Width and height of the input, pixels.
    """
    pairs = as_sizes(anchors, "anchors")
    zooms = _zooms(pairs, size)
    with _own_style():
        figure = Figure(figsize=(1.6 + 4.6 * len(zooms), 4.8), layout="constrained")
        panels = np.atleast_1d(figure.subplots(1, len(zooms)))
        drawn = [
            drawing.draw_anchors(axes, pairs, size, zoom=zoom)
            for axes, zoom in zip(panels, zooms, strict=True)
        ]
        drawing.draw_legend(panels[-1], drawn[0])
    return figure


def coverage_figure(best: ArrayLike) -> Figure:
    """A figure of how well boxes are covered; see `drawing.draw_coverage`.

    Parameters
    ----------
    best
        (n,), for each box its IoU with the nearest anchor.
    """
    with _own_style():
        figure = Figure(figsize=(7, 4.5), layout="constrained")
        drawing.draw_coverage(figure.subplots(), best)
    return figure


def curves_figure(
    curves: Sequence[drawing.Curve],
    *,
    knee: int | None = None,
    bought: Sequence[tuple[int, float, float]] = (),
) -> Figure:
    """A figure of mean IoU against the number of anchors; see `drawing.draw_curves`.

    Parameters
    ----------
    curves
        One line each.
    knee
        The k to mark, if any.
    bought
        k, GFLOPs and mean IoU of each k, for a second panel below; see `drawing.draw_bought`.
    """
    with _own_style():
        if not bought:
            figure = Figure(figsize=(8.4, 4.8), layout="constrained")
            drawing.draw_curves(figure.subplots(), curves, knee=knee)
            return figure
        figure = Figure(figsize=(8.4, 8.4), layout="constrained")
        upper, lower = figure.subplots(2)
        drawing.draw_curves(upper, curves, knee=knee)
        drawing.draw_bought(lower, bought, knee=knee)
    return figure


def rendered(figure: Figure, suffix: str = ".png") -> bytes:
    """A figure as the bytes of a file, the same for the same figure.

    Parameters
    ----------
    figure
        What to render.
    suffix
        One of `SUFFIXES`.
    """
    form = suffix.removeprefix(".").lower()
    stream = BytesIO()
    with _own_style():
        figure.savefig(stream, format=form, dpi=DPI, metadata=NO_DATES[form])
    return stream.getvalue()


def pixels(figure: Figure) -> NDArray[np.uint8]:
    """A figure as an image.

    Parameters
    ----------
    figure
        What to draw.

    Returns
    -------
    (height, width, 3) uint8, red, green and blue.
    """
    stream = BytesIO()
    with _own_style():
        figure.savefig(stream, format="rgba", dpi=DPI)
    width = int(figure.get_figwidth() * DPI)
    return np.frombuffer(stream.getvalue(), dtype=np.uint8).reshape(-1, width, 4)[..., :3]


def is_folder(path: Path) -> bool:
    """Whether pictures for this path go into a folder: it is one, or its name has no extension.

    Raises
    ------
    UsageError
        Where the name has an extension that is not one of `SUFFIXES`.

    Examples
    --------
    >>> is_folder(Path("boxes.png")), is_folder(Path("plots"))
    (False, True)
    """
    if path.is_dir() or not path.suffix:
        return True
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: wanted a folder or a name that ends in {', '.join(SUFFIXES)}")
    return False


def save_pictures(
    path: Path, pictures: Mapping[str, Callable[[], Figure]], single: str
) -> list[Path]:
    """Pictures into files: all of them into a folder as PNG, or one into the file that is named.

    Parameters
    ----------
    path
        A folder, made if need be, or a file whose name ends in one of `SUFFIXES`.
    pictures
        For each name what makes its figure.
    single
        The name of the picture for a single file.

    Returns
    -------
    The files written.

    Raises
    ------
    UsageError
        Where the extension is not one of `SUFFIXES`.
    WriteError
        Where a file cannot be written.
    """
    if not is_folder(path):
        write_atomically(path, rendered(pictures[single](), path.suffix))
        return [path]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"{path}: cannot make the folder: {error.strerror}") from None
    files = []
    for name, figure in pictures.items():
        files.append(path / f"{name}.png")
        write_atomically(files[-1], rendered(figure()))
    return files


def _zooms(anchors: NDArray[np.float64], size: tuple[int, int]) -> list[float]:
    """1 and as many enlargements as it takes until every anchor is numbered in one of them."""
    share = (anchors / size).max(axis=1)
    zooms = [1.0]
    if share.max() < 0.6:
        zooms.append(_fitting(share.max()))
    while (share * zooms[-1]).min() <= drawing.SMALL and len(zooms) < 4:
        rest = share[share * zooms[-1] <= drawing.SMALL].max()
        zooms.append(min(_fitting(rest), zooms[-1] * STEP))
    return zooms


STEP = 12
"""How much larger than the one before an enlargement is at most: some of both should be seen."""


def _fitting(share: float) -> float:
    """The enlargement at which something of this share of the frame fills most of it."""
    zoom = 0.9 / share
    return float(np.floor(zoom)) if zoom >= 10 else float(np.floor(10 * zoom) / 10)


@contextmanager
def _own_style() -> Iterator[None]:
    """Matplotlib as it ships, so that a user's settings do not change the files."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"svg.hashsalt": "anchorkit", "font.size": 9})
        yield
