"""Whether any variant of a sweep beats a rival, given that the best of many was picked.

Hansen's test of superior predictive ability (2005, Journal of Business & Economic
Statistics 23(4)) and the stepwise procedure of Romano & Wolf (2005, Econometrica 73(4)), both over
all variants at once: every bootstrap mean of every variant is one element of the product of
(draw × session) counts with (session × variant) returns.

The figures are those of `arch.bootstrap.SPA` and `StepM` on the same draws. Arch uses the long-run
variance only to decide which poor variants to leave out, and compares means that are not
divided by their standard errors, whatever its `studentize` says; Hansen's own statistic, which is
divided, is given with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from backtest.engine.rebalance import LEAN
from backtest.engine.resampling import resampling_counts
from backtest.tuning.return_chunks import Array, Chunks

Drawn = NDArray[np.floating[Any]]

KEPT = 32_000_000  # bootstrap means kept between passes (128 MB); beyond it they are computed again
ROUNDING = 1e-9  # a session's return; what is nearer to the rival than this equals it
STRIP = 256  # variants looked at together: few enough to stay in the processor's cache
SIZE = 0.05  # of the stepwise procedure
DOUBT = 1e-4  # of the spread of a largest value over draws: ten times single precision's error


def active(returns: Array, rival: Array) -> Array:
    """Return daily returns over a rival's; what only rounding tells apart from it has none."""
    apart = returns - rival
    return apart if float(np.abs(apart).max()) > ROUNDING else np.zeros_like(apart)


@dataclass(frozen=True)
class SpaTest:
    """Whether the best variant beats the rival by more than the search alone explains.

    Attributes
    ----------
    lower, consistent, upper : float
        p-values of "no variant has a higher mean return than the rival", for Hansen's three ways
        of treating poor variants; the consistent one is the one to quote.
    studentized : float
        The consistent p-value of differences divided by their standard errors.
    better : array of int
        Variants the stepwise procedure finds better than the rival.
    size : float
        Chance that `better` names even one that is not.
    """

    lower: float
    consistent: float
    upper: float
    studentized: float
    better: NDArray[np.int64]
    size: float
    draws: int
    block_length: int


def spa_test(
    chunks: Chunks,
    rivals: Mapping[str, Array],
    *,
    block_length: int,
    draws: int = 1000,
    seed: int = 0,
) -> dict[str, SpaTest]:
    """Test every variant against each rival, from the same bootstrap draws.

    Parameters
    ----------
    chunks : callable
        Daily simple returns, session × variant, in pieces (`backtest.tuning.return_chunks`).
    rivals : mapping of name to array
        Daily simple returns of what the variants should beat, on the same sessions.
    block_length : int
        Expected block length of the stationary bootstrap, in sessions.

    Returns
    -------
    dict
        A `SpaTest` for each rival.
    """
    if not rivals:
        return {}
    sessions = len(next(iter(rivals.values())))
    counts = resampling_counts(sessions, block_length, draws, seed)
    means = _Means(chunks, counts.astype(np.float32))
    tests = {
        name: _Test(np.asarray(rival, dtype=float), counts, block_length)
        for name, rival in rivals.items()
    }
    for returns, average, apart, drawn in means.first_pass():
        for test in tests.values():
            test.see(returns, average, apart, drawn)
    near = np.flatnonzero(np.any([test.doubtful() for test in tests.values()], axis=0))
    for test in tests.values():
        test.largest[:, near] = -np.inf
    for piece, exact in enumerate(_Means(chunks, counts[near]).again() if len(near) else ()):
        for test in tests.values():
            again = _largest(exact, test.moved[near], test.seen[piece])
            test.largest[:, near] = np.maximum(test.largest[:, near], again)
    return {
        name: SpaTest(
            **test.p_values(),
            better=test.stepwise(means),
            size=SIZE,
            draws=draws,
            block_length=block_length,
        )
        for name, test in tests.items()
    }


