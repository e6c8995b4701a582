"""Intervals cover what they should, and notice dependence."""

import numpy as np
import pandas as pd
import pytest

from backtest.evidence.bootstrap import interval
from backtest.evidence.observation import Observation, sampled


def mean_of(values):
    row = np.asarray(values, dtype=float)
    return Observation(
        unit="return",
        instruments=("x",),
        statistic=lambda counts: counts @ row / counts.sum(axis=1),
        moves=pd.Series(row),
    )


def test_value_counts_every_session_once():
    observed = mean_of([1.0, 2.0, 6.0])
    assert observed.value == 3.0
    assert observed.over(np.array([True, True, False])) == 1.5


def test_interval_of_independent_values_is_the_textbook_one():
    values = np.random.default_rng(0).normal(0.0, 1.0, 400)
    found = interval(mean_of(values), draws=4000)
    half = 1.645 * values.std() / 20
    assert found.low == pytest.approx(values.mean() - half, abs=0.02)
    assert found.high == pytest.approx(values.mean() + half, abs=0.02)
    assert found.block_length <= 4


def test_dependent_values_get_longer_blocks_and_a_wider_interval():
    shocks = np.random.default_rng(1).normal(0.0, 1.0, 400)
    values = np.zeros(400)
    for t in range(1, 400):
        values[t] = 0.7 * values[t - 1] + shocks[t]
    found = interval(mean_of(values))
    assert found.block_length > 5
    assert found.high - found.low > 1.8 * 2 * 1.645 * values.std() / 20 * 0.8
    assert found.longer != found.shorter


def test_separate_events_are_drawn_one_by_one():
    observed = mean_of([1.0, 2.0, 3.0, 4.0])
    lone = Observation(
        observed.unit, observed.instruments, observed.statistic, observed.moves, independent=True
    )
    found = interval(lone)
    assert found.block_length == 1
    assert found.shorter == (found.low, found.high) == found.longer


def test_coverage_under_a_known_mean():
    """Nine intervals in ten hold the true mean."""
    random = np.random.default_rng(5)
    inside = 0
    for run in range(150):
        found = interval(mean_of(random.normal(0.3, 1.0, 120)), draws=300, seed=run)
        inside += found.low <= 0.3 <= found.high
    assert 0.83 <= inside / 150 <= 0.96


def test_overlapping_placebos_count_for_as_many_as_are_apart():
    drawn = np.arange(1000.0)
    assert sampled("other windows", drawn, 2000.0, 1).p == pytest.approx(1 / 1001)
    found = sampled("other windows", drawn, 2000.0, 1, overlap=120)
    assert (found.p, found.separate, found.draws) == (1 / 9, 8, 1000)
    assert np.isnan(sampled("other windows", np.array([np.nan]), 0.0, 1).p)
