"""A peer's numbers: bt (MIT), fractional positions, on the same targets.

Costs off, the two agree within 1e-9 of every day's equity. With costs on, bt's convention differs:
it sizes every trade from the value before costs and lets what is bought last make do with the cash
that is left (or go slightly negative), where ours are fractions of the value after costs. That
moves a fully invested portfolio by about the cost of one rebalance, so final wealth is held to
1e-3.
"""

import bt
import numpy as np
import pandas as pd
import pytest

from backtest.costs import FREE, CostModel
from backtest.data.sample import sample_market
from backtest.engine.plan import orders
from backtest.engine.simulate import simulate
from backtest.market import Market
from backtest.strategy.holding import fitted
from strategies import BuyAndHold, EqualWeight, RateRotation, SectorMomentum, StaticBlend

STRATEGIES = [BuyAndHold(), EqualWeight(), StaticBlend(), RateRotation(), SectorMomentum()]


def wealth_by_bt(targets: pd.DataFrame, market: Market, bps: float) -> pd.Series:
    """Return bt's equity for the orders in `targets`, filled at the next session's close."""
    weights = pd.DataFrame(0.0, market.sessions, market.close.columns)
    due = [
        order.decided + 1
        for order in orders(fitted(targets, market), market)
        if order.decided + 1 < len(weights)
    ]
    for order in orders(fitted(targets, market), market):
        if order.decided + 1 < len(weights):
            weights.iloc[order.decided + 1] = order.weights
    dates = [market.sessions[session] for session in due]
    strategy = bt.Strategy(
        "peer",
        [bt.algos.RunOnDate(*dates), bt.algos.WeighTarget(weights), bt.algos.Rebalance()],
    )
    test = bt.Backtest(
        strategy,
        market.close.ffill(),
        initial_capital=1e6,
        integer_positions=False,
        commissions=lambda quantity, price: abs(quantity) * price * bps * 1e-4,
        progress_bar=False,
    )
    bt.run(test)
    return test.strategy.values.reindex(market.sessions)


@pytest.fixture(scope="module")
def market() -> Market:
    """The sample market without its money rate, which bt does not know; three years of it."""
    from dataclasses import replace

    sample = sample_market().between("2018-01-01", "2020-12-31")
    listed = list(sample.close.columns[sample.close.notna().all()])
    return replace(
        sample,
        close=sample.close[listed],
        open=None,
        turnover=sample.turnover[listed],
        can_buy=sample.can_buy[listed],
        can_sell=sample.can_sell[listed],
        series=sample.series.drop(columns="money_rate"),
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda s: s.name)
def test_agrees_with_bt(strategy, market):
    targets = strategy.target_weights(market)
    free = simulate(targets, market, costs=FREE, fill="close", cash=1e6).equity
    np.testing.assert_allclose(free, wealth_by_bt(targets, market, 0.0), rtol=1e-9)
    costs = CostModel.from_bps(commission=10)
    ours = simulate(targets, market, costs=costs, fill="close", cash=1e6).equity
    assert ours.iloc[-1] == pytest.approx(wealth_by_bt(targets, market, 10.0).iloc[-1], rel=1e-3)
