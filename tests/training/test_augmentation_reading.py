import sys

import pytest

from anchorkit.errors import TrainingError, UsageError
from anchorkit.training.augmentation_reading import darknet_augmentation, hyp_augmentation
from anchorkit.training.augmentation_settings import (
    NAMED,
    DarknetAugmentation,
    YoloAugmentation,
    named_augmentation,
)

HYP = """
lr0: 0.01  # initial learning rate
anchor_t: 3.3744
degrees: 5.0
translate: 0.04591
scale: 0.75544
shear: 0.5
perspective: 0.0001
mosaic: 0.85834
mixup: 4.266e-2
copy_paste: 0.1
"""


def test_a_hyp_file_gives_what_it_says() -> None:
    assert hyp_augmentation(HYP) == YoloAugmentation(
        "yolov5",
        scale=0.75544,
        translate=0.04591,
        mosaic=0.85834,
        mixup=0.04266,
        degrees=5.0,
        shear=0.5,
        perspective=0.0001,
    )


@pytest.mark.parametrize("key", ["paste_in: 0.15", "loss_ota: 1"])
def test_a_hyp_file_of_yolov7_is_known_by_its_own_keys(key: str) -> None:
    assert hyp_augmentation(HYP + key).family == "yolov7"


def test_what_a_hyp_file_may_leave_out_is_off() -> None:
    found = hyp_augmentation("{scale: 0.5, translate: 0.1, mosaic: 1}")
    assert found == NAMED["yolov5"]


def test_yaml_takes_5e_1_for_text_and_it_is_a_number_all_the_same() -> None:
    assert hyp_augmentation("{scale: 5e-1, translate: 0.1, mosaic: 1}").scale == 0.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{translate: 0.1, mosaic: 1}", "a.yaml: scale: wanted a number from 0 to 1, found none"),
        (
            "{scale: 1.5, translate: 0.1, mosaic: 1}",
            "scale: wanted a number from 0 to 1, found 1.5",
        ),
        ("{scale: -0.1, translate: 0.1, mosaic: 1}", "found -0.1"),
        ("{scale: .nan, translate: 0.1, mosaic: 1}", "found nan"),
        ("{scale: true, translate: 0.1, mosaic: 1}", "found True"),
        ("{scale: [0.5], translate: 0.1, mosaic: 1}", r"found \[0.5\]"),
        ("{scale: half, translate: 0.1, mosaic: 1}", "found 'half'"),
        (HYP.replace("mixup: 4", "mixup: 444"), "a.yaml: mixup: wanted a number from 0 to 1"),
        (HYP.replace("degrees: 5", "degrees: 500"), "degrees: wanted a number from 0 to 180"),
        ("", "a.yaml: wanted names with numbers, scale: 0.5, found nothing"),
        ("[1, 2]", "found a list"),
        ("just words", "found a str"),
        ("scale: 1\n\tmosaic: 2", "a.yaml: line 2: this is no YAML: "),
        ("[" * 400 + "]" * 400, "a.yaml: "),
        ("\x00", "a.yaml: "),
    ],
)
def test_a_hyp_file_that_cannot_be_meant_is_told_in_a_line(text: str, said: str) -> None:
    with pytest.raises(TrainingError, match=said) as caught:
        hyp_augmentation(text, "a.yaml")
    assert "\n" not in str(caught.value)


def test_without_pyyaml_a_hyp_file_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(TrainingError, match=r'pip install "anchorkit\[yaml\]"'):
        hyp_augmentation(HYP)


@pytest.mark.parametrize("name", NAMED)
def test_named_settings_need_no_pyyaml(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert named_augmentation(name) == NAMED[name]


def test_an_unknown_name_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="wanted yolov5, yolov5-high, yolov7, darknet, found 'v5'"):
        named_augmentation("v5")


def test_a_cfg_that_says_nothing_has_darknets_defaults() -> None:
    assert darknet_augmentation({}, {}) == DarknetAugmentation()


def test_a_cfg_gives_what_it_says() -> None:
    net = {"mosaic": "1", "mosaic_bound": "1", "resize_step": "64", "width": "608"}
    head = {"jitter": ".3", "resize": "1.5", "random": "1.2", "max": "90", "anchors": "1,2"}
    assert darknet_augmentation(net, head) == DarknetAugmentation(
        jitter=0.3,
        resize=1.5,
        random=1.2,
        mosaic=True,
        mosaic_bound=True,
        max_boxes=90,
        resize_step=64,
    )


def test_a_cfg_may_letterbox() -> None:
    assert darknet_augmentation({"letter_box": "1"}, {}).letter_box


@pytest.mark.parametrize(
    ("net", "head", "said"),
    [
        ({}, {"jitter": "much"}, "a.cfg: jitter: wanted a number from 0 to 1, found 'much'"),
        ({}, {"jitter": "1.5"}, "jitter: wanted a number from 0 to 1, found '1.5'"),
        ({}, {"resize": "0"}, "resize: wanted a number from 0.01 to 100, found '0'"),
        ({}, {"max": "0"}, r"max: wanted a number from 1 to 1e\+06, found '0'"),
        ({"mosaic": "1", "letter_box": "1"}, {}, "a.cfg: darknet refuses letter_box=1 together"),
    ],
)
def test_a_cfg_that_cannot_be_meant_is_told(
    net: dict[str, str], head: dict[str, str], said: str
) -> None:
    with pytest.raises(TrainingError, match=said):
        darknet_augmentation(net, head, "a.cfg")
