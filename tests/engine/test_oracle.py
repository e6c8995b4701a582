"""The ledger against cases computed by hand; the arithmetic is in the comments."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backtest.market import Market
from backtest.market.universe import Instrument, Universe
from tests.oracle import Ledger, Rates, ledger

NAN = math.nan
Rows = Mapping[str, Any]  # numbers by session, by instrument


def make_market(
    close: Rows,
    *,
    opens: Rows | None = None,
    no_buy: Rows | None = None,
    no_sell: Rows | None = None,
    lots: Mapping[str, int] | None = None,
    money_rate: float | None = None,
    money: str | None = None,
) -> Market:
    """Make a market on consecutive days; `no_buy` and `no_sell` are session numbers."""
    prices = pd.DataFrame(close, dtype=float)
    prices.index = pd.date_range("2024-01-01", periods=len(prices))
    flags = []
    for locked in (no_buy or {}, no_sell or {}):
        flag = prices.notna()
        for name, days in locked.items():
            flag.loc[prices.index[list(days)], name] = False
        flags.append(flag)
    series = pd.DataFrame(index=prices.index)
    if money_rate is not None:
        series["money_rate"] = money_rate
    instruments = tuple(Instrument(n, "etf", n, lot=(lots or {}).get(n, 0)) for n in close)
    return Market(
        name="tiny",
        universe=Universe("t", "T", "CNY", "XSHG", 242, "A", instruments, money=money),
        close=prices,
        open=None if opens is None else pd.DataFrame(opens, dtype=float).set_axis(prices.index),
        can_buy=flags[0],
        can_sell=flags[1],
        benchmark=prices.iloc[:, 0],
        series=series,
    )


def same_rates(
    buy: float = 0.0, sell: float = 0.0, *, other_buy: float = 0.0, other_sell: float = 0.0
) -> Rates:
    """Charge the same on every session and instrument."""
    by_side = {"buy": (buy, other_buy), "sell": (sell, other_sell)}
    return lambda session, instrument, side: by_side[side]


def run(
    targets: Rows | pd.DataFrame,
    market: Market,
    *,
    rates: Rates | None = None,
    minimum: float = 0.0,
    fill: str = "close",
    cash: float = 1000.0,
) -> Ledger:
    wanted = pd.DataFrame(targets, dtype=float).set_axis(market.sessions)
    charged = rates or same_rates()
    return ledger(wanted, market, rates=charged, minimum_commission=minimum, fill=fill, cash=cash)


def close_to(actual: Any, expected: Iterable[float]) -> None:
    assert list(actual) == pytest.approx(list(expected), rel=1e-13, abs=1e-9)


def trades(result: Ledger) -> list[tuple[Any, ...]]:
    """Say when (session number), what, which side and how many shares."""
    number = {session: t for t, session in enumerate(result.equity.index)}
    return [
        (number[o["filled"]], o["instrument"], o["side"], pytest.approx(o["shares"], rel=1e-13))
        for o in result.orders
    ]


def test_costs_of_one_buy_and_one_sale() -> None:
    # V = 1005 − 0.005 V = 1000: 100 shares at 10, commission 3, other 2. The sale of 1200 costs
    # 0.3% and 0.7%: 3.60 and 8.40; 1188 is left.
    rates = same_rates(0.003, 0.003, other_buy=0.002, other_sell=0.007)
    market = make_market({"A": [10, 10, 12, 12, 13]})
    result = run({"A": [1, NAN, 0, NAN, NAN]}, market, rates=rates, cash=1005)
    close_to(result.equity, [1005, 1000, 1200, 1188, 1188])
    close_to(result.shares["A"], [0, 100, 100, 0, 0])
    close_to(result.weights["A"], [0, 1, 1, 0, 0])
    bought, sold = result.orders
    days = market.sessions
    assert (bought["decided"], bought["due"], bought["filled"]) == (days[0], days[1], days[1])
    assert (sold["instrument"], sold["side"], sold["price"]) == ("A", "sell", 12)
    close_to((bought["value"], bought["commission"], bought["other_cost"]), (1000, 3, 2))
    close_to((sold["value"], sold["commission"], sold["other_cost"]), (1200, 3.6, 8.4))


def test_rates_are_those_of_the_session_of_the_fill() -> None:
    # Decided on the 2nd, when sales are free; filled on the 3rd, when they cost 1% of 1000.
    def rates(session: pd.Timestamp, instrument: str, side: str) -> tuple[float, float]:
        return 0.0, 0.01 if side == "sell" and session >= pd.Timestamp("2024-01-03") else 0.0

    result = run({"A": [1, 0, NAN]}, make_market({"A": [10, 10, 10]}), rates=rates)
    close_to(result.equity, [1000, 1000, 990])


def test_switch_between_two_assets() -> None:
    # Buying costs 10%, selling 12%. 1100 buy 1000 of A. All to B: V = 1000 − 120 − 0.1 V = 800.
    # Half to B: V = 1000 − 0.12 (1000 − V/2) − 0.1 V/2, so 0.99 V = 880.
    market = make_market({"A": [10, 10, 10], "B": [5, 5, 5]})
    rates = same_rates(0.1, 0.12)
    result = run({"A": [1, 0, NAN], "B": [0, 1, NAN]}, market, rates=rates, cash=1100)
    close_to(result.equity, [1100, 1000, 800])
    assert trades(result)[1:] == [(2, "A", "sell", 100), (2, "B", "buy", 160)]
    result = run({"A": [1, 0.5, NAN], "B": [0, 0.5, NAN]}, market, rates=rates, cash=1100)
    close_to(result.equity, [1100, 1000, 880 / 0.99])
    close_to(result.weights.iloc[2], [0.5, 0.5])


@pytest.mark.parametrize(
    ("rate", "cash", "commissions"),
    [
        (0.001, 1010, [5, 5]),  # V = 1010 − 5 − 5
        (0.01, 1014, [9, 5]),  # V = 1014 − 0.009 V − 5
        (0.1, 1100, [90, 10]),  # V = 1100 − 0.1 V
    ],
)
def test_minimum_commission(rate: float, cash: float, commissions: list[float]) -> None:
    market = make_market({"A": [10, 10], "B": [10, 10]})
    weights = {"A": [0.9, NAN], "B": [0.1, NAN]}
    result = run(weights, market, rates=same_rates(rate, rate), minimum=5, cash=cash)
    close_to([order["value"] for order in result.orders], [900, 100])
    close_to([order["commission"] for order in result.orders], commissions)
    close_to(result.equity, [cash, 1000])


def test_an_order_for_what_is_held_costs_nothing() -> None:
    market = make_market({"A": [10, 10, 10, 10]})
    result = run({"A": [1, NAN, 1, NAN]}, market, minimum=5, cash=1005)
    close_to(result.equity, [1005, 1000, 1000, 1000])
    assert len(result.orders) == 1


def test_what_only_a_minimum_would_move_is_not_traded() -> None:
    # A holds its 60% already, so only B pays the minimum of 10: V = 1000 − 10 (after the first
    # order: 1010 − 10). A would go down to 0.6 · 990 = 594, a sale of 6 that two minimums exceed:
    # it stays, and B gets the 390 that are left.
    market = make_market({"A": [10] * 3, "B": [10] * 3})
    weights = {"A": [0.6, 0.6, NAN], "B": [0, 0.4, NAN]}
    result = run(weights, market, minimum=10, cash=1010)
    close_to(result.equity, [1010, 1000, 990])
    close_to(result.weights.iloc[2], [600 / 990, 390 / 990])
    close_to([order["commission"] for order in result.orders], [10, 10])


def test_whoever_is_moved_by_minimums_pays_one_too() -> None:
    # B, C and D each pay 10, so A (80%) would go from 800 to 0.8 · 970 = 776: a sale of 24, which
    # is worth its own minimum: V = 1000 − 40.
    market = make_market({name: [10] * 3 for name in "ABCD"})
    weights = {"A": [0.8, 0.8, NAN]} | {name: [0, 0.2 / 3, NAN] for name in "BCD"}
    result = run(weights, market, minimum=10, cash=1010)
    close_to(result.equity, [1010, 1000, 960])
    close_to(result.weights.iloc[2], [0.8, 0.2 / 3, 0.2 / 3, 0.2 / 3])


def test_lots_are_rounded_down_and_sold_whole() -> None:
    # V = 10000 / 1.01 = 9900.99 would be 330 shares: 300 for 9000, commission 90, cash 910.
    # Half of 9910 would be 165 shares: 200 are sold for 6000, 60. Then the last 100: 3000, 30.
    market = make_market({"A": [30, 30, 30, 30]}, lots={"A": 100})
    result = run({"A": [1, 0.5, 0, NAN]}, market, rates=same_rates(0.01, 0.01), cash=10_000)
    close_to(result.shares["A"], [0, 300, 100, 0])
    close_to(result.equity, [10_000, 9910, 9850, 9820])


def test_lots_forgive_rounding_and_less_than_one_pays_nothing() -> None:
    # 0.11 · 1000 / 1.1 / 100 is 0.9999999999999999 of a lot. Half a lot of B is not bought: no fee.
    market = make_market({"A": [1.1, 1.1], "B": [10, 10]}, lots={"A": 100, "B": 100})
    close_to(run({"A": [0.11, NAN]}, market).shares["A"], [0, 100])
    result = run({"B": [0.5, NAN]}, market, minimum=5)
    close_to(result.equity, [1000, 1000])
    assert result.orders == []


def test_idle_cash_grows_before_the_trades() -> None:
    # 36.5% a year over 365 days is 0.1% a session: 1001 before the fill, half of it invested.
    market = make_market({"A": [10, 10, 20]}, money_rate=36.5)
    result = run({"A": [0.5, NAN, NAN]}, market)
    close_to(result.equity, [1000, 1001, 500.5 * 1.001 + 1001])
    market = make_market({"A": [1, 1, 1], "M": [100, 101, 102.01]}, money="M")
    close_to(run({"A": [NAN, NAN, NAN]}, market).equity, [1000, 1010, 1020.1])


@pytest.mark.parametrize("fill", ["close", "open"])
def test_a_suspended_holding_is_sold_later_and_the_buy_finished_then(fill: str) -> None:
    # 1100 buy 500 of A and of C at 10% cost; then all into B while A is suspended on day 2 and 3.
    # Day 2: only C (500, cost 60) pays for B: V = 1000 − 60 − 0.1 (V − 500) = 900, B = 400.
    # Day 4: A (500, cost 60) is sold: V = 900 − 60 − 0.1 (V − 400) = 800, all in B.
    close = {"A": [10] * 6, "B": [10] * 6, "C": [10] * 6}
    opens = {**close, "A": [10, 10, NAN, NAN, 10, 10]}
    away = {"A": [2, 3]}
    market = make_market(close, opens=opens, no_buy=away, no_sell=away)
    weights = {"A": [0.5] + [0] * 5, "B": [0] + [1] * 5, "C": [0.5] + [0] * 5}
    result = run(weights, market, rates=same_rates(0.1, 0.12), cash=1100, fill=fill)
    close_to(result.equity, [1100, 1000, 900, 900, 800, 800])
    assert trades(result)[2:] == [
        (2, "B", "buy", 40), (2, "C", "sell", 50), (4, "A", "sell", 50), (4, "B", "buy", 40)
    ]  # fmt: skip
    last = result.orders[-1]
    assert [last[key].day for key in ("decided", "due", "filled")] == [2, 3, 5]


def test_cash_that_was_wanted_pays_for_a_frozen_holding_first() -> None:
    # A is stuck at 500 instead of 200, without an open but worth its last close: B still gets its
    # 400, cash is 100 instead of 400.
    flat = {"A": [10] * 3, "B": [10] * 3}
    market = make_market(flat, opens={**flat, "A": [10, 10, NAN]})
    result = run({"A": [0.5, 0.2, NAN], "B": [0, 0.4, NAN]}, market, fill="open")
    close_to(result.weights.iloc[2], [0.5, 0.4])


def test_a_frozen_holding_at_its_weight_keeps_no_order_alive() -> None:
    # A is locked with 500, a hair off its weight. B doubles, but nothing is rebalanced on day 3.
    locked = {"A": [2]}
    market = make_market({"A": [10] * 4, "B": [10, 10, 10, 20]}, no_buy=locked, no_sell=locked)
    result = run({"A": [0.5, 0.5 + 1e-12, NAN, NAN], "B": [0, 0.4, NAN, NAN]}, market)
    assert trades(result) == [(1, "A", "buy", 50), (2, "B", "buy", 40)]


def test_limit_up_blocks_the_buy_only() -> None:
    # Day 1: B gets its half, A's half waits. Day 2: still locked, nothing moves. Day 3: A opens,
    # the order is done whole: V = 500 + 50 · 12 = 1100, B sold down to 550.
    market = make_market({"A": [10] * 5, "B": [10, 10, 11, 12, 12]}, no_buy={"A": [1, 2, 4]})
    result = run({"A": [0.5, NAN, NAN, 0, NAN], "B": [0.5, NAN, NAN, 0.5, NAN]}, market)
    assert trades(result) == [
        (1, "B", "buy", 50), (3, "A", "buy", 55), (3, "B", "sell", 50 / 12), (4, "A", "sell", 55)
    ]  # fmt: skip
    close_to(result.equity, [1000, 1000, 1050, 1100, 1100])


def test_limit_down_waits_for_a_sale_not_for_a_buy() -> None:
    # A can be bought all along; its sale waits for day 4 while B (from day 2's cash) is untouched.
    market = make_market({"A": [10] * 5, "B": [10, 10, 10, 20, 20]}, no_sell={"A": [2, 3]})
    result = run({"A": [0.5, 0, 0, 0, 0], "B": [0, 0.5, 0.5, 0.5, 0.5]}, market)
    assert trades(result)[1:] == [(2, "B", "buy", 50), (4, "A", "sell", 50), (4, "B", "sell", 12.5)]


def test_freezing_one_can_turn_and_freeze_another() -> None:
    # Hold A 600, B 400, want B and C 500 each. A's sale is blocked, so 400 are left for both and
    # B would have to be sold down to 200; it cannot either. Nothing is left for C, until day 3.
    locked = {"A": [2], "B": [2]}
    market = make_market({"A": [10] * 4, "B": [10] * 4, "C": [10] * 4}, no_sell=locked)
    weights = {"A": [0.6, 0, 0, 0], "B": [0.4, 0.5, 0.5, 0.5], "C": [0, 0.5, 0.5, 0.5]}
    result = run(weights, market)
    close_to(result.weights.iloc[2], [0.6, 0.4, 0])
    close_to(result.weights.iloc[3], [0, 0.5, 0.5])


@pytest.mark.parametrize("locked", [[1, 2], [1]])
def test_a_new_order_replaces_a_pending_one(locked: list[int]) -> None:
    # Also on the session (2) on which the pending order could be done.
    market = make_market({"A": [10] * 4, "B": [10] * 4}, no_buy={"A": locked})
    result = run({"A": [1, 0, NAN, NAN], "B": [0, 1, NAN, NAN]}, market)
    assert trades(result) == [(2, "B", "buy", 100)]


def test_what_costs_more_than_it_is_worth_is_not_traded() -> None:
    # A minimum of 20 is more than the 10 there are.
    flat = make_market({"A": [10] * 3})
    close_to(run({"A": [1, 1, 1]}, flat, minimum=20, cash=10).equity, [10, 10, 10])
    # 105 buy 100 of A for 5; A falls to 3 in all, less than it costs to sell.
    fall = make_market({"A": [10, 10, 0.3, 0.3]})
    result = run({"A": [1, NAN, 0, 0]}, fall, minimum=5, cash=105)
    close_to(result.equity, [105, 100, 3, 3])
    # Also with 10 of idle cash beside it (115 − 5 = 110, A wanted 100).
    result = run({"A": [100 / 110, NAN, 0, 0]}, fall, minimum=5, cash=115)
    close_to(result.equity, [115, 110, 13, 13])


def test_which_rows_are_orders() -> None:
    # Repeating the row before orders nothing (NaN is 0 in it); the same after a row of NaN does.
    # A doubles on day 2: half and half is restored on day 4 only. The last row is never filled.
    market = make_market({"A": [10, 10, 20, 20, 20, 20], "B": [10] * 6})
    same = {"A": [0.5, 0.5, NAN, 0.5, 0.5, 0], "B": [0, NAN, NAN, 0, NAN, 0]}
    result = run(same, market)
    assert trades(result) == [(1, "A", "buy", 50), (4, "A", "sell", 12.5)]
    only_named = run({"A": same["A"]}, market)
    pd.testing.assert_frame_equal(only_named.shares, result.shares)


def test_fill_at_the_open_is_valued_at_the_close() -> None:
    close, opens = {"A": [10, 11, 12]}, {"A": [10, 10, 12]}
    market = make_market(close, opens=opens)
    close_to(run({"A": [1, NAN, NAN]}, market, fill="open").equity, [1000, 1100, 1200])
    no_opens = run({"A": [1, NAN, NAN]}, make_market(close), fill="open")
    close_to(no_opens.equity, [1000, 1000, 12000 / 11])
    gap = make_market({"A": [10, 10, NAN, 12]})
    close_to(run({"A": [1, NAN, NAN, NAN]}, gap).equity, [1000, 1000, 1000, 1200])


def test_a_weight_without_a_price_names_instrument_and_date() -> None:
    market = make_market({"A": [10, 10, 10], "New": [NAN, NAN, 10]})
    with pytest.raises(ValueError, match="New has a weight but no price on 2024-01-02"):
        run({"A": [1, 0.5, NAN], "New": [0, 0.5, NAN]}, market)
    close_to(run({"A": [1, NAN, NAN], "New": [0, NAN, NAN]}, market).weights["New"], [0, 0, 0])


def random_case(seed: int) -> tuple[Market, pd.DataFrame]:
    """Make 60 sessions of six instruments, two with lots, a fifth of the days locked each way."""
    rng = np.random.default_rng(seed)
    names, shape = [f"I{number}" for number in range(6)], (60, 6)
    close = 10 * np.exp(np.cumsum(rng.normal(0, 0.03, shape), axis=0))
    opens = np.where(rng.random(shape) < 0.1, NAN, close * np.exp(rng.normal(0, 0.01, shape)))
    market = make_market(
        dict(zip(names, close.T, strict=True)),
        opens=dict(zip(names, opens.T, strict=True)),
        no_buy={name: np.flatnonzero(rng.random(60) < 0.2) for name in names},
        no_sell={name: np.flatnonzero(rng.random(60) < 0.2) for name in names},
        lots={"I0": 100, "I1": 10},
        money_rate=3.65,
    )
    weights = rng.dirichlet(np.ones(7), 60)[:, :6] * (rng.random(shape) < 0.7)
    weights[rng.random(60) < 0.7] = NAN
    return market, pd.DataFrame(weights, index=market.sessions, columns=names)


@pytest.mark.parametrize("fill", ["open", "close"])
@pytest.mark.parametrize("seed", range(8))
def test_money_is_conserved_and_the_order_of_columns_is_irrelevant(seed: int, fill: str) -> None:
    market, targets = random_case(seed)
    rates = same_rates(0.0003, 0.0003, other_buy=0.0001, other_sell=0.0011)
    result = run(targets, market, rates=rates, minimum=5, fill=fill, cash=100_000)

    parts = ("close", "open", "can_buy", "can_sell")
    turned = replace(market, **{part: getattr(market, part).iloc[:, ::-1] for part in parts})
    again = run(targets, turned, rates=rates, minimum=5, fill=fill, cash=100_000)
    close_to(again.equity / result.equity, [1] * 60)
    assert trades(again) == trades(result)

    # Change of equity = gains on what was held + gains on the trades + interest − costs, with the
    # cash counted from the orders alone.
    cash, equity_before = 100_000.0, 100_000.0
    held = pd.Series(0.0, index=targets.columns)
    for t, session in enumerate(market.sessions):
        close = market.close.iloc[t]
        interest = cash * (market.money.iloc[t] / market.money.iloc[t - 1] - 1) if t else 0.0
        gains = (held * (close - market.close.iloc[t - 1])).sum() if t else 0.0
        cash += interest
        costs = 0.0
        for order in (order for order in result.orders if order["filled"] == session):
            name, bought = order["instrument"], order["side"] == "buy"
            assert (market.can_buy if bought else market.can_sell).loc[session, name]
            change = order["shares"] if bought else -order["shares"]
            gains += change * (close[name] - order["price"])
            cash -= change * order["price"] + order["commission"] + order["other_cost"]
            costs += order["commission"] + order["other_cost"]
            held[name] += change
        close_to([result.equity.iloc[t] - equity_before], [gains + interest - costs])
        close_to(result.shares.loc[session], held)
        assert cash > -1e-6
        equity_before = result.equity.iloc[t]
    assert len(result.orders) > 60
