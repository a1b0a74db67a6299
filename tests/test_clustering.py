from collections.abc import Callable
from contextlib import nullcontext
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from generated_sizes import everyday, mean_iou
from hard_sizes import FAMILIES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle import above_any

from anchorkit import clustering
from anchorkit.clustering import UPDATES, cluster
from anchorkit.errors import DataError, TooManyClustersError, UsageError
from anchorkit.loaders.voc import load_voc
from anchorkit.network_input import DEFAULT_INPUT
from anchorkit.overlap import iou
from anchorkit.quality import evaluate
from anchorkit.search import points
from anchorkit.search.passes import FullScan
from anchorkit.search.sample import Sample
from anchorkit.search.swaps import Effort

SAMPLE = Path(__file__).parent.parent / "sample_voc"

FIXED = [HealthCheck.function_scoped_fixture]
"""A search that is short for all examples of a test may well be so."""

BY_IOU = ("median", "mean", "iou")
"""Updates that are judged by mean IoU."""

side = st.integers(1, 12).map(float)
some_sizes = st.lists(st.tuples(side, side), min_size=1, max_size=30)


def lognormal(count: int, seed: int = 0) -> NDArray[np.float64]:
    """Sizes such as photographs have, some of them equal."""
    drawn = np.random.RandomState(seed).lognormal(3, 0.8, (count, 2))
    sizes: NDArray[np.float64] = np.maximum(np.rint(drawn), 1.0)
    return sizes


