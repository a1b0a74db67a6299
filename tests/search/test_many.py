import numpy as np
from generated_sizes import everyday, mean_iou

from anchorkit.clustering import cluster
from anchorkit.overlap import iou
from anchorkit.search.many import thinned_out
from anchorkit.search.points import distinct_sizes
from anchorkit.search.sample import samples_of


def test_sizes_leave_in_the_order_that_a_plain_loop_finds() -> None:
    counts = np.arange(30) % 4 + 1
    sizes = np.random.RandomState(0).lognormal(3, 0.8, (30, 2))
    (sample,) = samples_of(distinct_sizes(np.repeat(sizes, counts, axis=0), None), [100])
    assert sample.weight is not None
    left = list(range(30))
    while len(left) > 11:
        sums = []
        for gone in left:
            others = [row for row in left if row != gone]
            best = iou(sample.sizes, sample.sizes[others]).max(axis=1)
            sums.append(float(best @ sample.weight))
        del left[int(np.argmax(sums))]
    assert thinned_out(sample, 11).tolist() == sample.sizes[left].tolist()


def test_very_many_anchors_are_no_worse_than_k_means_plus_plus_with_lloyd_steps() -> None:
    sizes = everyday(3000, 3)
    sizes = np.unique(sizes, axis=0)[:500]
    stream = np.random.RandomState(0)
    anchors = sizes[[stream.randint(len(sizes))]]
    while len(anchors) < 200:
        away = (1 - iou(sizes, anchors).max(axis=1)) ** 2
        row = stream.choice(len(sizes), p=away / away.sum())
        anchors = np.concatenate([anchors, sizes[[row]]])
    best = mean_iou(sizes, anchors)
    for _ in range(20):
        labels = iou(sizes, anchors).argmax(axis=1)
        for row in np.unique(labels):
            anchors[row] = np.median(sizes[labels == row], axis=0)
        best = max(best, mean_iou(sizes, anchors))
    for update in ("median", "iou"):
        assert cluster(sizes, 200, update=update).mean_iou > best
