from dataclasses import replace

import numpy as np
import pytest

from anchorkit.errors import DataError, UsageError
from anchorkit.training.augmentation import DrawnBoxes, augmented
from anchorkit.training.augmentation_settings import (
    NAMED,
    Augmentation,
    DarknetAugmentation,
    YoloAugmentation,
)
from anchorkit.training.augmentation_yolo import load_shares

STILL = YoloAugmentation("yolov5", scale=0, translate=0, mosaic=0)
ONE = ([(0.5, 0.25)], [(0.5, 0.5)], [0], [(800, 400)])


def drawn(augmentation: Augmentation, count: int = 4000, side: int = 416) -> DrawnBoxes:
    """The box in the middle of an image of 800 x 400, drawn so often."""
    return augmented(*ONE, augmentation, frame=(side, side), wanted=count)


def test_yolov5_letterboxes() -> None:
    assert np.unique(drawn(STILL, side=640).sizes, axis=0).tolist() == [[320, 80]]


def test_darknet_stretches_unless_it_letterboxes() -> None:
    still = DarknetAugmentation(jitter=0)
    assert np.unique(drawn(still).sizes, axis=0).tolist() == [[208, 104]]
    boxed = drawn(replace(still, letter_box=True))
    assert np.unique(boxed.sizes, axis=0).tolist() == [[208, 52]]


def test_the_scale_is_drawn_evenly() -> None:
    found = drawn(replace(STILL, scale=0.5), count=20000, side=640)
    factors = found.sizes[:, 0] / 320
    assert factors.min() == pytest.approx(0.5, abs=0.001)
    assert factors.max() == pytest.approx(1.5, abs=0.001)
    assert np.quantile(factors, [0.25, 0.5, 0.75]) == pytest.approx([0.75, 1, 1.25], abs=0.02)
    assert found.sizes[:, 1] * 4 == pytest.approx(found.sizes[:, 0])


def test_yolov7_scales_up_by_a_tenth_more() -> None:
    found = drawn(replace(STILL, family="yolov7", scale=0.4), count=20000, side=640)
    assert found.sizes[:, 0].max() == pytest.approx(1.5 * 320, abs=0.5)
    assert found.sizes[:, 0].min() == pytest.approx(0.6 * 320, abs=0.5)


def test_a_shift_cuts_a_box_at_the_border() -> None:
    # 0.5 of the side either way: a box of half the side is cut by up to half
    found = drawn(replace(STILL, translate=0.5), count=20000, side=640)
    widths = found.sizes[:, 0]
    assert widths.max() == pytest.approx(320)
    assert widths.min() == pytest.approx(160, abs=0.5)
    assert (widths > 319.99).mean() == pytest.approx(0.5, abs=0.01)


def test_a_quarter_turn_makes_width_of_height() -> None:
    # Up to 90 degrees either way; the box around a turned square is 1 to sqrt 2 as wide, on average
    # 4 / pi
    box = ([(0.1, 0.1)], [(0.5, 0.5)], [0], [(640, 640)])
    turning = replace(STILL, degrees=90)
    widths = augmented(*box, turning, frame=(640, 640), wanted=20000).sizes[:, 0]
    assert widths.min() == pytest.approx(64, abs=0.01)
    assert widths.max() == pytest.approx(64 * 2**0.5, abs=0.01)
    assert widths.mean() == pytest.approx(64 * 4 / np.pi, rel=0.01)


def test_shearing_leans_a_box_by_its_height() -> None:
    box = ([(0.1, 0.2)], [(0.5, 0.5)], [0], [(640, 640)])
    sheared = augmented(*box, replace(STILL, shear=45), frame=(640, 640), wanted=20000).sizes
    assert sheared[:, 0].max() == pytest.approx(64 + 128, abs=0.1)
    assert sheared[:, 1].max() == pytest.approx(128 + 64, abs=0.1)


def test_perspective_makes_a_box_larger_or_smaller_with_its_place() -> None:
    box = ([(0.1, 0.1)], [(0.75, 0.5)], [0], [(640, 640)])
    tilted = augmented(*box, replace(STILL, perspective=1e-3), frame=(640, 640), wanted=5000)
    # 160 pixels right of the middle, tilted by up to a thousandth a pixel
    assert tilted.sizes[:, 1].min() > 64 / 1.25
    assert tilted.sizes[:, 1].max() < 64 / 0.75 * 1.2
    assert tilted.sizes[:, 1].std() > 3


def test_jitter_crops_and_pads_by_up_to_its_share() -> None:
    found = drawn(DarknetAugmentation(jitter=0.2), count=20000)
    # Shown are 0.6 to 1.4 of the image
    assert found.sizes[:, 0].max() == pytest.approx(208 / 0.6, rel=0.02)
    assert found.sizes[:, 0].min() == pytest.approx(208 / 1.4, rel=0.02)
    # Width and height on their own
    assert np.corrcoef(found.sizes.T)[0, 1] == pytest.approx(0, abs=0.03)


