"""Fitness as a plain loop has it, in the tables and over all points."""

import numpy as np
import pytest
from generated_sizes import everyday

from anchorkit import cluster, clustering
from anchorkit.search.fitness import fitness, polish_fitness, raised, ratio_table
from anchorkit.search.passes import FullScan
from anchorkit.search.points import distinct_sizes
from anchorkit.search.sample import samples_of


def test_the_table_and_the_mean_are_those_of_a_plain_loop() -> None:
    sizes = np.random.RandomState(0).lognormal(3, 0.9, (50, 2))
    points = distinct_sizes(sizes, None)
    (sample,) = samples_of(points, [100])
    anchors = sizes[:4]
    table = ratio_table(sample, anchors * sample.scale, 3.0)
    total = 0.0
    for column, (w, h) in enumerate((sample.sizes / sample.scale).tolist()):
        best = 0.0
        for row, (a, b) in enumerate(anchors.tolist()):
            ratio = min(w / a, a / w, h / b, b / h)
            ratio = ratio if ratio > 1 / 3 else 0.0
            assert table[row, column] == pytest.approx(ratio, abs=1e-6)
            best = max(best, ratio)
        total += best
    assert fitness(FullScan(points, 4), anchors, 3.0) == pytest.approx(total / 50, abs=1e-9)


def test_fitness_is_raised_and_polishing_never_falls() -> None:
    sizes = everyday(600, 2)
    points = distinct_sizes(sizes, None)
    (sample,) = samples_of(points, [1000])
    scan = FullScan(points, 5)
    start = sizes[:5]
    found, *_ = raised(sample, [start * sample.scale], 4.0, np.random.RandomState(0))
    reached = fitness(scan, found.anchors / sample.scale, 4.0)
    assert reached > fitness(scan, start, 4.0)
    end = polish_fitness(scan, found.anchors / sample.scale, 4.0)
    assert end.history == sorted(end.history)
    assert end.fitness == pytest.approx(fitness(scan, end.anchors, 4.0), abs=1e-9)
    assert end.fitness >= reached - 1e-9


def test_what_is_polished_on_a_part_first_ends_as_high_over_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = everyday(3000, 5)
    plain = cluster(sizes, 4, update="ratio")
    monkeypatch.setattr(clustering, "TRIAL", 500)
    tried = cluster(sizes, 4, update="ratio")
    assert tried.history[-1] == pytest.approx(plain.history[-1], abs=3e-4)
    scan = FullScan(distinct_sizes(sizes, None), 4)
    again = polish_fitness(scan, tried.anchors, 4.0)
    assert len(again.history) == 1, "a side can still be moved to raise fitness"
