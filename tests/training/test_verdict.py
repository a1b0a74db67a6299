"""For every finding: figures that bring it about, and the nearest ones that do not."""

import re
from dataclasses import replace
from inspect import getsource
from typing import Any

import numpy as np
import pytest

from anchorkit.training import verdict as module
from anchorkit.training.thresholds import THRESHOLDS
from anchorkit.training.verdict import LEVELS, Finding, advice, gain_interval, verdict
from anchorkit.training.verdict_input import ClassFit, Fit, HeadFit, VerdictInput

ANCHORS = np.asarray([(10.0, 10.0), (40.0, 40.0), (160.0, 160.0)])
GOOD = Fit(0.80, 0.05, 1.0)

QUIET = VerdictInput(
    anchors=ANCHORS,
    defaults=ANCHORS,
    default_name="yolov3",
    labelled=GOOD,
    labelled_defaults=GOOD,
    training=GOOD,
    training_defaults=GOOD,
    images=1000,
    boxes=10_000,
)
"""Both sets fit alike, and there is plenty of data: the only advice is to keep the defaults."""


def codes(**changed: Any) -> set[str]:
    return {finding.code for finding in verdict(replace(QUIET, **changed))}


def head(stride: int, *sides: float, share: float = 0.5, below: float = 0.0) -> HeadFit:
    return HeadFit(stride, np.asarray([(side, side) for side in sides]), share, below)


def test_a_tie_is_won_by_the_defaults() -> None:
    assert [finding.code for finding in verdict(QUIET)] == ["keep-defaults"]


PAIRS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "use-new",
        {"training_defaults": Fit(0.45, 0.20, 1.0), "training": Fit(0.8, 0.099, 1.0)},
        {"training_defaults": Fit(0.45, 0.199, 1.0), "training": Fit(0.8, 0.098, 1.0)},
    ),
    (
        "may-help",
        {"training_defaults": Fit(0.6, 0.15, 1.0), "training": Fit(0.8, 0.04, 1.0)},
        {"training_defaults": Fit(0.6, 0.15, 1.0), "training": Fit(0.8, 0.06, 1.0)},
    ),
    (
        "no-defaults",
        {"labelled_defaults": None, "training_defaults": None, "no_defaults": "none of 6"},
        {"no_defaults": "none of 6"},
    ),
    (
        "both-miss",
        {"training_defaults": Fit(0.4, 0.6, 1.0), "training": Fit(0.45, 0.55, 1.0)},
        {"training_defaults": Fit(0.4, 0.6, 1.0), "training": Fit(0.45, 0.45, 1.0)},
    ),
    (
        "both-miss",
        {"training_defaults": Fit(0.5, 0.31, 1.0), "training": Fit(0.5, 0.30, 1.0)},
        {"training_defaults": Fit(0.5, 0.30, 1.0), "training": Fit(0.5, 0.29, 1.0)},
    ),
    (
        "keep-defaults-worse",
        {"training": Fit(0.70, 0.081, 1.0)},
        {"training": Fit(0.70, 0.079, 1.0)},
    ),
    (
        "use-new-untrained",
        {"untrained": 0.001, "untrained_defaults": 0.02},
        {"untrained": 0.001, "untrained_defaults": 0.005},
    ),
    ("training-unknown", {"training": None, "training_defaults": None}, {}),
    ("recall-falls", {"training": Fit(0.8, 0.05, 0.989)}, {"training": Fit(0.8, 0.05, 0.995)}),
    (
        "class-worse",
        {"classes": [ClassFit("cat", 30, 0.7, 0.64)]},
        {"classes": [ClassFit("cat", 29, 0.7, 0.64), ClassFit("dog", 99, 0.7, 0.66)]},
    ),
    ("untrained", {"untrained": 0.01}, {"untrained": 0.009}),
    ("overwritten", {"overwritten": 0.05}, {"overwritten": 0.04}),
    ("head-too-coarse", {"heads": [head(32, 20, 31)]}, {"heads": [head(32, 20, 33)]}),
    (
        "head-too-fine",
        {"heads": [head(8, 129, 300), head(32, 300)]},
        {"heads": [head(8, 120, 300), head(32, 2000)]},
    ),
    (
        "head-idle",
        {"heads": [head(8, 10, share=0.009), head(16, 40, share=0.991)]},
        {"heads": [head(8, 10, share=0.011), head(16, 40, share=0.989)]},
    ),
    ("crowded", {"anchors": ANCHORS / ANCHORS * [[20], [25], [39]]}, {"anchors": ANCHORS}),
    ("left-out", {"left_out": 0.05}, {"left_out": 0.04}),
    ("dropped", {"dropped": 0.01, "dropped_why": "2 px"}, {"dropped": 0.009}),
    ("tiny", {"tiny": 0.1}, {"tiny": 0.09}),
    ("few-data", {"images": 99}, {"images": 100}),
    ("few-data", {"boxes": 89}, {"boxes": 90}),
    (
        "gain-unsure",
        {"gain": 0.01, "interval": (-0.01, 0.03)},
        {"gain": 0.01, "interval": (0.005, 0.015)},
    ),
    ("far-from-weights", {"weights": ANCHORS * 10}, {"weights": ANCHORS * 1.1}),
]


