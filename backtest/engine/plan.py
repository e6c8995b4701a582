"""From targets to executions: which shares are held from which session on.

An order decided after a session is due at the next. What cannot trade then is tried again, as a
whole order, on the first session it can, until a newer order takes its place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.engine.stage import Stage, distinct
from backtest.errors import UserError
from backtest.market import Market
from backtest.market.schedule import ON_CHANGE, ROUNDING, schedule_of
from backtest.notes import Note

if TYPE_CHECKING:
    from backtest.engine.rebalance import Filled

FILLS = ("open", "close", "same-close")
"""At what price a decision fills: the next session's open or close; in a market of weeks or months
also the close it was made after, as published tables of monthly strategies have it."""
SAME_CLOSE = FILLS[2]
FILLED = {"open": "the next open", "close": "the next close", SAME_CLOSE: "the same close"}


@dataclass(frozen=True, eq=False)
class Order:
    """Target weights decided after one session; `decided` is its position, or earlier.

    Only carried out if a weight is further than `band` from its target at the session's close, 0
    for always; `turnover` is what part of the portfolio it may trade at most, one-way.
    """

    decided: int
    weights: np.ndarray
    band: float = 0.0
    turnover: float = math.inf

    def stands(self, shares: np.ndarray, cash: float, close: np.ndarray) -> bool:
        """Whether it is carried out, given what is held at the close after which it is decided."""
        if not self.band:
            return True
        held = shares * close
        drift = np.abs(held / (cash + held.sum()) - self.weights)
        return bool(drift.max() > self.band + ROUNDING)

    def goal(self, held: np.ndarray, cash: float) -> np.ndarray:
        """Return the weights it goes for, as far from those held as its turnover allows.

        One-way turnover is the larger of what is bought and what is sold.
        """
        if math.isinf(self.turnover):
            return self.weights
        weights = held / (cash + held.sum())
        moved = self.weights - weights
        turnover = max(float(moved[moved > 0].sum()), -float(moved[moved < 0].sum()))
        if turnover <= self.turnover:
            return self.weights
        goal: np.ndarray = weights + moved * (self.turnover / turnover)
        return goal


@dataclass(frozen=True, eq=False)
class Execution:
    """One session's trades: shares and cash after them, and the order they belong to."""

    session: int
    order: Order
    shares: np.ndarray
    cash: float


@dataclass(frozen=True, eq=False)
class Plan:
    """All executions in order, and the instruments whose last order could not be completed.

    `last` is the last order that was carried out, or will be at the next session.
    """

    executions: tuple[Execution, ...]
    unfilled: tuple[int, ...]
    last: Order | None


def fill_used(market: Market, fill: str) -> str:
    """Return the fill a market allows: "open" falls back to "close" where there are no opens.

    Raises
    ------
    UserError
        If there is no such fill, or a decision after a day's close should fill at it.
    """
    if fill not in FILLS:
        raise UserError(
            "fill was {fill!r}; choose open or close, or {same_close} where sessions are weeks "
            "or months",
            fill=fill,
            same_close=SAME_CLOSE,
        )
    if fill == SAME_CLOSE and market.universe.frequency == "daily":
        raise UserError(
            "a decision made after a day's close cannot fill at it: {same_close} is for markets "
            "of weeks or months; choose open or close",
            same_close=SAME_CLOSE,
        )
    return "close" if fill == "open" and market.open is None else fill


def stage(market: Market, costs: Costs, fill: str, cash: float, first: int = 0) -> Stage:
    """Lay a market out for simulation, with the fill that `fill_used` names."""
    close = market.close.to_numpy(dtype=float)
    source = market.open if fill_used(market, fill) == "open" else market.close
    assert source is not None
    price = np.ascontiguousarray(source.to_numpy(dtype=float))
    there = np.isfinite(price)
    previous = np.vstack([np.full((1, close.shape[1]), np.nan), close[:-1]])
    rates = costs.rates(market)
    rates.check(market)
    every = (rates.commission_buy, rates.commission_sell, rates.other_buy, rates.other_sell)
    few, row = distinct(np.hstack(every))
    moved = market.money.pct_change(fill_method=None).to_numpy(dtype=float, copy=True)
    moved[0] = 0.0
    lot = np.array([float(market.universe.by_id[name].lot) for name in market.instruments])
    return Stage(
        price=price,
        inverse=np.nan_to_num(1.0 / price),
        mark=np.nan_to_num(np.where(there, price, previous)),
        close=np.ascontiguousarray(np.nan_to_num(close)),
        can_buy=np.ascontiguousarray(market.can_buy.to_numpy(dtype=bool) & there),
        can_sell=np.ascontiguousarray(market.can_sell.to_numpy(dtype=bool) & there),
        rates=few.reshape(len(few), 4, -1),
        rate_row=row,
        lot=lot,
        money=np.ascontiguousarray(market.money.to_numpy(dtype=float)),
        risk_free=moved,
        minimum=float(rates.minimum),
        cash=float(cash),
        per_year=market.per_year(first),
        first=int(first),
        in_lots=bool((lot > 0).any()),
        lag=0 if fill == SAME_CLOSE else 1,
    )