def test_resizing_of_darknet_scales_width_and_height_together() -> None:
    found = drawn(DarknetAugmentation(jitter=0, resize=2.0), count=20000)
    # Each border moves by half a side out to a quarter in: shown are 2 to 0.5 of the image
    assert found.sizes[:, 0].min() == pytest.approx(104, rel=0.02)
    assert found.sizes[:, 0].max() == pytest.approx(416, rel=0.02)
    assert found.sizes[:, 1] * 2 == pytest.approx(found.sizes[:, 0], rel=0.01)


def test_resizing_below_one_only_makes_smaller() -> None:
    found = drawn(DarknetAugmentation(jitter=0, resize=0.5), count=20000)
    assert found.sizes[:, 0].max() <= 208
    assert found.sizes[:, 0].min() == pytest.approx(104, rel=0.02)


def test_random_sizes_of_the_input_are_what_darknet_takes() -> None:
    found = drawn(DarknetAugmentation(jitter=0, random=1), count=20000)
    inputs, counts = np.unique(found.sizes[:, 0] * 2, return_counts=True)
    assert inputs.tolist() == list(range(320, 609, 32))
    # v from 1 to 1.4 gives 13 v + 1, rounded: 448 is v below 13.5 / 13, and no v gives 416; below
    # 1 all that comes to more is 416: 1 / v above 12.5 / 13
    shares = counts / counts.sum()
    assert shares[inputs == 416] == pytest.approx((13 / 11.5 - 13 / 12.5) / 0.8 + 0.05, abs=0.01)
    assert shares[inputs == 448] == pytest.approx((13.5 / 13 - 1) / 0.8, abs=0.01)


def test_named_sources_lose_boxes_to_the_border() -> None:
    found = drawn(NAMED["darknet"])
    assert 0 <= found.lost < 0.2
    assert drawn(NAMED["yolov5"]).losses["outside"] > 0


def test_boxes_too_small_are_lost_and_counted() -> None:
    tiny = ([(0.004, 0.05)], [(0.5, 0.5)], [0], [(640, 640)])
    # 2.56 pixels; scaled by less than 2 / 2.56, it is dropped
    found = augmented(*tiny, replace(STILL, scale=0.5), frame=(640, 640), wanted=20000)
    assert found.lost == pytest.approx(2 / 2.56 - 0.5, abs=0.01)
    assert found.losses["small"] == found.drawn - len(found)
    assert found.sizes.min() > 2


def test_darknet_drops_what_is_below_a_pixel() -> None:
    tiny = ([(0.0025, 0.5)], [(0.5, 0.5)], [0], [(640, 640)])
    found = augmented(*tiny, NAMED["darknet"], frame=(416, 416), wanted=5000)
    assert found.losses["small"] > 0
    assert found.sizes.min() >= 1


def test_narrow_boxes_are_lost_beyond_the_limit_of_each_trainer() -> None:
    narrow = ([(0.9, 0.03)], [(0.5, 0.5)], [0], [(640, 640)])
    five = augmented(*narrow, STILL, frame=(640, 640), wanted=10)
    seven = augmented(*narrow, replace(STILL, family="yolov7"), frame=(640, 640), wanted=10)
    assert five.lost == 0
    assert (seven.lost, seven.losses["narrow"]) == (1, seven.drawn)
    assert seven.sizes.shape == (0, 2)


def test_what_keeps_a_tenth_of_its_area_or_less_is_lost() -> None:
    # At the border, shifted out by up to its width: of ten shifts that leave some, one leaves less
    # than a tenth
    edge = ([(0.1, 0.1)], [(0.05, 0.5)], [0], [(640, 640)])
    found = augmented(*edge, replace(STILL, translate=0.1), frame=(640, 640), wanted=20000)
    assert found.lost == pytest.approx(0.05, abs=0.005)
    # Of up to two pixels of it, that is the reason
    assert found.losses["cut"] / found.drawn == pytest.approx(4.4 / 128, abs=0.005)
    assert found.sizes[:, 0].min() > 6.4


def test_what_is_left_of_an_area_is_measured_against_the_scaled_box() -> None:
    found = drawn(replace(STILL, scale=0.95), count=20000, side=640)
    assert found.lost == 0


def test_a_crop_with_nothing_left_shows_the_whole_image_instead() -> None:
    # Of both sides' jitter 1 / 8 sum to more than the side, on one axis or on the other
    found = drawn(DarknetAugmentation(jitter=1), count=20000)
    whole = (found.sizes == (208, 104)).all(axis=1).sum()
    assert whole / found.drawn == pytest.approx(1 - (7 / 8) ** 2, abs=0.01)


def test_cut_at_the_tiles_of_a_mosaic_boxes_have_whole_pixels_and_more_than_one() -> None:
    small = ([(0.02, 0.02)], [(0.5, 0.5)], [0], [(640, 640)])
    bound = DarknetAugmentation(jitter=0.3, mosaic=True, mosaic_bound=True)
    sides = augmented(*small, bound, frame=(96, 96), wanted=5000).sizes
    whole = (np.abs(sides - np.round(sides)) < 1e-6).all(axis=1)
    # Four fifths of the boxes are loaded in mosaics, where more are lost
    assert 0.5 < whole.mean() < 0.8
    assert sides[whole].min() == pytest.approx(2)


