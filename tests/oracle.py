"""An order-by-order ledger, the judge of the simulators; imports pandas and the Market only.

Written from the rules alone, to be read by an auditor: Python floats in loops, one order after the
other, every equation solved by bisection, sums exact (`math.fsum`). The rules:

1. A row of targets that has a number and differs from the row before it is an order, due at the
   next session; so is one after a session on which a rebalance is due. A new order replaces one
   still pending. Under a band, an order for the same instruments as the row with a number before
   is passed over unless, at the close it is decided after, some weight is further than the band
   from its target. Under a cap on turnover, an order goes for weights only so far from those held
   at its first attempt that buys, and sales, are at most that part of the portfolio.
2. Cash grows by the market's money at the start of every session.
3. A fill is at the session's open or close. An instrument without a price is worth its last close.
4. An order rebalances to weights of V, the value left after costs; a trade costs
   max(rate · value, minimum) + other rate · value. What cannot be traded as wanted is frozen;
   where that leaves too little, the rest shares what is left in proportion to the weights. What
   would trade less than a hundred-millionth of the portfolio, or twice the minimum commission, is
   frozen too, but not waited for.
5. Where there are lots, the shares wanted are rounded down to them; unspent money stays cash.
6. An order with a frozen holding away from its weight is executed again, whole, at the next
   session at which such a holding can be traded in the direction it needs.
7. Equity is cash plus shares at the last close.
8. A positive weight on an instrument without a close at the decision is an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from backtest.market import Market

# (session of the fill, instrument, side) → (commission rate, other rate), of traded value
Rates = Callable[[pd.Timestamp, str, str], tuple[float, float]]
Amounts = dict[str, float]  # by instrument
Columns = dict[str, list[float]]  # by instrument, then by session number

NO_TRADE = 1e-8  # of portfolio value: a trade up to this is not made
HARDLY_WORTH = 2.0  # minimum commissions: a trade up to this is not made either
LOT_SLACK = 1e-9  # lots: a wanted number this close under a whole lot is that lot


@dataclass(frozen=True)
class Ledger:
    """What happened to the money: the account after each session's close, and every trade.

    An entry of `orders` has the sessions decided, due and filled, instrument, side ("buy" or
    "sell"), and shares, price, value, commission and other_cost, all positive.
    """

    equity: pd.Series
    weights: pd.DataFrame
    shares: pd.DataFrame
    orders: list[dict[str, Any]]


def ledger(
    targets: pd.DataFrame,
    market: Market,
    *,
    rates: Rates,
    minimum_commission: float,
    fill: str,
    cash: float,
    due: Sequence[bool] | None = None,
    band: float = 0.0,
    turnover: float = math.inf,
) -> Ledger:
    """Execute the orders that targets imply, one after the other.

    `targets` has one row for every session of the market: fractions of portfolio value. A row of
    NaN orders nothing; within a row that has a number, NaN and absent columns are 0. `fill` is
    "open" or "close" of the session after the decision; "open" is the close where the market has
    no opens. What makes no sense raises ValueError, as does a weight where there is no price.
    """
    if fill not in ("open", "close") or not cash > 0:
        raise ValueError(f"fill was {fill!r} and cash {cash}; give open or close, and some cash")
    sessions = market.sessions
    closes = _columns(market.close)
    prices = closes if fill == "close" or market.open is None else _columns(market.open)
    flags = {"buy": _columns(market.can_buy), "sell": _columns(market.can_sell)}
    money = [float(level) for level in market.money]
    decisions = _decisions(targets, market, closes, due or [False] * len(sessions))
    held_before: set[str] | None = None  # what the row with a number before wants

    shares = dict.fromkeys(closes, 0.0)
    last_close = dict.fromkeys(closes, math.nan)
    pending: Amounts | None = None  # the weights of the order still to be done
    decided = 0  # the session it was decided after
    blocked: dict[str, str] = {}  # instrument → the side it still needs
    orders: list[dict[str, Any]] = []
    history: list[tuple[float, Amounts, Amounts]] = []

    for t, session in enumerate(sessions):
        if t > 0:
            cash = cash * (money[t] / money[t - 1])

        # Rule 3: what can be traded, on which side.
        sides: dict[str, set[str]] = {}
        for name in closes:
            priced = math.isfinite(prices[name][t])
            sides[name] = {side for side in flags if priced and flags[side][name][t]}

        # Rules 1 and 6: a new order is due, or the pending one can get on with what was blocked.
        new_order = decisions[t - 1] if t > 0 else None
        if new_order is not None:
            wants = {name for name, weight in new_order.items() if weight > 0}
            weights = history[t - 1][1]
            drift = max(abs(weights[name] - new_order[name]) for name in new_order)
            if band > 0 and wants == held_before and drift <= band + 1e-12:
                new_order = None
            held_before = wants
        if new_order is not None:
            pending, decided, blocked = new_order, t - 1, {}
        freed = any(side in sides[name] for name, side in blocked.items())
        if pending is not None and (new_order is not None or freed):
            quotes = {}
            for name in closes:
                if not (pending[name] or shares[name]):
                    continue  # neither held nor wanted
                by_side = {side: rates(session, name, side) for side in flags}
                lot = market.universe.by_id[name].lot
                quotes[name] = Quote(prices[name][t], last_close[name], sides[name], by_side, lot)
            attempt = Attempt(pending, cash, shares, quotes, minimum_commission)
            if new_order is not None:
                pending = pending | attempt.within(turnover)
                attempt = replace(attempt, weights=pending)
            cash, shares, trades, blocked = attempt.execute()
            when = {"decided": sessions[decided], "due": sessions[decided + 1], "filled": session}
            orders += [{**when, **trade} for trade in trades]

        # Rule 7: the account after the close.
        for name in closes:
            if math.isfinite(closes[name][t]):
                last_close[name] = closes[name][t]
        values = {name: shares[name] * last_close[name] if shares[name] else 0.0 for name in closes}
        equity = math.fsum([cash, *values.values()])
        history.append((equity, {name: values[name] / equity for name in closes}, shares))

    return Ledger(
        equity=pd.Series([row[0] for row in history], index=market.sessions, name="equity"),
        weights=pd.DataFrame([row[1] for row in history], index=market.sessions),
        shares=pd.DataFrame([row[2] for row in history], index=market.sessions),
        orders=orders,
    )


def _columns(frame: pd.DataFrame) -> Columns:
    return {str(name): [float(number) for number in frame[name]] for name in frame.columns}


def _decisions(
    targets: pd.DataFrame, market: Market, closes: Columns, due: Sequence[bool]
) -> list[Amounts | None]:
    """Return the weights ordered after each session, or None (rules 1 and 8)."""
    wanted = _columns(targets)
    if not (targets.index.equals(market.sessions) and set(wanted) <= set(closes)):
        raise ValueError("give targets on the market's sessions, for its own instruments")

    decisions: list[Amounts | None] = []
    row_before: Amounts | None = None
    for t, session in enumerate(market.sessions):
        numbers = {name: wanted[name][t] for name in wanted if not math.isnan(wanted[name][t])}
        row = {name: numbers.get(name, 0.0) for name in closes} if numbers else None
        order = row if row != row_before or due[t] else None
        for name, weight in (order or {}).items():
            if not 0.0 <= weight < math.inf:
                raise ValueError(f"weight of {name} was {weight} on {session:%Y-%m-%d}")
            if weight > 0 and math.isnan(closes[name][t]):
                raise ValueError(f"{name} has a weight but no price on {session:%Y-%m-%d}")
        decisions.append(order)
        row_before = row
    return decisions


@dataclass(frozen=True)
class Quote:
    """What one instrument can be traded at in one session's fill."""

    price: float  # NaN where there is none
    last_close: float
    sides: set[str]  # those that can be traded
    rates: dict[str, tuple[float, float]]  # commission rate and other rate, by side
    lot: int

    def value(self, shares: float) -> float:
        """Return what a holding is worth; nothing is worth nothing, priced or not."""
        if shares == 0:
            return 0.0
        return shares * (self.price if math.isfinite(self.price) else self.last_close)

    def costs(self, change: float, minimum: float) -> tuple[float, float]:
        """Return commission and other cost of trading the value `change`, a sale if negative."""
        commission_rate, other_rate = self.rates["buy" if change > 0 else "sell"]
        return max(commission_rate * abs(change), minimum), other_rate * abs(change)

    def shares_for(self, value: float) -> float:
        """Return the number of shares wanted, in whole lots where there are any (rule 5)."""
        if self.lot > 0:
            return math.floor(value / self.price / self.lot + LOT_SLACK) * float(self.lot)
        return value / self.price


