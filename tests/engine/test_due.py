"""When a repeated row orders, bands and caps on turnover: by hand, by the ledger, in every door."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from backtest import run, sweep
from backtest.costs import FREE, CostModel
from backtest.engine.simulate import simulate
from backtest.market import Market
from backtest.market.schedule import schedule_of
from backtest.strategy import Strategy
from strategies import EqualWeight
from tests.markets import make_market
from tests.oracle import ledger

# Two instruments half and half; the first doubles on the third session, then nothing moves.
DOUBLED = {"machinery": [10.0, 10.0, 20.0, 20.0, 20.0], "computer": [10.0] * 5}


@dataclass(frozen=True)
class Halves(Strategy):
    """Wants halves after every session; `rebalance` says what that means."""

    rebalance: str = "on-change"

    def target_weights(self, market: Market) -> pd.DataFrame:
        return pd.DataFrame(0.5, market.sessions, market.instruments)


@pytest.mark.parametrize(
    ("rebalance", "weights"),
    [
        ("on-change", [2 / 3, 2 / 3, 2 / 3]),
        ("never", [2 / 3, 2 / 3, 2 / 3]),
        ("always", [0.5, 0.5, 0.5]),  # also what was decided before the third fills at its close
        ("daily", [0.5, 0.5, 0.5]),
        ("band:0.16", [2 / 3, 0.5, 0.5]),  # the drift is a sixth
        ("band:0.17", [2 / 3, 2 / 3, 2 / 3]),
        ("every:3", [2 / 3, 2 / 3, 0.5]),  # due on the fourth, filled on the fifth
        ("daily+turnover:0.1", [2 / 3 - 0.1, 0.5, 0.5]),  # a sixth in two steps
    ],
)
def test_what_a_repeated_row_means(rebalance, weights):
    market = make_market(close=DOUBLED, opens=False)
    terms = {"costs": FREE, "fill": "close"}
    if "turnover" in rebalance:  # the purchase takes ten steps of a tenth: begin invested
        market = make_market(close={k: [v[0]] * 12 + v for k, v in DOUBLED.items()}, opens=False)
    result = run(Halves(rebalance=rebalance), market, **terms)
    assert result.weights["MACHINERY"].iloc[-3:].tolist() == pytest.approx(weights)
    swept = sweep(Halves(), {"rebalance": [rebalance, "on-change"]}, market, **terms)
    assert swept.trials["total_return"][0] == pytest.approx(result.summary()["total_return"])


@pytest.mark.parametrize(
    "rebalance", ["always", "weekly", "every:4+band:0.02", "band:0.03+turnover:0.02"]
)
def test_the_ledger_agrees(rebalance):
    market = make_market(
        sessions=80, seed=3, suspended={"machinery": (20, 30)}, no_buy={"computer": (40, 50)}
    )
    costs = CostModel.from_bps(commission=3, slippage=5, stamp_duty=50, minimum_commission=5)
    draw = np.random.default_rng(0).dirichlet(np.ones(market.close.shape[1]), 4)
    targets = pd.DataFrame(draw[np.arange(80) // 20], market.sessions, market.instruments)
    asked, table = schedule_of(rebalance), costs.rates(market)
    column = {name: k for k, name in enumerate(market.instruments)}

    def rates(session: pd.Timestamp, name: str, side: str) -> tuple[float, float]:
        row, k = market.sessions.get_loc(session), column[name]
        if side == "buy":
            return table.commission_buy[row, k], table.other_buy[row, k]
        return table.commission_sell[row, k], table.other_sell[row, k]

    judged = ledger(
        targets,
        market,
        rates=rates,
        minimum_commission=5.0,
        fill="open",
        cash=1e6,
        due=asked.due(market.sessions).tolist(),
        band=asked.band,
        turnover=asked.turnover,
    )
    found = simulate(targets, market, costs=costs, fill="open", cash=1e6, rebalance=rebalance)
    np.testing.assert_allclose(found.equity, judged.equity, rtol=1e-9)
    assert len(found.orders) == len(judged.orders) > 0


def test_today_waits_for_the_band():
    from backtest.today import today

    market = replace(make_market(close=DOUBLED, opens=False), synthetic=True)
    market = market.until(market.sessions[2])
    now = market.sessions[-1].date()
    assert len(today(Halves(rebalance="band:0.16"), market, now=now).orders) == 2
    assert today(Halves(rebalance="band:0.17"), market, now=now).orders.empty


def test_a_daily_rebalance_restores_equal_weights():
    market = make_market(close=DOUBLED, opens=False)
    drifting = run(EqualWeight(rebalance="never"), market, costs=FREE, fill="close")
    kept = run(EqualWeight(rebalance="daily"), market, costs=FREE, fill="close")
    assert len(drifting.orders) == 2
    assert len(kept.orders) == 4
