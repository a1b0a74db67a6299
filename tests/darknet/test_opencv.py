"""What OpenCV's importer makes of our cfgs, where it is there (`pip install --group opencv`).

It refuses lines without `=` and lists that it cannot read, which AlexeyAB's darknet passes over, so
that it sees what is left of an old list.
"""

import os
from pathlib import Path

import pytest
from cfgs import ONE_MASK, TINY, V3, V4, anchors_line

from anchorkit.darknet.heads import heads_of
from anchorkit.darknet.replacing import edited, replace_anchors
from anchorkit.darknet.sections import read_cfg

cv2 = pytest.importorskip("cv2")

LINE = anchors_line()
LEFT = {
    "two lines": V4.replace(LINE, LINE.replace("59,119,", "59,119,\n")),
    "no equals sign": V4.replace("mask = 0,1,2", "mask 0,1,2"),
    "quotes": V4.replace(LINE, 'anchors = "' + LINE.removeprefix("anchors = ") + '"'),
    "semicolons": V4.replace(LINE, LINE.replace(",  ", "; ")),
    "another line": V4.replace(LINE, LINE + "\nanchors = 1,2, 3,4"),
    "another mask": V4.replace("mask = 0,1,2", "mask = 0,1,2\nmask = 6,7,8,9"),
}
shipped = sorted((Path(os.environ.get("ANCHORKIT_DATA", "/nonexistent")) / "cfg").glob("*.cfg"))
SHAPES = {"v3": V3, "v4": V4, "tiny": TINY, "one mask": ONE_MASK}
TEXTS = {**SHAPES, **{path.stem: path.read_bytes().decode() for path in shipped}}


def head_names(text: str, folder: Path) -> list[str]:
    """The heads of a network, which must load for that; what else leads nowhere is left out."""
    path = folder / "net.cfg"
    path.write_bytes(text.encode())
    found = cv2.dnn.readNetFromDarknet(str(path)).getUnconnectedOutLayersNames()
    return [name for name in found if name.startswith(("yolo_", "detection_out"))]


@pytest.mark.parametrize("name", TEXTS)
def test_opencv_loads_what_was_written_once_and_twice(name: str, tmp_path: Path) -> None:
    text = TEXTS[name]
    heads = heads_of(read_cfg(text))
    if any(head.type == "Gaussian_yolo" for head in heads):
        pytest.skip("OpenCV knows no [Gaussian_yolo]")
    for count in range(len(heads), 16):
        anchors = [(10.0 * side, 8.0 * side) for side in range(1, count + 1)]
        once = edited(read_cfg(text), anchors)
        twice = edited(once.cfg, anchors)
        assert twice.changes == ()
        assert len(head_names(twice.text, tmp_path)) == len(heads)


@pytest.mark.parametrize("name", LEFT)
def test_nothing_is_left_that_opencv_would_read(name: str, tmp_path: Path) -> None:
    nine = [(20.0 * side, 20.0 * side) for side in range(1, 10)]
    assert len(head_names(replace_anchors(LEFT[name], nine), tmp_path)) == 3
    assert len(head_names(replace_anchors(LEFT[name], nine[:4]), tmp_path)) == 3
