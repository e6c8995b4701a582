"""BuyAndHold: one order, ever."""

import numpy as np

from strategies import BuyAndHold
from tests.markets import make_market


def test_it_orders_once_on_the_first_session_with_a_price():
    market = make_market(close={"machinery": [np.nan, 1, 1, 1], "steel": [np.nan, np.nan, 1, 1]})
    weights = BuyAndHold().target_weights(market)
    assert weights.notna().any(axis=1).tolist() == [False, True, False, False]
    assert weights.iloc[1].tolist() == [1.0, 0.0]


def test_it_may_hold_one_basket():
    weights = BuyAndHold("medicine").target_weights(make_market(sessions=3))
    assert weights.iloc[0].to_dict()["PHARMA_BIOTECH"] == 1.0