class _Means:
    """Bootstrap means less the mean, draw × variant, in pieces; kept while they are few.

    They are of the precision of the counts.
    """

    def __init__(self, chunks: Chunks, counts: Drawn) -> None:
        self.chunks, self.counts = chunks, counts
        self.kept: list[Drawn] | None = []

    def first_pass(self) -> Iterator[tuple[Array, Array, Drawn, Drawn]]:
        """Yield returns, their means, what they are apart from them, and bootstrap means."""
        elements = 0
        for returns in self.chunks():
            average, apart, drawn = self._product(returns)
            elements += drawn.size
            if elements > KEPT:
                self.kept = None
            elif self.kept is not None:
                self.kept.append(drawn)
            yield returns, average, apart, drawn

    def again(self) -> Iterator[Drawn]:
        if self.kept:
            yield from self.kept
        else:
            for returns in self.chunks():
                yield self._product(returns)[-1]

    def _product(self, returns: Array) -> tuple[Array, Drawn, Drawn]:
        average, apart = returns.mean(axis=0), np.empty(returns.shape, dtype=self.counts.dtype)
        np.subtract(returns, average, out=apart, casting="same_kind")
        product: Drawn = self.counts @ apart
        product /= len(returns)
        return average, apart, product


class _Moments(NamedTuple):
    """What must be remembered of each variant's lead over a rival."""

    mean: Array
    recentered: Array  # what its bootstrap means are about under the hypothesis
    scale: Array  # one over its standard error
    same: NDArray[np.bool_]  # equal to the rival

    def of(self, some: slice | NDArray[Any]) -> _Moments:
        """Return those of some variants."""
        return _Moments(self.mean[some], self.recentered[some], self.scale[some], self.same[some])


class _Test:
    """One rival: what must be remembered of each variant, and the largest value of each draw."""

    def __init__(self, rival: Array, counts: Array, block_length: int) -> None:
        self.rival, self.block_length = rival, block_length
        self.moved: Array = counts @ (rival - rival.mean()) / len(rival)
        self.largest = np.full((4, len(counts)), -np.inf)  # lower, consistent, upper, studentized
        self.seen: list[_Moments] = []

    @cached_property
    def moments(self) -> _Moments:
        """Of all variants."""
        mean, recentered, scale, same = map(np.concatenate, zip(*self.seen, strict=True))
        return _Moments(mean, recentered, scale, same)

    @cached_property
    def bars(self) -> Array:
        """What each row of `largest` is compared with."""
        mean, best = self.moments.mean, self.moments.mean.max()
        return np.array([best, best, best, (mean * self.moments.scale).max()])

    def see(self, returns: Array, average: Array, apart: Drawn, drawn: Drawn) -> None:
        """Look at some variants."""
        sessions = len(self.rival)
        mean = average - self.rival.mean()
        variance = long_run_variance(apart, self.rival - self.rival.mean(), self.block_length)
        same = np.abs(mean) < ROUNDING
        furthest = np.abs(returns[:, same] - self.rival[:, None]).max(axis=0, initial=0.0)
        same[same] = furthest < ROUNDING
        mean[same] = 0.0
        bound = -np.sqrt(variance / sessions * 2.0 * math.log(math.log(sessions)))
        error = np.sqrt(variance)
        scale = np.divide(1.0, error, out=np.zeros_like(error), where=error > ROUNDING)
        self.seen.append(_Moments(mean, np.where(mean >= bound, mean, 0.0), scale, same))
        for start in range(0, len(mean), STRIP):
            strip = slice(start, start + STRIP)
            some = self.seen[-1].of(strip)
            np.maximum(self.largest, _largest(drawn[:, strip], self.moved, some), out=self.largest)

    def doubtful(self) -> NDArray[np.bool_]:
        """Say in which draws single precision cannot tell what the best exceeds."""
        spread = self.largest.std(axis=1, keepdims=True)
        close = np.abs(self.largest - self.bars[:, None]) <= DOUBT * spread
        doubtful: NDArray[np.bool_] = close.any(axis=0)
        return doubtful

    def p_values(self) -> dict[str, float]:
        names = ("lower", "consistent", "upper", "studentized")
        if self.moments.same[self.moments.mean == self.bars[0]].any():
            return dict.fromkeys(names, 1.0)  # the best there is equals the rival
        shares = (self.largest > self.bars[:, None]).mean(axis=1)
        return dict(zip(names, shares.tolist(), strict=True))

    def stepwise(self, means: _Means) -> NDArray[np.int64]:
        """Return the variants found better, removing them and testing the rest until none is."""
        left = np.ones(len(self.moments.mean), dtype=bool)
        largest = self.largest[1]
        while True:
            found = left & (self.moments.mean > np.percentile(largest, 100.0 * (1.0 - SIZE)))
            left &= ~found
            if not found.any() or not left.any():
                return np.flatnonzero(~left)
            largest = self._largest_of(means, left)

    def _largest_of(self, means: _Means, left: NDArray[np.bool_]) -> Array:
        largest = np.full(len(self.moved), -np.inf)
        first = 0
        for drawn in means.again():
            here = np.flatnonzero(left[first : first + drawn.shape[1]])
            some = self.moments.of(first + here)
            np.maximum(largest, _largest(drawn[:, here], self.moved, some)[1], out=largest)
            first += drawn.shape[1]
        return largest