def orders(
    targets: pd.DataFrame, market: Market, first: int = 0, rebalance: str = ON_CHANGE
) -> list[Order]:
    """Read the orders out of a frame of targets, `fitted` to the market.

    A row orders if it has a number and differs from the row before it, or a rebalance is due. Under
    a band it is carried out only beyond it, unless the set of instruments with a weight is another
    than in the row with a number before. Of what was decided before session `first`, only the last
    order counts, and is due at `first`, whatever the band.

    Parameters
    ----------
    rebalance : str
        A schedule (`backtest.market.schedule`), "always" or "on-change".

    Raises
    ------
    UserError
        If a row is negative or sums to more than 1, or a weight lies on an instrument without a
        price.
    """
    numbers = targets.to_numpy(dtype=float)
    given = np.isfinite(numbers).any(axis=1)
    weights = np.nan_to_num(numbers)
    schedule = schedule_of(rebalance)
    repeats = np.zeros(len(given), dtype=bool)
    same = (weights[1:] == weights[:-1]).all(axis=1)
    repeats[1:] = given[1:] & given[:-1] & same
    _check(weights, market)
    rows = np.flatnonzero(given & ~(repeats & ~schedule.due(market.sessions)))
    held = weights[rows] > 0.0
    kept = np.zeros(len(rows), dtype=bool)
    kept[1:] = (held[1:] == held[:-1]).all(axis=1)
    bands = np.where(kept, schedule.band, 0.0).tolist()
    found = [
        Order(row, weights[row], band, schedule.turnover)
        for row, band in zip(rows.tolist(), bands, strict=True)
    ]
    before = [replace(order, band=0.0) for order in found if order.decided < first]
    return before[-1:] + [order for order in found if order.decided >= first]


def plan(due: list[Order], on: Stage) -> Plan:
    """Carry the orders out one after the other, from the stage's first session on."""
    from backtest.engine.rebalance import rebalance

    shares, cash, first = np.zeros(len(on.lot)), on.cash, on.first
    executions: list[Execution] = []
    unfilled: tuple[int, ...] = ()
    active: Order | None = None
    at, end = max(first - 1, 0), len(on.money)
    session, goal = end, np.zeros(0)
    for number, order in enumerate(due):
        following = due[number + 1].decided + on.lag if number + 1 < len(due) else end
        then = max(order.decided, at)
        grown = float(on.money[then] / on.money[at])
        if order.stands(shares, cash * grown, on.close[order.decided]):
            active, session, goal = order, max(order.decided + on.lag, first), np.zeros(0)
        while active is not None and session < following:
            cash *= float(on.money[session] / on.money[at])
            at = session
            goal = goal if len(goal) else active.goal(shares * on.mark[session], cash)
            filled = rebalance(goal, shares, cash, on, session)
            if not np.array_equal(filled.shares, shares):
                executions.append(Execution(session, active, filled.shares, filled.cash))
            shares, cash = filled.shares, filled.cash
            unfilled = tuple(np.flatnonzero(filled.waits_to_buy | filled.waits_to_sell).tolist())
            session = _next_chance(on, session + 1, filled) if unfilled else end
    return Plan(tuple(executions), unfilled, active)


def _next_chance(on: Stage, start: int, filled: Filled) -> int:
    """Return the first session from `start` on at which a waiting instrument can trade."""
    chance = (on.can_buy[start:] & filled.waits_to_buy).any(axis=1)
    chance |= (on.can_sell[start:] & filled.waits_to_sell).any(axis=1)
    return start + int(chance.argmax()) if chance.any() else len(on.money)


def _check(weights: np.ndarray, market: Market) -> None:
    """Raise a `UserError` for the first weight that cannot be meant."""

    def day(row: int) -> str:
        return f"{market.sessions[row]:%Y-%m-%d}"

    bad = np.argwhere(weights < 0)
    if len(bad):
        row, column = bad[0]
        raise UserError(
            "the weight of {instrument} on {day} was {weight:.4f}; weights are 0 or more",
            instrument=market.instruments[column],
            day=day(row),
            weight=weights[row, column],
        )
    sums = weights.sum(axis=1)
    over = np.flatnonzero(sums > 1.0 + 1e-9)
    if len(over):
        raise UserError(
            "the weights of {day} sum to {total:.4f}; weights are fractions, so let a row sum to "
            "at most 1",
            day=day(over[0]),
            total=sums[over[0]],
        )
    missing = np.argwhere((weights > 0) & ~np.isfinite(market.close.to_numpy(dtype=float)))
    if len(missing):
        row, column = missing[0]
        name = market.instruments[column]
        first = market.close[name].first_valid_index()
        since = Note("it never has one")
        if first is not None:
            since = Note("its first is of {first:%Y-%m-%d}", first=first)
        raise UserError(
            "{name} has a weight of {weight:.4f} on {day} but no price ({since}); spread over "
            "what is listed, as backtest.strategy.allocation does",
            name=name,
            weight=weights[row, column],
            day=day(row),
            since=since,
        )
