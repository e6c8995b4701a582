"""RiskParity: every sector carries the same risk over the window it was measured on."""

import numpy as np
import pytest

from strategies import RiskParity
from tests.markets import make_market


def test_risk_contributions_are_equal():
    market = make_market(sessions=300)
    ordered = RiskParity(window=120).target_weights(market).dropna(how="all")
    day = ordered.index[-1]
    returns = market.close.loc[:day].pct_change().iloc[-120:]
    weights = ordered.iloc[-1].to_numpy()
    risk = weights * (np.cov(returns.to_numpy(), rowvar=False) @ weights)
    assert risk == pytest.approx(np.full(6, risk.mean()), rel=1e-6)


@pytest.mark.parametrize("rebalance", ["yearly", "never"])
def test_it_buys_when_it_first_can(rebalance):
    market = make_market(sessions=300, start="2020-02-03")
    weights = RiskParity(window=120, rebalance=rebalance).target_weights(market)
    ordered = weights.notna().any(axis=1).to_numpy().nonzero()[0].tolist()
    due = [] if rebalance == "never" else [market.sessions.searchsorted("2021-01-01")]
    assert ordered == [120, *due]
    assert weights.iloc[120].sum() == pytest.approx(1)


def test_a_sector_that_does_not_move_gets_nothing():
    flat = {"steel": [10.0] * 60, "auto": (10 + np.sin(np.arange(60.0))).tolist()}
    ordered = RiskParity(window=20).target_weights(make_market(close=flat)).dropna(how="all")
    assert ordered["STEEL"].eq(0).all()
    assert ordered["AUTO"].eq(1).all()


def test_a_sector_listed_too_late_waits():
    market = make_market(sessions=300, late={"auto": 200})
    ordered = RiskParity(window=120).target_weights(market).dropna(how="all")
    assert (ordered["AUTO"] == 0).all()