def test_more_boxes_in_an_image_than_darknet_reads_are_lost() -> None:
    crowd = ([(0.1, 0.1)] * 40, [(0.5, 0.5)] * 40, [0] * 40, [(640, 640)])
    found = augmented(
        *crowd, DarknetAugmentation(jitter=0, max_boxes=10), frame=(416, 416), wanted=20000
    )
    assert found.lost == pytest.approx(0.75, abs=0.01)
    assert found.losses["crowded"] == found.drawn - len(found)


def test_shares_of_mosaics_count_the_images_they_show() -> None:
    assert load_shares(replace(STILL, mosaic=1)) == (0, 1, 0)
    assert load_shares(STILL) == (1, 0, 0)
    # Of ten loads 2 alone, 8 mosaics of which 4 bring a second: 12 x 4 images
    assert load_shares(replace(STILL, mosaic=0.8, mixup=0.5)) == pytest.approx((2 / 50, 48 / 50, 0))
    # 8 mosaics of four, 2 of nine
    seven = replace(STILL, family="yolov7", mosaic=1)
    assert load_shares(seven) == pytest.approx((0, 32 / 50, 18 / 50))


def test_the_same_arguments_draw_the_same_boxes() -> None:
    first, second = drawn(NAMED["yolov7"]), drawn(NAMED["yolov7"])
    assert first.sizes.tobytes() == second.sizes.tobytes()
    other = augmented(*ONE, NAMED["yolov7"], frame=(416, 416), seed=1, wanted=4000)
    assert first.sizes[:10].tolist() != other.sizes[:10].tolist()


def test_every_box_is_drawn_equally_often() -> None:
    count = 70
    rows = np.arange(count)
    sizes = np.stack([(rows + 1) / 100, np.full(count, 0.5)], axis=1)
    found = augmented(
        sizes,
        np.full((count, 2), 0.5),
        rows,
        np.full((count, 2), 640),
        STILL,
        frame=(640, 640),
        wanted=1000,
    )
    times = np.bincount(found.sources, minlength=count)
    assert set(times.tolist()) <= {14, 15}
    assert found.sizes[:, 0] == pytest.approx(sizes[found.sources, 0] * 640)


def test_of_more_boxes_than_are_wanted_each_is_drawn_once_at_most() -> None:
    count = 5000
    ids = np.zeros(count, dtype=int)
    found = augmented(
        np.full((count, 2), 0.5),
        np.full((count, 2), 0.5),
        ids,
        [(640, 640)],
        STILL,
        frame=(640, 640),
        wanted=100,
    )
    assert len(found) == found.drawn == len(np.unique(found.sources)) == 100
    assert found.sources.max() > 4000


def test_where_all_is_lost_the_draw_ends() -> None:
    tiny = ([(0.001, 0.001)], [(0.5, 0.5)], [0], [(640, 640)])
    found = augmented(*tiny, STILL, frame=(640, 640), wanted=1000)
    assert (len(found), found.lost, found.drawn) == (0, 1, 8000)


def test_an_image_of_unknown_size_stops_only_what_needs_it() -> None:
    unknown = (*ONE[:3], [(np.nan, np.nan)])
    found = augmented(*unknown, DarknetAugmentation(jitter=0), frame=(416, 416), wanted=10)
    assert found.sizes[0].tolist() == [208, 104]
    with pytest.raises(DataError, match="image 0: yolov5 needs the size of the image in pixels"):
        augmented(*unknown, STILL, frame=(640, 640))
    with pytest.raises(DataError, match="image 0: letter_box needs the size"):
        augmented(*unknown, DarknetAugmentation(letter_box=True), frame=(416, 416))


def test_an_image_without_boxes_may_be_of_unknown_size() -> None:
    more = (*ONE[:3], [*ONE[3], (np.nan, np.nan)])
    found = augmented(*more, NAMED["yolov7"], frame=(640, 640), wanted=1000)
    assert np.isfinite(found.sizes).all()


def test_arguments_that_cannot_be_meant_are_told() -> None:
    sizes, centres, ids, images = ONE
    with pytest.raises(DataError, match="no boxes to augment"):
        augmented(np.empty((0, 2)), np.empty((0, 2)), [], images, STILL, frame=(64, 64))
    with pytest.raises(UsageError, match="centres: wanted 1 rows"):
        augmented(sizes, [(0.5, np.nan)], ids, images, STILL, frame=(64, 64))
    with pytest.raises(UsageError, match="image_ids: wanted rows of the 1 image sizes"):
        augmented(sizes, centres, [1], images, STILL, frame=(64, 64))
    with pytest.raises(UsageError, match="image_ids: wanted 1 whole numbers"):
        augmented(sizes, centres, [0.5], images, STILL, frame=(64, 64))
    with pytest.raises(UsageError, match="yolov5 trains on squares, found 64x32"):
        augmented(sizes, centres, ids, images, STILL, frame=(64, 32))
    with pytest.raises(UsageError, match="family: wanted yolov5, yolov7, found 'v5'"):
        augmented(sizes, centres, ids, images, replace(STILL, family="v5"), frame=(64, 64))
