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


def test_a_sector_listed_too_late_waits():
    market = make_market(sessions=300, late={"auto": 200})
    ordered = RiskParity(window=120).target_weights(market).dropna(how="all")
    assert (ordered["AUTO"] == 0).all()
