"""A wide search on a sample: climb, move one anchor to where it gains most, climb again.

Mean IoU has very many local optima, and climbing from a random start ends in a poor one. What leads
out of it is moving an anchor away altogether. All pairs of an anchor to take away and a place to
put it are scored at once, from each point's best and second-best IoU, as FastPAM scores the swaps
of k-medoids (Schubert and Rousseeuw, 2019). Where no single swap helps any more, a few
neighbouring anchors are taken out and put back elsewhere, or two good finds are crossed.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anchorkit.overlap import iou
from anchorkit.search.points import Floats
from anchorkit.search.sample import SMALLEST, Sample, thinned
from anchorkit.sums import exact

__all__ = [
    "ALONE",
    "FIRST",
    "JOINED",
    "Effort",
    "Found",
    "Look",
    "balance_points",
    "climb",
    "explore",
    "look",
]

CANDIDATES = 128
"""Places at which an anchor may be put back."""

THIN = 2048
"""Points on which places are compared, or up to twice as many less one."""

KEPT = 8
"""Sets of anchors that are remembered and crossed."""

TRIED = 3
"""Swaps tried for each state, the most promising ones."""

PULL = 1.5
"""How far a side is moved towards its balance point, and beyond: with 1.5 times the way, neighbours
that wait for one another arrive in fewer steps and stop at fewer poor optima."""

WORK = 10**9
"""Points x anchors a search may look at."""

PRODUCT = 1 << 18
"""Multiplications in a product of matrices, few enough that no library starts threads for them."""

ALIKE = 1e-6
"""Two sets of anchors whose mean IoU differs by less are the same."""

TINY = 1e-300  # instead of a division by zero
LARGEST = 2.0**20  # as SMALLEST: relative to the largest side

Singles = NDArray[np.float32]


class Effort(NamedTuple):
    """How long a search goes on."""

    starts: int
    """Random starts."""
    rounds: int
    """Rounds for each anchor at most."""
    patience: int
    """Rounds for each anchor without a better find."""


ALONE = Effort(8, 8, 4)
"""For a search that stands alone."""

FIRST, JOINED = Effort(8, 4, 2), Effort(2, 8, 4)
"""For short searches, and for the one that begins where they ended."""


class Found(NamedTuple):
    """Anchors and their mean IoU over the sample."""

    mean_iou: float
    anchors: Floats


class Look(NamedTuple):
    """What a set of anchors is to a sample."""

    mean_iou: float
    labels: NDArray[np.intp]
    best: Floats


def explore(
    sample: Sample,
    k: int,
    stream: np.random.RandomState,
    *,
    starts: Sequence[Floats] = (),
    effort: Effort = ALONE,
    tick: Callable[[int, int], object] = lambda done, whole: None,
) -> list[Found]:
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
    thin = thinned(sample, THIN)
    search = _Search(sample, thin, k, stream, *_candidates(thin, stream))
    archive: list[Found] = []
    # Anchors beyond all boxes are brought to where float32 can tell their areas
    seeds = [np.clip(np.asarray(start) * sample.scale, SMALLEST, LARGEST) for start in starts]
    most = _rounds(k, len(sample), effort)
    seeds += [_drawn(sample.sizes, k, stream) for _ in range(max(1, min(effort.starts, most)))]
    for seed in seeds:
        _keep(archive, _settled(search, _filled(search, seed)))
    waited = 0
    for number in range(most):
        if waited >= effort.patience * k:
            break
        top = archive[0].mean_iou
        if len(archive) > 1 and stream.randint(2):
            begun = _crossed(search, archive)
        else:
            begun = _filled(search, _thinned(archive[0].anchors, stream))
        _keep(archive, _settled(search, begun))
        waited = 0 if archive[0].mean_iou > top else waited + 1
        tick(number + 1, most)
    return [Found(found.mean_iou, found.anchors / sample.scale) for found in archive]


class _Search(NamedTuple):
    """What every part of a search needs."""

    sample: Sample
    thin: Sample
    """Fewer points, on which places for anchors are compared."""
    k: int
    stream: np.random.RandomState
    places: Floats
    """(m, 2), where anchors may be put."""
    table: Singles
    """(m, n), IoU of the places with the fewer points, in few bits."""


def _rounds(k: int, count: int, effort: Effort) -> int:
    """How many rounds are worth while: few for few points, and few for very many anchors.

    A round looks at the sample some 30 times, and more often where there are many anchors to move.
    """
    if k == 1:
        return 0
    return min(effort.rounds * k, count - k, WORK // (3 * k * count * max(10, k)))


def _drawn(values: Floats, count: int, stream: np.random.RandomState) -> Floats:
    """Random rows, different ones where there are enough."""
    return values[stream.choice(len(values), count, replace=count > len(values))]


def _keep(archive: list[Found], found: Found) -> None:
    if any(abs(found.mean_iou - other.mean_iou) < ALIKE for other in archive):
        return
    archive.append(found)
    archive.sort(key=lambda other: -other.mean_iou)
    del archive[KEPT:]


def _thinned(anchors: Floats, stream: np.random.RandomState) -> Floats:
    """The anchors without two or three neighbours."""
    gone = min(len(anchors) - 1, 2 + int(stream.randint(2)))
    near = anchors[stream.randint(len(anchors))]
    apart = np.maximum(anchors / near, near / anchors).prod(axis=1)
    apart *= 1 + 0.5 * stream.random_sample(len(anchors))
    return anchors[np.argsort(apart, kind="stable")[gone:]]


def _crossed(search: _Search, archive: list[Found]) -> Floats:
    """K anchors of two finds: some are dropped at random, then those that are missed least."""
    one, other = search.stream.permutation(len(archive))[:2].tolist()
    if search.stream.randint(2):
        one, other = 0, max(1, other)
    both: Floats = np.concatenate([archive[one].anchors, archive[other].anchors])
    some = max(search.k, len(both) * 3 // 4)
    both = both[np.sort(search.stream.permutation(len(both))[:some])]
    table = _overlaps(search.sample, both)
    while len(both) > search.k:
        owner = table.argmax(axis=0)
        best = table[owner, np.arange(table.shape[1])]
        without = table.copy()
        without[owner, np.arange(table.shape[1])] = 0
        missed = _rounded(best, search.sample) - _rounded(without.max(axis=0), search.sample)
        lost = np.bincount(owner, _massed(search.sample, missed), len(both))
        gone = int(lost.argmin())
        both, table = np.delete(both, gone, axis=0), np.delete(table, gone, axis=0)
    return both


def _filled(search: _Search, anchors: Floats) -> Floats:
    """The anchors with more put where each gains most, among a random quarter of the places."""
    sample, places = search.thin, search.places
    while len(anchors) < search.k:
        best = _rounded(look(sample, anchors).best, sample) if len(anchors) else np.float32(0)
        some = search.stream.choice(len(places), max(1, len(places) // 4), replace=False)
        gains = _weighted(sample, np.maximum(search.table[some], best))
        anchors = np.concatenate([anchors, places[some[np.argmax(gains)]][None]])
    return anchors


def _settled(search: _Search, anchors: Floats) -> Found:
    """Where climbing and swapping lead from the anchors."""
    sample, k = search.sample, search.k
    found = climb(sample, anchors, 10)
    for _ in range(4 * k if k > 1 else 0):
        scores = _swap_scores(search.thin, found.anchors, search.table)
        # A place next to the anchor that leaves for it is no swap: climbing finds the way there.
        owners = iou(search.places, found.anchors).argmax(axis=1)
        scores[np.arange(len(scores)), owners] = -np.inf
        where = scores.argmax(axis=0)
        promise = scores[where, np.arange(k)]
        for row in np.argsort(-promise, kind="stable")[:TRIED].tolist():
            moved = found.anchors.copy()
            moved[row] = search.places[where[row]]
            tried = climb(sample, moved, 4)
            if tried.mean_iou > found.mean_iou + ALIKE:
                found = tried
                break
        else:
            break
    return found


def climb(sample: Sample, anchors: Floats, steps: int) -> Found:
    """The best of the anchors met in moving towards balance, until two steps in a row do not gain.

    Parameters
    ----------
    sample
        What mean IoU is of.
    anchors
        (k, 2), in the sample's unit.
    steps
        How many steps at most.
    """
    state = look(sample, anchors)
    best, missed = Found(state.mean_iou, anchors), 0
    for _ in range(steps):
        balanced = balance_points(sample, anchors, state)
        # No anchor more than halves or doubles beyond its balance point
        beyond = np.clip((balanced / anchors) ** (PULL - 1), 0.5, 2.0)
        anchors = balanced * beyond
        state = look(sample, anchors)
        if state.mean_iou > best.mean_iou + ALIKE:
            best, missed = Found(state.mean_iou, anchors), 0
        else:
            missed += 1
            if missed == 2:
                break
    return best


def _scores(sample: Sample, anchors: Floats) -> NDArray[np.int32]:
    """(k, n), for each anchor and point a whole number that grows with their IoU.

    It is the bits of intersection / (sum of both areas), the last of them giving way to the row of
    the anchor: one maximum then tells the nearest anchor and its IoU.
    """
    singles = anchors.astype(np.float32)
    width, height = singles[:, :1], singles[:, 1:]
    scores = np.minimum(sample.width, width)
    other = np.minimum(sample.height, height)
    scores *= other
    np.add(sample.area, width * height, out=other)
    scores /= other
    bits = scores.view(np.int32)
    spare = (1 << (len(anchors) - 1).bit_length()) - 1
    bits &= np.int32(~spare)
    bits |= np.arange(len(anchors), dtype=np.int32)[:, None]
    return bits


def look(sample: Sample, anchors: Floats) -> Look:
    """Mean IoU, nearest anchors and best IoU."""
    top = _scores(sample, anchors).max(axis=0)
    labels = (top & np.int32((1 << (len(anchors) - 1).bit_length()) - 1)).astype(np.intp)
    best = top.view(np.float32).astype(np.float64)
    best /= 1 - best
    exact(best, sample.grain)
    covered = best.sum() if sample.weight is None else np.einsum("i,i->", best, sample.weight)
    return Look(float(covered) / sample.total, labels, best)


def balance_points(sample: Sample, anchors: Floats, state: Look) -> Floats:
    """Each side where mean IoU over the anchor's points neither gains nor loses.

    Widening an anchor by a small factor gains IoU x (area of the point / union) for each wider
    point, and loses IoU x (area of the anchor / union) for each narrower one. With these taken as
    constant, the balance point is a weighted quantile of the points' widths; likewise the heights.
    It is found to within a level of the sample, among the points of all anchors in that level. An
    anchor without points goes to the worst covered one.

    Parameters
    ----------
    sample
        What mean IoU is of.
    anchors
        (k, 2), in the sample's unit.
    state
        What the anchors are to the sample.
    """
    k, count, steps = len(anchors), len(sample), sample.steps
    union = (anchors[:, 0] * anchors[:, 1]).take(state.labels)
    union += sample.precise_area
    share = state.best + 1
    share *= state.best
    if sample.weight is not None:
        share *= sample.weight
    # What pulls a point's way and what pulls back make up its share of the sum of both areas
    upward = share / union
    upward *= sample.precise_area
    rows = state.labels * steps
    cells = [rows + levels for levels in sample.levels]
    target = np.bincount(cells[0], upward, k * steps).reshape(k, steps).cumsum(axis=1)[:, -1]
    moved = np.empty_like(anchors)
    for column, ascending in enumerate(sample.ascending):
        mass = np.bincount(cells[column], share, k * steps).reshape(k, steps)
        reached = mass.cumsum(axis=1)
        wanted = np.minimum(target, reached[:, -1])
        level = (reached < wanted[:, None]).sum(axis=1)
        here = mass[np.arange(k), level]
        missing = wanted - (reached[np.arange(k), level] - here)
        part = np.minimum(missing / np.maximum(here, TINY), 1.0)
        rank = np.ceil((level + part) * (count / steps)).astype(np.intp) - 1
        moved[:, column] = ascending[np.maximum(rank, 0)]
    empty = np.flatnonzero(reached[:, -1] == 0)
    if len(empty):
        lost = _massed(sample, 1 - state.best)
        moved[empty] = sample.sizes[np.argsort(-lost, kind="stable")[: len(empty)]]
    return moved


def _candidates(sample: Sample, stream: np.random.RandomState) -> tuple[Floats, Singles]:
    """Places for anchors, spread over the sample, and (places, n) their IoU with each point."""
    count = min(CANDIDATES, len(sample))
    ends = np.arange(count + 1) * len(sample) // count
    rows = ends[:-1] + (stream.random_sample(count) * np.diff(ends)).astype(np.intp)
    if sample.weight is not None:
        # Half of them where the points are, the other half where most boxes are
        reached = np.cumsum(sample.weight)
        shares = (np.arange(count) + stream.random_sample(count)) * (reached[-1] / count)
        heavy = np.minimum(np.searchsorted(reached, shares, side="right"), len(sample) - 1)
        rows = np.unique(np.concatenate([rows[::2], heavy[1::2]]))
    places = sample.sizes[rows]
    return places, _rounded(_overlaps(sample, places), sample)


def _overlaps(sample: Sample, anchors: Floats) -> Singles:
    """(k, n), IoU of each anchor with each point."""
    singles = anchors.astype(np.float32)
    table = np.minimum(sample.width, singles[:, :1])
    table *= np.minimum(sample.height, singles[:, 1:])
    union = singles.prod(axis=1)[:, None] + sample.area
    union -= table
    table /= union
    return table


def _rounded(values: NDArray[np.floating], sample: Sample) -> Singles:
    """IoU in so few bits that float32 sums over the sample are exact, whoever adds them up."""
    grain = np.float32(2.0 ** min(12, 24 - (len(sample) - 1).bit_length()))
    rounded: Singles = np.rint(values.astype(np.float32) * grain) / grain
    return rounded


def _massed(sample: Sample, values: NDArray[np.floating]) -> Floats:
    """Values times the weights of the points."""
    massed = values.astype(np.float64)
    if sample.weight is not None:
        massed *= sample.weight
    return massed


def _weighted(sample: Sample, table: Singles) -> Floats:
    """Sum over the points of each row."""
    sums: Floats
    if sample.weight is None:
        sums = table.sum(axis=1, dtype=np.float32).astype(np.float64)
    else:
        sums = np.einsum("pi,i->p", table.astype(np.float64), sample.weight)
    return sums


def _swap_scores(sample: Sample, anchors: Floats, table: Singles) -> Floats:
    """(places, k), the sum of best IoUs after putting an anchor there and taking one away."""
    bits = _scores(sample, anchors)
    spare = np.int32((1 << (len(anchors) - 1).bit_length()) - 1)
    top = bits.max(axis=0)
    bits[bits == top] = 0
    nearest, second = (
        _rounded(half / (1 - half), sample)
        for half in (top.view(np.float32), bits.max(axis=0).view(np.float32))
    )
    with_place = np.maximum(table, nearest)
    lost = np.maximum(table, second)
    lost -= with_place
    dtype = np.float32 if sample.weight is None else np.float64
    member = np.zeros((len(sample), len(anchors)), dtype=dtype)
    member[np.arange(len(sample)), top & spare] = 1 if sample.weight is None else sample.weight
    lost = lost.astype(dtype, copy=False)
    some = max(2, PRODUCT // member.size)
    products = [lost[row : row + some] @ member for row in range(0, len(lost), some)]
    scores: Floats = _weighted(sample, with_place)[:, None] + np.concatenate(products)
    return scores
