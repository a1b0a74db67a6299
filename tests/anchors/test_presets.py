import numpy as np
import pytest

from anchorkit.anchors.presets import PRESETS, preset
from anchorkit.errors import UsageError
from anchorkit.guide import page
from anchorkit.overlap import iou


@pytest.mark.parametrize("name", PRESETS)
def test_preset_is_complete(name: str) -> None:
    published, found = PRESETS[name], preset(name)
    assert (found.name, found.source) == (name, "preset")
    assert found.network.size == (published.side, published.side)
    assert len(published.numbers) == 2 * len(found.anchors)
    assert published.page.startswith("https://github.com/")
    assert published.data in {"COCO", "VOC"}
    # a coarser unit or another network's list would leave the frame, or most of it empty
    assert 0.5 < (found.anchors / published.side).max() <= 1.35
    assert (found.anchors > 8).all()


def test_cells_become_pixels() -> None:
    np.testing.assert_allclose(
        preset("yolov2-voc").anchors,
        [
            (42.3072, 55.4064),
            (102.168, 128.30208),
            (161.78784, 259.16544),
            (303.07584, 154.89696),
            (359.5648, 320.2272),
        ],
    )


def test_presets_of_one_published_list_are_equal() -> None:
    for one, other in (("yolov3", "yolov5"), ("yolov4", "yolov7"), ("yolov3-tiny", "yolov4-tiny")):
        assert PRESETS[one].numbers == PRESETS[other].numbers
        assert one == "yolov3-tiny" or PRESETS[one].side != PRESETS[other].side


def test_coco_lists_are_related_by_their_input() -> None:
    # yolov4's list is yolov3's brought from 416 to 512, each side within a pixel and a bit
    scaled = preset("yolov3").anchors * 512 / 416
    assert iou(scaled, preset("yolov4").anchors).diagonal().min() > 0.9


def test_an_unknown_preset_is_refused_with_the_names() -> None:
    with pytest.raises(UsageError, match=r"--preset yolo3: no such network; did you mean yolov3\?"):
        preset("yolo3")
    with pytest.raises(
        UsageError, match="--preset nothing: no such network; wanted one of yolov2-voc, yolov2, "
    ):
        preset("nothing")
    with pytest.raises(UsageError, match="--preset yolov8n: has no anchors"):
        preset("yolov8n")
    assert preset("YOLOv3").name == "yolov3"


def test_the_manual_lists_every_preset_with_its_input() -> None:
    rows = [line for line in page("anchors").splitlines() if line.startswith("| `yolov")]
    listed = {}
    for row in rows:
        names, anchors, size, data = (cell.strip() for cell in row.strip("|").split("|"))
        for name in names.split(","):
            listed[name.strip(" `")] = (int(anchors), int(size), data)
    assert listed == {name: (len(one.anchors), one.side, one.data) for name, one in PRESETS.items()}
