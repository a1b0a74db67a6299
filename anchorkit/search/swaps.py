"""A wide search on a sample: climb, move one anchor to where it gains most, climb again.

Mean IoU has very many local optima, and climbing from a random start ends in a poor one. What leads
out of it is moving an anchor away altogether. All pairs of an anchor to take away and a candidate
to put in its stead are scored at once, from each point's best and second-best IoU, as FastPAM
scores the swaps of k-medoids (Schubert and Rousseeuw, 2019). Where no single swap helps any more, a
few neighbouring anchors are taken out and put back elsewhere, or two good finds are crossed.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.overlap import iou
from anchorkit.search.climb import (
    ALIKE,
    ScoredAnchors,
    alike,
    assign,
    climb,
    iou_table,
    nearest_rows,
    score_bits,
    weighted,
)
from anchorkit.search.points import Floats
from anchorkit.search.sample import SMALLEST, Sample, thinned
from anchorkit.search.sides import move_sides

__all__ = [
    "ALONE",
    "FIRST",
    "KEPT",
    "SECOND",
    "THIRD",
    "WORTH",
    "Effort",
    "Search",
    "crossed",
    "explore",
    "filled",
    "pruned",
    "search_of",
    "spread_candidates",
    "swap_scores",
    "swap_sums",
    "swapped",
]

CANDIDATES = 128
"""Sizes that an anchor may be put back at."""

TRIED_TO_FILL = 4
"""Of the candidates, one in so many is tried where an anchor is put back: not always the best of
all, so that searches differ."""

THIN = 768
"""Points on which candidates are compared, or up to twice as many less one."""

KEPT = 10
"""Sets of anchors that are remembered and crossed, no two of them alike: on other points than the
sample any of them may be the best, and near copies of one would crowd out the others (photographs,
k = 9: all of them, and .0002 short)."""

TRIED = 3
"""Swaps tried for each state, the most promising ones."""

START_STEPS, SWAP_STEPS = 10, 4
"""Steps of a climb at most: from anchors put together at random, and after a swap, when all anchors
but one stand well. What ends too early climbs on after the next swap."""

MOVES_GAIN = 1e-3
"""Mean IoU that moving sides adds at most, as a rule: a find that is farther below the best is left
as it is."""

WORTH = 2e-5
"""Gain of mean IoU that is worth going on for: less is had from the last ascent, too."""

ITSELF = 0.5
"""IoU with an anchor, which is the nearest, from which on a candidate is where climbing leads."""

SWAPS = 4
"""Swaps in a row for each anchor at most. They end by themselves long before."""

CROSSED = 0.75
"""Share of the anchors of two finds that stay when they are crossed, before the worst leave: with
all of them, crossing the same two would give the same anchors each time."""

SCATTER = 0.5
"""Part by which the distance of neighbours is drawn longer at most, so that not always the same
leave together."""

WORK = 10**9
"""Points x anchors that a search may assign."""

ROUND_WORK = 3
"""Assignments of a round for each anchor, or for each of `FEWEST_MOVED` where there are fewer."""

FEWEST_MOVED = 10

LEAST = 8
"""Anchors for which a search of fewer goes on, too: it is soon done, and where one of them stands
wrong, much is missed (a set of 40 sizes, k = 5: .0007)."""

SUMMED_BITS, TABLE_BITS = 24, 12
"""Bits of a sum that float32 holds exactly, and of an IoU in a table at most."""

PRODUCT = 1 << 18
"""Multiplications in a product of matrices, few enough that no library starts threads for them."""

LARGEST = 2.0**20  # as SMALLEST: relative to the largest side

Singles = NDArray[np.float32]


class Effort(NamedTuple):
    """How long a search goes on."""

    starts: int
    """Random starts."""
    rounds: int
    """Rounds for each anchor, or for each of `LEAST`, at most."""
    patience: int
    """Rounds for each of these without a better find."""


FIRST, SECOND = Effort(5, 8, 1), Effort(2, 8, 1)
"""For the search on one sample, and for the one on another that begins with what the first found:
together as patient as one search with twice the patience, but what a sample of so few points
misjudges, the other does not (nine sets, k = 9, iou: .0003 short of the best with one sample, .0001
with two)."""


ALONE, THIRD = Effort(8, 8, 1), Effort(2, 16, 2)
"""For each of two searches over all of few points that know nothing of each other, and for a longer
one where they end apart (200 boxes, k = 9: .0004 short in half of the seeds without)."""


class Search(NamedTuple):
    """What every part of a search needs."""

    sample: Sample
    thin: Sample
    """Fewer points, on which candidates are compared."""
    k: int
    stream: np.random.RandomState
    candidates: Floats
    """(m, 2), sizes that an anchor may be put back at."""
    table: Singles
    """(m, n), IoU of the candidates with the fewer points, in few bits."""


def search_of(sample: Sample, k: int, stream: np.random.RandomState) -> Search:
    """A search for k anchors on a sample, its candidates drawn."""
    thin = thinned(sample, THIN)
    candidates = spread_candidates(thin, stream)
    table = _rounded(iou_table(thin, candidates), thin)
    return Search(sample, thin, k, stream, candidates, table)


def explore(
    sample: Sample,
    k: int,
    stream: np.random.RandomState,
    *,
    starts: Sequence[Floats] = (),
    effort: Effort = FIRST,
    tick: Callable[[int, int], object] = lambda done, whole: None,
) -> list[ScoredAnchors]:
    """The best sets of k anchors that a search finds on a sample, best first, all different.

    Parameters
    ----------
    sample
        What is searched.
    k
        How many anchors are wanted.
    stream
        Where chance comes from.
    starts
        Sets of at most k anchors to begin with, beside random ones.
    effort
        How long to go on.
    tick
        Called after each round with the rounds made and the most there will be.
    """
    search = search_of(sample, k, stream)
    archive: list[ScoredAnchors] = []
    # Anchors beyond all boxes are brought to where float32 can tell their areas
    first = [np.clip(np.asarray(start) * sample.scale, SMALLEST, LARGEST) for start in starts]
    most = _rounds(k, len(sample), effort)
    first += [_drawn(sample.sizes, k, stream) for _ in range(max(1, min(effort.starts, most)))]
    for anchors in first:
        _keep(archive, _finished(search, filled(search, anchors), archive))
    waited = 0
    for number in range(most):
        if waited >= effort.patience * max(k, LEAST):
            break
        top = archive[0].mean_iou
        if len(archive) > 1 and stream.randint(2):
            start = crossed(search, archive)
        else:
            start = filled(search, _without_some(archive[0].anchors, stream))
        _keep(archive, _finished(search, start, archive))
        waited = 0 if archive[0].mean_iou > top + WORTH else waited + 1
        tick(number + 1, most)
    return [ScoredAnchors(found.mean_iou, found.anchors / sample.scale) for found in archive]


def _rounds(k: int, count: int, effort: Effort) -> int:
    """How many rounds are worth while: few for few points, and few for very many anchors.

    A round assigns the sample some 30 times, and more often where there are many anchors to move.
    """
    if k == 1:
        return 0
    return min(
        effort.rounds * max(k, LEAST),
        count - k,
        WORK // (ROUND_WORK * k * count * max(FEWEST_MOVED, k)),
    )


def _drawn(values: Floats, count: int, stream: np.random.RandomState) -> Floats:
    """Random rows, different ones where there are enough."""
    return values[stream.choice(len(values), count, replace=count > len(values))]


def _keep(archive: list[ScoredAnchors], found: ScoredAnchors) -> None:
    """Add a find, unless it is another's like; of those that are alike the best stays."""
    for index, other in enumerate(archive):
        if alike(found.anchors, other.anchors):
            if found.mean_iou > other.mean_iou:
                archive[index] = found
            break
    else:
        archive.append(found)
    archive.sort(key=lambda other: -other.mean_iou)
    del archive[KEPT:]


