"""CalendarRotation: the halves, every year or one."""

import pandas as pd
import pytest

from backtest.market.universe import sectors
from strategies import CalendarRotation
from strategies.taxonomy import NQP, TRADITIONAL
from tests.markets import make_market


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=520, sectors=tuple(sectors()), start="2023-01-02")


def test_traditional_in_the_first_half_and_nqp_in_the_second(market):
    regime = CalendarRotation().regime(market)
    assert set(regime[:"2023-06-30"]) == {"traditional"}
    assert set(regime["2023-07-01":"2023-12-31"]) == {"nqp"}
    assert set(regime["2024-01-01":"2024-06-30"]) == {"traditional"}


def test_one_year_alone_holds_the_market_in_the_others(market):
    regime = CalendarRotation(year=2024).regime(market)
    assert set(regime[:"2023-12-31"]) == {"market"}
    assert set(regime["2024-07-01":]) == {"nqp"}


def test_what_is_held_are_the_two_baskets(market):
    weights = CalendarRotation().target_weights(market).dropna(how="all")
    first, switch = weights.iloc[0], weights.loc[pd.Timestamp("2023-07-03")]
    assert set(first.index[first > 0]) == {name.upper() for name in TRADITIONAL.sectors}
    assert set(switch.index[switch > 0]) == {name.upper() for name in NQP.sectors}
    assert switch[switch > 0].tolist() == pytest.approx([1 / 8] * 8)
