"""The burst and the best days, on numbers one can see."""

import numpy as np
import pandas as pd
import pytest

from backtest.evidence.concentration import burst, concentration
from backtest.evidence.observation import Observation


def gain(moves, additive=True):
    row = np.asarray(moves, dtype=float)
    days = pd.bdate_range("2021-03-01", periods=len(row))
    return Observation(
        instruments=("x",),
        statistic=lambda counts: counts @ row,
        moves=pd.Series(row, days),
        additive=additive,
    )


def test_burst_is_found_and_splits_the_number():
    quiet = [0.1, -0.1] * 20
    found = concentration(gain([*quiet, 3.0, 0.2, 4.0, *quiet]))
    assert found is not None
    assert found.sessions == 3
    assert found.start == pd.bdate_range("2021-03-01", periods=41)[-1]
    assert (found.before, found.within, found.after) == pytest.approx((0.0, 7.2, 0.0))
    assert found.made_it
    assert dict(found.without_best)[1] == pytest.approx(3.2)
    assert dict(found.without_best)[3] == pytest.approx(0.0)


def test_luck_seldom_makes_a_burst():
    """Of 200 windows of independent normal days not one in twenty has a burst worth a word."""
    random = np.random.default_rng(2)
    found = [concentration(gain(random.normal(0.0, 1.0, 120))) for _ in range(200)]
    assert sum(one.made_it for one in found if one is not None) <= 10


def test_what_cannot_be_split_is_not():
    assert concentration(gain([1.0, 2.0, 3.0], additive=False)) is None
    assert concentration(gain([1.0, 2.0])) is None


def test_burst_of_a_falling_series_is_its_best_day():
    assert burst(np.array([-3.0, -1.0, -2.0])) == (1, 1)
