"""The tests' own market builder: what an option changes, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from tests.markets import SECTORS, make_market


def test_it_is_a_whole_market() -> None:
    market = make_market(sessions=40, bond=True, money_rate=2.0)
    assert len(market.sessions) == 40
    assert market.sessions.day_of_week.max() == 4
    assert tuple(market.by_sector) == SECTORS
    assert market.bonds == ("BOND",)
    assert list(market.series) == ["cn10y", "us10y", "money_rate"]
    assert market.need("rate").equals(market.series["cn10y"])
    assert market.open is not None
    assert market.turnover is not None
    assert (market.turnover > 0).all(axis=None)


def test_the_seed_decides() -> None:
    assert_frame_equal(make_market(seed=3).close, make_market(seed=3).close)
    assert not make_market(seed=3).close.equals(make_market(seed=4).close)


def test_prices_can_be_given() -> None:
    market = make_market(close={"machinery": [10, 11, 12], "bond": [np.nan, 100, 101]})
    assert market.close["MACHINERY"].tolist() == [10, 11, 12]
    assert market.can_buy["BOND"].tolist() == [False, True, True]
    assert market.by_sector == {"machinery": ("MACHINERY",)}
    assert market.bonds == ("BOND",)


def test_opens_benchmark_and_series_can_be_given() -> None:
    market = make_market(
        close={"auto": [10, 11]},
        opens={"auto": [9, 10.5]},
        benchmark=[100, 90],
        series={"cn10y": [2.5, 2.4], "pmi": [50, 49]},
    )
    assert market.open is not None
    assert market.open["AUTO"].tolist() == [9, 10.5]
    assert market.benchmark.tolist() == [100, 90]
    assert market.series["cn10y"].tolist() == [2.5, 2.4]
    assert market.need("pmi").tolist() == [50, 49]
    assert make_market(opens=False).open is None


def test_several_instruments_of_a_sector() -> None:
    market = make_market(sectors=("auto",), per_sector=2, lot=100)
    assert market.by_sector == {"auto": ("AUTO", "AUTO-2")}
    assert market.universe.by_id["AUTO-2"].lot == 100


def test_late_instruments_have_no_price_before() -> None:
    usual, market = make_market(), make_market(late={"auto": 5})
    assert market.close["AUTO"].isna().sum() == 5
    assert not market.can_buy["AUTO"].iloc[4]
    assert market.can_buy["AUTO"].iloc[5]
    assert market.open is not None
    assert market.open["AUTO"].first_valid_index() == market.sessions[5]
    assert_series_equal(market.close["AUTO"].iloc[5:], usual.close["AUTO"].iloc[5:])
    assert_series_equal(market.close["COMPUTER"], usual.close["COMPUTER"])


def test_suspended_instruments_stand_still() -> None:
    usual, market = make_market(), make_market(suspended={"auto": (3, 4)})
    assert market.close["AUTO"].iloc[[3, 4]].tolist() == [usual.close["AUTO"].iloc[2]] * 2
    assert market.close["AUTO"].iloc[5] == usual.close["AUTO"].iloc[5]
    assert market.can_buy["AUTO"].iloc[2:6].tolist() == [True, False, False, True]
    assert market.can_sell["AUTO"].iloc[2:6].tolist() == [True, False, False, True]
    assert market.open is not None
    assert market.open["AUTO"].iloc[2:6].isna().tolist() == [False, True, True, False]


def test_locked_instruments_trade_one_way() -> None:
    market = make_market(no_buy={"auto": (3, 3)}, no_sell={"COMPUTER": (4, 5)})
    assert market.can_buy["AUTO"].sum() == 299
    assert market.can_sell["AUTO"].all()
    assert not market.can_sell["COMPUTER"].iloc[4:6].any()
    assert market.can_buy["COMPUTER"].all()


def test_a_wrong_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="'steel' is not in this market"):
        make_market(late={"steel": 5})
