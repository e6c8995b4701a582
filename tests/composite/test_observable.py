"""Indicators computed from a market, against numbers worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.composite import composite
from backtest.composite.observable import OBSERVABLES, breadth, observe, strength, turnover_share
from backtest.errors import UserError
from tests.markets import make_market

NAN = np.nan


def test_strength_is_the_gain_on_all_sectors():
    market = make_market(close={"machinery": [10, 11, 11, 11], "computer": [10, 10, 10, 11]})
    # machinery: 1.1, 1, 1; all: 1.05, 1, 1.05
    found = strength(market, ("machinery",), 2)
    np.testing.assert_allclose(found, [NAN, NAN, 1.1 / 1.05 - 1, 1 / 1.05 - 1])


def test_breadth_is_a_share_of_sectors_smoothed():
    market = make_market(close={"machinery": [1, 2, 3, 2], "computer": [3, 2, 1, 2]})
    # averages of two; above: machinery, machinery, computer
    found = breadth(market, ("computer", "machinery"), 2, 2)
    np.testing.assert_allclose(found, [NAN, NAN, 0.5, 0.5])
    np.testing.assert_allclose(breadth(market, ("machinery",), 2, 2), [NAN, NAN, 1.0, 0.5])


def test_turnover_share_is_of_all_traded_value():
    market = make_market(sessions=3, sectors=("machinery", "computer"))
    turnover = market.turnover.copy()
    turnover.iloc[:, 0], turnover.iloc[:, 1] = [1.0, 2.0, 3.0], [1.0, 2.0, 1.0]
    market = replace(market, turnover=turnover)
    np.testing.assert_allclose(turnover_share(market, ("machinery",), 2), [0.5, 0.5, 5 / 8])


def test_no_sectors_means_all_of_them():
    market = make_market(sessions=80)
    shares = observe(market, "market.turnover_share_20", ())
    np.testing.assert_allclose(shares.dropna(), 1.0)


def test_a_market_without_the_sectors_or_the_turnover_lowers_coverage_and_says_so():
    market = make_market(sessions=500, sectors=("machinery", "auto", "banks"))
    with pytest.raises(UserError, match="has none of the sectors computer"):
        observe(market, "market.strength_60", ("computer",))
    found = composite(replace(market, turnover=None), "observable")
    last = found.coverage.iloc[-1]
    # of three tracks one is here; without turnover only the yield speaks for distribution
    assert last["supply"] == pytest.approx(1 / 3)
    assert last["potential"] == pytest.approx(2 / 4)
    assert last["distribution"] == pytest.approx(1 / 4)
    assert "too little to compute" in found.notes[0]
    assert "turnover_share.manufacturing" in found.notes[0]


def test_shuffled_instruments_give_the_same_bits():
    market = make_market(sessions=400, per_sector=2, seed=4)
    turned = list(reversed(market.close.columns))
    shuffled = replace(market, close=market.close[turned], turnover=market.turnover[turned])
    for name in OBSERVABLES:
        one, other = (observe(m, name, ("computer", "machinery")) for m in (market, shuffled))
        np.testing.assert_array_equal(one, other)
