"""MinimumVariance against a peer, and the limits weights are held to."""

import numpy as np
import pandas as pd
import pytest

from backtest.strategy.limits import at_volatility
from strategies import EqualWeight, MinimumVariance, RateRotation
from tests.markets import make_market


def test_weights_are_those_of_skfolio():
    from skfolio.optimization import MeanRisk

    market = make_market(sessions=140, seed=5)
    ordered = MinimumVariance(window=100).target_weights(market).dropna(how="all")
    day = market.sessions.get_loc(ordered.index[-1])
    moves = market.close.pct_change().iloc[day - 99 : day + 1]
    model = MeanRisk(solver="CLARABEL").fit(moves.to_numpy())
    assert ordered.iloc[-1].to_numpy() == pytest.approx(model.weights_, abs=5e-4)
    covariance = moves.cov().to_numpy()
    ours, theirs = ordered.iloc[-1].to_numpy(), np.asarray(model.weights_)
    assert ours @ covariance @ ours <= theirs @ covariance @ theirs * (1 + 1e-9)


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
