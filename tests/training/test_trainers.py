import pytest

from anchorkit.anchors.presets import PRESETS, preset
from anchorkit.errors import UsageError
from anchorkit.training.anchor_free import ANCHOR_FREE
from anchorkit.training.augmentation_settings import NAMED
from anchorkit.training.judgement import RULES
from anchorkit.training.trainers import TRAINERS, trainer_named


@pytest.mark.parametrize("name", TRAINERS)
def test_a_row_names_only_what_is_there(name: str) -> None:
    row = TRAINERS[name]
    assert row.name == name
    assert row.rule in (None, *RULES)
    assert row.augmentation in (None, *NAMED)
    assert list(row.strides) == sorted(row.strides)
    for k, default in row.defaults.items():
        assert default in PRESETS
        assert len(preset(default).anchors) == k
    assert all(side % row.strides[-1] == 0 for side in row.network.size)


@pytest.mark.parametrize("name", ["yolov5", "YOLOv5", " Yolov5 "])
def test_a_trainer_is_found_whatever_the_case(name: str) -> None:
    assert trainer_named(name) is TRAINERS["yolov5"]


@pytest.mark.parametrize("name", [*ANCHOR_FREE, "YOLOv8n", "yolov8s-seg", "yolo11x", "yolov9-c"])
def test_a_model_without_anchors_is_told_as_such(name: str) -> None:
    with pytest.raises(UsageError, match="has no anchors"):
        trainer_named(name)


@pytest.mark.parametrize("name", ["yolov4", "yolov55", "", "darkent", "nonsense"])
def test_another_name_is_answered_with_those_that_are_there(name: str) -> None:
    with pytest.raises(UsageError, match=r"no such trainer; (did you mean|wanted one of darknet)"):
        trainer_named(name)
