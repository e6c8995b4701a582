"""MinimumVariance against its conditions, and the limits weights are held to."""

import numpy as np
import pandas as pd
import pytest

from backtest.strategy.limits import at_volatility
from strategies import EqualWeight, MinimumVariance, RateRotation
from tests.markets import make_market


def test_no_other_long_portfolio_varies_less():
    market = make_market(sessions=140, seed=5)
    ordered = MinimumVariance(window=100).target_weights(market).dropna(how="all")
    day = market.sessions.get_loc(ordered.index[-1])
    covariance = market.close.pct_change().iloc[day - 99 : day + 1].cov().to_numpy()
    weights = ordered.iloc[-1].to_numpy()
    assert weights.sum() == pytest.approx(1.0)
    # Of least variance: what is held has the portfolio's own covariance with it, the rest more.
    joint, variance = covariance @ weights, weights @ covariance @ weights
    assert joint[weights > 0] == pytest.approx(np.full((weights > 0).sum(), variance), rel=1e-9)
    assert (joint >= variance * (1 - 1e-9)).all()


def test_no_weight_is_above_the_largest():
    market = make_market(sessions=60)
    weights = EqualWeight(max_weight=0.1).target_weights(market).dropna(how="all")
    assert weights.to_numpy() == pytest.approx(np.full(weights.shape, 0.1))  # the rest is cash
    held = RateRotation(max_weight=0.3, nqp_basket="computer,machinery,auto").weighed(
        make_market(sessions=60, series={"cn10y": [2.5] * 60})
    )
    assert held["nqp"].max(axis=None) == pytest.approx(0.3)


def test_a_part_stays_in_cash_above_the_volatility():
    market = make_market(close={"auto": (10 * 1.01 ** (np.arange(80) % 2)).tolist()}, opens=False)
    weights = pd.DataFrame(1.0, market.sessions, market.instruments)
    scaled = at_volatility(market, weights, 0.05)["AUTO"]
    moved = market.close["AUTO"].pct_change().iloc[-60:].std() * np.sqrt(242)
    assert scaled.iloc[-1] == pytest.approx(0.05 / moved)
    assert at_volatility(market, weights, 0.5)["AUTO"].eq(1.0).all()
