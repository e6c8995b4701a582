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
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from backtest.engine.resampling import resampling_counts
from backtest.tuning.return_chunks import Array, Chunks

KEPT = 32_000_000  # bootstrap means kept between passes (256 MB); beyond it they are computed again
ROUNDING = 1e-9  # a session's return; what is nearer to the rival than this equals it
RELATIVE = 1e-12  # share of a variant's variance below which a difference's is rounding
STRIP = 128  # variants looked at together: few enough to stay in the processor's cache


@dataclass(frozen=True)
class Superiority:
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


def superiority(
    chunks: Chunks,
    rivals: Mapping[str, Array],
    *,
    block_length: int,
    draws: int = 1000,
    seed: int = 0,
    size: float = 0.05,
) -> dict[str, Superiority]:
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
        A `Superiority` for each rival.
    """
    if not rivals:
        return {}
    sessions = len(next(iter(rivals.values())))
    counts = resampling_counts(sessions, block_length, draws, seed)
    means = _Means(chunks, counts)
    tests = {
        name: _Test(np.asarray(rival, dtype=float), counts, block_length)
        for name, rival in rivals.items()
    }
    kernel = _kernel(sessions, block_length)
    for returns, drawn in means.first_pass():
        for start in range(0, returns.shape[1], STRIP):
            strip = slice(start, start + STRIP)
            own = np.ascontiguousarray(returns[:, strip].T)
            variance = long_run_variance(own, kernel)
            for test in tests.values():
                test.see(own, drawn[:, strip], variance)
    return {
        name: Superiority(
            **test.p_values(),
            better=test.stepwise(means, size),
            size=size,
            draws=draws,
            block_length=block_length,
        )
        for name, test in tests.items()
    }


class _Means:
    """Bootstrap means of all variants, draw × variant, in pieces; kept while they are few."""

    def __init__(self, chunks: Chunks, counts: Array) -> None:
        self.chunks, self.counts = chunks, counts
        self.kept: list[Array] | None = []

    def first_pass(self) -> Iterator[tuple[Array, Array]]:
        elements = 0
        for returns in self.chunks():
            drawn = self._product(returns)
            elements += drawn.size
            if elements > KEPT:
                self.kept = None
            elif self.kept is not None:
                self.kept.append(drawn)
            yield returns, drawn

    def again(self) -> Iterator[Array]:
        if self.kept is not None:
            yield from self.kept
        else:
            for returns in self.chunks():
                yield self._product(returns)

    def _product(self, returns: Array) -> Array:
        product: Array = self.counts @ returns
        product /= len(returns)
        return product


class _Test:
    """One rival: what must be remembered of each variant, and the largest value of each draw."""

    def __init__(self, rival: Array, counts: Array, block_length: int) -> None:
        self.rival = rival
        self.rival_means: Array = counts @ rival / len(rival)
        kernel, spectrum = _kernel(len(rival), block_length), rfft(rival)
        self.variance = float(long_run_variance(rival[None], kernel)[0])
        self.shared = irfft(kernel * spectrum, len(rival)) * len(rival)
        self.largest = np.full((4, len(counts)), -np.inf)  # lower, consistent, upper, studentized
        self.mean: list[Array] = []
        self.recentered: list[Array] = []
        self.same: list[NDArray[np.bool_]] = []
        self.best_ratio = -math.inf

    def see(self, returns: Array, drawn: Array, own: Array) -> None:
        """Look at some variants: returns, variant × session, and their long-run variance."""
        sessions = len(self.rival)
        mean = returns.mean(axis=1) - self.rival.mean()
        same = np.abs(mean) < ROUNDING
        same[same] = np.abs(returns[same] - self.rival).max(axis=1, initial=0.0) < ROUNDING
        mean[same] = 0.0
        # Of a difference: both variances less twice what they share.
        variance = own - 2.0 * (returns @ self.shared) + self.variance
        variance[variance < RELATIVE * own] = 0.0
        bound = -np.sqrt(variance / sessions * 2.0 * math.log(math.log(sessions)))
        recentered = np.where(mean >= bound, mean, 0.0)
        lead = drawn - self.rival_means[:, None]
        lead[:, same] = 0.0  # a variant equal to the rival is never ahead, not even by rounding
        error = np.sqrt(variance)
        scale = np.divide(1.0, error, out=np.zeros_like(error), where=error > 0)
        self._raise_largest(0, lead - np.maximum(mean, 0.0))
        self._raise_largest(2, lead - mean)
        lead -= recentered
        self._raise_largest(1, lead)
        lead *= scale
        self._raise_largest(3, lead)
        self.best_ratio = max(self.best_ratio, float((mean * scale).max()))
        self.mean.append(mean)
        self.recentered.append(recentered)
        self.same.append(same)

    def _raise_largest(self, row: int, values: Array) -> None:
        np.maximum(self.largest[row], values.max(axis=1), out=self.largest[row])

    def p_values(self) -> dict[str, float]:
        best = max(float(mean.max()) for mean in self.mean)
        names = ("lower", "consistent", "upper", "studentized")
        leaders = np.concatenate([mean == best for mean in self.mean])
        if (np.concatenate(self.same) & leaders).any():
            return dict.fromkeys(names, 1.0)  # the best there is equals the rival
        bars = np.array([best, best, best, self.best_ratio])
        shares = (self.largest > bars[:, None]).mean(axis=1)
        return dict(zip(names, shares.tolist(), strict=True))

    def stepwise(self, means: _Means, size: float) -> NDArray[np.int64]:
        """Return the variants found better, removing them and testing the rest until none is."""
        mean = np.concatenate(self.mean)
        left = np.ones(len(mean), dtype=bool)
        largest = self.largest[1]
        while True:
            found = left & (mean > np.percentile(largest, 100.0 * (1.0 - size)))
            left &= ~found
            if not found.any() or not left.any():
                return np.flatnonzero(~left)
            largest = self._largest_of(means, left)

    def _largest_of(self, means: _Means, left: NDArray[np.bool_]) -> Array:
        largest = np.full(len(self.rival_means), -np.inf)
        recentered, same = np.concatenate(self.recentered), np.concatenate(self.same)
        first = 0
        for drawn in means.again():
            here = np.flatnonzero(left[first : first + drawn.shape[1]])
            if len(here):
                lead = drawn[:, here] - recentered[first + here]
                lead -= self.rival_means[:, None]
                lead[:, same[first + here]] = 0.0
                np.maximum(largest, lead.max(axis=1), out=largest)
            first += drawn.shape[1]
        return largest


def _kernel(sessions: int, block_length: int) -> Array:
    """Return the weight of each frequency in the variance of a bootstrap mean.

    The stationary bootstrap wraps around, so the covariance at lag i counts with
    (1 − i/n)(1 − 1/b)^i, once for i and once for n − i (Politis & Romano 1994, lemma 1): a
    circular convolution, which is a product of spectra. The mean, frequency 0, does not count.
    """
    lags = np.arange(sessions)
    weights = 2.0 * (1.0 - lags / sessions) * (1.0 - 1.0 / block_length) ** lags
    weights[0] = 1.0
    density: Array = rfft(weights).real / sessions**2
    density[0] = 0.0
    return density


def long_run_variance(returns: Array, kernel: Array) -> Array:
    """Return the long-run variance of each row of returns, variant × session."""
    weights = kernel.copy()
    weights[1 : (returns.shape[1] + 1) // 2] *= 2.0  # for their negative frequencies too
    parts = rfft(returns, axis=1, workers=os.cpu_count()).view(np.float64)
    np.square(parts, out=parts)
    variance: Array = parts @ np.repeat(weights, 2)  # a real and an imaginary part each
    return variance
