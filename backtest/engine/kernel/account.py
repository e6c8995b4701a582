"""One variant from its regime codes to its figures, and all variants in parallel.

A variant's money is either *settled*, `value` in the proportions of a basket's row since a fill,
or, where `value` is 0, plain shares and cash (`backtest.engine.plan` again). Days of a settled
stretch come from the growth tables.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from backtest.engine.kernel.figures import (
    BEFORE,
    COSTS,
    PEAK,
    RUNNING,
    TRADED,
    day,
    stretch,
    summarize,
)
from backtest.engine.kernel.growth import GROWTH, LOWEST, Growth, unit
from backtest.engine.kernel.layout import Rotation
from backtest.engine.kernel.trading import (
    ABOVE,
    BELOW,
    BOUGHT,
    INLINE,
    LOST,
    MOVE,
    SLOPE,
    SLOTS,
    SOLD,
    SUMS,
    UNIT,
    draw,
    settle,
)
from backtest.engine.rebalance import GOAL, HELD, INNER, LEAN, SHARES, trade
from backtest.engine.stage import Stage
from backtest.market.schedule import ROUNDING

SPREAD = 0x9E3779B97F4A7C15 >> 1  # scatters the numbers of moves over the slots


@njit(cache=True, nogil=True, **LEAN)
def account(  # type: ignore[no-untyped-def]
    codes,
    rotation: Rotation,
    stage: Stage,
    growth: Growth,
    figures,
    wrong,
    equity,
    sums,
    scratch,
    marks,
    moves,
):
    """Carry out every row of regime codes and write its figures and its equity.

    Parameters
    ----------
    figures : float, variant × COUNT
    wrong : bool, variant
        Whether the variant orders a row that cannot be meant.
    equity : float, variant × session from the first on
        Without sessions where it is not asked for, which is quicker.
    sums, scratch, marks
        Room for one variant: RUNNING floats, SCRATCH × instrument, 2 × instrument.
    moves : float, SLOTS × ENTRIES
        Zeros, or moves made before.
    """
    for variant in range(len(codes)):
        for entry in range(RUNNING):
            sums[entry] = 0.0
        for k in range(len(stage.lot)):
            scratch[SHARES, k] = 0.0
            marks[0, k] = marks[1, k] = 0
        wrong[variant] = not _follow(
            codes[variant], rotation, stage, growth, equity[variant], sums, scratch, marks, moves
        )
        summarize(sums, codes[variant], rotation, stage, figures[variant])


@njit(inline="always")  # else all of it would be optimized twice
def _follow(  # type: ignore[no-untyped-def]
    codes, rotation: Rotation, stage: Stage, growth: Growth, daily, sums, scratch, marks, moves
):
    """Carry out a variant's orders; return False where one of them cannot be meant."""
    sessions, first, count = len(codes), stage.first, len(stage.lot)
    sums[BEFORE] = sums[PEAK] = stage.cash
    sums[LOWEST] = 1.0
    live, waits = marks[0], marks[1]
    basket, filled, value = first, first, 0.0  # not 0: a literal would be compiled apart
    spare = stage.cash / stage.money[max(first - 1, 0)]
    today, meant = first, True
    order = _next_order(codes, rotation, today - first)
    following = _next_order(codes, rotation, order + 1)
    limited = rotation.band > 0.0 or rotation.turnover < np.inf
    active, session, before, begun, cut = order, sessions, -1, False, False
    while order < sessions:
        meant &= not rotation.wrong[codes[order], order]
        row = rotation.row[codes[order], order]
        if order < first and following < first:
            before = row
            order, following = following, _next_order(codes, rotation, following + 1)
            continue
        until = min(following + 1, sessions)
        kept = before >= 0 and rotation.support[row] == rotation.support[before]
        before = row
        if not (
            rotation.band > 0.0
            and kept
            and order >= first
            and _within(order, row, basket, filled, value, spare, scratch, rotation, stage, growth)
        ):
            active, session, begun, cut = order, max(order + 1, first), False, False
        row = rotation.row[codes[active], active]
        weights = rotation.weights[row]
        while session < until:
            _hold(
                today,
                session,
                basket,
                filled,
                value,
                spare,
                scratch,
                rotation,
                stage,
                growth,
                daily,
                sums,
            )
            today = session
            goal = codes[active]
            short = (
                rotation.plain[session]
                and not stage.in_lots
                and rotation.row[goal, session - 1] == row
            )
            if short and value > 0.0 and not limited:
                number = (basket * sessions + filled) * len(rotation.row) + goal
                number = number * sessions + session
                move = moves[(number * SPREAD >> 32) % SLOTS]
                total = value * move[UNIT]
                known = move[MOVE] == number and move[ABOVE] < total < move[BELOW]
                if not known:
                    now, held = rotation.row[basket, filled - 1], scratch[HELD]
                    each = growth.idle[now] * (stage.money[session] / stage.money[filled])
                    for k in range(count):
                        inverse = stage.inverse[filled, k]
                        held[k] = rotation.weights[now, k] * inverse * stage.mark[session, k]
                        each += held[k]
                    for k in range(count):
                        held[k] /= each
                    total = value * each
                    known = draw(move, number, each, total, weights, held, session, stage)
                if known:
                    after = move[SLOPE] * total - move[LOST]
                    sums[TRADED] = move[BOUGHT] * after - move[SOLD] * total
                    sums[COSTS] += total - after
                    basket, filled, value = goal, session, after
                    break
            cash, total = _mark(
                session, basket, filled, value, spare, scratch, rotation, stage, growth
            )
            if not begun:
                begun = True
                cut = limited and _cut(weights, scratch, total, rotation.turnover)
            if cut:
                weights = scratch[GOAL]
            if short and not cut:
                after, _, _, _, bought, sold = settle(
                    weights, scratch[HELD], total, stage.minimum, session, stage
                )
                if after > 0.0:
                    basket, filled, value = goal, session, after
                    sums[TRADED] = bought * after - sold
                    sums[COSTS] += total - after
                    session = sessions
                    break
            if value > 0.0:
                now = rotation.weights[rotation.row[basket, filled - 1]]
                for k in range(count):
                    scratch[SHARES, k] = value * now[k] * stage.inverse[filled, k]
            left, costs, traded = trade(weights, scratch, cash, session, stage, live, waits)
            if traded > 0.0:
                value, spare = 0.0, left / stage.money[session]
                sums[TRADED] = traded
                sums[COSTS] += costs
            session = _next_chance(stage, session + 1, sessions if limited else until, waits)
        order, following = following, _next_order(codes, rotation, following + 1)
    _hold(
        today,
        sessions,
        basket,
        filled,
        value,
        spare,
        scratch,
        rotation,
        stage,
        growth,
        daily,
        sums,
    )
    return meant


