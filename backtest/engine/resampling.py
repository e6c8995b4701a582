"""Stationary bootstrap: how long blocks should be, and how often each draw takes each session.

Both equal `arch`'s to the last draw, so that what is computed from them is what arch would compute;
arch itself imports Matplotlib, statsmodels and scipy.stats, which takes longer than a backtest.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def block_length(series: Array) -> int:
    """Return the expected block length (sessions) that suits a series; 1 if it is constant.

    That of Politis & White (2004, Econometric Reviews 23), corrected by Patton, Politis & White
    (2009, Econometric Reviews 28), rounded up, and at most a third of the series.
    """
    if not np.ptp(series) > 0:
        return 1
    count, away = len(series), series - series.mean()
    silent = max(5, int(math.log10(count)))  # so many insignificant lags end the search
    lags = min(math.ceil(math.sqrt(count)) + silent, count - 2)
    together = np.array([away[lag:] @ away[: count - lag] for lag in range(lags + 1)])
    squares = (away**2).cumsum()
    late, early = squares[-1] - squares[: lags + 1], squares[::-1][1 : lags + 2]
    seen = np.abs(together) / np.sqrt(late * early) >= 2.0 * math.sqrt(math.log10(count) / count)
    quiet = (lag for lag in range(lags + 1 - silent) if not seen[lag : lag + silent].any())
    most = min(2 * max(next(quiet, lags), 1), lags)
    lag = np.arange(1, most + 1)
    weighed = 2.0 * np.minimum(1.0, 2.0 * (1.0 - lag / most)) * together[1 : most + 1] / count
    bend, variance = float(weighed @ lag), together[0] / count + float(weighed.sum())
    best = float((bend / variance) ** 2 * count) ** (1 / 3) if variance else math.inf
    best = min(best, math.ceil(min(3.0 * math.sqrt(count), count / 3)))
    return int(np.clip(math.ceil(best), 1, max(1, count // 3)))


def resampled(sessions: int, length: int, draws: int, seed: int) -> Iterator[NDArray[np.intp]]:
    """Yield the sessions of each draw, in their new order.

    Blocks of `length` sessions on average, wrapped around (Politis & Romano 1994): the draws of
    `arch.bootstrap.StationaryBootstrap(length, …, seed=seed)`.
    """
    drawn, place = np.random.default_rng(seed), np.arange(sessions)
    for _ in range(draws):
        anew = drawn.integers(sessions, size=sessions)
        begins = drawn.random(sessions) <= 1.0 / length
        begins[0] = True
        begun = np.maximum.accumulate(np.where(begins, place, 0))
        taken = anew[begun] + (place - begun)
        np.subtract(taken, sessions, out=taken, where=taken >= sessions)
        yield taken


def resampling_counts(sessions: int, length: int, draws: int, seed: int) -> Array:
    """Return how often each draw takes each session, draw × session; rows sum to `sessions`."""
    found = np.empty((draws, sessions))
    for row, taken in zip(found, resampled(sessions, length, draws, seed), strict=True):
        row[:] = np.bincount(taken, minlength=sessions)
    return found
