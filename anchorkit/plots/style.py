"""Colours, lines and markers of all pictures, and matplotlib's settings while we draw."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.colors import LinearSegmentedColormap

__all__ = [
    "ACCENT",
    "COLORS",
    "DENSITY",
    "GREY",
    "INK",
    "LINES",
    "MARKERS",
    "MISSED",
    "color_of",
    "line_of",
    "marker_of",
    "own_style",
]

COLORS = (
    *("#0c3cb4", "#24a89c", "#480054", "#9c6000"),
    *("#303c00", "#a86ccc", "#b40c54", "#90b460"),
)
"""Eight colours: apart for readers without red, green or blue cones, and by lightness in grey."""

LINES = ("-", "--", ":", "-.")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

ACCENT = "#0c3cb4"
MISSED = "#b40c54"
INK = "#202430"
GREY = "#666666"

DENSITY = LinearSegmentedColormap.from_list(
    "density", ["#dfe6f1", "#a9c1e2", "#5d8cc9", "#2a519d", "#141b52"]
)
"""From faint, where boxes are rare, to dark: the order of lightness is the order of numbers."""


def color_of(row: int) -> str:
    """The colour of an anchor, by its row."""
    return COLORS[row % len(COLORS)]


def line_of(row: int) -> str:
    """The line style of an anchor: with its colour, no two of 32 rows are alike.

    Examples
    --------
    >>> len({(color_of(row), line_of(row)) for row in range(32)})
    32
    """
    return LINES[(row + row // len(COLORS)) % len(LINES)]


def marker_of(row: int) -> str:
    """The marker of a cluster: with its colour, no two of 56 rows are alike.

    Examples
    --------
    >>> len({(color_of(row), marker_of(row)) for row in range(56)})
    56
    """
    return MARKERS[row % len(MARKERS)]


@contextmanager
def own_style() -> Iterator[None]:
    """Matplotlib as it ships, so that a user's settings do not change the files."""
    with mpl.rc_context(), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as frames; the file has its text
        warnings.filterwarnings("ignore", r"Glyph \d+", UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "axes.edgecolor": GREY,
                "axes.labelcolor": INK,
                "axes.titlesize": 9,
                "figure.titlesize": 10.5,
                "font.size": 9,
                "legend.edgecolor": "0.85",
                "legend.framealpha": 0.92,
                "svg.fonttype": "none",  # text is text: it is found, copied and read aloud
                "svg.hashsalt": "anchorkit",
                "text.color": INK,
                "text.parse_math": False,  # a "$" in a name is one
            }
        )
        yield
