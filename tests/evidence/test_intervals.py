"""Intervals cover what they should, and a short record says so."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from backtest.evidence.chance import among, counted
from backtest.evidence.intervals import around, by_blocks, spread
from backtest.evidence.observation import Observation
from backtest.evidence.windows import CannotTell


def mean_of(values):
    row = np.asarray(values, dtype=float)
    return Observation(
        instruments=("x",),
        statistic=lambda counts: counts @ row / counts.sum(axis=1),
        moves=pd.Series(row),
    )


def test_value_counts_every_session_once():
    observed = mean_of([1.0, 2.0, 6.0])
    assert observed.value == 3.0
    assert observed.over(np.array([True, True, False])) == 1.5


def test_an_interval_is_students():
    found = around(2.0, 0.5, 4.0, "events")
    assert found.high == pytest.approx(2.0 + 2.131847 * 0.5)  # tabled: t(4) at 0.95
    assert (found.low + found.high) / 2 == pytest.approx(2.0)
    assert around(0.9, 0.5, 4.0, "windows", (0.0, 1.0)).high == 1.0


def test_the_jackknife_of_a_mean_is_its_textbook_error():
    """With blocks of one mean each, leaving one out gives the standard error of their mean."""
    values = np.repeat(np.random.default_rng(0).normal(0.0, 1.0, 20), 20)
    found = by_blocks(mean_of(values), "it")
    assert found.error == pytest.approx(values[::20].std(ddof=1) / np.sqrt(20))
    assert found.freedom == 19
    with pytest.raises(CannotTell, match="takes 120"):
        by_blocks(mean_of(values[:119]), "it")


def test_a_spread_needs_three_separate_windows():
    values = np.random.default_rng(1).normal(0.0, 2.0, 300)
    found = spread(values, 100, "it")
    assert found.separate == 3.0
    assert found.error == pytest.approx(values.std() * np.sqrt(3 / 2))
    with pytest.raises(CannotTell, match="2 other windows"):
        spread(values[:299], 100, "it")
    with pytest.raises(CannotTell, match="the same in every window"):
        spread(np.ones(300), 20, "it")


@pytest.mark.parametrize("together", [1, 20])
def test_coverage_and_size_on_sums(together):
    """Sums of 120 sessions, independent or in blocks of 20 that share their mean."""
    random = np.random.default_rng(5)
    inside = beyond = 0
    runs = 400
    for _ in range(runs):
        shocks = np.repeat(random.normal(0.0, 0.5, 2000 // together + 1), together)
        moves = (random.normal(0.0, 1.0, len(shocks)) + shocks)[:2000]
        sums = np.convolve(moves[120:], np.ones(60), "valid")
        usual = spread(sums, 60, "it").scaled(2.0)
        value = moves[:120].sum()
        bounds = around(value, usual.error, usual.freedom, "windows")
        inside += bounds.low <= 0.0 <= bounds.high
        beyond += among("other windows", value, 1, usual).p <= 0.05
    assert 0.85 <= inside / runs <= 0.95
    assert beyond / runs <= 0.08


def test_a_number_far_beyond_the_record_has_a_small_p():
    usual = spread(np.random.default_rng(2).normal(0.0, 1.0, 2000), 100, "it")
    near, far = (among("other windows", value, 1, usual) for value in (1.0, 10.0))
    assert near.p == pytest.approx(student.sf(usual.distance(1.0), usual.freedom))
    assert far.p < 1e-4
    assert far.p + far.p_opposite == pytest.approx(1.0)
    least = among("other windows", usual.mean + near.least, 1, usual)
    assert least.p == pytest.approx(0.05)


def test_counted_placebos_say_the_least_p_they_can_give():
    found = counted("sectors permuted", np.arange(9.0), 20.0, 1)
    assert (found.p, found.resolution, found.p_opposite) == (0.1, 0.1, 1.0)
    assert np.isnan(counted("sectors permuted", np.array([np.nan]), 0.0, 1).p)
