"""Bootstrap intervals of the Sharpe ratio."""

from __future__ import annotations

import math

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap, optimal_block_length

from backtest.engine.resampling import block_length
from backtest.tuning.intervals import sharpe_interval, sharpe_intervals


def test_an_interval_is_as_wide_as_theory_says_for_independent_returns() -> None:
    # The standard error of an annual Sharpe ratio near 0 is 1/√years: here ±1.96/√10.
    excess = np.random.default_rng(0).normal(0.0003, 0.01, 2420)
    found = sharpe_interval(excess, 242, length=1, draws=2000)
    assert found.high - found.low == pytest.approx(2 * 1.96 / math.sqrt(10), rel=0.08)


def test_block_lengths_are_half_the_suggested_one_it_and_twice_it() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.01, 1010)
    slow = np.convolve(noise, np.ones(10), mode="valid")
    short, usual, long = sharpe_intervals(slow, 242, draws=200)
    suggested = math.ceil(optimal_block_length(slow)["stationary"].iloc[0])
    assert usual.block_length == suggested
    assert (short.block_length, long.block_length) == (round(suggested / 2), 2 * suggested)
    assert usual.high - usual.low > short.high - short.low


def test_bounds_are_those_of_arch() -> None:
    def sharpe(excess: np.ndarray) -> np.ndarray:
        return np.array([excess.mean() / excess.std(ddof=1)])

    excess = np.random.default_rng(3).normal(0.0003, 0.01, 500)
    theirs = StationaryBootstrap(9, excess, seed=4).conf_int(sharpe, 100, method="percentile")
    found = sharpe_interval(excess, 242, length=9, draws=100, seed=4)
    assert [found.low, found.high] == pytest.approx(theirs[:, 0] * math.sqrt(242), abs=1e-12)


@pytest.mark.parametrize("sessions", [20, 61, 700, 2500])
@pytest.mark.parametrize("memory", [0.0, 0.3, 0.9])
def test_block_lengths_are_those_of_arch(sessions: int, memory: float) -> None:
    drawn = np.random.default_rng(sessions)
    for _ in range(5):
        series = drawn.normal(size=sessions)
        for place in range(1, sessions):
            series[place] += memory * series[place - 1]
        theirs = math.ceil(optimal_block_length(series)["stationary"].iloc[0])
        assert block_length(series) == min(max(theirs, 1), sessions // 3)


def test_the_same_seed_gives_the_same_interval_and_constant_returns_none() -> None:
    excess = np.random.default_rng(2).normal(0.0, 0.01, 300)
    assert sharpe_interval(excess, 242, length=4, draws=100, seed=9) == sharpe_interval(
        excess, 242, length=4, draws=100, seed=9
    )
    assert math.isnan(sharpe_interval(np.zeros(50), 242, length=1, draws=10).low)