@pytest.mark.parametrize(("code", "there", "gone"), PAIRS, ids=lambda value: str(value)[:20])
def test_a_finding_appears_and_vanishes(
    code: str, there: dict[str, Any], gone: dict[str, Any]
) -> None:
    assert code in codes(**there)
    assert code not in codes(**gone)


def test_every_code_of_the_verdict_is_tried_here() -> None:
    made = re.findall(r'Finding\(\s*[^,]+,\s*"([a-z-]+)"', getsource(module))
    assert len(made) > 15
    assert set(made) <= {code for code, _, _ in PAIRS} | {"keep-defaults"}


def test_assigning_by_size_is_a_way_out_only_where_it_can_be() -> None:
    def text(*, can_assign: bool) -> str:
        given = replace(QUIET, heads=[head(32, 20, 31)], can_assign=can_assign)
        return next(one.text for one in verdict(given) if one.code == "head-too-coarse")

    assert "--assign size" in text(can_assign=True)
    assert "--assign" not in text(can_assign=False)


def test_what_other_images_lose_weighs_against_the_gain() -> None:
    missed, hit = Fit(0.45, 0.80, 1.0), Fit(0.8, 0.05, 1.0)
    given_fits = replace(QUIET, training=hit, training_defaults=missed)

    def code(loss: float) -> str:
        given = replace(given_fits, gain=0.3, interval=(0.2, 0.4), images=50, held_out_loss=loss)
        return next(advice(given)).code

    assert (code(0.29), code(0.31)) == ("use-new", "may-help")


def test_a_serious_loss_on_held_out_images_is_a_warning() -> None:
    def level(loss: float) -> str:
        found = verdict(replace(QUIET, images=50, held_out_loss=loss))
        return next(finding.level for finding in found if finding.code == "few-data")

    assert (level(0.019), level(0.021)) == ("note", "warning")


def test_without_training_the_labels_decide_and_it_is_said() -> None:
    found = verdict(
        replace(
            QUIET,
            training=None,
            training_defaults=None,
            labelled=Fit(0.8, 0.05, 1.0),
            labelled_defaults=Fit(0.4, 0.7, 1.0),
        )
    )
    assert [finding.code for finding in found] == ["use-new", "training-unknown"]
    assert "as labelled 70% of the boxes are below IoU 0.5 with yolov3, 5% with" in found[0].text


def test_a_gain_that_may_be_chance_is_no_reason_to_change() -> None:
    missed = {"training_defaults": Fit(0.45, 0.5, 1.0), "training": Fit(0.46, 0.1, 1.0)}
    assert "use-new" in codes(**missed, gain=0.01, interval=(0.001, 0.02))
    assert "use-new" not in codes(**missed, gain=0.01, interval=(-0.001, 0.02))


def test_without_defaults_nothing_is_advised() -> None:
    assert codes(labelled_defaults=None, training_defaults=None, defaults=None) == set()


def test_findings_come_worst_first_and_on_one_line() -> None:
    found = verdict(replace(QUIET, left_out=0.5, tiny=0.5, untrained=0.5, images=3))
    levels = [LEVELS.index(finding.level) for finding in found]
    assert levels == sorted(levels)
    assert levels[0] < levels[-1]
    assert all(isinstance(one, Finding) and "\n" not in one.text for one in found)


def test_every_threshold_has_its_reason() -> None:
    assert all(len(bound.reason) > 30 for bound in THRESHOLDS.values())


def test_the_interval_of_a_gain_covers_it_as_often_as_it_should() -> None:
    # Gains of images, each image with the same gain for all its boxes: 19 of 20 intervals cover 0.1
    stream = np.random.RandomState(0)
    covered = 0
    for _ in range(400):
        counts = stream.randint(1, 9, 60)
        of_image = 0.1 + 0.05 * stream.standard_normal(60)
        ids = np.repeat(np.arange(60), counts)
        _, (low, high) = gain_interval(of_image[ids], ids)
        covered += low <= 0.1 <= high
    assert 0.91 < covered / 400 < 0.98


def test_one_image_alone_tells_nothing_of_others() -> None:
    assert gain_interval(np.asarray([0.2, 0.4]), np.asarray([3, 3]))[1] == (-1.0, 1.0)
