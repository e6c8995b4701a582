"""Weight functions against weights worked out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest import load_market
from backtest.errors import UserError
from backtest.market.schedule import due_sessions
from backtest.strategy.allocation import (
    bonds,
    cash,
    equal,
    equal_risk,
    inverse_volatility,
    rebalanced,
    risk_parity,
    spread,
    tilt,
)
from backtest.strategy.basket import Basket
from backtest.strategy.limits import cap
from tests.markets import make_market

NAN = np.nan


def test_a_basket_is_spread_over_what_is_listed():
    market = make_market(close={"machinery": [1, 1, 1], "auto": [NAN, 1, 1], "coal": [NAN, NAN, 1]})
    basket = Basket.of("mine", {"machinery": 2, "auto": 1, "coal": 1})
    expected = [[1, 0, 0], [2 / 3, 1 / 3, 0], [0.5, 0.25, 0.25]]
    np.testing.assert_allclose(spread(market, basket), expected, rtol=1e-15)


def test_a_sector_is_shared_among_its_instruments():
    market = make_market(sessions=2, sectors=("machinery", "auto"), per_sector=2)
    assert (equal(market) == 0.25).all(axis=None)


def test_a_basket_with_nothing_listed_yet_is_cash():
    market = make_market(close={"machinery": [NAN, 1.0], "auto": [1.0, 1.0]})
    weights = spread(market, Basket.of("late", ["machinery"]))
    assert weights.sum(axis=1).tolist() == [0.0, 1.0]


def test_a_basket_without_instruments_is_an_error():
    with pytest.raises(UserError, match="basket coal has no instrument in universe test"):
        spread(make_market(sessions=2), Basket.of("coal", ["coal"]))


def test_bonds_are_the_first_one_listed():
    market = make_market(close={"machinery": [1.0, 1.0], "bond": [NAN, 100.0]})
    assert bonds(market)["BOND"].tolist() == [0.0, 1.0]
    assert bonds(make_market(sessions=3)).to_numpy().sum() == 0
    assert cash(market).to_numpy().sum() == 0


def test_inverse_volatility_halves_what_moves_twice_as_much():
    moves = np.tile([0.01, -0.01], 10)
    market = make_market(
        close={
            "machinery": 100 * np.cumprod(1 + moves),
            "auto": 100 * np.cumprod(1 + 2 * moves),
        }
    )
    weights = inverse_volatility(market, window=10)
    assert weights.iloc[:10].isna().all(axis=None)
    assert weights.iloc[-1].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_equal_risk_contributions_are_equal():
    draw = np.random.default_rng(0).normal(size=(200, 6))
    draw[:, 1] += draw[:, 0]
    covariance = np.cov(draw * np.array([1, 2, 3, 1, 0.5, 1]), rowvar=False)
    weights = equal_risk(covariance)
    risk = weights * (covariance @ weights)
    assert weights.sum() == pytest.approx(1)
    assert risk == pytest.approx(np.full(6, risk.mean()), rel=1e-9)


def test_equal_risk_of_two_is_inverse_volatility_whatever_the_correlation():
    # Maillard, Roncalli and Teïletche (2010), section 3.1
    for correlation in (-0.5, 0.0, 0.9):
        covariance = np.array([[0.04, correlation * 0.02], [correlation * 0.02, 0.01]])
        assert equal_risk(covariance) == pytest.approx([1 / 3, 2 / 3])


def test_risk_parity_orders_on_schedule_once_it_knows_enough():
    market = make_market(sessions=120)
    weights = risk_parity(market, window=40)
    rows = weights.notna().any(axis=1)
    assert rows.to_numpy().argmax() == 40  # the first session with 40 returns, whatever is due
    assert (weights[rows].sum(axis=1) - 1).abs().max() < 1e-12
    assert due_sessions(market.sessions, "monthly")[rows].iloc[1:].all()


def test_tilt_moves_a_fraction():
    base, toward = pd.DataFrame({"a": [1.0], "b": [0.0]}), pd.DataFrame({"a": [0.0], "b": [1.0]})
    assert tilt(base, toward, 0.25).iloc[0].tolist() == [0.75, 0.25]


def test_cap_hands_the_excess_on_in_proportion():
    weights = pd.DataFrame({"a": [0.6], "b": [0.3], "c": [0.1]})
    assert cap(weights, 0.5).iloc[0].tolist() == pytest.approx([0.5, 0.375, 0.125])
    # b hits the limit in turn
    assert cap(weights, 0.4).iloc[0].tolist() == pytest.approx([0.4, 0.4, 0.2])
    assert cap(weights, 0.2).iloc[0].tolist() == pytest.approx([0.2, 0.2, 0.2])
    with pytest.raises(UserError, match="limit was 0"):
        cap(weights, 0)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("monthly", ["2023-12-29", "2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"]),
        ("quarterly", ["2023-12-29", "2024-01-01", "2024-04-01"]),
        ("yearly", ["2023-12-29", "2024-01-01"]),
        ("never", ["2023-12-29"]),
    ],
)
def test_a_schedule_is_the_first_session_of_a_period(schedule, expected):
    sessions = pd.bdate_range("2023-12-29", "2024-04-10")
    due = due_sessions(sessions, schedule)
    assert [f"{day:%Y-%m-%d}" for day in due.index[due]] == expected


def test_rebalanced_keeps_scheduled_rows_and_listings():
    sessions = pd.bdate_range("2024-01-30", periods=6)
    weights = pd.DataFrame({"a": [1, 1, 1, 1, 0.5, 0.5], "b": [0, 0, 0, 0, 0.5, 0.5]}, sessions)
    kept = rebalanced(weights.astype(float), "monthly").notna().any(axis=1)
    assert kept.tolist() == [True, False, True, False, True, False]


def test_an_unknown_schedule_is_refused():
    with pytest.raises(UserError, match="choose from daily"):
        due_sessions(pd.bdate_range("2024-01-01", periods=2), "hourly")


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ((("steel", 0.5),), "must sum to 1"),
        ((("steel", -1.0), ("coal", 2.0)), "weight of steel was -1"),
        ((("steel", 0.5), ("steel", 0.5)), "a sector stands twice"),
        ((), "must sum to 1"),
    ],
)
def test_a_wrong_basket_is_refused(weights, says):
    with pytest.raises(UserError, match=says):
        Basket("mine", weights)


def test_sectors_listed_later_change_no_bit_of_earlier_weights():
    whole = load_market("sample")
    early = whole.until("2016-12-30")
    late = whole.instruments[5]
    close = early.close.copy()
    close.loc[:"2016-06-30", late] = float("nan")
    alone = equal(replace(early, close=close.drop(columns=late), open=None, turnover=None))
    with_it = equal(replace(early, close=close, open=None, turnover=None))
    before = with_it.loc[:"2016-06-29"]
    assert (before[late] == 0).all()
    assert (before.drop(columns=late) == alone.loc[:"2016-06-29"]).all(axis=None)


def test_a_misspelt_sector_of_a_basket_is_named_where_it_is_spread():
    with pytest.raises(UserError, match="there is no sector or instrument 'steal'"):
        spread(make_market(sessions=3), Basket("mine", (("steal", 1.0),)))