def _largest(drawn: Drawn, moved: Array, moments: _Moments) -> Drawn:
    """Return the largest lead of any variant by draw: lower, consistent, upper, studentized."""
    # A variant equal to the rival is never ahead, not even by rounding.
    found = np.full((4, len(drawn)), 0.0 if moments.same.any() else -np.inf, dtype=drawn.dtype)
    if moments.same.any():
        drawn = drawn[:, ~moments.same]
        moments = moments.of(~moments.same)
    if not drawn.size:
        return found
    mean, recentered, scale = (values.astype(drawn.dtype) for values in moments[:3])
    rival = moved.astype(drawn.dtype)
    found[0] = np.maximum(found[0], (drawn + np.minimum(mean, 0.0)).max(axis=1) - rival)
    found[2] = np.maximum(found[2], drawn.max(axis=1) - rival)
    lead = drawn + (mean - recentered)
    found[1] = np.maximum(found[1], lead.max(axis=1) - rival)
    lead -= rival[:, None]
    lead *= scale
    found[3] = np.maximum(found[3], lead.max(axis=1))
    return found


def long_run_variance(apart: Drawn, rival: Array, block_length: int) -> Array:
    """Return the long-run variance of each variant's lead over a rival, both less their means.

    The stationary bootstrap wraps around, so the covariance at lag i counts with
    (1 − i/n)(1 − 1/b)^i, once for i and once for n − i (Politis & Romano 1994, lemma 1).
    """
    sums = np.zeros((3, apart.shape[1]))
    _long_run(apart, rival, 1.0 - 1.0 / block_length, sums)
    variance: Array = np.maximum(sums[2], 0.0) / len(rival)
    return variance


@njit(cache=True, nogil=True, **LEAN)
def _long_run(apart, rival, stay, sums):  # type: ignore[no-untyped-def]
    """Sum each lead times all that came before, by weight, once around before counting."""
    near, far, total = sums[0], sums[1], sums[2]  # sums of q^i and of i q^i times what was i ago
    sessions, variants = apart.shape
    per = 1.0 / sessions
    gone = 0.0  # weight of what was a whole turn ago
    for turn in range(2):
        for session in range(sessions):
            for place in range(variants):
                own = apart[session, place] - rival[session]
                far[place] = stay * (far[place] + near[place]) - sessions * gone * own
                near[place] = stay * near[place] + (1.0 - gone) * own
                both = near[place] - per * far[place]
                total[place] += turn * own * (2.0 * both - own)
        gone = stay**sessions
