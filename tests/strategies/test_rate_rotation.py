"""RateRotation: in by a fall, out above the average, not too often."""

import numpy as np
import pytest

from backtest.errors import UserError
from strategies import RateRotation
from tests.markets import make_market


def regimes(path, **parameters):
    market = make_market(sessions=len(path), series={"cn10y": path})
    return RateRotation(**parameters).regime(market).tolist()


def test_it_turns_when_rates_fall_and_back_when_they_rise():
    path = [3.0] * 6 + [2.8] * 4 + [3.2] * 4
    held = regimes(path, fall_bp=15, fall_window=3, rate_window=5, min_hold=1)
    assert held == ["traditional"] * 6 + ["nqp"] * 4 + ["traditional"] * 4


def test_a_switch_stands_for_its_minimum():
    path = [3.0] * 6 + [2.8] + [3.2] * 9
    held = regimes(path, fall_bp=15, fall_window=3, rate_window=5, min_hold=4)
    assert held == ["traditional"] * 6 + ["nqp"] * 4 + ["traditional"] * 6


def test_a_rate_nobody_knows_turns_nothing():
    assert set(regimes([np.nan] * 30, fall_window=3, rate_window=5)) == {"traditional"}


def test_parameters_are_checked():
    with pytest.raises(UserError, match="window was 0"):
        RateRotation(fall_window=0)