@njit(nogil=True, **INLINE)
def _next_order(codes, rotation: Rotation, start):  # type: ignore[no-untyped-def]
    """Return the first session from `start` on after which something is ordered."""
    sessions = len(codes)
    at = start
    while at < sessions:
        code = codes[at]
        if at > 0 and codes[at - 1] == code:
            event = rotation.event[code, at]
            while at < event and codes[at] == code:
                at += 1
            if at >= sessions:
                return sessions
            if codes[at] != code:
                continue
        if rotation.row[code, at] >= 0 and not _repeats(codes, rotation, at):
            return at
        at += 1
    return sessions


@njit(nogil=True, **INLINE)
def _within(  # type: ignore[no-untyped-def]
    session,
    row,
    basket,
    filled,
    value,
    spare,
    scratch,
    rotation: Rotation,
    stage: Stage,
    growth: Growth,
):
    """Say whether no weight is further than the band from a row at a session's close."""
    equity = _worth(session, basket, filled, value, spare, scratch, rotation, stage, growth)
    close, wanted = stage.close[session], rotation.weights[row]
    now = rotation.weights[rotation.row[basket, filled - 1]] if value > 0.0 else wanted
    drift = 0.0
    for k in range(len(wanted)):
        held = scratch[SHARES, k]
        if value > 0.0:
            held = value * now[k] * stage.inverse[filled, k]
        drift = max(drift, abs(held * close[k] / equity - wanted[k]))
    return drift <= rotation.band + ROUNDING


