"""The parts of the search against plain references, and what the whole promises."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from anchorkit.clustering import UPDATES, cluster
from anchorkit.overlap import iou, nearest
from anchorkit.quality import evaluate
from anchorkit.search import passes, points
from anchorkit.search.passes import Pass, balanced, medians
from anchorkit.search.points import Points, distinct_sizes, points_of, sketch
from anchorkit.search.polish import FACTORS, approached, polished, slopes
from anchorkit.search.sample import evenly, samples_of, thinned
from anchorkit.search.swaps import Effort, balance_points, climb, explore, look

Floats = NDArray[np.float64]

sides = st.one_of(st.integers(1, 9).map(float), st.floats(0.01, 100))
boxes = st.lists(st.tuples(sides, sides), min_size=1, max_size=40).map(np.array)


def everyday(count: int, seed: int = 0) -> Floats:
    """Sizes of several kinds, in whole pixels: many repeat, and there are many local optima."""
    stream = np.random.RandomState(seed)
    kind = stream.randint(0, 7, count)
    centre = stream.uniform(2, 5.5, (7, 2))
    sizes: Floats = np.ceil(np.exp(centre[kind] + stream.normal(0, 0.35, (count, 2))))
    return sizes


def mean_iou(sizes: Floats, anchors: Floats) -> float:
    return float(iou(sizes, anchors).max(axis=1).mean())


# --- passes -----------------------------------------------------------------------------------


@given(boxes, boxes)
def test_nearest_is_the_first_of_the_highest_iou(sizes: Floats, anchors: Floats) -> None:
    table = iou(sizes, anchors)
    labels, best = nearest(sizes, anchors)
    assert labels.tolist() == table.argmax(axis=1).tolist()
    assert best.tolist() == table.max(axis=1).tolist()


@given(st.data(), boxes, st.integers(1, 4))
def test_medians_are_those_of_the_boxes_written_out(
    data: st.DataObject, sizes: Floats, k: int
) -> None:
    counts = data.draw(st.lists(st.integers(1, 5), min_size=len(sizes), max_size=len(sizes)))
    anchors = np.array(data.draw(st.lists(st.tuples(sides, sides), min_size=k, max_size=k)))
    width, height = np.ascontiguousarray(sizes.T)
    scan = Pass(points_of(width, height, np.array(counts, dtype=float)), k)
    scan.mean_iou(anchors)
    found = medians(scan, k)
    written, owner = np.repeat(sizes, counts, axis=0), np.repeat(scan.labels, counts)
    for row in range(k):
        mine = written[owner == row]
        if len(mine):
            assert found[row].tolist() == np.median(mine, axis=0).tolist()
        else:
            assert np.isnan(found[row]).all()


def test_balance_is_where_the_pull_of_smaller_points_reaches_the_target() -> None:
    width = np.array([1.0, 2.0, 3.0, 4.0])
    scan = Pass(points_of(width, width, None), 1)
    scan.mean_iou(np.array([[2.0, 2.0]]))
    pull = np.array([1.0, 1.0, 2.0, 1.0])
    assert balanced(scan, pull, np.array([2.5]), 1).tolist() == [[3.0, 3.0]]
    assert balanced(scan, pull, np.array([2.0]), 1).tolist() == [[2.5, 2.5]]


def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "THREADED", 0)
    sizes = everyday(3000)
    one, three = (cluster(sizes, 4, threads=threads) for threads in (1, 3))
    assert one.anchors.tolist() == three.anchors.tolist()
    assert one.mean_iou == three.mean_iou
    assert one.labels.tolist() == three.labels.tolist()


# --- points and samples -----------------------------------------------------------------------


@given(boxes)
def test_equal_sizes_are_merged_with_their_count(sizes: Floats) -> None:
    found = distinct_sizes(sizes, None)
    wanted, counts = np.unique(sizes, axis=0, return_counts=True)
    order = np.lexsort((found.height, found.width))
    assert found.sizes[order].tolist() == wanted.tolist()
    assert found.weight is not None
    assert found.weight[order].tolist() == counts.tolist()


def test_sizes_with_the_same_mix_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "_mixed", lambda sizes: np.zeros(len(sizes), dtype=np.uint64))
    found = distinct_sizes(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0]]), None)
    assert found.sizes.tolist() == [[1.0, 2.0], [2.0, 1.0]]
    assert found.weight is not None
    assert found.weight.tolist() == [2.0, 1.0]


def test_merging_in_chunks_finds_the_same_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = everyday(2000)
    whole = distinct_sizes(sizes, None)
    monkeypatch.setattr(points, "CHUNK", 64)
    parts = distinct_sizes(sizes, None)
    assert parts.sizes.tolist() == whole.sizes.tolist()
    assert parts.weight is not None
    assert whole.weight is not None
    assert parts.weight.tolist() == whole.weight.tolist()


def test_a_sketch_keeps_the_boxes_and_moves_none_by_more_than_a_cell() -> None:
    sizes = everyday(5000) * 1.2345
    found = sketch(distinct_sizes(sizes, None))
    assert found.total == 5000
    for axis, side in enumerate((found.width, found.height)):
        nearest_cell = np.abs(np.log(sizes[:, axis][:, None] / side)).min(axis=1)
        assert nearest_cell.max() < np.log(1 + 1 / 64)
    anchors = sizes[[0, 10, 200]]
    scan = Pass(found, 3)
    assert scan.mean_iou(anchors) == pytest.approx(mean_iou(sizes, anchors), abs=2e-3)


def test_a_sketch_of_sizes_far_apart_stays_small() -> None:
    sizes = np.exp(np.random.RandomState(0).uniform(-60, 60, (1000, 2)))
    found = sketch(distinct_sizes(sizes, None))
    assert found.total == 1000
    assert (found.width > 0).all()


def test_an_even_sample_is_closer_than_a_random_one() -> None:
    sizes = everyday(20000) * np.random.RandomState(1).uniform(0.9, 1.1, (20000, 2))
    stream = np.random.RandomState(2)
    (sample,) = evenly(distinct_sizes(sizes, None), [1000])
    drawn = sizes[stream.choice(len(sizes), 1000, replace=False)]
    errors = np.array(
        [
            [mean_iou(some, anchors) - mean_iou(sizes, anchors) for some in (sample, drawn)]
            for anchors in (sizes[stream.choice(len(sizes), 6)] for _ in range(20))
        ]
    )
    even, random = np.sqrt((errors**2).mean(axis=0))
    assert even < random / 3


@given(boxes, boxes)
def test_a_look_at_a_sample_agrees_with_iou(sizes: Floats, anchors: Floats) -> None:
    (sample,) = samples_of(distinct_sizes(sizes, None), [100])
    found = look(sample, anchors * sample.scale)
    assert found.mean_iou == pytest.approx(mean_iou(sizes, anchors), abs=1e-4)


def test_a_climb_never_ends_below_its_start() -> None:
    (sample,) = samples_of(distinct_sizes(everyday(3000), None), [5000])
    stream = np.random.RandomState(0)
    for _ in range(20):
        start = sample.sizes[stream.choice(len(sample), 5)]
        assert climb(sample, start, 10).mean_iou >= look(sample, start).mean_iou


@given(boxes, boxes, st.integers(1, 3))
def test_anchors_are_balanced_at_the_quantile_a_plain_count_gives(
    sizes: Floats, anchors: Floats, weight: int
) -> None:
    assume(len(anchors) <= len(sizes))
    weights: Floats = (np.arange(len(sizes)) % weight + 1).astype(np.float64)
    width, height = np.ascontiguousarray(sizes.T)
    (sample,) = samples_of(points_of(width, height, weights), [100])
    assert sample.weight is not None
    sizes, weights = sample.sizes / sample.scale, sample.weight
    state = look(sample, anchors * sample.scale)
    found = balance_points(sample, anchors * sample.scale, state) / sample.scale
    areas = sizes.prod(axis=1)
    for row, own in enumerate(anchors.prod(axis=1)):
        mine = state.labels == row
        if not mine.any():
            continue
        share = weights * state.best * (1 + state.best) / (own + areas)
        target = (share * areas)[mine].sum()
        for column in range(2):
            side = sizes[mine, column]
            order = np.argsort(side)
            reached = share[mine][order].cumsum() * own
            reached += (share * areas)[mine][order].cumsum()
            # The balance point itself, or one beside it where rounding decides
            at = np.searchsorted(reached, [target * (1 - 1e-6), target * (1 + 1e-6)])
            near = side[order][np.minimum(at, len(side) - 1)]
            assert near[0] * (1 - 1e-9) <= found[row, column] <= near[1] * (1 + 1e-9)


def test_of_many_points_the_balance_point_is_found_to_within_a_level() -> None:
    sizes = np.random.RandomState(2).lognormal(3, 0.6, (4000, 2))
    (sample,) = samples_of(distinct_sizes(sizes, None), [5000])
    anchors = np.array([[20.0, 20.0]]) * sample.scale
    for _ in range(40):
        anchors = balance_points(sample, anchors, look(sample, anchors))
    for column in range(2):
        for side in np.quantile(sample.sizes[:, column], [0.2, 0.8]):
            moved = anchors.copy()
            moved[0, column] = side
            assert look(sample, moved).mean_iou < look(sample, anchors).mean_iou
    best = max(look(sample, anchors * factor).mean_iou for factor in np.linspace(0.9, 1.1, 21))
    assert look(sample, anchors).mean_iou > best - 1e-4


def test_a_thinned_sample_is_every_second_point_in_the_same_unit() -> None:
    (sample,) = samples_of(distinct_sizes(everyday(7000).cumsum(axis=0), None), [4000])
    thin = thinned(sample, 2000)
    assert thin.sizes.tolist() == sample.sizes[::2].tolist()
    assert thin.scale == sample.scale
    assert thinned(sample, 4000) is sample


def test_a_sample_with_weights_is_not_thinned() -> None:
    (sample,) = samples_of(distinct_sizes(np.repeat(everyday(500), 2, axis=0), None), [4000])
    assert thinned(sample, 10) is sample


# --- the whole --------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.integers(1, 6))
def test_median_anchors_are_the_medians_of_the_boxes_nearest_the_anchors_before(
    seed: int, k: int
) -> None:
    sizes = everyday(200, seed)
    found = cluster(sizes, k, seed=seed)
    labels = iou(sizes, found.before).argmax(axis=1)
    for row in range(k):
        assert found.anchors[row].tolist() == np.median(sizes[labels == row], axis=0).tolist()


def test_mean_anchors_are_the_means_of_the_boxes_nearest_the_anchors_before() -> None:
    sizes = everyday(500)
    found = cluster(sizes, 4, update="mean")
    labels = iou(sizes, found.before).argmax(axis=1)
    for row in range(4):
        assert found.anchors[row] == pytest.approx(sizes[labels == row].mean(axis=0), rel=1e-9)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000), st.integers(1, 6))
def test_no_single_side_of_iou_anchors_can_be_moved_to_gain(seed: int, k: int) -> None:
    sizes = everyday(300, seed) * np.random.RandomState(seed).choice([1.0, 1.01])
    found = cluster(sizes, k, update="iou", seed=seed)
    for row, side in np.ndindex(k, 2):
        for factor in (0.999, 1.001):
            moved = found.anchors.copy()
            moved[row, side] *= factor
            assert mean_iou(sizes, moved) <= found.mean_iou + 1e-11


def test_polishing_ends_where_no_move_gains_and_never_falls() -> None:
    sizes = everyday(2000)
    scan = Pass(distinct_sizes(sizes, None), 5)
    start = sizes[:5] * 1.0
    reached, anchors, history = polished(scan, start, scan.mean_iou(start))
    assert history == sorted(history)
    assert reached == pytest.approx(mean_iou(sizes, anchors), abs=1e-12)
    for row, side in np.ndindex(5, 2):
        for factor in FACTORS:
            moved = anchors.copy()
            moved[row, side] *= factor
            assert mean_iou(sizes, moved) <= reached + 1e-11


def smooth(count: int) -> Points:
    """Points of many distinct sizes, over which mean IoU changes smoothly."""
    stream = np.random.RandomState(8)
    centres = np.exp(stream.normal(3, 0.7, (12, 2)))[stream.randint(0, 12, count)]
    return distinct_sizes(centres * np.exp(stream.normal(0, 0.3, (count, 2))), None)


def test_slopes_are_the_change_of_the_sum_of_best_ious_with_each_side() -> None:
    cloud = smooth(20000)
    scan = Pass(cloud, 5)
    anchors = cloud.sizes[:5] * 1.0
    scan.mean_iou(anchors)
    found = slopes(scan, anchors)
    for place in np.ndindex(anchors.shape):
        ends = []
        for factor in (1.001, 0.999):
            moved = anchors.copy()
            moved[place] *= factor
            ends.append(scan.mean_iou(moved) * cloud.total)
        assert found[place] == pytest.approx((ends[0] - ends[1]) / 0.002, abs=cloud.total * 3e-4)


def test_an_approach_never_falls_and_leaves_next_to_nothing_to_polish() -> None:
    cloud = smooth(30000)
    scan, cells = Pass(cloud, 6), Pass(sketch(cloud), 6)
    start = cluster(cloud.sizes, 6).anchors * 1.03
    before = scan.mean_iou(start)
    reached, anchors, history = approached(scan, cells, start)
    assert history[0] == before
    assert history == sorted(history)
    assert reached == history[-1] == scan.mean_iou(anchors)
    assert reached - before > 3e-4
    assert polished(scan, anchors, reached)[0] - reached < 2e-7


def test_an_approach_along_which_nothing_changes_stays_where_it_is() -> None:
    scan = Pass(points_of(np.array([1e-150, 2e-150]), np.array([1.0, 1.0]), None), 1)
    _, anchors, history = approached(scan, scan, np.array([[1e-150, 1.0]]))
    assert history == sorted(history)
    assert np.isfinite(anchors).all()


@pytest.mark.parametrize("update", UPDATES)
def test_mean_iou_never_falls_from_one_kept_step_to_the_next(update: str) -> None:
    found = cluster(everyday(3000), 5, update=update)
    assert list(found.history) == sorted(found.history)
    assert found.history[-1] == pytest.approx(found.mean_iou, abs=1e-12)


@pytest.mark.parametrize("update", ["median", "iou"])
@pytest.mark.parametrize("sketched", [False, True], ids=["merged", "sketched"])
def test_order_and_repetition_do_not_show(
    monkeypatch: pytest.MonkeyPatch, update: str, sketched: bool
) -> None:
    if sketched:
        monkeypatch.setattr(points, "MERGED", 0)
        monkeypatch.setattr(points, "SKETCHED", 0)
        monkeypatch.setattr("anchorkit.clustering.SKETCHED", 0)
    stream = np.random.RandomState(3)
    sizes, counts = everyday(900), stream.randint(1, 4, 900)
    written = np.repeat(sizes, counts, axis=0)
    shuffled = written[stream.permutation(len(written))]
    plain = cluster(written, 5, update=update)
    for other in (
        cluster(shuffled, 5, update=update),
        cluster(sizes, 5, update=update, weights=counts),
    ):
        assert other.anchors.tolist() == plain.anchors.tolist()
        assert other.mean_iou == plain.mean_iou


def test_the_sketch_leads_to_the_anchors_that_all_points_lead_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = everyday(20000) * np.random.RandomState(4).uniform(0.9, 1.1, (20000, 2))
    wanted = cluster(sizes, 5, update="iou")
    monkeypatch.setattr("anchorkit.clustering.SKETCHED", 0)
    found = cluster(sizes, 5, update="iou")
    assert found.mean_iou == pytest.approx(wanted.mean_iou, abs=1e-4)


def test_a_search_that_is_handed_good_anchors_ends_no_lower() -> None:
    (sample,) = samples_of(distinct_sizes(everyday(900), None), [4096])
    found = explore(sample, 6, np.random.RandomState(1))[0]
    effort = Effort(starts=1, rounds=0, patience=0)
    (again,) = explore(sample, 6, np.random.RandomState(2), starts=[found.anchors], effort=effort)[
        :1
    ]
    assert again.mean_iou >= found.mean_iou - 1e-12


def test_the_bar_moves_on_through_all_searches_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[tuple[float, int]] = []
    monkeypatch.setattr(
        "anchorkit.clustering._bar",
        lambda progress: (lambda done, whole: shown.append((done, whole)), lambda: None),
    )
    cluster(everyday(900), 11)
    assert len({whole for _, whole in shown}) == 1
    assert [done for done, _ in shown] == sorted(done for done, _ in shown)
    assert shown[-1][0] <= shown[-1][1] < 2 * shown[-1][0]


@pytest.mark.parametrize("update", ["median", "iou"])
def test_anchors_stay_among_the_sides_of_the_boxes(update: str) -> None:
    sizes = np.array([(1e30, 1e30), (5e29, 1e30), (1e30, 4e29), (1e-30, 1e-30), (1, 1), (1, 2)])
    found = cluster(sizes, 3, update=update)
    assert (found.anchors >= sizes.min(axis=0)).all()
    assert (found.anchors <= sizes.max(axis=0)).all()


@pytest.mark.parametrize("update", ["median", "iou"])
def test_a_few_sizes_that_most_boxes_have_get_anchors_of_their_own(update: str) -> None:
    tiny = np.random.RandomState(0).uniform(1, 2, (2000, 2))
    heavy = np.array([(10 * 3.0**i, 10 * 3.0 ** (i * 5 % 8)) for i in range(8)])
    sizes, weights = np.concatenate([tiny, heavy]), np.repeat([1.0, 250.0], [2000, 8])
    found = cluster(sizes, 9, weights=weights, update=update)
    by_hand = np.concatenate([[(1.5, 1.5)], heavy])
    assert found.mean_iou >= evaluate(sizes, by_hand, weights=weights).mean_iou


@pytest.mark.parametrize("update", ["median", "iou"])
def test_every_seed_leads_to_the_same_quality(update: str) -> None:
    sizes = everyday(2500, 5)
    reached = [cluster(sizes, 6, update=update, seed=seed).mean_iou for seed in range(4)]
    assert np.ptp(reached) < 2e-4


def test_the_search_beats_plain_restarts() -> None:
    sizes = everyday(2500, 6)
    stream = np.random.RandomState(0)
    best = 0.0
    for _ in range(10):
        anchors = sizes[stream.choice(len(sizes), 9, replace=False)]
        for _ in range(30):
            labels = iou(sizes, anchors).argmax(axis=1)
            for row in np.unique(labels):
                anchors[row] = np.median(sizes[labels == row], axis=0)
            best = max(best, mean_iou(sizes, anchors))
    assert cluster(sizes, 9).mean_iou > best


def test_given_starts_are_not_worse_than_what_is_found() -> None:
    sizes = everyday(2500, 7)
    start = cluster(sizes, 5, update="iou", seed=1).anchors
    found = cluster(sizes, 6, update="iou", starts=[start, np.concatenate([start, sizes[:1]])])
    assert found.mean_iou >= mean_iou(sizes, np.concatenate([start, sizes[:1]]))


def test_many_copies_of_one_size_are_one_size() -> None:
    sizes = np.full((1_000_000, 2), 7.0)
    found = cluster(sizes, 1)
    assert found.anchors.tolist() == [[7.0, 7.0]]
    assert found.mean_iou == 1.0


def test_more_anchors_than_a_byte_can_number() -> None:
    sizes = np.random.RandomState(0).uniform(1, 100, (600, 2))
    found = cluster(sizes, 300)
    assert len(np.unique(found.labels)) == 300
