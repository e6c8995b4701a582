"""Deflated Sharpe ratios against the published example and against ffn."""

from __future__ import annotations

import math

import ffn
import numpy as np
import purgedcv
import pytest

from backtest.tuning.deflated_sharpe import deflated_sharpe, minimum_years, probabilistic_sharpe


def published_returns() -> np.ndarray:
    """Return 1250 days with an annual Sharpe ratio of 2.5, skewness −3 and kurtosis 10.

    A kurtosis of 10 is the least a skewness of −3 allows, which only two different values have:
    105 days in 1250 of the lower one.
    """
    days = np.ones(1250)
    days[np.linspace(0, 1249, 105).astype(int)] = -1.0
    unit = (days - days.mean()) / days.std()
    return 0.01 * (unit + 2.5 / math.sqrt(250))


def test_the_published_example() -> None:
    # Bailey & López de Prado (2014): 100 trials whose annual Sharpe ratios have variance 1/2;
    # SR0 = 0.1132 by day, DSR = 0.9004.
    found = deflated_sharpe(published_returns(), 250, trials=100, spread=math.sqrt(0.5))
    assert found.hurdle / math.sqrt(250) == pytest.approx(0.1132, abs=5e-5)
    assert found.probability == pytest.approx(0.9004, abs=2e-4)


@pytest.mark.parametrize("trials", [1, 2, 45, 10_000])
def test_equals_purgedcv_and_the_hurdle_ffn(trials: int) -> None:
    returns = np.random.default_rng(trials).standard_t(5, 800) * 0.01 + 0.0006
    found = deflated_sharpe(returns, 242, trials=trials, spread=0.6)
    expected = purgedcv.deflated_sharpe_ratio_full(returns, trials, 0.6**2 / 242)
    assert found.probability == pytest.approx(expected.dsr, abs=1e-12)
    assert found.hurdle == pytest.approx(expected.sr_star * math.sqrt(242), abs=1e-12)
    assert found.hurdle == pytest.approx(ffn.calc_expected_max_sharpe(trials, 0.6), abs=1e-10)
    assert minimum_years(trials) == pytest.approx(purgedcv.minimum_backtest_length(trials))
    alone = purgedcv.probabilistic_sharpe_ratio(returns, 0.5 / math.sqrt(242))
    assert probabilistic_sharpe(returns, 242, target=0.5) == pytest.approx(alone, abs=1e-12)


def test_one_trial_leaves_the_probabilistic_sharpe_ratio() -> None:
    returns = np.random.default_rng(2).normal(0.0004, 0.01, 500)
    assert deflated_sharpe(returns, 242, trials=1, spread=0.5).probability == pytest.approx(
        probabilistic_sharpe(returns, 242)
    )
    assert probabilistic_sharpe(returns, 242) > probabilistic_sharpe(returns, 242, target=0.5)


def test_minimum_lengths_are_those_of_the_field_notes() -> None:
    lengths = [round(minimum_years(trials), 1) for trials in (5, 10, 20, 50, 100)]
    assert lengths == [1.4, 2.5, 3.6, 5.2, 6.4]


def test_what_is_undefined_is_nan() -> None:
    assert math.isnan(probabilistic_sharpe(np.zeros(100), 242))
    assert math.isnan(deflated_sharpe(np.ones(3), 242, trials=5, spread=0.5).probability)