@njit(nogil=True, **INLINE)
def _cut(weights, scratch, total, most):  # type: ignore[no-untyped-def]
    """Write the weights a turnover allows into the scratch; say whether they are others."""
    bought = sold = 0.0
    for k in range(len(weights)):
        moved = weights[k] - scratch[HELD, k] / total
        bought += max(moved, 0.0)
        sold += max(-moved, 0.0)
    turnover = max(bought, sold)
    if turnover <= most:
        return False
    for k in range(len(weights)):
        now = scratch[HELD, k] / total
        scratch[GOAL, k] = now + (weights[k] - now) * (most / turnover)
    return True


@njit(nogil=True, **INLINE)
def _repeats(codes, rotation: Rotation, at):  # type: ignore[no-untyped-def]
    """Say whether no rebalance is due, and the row before is in the targets too, and the same."""
    if at == 0 or rotation.due[at]:
        return False
    before, code = codes[at - 1], codes[at]
    if rotation.row[before, at - 1] < 0:
        return False
    if at > 1 and codes[at - 2] == before and rotation.event[before, at - 1] != at - 1:
        return False
    same: bool = rotation.row[before, at - 1] == rotation.row[code, at]
    return same


@njit(nogil=True, **INNER)
def _next_chance(stage: Stage, start, until, waits):  # type: ignore[no-untyped-def]
    """Return the first session at which a waiting instrument can trade, else `until`."""
    waiting = False
    for k in range(len(waits)):
        waiting |= waits[k] != 0
    if waiting:
        for session in range(start, until):
            for k in range(len(waits)):
                if (waits[k] > 0 and stage.can_buy[session, k]) or (
                    waits[k] < 0 and stage.can_sell[session, k]
                ):
                    return session
    return until


@njit(nogil=True, fastmath=SUMS, **INLINE)
def _mark(  # type: ignore[no-untyped-def]
    session,
    basket,
    filled,
    value,
    spare,
    scratch,
    rotation: Rotation,
    stage: Stage,
    growth: Growth,
):
    """Write what is held at the fill's prices into the scratch; return the cash and the total."""
    mark, held, worth = stage.mark[session], scratch[HELD], 0.0
    if value > 0.0:
        row = rotation.row[basket, filled - 1]
        weights, inverse = rotation.weights[row], stage.inverse[filled]
        for k in range(len(held)):
            held[k] = value * weights[k] * inverse[k] * mark[k]
            worth += held[k]
        cash = value * growth.idle[row] * (stage.money[session] / stage.money[filled])
        return cash, cash + worth
    for k in range(len(held)):
        held[k] = scratch[SHARES, k] * mark[k]
        worth += held[k]
    cash = spare * stage.money[session]
    return cash, cash + worth


@njit(nogil=True, fastmath=SUMS, **INLINE)
def _worth(  # type: ignore[no-untyped-def]
    session,
    basket,
    filled,
    value,
    spare,
    scratch,
    rotation: Rotation,
    stage: Stage,
    growth: Growth,
):
    """Return the equity at a session's close."""
    if value > 0.0:
        if session - filled < growth.rows.shape[2]:
            return value * growth.rows[basket, filled, session - filled, GROWTH]
        row = rotation.row[basket, filled - 1]
        return value * unit(rotation.weights[row], growth.idle[row], filled, session, stage)
    close, total = stage.close[session], 0.0
    for k in range(len(close)):
        total += scratch[SHARES, k] * close[k]
    return total + spare * stage.money[session]


@njit(nogil=True, **INLINE)
def _hold(  # type: ignore[no-untyped-def]
    today,
    until,
    basket,
    filled,
    value,
    spare,
    scratch,
    rotation: Rotation,
    stage: Stage,
    growth: Growth,
    daily,
    sums,
):
    """Account for the sessions from `today` to the one before `until`."""
    session = today
    while session < until:
        equity = _worth(session, basket, filled, value, spare, scratch, rotation, stage, growth)
        if len(daily):
            daily[session - stage.first] = equity
        day(sums, equity, stage.risk_free[session])
        session += 1
        last = min(until - 1 - filled, growth.rows.shape[2] - 1)
        if value > 0.0 and session == filled + 1 and last > 0 and len(daily) == 0:
            stretch(sums, value, growth.rows[basket, filled, last])
            session = filled + last + 1