def _without_some(anchors: Floats, stream: np.random.RandomState) -> Floats:
    """The anchors without two or three neighbours."""
    gone = min(len(anchors) - 1, 2 + int(stream.randint(2)))
    near = anchors[stream.randint(len(anchors))]
    apart = np.maximum(anchors / near, near / anchors).prod(axis=1)
    apart *= 1 + SCATTER * stream.random_sample(len(anchors))
    return anchors[np.argsort(apart, kind="stable")[gone:]]


def crossed(search: Search, archive: list[ScoredAnchors]) -> Floats:
    """K anchors of two finds: some are dropped at random, then those that are missed least."""
    one, other = search.stream.permutation(len(archive))[:2].tolist()
    if search.stream.randint(2):
        one, other = 0, max(1, other)
    both: Floats = np.concatenate([archive[one].anchors, archive[other].anchors])
    some = max(search.k, int(len(both) * CROSSED))
    both = both[np.sort(search.stream.permutation(len(both))[:some])]
    return pruned(search.sample, both, search.k)


def pruned(sample: Sample, anchors: Floats, k: int) -> Floats:
    """K of the anchors: those that are missed least leave, one after another.

    Parameters
    ----------
    sample
        What misses them.
    anchors
        (j, 2), j at least k, in the sample's unit.
    k
        How many stay.
    """
    table = iou_table(sample, anchors)
    points = np.arange(len(sample))
    while len(anchors) > k:
        owner = table.argmax(axis=0)
        best = table[owner, points]
        without = table.copy()
        without[owner, points] = 0
        missed = _rounded(best, sample) - _rounded(without.max(axis=0), sample)
        lost = np.bincount(owner, weighted(sample, missed), len(anchors))
        gone = int(lost.argmin())
        anchors, table = np.delete(anchors, gone, axis=0), np.delete(table, gone, axis=0)
    return anchors