@dataclass(frozen=True)
class Attempt:
    """One attempt to rebalance the account to `weights`, at one session's fill."""

    weights: Amounts
    cash: float
    shares: Amounts
    quotes: dict[str, Quote]
    minimum: float

    @cached_property
    def held(self) -> Amounts:
        """Value of each holding before the trades."""
        return {name: quote.value(self.shares[name]) for name, quote in self.quotes.items()}

    @cached_property
    def before(self) -> float:
        """Value of the account before the trades."""
        return math.fsum([self.cash, *self.held.values()])

    def execute(self) -> tuple[float, Amounts, list[dict[str, Any]], dict[str, str]]:
        """Return cash and shares after it, the trades, and the side still needed where blocked."""
        after, stuck, idle = self.settle()
        frozen = stuck | idle
        wanted = self.wanted(after, frozen)
        shares = dict(self.shares)
        flows = [self.cash]
        trades: list[dict[str, Any]] = []
        for name in sorted(set(self.quotes) - frozen):
            quote = self.quotes[name]
            shares_wanted = quote.shares_for(wanted[name])
            change = (shares_wanted - shares[name]) * quote.price
            if abs(change) <= NO_TRADE * self.before:
                continue
            commission, other = quote.costs(change, self.minimum)
            side = "buy" if change > 0 else "sell"
            number = abs(shares_wanted - shares[name])
            what = {"instrument": name, "side": side, "shares": number, "price": quote.price}
            paid = {"value": abs(change), "commission": commission, "other_cost": other}
            trades.append({**what, **paid})
            flows += [-change, -commission, -other]
            shares[name] = shares_wanted

        blocked = {}
        for name in stuck:
            missing = self.weights[name] * after - self.held[name]
            if abs(missing) > self.least:
                blocked[name] = "buy" if missing > 0 else "sell"
        return math.fsum(flows), shares, trades, blocked

    def within(self, turnover: float) -> Amounts:
        """Return the weights gone for, so far from those held as a cap on turnover allows."""
        now = {name: value / self.before for name, value in self.held.items()}
        moved = {name: self.weights[name] - now[name] for name in now}
        bought = math.fsum(max(move, 0.0) for move in moved.values())
        sold = math.fsum(max(-move, 0.0) for move in moved.values())
        if max(bought, sold) <= turnover:
            return self.weights
        part = turnover / max(bought, sold)
        return {name: now[name] + part * moved[name] for name in now}

    @property
    def least(self) -> float:
        """Value up to which a trade is not made."""
        return max(NO_TRADE * self.before, HARDLY_WORTH * self.minimum)

    def settle(self) -> tuple[float, set[str], set[str]]:
        """Return the value after costs, what cannot be traded, and what is not worth trading."""
        stuck = {name for name, quote in self.quotes.items() if not quote.sides}
        idle: set[str] = set()
        while True:
            frozen = stuck | idle
            after, wanted = self.settle_with(frozen)
            more_stuck, more_idle = set(), set()
            for name in set(self.quotes) - frozen:
                change = wanted[name] - self.held[name]
                side = "buy" if change > 0 else "sell"
                if 0 < abs(change) <= self.least:
                    more_idle.add(name)
                elif change != 0 and side not in self.quotes[name].sides:
                    more_stuck.add(name)
            if not more_stuck and not more_idle:
                return after, stuck, idle
            stuck, idle = stuck | more_stuck, idle | more_idle

    def settle_with(self, frozen: set[str]) -> tuple[float, Amounts]:
        """Return the value after costs and the values wanted, minimum commissions included.

        Who pays the minimum is not known beforehand: first nobody, then whoever trades, until no
        one trades who does not pay it.
        """
        paying: set[str] = set()
        while True:
            after = self.solve(frozen, paying)
            wanted = self.wanted(after, frozen)
            more = {
                name
                for name in set(self.quotes) - frozen - paying
                if abs(wanted[name] - self.held[name]) > NO_TRADE * self.before
            }
            if not more or self.minimum == 0:
                return after, wanted
            paying |= more

    def frozen_value(self, frozen: set[str]) -> float:
        """Return what the frozen holdings are worth."""
        return math.fsum(self.held[name] for name in frozen)

    def wanted(self, value: float, frozen: set[str]) -> Amounts:
        """Return the value wanted of each instrument if `value` is left after costs (rule 4)."""
        free = {name: weight for name, weight in self.weights.items() if name not in frozen}
        free_weight = math.fsum(free.values())
        left = value - self.frozen_value(frozen)
        base = max(0.0, min(value, left / free_weight)) if free_weight > 0 else 0.0
        return {name: free[name] * base if name in free else self.held[name] for name in self.held}

    def solve(self, frozen: set[str], paying: set[str]) -> float:
        """Solve V = value before − costs of trading to the values wanted at V, by bisection.

        V lies between what is frozen and the value before; where it is less, everything else is
        sold whatever V is, so that the costs are constant and V follows at once.
        """

        def costs(value: float) -> float:
            wanted = self.wanted(value, frozen)
            parts: list[float] = []
            for name, quote in self.quotes.items():
                minimum = self.minimum if name in paying else 0.0
                parts += quote.costs(wanted[name] - self.held[name], minimum)
            return math.fsum(parts)

        low, high = self.frozen_value(frozen), self.before
        if high + costs(high) <= self.before:
            return high
        if low + costs(low) > self.before:
            return self.before - costs(low)
        while True:
            middle = low + (high - low) / 2
            if middle in (low, high):
                return low
            if middle + costs(middle) > self.before:
                high = middle
            else:
                low = middle
