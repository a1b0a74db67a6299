"""Draw the picture of a report that README.md shows: two windows of the page of sample_voc.

    python tests/picture_of_report.py

Needs chromium and chromedriver (see browser.py). The picture is anchorkit/guide/report.png.
"""

import io
import sys
import tempfile
from pathlib import Path

import numpy as np
from browser import Browser, missing, opened
from command import run
from matplotlib.image import imread, imsave
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "anchorkit" / "guide" / "report.png"
WIDTH, HEIGHT = 720, 620
GAP = 12
"""Pixels between the two windows."""


def window(browser: Browser, page: Path, part: str, hovered: str) -> NDArray[np.float64]:
    """The page with one of its parts at the top, and the pointer over something."""
    browser.show(page, width=WIDTH, height=HEIGHT)
    browser.js(f"document.querySelector('{part}').scrollIntoView({{behavior: 'instant'}})")
    if hovered:
        browser.hover(hovered, index=6, scroll=False)
    browser.js("return new Promise(requestAnimationFrame)")
    shot: NDArray[np.float64] = imread(io.BytesIO(browser.picture()))[..., :3]
    return shot


def main() -> None:
    """Write the page, look at it, and put what is seen side by side."""
    if missing():
        sys.exit(missing())
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        data = ROOT / "sample_voc"
        done = run("report", data, "--trainer", "yolov5", "--compare", "yolov3", "-o", page)
        if done.code:
            sys.exit(done.err)
        with opened() as browser:
            seen = [
                window(browser, page, "body", ""),
                window(browser, page, "#boxes", "svg.sizes .mark"),
            ]
    between = np.full((HEIGHT, GAP, 3), 0.6)
    imsave(PICTURE, np.hstack([seen[0], between, seen[1]]))


if __name__ == "__main__":
    main()
