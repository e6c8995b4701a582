"""A result as a vectorbt portfolio: the same value every day, the same orders, the same costs."""

import numpy as np
import pytest

from backtest import load_market, run, sweep
from backtest.costs import STOCK_COSTS
from strategies import EqualWeight, RateRotation, SectorMomentum
from tests.discovery import all_strategies
from tests.markets import make_market


@pytest.mark.parametrize("strategy", all_strategies(), ids=lambda one: one.name)
def test_its_value_is_the_results_equity_for_every_strategy(strategy):
    market = load_market("sample").between("2015-01-05", "2016-12-30")
    result = run(strategy, market, costs=STOCK_COSTS)
    np.testing.assert_allclose(result.portfolio.value(), result.equity, rtol=1e-9)


def test_without_a_money_rate_orders_and_costs_are_the_same_rows():
    market = make_market(sessions=120, late={"computer": 40}, suspended={"auto": (30, 60)})
    result = run(EqualWeight(), market, fill="open")
    portfolio = result.portfolio
    records = portfolio.order_records
    assert len(records) == len(result.orders)
    assert records["fees"].sum() == pytest.approx(result.orders["cost"].sum(), rel=1e-12)
    assert portfolio.total_return() == pytest.approx(result.summary()["total_return"], rel=1e-9)
    assert list(portfolio.wrapper.columns) == list(market.instruments)


def test_idle_cash_that_earns_is_a_column_of_its_own():
    market = make_market(sessions=60, money_rate=3.65, opens=False)
    result = run(SectorMomentum(windows=(20,), top=2), market)
    portfolio = result.portfolio
    np.testing.assert_allclose(portfolio.value(), result.equity, rtol=1e-12)
    assert portfolio.wrapper.columns[-1] == "money"
    assert portfolio.init_cash == pytest.approx(result.equity.iloc[0])


def test_a_window_starts_with_what_is_bought_on_its_first_session():
    market = load_market("sample").until("2018-12-28")
    result = run(RateRotation(), market, start="2017-03-01")
    np.testing.assert_allclose(result.portfolio.value(), result.equity, rtol=1e-9)


def test_variants_of_a_sweep_are_groups():
    market = load_market("sample").until("2017-12-29")
    swept = sweep(RateRotation(), {"fall_bp": [5.0, 10.0, 20.0]}, market)
    portfolio = swept.portfolio([0, 2])
    assert list(portfolio.total_return().index) == [0, 2]
    np.testing.assert_allclose(
        portfolio.total_return(), swept.trials["total_return"].iloc[[0, 2]], rtol=1e-3
    )
