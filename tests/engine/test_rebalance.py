"""One rebalance against algebra on paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.engine.rebalance import rebalance as rebalanced
from backtest.engine.rebalance import trading_costs
from backtest.engine.stage import Stage


def session(price, *, buy=0.0, sell=0.0, minimum=0.0, lot=0.0, can_buy=True, can_sell=True):
    """Return a market of one session, commissions differing by side."""
    price = np.array([price], dtype=float)

    def full(value, kind=float):
        return np.broadcast_to(np.asarray(value, dtype=kind), price.shape).copy()

    return Stage(
        price=price,
        inverse=1.0 / price,
        mark=price,
        close=price,
        can_buy=full(can_buy, bool),
        can_sell=full(can_sell, bool),
        rates=np.stack([full(buy), full(sell), full(0), full(0)], axis=1),
        rate_row=np.zeros(1, dtype=np.int32),
        lot=full(lot)[0],
        money=np.ones(1),
        risk_free=np.zeros(1),
        minimum=minimum,
        cash=0.0,
        per_year=242.0,
        first=0,
        in_lots=False,
        lag=1,
    )


def rebalance(weights, shares, cash, on):
    return rebalanced(weights, shares, cash, on, 0)


def test_buying_everything_leaves_the_value_after_costs():
    # V = 1000 − 0.01 V
    filled = rebalance(np.array([1.0]), np.zeros(1), 1000.0, session([10.0], buy=0.01))
    assert filled.shares[0] * 10 == pytest.approx(1000 / 1.01, rel=1e-14)
    assert filled.cash == pytest.approx(0.0, abs=1e-9)


def test_selling_everything_pays_the_sell_cost():
    filled = rebalance(np.zeros(1), np.array([100.0]), 0.0, session([10.0], sell=0.02))
    assert filled.shares[0] == 0.0
    assert filled.cash == pytest.approx(980.0, rel=1e-14)


def test_switching_pays_both_sides_out_of_the_value():
    # 1000 sold at 2 %, V bought at 1 %: V = 1000 − 0.02·1000 − 0.01·V
    filled = rebalance(
        np.array([0.0, 1.0]),
        np.array([100.0, 0.0]),
        0.0,
        session([10.0, 20.0], buy=0.01, sell=0.02),
    )
    assert filled.shares[1] * 20 == pytest.approx(980 / 1.01, rel=1e-14)
    assert filled.cash == pytest.approx(0.0, abs=1e-9)


def test_weights_are_exact_after_costs():
    weights = np.array([0.5, 0.3, 0.1])
    filled = rebalance(weights, np.array([10.0, 0.0, 40.0]), 500.0, session([10, 5, 2], buy=0.01))
    values = filled.shares * np.array([10, 5, 2])
    assert values / (values.sum() + filled.cash) == pytest.approx(weights, rel=1e-13)


def test_minimum_commission_is_paid_where_it_binds():
    # the first pays 5, the second 1 % of its value
    filled = rebalance(
        np.array([0.1, 0.9]), np.zeros(2), 1000.0, session([1.0, 1.0], buy=0.01, minimum=5.0)
    )
    value = (1000 - 5) / (1 + 0.01 * 0.9)
    assert filled.shares == pytest.approx([0.1 * value, 0.9 * value], rel=1e-12)
    assert filled.cash == pytest.approx(0.0, abs=1e-9)


def test_a_trade_that_is_hardly_worth_its_commission_is_not_made():
    held = np.array([100.0, 100.9])
    filled = rebalance(np.array([0.5, 0.5]), held, 0.0, session([1.0, 1.0], minimum=5.0))
    assert filled.shares.tolist() == held.tolist()
    assert not filled.waits_to_buy.any()
    assert not filled.waits_to_sell.any()


def test_lots_are_rounded_down_and_the_rest_stays_cash():
    filled = rebalance(np.array([1.0]), np.zeros(1), 1000.0, session([3.0], lot=100))
    assert filled.shares[0] == 300.0
    assert filled.cash == pytest.approx(100.0)


def test_a_blocked_sale_scales_the_purchases():
    # all of the first is to become the second, but the first cannot be sold: only cash is spent
    filled = rebalance(
        np.array([0.0, 1.0]),
        np.array([60.0, 0.0]),
        40.0,
        session([1.0, 1.0], can_sell=[False, True]),
    )
    assert filled.shares.tolist() == pytest.approx([60.0, 40.0])
    assert filled.waits_to_sell.tolist() == [True, False]


def test_a_blocked_purchase_leaves_its_share_in_cash():
    filled = rebalance(
        np.array([0.5, 0.5]), np.zeros(2), 100.0, session([1.0, 1.0], can_buy=[False, True])
    )
    assert filled.shares.tolist() == pytest.approx([0.0, 50.0])
    assert filled.cash == pytest.approx(50.0)
    assert filled.waits_to_buy.tolist() == [True, False]


def test_limit_up_still_sells():
    filled = rebalance(np.array([0.2]), np.array([100.0]), 0.0, session([1.0], can_buy=False))
    assert filled.shares[0] == pytest.approx(20.0)
    assert not filled.waits_to_buy.any()


weights = st.lists(st.floats(0, 1), min_size=1, max_size=6)


@given(data=st.data(), raw=weights)
def test_money_is_conserved_and_weights_hold(data, raw):
    count = len(raw)
    target = np.array(raw) / max(1.0, sum(raw) * 1.000001)
    array = st.lists(st.floats(0.1, 100), min_size=count, max_size=count)
    price, shares = np.array(data.draw(array)), np.array(data.draw(array))
    rates = st.floats(0, 0.05)
    offer = session(price, buy=data.draw(rates), sell=data.draw(rates), minimum=data.draw(rates))
    filled = rebalance(target, shares, 50.0, offer)
    traded = (filled.shares - shares) * price
    paid = trading_costs(traded, offer, 0).sum()
    before, after = (shares * price).sum() + 50.0, (filled.shares * price).sum() + filled.cash
    assert after == pytest.approx(before - paid, rel=1e-12)
    assert filled.cash > -1e-9 * before
    assert filled.shares * price / after == pytest.approx(target, abs=3e-3)


@given(data=st.data(), raw=weights)
def test_the_order_of_instruments_does_not_matter(data, raw):
    count = len(raw)
    target = np.array(raw) / max(1.0, sum(raw) * 1.000001)
    turned = np.array(data.draw(st.permutations(range(count))))
    price = np.linspace(1, 9, count)
    shares = np.linspace(50, 0, count)
    one = rebalance(target, shares, 10.0, session(price, buy=0.01, sell=0.02))
    other = rebalance(
        target[turned], shares[turned], 10.0, session(price[turned], buy=0.01, sell=0.02)
    )
    assert other.shares == pytest.approx(one.shares[turned], rel=1e-11, abs=1e-11)