@pytest.fixture
def wide_search_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wide search with a seed, with which the median and the iou update begin alike, is made
    once for both.
    """
    search: Callable[..., Any] = clustering._finds
    known: dict[object, Any] = {}

    def finds(
        smalls: tuple[Sample, Sample],
        large: Sample,
        k: int,
        stream: np.random.RandomState,
        starts: list[NDArray[np.float64]],
        *more: object,
    ) -> Any:
        arrays = (large.sizes, large.weight, *starts)
        given = [None if array is None else array.tobytes() for array in arrays]
        state = stream.get_state(legacy=False)["state"]["key"].tobytes()
        asked = (*given, k, state, *more)
        if asked not in known:
            known[asked] = search(smalls, large, k, stream, starts, *more)
        return known[asked]

    monkeypatch.setattr(clustering, "_finds", finds)


@pytest.fixture
def short_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """All stages of a search, with few rounds: for what holds however long it goes on."""
    monkeypatch.setattr(clustering, "FIRST", Effort(2, 1, 1))
    monkeypatch.setattr(clustering, "SECOND", Effort(1, 1, 1))


def test_as_many_clusters_as_distinct_sizes_returns_those() -> None:
    found = cluster([(200, 200), (100, 200), (200, 100), (100, 200)], 3)
    assert found.anchors.tolist() == [[100, 200], [200, 100], [200, 200]]
    assert found.mean_iou == 1
    assert found.labels.tolist() == [2, 0, 1, 0]


@pytest.mark.parametrize("update", UPDATES)
def test_few_distinct_sizes_end_without_nan_for_every_seed(update: str) -> None:
    sizes = np.repeat([(10, 20), (11, 20), (50, 40), (52, 44)], [20, 20, 12, 1], axis=0)
    for seed in range(40 if update == "median" else 10):
        found = cluster(sizes, 3, seed=seed, update=update)
        assert np.isfinite(found.anchors).all()
        assert len(np.unique(found.labels)) == 3


def test_one_cluster_is_exactly_the_median() -> None:
    # Several boxes lie nearer to the centre of all than the median does: a start must not win
    sizes = lognormal(101)
    assert cluster(sizes, 1).anchors[0].tolist() == np.median(sizes, axis=0).tolist()


def test_one_cluster_of_an_even_number_of_boxes_is_between_the_two_in_the_middle() -> None:
    assert cluster([(1, 9), (2, 8), (4, 6), (9, 1)], 1).anchors.tolist() == [[3, 7]]


def test_too_many_clusters_says_how_many_sizes_there_are() -> None:
    with pytest.raises(TooManyClustersError, match=r"\b9 clusters .* 2 distinct sizes"):
        cluster([(1, 2), (1, 2), (3, 4)], 9)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"k": 0}, "k: "), ({"k": 1, "update": "mode"}, "update: "), ({"k": 1, "seed": -1}, "seed: ")],
)
def test_arguments_that_cannot_mean_anything_are_refused(
    wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        cluster([(1, 1)], **wrong)


def test_no_boxes_is_an_error_of_the_data() -> None:
    with pytest.raises(DataError, match="no boxes"):
        cluster(np.empty((0, 2)), 1)


@pytest.mark.parametrize("update", UPDATES)
@settings(max_examples=15)
@given(some_sizes, st.integers(1, 6))
def test_a_clustering_keeps_its_promises(
    update: str, sizes: list[tuple[float, float]], k: int
) -> None:
    k = min(k, len(set(sizes)))
    found = cluster(sizes, k, update=update)
    assert found.anchors.shape == (k, 2)
    assert (np.diff(found.anchors.prod(axis=1)) >= 0).all()
    overlaps = iou(sizes, found.anchors)
    assert np.array_equal(found.labels, overlaps.argmax(axis=1))
    assert found.mean_iou == pytest.approx(overlaps.max(axis=1).mean(), rel=1e-12)
    assert set(found.labels.tolist()) == set(range(k))


@pytest.mark.usefixtures("short_search")
@pytest.mark.parametrize("update", UPDATES)
def test_a_seed_fixes_everything(update: str) -> None:
    sizes = lognormal(300)
    first, second = (cluster(sizes, 5, seed=7, update=update) for _ in range(2))
    assert first.anchors.tobytes() == second.anchors.tobytes()
    assert first.labels.tobytes() == second.labels.tobytes()


@pytest.mark.usefixtures("short_search")
@pytest.mark.parametrize("update", UPDATES)
def test_order_and_duplicates_change_nothing(update: str) -> None:
    sizes = lognormal(200)
    distinct, counts = np.unique(sizes, axis=0, return_counts=True)
    shuffled = np.random.RandomState(1).permutation(sizes)
    plain, reordered = cluster(sizes, 4, update=update), cluster(shuffled, 4, update=update)
    weighted = cluster(distinct, 4, weights=counts, update=update)
    np.testing.assert_allclose(plain.anchors, reordered.anchors, rtol=1e-9)
    np.testing.assert_allclose(plain.anchors, weighted.anchors, rtol=1e-9)


def test_a_median_is_an_iterate() -> None:
    # Each anchor is a median of boxes: every side is a side of a box, or between two of them
    sizes = lognormal(501)
    halves = {(a + b) / 2 for side in sizes.T for a in set(side) for b in set(side)}
    assert set(cluster(sizes, 6).anchors.reshape(-1).tolist()) <= halves


@pytest.mark.usefixtures("wide_search_once")
def test_the_median_fits_better_than_the_mean_and_ascent_no_worse() -> None:
    sizes = lognormal(1500)
    mean, median, ascent = (
        cluster(sizes, 6, update=update).mean_iou for update in ("mean", "median", "iou")
    )
    assert mean < median <= ascent


@pytest.mark.parametrize(
    "sizes",
    [
        [(1e-3, 1e3)] * 5 + [(1, 1), (1e3, 1e-3)],
        [(10.0**exponent, 10.0**exponent) for exponent in range(7)],
        [(1, 1), (1.5, 1), (1, 2), (2, 2), (1e6, 1e6)],
    ],
    ids=["extreme shapes", "six orders of magnitude", "one huge box among tiny ones"],
)
@pytest.mark.parametrize("update", UPDATES)
def test_extreme_sizes_end_in_finite_anchors(sizes: list[tuple[float, float]], update: str) -> None:
    for k in (1, 2, 3):
        found = cluster(sizes, k, update=update)
        assert np.isfinite(found.anchors).all()
        assert found.mean_iou == evaluate(sizes, found.anchors).mean_iou


@pytest.mark.parametrize("start", [[(1e30, 1e30)], [(1e30, 1e-30), (1e-30, 1e30), (1e30, 1e30)]])
def test_starts_far_beyond_the_boxes_do_no_harm(start: list[tuple[float, float]]) -> None:
    sizes = lognormal(60)
    found = cluster(sizes, 3, starts=[start])
    assert found.mean_iou > cluster(sizes, 3).mean_iou - 0.01


@pytest.mark.usefixtures("short_search")
@settings(deadline=None, max_examples=10, suppress_health_check=FIXED)
@given(st.integers(0, 1000), st.integers(1, 6))
def test_median_anchors_are_the_medians_of_the_boxes_nearest_the_anchors_before(
    seed: int, k: int
) -> None:
    sizes = everyday(200, seed)
    found = cluster(sizes, k, seed=seed)
    labels = iou(sizes, found.before).argmax(axis=1)
    for row in range(k):
        assert found.anchors[row].tolist() == np.median(sizes[labels == row], axis=0).tolist()


@pytest.mark.usefixtures("short_search")
@settings(deadline=None, max_examples=8, suppress_health_check=FIXED)
@given(st.integers(0, 1000), st.integers(1, 6))
def test_no_single_side_of_iou_anchors_can_be_moved_to_gain(seed: int, k: int) -> None:
    sizes = everyday(300, seed) * np.random.RandomState(seed).choice([1.0, 1.01])
    found = cluster(sizes, k, update="iou", seed=seed)
    for row, side in np.ndindex(k, 2):
        for factor in (0.999, 1.001):
            moved = found.anchors.copy()
            moved[row, side] *= factor
            assert mean_iou(sizes, moved) <= found.mean_iou + 1e-11


@pytest.mark.parametrize("update", BY_IOU)
def test_mean_iou_never_falls_from_one_kept_step_to_the_next(update: str) -> None:
    found = cluster(everyday(3000), 5, update=update)
    assert list(found.history) == sorted(found.history)
    assert found.history[-1] == pytest.approx(found.mean_iou, abs=1e-12)


@pytest.mark.usefixtures("short_search")
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


def test_the_bar_moves_on_through_all_searches_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[tuple[float, int]] = []
    monkeypatch.setattr(
        "anchorkit.clustering._bar",
        lambda progress: nullcontext(lambda done, whole: shown.append((done, whole))),
    )
    # Of 900 all are searched, of 4,000 two samples
    for count in (900, 4000):
        shown.clear()
        cluster(everyday(count), 4)
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


def spread(sizes: NDArray[np.float64], k: int, update: str, seeds: int = 2) -> float:
    reached = [cluster(sizes, k, update=update, seed=seed).mean_iou for seed in range(seeds)]
    return float(np.ptp(reached))


@pytest.mark.usefixtures("wide_search_once")
def test_every_seed_leads_to_the_same_quality() -> None:
    sizes = everyday(2500, 5)
    for update in ("median", "iou"):
        assert spread(sizes, 6, update, seeds=4) < 2e-4, update


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
    sizes = np.random.RandomState(0).uniform(1, 100, (400, 2))
    found = cluster(sizes, 260)
    assert len(np.unique(found.labels)) == 260


FLOORS = {
    ("sample_voc", 6): {"median": 0.6815, "mean": 0.669, "iou": 0.6819},
    ("sample_voc", 9): {"median": 0.7334, "mean": 0.711, "iou": 0.7335},
    ("sample_voc", 15): {"median": 0.7871, "mean": 0.759, "iou": 0.7873},
    ("everyday", 6): {"median": 0.6384, "mean": 0.622, "iou": 0.6385},
    ("everyday", 9): {"median": 0.6914, "mean": 0.670, "iou": 0.6916},
    ("everyday", 15): {"median": 0.7548, "mean": 0.727, "iou": 0.7550},
}
"""Mean IoU that no seed may fall below: the best known less 0.0003; with the mean update, what the
poorest of a few seeds reached less 0.005."""


@pytest.mark.usefixtures("wide_search_once")
@pytest.mark.parametrize(("name", "k"), FLOORS)
def test_no_seed_ends_below_the_mean_iou_that_is_known_to_be_there(name: str, k: int) -> None:
    sizes = everyday(300, 11)
    if name == "sample_voc":
        sizes = load_voc(SAMPLE).at_input(DEFAULT_INPUT)
    for seed, update in product(range(2), BY_IOU):
        reached = cluster(sizes, k, update=update, seed=seed).mean_iou
        floor = FLOORS[name, k][update]
        assert reached >= floor, f"the search has become worse: {update} update, seed {seed}"


@pytest.mark.usefixtures("wide_search_once")
@pytest.mark.parametrize("name", FAMILIES)
def test_hard_families_end_alike_from_every_seed(name: str) -> None:
    sizes = FAMILIES[name](np.random.RandomState(0))
    assert spread(sizes, 4, "iou") <= 2e-4, "iou update"
    assert spread(sizes, 4, "median") <= 3e-4, "median update"


@pytest.mark.parametrize("seed", range(3))
def test_one_anchor_is_proven_to_be_the_best(seed: int) -> None:
    sizes = everyday(120, seed)
    found = cluster(sizes, 1, update="iou").mean_iou
    assert above_any(sizes, 1, found, 2e-5) <= found + 2e-5


@pytest.mark.parametrize("seed", range(3))
def test_two_anchors_are_proven_to_be_the_best_but_for_a_little(seed: int) -> None:
    sizes = np.random.RandomState(seed).lognormal(3, 0.8, (12, 2))
    found = cluster(sizes, 2, update="iou").mean_iou
    assert above_any(sizes, 2, found, 1e-3) <= found + 1e-3


def plain_fitness(sizes: NDArray[np.float64], anchors: NDArray[np.float64], factor: float) -> float:
    total = 0.0
    for w, h in sizes.tolist():
        ratios = [min(w / a, a / w, h / b, b / h) for a, b in anchors.tolist()]
        total += max((ratio for ratio in ratios if ratio > 1 / factor), default=0.0)
    return total / len(sizes)


@pytest.mark.parametrize("anchor_t", [2.0, 4.0])
def test_no_single_side_can_be_moved_to_raise_fitness(anchor_t: float) -> None:
    sizes = everyday(300, 4)
    found = cluster(sizes, 4, update="ratio", anchor_t=anchor_t)
    reached = plain_fitness(sizes, found.anchors, anchor_t)
    assert found.history[-1] == pytest.approx(reached, abs=1e-9)
    for row, side in np.ndindex(4, 2):
        for factor in (0.996, 0.999, 1.001, 1.004):
            moved = found.anchors.copy()
            moved[row, side] *= factor
            assert plain_fitness(sizes, moved, anchor_t) <= reached + 1e-9


@pytest.mark.parametrize("name", ["photographs", "two scales", "lattice of few pixels"])
def test_fitness_is_higher_with_ratio_and_alike_from_every_seed(name: str) -> None:
    sizes = FAMILIES[name](np.random.RandomState(0))
    by_iou = evaluate(sizes, cluster(sizes, 4, update="iou").anchors).fitness
    found = [
        evaluate(sizes, cluster(sizes, 4, update="ratio", seed=seed).anchors).fitness
        for seed in range(2)
    ]
    assert min(found) > by_iou
    assert np.ptp(found) <= 5e-4, f"fitness hangs on the seed: {found}"


def test_a_factor_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match=r"anchor_t: wanted a finite factor above 1, found 1"):
        cluster([(1, 1)], 1, update="ratio", anchor_t=1)


@pytest.mark.parametrize(("update", "most"), [("median", 10), ("iou", 14), ("ratio", 14)])
def test_of_very_many_boxes_few_exact_passes_are_made(
    monkeypatch: pytest.MonkeyPatch, update: str, most: int
) -> None:
    stream = np.random.RandomState(4)
    sizes = everyday(30000) * stream.uniform(0.9, 1.1, (30000, 2))
    counted: list[int] = []
    monkeypatch.setattr(FullScan, "counted", staticmethod(counted.append))
    monkeypatch.setattr("anchorkit.clustering.SKETCHED", 0)
    cluster(sizes, 6, update=update)
    assert 0 < sum(count == 30000 for count in counted) <= most


@pytest.mark.parametrize(
    ("name", "k", "seed", "believed"),
    [
        ("lattice of few pixels", 6, 4, "a second search that begins with the finds of the first"),
        ("lattice of few pixels", 9, 2, "the better of two searches that end apart"),
        ("few sizes", 12, 1, "the better of two searches that end apart"),
    ],
)
def test_few_sizes_are_searched_until_two_searches_agree(
    name: str, k: int, seed: int, believed: str
) -> None:
    sizes = FAMILIES[name](np.random.RandomState(0))
    reached = [cluster(sizes, k, update="iou", seed=one).mean_iou for one in (0, seed)]
    assert np.ptp(reached) <= 2e-4, f"no more than {believed}"
