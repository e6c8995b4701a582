"""InverseVolatility: starts with a full window, weighs the calm more."""

import pytest

from backtest.errors import UserError
from strategies import InverseVolatility
from tests.markets import make_market


def test_calm_sectors_weigh_more():
    market = make_market(sessions=200)
    ordered = InverseVolatility(window=60).target_weights(market).dropna(how="all")
    assert ordered.index[0] >= market.sessions[60]
    window = market.close.loc[: ordered.index[-1]].pct_change().iloc[-60:]
    assert ordered.iloc[-1].idxmax() == window.std().idxmin()
    assert ordered.sum(axis=1).to_numpy() == pytest.approx(1.0)


def test_the_window_is_checked():
    with pytest.raises(UserError, match="window was 1; give 2 or more"):
        InverseVolatility(window=1)
