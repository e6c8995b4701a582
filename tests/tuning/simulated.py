"""Simulated markets of two baskets, with a trigger on a yield that leads them or does not.

Fat-tailed shocks whose volatility clusters, as the embedded sample's; the gap between the baskets
has 10 % volatility a year, which is that of the thesis's two sides in the sample. The yield is a
random walk as volatile as the Chinese ten-year one. A sweep is 36 variants of `RateRotation`'s
trigger: its fall, its window, the average it has to be below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from backtest.data.simulated_prices import clustered, fat_tailed
from backtest.tuning.logic import LATCH, MIN_HOLD, combine

PER_YEAR = 242
WARM_UP = 250
GRID = tuple(product((20, 40, 60, 90), (5.0, 10.0, 20.0), (60, 120, 240)))
TRUE = GRID.index((60, 10.0, 120))
ETF = 4.5e-4  # of the value traded
GAP, MARKET, YIELD = 0.10, 0.20, 0.024

Array = NDArray[np.float64]
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class World:
    """One market: what the baskets earned by session, and the yield with its warm-up before."""

    baskets: Array  # basket × session
    yields: Array


@dataclass(frozen=True)
class Terms:
    """What is true about a market.

    Attributes
    ----------
    planted : float
        What basket 0 earns over basket 1 while the true trigger is on, a year.
    regimes : float
        The same with a sign that turns about once a year, whatever the trigger says.
    gap, drift : float
        What basket 0 always earns over basket 1, and what both earn, a year.
    betas : pair of float
        How much of the market each basket takes.
    """

    years: int = 10
    planted: float = 0.0
    regimes: float = 0.0
    gap: float = 0.0
    drift: float = 0.0
    betas: tuple[float, float] = (1.0, 1.0)


def worlds(terms: Terms, count: int, seed: int = 0) -> list[World]:
    """Make markets."""
    made = np.random.default_rng([seed, terms.years])
    sessions = terms.years * PER_YEAR
    shocks = clustered(fat_tailed(made, sessions, 2 * count))
    gap = shocks[:, :count].T * GAP / PER_YEAR**0.5 + terms.gap / PER_YEAR
    market = shocks[:, count:].T * MARKET / PER_YEAR**0.5 + terms.drift / PER_YEAR
    yields = 3.0 + YIELD * np.cumsum(made.normal(size=(count, sessions + WARM_UP)), axis=1)
    turned = np.cumsum(made.random((count, sessions)) < 1.0 / PER_YEAR, axis=1)
    gap += (
        np.where((turned + made.integers(0, 2, (count, 1))) % 2, 1, -1) * terms.regimes / PER_YEAR
    )
    found = []
    for number in range(count):
        own = gap[number]
        if terms.planted:
            on = rate_signals(yields[number], GRID[TRUE : TRUE + 1])[0] == 0
            own = own + terms.planted / PER_YEAR * on
        both = [beta * market[number] for beta in terms.betas]
        found.append(World(np.array([both[0] + own / 2, both[1] - own / 2]), yields[number]))
    return found


def rate_signals(yields: Array, grid: Sequence[tuple[int, float, int]] = GRID) -> Codes:
    """Return what variants hold: basket 0 while the yield falls, else basket 1."""
    total = np.concatenate([[0.0], np.cumsum(yields)])
    answers = np.zeros((4 * len(grid), len(yields)), dtype=np.int8)
    count = len(grid)
    for row, (window, fall, average) in enumerate(grid):
        mean = np.full(len(yields), -np.inf)
        mean[average - 1 :] = (total[average:] - total[:-average]) / average
        below = yields < mean
        fell = np.zeros(len(yields), dtype=bool)
        fell[window:] = yields[window:] - yields[:-window] <= -fall / 100.0
        answers[row] = np.where(fell & below, 1, -1)
        answers[count + row] = np.where(below, -1, 1)
    parts = np.arange(2 * count).reshape(2, count).T
    combine(LATCH, answers, parts, np.zeros(count, dtype=np.int64), 2 * count)
    held = 2 * count + np.arange(count)[:, None]
    combine(MIN_HOLD, answers, held, np.full(count, 20), 3 * count)
    # Decided after a close, held the session after.
    return (answers[3 * count :, WARM_UP - 1 : -1] != 1).astype(np.int8)


def momentum_signals(baskets: Array) -> Codes:
    """Return what 36 variants hold that follow, or fade, the better basket of some sessions."""
    level = np.cumsum(baskets[0] - baskets[1])
    rows = []
    for window in range(10, 181, 10):
        ahead = np.zeros(len(level), dtype=np.int8)
        ahead[window:] = level[window:] < level[:-window]
        rows += [np.roll(ahead, 1), 1 - np.roll(ahead, 1)]
    return np.array(rows, dtype=np.int8)


def net_returns(codes: Codes, baskets: Array, cost: float) -> Array:
    """Return what each variant earned after costs, variant × session."""
    net: Array = np.zeros(codes.shape)
    for code, earned in enumerate(baskets):
        net += (codes == code) * earned
    net[:, 1:] -= 2.0 * cost * (codes[:, 1:] != codes[:, :-1])
    return net


def best_of(returns: Array) -> int:
    """Return the variant with the highest Sharpe ratio."""
    return int((returns.mean(axis=1) / returns.std(axis=1)).argmax())
