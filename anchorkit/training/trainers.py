"""The trainers that anchors are made for: what each expects, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from anchorkit.errors import UsageError
from anchorkit.network_input import NetworkInput
from anchorkit.suggestions import meant_name
from anchorkit.training.anchor_free import NO_ANCHORS, has_no_anchors

__all__ = ["TRAINERS", "Trainer", "trainer_named"]


@dataclass(frozen=True, kw_only=True)
class Trainer:
    """What a trainer expects of anchors, and what it does with boxes.

    Attributes
    ----------
    name
        As `--trainer` takes it.
    label
        As a person calls it.
    network
        Its usual input, and how images come to it.
    strides
        Of its levels, ascending.
    order
        `ascending` where its files begin with the finest level, else `descending`.
    unit
        What sides are counted in: `pixels` of the input.
    height_first
        Whether it wants the height before the width.
    per_level
        Anchors of each level, where nothing else is asked for.
    precision
        Decimals that its files have.
    unequal
        Whether levels may have different numbers of anchors.
    rule
        By which of `anchorkit.training.judgement.RULES` it gives boxes to anchors; None: by one
        that depends on the network, or that is not modelled.
    least_side, least_is_kept
        Pixels of the input below which a side takes a box out of training, and whether a side of
        just so many leaves it in.
    input_is_said_by
        Where the input is really decided, of a trainer that has no usual one; else empty.
    defaults
        For each number of anchors the preset that it starts from.
    augmentation
        The name of its usual augmentation in `augmentation_settings.NAMED`; None: not modelled.
    """

    name: str
    label: str
    network: NetworkInput
    strides: tuple[int, ...] = (8, 16, 32)
    order: str = "ascending"
    unit: str = "pixels"
    height_first: bool = False
    per_level: int = 3
    precision: int = 0
    unequal: bool = False
    rule: str | None = None
    least_side: float = 0.0
    least_is_kept: bool = False
    input_is_said_by: str = ""
    defaults: Mapping[int, str] = field(default_factory=dict)
    augmentation: str | None = None

    @property
    def by_ratio(self) -> bool:
        """Whether it judges anchors by the ratios of their sides with those of the boxes."""
        return self.rule in ("yolov5", "yolov7")


_DARKNET = {5: "yolov2-voc", 6: "yolov3-tiny", 9: "yolov3", 12: "yolov4-p5", 16: "yolov4-p6"}
_YOLOV3 = {6: "yolov3-tiny", 9: "yolov3"}

TRAINERS: Mapping[str, Trainer] = {
    one.name: one
    for one in (
        Trainer(
            name="darknet",
            label="darknet",
            network=NetworkInput(416, 416),
            unequal=True,
            rule="darknet",
            least_side=1.0,
            least_is_kept=True,
            defaults=_DARKNET,
            augmentation=None,  # a cfg says it
        ),
        Trainer(
            name="yolov5",
            label="YOLOv5",
            network=NetworkInput(640, 640, "letterbox"),
            rule="yolov5",
            least_side=2.0,
            defaults={9: "yolov5", 12: "yolov5-p6"},
            augmentation="yolov5",
        ),
        Trainer(
            name="yolov7",
            label="YOLOv7",
            network=NetworkInput(640, 640, "letterbox"),
            rule="yolov7",
            least_side=2.0,
            defaults={9: "yolov7", 12: "yolov7-w6"},
            augmentation="yolov7",
        ),
        Trainer(
            name="mmdet",
            label="MMDetection",
            network=NetworkInput(608, 608, "letterbox"),
            order="descending",
            defaults=_YOLOV3,
        ),
        Trainer(
            name="mmyolo",
            label="MMYOLO",
            network=NetworkInput(640, 640, "letterbox"),
            rule="yolov5",
            least_side=2.0,
            defaults={9: "yolov5", 12: "yolov5-p6"},
        ),
        Trainer(
            name="paddle",
            label="PaddleDetection",
            network=NetworkInput(608, 608),
            order="descending",
            unequal=True,
            defaults=_YOLOV3,
        ),
        Trainer(
            name="keras",
            label="keras-yolo3",
            network=NetworkInput(416, 416),  # it trains on stretched images, and letterboxes later
            least_side=1.0,
            defaults=_YOLOV3,
        ),
        Trainer(
            name="tao",
            label="NVIDIA TAO",
            network=NetworkInput(608, 608),
            input_is_said_by="output_width x output_height of the spec",
            order="descending",
            precision=2,
            unequal=True,
            rule="tao",
            defaults={9: "yolov4"},
        ),
        Trainer(
            name="matlab",
            label="MATLAB",
            network=NetworkInput(416, 416),
            input_is_said_by="the input size of the detector",
            order="descending",
            height_first=True,
            unequal=True,
            defaults=_YOLOV3,
        ),
    )
}
"""By name, in the order of the help."""


ALSO_CALLED: Mapping[str, str] = {
    **dict.fromkeys(("yolov2", "yolov3", "yolov3-tiny", "yolov4", "yolov4-tiny"), "darknet"),
    **dict.fromkeys(("alexeyab", "pjreddie", "yolo_mark"), "darknet"),
    **dict.fromkeys(("ultralytics", "pytorch", "yolov5s"), "yolov5"),
    **dict.fromkeys(("mmdetection", "openmmlab"), "mmdet"),
    **dict.fromkeys(("paddledetection", "paddlepaddle", "ppyolo"), "paddle"),
    **dict.fromkeys(("keras-yolo3", "tensorflow"), "keras"),
    **dict.fromkeys(("nvidia", "tlt"), "tao"),
}
"""What people call trainers of ours, and networks that one of them usually trains."""


def trainer_named(name: str) -> Trainer:
    """The trainer of a name, whatever the case.

    Parameters
    ----------
    name
        A key of `TRAINERS`.

    Raises
    ------
    UsageError
        Where there is none such, with the names that there are; where the name is that of a model
        without anchors, saying so.

    Examples
    --------
    >>> trainer_named("YOLOv5").network
    NetworkInput(width=640, height=640, resize='letterbox')
    """
    known = name.strip().casefold()
    if known in TRAINERS:
        return TRAINERS[known]
    if has_no_anchors(known):
        raise UsageError(f"--trainer {name}: {NO_ANCHORS}")
    raise UsageError(
        f"--trainer {name}: no such trainer; {meant_name(known, TRAINERS, ALSO_CALLED)}"
    )