def filled(search: Search, anchors: Floats) -> Floats:
    """The anchors and more, each the one that gains most of some candidates drawn at random."""
    sample, candidates = search.thin, search.candidates
    tried = max(1, len(candidates) // TRIED_TO_FILL)
    while len(anchors) < search.k:
        best = _rounded(assign(sample, anchors).best, sample) if len(anchors) else np.float32(0)
        some = search.stream.choice(len(candidates), tried, replace=False)
        sums = _row_sums(sample, np.maximum(search.table[some], best))
        anchors = np.concatenate([anchors, candidates[some[np.argmax(sums)]][None]])
    return anchors


def _finished(search: Search, anchors: Floats, archive: list[ScoredAnchors]) -> ScoredAnchors:
    """Where the anchors lead, with the sides moved where that may make it the best find of all."""
    found = swapped(search, anchors)
    if archive and found.mean_iou < archive[0].mean_iou - MOVES_GAIN:
        return found
    return move_sides(search.sample, found)


def swapped(search: Search, anchors: Floats) -> ScoredAnchors:
    """Where climbing and swapping lead from the anchors."""
    sample, k = search.sample, search.k
    found = climb(sample, anchors, START_STEPS)
    for _ in range(SWAPS * k):
        scores = swap_scores(search.thin, found.anchors, search.table)
        # To put an anchor back next to itself is no swap: climbing finds the way there.
        overlaps = iou(search.candidates, found.anchors)
        own = overlaps.argmax(axis=1) == np.arange(k)[:, None]
        scores[own.T & (overlaps > ITSELF)] = -np.inf
        chosen = scores.argmax(axis=0)
        promise = scores[chosen, np.arange(k)]
        for row in np.argsort(-promise, kind="stable")[:TRIED].tolist():
            moved = found.anchors.copy()
            moved[row] = search.candidates[chosen[row]]
            tried = climb(sample, moved, SWAP_STEPS)
            if tried.mean_iou > found.mean_iou + ALIKE:
                found = tried
                break
        else:
            break
    return found


def spread_candidates(sample: Sample, stream: np.random.RandomState) -> Floats:
    """(m, 2), sizes spread over the sample at which an anchor may be put."""
    count = min(CANDIDATES, len(sample))
    ends = np.arange(count + 1) * len(sample) // count
    rows = ends[:-1] + (stream.random_sample(count) * np.diff(ends)).astype(np.intp)
    if sample.weight is not None:
        # Half of them where the points are, the other half where most boxes are
        reached = np.cumsum(sample.weight)
        shares = (np.arange(count) + stream.random_sample(count)) * (reached[-1] / count)
        heavy = np.minimum(np.searchsorted(reached, shares, side="right"), len(sample) - 1)
        rows = np.unique(np.concatenate([rows[::2], heavy[1::2]]))
    candidates: Floats = sample.sizes[rows]
    return candidates


def _rounded(values: NDArray[np.floating], sample: Sample) -> Singles:
    """IoU in so few bits that float32 sums over the sample are exact, whoever adds them up."""
    steps = np.float32(2.0 ** min(TABLE_BITS, SUMMED_BITS - (int(sample.total) - 1).bit_length()))
    rounded: Singles = np.rint(values.astype(np.float32) * steps) / steps
    return rounded


def _row_sums(sample: Sample, table: Singles) -> Floats:
    """Sum over the points of each row."""
    sums: NDArray[np.float32]
    if sample.weight is None:
        sums = table.sum(axis=1, dtype=np.float32)
    else:
        sums = np.einsum("pi,i->p", table, sample.weight.astype(np.float32))
    return sums.astype(np.float64)


def swap_scores(sample: Sample, anchors: Floats, table: NDArray[np.float32]) -> Floats:
    """(m, k), the sum of best IoUs after putting each candidate in the stead of each anchor.

    Parameters
    ----------
    sample
        What the sum is over.
    anchors
        (k, 2), in the sample's unit.
    table
        (m, n), IoU of the candidates with the points.
    """
    bits = score_bits(sample, anchors)
    top = bits.max(axis=0)
    bits[bits == top] = 0
    nearest, second = (
        _rounded(half / (1 - half), sample)
        for half in (top.view(np.float32), bits.max(axis=0).view(np.float32))
    )
    return _sums(sample, table, nearest, second, nearest_rows(top, len(anchors)), len(anchors))


def swap_sums(sample: Sample, own: NDArray[np.float32], table: NDArray[np.float32]) -> Floats:
    """As `swap_scores`, for any measure: (k, n) of the anchors and (m, n) of the candidates."""
    owners = own.argmax(axis=0)
    points = np.arange(len(sample))
    nearest = own[owners, points]
    others = own.copy()
    others[owners, points] = 0
    return _sums(
        sample,
        _rounded(table, sample),
        _rounded(nearest, sample),
        _rounded(others.max(axis=0), sample),
        owners,
        len(own),
    )


def _sums(
    sample: Sample,
    table: Singles,
    nearest: Singles,
    second: Singles,
    owners: NDArray[np.intp],
    k: int,
) -> Floats:
    with_candidate = np.maximum(table, nearest)
    lost = np.maximum(table, second)
    lost -= with_candidate
    member = np.zeros((len(sample), k), dtype=np.float32)
    member[np.arange(len(sample)), owners] = 1 if sample.weight is None else sample.weight
    some = max(2, PRODUCT // member.size)
    products = [lost[row : row + some] @ member for row in range(0, len(lost), some)]
    scores: Floats = _row_sums(sample, with_candidate)[:, None] + np.concatenate(products)
    return scores
